#include "terminology/terminology.h"

#include <gtest/gtest.h>

#include <string>

namespace calx {
namespace {

std::string trouble(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& entry : diagnostics.entries()) {
    text += std::string(diagnostic_info(entry.kind).name) + ": " + entry.message + "\n";
  }
  return text;
}

std::string members(const Terminology& terminology, std::string_view url) {
  const std::optional<ValueSetId> set = terminology.find_value_set(url);
  if (!set) return "none";
  std::string text;
  for (const Value& value : terminology.members(*set)) {
    text += std::string(value.as_code().code) + " ";
    EXPECT_TRUE(terminology.contains(*set, CodeId{value.extent}));
    EXPECT_TRUE(terminology.contains_code_text(*set, value.as_code().code));
  }
  return text;
}

TEST(Terminology, LinesOfResourcesAreReadEach) {
  const std::string lines =
      R"({"resourceType": "ValueSet", "url": "http://x/a", "expansion": {"contains": [{"system": "s", "code": "1"}]}})"
      "\n\r\n"
      R"({"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "ValueSet", "url": "http://x/b",
        "compose": {"include": [{"valueSet": ["http://x/a"]}]}}}]})";
  std::string flat = lines;
  flat.erase(flat.find("\n        "), 9);
  Terminology terminology;
  Diagnostics diagnostics;
  EXPECT_TRUE(terminology.add_resource(flat, "sets.ndjson", diagnostics));
  EXPECT_TRUE(terminology.add_resource("", "empty.ndjson", diagnostics) || diagnostics.empty());
  terminology.finish(diagnostics);
  EXPECT_EQ(trouble(diagnostics), "");
  EXPECT_EQ(members(terminology, "http://x/b"), "1 ");

  EXPECT_FALSE(terminology.add_resource("\n{]\n", "sets.ndjson", diagnostics));
  EXPECT_NE(trouble(diagnostics).find("sets.ndjson, line 2: this is not JSON"), std::string::npos);
  SourceSet sources;
  Diagnostics placed;
  terminology.add_resource(sources.add("sets.jsonl", "\n{\"resourceType\": \"ValueSet\"}\n"), placed);
  ASSERT_EQ(placed.entries().size(), 1U);
  EXPECT_EQ(placed.entries()[0].span.begin, 1U);
}

TEST(Terminology, AnExpansionIsPreferredAndHeadingsAreNoMembers) {
  Terminology terminology;
  Diagnostics diagnostics;
  EXPECT_TRUE(terminology.add_resource(R"({
    "resourceType": "ValueSet", "url": "http://x/vs", "version": "2",
    "compose": {"include": [{"system": "http://x/cs", "concept": [{"code": "ignored"}]}]},
    "expansion": {"total": 3, "contains": [
      {"system": "http://x/cs", "code": "a", "display": "The A"},
      {"system": "http://x/cs", "code": "head", "abstract": true, "contains": [{"system": "http://x/cs", "code": "b"}]},
      {"display": "group", "contains": [{"system": "http://x/other", "code": "a"}]}]}})",
                                       "vs.json", diagnostics));
  terminology.finish(diagnostics);
  EXPECT_EQ(trouble(diagnostics), "");
  EXPECT_EQ(members(terminology, "http://x/vs"), "a b a ");
  EXPECT_EQ(members(terminology, "http://x/vs|2"), "a b a ");
  EXPECT_EQ(members(terminology, "http://x/vs|3"), "none");
  const ValueSetId set = *terminology.find_value_set("http://x/vs");
  EXPECT_EQ(terminology.value_set_url(set), "http://x/vs");
  EXPECT_NE(terminology.find_code("http://x/cs", "a"), terminology.find_code("http://x/other", "a"));
  EXPECT_EQ(terminology.find_code("http://x/cs", "ignored").value == 0, true);
  EXPECT_FALSE(terminology.contains(set, CodeId{}));
  EXPECT_FALSE(terminology.contains(set, terminology.intern_code("http://x/cs", "later")));
  EXPECT_EQ(terminology.members(set)[0].as_code().display, "The A");
  EXPECT_TRUE(terminology.members(set)[0].as_code().has_display);
  EXPECT_FALSE(terminology.contains_code_text(set, "head"));
}

