// Loaded models: what a text says in a model's words is evaluated on FHIR resources.
#include <gtest/gtest.h>

#include "language/language_fixture.h"
#include "model/model_info.h"

namespace calx {
namespace {

constexpr std::string_view kModel = R"xml(
<modelInfo xmlns="urn:hl7-org:elm-modelinfo:r1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    name="Toy" version="1.2.0" url="http://example.org/toy" targetUrl="http://hl7.org/fhir" patientClassName="Patient">
  <typeInfo xsi:type="ClassInfo" namespace="Toy" name="Resource" retrievable="false">
    <element name="id" elementType="System.String" target="%value.value"/>
  </typeInfo>
  <typeInfo xsi:type="ClassInfo" baseType="Toy.Resource" namespace="Toy" name="Test" target="Observation"
      identifier="http://example.org/toy/test" label="Toy Test" retrievable="true" primaryCodePath="code">
    <element name="code" elementType="System.Concept" target="FHIRHelpers.ToConcept(%value)"/>
    <element name="status" elementType="Toy.Status" target="%value.value"/>
    <element name="effective" target="FHIRHelpers.ToValue(%value)">
      <elementTypeSpecifier xsi:type="ChoiceTypeSpecifier">
        <choice namespace="System" name="DateTime" xsi:type="NamedTypeSpecifier"/>
        <choice xsi:type="IntervalTypeSpecifier">
          <pointTypeSpecifier namespace="System" name="DateTime" xsi:type="NamedTypeSpecifier"/>
        </choice>
      </elementTypeSpecifier>
    </element>
    <element name="value" target="FHIRHelpers.ToValue(%value)">
      <elementTypeSpecifier xsi:type="ChoiceTypeSpecifier">
        <choice namespace="System" name="Quantity" xsi:type="NamedTypeSpecifier"/>
        <choice namespace="System" name="Concept" xsi:type="NamedTypeSpecifier"/>
        <choice namespace="System" name="String" xsi:type="NamedTypeSpecifier"/>
      </elementTypeSpecifier>
    </element>
    <element name="category" target="FHIRHelpers.ToConcept(%value)">
      <elementTypeSpecifier elementType="System.Concept" xsi:type="ListTypeSpecifier"/>
    </element>
    <element name="vital" elementType="System.Concept"
        target="FHIRHelpers.ToConcept(%parent.category[coding.system='http://c',coding.code='vital-signs'])"/>
    <element name="performer">
      <elementTypeSpecifier elementType="Toy.Reference" xsi:type="ListTypeSpecifier"/>
    </element>
    <element name="recorded" elementType="System.DateTime"
        target="%parent.extension[url='http://example.org/recorded'].value.value"/>
    <element name="reasons" target="FHIRHelpers.ToConcept(%parent.extension[url='http://example.org/reason'].value)">
      <elementTypeSpecifier elementType="System.Concept" xsi:type="ListTypeSpecifier"/>
    </element>
    <element name="slice" elementType="System.Concept" target="FHIRHelpers.ToConcept(%value)"/>
  </typeInfo>
  <typeInfo xsi:type="ClassInfo" baseType="Toy.Test" namespace="Toy" name="TestNotDone" target="Observation"
      identifier="http://example.org/toy/test-not-done" retrievable="true" primaryCodePath="code">
    <element name="code" target="System.Concept:FHIRHelpers.ToConcept(%value);System.ValueSet:FHIRHelpers.ToValueSet(%parent.code.extension[url='http://example.org/not-done'].value.value)">
      <elementTypeSpecifier xsi:type="ChoiceTypeSpecifier">
        <choice namespace="System" name="Concept" xsi:type="NamedTypeSpecifier"/>
        <choice namespace="System" name="ValueSet" xsi:type="NamedTypeSpecifier"/>
      </elementTypeSpecifier>
    </element>
  </typeInfo>
  <typeInfo xsi:type="ClassInfo" baseType="Toy.Resource" namespace="Toy" name="Patient" retrievable="true">
    <element name="birthDate" elementType="System.Date" target="%value.value"/>
    <element name="name">
      <elementTypeSpecifier elementType="Toy.HumanName" xsi:type="ListTypeSpecifier"/>
    </element>
  </typeInfo>
  <typeInfo xsi:type="ClassInfo" namespace="Toy" name="HumanName">
    <element name="given" target="%value.value">
      <elementTypeSpecifier elementType="System.String" xsi:type="ListTypeSpecifier"/>
    </element>
  </typeInfo>
  <typeInfo xsi:type="ClassInfo" namespace="Toy" name="Reference">
    <element name="reference" elementType="System.String" target="%value.value"/>
  </typeInfo>
  <typeInfo xsi:type="ClassInfo" baseType="System.String" namespace="Toy" name="Status"/>
</modelInfo>)xml";

constexpr std::string_view kValueSet = R"({"resourceType": "ValueSet", "url": "http://example.org/vs/tests",
  "expansion": {"contains": [{"system": "http://s", "code": "a"}]}})";

