#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "units/natural.h"

namespace calx {

/// How a special unit's number maps to its reference (UCUM, section "special units on non-ratio scales").
enum class UnitFunction : std::uint8_t {
  Linear,
  Celsius,
  Fahrenheit,
  Reaumur,
  Log10,
  TwoLog10,
  LogE,
  Log2,
  MinusLog10,
  MinusLog100,
  MinusLog1000,
  MinusLog50000,
  HundredTangent,
  SquareRoot,
};

/// numerator / denominator * 10^exponent, exactly.
struct UnitFactor {
  Natural numerator = 1;
  Natural denominator = 1;
  int exponent = 0;
};

UnitFactor operator*(const UnitFactor& a, const UnitFactor& b);
UnitFactor inverse(const UnitFactor& factor);
/// -1, 0, 1.
int compare(const UnitFactor& a, const UnitFactor& b);

/// What a UCUM expression measures, in UCUM's base units m, s, g, rad, K, C, cd and in at most two arbitrary units.
struct UnitMeasure {
  static constexpr std::size_t kBaseUnits = 7;
  static constexpr std::size_t kArbitraryUnits = 2;

  struct Arbitrary {
    std::uint16_t unit = 0;  // 0 = none
    std::int16_t exponent = 0;
    friend bool operator==(const Arbitrary&, const Arbitrary&) = default;
  };

  std::array<std::int16_t, kBaseUnits> dimensions{};
  std::array<Arbitrary, kArbitraryUnits> arbitrary{};  // by ascending unit, the unused last
  UnitFactor factor;                                   // of a special unit: its reference's
  UnitFactor prefix;  // of a special unit: what its number is multiplied with before the function
  UnitFunction function = UnitFunction::Linear;

  bool has_same_dimensions(const UnitMeasure& other) const {
    return dimensions == other.dimensions && arbitrary == other.arbitrary;
  }
};

/// One factor of an expression, brackets resolved: a prefixed atom, an integer, or a bare annotation.
struct UnitTerm {
  std::string_view symbol;      // empty for a bare annotation
  std::string_view annotation;  // with its braces, empty for none
  int exponent = 1;
};

/// Reads the whole grammar of UCUM in its case sensitive form. Nothing when the text is no expression or too long or
/// too deep for one; whether its symbols exist is measure_of's question.
std::optional<std::vector<UnitTerm>> parse_unit(std::string_view text);

/// Nothing when a symbol is no unit, when a special unit stands in a product, and when the factor is wider than what
/// exact arithmetic holds.
std::optional<UnitMeasure> measure_of(const std::vector<UnitTerm>& terms);

/// The product of two expressions, or the first divided by the second, with equal symbols joined: "mg", "dL" ->
/// "mg/dL".
std::string product_text(const std::vector<UnitTerm>& a, const std::vector<UnitTerm>& b, bool is_quotient);

}  // namespace calx
