#include <gtest/gtest.h>

#include "language_fixture.h"

namespace calx {
namespace {

struct Case {
  const char* expression;
  const char* expected;
};

/// FHIRPath functions in method position (CQL 1.5.3, appendix I).
class Methods : public testing::TestWithParam<Case> {};

TEST_P(Methods, AreSystemFunctions) {
  Compiled compiled(std::string("define \"x\": ") + GetParam().expression + "\n");
  ASSERT_TRUE(compiled.is_valid()) << GetParam().expression << "\n" << compiled.rendered();
  EXPECT_EQ(compiled.evaluate("x"), GetParam().expected) << GetParam().expression;
}

INSTANTIATE_TEST_SUITE_P(
    Elements, Methods,
    testing::Values(Case{"({1, 2, 3}).where($this > 1)", "{2, 3}"}, Case{"({1, 2}).select($this + 1)", "{2, 3}"},
                    Case{"({1, null}).select($this)", "{1}"}, Case{"({1, 2}).select({$this, $this})", "{1, 1, 2, 2}"},
                    Case{"({1, 2}).all($this > 0)", "true"}, Case{"({1, 2}).exists($this = 2)", "true"},
                    Case{"({1, 2}).exists()", "true"}, Case{"({}).empty()", "true"},
                    Case{"({1, 2, 3}).aggregate($this + $total, 0)", "6"},
                    Case{"({Tuple {a: 1}, Tuple {a: 2}}).where(a = 2).a", "{2}"},
                    Case{"({1, 'a'}).ofType(Integer)", "{1}"}, Case{"({1, 'a'}).ofType('System.String')", "{'a'}"},
                    Case{"({1}).repeat(if $this < 4 then $this + 1 else null)", "{2, 3, 4}"}));

INSTANTIATE_TEST_SUITE_P(
    Others, Methods,
    testing::Values(Case{"({1, 2}).first()", "1"}, Case{"({1, 2}).last()", "2"}, Case{"({1, 2, 3}).tail()", "{2, 3}"},
                    Case{"({1, 2, 3}).skip(1).take(1)", "{2}"}, Case{"({1, 1}).distinct()", "{1}"},
                    Case{"({1, 1}).isDistinct()", "false"}, Case{"({1}).union({2})", "{1, 2}"},
                    Case{"({1}).combine({1})", "{1, 1}"}, Case{"({1, 2}).intersect({2, 3})", "{2}"},
                    Case{"({1, 2}).exclude({2})", "{1}"}, Case{"({1}).subsetOf({1, 2})", "true"},
                    Case{"({1, 2}).supersetOf({1})", "true"}, Case{"({1}).single()", "1"},
                    Case{"'abc'.contains('b')", "true"}, Case{"'abc'.indexOf('c')", "2"},
                    Case{"'abc'.startsWith('ab')", "true"}, Case{"'abc'.substring(1)", "'bc'"},
                    Case{"'a1'.matches('[a-z][0-9]')", "true"}, Case{"'5'.toInteger()", "5"},
                    Case{"'x'.convertsToInteger()", "false"}, Case{"(4).sqrt()", "2.0"}, Case{"(1.5).floor()", "1"},
                    Case{"true.not()", "false"}, Case{"({true, false}).allTrue()", "false"},
                    Case{"({true, false}).anyFalse()", "true"}, Case{"({false}).allFalse()", "true"},
                    Case{"(1).hasValue()", "true"}, Case{"(1).is(Integer)", "true"}, Case{"(1).as(Integer)", "1"},
                    Case{"(1).as(String)", "null"}, Case{"(null).descendents()", "null"},
                    Case{"(1).trace('name')", "1"}));

TEST(Methods, OfTheAuthorComeFirst) {
  Compiled compiled(
      "define fluent function first(list List<Integer>): 'mine'\n"
      "define fluent function where(list List<Integer>, limit Integer): list X where X > limit\n"
      "define \"x\": ({1, 2}).first()\n"
      "define \"y\": ({1, 2}).where(1)\n");
  ASSERT_TRUE(compiled.is_valid()) << compiled.rendered();
  EXPECT_EQ(compiled.evaluate("x"), "'mine'");
  EXPECT_EQ(compiled.evaluate("y"), "{2}");
}

}  // namespace
}  // namespace calx
