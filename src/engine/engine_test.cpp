#include "calx/engine.h"

#include <gtest/gtest.h>

namespace calx {
namespace {

std::vector<SourceFile> guideline(std::string library) {
  return {{"guideline.json", R"({"format": 1, "id": "g", "version": "1", "title": "G", "library": "Main"})"},
          {"cql/Main.cql", std::move(library)}};
}

constexpr std::string_view kPatient = R"({"resourceType": "Patient", "id": "p", "birthDate": "1980-05"})";

class EngineTest : public testing::Test {
 protected:
  /// The one define's JSON, or "failed: ..." for one that failed.
  std::string value_of(const std::string& expression, bool full = false) {
    const std::vector<SourceFile> files =
        guideline("library Main\nusing FHIR version '4.0.1'\ncontext Patient\ndefine \"D\": " + expression);
    std::vector<DiagnosticMessage> diagnostics;
    const std::optional<Program> program = Program::compile(files, diagnostics);
    for (const DiagnosticMessage& diagnostic : diagnostics) ADD_FAILURE() << diagnostic.rendered;
    if (!program) return "does not compile";
    Worker worker(*program);
    const Result<Evaluation> evaluation = worker.evaluate(kPatient, {"2026-01-15T12:00:00+01:00", "", full});
    if (!evaluation) return evaluation.error().message;
    for (const Evaluation::Failure& failure : evaluation->errors) return "failed at " + failure.where;
    for (const auto& [define, json] : evaluation->results) {
      if (define == "D") return json;
    }
    return "no result";
  }
};

TEST_F(EngineTest, EveryKindOfValue) {
  EXPECT_EQ(value_of("null"), "null");
  EXPECT_EQ(value_of("1 = 1"), "true");
  EXPECT_EQ(value_of("-5"), "-5");
  EXPECT_EQ(value_of("5000000000L"), "5000000000");
  EXPECT_EQ(value_of("1.50"), "1.50");
  EXPECT_EQ(value_of("'a\"b'"), "\"a\\\"b\"");
  EXPECT_EQ(value_of("@2026-01"), "\"2026-01\"");
  EXPECT_EQ(value_of("@2026-01-15T12:00:00.000+01:00"), "\"2026-01-15T12:00:00.000+01:00\"");
  EXPECT_EQ(value_of("@T10:30"), "\"10:30\"");
  EXPECT_EQ(value_of("5.0 'mg'"), R"({"value":5.0,"unit":"mg"})");
  EXPECT_EQ(value_of("1 'mg' : 2 'dL'"),
            R"({"numerator":{"value":1,"unit":"mg"},"denominator":{"value":2,"unit":"dL"}})");
  EXPECT_EQ(value_of("Interval[1, null)"), R"({"low":1,"high":null,"lowClosed":true,"highClosed":false})");
  EXPECT_EQ(value_of("{1, null, 2}"), "[1,null,2]");
  EXPECT_EQ(value_of("Tuple { a: 1, b: { 'x' } }"), R"({"a":1,"b":["x"]})");
  EXPECT_EQ(value_of("Code { code: 'c', system: 's' }"), R"({"code":"c","system":"s","display":null})");
  EXPECT_EQ(value_of("Concept { codes: { Code { code: 'c', system: 's', display: 'd' } } }"),
            R"({"codes":[{"code":"c","system":"s","display":"d"}],"display":null})");
  EXPECT_EQ(value_of("days between @2026-01 and @2026-02-15"),
            R"({"low":15,"high":45,"lowClosed":true,"highClosed":true})");
}

TEST_F(EngineTest, FhirValues) {
  EXPECT_EQ(value_of("Patient"), R"({"reference":"Patient/p"})");
  EXPECT_EQ(value_of("Patient", true), kPatient);
  EXPECT_EQ(value_of("Patient.birthDate"), "\"1980-05\"");
  EXPECT_EQ(value_of("FHIR.Quantity { value: FHIR.decimal { value: 1.20 }, unit: FHIR.string { value: 'mg' } }"),
            R"({"value":1.20,"unit":"mg"})");
}

TEST_F(EngineTest, ModelsOfTheGuidelineAndATextOfFhirHelpers) {
  std::vector<SourceFile> files = guideline(
      "library Main\nusing Toy version '1'\ninclude FHIRHelpers version '4.0.1'\ncontext Patient\n"
      "define \"D\": Patient.born + 1 year");
  files.push_back({"cql/FHIRHelpers.cql", "library FHIRHelpers version '4.0.1'\ndefine \"No matter\": nothing at all"});
  files.push_back(
      {"models/toy.xml",
       R"(<modelInfo name="Toy" version="1"><typeInfo xsi:type="ClassInfo" name="Patient" retrievable="true">
    <element name="born" elementType="System.Date" target="%parent.birthDate.value"/></typeInfo>
    <contextInfo name="Patient"><contextType namespace="Toy" name="Patient"/></contextInfo></modelInfo>)"});
  std::vector<DiagnosticMessage> diagnostics;
  // The text is read, so it must be CQL, but it is not what runs.
  EXPECT_FALSE(Program::compile(files, diagnostics));
  files[2].text = "library FHIRHelpers version '4.0.1'\ndefine \"No matter\": Nowhere.Nothing(1)";
  const std::optional<Program> program = Program::compile(files, diagnostics);
  ASSERT_TRUE(program) << (diagnostics.empty() ? "" : diagnostics.front().rendered);
  const Result<Evaluation> evaluation = Worker(*program).evaluate(kPatient, {"2026-01-15T12:00:00Z", "", false});
  ASSERT_TRUE(evaluation);
  EXPECT_EQ(evaluation->results.front().second, "\"1981-05\"");
}

TEST_F(EngineTest, TheRequestIsNow) {
  EXPECT_EQ(value_of("Today()"), "\"2026-01-15\"");
  EXPECT_EQ(value_of("ToString(Now())"), "\"2026-01-15T12:00:00.000+01:00\"");
}

TEST_F(EngineTest, AFailureSaysWhere) {
  EXPECT_EQ(value_of("First({1, 2}) + singleton from ({1, 2})"), "failed at cql/Main.cql:4:29");
  EXPECT_EQ(value_of("{ 1, singleton from ({1, 2}) }"), "failed at cql/Main.cql:4:18");
}

TEST_F(EngineTest, TheMomentNeedsAnOffset) {
  std::vector<DiagnosticMessage> diagnostics;
  const std::optional<Program> program = Program::compile(guideline("library Main\ndefine D: 1"), diagnostics);
  ASSERT_TRUE(program);
  Worker worker(*program);
  for (const char* at : {"", "2026", "2026-01-15", "2026-01-15T12:00:00", "2026-02-30T12:00:00Z"}) {
    const Result<Evaluation> evaluation = worker.evaluate(kPatient, {at, "", false});
    ASSERT_FALSE(evaluation) << at;
    EXPECT_EQ(evaluation.error().kind, ErrorKind::Usage);
  }
}

TEST_F(EngineTest, OneWorkerManyRecords) {
  std::vector<DiagnosticMessage> diagnostics;
  const std::optional<Program> program = Program::compile(
      guideline("library Main\nusing FHIR version '4.0.1'\ncontext Patient\ndefine D: Patient.id"), diagnostics);
  ASSERT_TRUE(program);
  Worker worker(*program);
  for (int i = 0; i < 50; ++i) {
    const std::string id = "p" + std::to_string(i);
    const Result<Evaluation> evaluation =
        worker.evaluate(R"({"resourceType": "Patient", "id": ")" + id + "\"}", {"2026-01-15T12:00:00Z", "", false});
    ASSERT_TRUE(evaluation);
    EXPECT_EQ(evaluation->subject, id);
    EXPECT_EQ(evaluation->results.front().second, "\"" + id + "\"");
    EXPECT_FALSE(worker.evaluate("{", {"2026-01-15T12:00:00Z", "", false}));
  }
}

TEST_F(EngineTest, PublicDefinesWithTheirTags) {
  std::vector<DiagnosticMessage> diagnostics;
  const std::optional<Program> program = Program::compile(
      guideline("library Main\n// @label: One\n// @source: A, B\ndefine \"D\": 1\ndefine private \"P\": 2\n"
                "define function f(): 3"),
      diagnostics);
  ASSERT_TRUE(program);
  const std::vector<DefineInfo> defines = program->defines();
  ASSERT_EQ(defines.size(), 1U);
  EXPECT_EQ(defines[0].type, "System.Integer");
  EXPECT_EQ(defines[0].tags, (std::vector<std::pair<std::string, std::string>>{{"label", "One"}, {"source", "A, B"}}));
}

TEST_F(EngineTest, TheHashNeedsEveryByteAndNoOrder) {
  const auto hash_of = [](const std::vector<SourceFile>& files) {
    std::vector<DiagnosticMessage> diagnostics;
    const std::optional<Program> program = Program::compile(files, diagnostics);
    return program ? program->info().content_hash : std::string();
  };
  std::vector<SourceFile> files = guideline("library Main\ndefine D: 1");
  const std::string first = hash_of(files);
  std::swap(files[0], files[1]);
  EXPECT_EQ(hash_of(files), first);
  files[0].text += "\n";
  EXPECT_NE(hash_of(files), first);
}

TEST_F(EngineTest, LibrariesOfOneNameAndCircles) {
  std::vector<SourceFile> files = guideline("library Main\ninclude A\ndefine D: A.\"X\"");
  files.push_back({"cql/A.cql", "library A\ninclude B\ndefine X: B.\"Y\""});
  files.push_back({"cql/B.cql", "library B\ninclude A\ndefine Y: 1"});
  files.push_back({"cql/C.cql", "library B\ndefine Y: nonsense"});
  std::vector<DiagnosticMessage> diagnostics;
  EXPECT_FALSE(Program::compile(files, diagnostics));
  std::vector<std::string> codes;
  for (const DiagnosticMessage& diagnostic : diagnostics) codes.push_back(diagnostic.code);
  EXPECT_EQ(codes, (std::vector<std::string>{"CALX2003", "CALX2005", "CALX2001"}));
}

}  // namespace
}  // namespace calx
