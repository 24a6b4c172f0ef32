// FHIRHelpers is native. What it does is written out here in CQL, element by element, and both must say the same of
// the same values.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "language/language_fixture.h"

namespace calx {
namespace {

constexpr std::string_view kHead = R"(library Test
using FHIR version '4.0.1'
include FHIRHelpers version '4.0.1'
context Patient
define Found: [Observation]
define One: singleton from (Found)
define Value: One.value
)";

/// The conversions, written again without FHIRHelpers.
constexpr std::string_view kWritten = R"(
define function "Unit of"(u System.String):
  case u when 'ms' then 'millisecond' when 's' then 'second' when 'min' then 'minute' when 'h' then 'hour'
    when 'd' then 'day' when 'wk' then 'week' when 'mo' then 'month' when 'a' then 'year' else u end
define function "Quantity of"(q FHIR.Quantity):
  if q is null or q.value is null then null
  else System.Quantity { value: q.value.value, unit: "Unit of"(Coalesce(q.code.value, q.unit.value, '1')) }
define function "Code of"(c FHIR.Coding):
  if c is null then null else System.Code { code: c.code.value, system: c.system.value, version: c.version.value,
    display: c.display.value }
define function "Concept of"(c FHIR.CodeableConcept):
  if c is null then null else System.Concept { codes: c.coding X return all "Code of"(X), display: c.text.value }
define function "Interval of"(p FHIR.Period):
  if p is null then null
  else if p.start is null then Interval(p.start.value, p.end.value] else Interval[p.start.value, p.end.value]
define function "Interval of"(r FHIR.Range):
  if r is null then null else Interval["Quantity of"(r.low), "Quantity of"(r.high)]
define function "Ratio of"(r FHIR.Ratio):
  if r is null then null
  else System.Ratio { numerator: "Quantity of"(r.numerator), denominator: "Quantity of"(r.denominator) }
define function "Bounds of"(q FHIR.Quantity):
  case q.comparator.value when '<' then Interval[null, "Quantity of"(q)) when '<=' then Interval[null, "Quantity of"(q)]
    when '>' then Interval("Quantity of"(q), null] when '>=' then Interval["Quantity of"(q), null]
    else Interval["Quantity of"(q), "Quantity of"(q)] end
)";

struct Sample {
  const char* element;  // JSON of the Observation's value or another element
  const char* native;   // by FHIRHelpers
  const char* written;  // by hand
};

class Conversions : public ::testing::TestWithParam<Sample> {};

