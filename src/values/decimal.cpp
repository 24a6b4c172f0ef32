#include "values/decimal.h"

#include <algorithm>
#include <limits>

#include "base/check.h"

namespace calx {

namespace {

/// 20 integer digits and `scale` fraction digits are the most that CQL's range holds.
bool is_in_range(UInt128 magnitude_of_coefficient, int scale) {
  return magnitude_of_coefficient < static_cast<UInt128>(power_of_ten(20 + scale));
}

std::optional<Decimal> in_range(Int128 coefficient, int scale) {
  if (!is_in_range(magnitude(coefficient), scale)) return std::nullopt;
  return Decimal{coefficient, static_cast<std::uint8_t>(scale)};
}

Int128 scaled_up(const Decimal& decimal, int scale) {
  return decimal.coefficient * power_of_ten(scale - static_cast<int>(decimal.scale));
}

std::optional<Decimal> signed_result(const UInt256& size, bool negative, int scale) {
  if (size.high != 0 || !is_in_range(size.low, scale)) return std::nullopt;
  const Int128 coefficient = static_cast<Int128>(size.low);
  return Decimal{negative ? -coefficient : coefficient, static_cast<std::uint8_t>(scale)};
}

Int128 floor_divide(Int128 a, Int128 positive_b) {
  const Int128 quotient = a / positive_b;
  return a % positive_b < 0 ? quotient - 1 : quotient;
}

Decimal without_trailing_zeros(Decimal decimal, int least_scale) {
  while (decimal.scale > least_scale && decimal.coefficient % 10 == 0) {
    decimal.coefficient /= 10;
    --decimal.scale;
  }
  return decimal;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

Value number_value(Kind kind, const Decimal& decimal, Arena& arena) {
  Value value;
  value.kind = kind;
  value.scale = decimal.scale;
  constexpr Int128 kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr Int128 kGreatest = std::numeric_limits<std::int64_t>::max();
  if (decimal.coefficient >= kLeast && decimal.coefficient <= kGreatest) {
    value.integer = static_cast<std::int64_t>(decimal.coefficient);
  } else {
    value.flags = Value::kWide;
    value.pointer = arena.make<Int128>(decimal.coefficient);
  }
  return value;
}

}  // namespace

std::optional<Decimal> parse_decimal(std::string_view text) {
  std::size_t at = 0;
  bool negative = false;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) negative = text[at++] == '-';

  const std::size_t first = at;
  while (at < text.size() && is_digit(text[at])) ++at;
  if (at == first) return std::nullopt;
  const std::size_t integer_digits = at - first;
  std::size_t fraction_first = at;
  std::size_t fraction_digits = 0;
  if (at < text.size() && text[at] == '.') {
    fraction_first = ++at;
    while (at < text.size() && is_digit(text[at])) ++at;
    fraction_digits = at - fraction_first;
    if (fraction_digits == 0) return std::nullopt;
  }
  std::int64_t exponent = 0;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    bool exponent_negative = false;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) exponent_negative = text[at++] == '-';
    const std::size_t exponent_first = at;
    while (at < text.size() && is_digit(text[at])) {
      exponent = std::min<std::int64_t>(exponent * 10 + (text[at] - '0'), 1'000'000'000'000);
      ++at;
    }
    if (at == exponent_first) return std::nullopt;
    if (exponent_negative) exponent = -exponent;
  }
  if (at != text.size()) return std::nullopt;

  // The number is its digits * 10^power; those that stand for less than 10^-scale are rounded away.
  const std::int64_t power = exponent - static_cast<std::int64_t>(fraction_digits);
  const int scale = static_cast<int>(std::clamp<std::int64_t>(-power, 0, kMaximumScale));
  const std::size_t digits = integer_digits + fraction_digits;
  const std::int64_t kept = static_cast<std::int64_t>(digits) + std::min<std::int64_t>(power + scale, 0);
  auto digit = [&](std::size_t index) {
    return index < integer_digits ? text[first + index] - '0' : text[fraction_first + index - integer_digits] - '0';
  };
  UInt128 coefficient = 0;
  for (std::int64_t i = 0; i < kept; ++i) {
    coefficient = coefficient * 10 + static_cast<UInt128>(digit(static_cast<std::size_t>(i)));
    if (!is_in_range(coefficient, scale)) return std::nullopt;
  }
  if (kept >= 0 && kept < static_cast<std::int64_t>(digits) && digit(static_cast<std::size_t>(kept)) >= 5) {
    coefficient += 1;
  }
  if (coefficient != 0) {
    for (std::int64_t zeros = power + scale; zeros > 0; --zeros) {
      coefficient *= 10;
      if (!is_in_range(coefficient, scale)) return std::nullopt;
    }
  }
  if (!is_in_range(coefficient, scale)) return std::nullopt;
  const Int128 size = static_cast<Int128>(coefficient);
  return Decimal{negative ? -size : size, static_cast<std::uint8_t>(scale)};
}

