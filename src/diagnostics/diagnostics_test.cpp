#include "diagnostics/diagnostics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "diagnostics/render.h"

namespace calx {
namespace {

TEST(Registry, CodesAndNamesAreUnique) {
  std::set<std::string_view> codes;
  std::set<std::string_view> names;
  for (const DiagnosticInfo& info : all_diagnostics()) {
    EXPECT_TRUE(codes.insert(info.code).second) << info.code;
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_EQ(info.code.size(), 8U) << info.code;
    EXPECT_FALSE(info.title.empty());
    EXPECT_EQ(&diagnostic_info(info.kind), &info);
  }
}

TEST(Diagnostics, ReportKeepsLabelsAndHint) {
  Diagnostics diagnostics;
  diagnostics.report(DiagnosticKind::UnexpectedToken, {SourceId{0}, 1, 2}, "message")
      .label({SourceId{0}, 0, 1}, "here")
      .hint("do this");
  ASSERT_EQ(diagnostics.entries().size(), 1U);
  EXPECT_EQ(diagnostics.entries()[0].labels[0].message, "here");
  EXPECT_EQ(diagnostics.entries()[0].hint, "do this");
  EXPECT_TRUE(diagnostics.has_errors());
  diagnostics.report(DiagnosticKind::UnexpectedToken, {}, "m").did_you_mean("x");
  EXPECT_EQ(diagnostics.entries()[1].hint, "did you mean 'x'?");
  diagnostics.report(DiagnosticKind::UnexpectedToken, {}, "m").did_you_mean("");
  EXPECT_EQ(diagnostics.entries()[2].hint, "");
}

TEST(Diagnostics, SortedByPlaceThenByReport) {
  Diagnostics diagnostics;
  diagnostics.report(DiagnosticKind::UnexpectedToken, {SourceId{1}, 0, 1}, "d");
  diagnostics.report(DiagnosticKind::UnexpectedToken, {SourceId{0}, 9, 1}, "b");
  diagnostics.report(DiagnosticKind::UnexpectedToken, {SourceId{0}, 9, 1}, "c");
  diagnostics.report(DiagnosticKind::UnexpectedToken, {SourceId{0}, 2, 1}, "a");
  std::string order;
  for (const Diagnostic* diagnostic : diagnostics.sorted()) order += diagnostic->message;
  EXPECT_EQ(order, "abcd");
}

TEST(Diagnostics, BeyondTheLimitTheyAreOnlyCounted) {
  Diagnostics diagnostics(2);
  for (int i = 0; i < 5; ++i) {
    diagnostics.report(DiagnosticKind::UnexpectedToken, {}, "m").label({}, "l").hint("h").did_you_mean("x");
  }
  EXPECT_EQ(diagnostics.entries().size(), 2U);
  EXPECT_EQ(diagnostics.suppressed_count(), 3U);
  EXPECT_EQ(diagnostics.error_count(), 5U);
  EXPECT_TRUE(render_text(diagnostics, SourceSet(), Colour::Off).ends_with("... and 3 more\n"));
}

std::string_view nearest(std::string_view wanted, std::vector<std::string_view> candidates) {
  return nearest_name(wanted, candidates);
}

TEST(NearestName, FindsSlips) {
  EXPECT_EQ(nearest("Conditon", {"Observation", "Condition"}), "Condition");
  EXPECT_EQ(nearest("condition", {"Condition", "conditions"}), "Condition");
  EXPECT_EQ(nearest("teh", {"the"}), "the");
  EXPECT_EQ(nearest("", {"a"}), "");
  EXPECT_EQ(nearest("a", {"b"}), "");
  EXPECT_EQ(nearest("birthDate", {"deceased", "gender"}), "");
  EXPECT_EQ(nearest("x", {"X"}), "X");
  EXPECT_EQ(nearest("same", {"same"}), "");
  EXPECT_EQ(nearest("abcd", {"abce", "abcf"}), "abce");
}

TEST(Render, PlaceLineCaretLabelAndHint) {
  SourceSet sources;
  const SourceText& source = sources.add("a.cql", "define A: 1\n\tdefine \xC3\xA9 B\n");
  Diagnostic diagnostic{DiagnosticKind::UnexpectedToken,
                        source.span(23, 1),
                        "expected ':'",
                        {{source.span(0, 6), "first here"}},
                        "write it"};
  EXPECT_EQ(render_text(diagnostic, sources, Colour::Off),
            "a.cql:2:11: error[CALX1101]: expected ':'\n"
            "   2 | \tdefine \xC3\xA9 B\n"
            "     | \t         ^\n"
            "  a.cql:1:1: first here\n"
            "   1 | define A: 1\n"
            "     | ^^^^^^\n"
            "  hint: write it\n");
}

TEST(Render, ColourWrapsWholeWords) {
  SourceSet sources;
  const SourceText& source = sources.add("a.cql", "x");
  Diagnostic diagnostic{DiagnosticKind::UnexpectedToken, source.span(0, 1), "m", {}, {}};
  std::string text = render_text(diagnostic, sources, Colour::On);
  EXPECT_NE(text.find("\x1b[1;31merror[CALX1101]\x1b[0m: m\n"), std::string::npos);
}

TEST(Render, WithoutAPlace) {
  Diagnostic diagnostic{DiagnosticKind::SourceTooLarge, {SourceId{7}, 0, 0}, "m", {}, {}};
  EXPECT_EQ(render_text(diagnostic, SourceSet(), Colour::Off), "error[CALX1008]: m\n");
}

TEST(Render, LongLinesAreCutAndControlCharactersHidden) {
  SourceSet sources;
  const SourceText& source = sources.add("a.cql", std::string(10'000, 'a') + "\x1b[2J" + std::string(10'000, 'b'));
  Diagnostic diagnostic{DiagnosticKind::UnexpectedCharacter, source.span(10'000, 1), "m\x1b", {}, {}};
  std::string text = render_text(diagnostic, sources, Colour::Off);
  EXPECT_LT(text.size(), 600U);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("...aaa"), std::string::npos);
}

TEST(Render, SpansOverSeveralLinesUnderlineTheFirst) {
  SourceSet sources;
  const SourceText& source = sources.add("a.cql", "ab\ncd");
  Diagnostic diagnostic{DiagnosticKind::UnexpectedToken, source.span(1, 4), "m", {}, {}};
  EXPECT_EQ(render_text(diagnostic, sources, Colour::Off), "a.cql:1:2: error[CALX1101]: m\n   1 | ab\n     |  ^\n");
}

}  // namespace
}  // namespace calx
