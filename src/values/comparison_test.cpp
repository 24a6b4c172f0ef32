#include "values/comparison.h"

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "values/date_time.h"
#include "values/interval.h"
#include "values/point_types.h"
#include "values/text.h"

namespace calx {
namespace {

/// Units without factors: one unit compares with itself, and 1 and 2 are two spellings of one.
class PlainUnits final : public UnitComparer, public UnitNames {
 public:
  std::optional<int> compare_quantities(const Value& a, const Value& b) const override {
    if (!equivalent_units(a.unit(), b.unit())) return std::nullopt;
    return compare(decimal_of(a), decimal_of(b));
  }
  bool equivalent_units(UnitId a, UnitId b) const override {
    return a == b || (a.value + b.value == 3 && a.value != 0 && b.value != 0);
  }
  std::string_view unit_text(UnitId unit) const override {
    constexpr std::array<std::string_view, 5> kTexts = {"1", "mg", "mg{x}", "cm", "years"};
    return kTexts[unit.value];
  }
};

class Comparison : public testing::Test {
 protected:
  Value integer(std::int32_t number) { return Value::integer_number(number); }
  Value decimal(std::string_view text) { return decimal_value(*parse_decimal(text), arena_); }
  Value quantity(std::string_view text, std::uint32_t unit) {
    return quantity_value(*parse_decimal(text), UnitId{unit}, arena_);
  }
  Value string(std::string_view text) { return Value::string(text); }
  Value date(std::string_view text) { return *parse_date(text); }
  Value date_time(std::string_view text) { return *parse_date_time(text); }
  Value list(std::vector<Value> elements) { return Value::list(keep(elements)); }
  Value tuple(std::vector<Value> elements) { return Value::tuple(keep(elements), TypeId{9}); }
  Value instance(std::vector<Value> slots, std::uint32_t type = 5) {
    InstanceData* data = arena_.make<InstanceData>();
    data->type = TypeId{type};
    data->slot_count = static_cast<std::uint32_t>(slots.size());
    data->slots = keep(slots).data();
    return Value::instance(data);
  }
  Value ratio(const Value& numerator, const Value& denominator) {
    return Value::of_pointer(Kind::Ratio, keep({numerator, denominator}).data(), 0);
  }
  Value interval(const Value& low, const Value& high, bool low_closed = true, bool high_closed = true) {
    return Value::interval(keep({low, high}).data(), low_closed, high_closed);
  }
  Value count(std::int32_t low, std::int32_t high) {
    return Value::of_pointer(Kind::IntegerRange, keep({integer(low), integer(high)}).data(), 0);
  }
  Value code(std::string_view system, std::string_view code, std::string_view display = {}) {
    CodeData* data = arena_.make<CodeData>();
    data->system = system;
    data->code = code;
    data->display = display;
    data->has_display = !display.empty();
    return Value::code(data, CodeId{0});
  }
  Value concept_of(std::vector<Value> codes, std::string_view display = {}) {
    ConceptData* data = arena_.make<ConceptData>();
    data->codes = keep(codes);
    data->display = display;
    data->has_display = !display.empty();
    return Value::of_pointer(Kind::Concept, data, 0);
  }

  std::string is_equal(const Value& a, const Value& b) {
    const Truth forth = equal(a, b, context_);
    EXPECT_EQ(forth, equal(b, a, context_)) << "= is symmetric";
    return forth.is_unknown() ? "null" : (forth.is_true ? "true" : "false");
  }
  bool is_equivalent(const Value& a, const Value& b) {
    const bool forth = equivalent(a, b, context_);
    EXPECT_EQ(forth, equivalent(b, a, context_)) << "~ is symmetric";
    return forth;
  }
  std::string text(const Value& value) { return debug_text(value, units_); }

  std::span<const Value> keep(const std::vector<Value>& values) { return arena_.copy(std::span<const Value>(values)); }

