#include "diagnostics/source_text.h"

#include <gtest/gtest.h>

namespace calx {
namespace {

TEST(SourceText, LinesAndColumnsCountFromOne) {
  SourceText source({}, "a.cql", "one\ntwo\r\nthree\rfour");
  EXPECT_EQ(source.line_count(), 4U);
  EXPECT_EQ(source.line(1), "one");
  EXPECT_EQ(source.line(2), "two");
  EXPECT_EQ(source.line(3), "three");
  EXPECT_EQ(source.line(4), "four");
  LineColumn place = source.position(5);
  EXPECT_EQ(place.line, 2U);
  EXPECT_EQ(place.column, 2U);
  EXPECT_EQ(source.position(3).line, 1U);
  EXPECT_EQ(source.position(3).column, 4U);
}

TEST(SourceText, ColumnsCountCodePoints) {
  SourceText source({}, "a.cql", "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80x");
  EXPECT_EQ(source.position(9).column, 4U);
  SourceText marked({}, "a.cql", "\xEF\xBB\xBFx");
  EXPECT_EQ(marked.position(3).column, 1U);
  EXPECT_EQ(marked.position(0).column, 1U);
}

TEST(SourceText, OffsetsBehindTheEndAreTheEnd) {
  SourceText empty({}, "a.cql", "");
  EXPECT_EQ(empty.line_count(), 1U);
  EXPECT_EQ(empty.line(1), "");
  EXPECT_EQ(empty.position(10).line, 1U);
  SourceText source({}, "a.cql", "ab\n");
  EXPECT_EQ(source.position(99).line, 2U);
  EXPECT_EQ(source.line(2), "");
}

TEST(SourceText, SpansJoin) {
  Span joined = join({SourceId{1}, 4, 2}, {SourceId{1}, 10, 3});
  EXPECT_EQ(joined.begin, 4U);
  EXPECT_EQ(joined.end(), 13U);
}

TEST(SourceSet, TextsKeepTheirAddress) {
  SourceSet sources;
  const SourceText& first = sources.add("1", "one");
  for (int i = 0; i < 100; ++i) sources.add("x", "y");
  EXPECT_EQ(&sources.at(first.id()), &first);
  EXPECT_EQ(sources.at(SourceId{0}).text(), "one");
  EXPECT_FALSE(sources.contains(SourceId{101}));
}

}  // namespace
}  // namespace calx
