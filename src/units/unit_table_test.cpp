#include "units/unit_table.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

#include "units/natural.h"
#include "units/ucum.h"

namespace calx {
namespace {

class Units : public testing::Test {
 protected:
  std::string convert(std::string_view number, std::string_view from, std::string_view to) {
    const std::optional<Decimal> result =
        units_.convert(*parse_decimal(number), units_.intern(from), units_.intern(to));
    return result ? to_text(*result) : "nothing";
  }
  Value quantity(std::string_view number, std::string_view unit) {
    return quantity_value(*parse_decimal(number), units_.intern(unit), arena_);
  }
  std::string order(std::string_view a, std::string_view a_unit, std::string_view b, std::string_view b_unit) {
    const std::optional<int> forth = units_.compare_quantities(quantity(a, a_unit), quantity(b, b_unit));
    const std::optional<int> back = units_.compare_quantities(quantity(b, b_unit), quantity(a, a_unit));
    EXPECT_EQ(forth.has_value(), back.has_value());
    if (!forth) return "unknown";
    EXPECT_EQ(*forth, -*back);
    return *forth < 0 ? "less" : (*forth > 0 ? "greater" : "same");
  }
  bool equivalent(std::string_view a, std::string_view a_unit, std::string_view b, std::string_view b_unit) {
    const bool forth = units_.equivalent_quantities(quantity(a, a_unit), quantity(b, b_unit));
    EXPECT_EQ(forth, units_.equivalent_quantities(quantity(b, b_unit), quantity(a, a_unit)));
    return forth;
  }
  bool is_ucum(std::string_view text) { return units_.unit_class(units_.intern(text)) == UnitClass::Ucum; }
  std::string_view product(std::string_view a, std::string_view b) {
    return units_.unit_text(units_.multiply(units_.intern(a), units_.intern(b)));
  }
  std::string_view quotient(std::string_view a, std::string_view b) {
    return units_.unit_text(units_.divide(units_.intern(a), units_.intern(b)));
  }

