#include "present/template.h"

#include <gtest/gtest.h>

namespace calx {
namespace {

Messages messages() {
  SourceSet sources;
  Diagnostics diagnostics;
  const SourceText& source = sources.add("messages/en.json", R"({"format": 1, "language": "en", "texts": {},
      "words": {"verdict": {"consider": "may be considered"}, "boolean": {"true": "yes", "false": "no"}}})");
  Messages read = Messages::read(source, diagnostics);
  EXPECT_TRUE(diagnostics.empty());
  return read;
}

std::string filled(std::string_view text, std::string_view json) {
  std::optional<Template::Trouble> trouble;
  const Template parsed = Template::parse(text, trouble);
  EXPECT_FALSE(trouble) << trouble->message;
  const Result<JsonDocument> entry = JsonDocument::parse(json);
  return parsed.fill(entry->root(), messages());
}

std::string trouble_in(std::string_view text) {
  std::optional<Template::Trouble> trouble;
  Template::parse(text, trouble);
  return trouble ? trouble->message : "";
}

TEST(Template, Fields) {
  EXPECT_EQ(filled("{a} and {b.c}", R"({"a": "x", "b": {"c": 2.50}})"), "x and 2.50");
  EXPECT_EQ(filled("{.}", R"("whole")"), "whole");
  EXPECT_EQ(filled("{a|verdict}; {b|verdict}", R"({"a": "consider", "b": "other"})"), "may be considered; other");
  EXPECT_EQ(filled("{a|verdict}", R"({"a": ["consider", "x"]})"), "may be considered; x");
  EXPECT_EQ(filled("{a.b}", R"({"a": [{"b": 1}, {"b": 2}]})"), "1; 2");
  EXPECT_EQ(filled("{{{a}}} [[x]]", R"({"a": 1})"), "{1} [x]");
}

TEST(Template, PartsInBracketsNeedTheirFields) {
  EXPECT_EQ(filled("{a}[, due {b}]", R"({"a": "x", "b": "2026-01"})"), "x, due 2026-01");
  EXPECT_EQ(filled("{a}[, due {b}]", R"({"a": "x", "b": null})"), "x");
  EXPECT_EQ(filled("{a}[ ({b}, {c})]", R"({"a": "x", "b": "y", "c": []})"), "x");
  EXPECT_EQ(filled("{a}[ {b}][ {c}]", R"({"a": "x", "b": "", "c": "z"})"), "x z");
}

TEST(Template, WithoutAnyValueItIsEmpty) {
  EXPECT_EQ(filled("needs: {a}", R"({"a": []})"), "");
  EXPECT_EQ(filled("needs: {a}{b}", R"({"b": "x"})"), "needs: x");
  EXPECT_EQ(filled("always", "{}"), "always");
}

TEST(Template, Values) {
  const auto text = [](std::string_view json) { return filled("{v}", "{\"v\": " + std::string(json) + "}"); };
  EXPECT_EQ(text(R"({"value": 5.0, "unit": "mg/dL"})"), "5.0 mg/dL");
  EXPECT_EQ(text(R"({"value": 5, "unit": "1"})"), "5");
  EXPECT_EQ(text(R"({"value": 5, "unit": "mg", "system": "u", "code": "mg"})"), "5 mg");
  EXPECT_EQ(text(R"({"code": "c", "system": "s", "display": "shown"})"), "shown");
  EXPECT_EQ(text(R"({"code": "c", "system": "s", "display": null})"), "c");
  EXPECT_EQ(text(R"({"codes": [{"code": "c", "system": "s", "display": "d"}], "display": null})"), "d");
  EXPECT_EQ(text(R"({"coding": [{"code": "c", "system": "s", "display": "d"}]})"), "d");
  EXPECT_EQ(text(R"({"low": 1, "high": 3, "lowClosed": true, "highClosed": true})"), "1 - 3");
  EXPECT_EQ(text(R"({"low": null, "high": 3, "lowClosed": true, "highClosed": false})"), "< 3");
  EXPECT_EQ(text(R"({"reference": "Observation/x"})"), "Observation/x");
  EXPECT_EQ(text("true"), "yes");
  EXPECT_EQ(text(R"({"p": 1, "q": "r"})"), "p: 1, q: r");
}

TEST(Template, Troubles) {
  EXPECT_NE(trouble_in("{a"), "");
  EXPECT_NE(trouble_in("a}"), "");
  EXPECT_NE(trouble_in("[{a}"), "");
  EXPECT_NE(trouble_in("[a[b]]"), "");
  EXPECT_NE(trouble_in("{}"), "");
  EXPECT_NE(trouble_in("{a|}"), "");
  EXPECT_EQ(trouble_in("{a}[b {c|d}]"), "");
}

}  // namespace
}  // namespace calx
