#include "values/decimal.h"

#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace calx {
namespace {

Decimal decimal(std::string_view text) {
  const std::optional<Decimal> parsed = parse_decimal(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed.value_or(Decimal{});
}

std::string text_of(const std::optional<Decimal>& value) {
  return value ? to_text(*value) : "nothing";
}

std::string parsed_text(std::string_view text) {
  return text_of(parse_decimal(text));
}

TEST(Decimal, ParsesAsWritten) {
  EXPECT_EQ(parsed_text("0"), "0");
  EXPECT_EQ(parsed_text("-0"), "0");
  EXPECT_EQ(parsed_text("-12.50"), "-12.50");
  EXPECT_EQ(parsed_text("+1.0"), "1.0");
  EXPECT_EQ(parsed_text("0.00000001"), "0.00000001");
  EXPECT_EQ(parsed_text("007.5"), "7.5");
  EXPECT_EQ(parsed_text("99999999999999999999.99999999"), "99999999999999999999.99999999");
  EXPECT_EQ(parsed_text("-99999999999999999999.99999999"), "-99999999999999999999.99999999");
  EXPECT_EQ(parsed_text("0000000000000000000000000000000000000000000000001"), "1");
}

TEST(Decimal, ParsesExponents) {
  EXPECT_EQ(parsed_text("1e3"), "1000");
  EXPECT_EQ(parsed_text("1.50E1"), "15.0");
  EXPECT_EQ(parsed_text("12e-1"), "1.2");
  EXPECT_EQ(parsed_text("5e-9"), "0.00000001");
  EXPECT_EQ(parsed_text("4e-9"), "0.00000000");
  EXPECT_EQ(parsed_text("1e-400"), "0.00000000");
  EXPECT_EQ(parsed_text("0e99999999999999999999"), "0");
  EXPECT_EQ(parsed_text("1e19"), "10000000000000000000");
  EXPECT_EQ(parsed_text("1e20"), "nothing");
  EXPECT_EQ(parsed_text("1e99999999999999999999"), "nothing");
  EXPECT_EQ(parsed_text("0.00000000000000000001e20"), "1");
}

TEST(Decimal, RoundsTheNinthDigitAway) {
  EXPECT_EQ(parsed_text("0.123456785"), "0.12345679");
  EXPECT_EQ(parsed_text("-0.123456785"), "-0.12345679");
  EXPECT_EQ(parsed_text("0.1234567849999"), "0.12345678");
  EXPECT_EQ(parsed_text("0.999999995"), "1.00000000");
  EXPECT_EQ(parsed_text("99999999999999999999.999999995"), "nothing");
}

TEST(Decimal, RefusesWhatIsNoNumber) {
  for (const std::string_view text :
       {"", "-", "+", ".", ".5", "5.", "1e", "1e+", "1.2.3", " 1", "1 ", "0x1", "1,0", "NaN", "--1", "1e1.5"}) {
    EXPECT_EQ(parsed_text(text), "nothing") << text;
  }
  EXPECT_EQ(parsed_text("100000000000000000000"), "nothing");
}

TEST(Decimal, StoresWideCoefficientsInTheArena) {
  Arena arena;
  for (const std::string_view text :
       {"0.0", "-1.50", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "99999999999999999999.99999999", "-99999999999999999999.99999999"}) {
    const Value value = decimal_value(decimal(text), arena);
    EXPECT_EQ(to_text(decimal_of(value)), text);
    const Value quantity = quantity_value(decimal(text), UnitId{7}, arena);
    EXPECT_EQ(quantity.unit().value, 7U);
    EXPECT_EQ(to_text(decimal_of(quantity)), text);
  }
  EXPECT_EQ(to_text(decimal_of(Value::long_number(-5))), "-5");
}

TEST(Decimal, Arithmetic) {
  EXPECT_EQ(text_of(add(decimal("1.5"), decimal("0.25"))), "1.75");
  EXPECT_EQ(text_of(add(decimal("99999999999999999999.99999999"), decimal("0.00000001"))), "nothing");
  EXPECT_EQ(text_of(subtract(decimal("-99999999999999999999.99999999"), decimal("0.00000001"))), "nothing");
  EXPECT_EQ(text_of(multiply(decimal("0.00010000"), decimal("0.00005000"))), "0.00000001");
  EXPECT_EQ(text_of(multiply(decimal("0.00010000"), decimal("0.00004999"))), "0.00000000");
  EXPECT_EQ(text_of(multiply(decimal("-0.00010000"), decimal("0.00005000"))), "-0.00000001");
  EXPECT_EQ(text_of(multiply(decimal("10000000000"), decimal("10000000000"))), "nothing");
  EXPECT_EQ(text_of(multiply(decimal("99999999999999999999.99999999"), decimal("99999999999999999999.99999999"))),
            "nothing");
  EXPECT_EQ(text_of(divide(decimal("9.9"), decimal("3.0"))), "3.3");
  EXPECT_EQ(text_of(divide(decimal("4.0"), decimal("2"))), "2.0");
  EXPECT_EQ(text_of(divide(decimal("4"), decimal("2"))), "2.0");
  EXPECT_EQ(text_of(divide(decimal("2"), decimal("3"))), "0.66666667");
  EXPECT_EQ(text_of(divide(decimal("-2"), decimal("3"))), "-0.66666667");
  EXPECT_EQ(text_of(divide(decimal("2.2"), decimal("0.0"))), "nothing");
  EXPECT_EQ(text_of(divide(decimal("99999999999999999999"), decimal("0.00000001"))), "nothing");
  EXPECT_EQ(text_of(divide(decimal("99999999999999999999.99999999"), decimal("99999999999999999999.99999999"))),
            "1.00000000");
  EXPECT_EQ(text_of(truncated_divide(decimal("-10.1"), decimal("3.1"))), "-3");
  EXPECT_EQ(text_of(truncated_divide(decimal("1"), decimal("0"))), "nothing");
  EXPECT_EQ(text_of(truncated_divide(decimal("99999999999999999999"), decimal("0.1"))), "nothing");
  EXPECT_EQ(text_of(modulo(decimal("-10.1"), decimal("3"))), "-1.1");
  EXPECT_EQ(text_of(modulo(decimal("3.5"), decimal("3"))), "0.5");
  EXPECT_EQ(text_of(modulo(decimal("3.5"), decimal("0"))), "nothing");
}

TEST(Decimal, Rounding) {
  EXPECT_EQ(to_text(round_half_up(decimal("0.5"), 0)), "1");
  EXPECT_EQ(to_text(round_half_up(decimal("-0.5"), 0)), "0");
  EXPECT_EQ(to_text(round_half_up(decimal("-1.5"), 0)), "-1");
  EXPECT_EQ(to_text(round_half_up(decimal("-1.51"), 0)), "-2");
  EXPECT_EQ(to_text(round_half_up(decimal("3.14159"), 2)), "3.14");
  EXPECT_EQ(to_text(round_half_away(decimal("-1.5"), 0)), "-2");
  EXPECT_EQ(to_text(round_half_away(decimal("1.45"), 1)), "1.5");
  EXPECT_EQ(to_text(floor(decimal("-0.1"))), "-1");
  EXPECT_EQ(to_text(floor(decimal("2.9"))), "2");
  EXPECT_EQ(to_text(ceiling(decimal("-1.1"))), "-1");
  EXPECT_EQ(to_text(ceiling(decimal("1.1"))), "2");
  EXPECT_EQ(to_text(truncate(decimal("-1.9"))), "-1");
  EXPECT_EQ(to_text(normalize(decimal("1.5000"))), "1.5");
  EXPECT_EQ(to_text(normalize(decimal("100.0"))), "100");
  EXPECT_FALSE(is_representable(round_half_up(decimal("99999999999999999999.9"), 0)));
}

TEST(Decimal, ComparesByNumber) {
  EXPECT_EQ(compare(decimal("1.0"), decimal("1.00000000")), 0);
  EXPECT_EQ(compare(decimal("-0.1"), decimal("0")), -1);
  EXPECT_EQ(compare(decimal("99999999999999999999"), decimal("99999999999999999999.99999999")), -1);
}

/// Schoolbook arithmetic on decimal digits, least significant first: slow, and obviously right.
struct Digits {
  std::vector<int> digits;

  static Digits of(std::string_view text) {
    Digits result;
    for (const char c : text) {
      if (c >= '0' && c <= '9') result.digits.insert(result.digits.begin(), c - '0');
    }
    result.trim();
    return result;
  }
  void trim() {
    while (!digits.empty() && digits.back() == 0) digits.pop_back();
  }
  Digits shifted(int places) const {
    Digits result = *this;
    if (!digits.empty()) result.digits.insert(result.digits.begin(), static_cast<std::size_t>(places), 0);
    return result;
  }
  std::string text() const {
    std::string result;
    for (const int digit : digits) result.insert(result.begin(), static_cast<char>('0' + digit));
    return result.empty() ? "0" : result;
  }
  friend bool operator<(const Digits& a, const Digits& b) {
    if (a.digits.size() != b.digits.size()) return a.digits.size() < b.digits.size();
    return std::lexicographical_compare(a.digits.rbegin(), a.digits.rend(), b.digits.rbegin(), b.digits.rend());
  }
  friend Digits operator+(const Digits& a, const Digits& b) {
    Digits result;
    int carry = 0;
    for (std::size_t i = 0; i < std::max(a.digits.size(), b.digits.size()) || carry != 0; ++i) {
      const int sum = carry + (i < a.digits.size() ? a.digits[i] : 0) + (i < b.digits.size() ? b.digits[i] : 0);
      result.digits.push_back(sum % 10);
      carry = sum / 10;
    }
    result.trim();
    return result;
  }
  friend Digits operator-(const Digits& a, const Digits& b) {  // a >= b
    Digits result = a;
    for (std::size_t i = 0; i < result.digits.size(); ++i) {
      result.digits[i] -= i < b.digits.size() ? b.digits[i] : 0;
      if (result.digits[i] < 0) {
        result.digits[i] += 10;
        result.digits[i + 1] -= 1;
      }
    }
    result.trim();
    return result;
  }
  friend Digits operator*(const Digits& a, const Digits& b) {
    Digits result;
    for (std::size_t i = 0; i < b.digits.size(); ++i) {
      for (int n = 0; n < b.digits[i]; ++n) result = result + a.shifted(static_cast<int>(i));
    }
    return result;
  }
  /// Quotient and remainder.
  friend std::pair<Digits, Digits> divide(const Digits& a, const Digits& b) {
    Digits quotient;
    Digits rest;
    for (auto digit = a.digits.rbegin(); digit != a.digits.rend(); ++digit) {
      rest = rest.shifted(1);
      if (*digit != 0) rest = rest + Digits{{*digit}};
      int times = 0;
      while (!(rest < b)) {
        rest = rest - b;
        ++times;
      }
      quotient.digits.insert(quotient.digits.begin(), times);
    }
    quotient.trim();
    return {quotient, rest};
  }
};

/// Half away from zero, on magnitudes.
Digits rounded_quotient(const Digits& a, const Digits& b) {
  auto [quotient, rest] = divide(a, b);
  return rest + rest < b ? quotient : quotient + Digits{{1}};
}

std::string random_decimal(std::mt19937& random) {
  std::uniform_int_distribution<int> digit(0, 9);
  std::string text(std::uniform_int_distribution<std::size_t>(1, 20)(random), '0');
  for (char& c : text) c = static_cast<char>('0' + digit(random));
  const int scale = std::uniform_int_distribution<int>(0, 8)(random);
  if (scale != 0) text += '.';
  for (int i = 0; i < scale; ++i) text += static_cast<char>('0' + digit(random));
  return text;
}

Digits in_steps(const Decimal& value) {
  return Digits::of(to_text(value)).shifted(8 - value.scale);
}

/// The magnitude in steps of 10^-8, or nothing beyond CQL's range.
std::string expected_steps(const Digits& steps) {
  return steps.digits.size() > 28 ? "nothing" : steps.text();
}
std::string actual_steps(const std::optional<Decimal>& value) {
  return value ? in_steps(*value).text() : "nothing";
}

TEST(Decimal, AgreesWithSchoolbookArithmetic) {
  std::mt19937 random(20'240'501);
  for (int round = 0; round < 1500; ++round) {
    const Decimal a = decimal(random_decimal(random));
    const Decimal b = decimal(random_decimal(random));
    const Digits a_steps = in_steps(a);
    const Digits b_steps = in_steps(b);
    ASSERT_EQ(compare(a, b), a_steps < b_steps ? -1 : (b_steps < a_steps ? 1 : 0));
    ASSERT_EQ(actual_steps(add(a, b)), expected_steps(a_steps + b_steps));
    ASSERT_EQ(actual_steps(subtract(a, b)), expected_steps(a_steps < b_steps ? b_steps - a_steps : a_steps - b_steps));
    const Digits product = rounded_quotient(a_steps * b_steps, Digits{{1}}.shifted(8));
    ASSERT_EQ(actual_steps(multiply(a, b)), expected_steps(product)) << to_text(a) << " * " << to_text(b);
    ASSERT_EQ(actual_steps(multiply(negate(a), b)), expected_steps(product));
    if (b.coefficient == 0) continue;
    const Digits quotient = rounded_quotient(a_steps.shifted(8), b_steps);
    ASSERT_EQ(actual_steps(divide(a, b)), expected_steps(quotient)) << to_text(a) << " / " << to_text(b);
    auto [whole, rest] = divide(a_steps, b_steps);
    ASSERT_EQ(actual_steps(truncated_divide(a, b)), expected_steps(whole.shifted(8)));
    ASSERT_EQ(actual_steps(modulo(a, b)), expected_steps(rest));
  }
}

}  // namespace
}  // namespace calx