TEST_P(Conversions, TheNativeAndTheWrittenOneAgree) {
  Compiled program(std::string(kHead) + std::string(kWritten) + "define Native: " + GetParam().native +
                   "\ndefine Written: " + GetParam().written + "\ndefine Same: Native = Written or Native ~ Written\n");
  ASSERT_TRUE(program.is_valid()) << program.rendered();
  const std::string record = R"({"resourceType": "Bundle", "type": "collection", "entry": [
    {"resource": {"resourceType": "Patient", "id": "p"}},
    {"resource": {"resourceType": "Observation", "id": "o", "status": "final", "subject": {"reference": "Patient/p"},
      "code": {"coding": [{"system": "http://s", "code": "c", "version": "2", "display": "C"}, {"code": "bare"}],
               "text": "words"})" +
                             std::string(GetParam().element) + "}}]}";
  EXPECT_EQ(program.evaluate("Native", record), program.evaluate("Written", record));
  EXPECT_NE(program.evaluate("Written", record).substr(0, 6), "FAILED") << program.evaluate("Written", record);
}

#define QUANTITY(json)                                                                 \
  ", \"valueQuantity\": {" json "}", "FHIRHelpers.ToQuantity(Value as FHIR.Quantity)", \
      "\"Quantity of\"(Value as FHIR.Quantity)"
#define BOUNDS(json)                                                                   \
  ", \"valueQuantity\": {" json "}", "FHIRHelpers.ToInterval(Value as FHIR.Quantity)", \
      "\"Bounds of\"(Value as FHIR.Quantity)"
#define PERIOD(json)                                                                           \
  ", \"effectivePeriod\": {" json "}", "FHIRHelpers.ToInterval(One.effective as FHIR.Period)", \
      "\"Interval of\"(One.effective as FHIR.Period)"

INSTANTIATE_TEST_SUITE_P(
    Samples, Conversions,
    ::testing::Values(
        Sample{
            QUANTITY("\"value\": 5.50, \"unit\": \"mg\", \"system\": \"http://unitsofmeasure.org\", \"code\": \"mg\"")},
        Sample{
            QUANTITY("\"value\": 3, \"unit\": \"years\", \"system\": \"http://unitsofmeasure.org\", \"code\": \"a\"")},
        Sample{QUANTITY("\"value\": 3, \"unit\": \"wk\"")}, Sample{QUANTITY("\"value\": 3")},
        Sample{QUANTITY("\"unit\": \"mg\"")}, Sample{BOUNDS("\"value\": 3, \"comparator\": \"<\", \"unit\": \"mg\"")},
        Sample{BOUNDS("\"value\": 3, \"comparator\": \"<=\", \"unit\": \"mg\"")},
        Sample{BOUNDS("\"value\": 3, \"comparator\": \">\", \"unit\": \"mg\"")},
        Sample{BOUNDS("\"value\": 3, \"comparator\": \">=\", \"unit\": \"mg\"")},
        Sample{BOUNDS("\"value\": 3, \"unit\": \"mg\"")},
        Sample{PERIOD("\"start\": \"2025-01-02\", \"end\": \"2025-02-03T04:05:06Z\"")},
        Sample{PERIOD("\"end\": \"2025-02\"")}, Sample{PERIOD("\"start\": \"2025\"")},
        Sample{
            ", \"valueRange\": {\"low\": {\"value\": 1, \"unit\": \"mg\"}, \"high\": {\"value\": 2, \"unit\": \"mg\"}}",
            "FHIRHelpers.ToInterval(Value as FHIR.Range)", "\"Interval of\"(Value as FHIR.Range)"},
        Sample{", \"valueRatio\": {\"numerator\": {\"value\": 1, \"unit\": \"mg\"}, \"denominator\": {\"value\": 2, "
               "\"unit\": \"mL\"}}",
               "FHIRHelpers.ToRatio(Value as FHIR.Ratio)", "\"Ratio of\"(Value as FHIR.Ratio)"},
        Sample{"", "FHIRHelpers.ToConcept(One.code)", "\"Concept of\"(One.code)"},
        Sample{"", "FHIRHelpers.ToCode(First(One.code.coding))", "\"Code of\"(First(One.code.coding))"},
        Sample{"", "FHIRHelpers.ToString(One.status)", "One.status.value"},
        Sample{"", "FHIRHelpers.ToCalendarUnit('mo')", "\"Unit of\"('mo')"},
        Sample{"", "FHIRHelpers.ToCalendarUnit('mg')", "\"Unit of\"('mg')"},
        Sample{", \"valueQuantity\": {\"value\": 3, \"comparator\": \"<\", \"unit\": \"d\"}",
               "FHIRHelpers.ToQuantityIgnoringComparator(Value as FHIR.Quantity)",
               "\"Quantity of\"(Value as FHIR.Quantity)"},
        Sample{", \"valueBoolean\": true", "FHIRHelpers.ToBoolean(Value as FHIR.boolean)",
               "(Value as FHIR.boolean).value"},
        Sample{", \"valueString\": \"s\"", "FHIRHelpers.ToValue(Value)", "(Value as FHIR.string).value"},
        Sample{", \"valueDateTime\": \"2025-05\"", "FHIRHelpers.ToValue(Value)", "(Value as FHIR.dateTime).value"},
        Sample{", \"issued\": \"2025-01-02T03:04:05.678Z\"", "FHIRHelpers.ToDateTime(One.issued)",
               "One.issued.value"}));

}  // namespace
}  // namespace calx