constexpr std::string_view kRecord = R"({"resourceType": "Bundle", "type": "collection", "entry": [
  {"resource": {"resourceType": "Patient", "id": "p", "birthDate": "1980-02-03",
    "name": [{"given": ["Ann", "Bea"]}, {"given": ["Cora"]}]}},
  {"resource": {"resourceType": "Observation", "id": "o1", "status": "final", "subject": {"reference": "Patient/p"},
    "meta": {"profile": ["http://example.org/toy/test|1.2.0"]},
    "code": {"coding": [{"system": "http://s", "code": "a"}]},
    "category": [{"coding": [{"system": "http://c", "code": "laboratory"}]},
                 {"coding": [{"system": "http://c", "code": "vital-signs"}], "text": "vital"}],
    "performer": [{"reference": "Practitioner/x"}],
    "effectiveDateTime": "2025-05-06", "valueQuantity": {"value": 7.50, "unit": "mg", "code": "mg",
      "system": "http://unitsofmeasure.org"},
    "extension": [{"url": "http://example.org/other", "valueString": "no"},
      {"url": "http://example.org/recorded", "valueDateTime": "2025-05-07T08:00:00Z"},
      {"url": "http://example.org/reason", "valueCodeableConcept": {"text": "one"}},
      {"url": "http://example.org/reason", "valueCodeableConcept": {"text": "two"}}]}},
  {"resource": {"resourceType": "Observation", "id": "o2", "status": "cancelled", "subject": {"reference": "Patient/p"},
    "meta": {"profile": ["http://example.org/toy/test-not-done"]},
    "effectivePeriod": {"start": "2025-01-01T00:00:00Z", "end": "2025-01-02T00:00:00Z"},
    "code": {"extension": [{"url": "http://example.org/not-done", "valueCanonical": "http://example.org/vs/tests"}]}}},
  {"resource": {"resourceType": "Observation", "id": "o3", "status": "final", "subject": {"reference": "Patient/p"},
    "meta": {"profile": ["http://example.org/toy/test-other"]},
    "code": {"coding": [{"system": "http://s", "code": "b"}]}, "valueString": "words"}}
]})";

class WithModel {
 public:
  explicit WithModel(const std::string& defines, bool check_profiles = false,
                     const std::string& head = "using Toy version '1.2.0'") {
    load_model_info(program_.sources.add("toy.xml", std::string(kModel)), program_.types, diagnostics_);
    program_.terminology.add_resource(kValueSet, "tests.json", diagnostics_);
    program_.terminology.finish(diagnostics_);
    const SourceText& source = program_.sources.add(
        "test.cql", "library Test\n" + head +
                        "\ninclude FHIRHelpers version '4.4.000'\ncodesystem \"S\": 'http://s'\n"
                        "code \"A\": 'a' from \"S\"\nvalueset \"Tests\": 'http://example.org/vs/tests'\n"
                        "context Patient\n" +
                        defines);
    const cql::Ast ast = cql::parse_library(source, diagnostics_);
    const LibraryFinder find = [](std::string_view, std::string_view) { return nullptr; };
    std::vector<TypedLibrary> libraries{check_library(
        ast.library(), find,
        {program_.types, program_.terminology, program_.units, program_.arena, diagnostics_, check_profiles})};
    if (!diagnostics_.has_errors()) program_.plan = link(libraries);
  }