std::string to_text(const Decimal& decimal) {
  std::array<char, 48> buffer{};
  std::size_t at = buffer.size();
  UInt128 rest = magnitude(decimal.coefficient);
  int digits = 0;
  while (rest != 0 || digits <= decimal.scale) {
    if (digits == decimal.scale && decimal.scale != 0) buffer[--at] = '.';
    buffer[--at] = static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
    ++digits;
  }
  if (decimal.coefficient < 0) buffer[--at] = '-';
  return {buffer.data() + at, buffer.size() - at};
}

Decimal decimal_of(const Value& value) {
  switch (value.kind) {
    case Kind::Integer:
    case Kind::Long:
      return {value.integer, 0};
    case Kind::Decimal:
    case Kind::Quantity:
      return {(value.flags & Value::kWide) != 0 ? *static_cast<const Int128*>(value.pointer) : Int128{value.integer},
              value.scale};
    case Kind::Null:
    case Kind::Failed:
    case Kind::Boolean:
    case Kind::String:
    case Kind::Date:
    case Kind::DateTime:
    case Kind::Time:
    case Kind::Ratio:
    case Kind::Interval:
    case Kind::Code:
    case Kind::Concept:
    case Kind::Vocabulary:
    case Kind::List:
    case Kind::Tuple:
    case Kind::Instance:
    case Kind::IntegerRange:
      break;
  }
  CALX_CHECK(false, "only numbers and quantities hold a decimal");
  return {};
}

Value decimal_value(const Decimal& decimal, Arena& arena) {
  return number_value(Kind::Decimal, decimal, arena);
}

Value quantity_value(const Decimal& decimal, UnitId unit, Arena& arena) {
  Value value = number_value(Kind::Quantity, decimal, arena);
  value.extent = unit.value;
  return value;
}

std::optional<Decimal> add(const Decimal& a, const Decimal& b) {
  const int scale = std::max(a.scale, b.scale);
  return in_range(scaled_up(a, scale) + scaled_up(b, scale), scale);
}

std::optional<Decimal> subtract(const Decimal& a, const Decimal& b) {
  return add(a, negate(b));
}

std::optional<Decimal> multiply(const Decimal& a, const Decimal& b) {
  UInt256 product = multiply_wide(magnitude(a.coefficient), magnitude(b.coefficient));
  int scale = a.scale + b.scale;
  if (scale > kMaximumScale) {
    product = divide_rounded(product, static_cast<UInt128>(power_of_ten(scale - kMaximumScale)));
    scale = kMaximumScale;
  }
  return signed_result(product, (a.coefficient < 0) != (b.coefficient < 0), scale);
}

std::optional<Decimal> divide(const Decimal& a, const Decimal& b) {
  if (b.coefficient == 0) return std::nullopt;
  const UInt256 dividend =
      multiply_wide(magnitude(a.coefficient), static_cast<UInt128>(power_of_ten(kMaximumScale + b.scale - a.scale)));
  const UInt256 quotient = divide_rounded(dividend, magnitude(b.coefficient));
  const std::optional<Decimal> result =
      signed_result(quotient, (a.coefficient < 0) != (b.coefficient < 0), kMaximumScale);
  if (!result) return std::nullopt;
  return without_trailing_zeros(*result, std::max({1, int{a.scale}, int{b.scale}}));
}

std::optional<Decimal> truncated_divide(const Decimal& a, const Decimal& b) {
  if (b.coefficient == 0) return std::nullopt;
  const int scale = std::max(a.scale, b.scale);
  return in_range(scaled_up(a, scale) / scaled_up(b, scale), 0);
}

std::optional<Decimal> modulo(const Decimal& a, const Decimal& b) {
  if (b.coefficient == 0) return std::nullopt;
  const int scale = std::max(a.scale, b.scale);
  return in_range(scaled_up(a, scale) % scaled_up(b, scale), scale);
}

Decimal negate(const Decimal& a) {
  return {-a.coefficient, a.scale};
}

bool is_representable(const Decimal& a) {
  return a.scale <= kMaximumScale && is_in_range(magnitude(a.coefficient), a.scale);
}

int compare(const Decimal& a, const Decimal& b) {
  const int scale = std::max(a.scale, b.scale);
  const Int128 left = scaled_up(a, scale);
  const Int128 right = scaled_up(b, scale);
  return left < right ? -1 : (left > right ? 1 : 0);
}

Decimal round_half_up(const Decimal& a, std::uint8_t scale) {
  if (a.scale <= scale) return a;
  const Int128 unit = power_of_ten(a.scale - scale);
  return {floor_divide(a.coefficient + unit / 2, unit), scale};
}

Decimal round_half_away(const Decimal& a, std::uint8_t scale) {
  if (a.scale <= scale) return a;
  const Int128 unit = power_of_ten(a.scale - scale);
  return {(a.coefficient + (a.coefficient < 0 ? -unit / 2 : unit / 2)) / unit, scale};
}

Decimal floor(const Decimal& a) {
  return {floor_divide(a.coefficient, power_of_ten(a.scale)), 0};
}

Decimal ceiling(const Decimal& a) {
  return {-floor_divide(-a.coefficient, power_of_ten(a.scale)), 0};
}

Decimal truncate(const Decimal& a) {
  return {a.coefficient / power_of_ten(a.scale), 0};
}

Decimal normalize(const Decimal& a) {
  return without_trailing_zeros(a, 0);
}

}  // namespace calx