  Arena arena_;
  UnitTable units_;
};

TEST_F(Units, InternsAsWritten) {
  EXPECT_EQ(units_.intern("").value, 0U);
  EXPECT_EQ(units_.intern("1").value, 0U);
  const UnitId milligram = units_.intern("mg");
  EXPECT_EQ(units_.intern("mg"), milligram);
  EXPECT_EQ(units_.unit_text(milligram), "mg");
  EXPECT_EQ(units_.unit_text(UnitId{0}), "1");
}

TEST_F(Units, ATableExtendsItsBase) {
  const UnitId milligram = units_.intern("mg");
  UnitTable more(&units_);
  EXPECT_EQ(more.intern("mg"), milligram);
  const UnitId litre = more.intern("L");
  EXPECT_GT(litre.value, milligram.value);
  EXPECT_EQ(more.unit_text(litre), "L");
  EXPECT_EQ(more.unit_text(milligram), "mg");
  more.reset();
  EXPECT_EQ(more.intern("dL"), litre);
  EXPECT_EQ(more.unit_text(litre), "dL");
  UnitTable moved = std::move(more);
  EXPECT_EQ(moved.unit_text(litre), "dL");
}

TEST_F(Units, ReadsTheWholeGrammar) {
  for (const std::string_view text :
       {"1",       "m",         "/m",        "mg/dL",       "10*3/uL",   "10^9/L",     "10*-3",   "m2",
        "m+2",     "s-1",       "kg.m/s2",   "kg.m.s-2",    "mg/(kg.h)", "(mg/kg)/h",  "/(12.h)", "{score}",
        "mg{x y}", "10{cells}", "/100{WBC}", "m[IU]/mL",    "[in_i'Hg]", "mm[Hg]",     "cm[H2O]", "%",
        "[ppm]",   "Cel",       "[degF]",    "[pH]",        "dB",        "B[10.nV]",   "B[SPL]",  "'",
        "''",      "deg",       "cal_[15]",  "dar",         "daL",       "KiBy",       "mol/L",   "mmol/mol{Cr}",
        "U/L",     "mo",        "min",       "cd",          "Pa",        "umol/min/g", "g.m-2",   "((m))",
        "{a}/{b}", "[IU]/mL",   "24.h",      "kcal/(24.h)", "[HPF]",     "/[HPF]",     "osm/kg",  "meq/L"}) {
    EXPECT_TRUE(is_ucum(text)) << text;
  }
}

TEST_F(Units, EveryAtomOfTheTableHasAMeasure) {
#define CALX_UCUM_PREFIX(code, base, exponent) EXPECT_TRUE(is_ucum(code "m")) << code;
#define CALX_UCUM_ATOM(code, is_metric, kind, value, expression) \
  EXPECT_TRUE(is_ucum(code)) << code;                            \
  EXPECT_TRUE(!is_metric || is_ucum("k" code)) << code;
#include "units/ucum_table.inc"
#undef CALX_UCUM_PREFIX
#undef CALX_UCUM_ATOM
}

TEST_F(Units, KnowsWhatIsNoUnit) {
  for (const std::string_view text :
       {"foo",  "MGM",     "mgs",    "mg/",   "/",     "//m",     "m..s", "m.",    "(m",     "m)",
        "()",   "m s",     "mg dL",  "m2,5",  "m--2",  "m-",      "{a",   "a}",    "{a}{b}", "{a{b}}",
        "kmin", "m[in_i]", "[in_i",  "in_i]", "0",     "m(s)",    "µg",   "Cel/s", "Cel2",   "2.Cel",
        "m101", "Ym99",    "tablet", "mm Hg", "10**3", "year.mg", "c%"}) {
    EXPECT_FALSE(is_ucum(text)) << text;
  }
  EXPECT_FALSE(is_ucum(std::string(10'000, '(') + "m" + std::string(10'000, ')')));
  EXPECT_FALSE(is_ucum(std::string(100, '(') + "m" + std::string(100, ')')));
  EXPECT_FALSE(is_ucum("m" + std::string(300, '1')));
  EXPECT_EQ(units_.unit_class(units_.intern("years")), UnitClass::Calendar);
  EXPECT_EQ(units_.unit_class(units_.intern("Year")), UnitClass::Unknown);
}

TEST_F(Units, Conversions) {
  struct Row {
    std::string_view number, from, to, expected;
  };
  constexpr Row kRows[] = {
      {"1", "cm", "m", "0.01"},
      {"1", "[in_i]", "cm", "2.54"},
      {"1", "[ft_i]", "m", "0.3048"},
      {"1", "[mi_i]", "km", "1.609344"},
      {"5", "mg", "g", "0.005"},
      {"1.50", "g", "mg", "1500"},
      {"1", "mg/dL", "g/L", "0.01"},
      {"1", "mg/dL", "ug/mL", "10"},
      {"1", "mmol/L", "umol/dL", "100"},
      {"1", "[lb_av]", "kg", "0.45359237"},
      {"150", "[lb_av]", "kg", "68.0388555"},
      {"1", "[oz_av]", "g", "28.34952313"},
      {"1", "mm[Hg]", "Pa", "133.322"},
      {"1", "cm[H2O]", "Pa", "98.0665"},
      {"1", "atm", "Pa", "101325"},
      {"1", "[psi]", "kPa", "6.89475729"},
      {"1", "L", "cm3", "1000"},
      {"1", "l", "L", "1"},
      {"1", "[gal_us]", "L", "3.78541178"},
      {"1", "h", "min", "60"},
      {"1", "d", "h", "24"},
      {"1", "a", "d", "365.25"},
      {"1", "mo", "d", "30.4375"},
      {"1", "wk", "d", "7"},
      {"1", "kcal", "kJ", "4.184"},
      {"1", "U/L", "umol/min/L", "1"},
      {"60", "U", "ukat", "1"},
      {"1", "m[IU]/mL", "[IU]/L", "1"},
      {"1", "[IU]", "[iU]", "1"},
      {"50", "%", "1", "0.5"},
      {"1", "[ppm]", "%", "0.0001"},
      {"1", "10*3/uL", "10*9/L", "1"},
      {"7", "{score}", "1", "7"},
      {"180", "deg", "rad", "3.14159265"},
      {"1", "N", "kg.m/s2", "1"},
      {"1", "J", "N.m", "1"},
      {"1", "W", "V.A", "1"},
      {"1", "KiBy", "By", "1024"},
      {"37", "Cel", "K", "310.15"},
      {"98.6", "[degF]", "Cel", "37"},
      {"37", "Cel", "[degF]", "98.6"},
      {"-40", "Cel", "[degF]", "-40"},
      {"0", "K", "Cel", "-273.15"},
      {"80", "[degRe]", "Cel", "100"},
      {"1000", "mCel", "Cel", "1"},
      {"5", "[degR]", "K", "2.77777778"},
      {"7", "[pH]", "nmol/L", "100"},
      {"100", "nmol/L", "[pH]", "7"},
      {"3", "B", "1", "1000"},
      {"30", "dB", "B", "3"},
      {"100", "%[slope]", "deg", "45"},
      {"1", "[Ch]", "mm", "0.33333333"},
      {"1", "year", "months", "12"},
      {"6", "month", "years", "0.5"},
      {"1", "week", "d", "7"},
      {"36", "hours", "day", "1.5"},
      {"1", "ng", "g", "0"},
      {"1", "mg", "mL", "nothing"},
      {"1", "mg/dL", "mmol/L", "nothing"},
      {"1", "year", "a", "nothing"},
      {"1", "month", "days", "nothing"},
      {"1", "[IU]", "[arb'U]", "nothing"},
      {"1", "[IU]", "1", "nothing"},
      {"1", "foo", "bar_", "nothing"},
      {"1", "Ym", "fm", "nothing"},
      {"99999999999999999999", "kg", "g", "nothing"},
  };
  for (const Row& row : kRows) {
    EXPECT_EQ(convert(row.number, row.from, row.to), row.expected) << row.number << ' ' << row.from << " to " << row.to;
  }
}

TEST_F(Units, ComparesExactly) {
  EXPECT_EQ(order("1", "ng", "0", "g"), "greater");
  EXPECT_EQ(order("1", "cm", "0.01", "m"), "same");
  EXPECT_EQ(order("-1", "m", "-10", "cm"), "less");
  EXPECT_EQ(order("-1", "m", "1", "cm"), "less");
  EXPECT_EQ(order("3", "[Ch]", "1", "mm"), "same");
  EXPECT_EQ(order("1", "[ft_us]", "1", "[ft_i]"), "greater");
  EXPECT_EQ(order("1", "Ym", "1", "ym"), "greater");
  EXPECT_EQ(order("1", "Ym3", "1", "ym3"), "greater");
  EXPECT_EQ(order("360", "deg", "2", "[pi].rad"), "same");
  EXPECT_EQ(order("1", "mg/dL", "1", "mg/dL{x}"), "same");
  EXPECT_EQ(order("9999999999.99999999", "ug/mL", "9999999999.99999999", "mg/L"), "same");
  EXPECT_EQ(order("37", "Cel", "98.6", "[degF]"), "same");
  EXPECT_EQ(order("37.00000001", "Cel", "98.6", "[degF]"), "greater");
  EXPECT_EQ(order("-300", "Cel", "0", "K"), "less");
  EXPECT_EQ(order("7.1", "[pH]", "7.2", "[pH]"), "less");
  EXPECT_EQ(order("10", "dB", "1", "B"), "same");
  EXPECT_EQ(order("1", "B", "1", "B[W]"), "unknown");
  EXPECT_EQ(order("7", "[pH]", "1", "mol/L"), "unknown");
  EXPECT_EQ(order("1", "cm", "1", "cm2"), "unknown");
  EXPECT_EQ(order("1", "[IU]/mL", "1000", "[IU]/L"), "same");
  EXPECT_EQ(order("1", "[IU]", "1", "[arb'U]"), "unknown");
  EXPECT_EQ(order("1", "foo", "1", "foo"), "unknown");
}

/// Powers of ten take a short way when the numbers are small enough: it agrees with the long one at its border.
TEST_F(Units, ShiftingAgreesWithMultiplyingOut) {
  constexpr std::string_view kPrefixes[] = {"Y", "T", "G", "M", "k", "h", "", "d", "c", "m", "u", "n", "p", "y"};
  constexpr std::string_view kNumbers[] = {
      "0", "1", "-1", "0.00000001", "1000", "99999999999999999999.99999999", "-99999999999999999999.99999999"};
  const auto exact = [&](const Value& value) {
    const UnitFactor factor = measure_of(*parse_unit(units_.unit_text(value.unit())))->factor;
    const Decimal number = decimal_of(value);
    // 10^40 of the smallest step of the smallest unit make all of these natural.
    Natural size = Natural::of(magnitude(number.coefficient));
    size.multiply_by_power_of_ten(static_cast<std::size_t>(factor.exponent - number.scale + 40));
    return std::pair{number.coefficient < 0, size};
  };
  for (const std::string_view a_prefix : kPrefixes) {
    for (const std::string_view b_prefix : kPrefixes) {
      for (const std::string_view a : kNumbers) {
        for (const std::string_view b : kNumbers) {
          const Value left = quantity(a, std::string(a_prefix) + "m");
          const Value right = quantity(b, std::string(b_prefix) + "m");
          const auto [is_left_negative, left_size] = exact(left);
          const auto [is_right_negative, right_size] = exact(right);
          const int expected = is_left_negative != is_right_negative ? (is_left_negative ? -1 : 1)
                               : is_left_negative                    ? compare(right_size, left_size)
                                                                     : compare(left_size, right_size);
          ASSERT_EQ(units_.compare_quantities(left, right), expected)
              << a << ' ' << a_prefix << "m and " << b << ' ' << b_prefix << 'm';
        }
      }
    }
  }
}

TEST_F(Units, CalendarDurations) {
  EXPECT_EQ(order("1", "year", "1", "years"), "same");
  EXPECT_EQ(order("1", "year", "12", "months"), "same");
  EXPECT_EQ(order("1", "year", "1", "a"), "unknown");
  EXPECT_EQ(order("1", "month", "1", "mo"), "unknown");
  EXPECT_EQ(order("1", "year", "365", "days"), "unknown");
  EXPECT_EQ(order("1", "week", "7", "days"), "same");
  EXPECT_EQ(order("1", "week", "1", "wk"), "same");
  EXPECT_EQ(order("1", "day", "24", "h"), "same");
  EXPECT_EQ(order("1", "second", "1000", "milliseconds"), "same");
  EXPECT_TRUE(equivalent("1", "year", "1", "a"));
  EXPECT_TRUE(equivalent("1", "months", "1", "mo"));
  EXPECT_TRUE(equivalent("1", "year", "12", "months"));
  EXPECT_TRUE(equivalent("1", "year", "365", "days"));
  EXPECT_TRUE(equivalent("1", "month", "30", "d"));
  EXPECT_FALSE(equivalent("1", "year", "2", "a"));
  EXPECT_FALSE(equivalent("1", "year", "1", "m"));
  const auto calendar = [&](std::string_view text) { return units_.calendar_unit(units_.intern(text)); };
  EXPECT_EQ(calendar("years")->precision, Precision::Year);
  EXPECT_EQ(calendar("a")->precision, Precision::Year);
  EXPECT_EQ(calendar("wk")->factor, 7);
  EXPECT_EQ(calendar("weeks")->precision, Precision::Day);
  EXPECT_EQ(calendar("ms")->precision, Precision::Millisecond);
  EXPECT_FALSE(calendar("mg").has_value());
  EXPECT_FALSE(calendar("us").has_value());
}

TEST_F(Units, Equivalence) {
  EXPECT_TRUE(equivalent("100", "cm", "1", "m"));
  EXPECT_TRUE(equivalent("1.5", "m", "154", "cm"));
  EXPECT_FALSE(equivalent("3.5", "cm2", "3.5", "cm"));
  EXPECT_TRUE(equivalent("1", "foo", "1.0", "foo"));
  EXPECT_FALSE(equivalent("1", "foo", "1", "bar_"));
  EXPECT_TRUE(equivalent("37", "Cel", "98.6", "[degF]"));
  const auto same = [&](std::string_view a, std::string_view b) {
    return units_.equivalent_units(units_.intern(a), units_.intern(b));
  };
  EXPECT_TRUE(same("", "1"));
  EXPECT_TRUE(same("mg/dL", "mg/dL{x}"));
  EXPECT_TRUE(same("{score}", "1"));
  EXPECT_TRUE(same("g/L", "mg/mL"));
  EXPECT_TRUE(same("day", "days"));
  EXPECT_TRUE(same("day", "d"));
  EXPECT_FALSE(same("year", "a"));
  EXPECT_FALSE(same("mg", "g"));
  EXPECT_FALSE(same("Cel", "K"));
  const auto ratio = [&](const Value& numerator, const Value& denominator) {
    const Value parts[2] = {numerator, denominator};
    return Value::of_pointer(Kind::Ratio, arena_.copy(std::span<const Value>(parts)).data(), 0);
  };
  EXPECT_TRUE(units_.equivalent_ratios(ratio(quantity("5", "mg"), quantity("10", "mL")),
                                       ratio(quantity("0.5", "g"), quantity("1", "L"))));
  EXPECT_FALSE(units_.equivalent_ratios(ratio(quantity("5", "mg"), quantity("10", "mL")),
                                        ratio(quantity("5", "mg"), quantity("10", "mg"))));
  EXPECT_TRUE(units_.equivalent_ratios(ratio(quantity("1", "foo"), quantity("2", "1")),
                                       ratio(quantity("2", "foo"), quantity("4", ""))));
}

TEST_F(Units, ProductsAndQuotients) {
  EXPECT_EQ(quotient("mg", "dL"), "mg/dL");
  EXPECT_EQ(quotient("cm2", "cm"), "cm");
  EXPECT_EQ(quotient("mg", "mg"), "1");
  EXPECT_EQ(quotient("1", "min"), "/min");
  EXPECT_EQ(quotient("mg", "1"), "mg");
  EXPECT_EQ(product("mg/dL", "dL"), "mg");
  EXPECT_EQ(product("m", "m"), "m2");
  EXPECT_EQ(product("1", "mg"), "mg");
  EXPECT_EQ(product("10*3/uL", "L"), "10*3.L/uL");
  EXPECT_EQ(quotient("mg", "day"), "mg/d");
  EXPECT_EQ(quotient("mg/kg", "2.h"), "mg/kg/2/h");
  EXPECT_FALSE(is_ucum(quotient("mg", "year")));
  EXPECT_FALSE(is_ucum(product("Cel", "m")));
  EXPECT_FALSE(is_ucum(product("foo", "m")));
  for (const auto& [a, b] : {std::pair{"mg{x}", "{x}/mL"}, {"12.h", "12"}, {"10*3", "10*-3"}, {"(12.h)", "12.h"}}) {
    EXPECT_TRUE(is_ucum(product(a, b))) << product(a, b);
    EXPECT_TRUE(is_ucum(quotient(a, b))) << quotient(a, b);
  }
}

/// The product's own measure is the product of the measures, whatever its spelling.
TEST_F(Units, SpellingKeepsTheMeasure) {
  constexpr std::string_view kUnits[] = {"mg",     "g/L", "/min",    "10*3/uL", "m2",
                                         "(12.h)", "%",   "[IU]/mL", "{x}",     "kg.m/s2"};
  for (const std::string_view a : kUnits) {
    for (const std::string_view b : kUnits) {
      const UnitMeasure left = *measure_of(*parse_unit(a));
      const UnitMeasure right = *measure_of(*parse_unit(b));
      const UnitMeasure spelled = *measure_of(*parse_unit(quotient(a, b)));
      for (std::size_t i = 0; i < UnitMeasure::kBaseUnits; ++i) {
        EXPECT_EQ(spelled.dimensions[i], left.dimensions[i] - right.dimensions[i]) << a << " / " << b;
      }
      EXPECT_EQ(compare(spelled.factor, left.factor * inverse(right.factor)), 0) << a << " / " << b;
    }
  }
}

TEST(Natural, AgreesWithTheMachine) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 20'000; ++round) {
    const auto number = [&] { return (static_cast<UInt128>(random()) << 64 | random()) >> (random() % 128); };
    const UInt128 a = number();
    const UInt128 b = number() >> 1;
    const UInt128 half = a >> 64;
    ASSERT_EQ(compare(Natural::of(a), Natural::of(b)), a < b ? -1 : (a > b ? 1 : 0));
    if (b != 0) {
      const Division division = divide(Natural::of(a), Natural::of(b));
      ASSERT_EQ(compare(division.quotient, Natural::of(a / b)), 0);
      ASSERT_EQ(compare(division.remainder, Natural::of(a % b)), 0);
      const Natural product = Natural::of(a) * Natural::of(b);
      const Division back = divide(product + Natural::of(b - 1), Natural::of(b));
      ASSERT_EQ(compare(back.quotient, Natural::of(a)), 0);
      ASSERT_EQ(compare(back.remainder, Natural::of(b - 1)), 0);
    }
    ASSERT_EQ(compare(Natural::of(half) + Natural::of(b >> 1), Natural::of(half + (b >> 1))), 0);
    UInt128 x = a;
    UInt128 y = b;
    while (y != 0) x = std::exchange(y, x % y);
    ASSERT_EQ(compare(greatest_common_divisor(Natural::of(a), Natural::of(b)), Natural::of(x)), 0);
  }
}

TEST(Natural, OverflowSticks) {
  Natural number = 1;
  number.multiply_by_power_of_ten(616);
  EXPECT_FALSE(number.has_overflowed());
  number.multiply_by_power_of_ten(1);
  EXPECT_TRUE(number.has_overflowed());
  EXPECT_TRUE((number * Natural(1)).has_overflowed());
  EXPECT_TRUE((Natural(1) + number).has_overflowed());
}

}  // namespace
}  // namespace calx