TEST(Terminology, ComposeWithOtherSetsAndExcludes) {
  Terminology terminology;
  Diagnostics diagnostics;
  // One file, the including set before the included one.
  EXPECT_TRUE(terminology.add_resource(R"({"resourceType": "Bundle", "entry": [
    {"resource": {"resourceType": "ValueSet", "url": "http://x/all", "compose": {
      "include": [{"valueSet": ["http://x/one"]},
                  {"system": "http://x/cs", "concept": [{"code": "c"}, {"code": "a"}, {"code": "d"}]}],
      "exclude": [{"system": "http://x/cs", "concept": [{"code": "d"}]}]}}},
    {"resource": {"resourceType": "ValueSet", "url": "http://x/both", "compose": {
      "include": [{"valueSet": ["http://x/one", "http://x/all"]},
                  {"system": "http://x/local", "valueSet": ["http://x/whole"]}]}}},
    {"resource": {"resourceType": "ValueSet", "url": "http://x/one", "compose": {
      "include": [{"system": "http://x/cs", "concept": [{"code": "a"}, {"code": "b"}]}]}}},
    {"resource": {"resourceType": "ValueSet", "url": "http://x/whole", "compose": {
      "include": [{"system": "http://x/local"}]}}},
    {"resource": {"resourceType": "CodeSystem", "url": "http://x/local", "content": "complete", "concept": [
      {"code": "p", "concept": [{"code": "q"}]}]}},
    {"resource": {"resourceType": "Patient"}}]})",
                                       "all.json", diagnostics));
  EXPECT_TRUE(terminology.find_value_set("http://x/one").has_value());
  terminology.finish(diagnostics);
  EXPECT_EQ(trouble(diagnostics), "");
  EXPECT_EQ(members(terminology, "http://x/all"), "a b c ");
  EXPECT_EQ(members(terminology, "http://x/both"), "a b p q ");
  EXPECT_EQ(members(terminology, "http://x/whole"), "p q ");
}

TEST(Terminology, SaysWhatCannotBeExpanded) {
  Terminology terminology;
  Diagnostics diagnostics;
  const auto add = [&](std::string_view json) { terminology.add_resource(json, "f.json", diagnostics); };
  add(R"({"resourceType": "ValueSet", "url": "u:1", "compose": {"include": [{"system": "http://snomed.info/sct"}]}})");
  add(R"({"resourceType": "ValueSet", "url": "u:2", "compose": {"include": [{"system": "s", "filter": [
      {"property": "concept", "op": "is-a", "value": "1"}]}]}})");
  add(R"({"resourceType": "ValueSet", "url": "u:3", "compose": {"include": [{"valueSet": ["u:none"]}]}})");
  add(R"({"resourceType": "ValueSet", "url": "u:4", "compose": {"include": [{"valueSet": ["u:5"]}]}})");
  add(R"({"resourceType": "ValueSet", "url": "u:5", "compose": {"include": [{"valueSet": ["u:4"]}]}})");
  add(R"({"resourceType": "ValueSet", "url": "u:6"})");
  add(R"({"resourceType": "ValueSet", "url": "u:6"})");
  add(R"({"resourceType": "ValueSet", "id": "x"})");
  add(R"({"resourceType": "ValueSet", "url": "u:7", "expansion": {"total": 12, "contains": [{"system": "s", "code": "1"}]}})");
  add(R"({"resourceType": "ValueSet", "url": "u:8", "expansion": {"contains": [{"code": "1"}]}})");
  add("{");
  terminology.finish(diagnostics);
  EXPECT_EQ(trouble(diagnostics),
            "ValueSetNotExpandable: f.json: the value set u:6 has neither an expansion nor a compose with includes\n"
            "DuplicateValueSet: f.json: the value set u:6 has been given before\n"
            "MalformedValueSet: f.json: a value set without url: no define can name it (id x)\n"
            "IncompleteExpansion: f.json: the expansion of u:7 lists 1 of 12 members\n"
            "MalformedValueSet: f.json: the member '1' of u:8 has no system\n"
            "MalformedContent: f.json: this is not JSON: line 1, column 2: the text ends here although a key in quotes "
            "or } was expected; it is cut off\n"
            "ValueSetNotExpandable: f.json: the value set u:1 cannot be expanded: it takes all codes of "
            "http://snomed.info/sct, of which no complete CodeSystem is there; give it an expansion\n"
            "ValueSetNotExpandable: f.json: the value set u:2 cannot be expanded: it takes codes of s by a filter; "
            "give it an expansion\n"
            "UnknownValueSet: f.json: the value set u:3 includes u:none, which is not there\n"
            "CircularValueSet: f.json: the value set u:4 includes itself, directly or through others\n");
}

