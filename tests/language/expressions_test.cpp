#include <gtest/gtest.h>

#include "language_fixture.h"

namespace calx {
namespace {

struct Case {
  const char* expression;
  const char* expected;  // as debug_text writes values
};

class Expressions : public testing::TestWithParam<Case> {};

TEST_P(Expressions, HaveTheirValues) {
  Compiled compiled(std::string("using FHIR version '4.0.1'\ndefine \"x\": ") + GetParam().expression + "\n");
  ASSERT_TRUE(compiled.is_valid()) << GetParam().expression << "\n" << compiled.rendered();
  EXPECT_EQ(compiled.evaluate("x"), GetParam().expected) << GetParam().expression;
}

INSTANTIATE_TEST_SUITE_P(
    Logic, Expressions,
    testing::Values(Case{"true and null", "null"}, Case{"false and null", "false"}, Case{"null and false", "false"},
                    Case{"true or null", "true"}, Case{"null or false", "null"}, Case{"null implies true", "true"},
                    Case{"null implies false", "null"}, Case{"true xor null", "null"}, Case{"not null", "null"},
                    Case{"null is null", "true"}, Case{"(null as Boolean) is not true", "true"},
                    Case{"if null then 1 else 2", "2"}, Case{"case when false then 1 when true then 2 else 3 end", "2"},
                    Case{"case 2 when 1 then 'a' when 2 then 'b' else 'c' end", "'b'"},
                    Case{"Coalesce(null, 3, 4)", "3"}, Case{"Coalesce({null, 3})", "3"}));

INSTANTIATE_TEST_SUITE_P(Numbers, Expressions,
                         testing::Values(Case{"1 + 2 * 3", "7"}, Case{"1 + 2.5", "3.5"}, Case{"7 / 2", "3.5"},
                                         Case{"5.0 / 2", "2.5"}, Case{"-2147483648", "-2147483648"},
                                         Case{"2147483647 + 1", "null"}, Case{"7 div 2", "3"}, Case{"7 mod 2", "1"},
                                         Case{"2 ^ 3", "8"}, Case{"1 < 2.0", "true"}, Case{"null + 1", "null"},
                                         Case{"Sum({1, 2, 3})", "6"}, Case{"Max({2, 5, 1})", "5"},
                                         Case{"Count({1, null, 3})", "2"}, Case{"5 'mg' + 1 'g' > 1 'g'", "true"},
                                         Case{"1 'g' = 1000 'mg'", "true"}, Case{"1 year = 1 'a'", "null"},
                                         Case{"10 'mg/dL' > 9 'mg/dL'", "true"}));

INSTANTIATE_TEST_SUITE_P(
    Dates, Expressions,
    testing::Values(Case{"@2014-01-01 before @2014-02-01", "true"}, Case{"@2014 before @2014-02-01", "null"},
                    Case{"@2014-01-15 same month as @2014-01-01", "true"}, Case{"@2014-01-01 + 1 month", "@2014-02-01"},
                    Case{"months between @2014-01-01 and @2014-03-02", "2"},
                    Case{"days between @2014-01 and @2014-02-10 > 5", "true"},
                    Case{"@2014-01-15 3 days or more before @2014-01-18", "true"},
                    Case{"@2014-01-16 3 days or more before @2014-01-18", "false"},
                    Case{"@2014-01-16 3 days or less before @2014-01-18", "true"},
                    Case{"@2014-01-16 within 3 days of @2014-01-18", "true"},
                    Case{"Interval[@2014-01-01, @2014-02-01] overlaps Interval[@2014-01-20, @2014-03-01]", "true"},
                    Case{"@2014-01-15 during Interval[@2014-01-01, @2014-02-01)", "true"},
                    Case{"@2014-02-01 in Interval[@2014-01-01, @2014-02-01)", "false"},
                    Case{"Interval[@2014-01-10, @2014-01-20] starts after @2014-01-01", "true"},
                    Case{"year from @2014-01-15", "2014"}, Case{"Today()", "@2026-01-15"},
                    Case{"start of Interval[1, 5]", "1"}, Case{"width of Interval[1, 5]", "4"},
                    Case{"3 between 1 and 5", "true"}));

INSTANTIATE_TEST_SUITE_P(
    ListsAndQueries, Expressions,
    testing::Values(Case{"{1, 2} union {2, 3}", "{1, 2, 3}"}, Case{"({3, 1, 2}) X return X * 2", "{6, 2, 4}"},
                    Case{"({3, 1, 2}) X where X > 1 sort desc", "{3, 2}"},
                    Case{"({1, 2, 3}) X aggregate A starting 0: A + X", "6"},
                    Case{"from ({1, 2}) X, ({3, 4}) Y where X + Y > 4 return X * Y", "{4, 6, 8}"},
                    Case{"exists ({1, 2}) X where X > 5", "false"}, Case{"First({5, 6})", "5"},
                    Case{"({1, 2}) X with ({2, 3}) Y such that X = Y", "{2}"},
                    Case{"({1, 2}) X without ({2, 3}) Y such that X = Y", "{1}"},
                    Case{"({1, 2}) X let D: X * 10 return D", "{10, 20}"}, Case{"(Tuple {a: 1, b: 'x'}).b", "'x'"},
                    Case{"{Tuple {a: 1}, Tuple {a: 2}}.a", "{1, 2}"},
                    Case{"(({Tuple {a: 2}, Tuple {a: 1}}) T sort by a).a", "{1, 2}"}, Case{"2 in {1, 2}", "true"},
                    Case{"{1, 2}[1]", "2"}, Case{"singleton from {1}", "1"}, Case{"'a' + 'b'", "'ab'"},
                    Case{"'a' & null", "'a'"}, Case{"Length('abc')", "3"}, Case{"Split('a/b', '/')", "{'a', 'b'}"},
                    Case{"({1, 'a'}) X return X is Integer", "{true, false}"}));

TEST(Failures, AreAbsorbedInEitherOrder) {
  Compiled compiled(R"(
define "failing": Message(true, true, 'code', 'Error', 'stop')
define "left": "failing" and false
define "right": false and "failing"
define "or": "failing" or true
define "stays": "failing" and true
define "exists": exists (({1, 2, 3}) X where X > 2 or "failing")
)");
  ASSERT_TRUE(compiled.is_valid()) << compiled.rendered();
  EXPECT_EQ(compiled.evaluate("left"), "false");
  EXPECT_EQ(compiled.evaluate("right"), "false");
  EXPECT_EQ(compiled.evaluate("or"), "true");
  EXPECT_EQ(compiled.evaluate("stays"), "FAILED: code: stop");
  EXPECT_EQ(compiled.evaluate("exists"), "true");
}

constexpr std::string_view kRecord = R"({"resourceType": "Bundle", "type": "collection", "entry": [
  {"resource": {"resourceType": "Patient", "id": "p", "birthDate": "1980-05", "gender": "female"}},
  {"resource": {"resourceType": "Observation", "id": "o1", "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "17861-6"}]},
    "effectiveDateTime": "2026-01-10", "valueQuantity": {"value": 9.40, "unit": "mg/dL",
    "system": "http://unitsofmeasure.org", "code": "mg/dL"}}},
  {"resource": {"resourceType": "Observation", "id": "o2", "status": "preliminary",
    "code": {"coding": [{"system": "http://loinc.org", "code": "2777-1"}]}, "valueBoolean": true}},
  {"resource": {"resourceType": "Condition", "id": "c1", "subject": {"reference": "Patient/p"},
    "code": {"coding": [{"system": "http://snomed.info/sct", "code": "123"}], "text": "words"},
    "onsetPeriod": {"start": "2020-01-01", "end": "2021"}}}]})";

