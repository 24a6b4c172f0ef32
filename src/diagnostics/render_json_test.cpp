#include "diagnostics/render_json.h"

#include <gtest/gtest.h>

namespace calx {
namespace {

struct Fixture {
  SourceSet sources;
  Diagnostics diagnostics;

  Fixture() {
    const SourceText& source = sources.add("a.cql", "define \"é\": foo\nline two");
    diagnostics.report(DiagnosticKind::UnknownName, {source.id(), 13, 3}, "nothing is called 'foo'")
        .label({source.id(), 17, 4}, "here")
        .did_you_mean("food");
    diagnostics.report(DiagnosticKind::HiddenName, {source.id(), 7, 4}, "a \"quote\"");
  }
};

TEST(RenderJson, SaysPlacesLabelsAndHints) {
  const Fixture fixture;
  const std::string json = render_json(fixture.diagnostics, fixture.sources);
  for (const char* part :
       {"\"code\": \"CALX2001\"", "\"kind\": \"UnknownName\"", "\"severity\": \"error\"", "\"file\": \"a.cql\"",
        "\"hint\": \"did you mean 'food'?\"", "\"a \\\"quote\\\"\"", "\"suppressed\": 0"}) {
    EXPECT_NE(json.find(part), std::string::npos) << part << "\n" << json;
  }
  EXPECT_LT(json.find("HiddenName"), json.find("UnknownName")) << "in the order of places";
}

TEST(RenderSarif, HasARulePerKindAndALevel) {
  const Fixture fixture;
  const std::string sarif = render_sarif(fixture.diagnostics, fixture.sources, "1.2.3");
  for (const char* part :
       {"\"version\": \"2.1.0\"", "\"ruleId\": \"CALX2001\"", "\"level\": \"warning\"", "\"level\": \"error\"",
        "\"relatedLocations\"", "\"startLine\": 1", "\"uri\": \"a.cql\"", "\"columnKind\": \"unicodeCodePoints\""}) {
    EXPECT_NE(sarif.find(part), std::string::npos) << part << "\n" << sarif;
  }
}

}  // namespace
}  // namespace calx
