#include "cli/expectations.h"

#include <gtest/gtest.h>

namespace calx::cli {
namespace {

std::vector<Difference> differences(std::string_view expected, std::string_view actual) {
  const Result<JsonDocument> left = JsonDocument::parse(expected);
  const Result<JsonDocument> right = JsonDocument::parse(actual);
  EXPECT_TRUE(left && right);
  std::vector<Difference> found;
  compare_expected(left->root(), right->root(), "D", found);
  return found;
}

bool matches(std::string_view expected, std::string_view actual) {
  return differences(expected, actual).empty();
}

constexpr std::string_view kCode = R"({"code": "a", "system": "s", "display": null})";

TEST(Expectations, Scalars) {
  EXPECT_TRUE(matches(R"("a")", R"("a")"));
  EXPECT_FALSE(matches(R"("a")", R"("b")"));
  EXPECT_TRUE(matches(R"("a")", kCode));
  EXPECT_FALSE(matches(R"("b")", kCode));
  EXPECT_TRUE(matches(R"("a")", "{\"codes\": [" + std::string(kCode) + "], \"display\": null}"));
  EXPECT_TRUE(matches(R"("X/1")", R"({"reference": "X/1"})"));
  EXPECT_TRUE(matches("5.00", "5"));
  EXPECT_TRUE(matches("500", "500"));
  EXPECT_FALSE(matches("500", "5"));
  EXPECT_FALSE(matches("5", R"("5")"));
  EXPECT_TRUE(matches("null", "null"));
  EXPECT_FALSE(matches("null", "[]"));
  EXPECT_FALSE(matches("true", R"("true")"));
}

TEST(Expectations, ObjectsBySubsetArraysWhole) {
  EXPECT_TRUE(matches(R"({"a": 1})", R"({"a": 1, "b": 2})"));
  EXPECT_FALSE(matches(R"({"a": 1, "c": 2})", R"({"a": 1, "b": 2})"));
  EXPECT_TRUE(matches(R"({"a": null})", R"({"b": 2})"));
  EXPECT_TRUE(matches(R"([{"a": 1}, {"a": 2}])", R"([{"a": 1, "b": 0}, {"a": 2}])"));
  EXPECT_FALSE(matches(R"([{"a": 2}, {"a": 1}])", R"([{"a": 1}, {"a": 2}])"));
  EXPECT_FALSE(matches("[1]", "[1, 2]"));
}

TEST(Expectations, Operators) {
  EXPECT_TRUE(matches(R"({"contains": [1, 2], "excludes": [4], "count": 3})", "[3, 2, 1]"));
  EXPECT_FALSE(matches(R"({"contains": [4]})", "[3, 2, 1]"));
  EXPECT_FALSE(matches(R"({"excludes": [3]})", "[3, 2, 1]"));
  EXPECT_TRUE(matches(R"({"excludes": [3], "count": 0})", "null"));
  EXPECT_TRUE(matches(R"({"oneOf": [1, 2]})", "2"));
  EXPECT_FALSE(matches(R"({"oneOf": [1, 2]})", "3"));
  EXPECT_TRUE(matches(R"({"not": 1})", "2"));
  EXPECT_FALSE(matches(R"({"not": null})", "null"));
  EXPECT_TRUE(matches(R"({"like": "LOW"})", R"([{"a": "is low"}])"));
  EXPECT_FALSE(matches(R"({"like": "high"})", R"([{"a": "is low"}])"));
  EXPECT_TRUE(
      matches(R"({"contains": [{"id": {"oneOf": ["x", "y"]}, "v": {"not": "no"}}]})", R"([{"id": "y", "v": "yes"}])"));
}

TEST(Expectations, TheEntryThatWasMeantIsShown) {
  const std::vector<Difference> found = differences(R"({"contains": [{"id": "T1", "verdict": "yes"}]})",
                                                    R"([{"id": "T2"}, {"id": "T1", "verdict": "no"}])");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].path, "D[id T1].verdict");
  EXPECT_EQ(found[0].expected, "\"yes\"");
  EXPECT_EQ(found[0].actual, "\"no\"");
}

}  // namespace
}  // namespace calx::cli