class OverRecord : public testing::TestWithParam<Case> {};

TEST_P(OverRecord, HaveTheirValues) {
  Compiled compiled(std::string(R"(using FHIR version '4.0.1'
include FHIRHelpers version '4.0.1'
codesystem "LOINC": 'http://loinc.org'
codesystem "SCT": 'http://snomed.info/sct'
code "Calcium": '17861-6' from "LOINC"
code "Thing": '123' from "SCT"
context Patient
define "Self": 'Patient/p'
define "Other": 'other'
define "Nobody": null as FHIR.Reference
define "x": )") + GetParam().expression +
                    "\n");
  ASSERT_TRUE(compiled.is_valid()) << GetParam().expression << "\n" << compiled.rendered();
  EXPECT_EQ(compiled.evaluate("x", kRecord), GetParam().expected) << GetParam().expression;
}

INSTANTIATE_TEST_SUITE_P(
    Fhir, OverRecord,
    testing::Values(
        Case{"Count([Observation])", "2"}, Case{"Count([Observation: \"Calcium\"])", "1"},
        Case{"exists [Condition: \"Thing\"]", "true"},
        Case{"[Observation] O where O.status = 'final' return O.id", "{'o1'}"},
        Case{"singleton from ([Observation: \"Calcium\"] O return O.value as FHIR.Quantity) > 9 'mg/dL'", "true"},
        Case{"singleton from ([Observation: \"Calcium\"] O return (O.value as FHIR.Quantity).value)", "9.40"},
        Case{"[Observation] O where O.value > 9 'mg/dL' return O.id.value", "{'o1'}"},
        Case{"[Observation] O where O.value is FHIR.boolean return O.id.value", "{'o2'}"},
        Case{"[Condition] C where C.code ~ \"Thing\" return C.code.text.value", "{'words'}"},
        Case{"[Condition] C return C.onset as FHIR.Period overlaps Interval[@2020-06-01, @2020-07-01]", "{true}"},
        Case{"[Condition] C return C.code.coding.code.value", "{{'123'}}"}, Case{"Patient.gender = 'female'", "true"},
        Case{"AgeInYears()", "45"}, Case{"AgeInYearsAt(@2026-05-15) > 44", "true"},
        Case{"([Observation] O sort by id desc) O return O.id.value", "{'o2', 'o1'}"},
        Case{"[Condition] C return FHIRHelpers.ToConcept(C.code).display", "{'words'}"},
        Case{"Count([Condition: code.coding ~ \"Thing\"])", "1"},
        Case{"Count([Condition: code.coding[0] in {\"Thing\"}])", "1"},
        Case{"Count([Patient -> Condition: \"Thing\"])", "1"}, Case{"Count([\"Self\" -> Condition])", "1"},
        Case{"[\"Nobody\" -> Condition]", "{}"},
        Case{"[\"Other\" -> Condition]", "FAILED: the record holds what belongs to 'p', not to 'other'"},
        Case{"convert Tuple {value: 1.0, unit: 'mg'} to System.Quantity", "1.0 'mg'"},
        Case{"(convert (null as Tuple {unit System.String}) to System.Quantity) is null", "true"},
        Case{"maximum Quantity", "99999999999999999999.99999999 '1'"}));

