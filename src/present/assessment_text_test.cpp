#include "present/assessment_text.h"

#include <gtest/gtest.h>

namespace calx {
namespace {

constexpr std::string_view kMessages = R"({"format": 1, "language": "en",
  "texts": {"t": "Title", "s": "Section", "none": "Nothing there."},
  "words": {"state": {"A": "first", "B": "second", "C": "third"}, "group": {"x": "Group X"}, "boolean": {"true": "yes"}}})";

std::string render(std::string_view section, std::string_view json, std::size_t width = 60) {
  SourceSet sources;
  Diagnostics diagnostics;
  const Messages messages = Messages::read(sources.add("messages/en.json", std::string(kMessages)), diagnostics);
  const SourceText& source = sources.add(
      "views/v.json", R"({"format": 1, "title": "t", "messages": "en", "sections": [)" + std::string(section) + "]}");
  const View view = read_view(source, messages, {"D", "E"}, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.entries()) ADD_FAILURE() << diagnostic.message;
  ShownAssessment shown;
  shown.subject = "p";
  shown.at = "2026";
  shown.results.push_back({"D", json});
  shown.failures.push_back({"E", "a list is too long", "cql/X.cql:1:2"});
  const std::string text = render_assessment(view, messages, shown, width, false);
  const std::string head = "Title\nPatient/p, 2026\n";
  EXPECT_TRUE(text.starts_with(head)) << text;
  // What no section shows stands at the end, so that no failure is silent.
  const std::size_t failures = text.find("\n── Could not be worked out");
  return text.substr(head.size(), failures == std::string::npos ? failures : failures - head.size());
}

TEST(AssessmentText, ListAndEmptyText) {
  const std::string_view list = R"({"shape": "list", "define": "D", "item": "{a}", "lines": ["why: {b}"]})";
  EXPECT_EQ(render(list, R"([{"a": "x", "b": "y"}, {"a": "z", "b": null}])"), "  • x\n    why: y\n  • z\n");
  EXPECT_EQ(render(list, "[]"), "");
  EXPECT_EQ(render(R"({"shape": "list", "define": "D", "empty": "none"})", "null"), "  Nothing there.\n");
  EXPECT_EQ(render(R"({"shape": "list", "define": "D"})", R"("one")"), "  • one\n");
}

TEST(AssessmentText, HeadingOnlyWithContent) {
  const std::string_view list = R"({"title": "s", "shape": "list", "define": "D"})";
  EXPECT_EQ(render(list, "[]"), "");
  EXPECT_EQ(render(list, "[1]").find("\n── Section ──"), 0U);
}

TEST(AssessmentText, StatesMarkThePresentOne) {
  const std::string_view states = R"({"shape": "states", "define": "D", "present": "s", "states": ["A", "B", "C"],
      "off": ["B"], "words": "state", "lines": ["next: {n|state}"]})";
  EXPECT_EQ(render(states, R"([{"s": "A", "n": "C"}])"), "    [A first] → C third\n    next: third\n");
  EXPECT_EQ(render(states, R"([{"s": "B", "n": null}])"), "    A first → [B second] → C third\n");
  EXPECT_EQ(render(states, R"([{"s": "Z", "n": null}])"), "    A first → C third → [Z]\n");
}

TEST(AssessmentText, StatesThatDoNotFitShowTheirCodes) {
  const std::string_view states = R"({"shape": "states", "define": "D", "present": "s", "words": "state",
      "states": ["A", "B", "C", "D1", "D2", "D3", "D4", "D5"]})";
  EXPECT_EQ(render(states, R"({"s": "B"})", 52), "    A → [B second] → C → D1 → D2 → D3 → D4 → D5\n");
}

TEST(AssessmentText, GroupsInOrder) {
  const std::string_view groups =
      R"({"shape": "groups", "define": "D", "by": "g", "order": ["x", "y"], "words": "group",
      "item": "{n}", "brief": ["y"], "briefItem": "<{n}>"})";
  EXPECT_EQ(render(groups, R"([{"g": "y", "n": 1}, {"g": "x", "n": 2}, {"g": "y", "n": 3}, {"g": "new", "n": 4}])"),
            "  Group X\n    • 2\n  y: <1>; <3>\n  new\n    • 4\n");
}

TEST(AssessmentText, TablesLeaveOutEmptyColumnsAndWrap) {
  const std::string_view table = R"({"shape": "table", "define": "D", "columns": [
      {"title": "A", "field": "a"}, {"title": "B", "field": "b"}, {"title": "C", "field": "c"}]})";
  EXPECT_EQ(render(table, R"([{"a": "x", "b": null, "c": "some words"}, {"a": "yy", "c": "z"}])"),
            "  A   C\n  x   some words\n  yy  z\n");
  EXPECT_EQ(render(table, R"([{"a": "x", "c": "some words that do not fit on one line of forty"}])", 40),
            "  A  C\n  x  some words that do not fit on one\n     line of forty\n");
}

TEST(AssessmentText, TimelineIsSorted) {
  const std::string_view timeline = R"({"shape": "timeline", "define": "D", "when": "w", "item": "{t}"})";
  EXPECT_EQ(render(timeline, R"([{"w": null, "t": "c"}, {"w": "2026-02", "t": "b"}, {"w": "2026-01", "t": "a"}])"),
            "  2026-01  a\n  2026-02  b\n           c\n");
}

TEST(AssessmentText, HeadlineAndText) {
  EXPECT_EQ(render(R"({"shape": "headline", "parts": [{"define": "D", "label": "Is:", "words": "state"}]})", R"("A")"),
            "  Is: first\n");
  EXPECT_EQ(render(R"({"shape": "text", "define": "D"})", "true"), "  yes\n");
  EXPECT_EQ(render(R"({"shape": "text", "text": "none"})", "null"), "  Nothing there.\n");
}

TEST(AssessmentText, AFailedDefineSaysSo) {
  EXPECT_EQ(render(R"({"shape": "list", "define": "E"}, {"shape": "list", "define": "D"})", "1"),
            "  E could not be worked out: a list is too long\n    (cql/X.cql:1:2)\n  • 1\n");
}

}  // namespace
}  // namespace calx
