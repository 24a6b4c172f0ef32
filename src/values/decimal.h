#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "values/value.h"
#include "values/wide_integer.h"

namespace calx {

/// An exact decimal: coefficient * 10^-scale, scale 0-8, at most 28 significant digits (CQL 1.5.3, Decimal:
/// +-99999999999999999999.99999999). Never a double. Trailing zeros are kept as written.
struct Decimal {
  Int128 coefficient = 0;
  std::uint8_t scale = 0;
};

inline constexpr std::uint8_t kMaximumScale = 8;

/// Text such as "-12.50" or "1e3" (FHIR allows exponents). More than eight fraction digits are rounded to the eighth,
/// half away from zero. Nothing when it is no number or out of range.
std::optional<Decimal> parse_decimal(std::string_view text);
std::string to_text(const Decimal& decimal);

/// Reads Integer, Long, Decimal and the number of a Quantity.
Decimal decimal_of(const Value& value);
/// A Decimal value; wide coefficients go to the arena.
Value decimal_value(const Decimal& decimal, Arena& arena);
Value quantity_value(const Decimal& decimal, UnitId unit, Arena& arena);

// Arithmetic on the exact numbers; nothing = overflow (CQL: null). Results have at most eight fraction digits;
// add/subtract/negate are exact, multiply and divide round half away from zero at the eighth (CQL 1.5.3, 9.x).
// A quotient keeps at least one fraction digit and as many as its operands, and no zeros beyond (4.0 / 2 = 2.0).
std::optional<Decimal> add(const Decimal& a, const Decimal& b);
std::optional<Decimal> subtract(const Decimal& a, const Decimal& b);
std::optional<Decimal> multiply(const Decimal& a, const Decimal& b);
std::optional<Decimal> divide(const Decimal& a, const Decimal& b);            // nothing for b = 0 too
std::optional<Decimal> truncated_divide(const Decimal& a, const Decimal& b);  // toward zero, scale 0
std::optional<Decimal> modulo(const Decimal& a, const Decimal& b);
Decimal negate(const Decimal& a);
/// Within CQL's range: rounding up the greatest decimal leaves it.
bool is_representable(const Decimal& a);
/// -1, 0, 1: numeric, whatever the scales.
int compare(const Decimal& a, const Decimal& b);
/// Rounds to `scale` digits, half up (toward positive infinity: CQL Round).
Decimal round_half_up(const Decimal& a, std::uint8_t scale);
/// Rounds to `scale` digits, half away from zero.
Decimal round_half_away(const Decimal& a, std::uint8_t scale);
Decimal floor(const Decimal& a);
Decimal ceiling(const Decimal& a);
Decimal truncate(const Decimal& a);
/// Without trailing zeros in the fraction.
Decimal normalize(const Decimal& a);

}  // namespace calx