TEST(Aggregates, OverDistinctRowsTakeEachCombinationOnce) {
  Compiled compiled(R"(
define "one": ({1, 2, 2}) X aggregate distinct A starting 0: A + X
define "two": from ({1, 2, 2}) X, ({1, 1}) Y aggregate distinct A starting 0: A + X * Y
define "all": from ({1, 2, 2}) X, ({1, 1}) Y aggregate all A starting 0: A + X * Y
)");
  ASSERT_TRUE(compiled.is_valid()) << compiled.rendered();
  EXPECT_EQ(compiled.evaluate("one"), "3");
  EXPECT_EQ(compiled.evaluate("two"), "3");
  EXPECT_EQ(compiled.evaluate("all"), "10");
}

TEST(Overloads, TheLeastConvertingOneIsTakenAndEqualOnesAreRefused) {
  Compiled compiled(R"(
define function f(x Integer): 'integer'
define function f(x Decimal): 'decimal'
define function f(x List<Integer>): 'list'
define "exact": f(1)
define "converted": f(1L)
define "list": f({1})
)");
  ASSERT_TRUE(compiled.is_valid()) << compiled.rendered();
  EXPECT_EQ(compiled.evaluate("exact"), "'integer'");
  EXPECT_EQ(compiled.evaluate("converted"), "'decimal'");
  EXPECT_EQ(compiled.evaluate("list"), "'list'");
  Compiled ambiguous("define function f(x Integer): 1\ndefine function f(x String): 2\ndefine \"x\": f(null)\n");
  EXPECT_FALSE(ambiguous.is_valid());
}

TEST(Terms, MayNameThoseThatStandFurtherDown) {
  Compiled compiled(R"(
concept "Both": {"A"}
code "A": '1' from "S"
codesystem "S": 'urn:s'
define "x": "Both".codes.system
)");
  ASSERT_TRUE(compiled.is_valid()) << compiled.rendered();
  EXPECT_EQ(compiled.evaluate("x"), "{'urn:s'}");
}

TEST(Literals, BeyondTheirTypeAreRefused) {
  for (const char* literal : {"2147483648", "9223372036854775808L", "0.000000001", "100000000000000000000.0"}) {
    EXPECT_FALSE(Compiled(std::string("define \"x\": ") + literal + "\n").is_valid()) << literal;
  }
}

}  // namespace
}  // namespace calx