  std::string rendered() const { return render_text(diagnostics_, program_.sources, Colour::Off); }

  std::string operator[](std::string_view define) {
    if (diagnostics_.has_errors()) return rendered();
    Arena arena;
    UnitTable units(&program_.units);
    RecordDecoder decoder(program_.types, program_.terminology);
    const Result<Record> record = decoder.decode(kRecord, {}, arena, units);
    if (!record) return record.error().message;
    Evaluator evaluator(program_, *record, arena, units, *parse_date_time("2026-01-15T12:00:00.000+00:00"));
    const Value value = evaluator.evaluate(*program_.plan.find_define(0, define));
    if (value.is_failed()) return "FAILED: " + std::string(value.as_failure().message);
    return debug_text(value, units);
  }

 private:
  LinkedProgram program_;
  Diagnostics diagnostics_;
};

TEST(Models, ElementsAreFhirElementsByTheirTargets) {
  WithModel program(R"(
define T: singleton from ([Test] X where X.id = 'o1')
define "Code": T.code ~ "A"
define "In set": T.code in "Tests"
define "Status": T.status
define "Effective": T.effective
define "Value": T.value as Quantity
define "Value is no text": T.value is String
define "Categories": Count(T.category)
define "Vital": T.vital.display
define "Performer": Last(Split(First(T.performer).reference, '/'))
define "Recorded": T.recorded
define "Reasons": T.reasons R return R.display
define "Age": AgeInYears()
define "Birth": Patient.birthDate
define "Given": Patient.name.given
define "Periods": [Test] X where X.effective is Interval<DateTime> return start of (X.effective as Interval<DateTime>)
define "Words": [Test] X where X.value is String return X.value as String
define "Sorted": ([Test] X sort by id desc) X return X.id
)");
  EXPECT_EQ(program["Code"], "true");
  EXPECT_EQ(program["In set"], "true");
  EXPECT_EQ(program["Status"], "'final'");
  EXPECT_EQ(program["Effective"], "@2025-05-06T");
  EXPECT_EQ(program["Value"], "7.50 'mg'");
  EXPECT_EQ(program["Value is no text"], "false");
  EXPECT_EQ(program["Categories"], "2");
  EXPECT_EQ(program["Vital"], "'vital'");
  EXPECT_EQ(program["Performer"], "'x'");
  EXPECT_EQ(program["Recorded"], "@2025-05-07T08:00:00Z");
  EXPECT_EQ(program["Reasons"], "{'one', 'two'}");
  EXPECT_EQ(program["Age"], "45");
  EXPECT_EQ(program["Birth"], "@1980-02-03");
  EXPECT_EQ(program["Given"], "{'Ann', 'Bea', 'Cora'}");
  EXPECT_EQ(program["Periods"], "{@2025-01-01T00:00:00Z}");
  EXPECT_EQ(program["Words"], "{'words'}");
  EXPECT_EQ(program["Sorted"], "{'o3', 'o2', 'o1'}");
}

constexpr const char* kRetrieves = R"(
define "All": [Test] X return X.id
define "By label": ["Toy Test"] X return X.id
define "By code": [Test: "A"] X return X.id
define "Not done": [TestNotDone] X return X.id
define "Not done of set": [TestNotDone: "Tests"] X return X.id
define "Set": First([TestNotDone] X where X.id = 'o2' return (X.code as ValueSet).id)
)";