  Arena arena_;
  PlainUnits units_;
  ComparisonContext context_{units_, 0};
  const Value null_ = Value::null();
};

TEST_F(Comparison, SimpleValues) {
  EXPECT_EQ(is_equal(null_, null_), "null");
  EXPECT_EQ(is_equal(Value::boolean(true), null_), "null");
  EXPECT_EQ(is_equal(Value::boolean(false), Value::boolean(false)), "true");
  EXPECT_EQ(is_equal(integer(1), integer(2)), "false");
  EXPECT_EQ(is_equal(integer(1), Value::long_number(1)), "true");
  EXPECT_EQ(is_equal(decimal("1.0"), decimal("1.00")), "true");
  EXPECT_EQ(is_equal(decimal("1.0"), integer(1)), "true");
  EXPECT_EQ(is_equal(decimal("1.50"), decimal("1.55")), "false");
  EXPECT_EQ(is_equal(string("a"), string("A")), "false");
  EXPECT_EQ(is_equal(string("1"), integer(1)), "false");
  EXPECT_EQ(is_equal(date("2012-01-01"), date_time("2012-01-01T12")), "null");
  EXPECT_EQ(is_equal(date("2014"), date("2015-01")), "false");
}

TEST_F(Comparison, Quantities) {
  EXPECT_EQ(is_equal(quantity("2.0", 1), quantity("2.00", 2)), "true");
  EXPECT_EQ(is_equal(quantity("2.0", 1), quantity("2.0", 3)), "null");
  EXPECT_EQ(is_equal(quantity("2.0", 0), integer(2)), "true");
  EXPECT_EQ(is_equal(ratio(quantity("1", 0), quantity("8", 0)), ratio(quantity("2", 0), quantity("16", 0))), "false");
  EXPECT_TRUE(is_equivalent(ratio(quantity("1", 0), quantity("8", 0)), ratio(quantity("2.0", 0), quantity("16", 0))));
  EXPECT_FALSE(is_equivalent(ratio(quantity("1", 0), quantity("8", 0)), ratio(quantity("-2.0", 0), quantity("16", 0))));
  EXPECT_TRUE(is_equivalent(ratio(quantity("1", 1), quantity("8", 3)),
                            ratio(quantity("0.00000002", 2), quantity("0.00000016", 3))));
  const Value wide = quantity("99999999999999999999.99999999", 0);
  EXPECT_TRUE(is_equivalent(ratio(wide, wide), ratio(quantity("0.1", 0), quantity("0.10000000", 0))));
}

TEST_F(Comparison, ListsTuplesInstances) {
  EXPECT_EQ(is_equal(list({}), list({})), "true");
  EXPECT_EQ(is_equal(list({string("a"), string("b")}), list({string("a")})), "false");
  EXPECT_EQ(is_equal(list({null_, integer(1)}), list({null_, integer(1)})), "true");
  EXPECT_EQ(is_equal(list({null_, integer(1)}), list({integer(2), integer(1)})), "null");
  EXPECT_EQ(is_equal(list({null_, integer(1)}), list({integer(2), integer(3)})), "false");
  EXPECT_EQ(is_equal(list({integer(1)}), list({string("1")})), "false");
  EXPECT_EQ(is_equal(tuple({integer(1), null_}), tuple({integer(1), null_})), "true");
  EXPECT_EQ(is_equal(tuple({integer(1), null_}), tuple({integer(2), null_})), "false");
  EXPECT_EQ(is_equal(tuple({integer(1), null_}), tuple({integer(1), integer(2)})), "null");
  EXPECT_EQ(is_equal(tuple({null_, string("John")}), tuple({integer(1), string("James")})), "null");
  EXPECT_EQ(is_equal(instance({string("a"), null_}), instance({string("b"), integer(1)})), "false");
  EXPECT_EQ(is_equal(instance({string("a"), null_}), instance({string("a"), integer(1)})), "null");
  EXPECT_EQ(is_equal(instance({string("a")}), instance({string("a")}, 6)), "false");
  const Value same = instance({date("2014"), list({null_})});
  EXPECT_EQ(is_equal(same, same), "true");
  EXPECT_TRUE(is_equivalent(list({null_, string("A")}), list({null_, string("a")})));
  EXPECT_FALSE(is_equivalent(list({null_}), list({})));
  EXPECT_TRUE(is_equivalent(tuple({null_, integer(1)}), tuple({null_, integer(1)})));
  EXPECT_FALSE(is_equivalent(instance({null_, integer(1)}), instance({integer(1), integer(1)})));
}

TEST_F(Comparison, APrimitiveWithExtensionsIsMoreThanItsValue) {
  Value bare = string("final");
  bare.origin = FhirPrimitive::Code;
  const Value extended = instance({null_, list({string("an extension")}), bare});
  const Value other = instance({null_, list({string("an extension")}), string("draft")});
  EXPECT_EQ(is_equal(extended, bare), "null");
  EXPECT_EQ(is_equal(other, bare), "false");
  EXPECT_EQ(is_equal(extended, extended), "true");
  EXPECT_FALSE(is_equivalent(extended, bare));
}

TEST_F(Comparison, Intervals) {
  EXPECT_EQ(is_equal(interval(integer(1), integer(10)), interval(integer(1), integer(10))), "true");
  EXPECT_EQ(is_equal(interval(integer(1), integer(10)), interval(integer(0), integer(11), false, false)), "true");
  EXPECT_EQ(is_equal(interval(integer(1), integer(10)), interval(integer(1), integer(10), true, false)), "false");
  EXPECT_EQ(is_equal(interval(integer(1), null_, true, false), interval(integer(1), null_, true, false)), "null");
  EXPECT_EQ(is_equal(interval(integer(1), null_, true, false), interval(integer(2), null_, true, false)), "false");
  EXPECT_EQ(is_equal(interval(integer(1), null_), interval(integer(1), null_)), "true");
  EXPECT_EQ(is_equal(interval(integer(1), null_), interval(integer(1), integer(INT32_MAX))), "true");
  EXPECT_EQ(is_equal(interval(null_, null_), interval(null_, null_)), "true");
  EXPECT_EQ(
      is_equal(interval(decimal("1.0"), decimal("2.0"), true, false), interval(decimal("1.0"), decimal("1.99999999"))),
      "true");
  EXPECT_EQ(is_equal(interval(quantity("1", 1), null_), interval(quantity("1", 1), null_)), "true");
  EXPECT_EQ(is_equal(interval(date("2014"), date("2015")), interval(date("2014"), date("2015-01"))), "null");
  EXPECT_TRUE(is_equivalent(interval(integer(1), null_, true, false), interval(integer(1), null_, true, false)));
  EXPECT_TRUE(is_equivalent(interval(integer(0), integer(5), false, true), interval(integer(1), integer(5))));
  EXPECT_FALSE(is_equivalent(interval(integer(1), integer(5)), interval(integer(1), integer(6))));
}

TEST_F(Comparison, CodesAndConcepts) {
  EXPECT_EQ(is_equal(code("s", "a"), code("s", "a")), "true");
  EXPECT_EQ(is_equal(code("s", "a"), code("s", "b", "B")), "false");
  EXPECT_EQ(is_equal(code("s", "a"), code("s", "a", "A")), "null");
  EXPECT_EQ(is_equal(code("s", "a", "a"), code("s", "a", "A")), "false");
  EXPECT_TRUE(is_equivalent(code("s", "a"), code("s", "a", "A")));
  EXPECT_FALSE(is_equivalent(code("s", "a"), code("t", "a")));
  EXPECT_EQ(is_equal(concept_of({code("s", "a")}), concept_of({code("s", "a")})), "true");
  EXPECT_EQ(is_equal(concept_of({code("s", "a")}), concept_of({code("s", "a"), code("t", "b")})), "false");
  EXPECT_TRUE(is_equivalent(concept_of({code("s", "a"), code("t", "b")}), concept_of({code("t", "b", "B")})));
  EXPECT_TRUE(is_equivalent(concept_of({code("s", "a"), code("t", "b")}), code("t", "b", "B")));
  EXPECT_FALSE(is_equivalent(concept_of({}), concept_of({})));
}

TEST_F(Comparison, Equivalence) {
  EXPECT_TRUE(is_equivalent(null_, null_));
  EXPECT_FALSE(is_equivalent(null_, string("")));
  EXPECT_TRUE(is_equivalent(decimal("1.0"), decimal("1.00")));
  EXPECT_FALSE(is_equivalent(decimal("1.50"), decimal("1.55")));
  EXPECT_FALSE(is_equivalent(decimal("-1.50"), decimal("-1.55")));
  EXPECT_TRUE(is_equivalent(decimal("1.5"), decimal("1.54")));
  EXPECT_FALSE(is_equivalent(decimal("3.5"), decimal("3.4")));
  EXPECT_TRUE(is_equivalent(integer(1), decimal("1.2")));
  EXPECT_TRUE(is_equivalent(string("John Doe"), string("john\tdoe")));
  EXPECT_TRUE(is_equivalent(string("M\xC3\x9CLLER \xCE\xA9"), string("m\xC3\xBCller\xC2\xA0\xCF\x89")));
  EXPECT_FALSE(is_equivalent(string("John Doe"), string("john  doe")));
  EXPECT_FALSE(is_equivalent(string("a"), string("ab")));
  EXPECT_FALSE(is_equivalent(string("\xFF"), string("\xFE")));
  EXPECT_FALSE(is_equivalent(date("2012-01-01"), date_time("2012-01-01T12")));
  EXPECT_FALSE(is_equivalent(date("2012"), date("2012-01")));
  EXPECT_TRUE(is_equivalent(date_time("2012-01-01T10:00:30"), date_time("2012-01-01T10:00:30.000")));
  EXPECT_TRUE(is_equivalent(quantity("100", 1), quantity("100.0", 2)));
  EXPECT_FALSE(is_equivalent(quantity("100", 1), quantity("100", 3)));
}

TEST_F(Comparison, UncertainCounts) {
  EXPECT_EQ(compare(count(1, 2), integer(3), context_), -1);
  EXPECT_EQ(compare(count(1, 2), integer(2), context_), std::nullopt);
  EXPECT_EQ(compare(count(2, 2), integer(2), context_), 0);
  EXPECT_EQ(is_equal(count(1, 2), integer(0)), "false");
  EXPECT_EQ(is_equal(count(1, 2), count(1, 2)), "null");
}

TEST_F(Comparison, Order) {
  EXPECT_EQ(compare(string("Jack"), string("Jill"), context_), -1);
  EXPECT_EQ(compare(string("aa"), string("a"), context_), 1);
  EXPECT_EQ(compare(decimal("1.0"), integer(2), context_), -1);
  EXPECT_EQ(compare(quantity("1.0", 1), integer(2), context_), std::nullopt);
  EXPECT_EQ(compare(integer(2), quantity("1.0", 0), context_), 1);
  EXPECT_EQ(compare(Value::boolean(true), Value::boolean(false), context_), std::nullopt);
  EXPECT_EQ(compare(null_, integer(1), context_), std::nullopt);
}

TEST_F(Comparison, IdenticalIsExact) {
  EXPECT_TRUE(identical(null_, null_));
  EXPECT_FALSE(identical(decimal("1.0"), decimal("1.00")));
  EXPECT_TRUE(identical(decimal("99999999999999999999"), decimal("99999999999999999999")));
  EXPECT_FALSE(identical(date("2014"), date_time("2014")));
  EXPECT_TRUE(identical(tuple({null_, list({integer(1)})}), tuple({null_, list({integer(1)})})));
  EXPECT_FALSE(identical(interval(integer(1), integer(2)), interval(integer(1), integer(2), true, false)));
}

TEST_F(Comparison, NeighboursOfPoints) {
  const auto after = [&](const Value& value) { return text(successor(value, arena_).value_or(null_)); };
  const auto before = [&](const Value& value) { return text(predecessor(value, arena_).value_or(null_)); };
  EXPECT_EQ(after(integer(0)), "1");
  EXPECT_EQ(after(integer(INT32_MAX)), "null");
  EXPECT_EQ(before(integer(INT32_MIN)), "null");
  EXPECT_EQ(after(Value::long_number(2'147'483'647)), "2147483648L");
  EXPECT_EQ(after(Value::long_number(INT64_MAX)), "null");
  EXPECT_EQ(after(decimal("1.0")), "1.00000001");
  EXPECT_EQ(before(decimal("1.01")), "1.00999999");
  EXPECT_EQ(after(decimal("99999999999999999999.99999998")), "99999999999999999999.99999999");
  EXPECT_EQ(after(decimal("99999999999999999999.99999999")), "null");
  EXPECT_EQ(after(quantity("1", 1)), "1.00000001 'mg'");
  EXPECT_EQ(before(date_time("2000-01-01")), "@1999-12-31T");
  EXPECT_EQ(after(date("2014-02")), "@2014-03");
  EXPECT_EQ(after(date("9999-12-31")), "null");
  EXPECT_EQ(before(date_time("0001-01-01T00:00:00.000")), "null");
  EXPECT_EQ(before(*parse_time("12:00:00.000")), "@T11:59:59.999");
  EXPECT_EQ(after(*parse_time("23:59:59.999")), "null");
  EXPECT_EQ(after(string("a")), "null");
  EXPECT_EQ(text(*minimum_value(Kind::Decimal)), "-99999999999999999999.99999999");
  EXPECT_EQ(text(*maximum_value(Kind::DateTime)), "@9999-12-31T23:59:59.999");
  EXPECT_EQ(text(*minimum_value(Kind::Date)), "@0001-01-01");
  EXPECT_EQ(text(*maximum_value(Kind::Time)), "@T23:59:59.999");
  EXPECT_EQ(text(*maximum_value(Kind::Long)), "9223372036854775807L");
  EXPECT_FALSE(minimum_value(Kind::Boolean).has_value());
}

TEST_F(Comparison, EndsOfIntervals) {
  const Value open = interval(integer(1), integer(5), false, false);
  EXPECT_EQ(text(start_of(open, Kind::Null, arena_)), "2");
  EXPECT_EQ(text(end_of(open, Kind::Null, arena_)), "4");
  const Value endless = interval(quantity("1", 1), null_);
  EXPECT_EQ(text(end_of(endless, Kind::Null, arena_)), "99999999999999999999.99999999 'mg'");
  EXPECT_EQ(text(end_of(interval(integer(1), null_, true, false), Kind::Integer, arena_)), "null");
  EXPECT_EQ(text(start_of(interval(null_, null_), Kind::Date, arena_)), "@0001-01-01");
  EXPECT_EQ(text(start_of(interval(null_, null_), Kind::Null, arena_)), "null");
  EXPECT_EQ(text(end_of(interval(null_, integer(INT32_MIN), true, false), Kind::Integer, arena_)), "null");
}

TEST_F(Comparison, TextForPeople) {
  EXPECT_EQ(text(list({integer(1), null_, Value::boolean(true)})), "{1, null, true}");
  EXPECT_EQ(text(interval(integer(1), integer(3), true, false)), "Interval[1, 3)");
  EXPECT_EQ(text(quantity("5.0", 1)), "5.0 'mg'");
  EXPECT_EQ(text(quantity("3", 4)), "3 years");
  EXPECT_EQ(text(string("it's\n")), "'it\\'s\\n'");
  EXPECT_EQ(text(decimal("5")), "5.0");
  EXPECT_EQ(text(date_time("2014")), "@2014T");
  EXPECT_EQ(text(ratio(quantity("1", 0), quantity("8", 0))), "1 '1':8 '1'");
  EXPECT_EQ(text(code("s", "a", "A")), "Code {code: 'a', system: 's', display: 'A'}");
  EXPECT_EQ(text(tuple({integer(1)})), "Tuple#9 {1}");
}

}  // namespace
}  // namespace calx