TEST(Terminology, PlacesAreThoseOfTheSource) {
  SourceSet sources;
  const SourceText& source = sources.add("vs.json", "\n {\"resourceType\": \"ValueSet\"}");
  Terminology terminology;
  Diagnostics diagnostics;
  EXPECT_TRUE(terminology.add_resource(source, diagnostics));
  ASSERT_EQ(diagnostics.entries().size(), 1U);
  EXPECT_EQ(diagnostics.entries()[0].span, (Span{source.id(), 2, 1}));
}

TEST(Terminology, TheGreatestVersionIsTaken) {
  Terminology terminology;
  Diagnostics diagnostics;
  for (const std::string version : {"1.9", "1.10", "1.2"}) {
    terminology.add_resource(R"({"resourceType": "ValueSet", "url": "u", "version": ")" + version +
                                 R"(", "compose": {"include": [{"system": "s", "concept": [{"code": ")" + version +
                                 R"("}]}]}})",
                             "f", diagnostics);
  }
  terminology.finish(diagnostics);
  EXPECT_EQ(trouble(diagnostics), "");
  EXPECT_EQ(members(terminology, "u"), "1.10 ");
  EXPECT_EQ(members(terminology, "u|1.9"), "1.9 ");
}

TEST(Terminology, ManyCodesKeepTheirNumbers) {
  Terminology terminology;
  Diagnostics diagnostics;
  std::string json = R"({"resourceType": "ValueSet", "url": "many", "expansion": {"contains": [)";
  for (int i = 0; i < 20000; ++i) {
    json += (i > 0 ? "," : "") + std::string(R"({"system": "http://s", "code": ")") + std::to_string(i) + "\"}";
  }
  json += "]}}";
  terminology.add_resource(json, "f", diagnostics);
  terminology.add_resource(R"({"resourceType": "ValueSet", "url": "few", "expansion": {"contains": [
      {"system": "http://s", "code": "7"}, {"system": "http://s", "code": "19999"}]}})",
                           "f", diagnostics);
  terminology.finish(diagnostics);
  const ValueSetId many = *terminology.find_value_set("many");
  const ValueSetId few = *terminology.find_value_set("few");
  int in_few = 0;
  for (int i = 0; i < 20000; ++i) {
    const CodeId code = terminology.find_code("http://s", std::to_string(i));
    EXPECT_TRUE(terminology.contains(many, code));
    if (terminology.contains(few, code)) ++in_few;
  }
  EXPECT_EQ(in_few, 2);
  EXPECT_EQ(terminology.find_code("http://s", "20000"), CodeId{});
  EXPECT_EQ(terminology.find_code("http:/", "/s0"), CodeId{});
}

TEST(Terminology, OtherResourcesAreLeftAlone) {
  Terminology terminology;
  Diagnostics diagnostics;
  EXPECT_FALSE(terminology.add_resource(R"({"resourceType": "Library"})", "f", diagnostics));
  EXPECT_FALSE(terminology.add_resource("[]", "f", diagnostics));
  EXPECT_TRUE(diagnostics.empty());
}

}  // namespace
}  // namespace calx