TEST(Models, ARetrieveOfAProfileIsOneOfItsResource) {
  WithModel program(kRetrieves);
  EXPECT_EQ(program["All"], "{'o1', 'o2', 'o3'}");
  EXPECT_EQ(program["By label"], "{'o1', 'o2', 'o3'}");
  EXPECT_EQ(program["By code"], "{'o1'}");
  EXPECT_EQ(program["Not done"], "{'o1', 'o2', 'o3'}");
  EXPECT_EQ(program["Not done of set"], "{'o1', 'o2'}");
  EXPECT_EQ(program["Set"], "'http://example.org/vs/tests'");
}

TEST(Models, ProfilesCanBeHeldAgainstWhatResourcesClaim) {
  WithModel program(kRetrieves, true);
  EXPECT_EQ(program["All"], "{'o1'}");
  EXPECT_EQ(program["By code"], "{'o1'}");
  EXPECT_EQ(program["Not done"], "{'o2'}");
  EXPECT_EQ(program["Not done of set"], "{'o2'}");
}

TEST(Models, AUnionOfProfilesHasTheElementsOfEach) {
  WithModel program(R"(
define U: [Test] union [TestNotDone] union [Patient]
define "Ids": (U X return X.id) I sort asc
define "Statuses": U X where X is Test return X.status
define "First": (First([Patient]) as Patient).birthDate
define function fluent(t Test): t.status
define function "Status of"(t Toy.Test): t.status
define "Call": "Status of"(First([Test: "A"]))
)");
  EXPECT_EQ(program["Ids"], "{'o1', 'o2', 'o3', 'p'}");
  EXPECT_EQ(program["Statuses"], "{'final', 'cancelled'}");  // distinct
  EXPECT_EQ(program["First"], "@1980-02-03");
  EXPECT_EQ(program["Call"], "'final'");
}

TEST(Models, MistakesNameWhatIsLoaded) {
  const auto has = [](const WithModel& program, std::string_view text) {
    const std::string rendered = program.rendered();
    EXPECT_NE(rendered.find(text), std::string::npos) << rendered;
  };
  has(WithModel("", false, "using Toy version '2.0.0'"), "there are FHIR 4.0.1, System, Toy 1.2.0");
  has(WithModel("", false, "using QICore version '4.1.1'"), "the model 'QICore' of version '4.1.1' is not loaded");
  has(WithModel("", false, "using FHIR version '3.0.1'"), "FHIR 3.0.1 is not built in; expected 4.0.1, 4.0.0 or 4.3.0");
  has(WithModel("define X: [Test] T return T.slice"),
      "does not say where FHIR.Observation has what it calls 'Test.slice'");
  has(WithModel("define X: [Test] T return T.stauts"), "did you mean 'status'?");
  has(WithModel("define X: [Tset]"), "there is no type 'Tset' in Toy, FHIR 4.0.1 or System");
  has(WithModel("define X: [Observation]"), "there is no type 'Observation' in Toy");
  EXPECT_EQ(WithModel("define X: Count([FHIR.Observation])")["X"], "3");
  has(WithModel("define X: [HumanName]"), "Toy.HumanName is no resource");
}

TEST(Models, FhirVersionsThatAreNearlyTheSame) {
  for (const char* version : {"4.0.0", "4.0.1", "4.3.0"}) {
    WithModel program("define X: Count([Observation])", false, "using FHIR version '" + std::string(version) + "'");
    EXPECT_EQ(program["X"], "3") << version;
  }
}

TEST(Models, ToValueKeepsWhatAChoiceHolds) {
  WithModel program(R"(
define V: [Observation] O return all FHIRHelpers.ToValue(O.value)
define "Values": V X where X is not null
define "Quantities": V X where X is System.Quantity
)",
                    false, "using FHIR version '4.0.1'");
  EXPECT_EQ(program["Values"], "{7.50 'mg', 'words'}");
  EXPECT_EQ(program["Quantities"], "{7.50 'mg'}");
}

}  // namespace
}  // namespace calx
