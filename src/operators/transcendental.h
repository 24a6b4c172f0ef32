#pragma once

#include <optional>
#include <span>

#include "values/decimal.h"

namespace calx {

// Real functions on decimals, computed with 113 bits where the compiler has them, so that eight fraction digits are
// right up to the greatest decimal. Nothing: not defined there, or out of range.
std::optional<Decimal> natural_logarithm(const Decimal& number);
std::optional<Decimal> logarithm(const Decimal& number, const Decimal& base);
std::optional<Decimal> exponential(const Decimal& number);
std::optional<Decimal> power(const Decimal& base, const Decimal& exponent);
/// Of numbers none of which is negative.
std::optional<Decimal> geometric_mean(std::span<const Decimal> numbers);

}  // namespace calx
