#include <gtest/gtest.h>

#include "language_fixture.h"

namespace calx {
namespace {

std::string repeated(std::string_view text, int count) {
  std::string result;
  for (int i = 0; i < count; ++i) result += text;
  return result;
}

/// `first`, then `count` defines d1, d2, ... of which each is `step` with the one before in place of #.
std::string doubled(std::string_view first, std::string_view step, int count) {
  std::string text = "define d0: " + std::string(first) + "\n";
  for (int i = 1; i <= count; ++i) {
    text += "define d" + std::to_string(i) + ": ";
    for (const char c : step) text += c == '#' ? "d" + std::to_string(i - 1) : std::string(1, c);
    text += "\n";
  }
  return text;
}

struct Hostile {
  const char* name;
  std::string text;
  const char* expected;
};

/// Each would take for ever, or all memory, without a limit; all end in a failure that says which limit it was.
TEST(Limits, HostileDefinesFailInWords) {
  const Hostile cases[] = {
      {"expand", "define x: Count(expand Interval[1, 2147483647])", "more elements than a list may have"},
      {"expand instants",
       "define x: Count(expand {Interval[@0001-01-01T00:00:00.000, @9999-12-31T23:59:59.999]} per millisecond)",
       "more elements than a list may have"},
      {"cross join", "define n: expand Interval[1, 3000]\ndefine x: Count(from n A, n B return all 1)",
       "more rows than the limit"},
      {"text", doubled("'abcdefgh'", "# + #", 40) + "define x: Length(d40)", "longer than a text may be"},
      {"list", doubled("{1}", "flatten {#, #}", 40) + "define x: Count(d40)", "more elements than a list may have"},
      {"shared lists", doubled("{1}", "{#, #}", 60) + "define x: Count(Descendents(d60))", "than a list may have"},
      {"repeat", "define x: Count(({1}).repeat($this + 1))", "more elements than the limit"},
      {"deep", doubled("1", "# + 1", 6000) + "define x: d6000", "nested deeper than its limit"},
  };
  for (const Hostile& hostile : cases) {
    Compiled compiled(hostile.text + "\n");
    ASSERT_TRUE(compiled.is_valid()) << hostile.name << "\n" << compiled.rendered();
    const std::string value = compiled.evaluate("x");
    EXPECT_TRUE(value.starts_with("FAILED: ") && value.find(hostile.expected) != std::string::npos)
        << hostile.name << ": " << value;
  }
}

TEST(Limits, StepsAndComparisonsAreCounted) {
  EvaluationLimits limits;
  limits.steps = 10'000;
  limits.comparisons = 10'000;
  limits.memory_bytes = std::size_t{8} << 20;
  struct Case {
    std::string text;
    const char* expected;
  };
  const Case cases[] = {
      {"define n: expand Interval[1, 1000]\ndefine x: Count(from n A, n B where A + B = 5)", "more steps"},
      {doubled("{1}", "{#, #}", 60) + "define x: d60 = d60", "compared more values"},
      {doubled("Tuple {a: 1, b: 1}", "Tuple {a: #, b: #}", 60) + "define x: d60 ~ d60", "compared more values"},
  };
  for (const Case& one : cases) {
    Compiled compiled(one.text + "\n");
    ASSERT_TRUE(compiled.is_valid()) << compiled.rendered();
    EXPECT_NE(compiled.evaluate("x", {}, limits).find(one.expected), std::string::npos) << one.text.substr(0, 80);
  }
}

TEST(Limits, LongChainsAreNoDepth) {
  Compiled sum("define x: 1" + repeated(" + 1", 20'000) + "\n");
  ASSERT_TRUE(sum.is_valid()) << sum.rendered();
  EXPECT_EQ(sum.evaluate("x"), "20001");
  Compiled texts("define x: Length('a'" + repeated(" & 'a'", 5'000) + ")\ndefine y: true" +
                 repeated(" and true", 20'000) + "\ndefine z: false" + repeated(" or false", 20'000) + "\n");
  ASSERT_TRUE(texts.is_valid()) << texts.rendered();
  EXPECT_EQ(texts.evaluate("x"), "5001");
  EXPECT_EQ(texts.evaluate("y"), "true");
  EXPECT_EQ(texts.evaluate("z"), "false");
}

TEST(Limits, NestedExpressionsEvaluateOrFailCleanly) {
  struct Case {
    const char* open;
    const char* close;
  };
  for (const Case& one : {Case{"not (", ")"}, Case{"if true then ", " else false"}, Case{"Coalesce(", ", false)"},
                          Case{"First({", "})"}, Case{"First(({true}) A return ", ")"}, Case{"(Tuple {a: ", "}).a"}}) {
    for (const int depth : {100, 300, 990}) {
      Compiled compiled("define x: " + repeated(one.open, depth) + "true" + repeated(one.close, depth) + "\n");
      if (!compiled.is_valid()) {
        EXPECT_NE(compiled.rendered().find("CALX1110"), std::string::npos) << one.open << depth;
        continue;
      }
      const std::string value = compiled.evaluate("x");
      EXPECT_TRUE(value == "true" || value == "false" || value.find("nested deeper") != std::string::npos)
          << one.open << depth << ": " << value;
    }
  }
}

TEST(Limits, LongChainsOfDefinitionsCompile) {
  std::string defines;
  std::string functions;
  constexpr int kCount = 20'000;
  for (int i = 0; i < kCount; ++i) {
    defines += "define d" + std::to_string(i) + ": d" + std::to_string(i + 1) + " + 1\n";
    functions += "define function f" + std::to_string(i) + "(a Integer): f" + std::to_string(i + 1) + "(a) + 1\n";
  }
  Compiled backwards(defines + "define d20000: 1\n");
  EXPECT_TRUE(backwards.is_valid()) << backwards.rendered().substr(0, 300);
  // Functions are checked when they are called; so deep a chain is refused in words.
  Compiled calls(functions + "define function f20000(a Integer): a\ndefine x: f0(1)\n");
  EXPECT_TRUE(calls.is_valid() || calls.rendered().find("CALX1110") != std::string::npos)
      << calls.rendered().substr(0, 300);
  std::string circle = defines + "define d20000: d0\n";
  Compiled round(circle);
  EXPECT_FALSE(round.is_valid());
}

}  // namespace
}  // namespace calx
