#include "present/text_layout.h"

#include <gtest/gtest.h>

namespace calx {
namespace {

TEST(TextLayout, ColumnsAreNotBytes) {
  EXPECT_EQ(column_width("abc"), 3U);
  EXPECT_EQ(column_width("größe"), 5U);
  EXPECT_EQ(column_width("東京"), 4U);
  EXPECT_EQ(column_width("e\u0301"), 1U);
  EXPECT_EQ(column_width("•→─"), 3U);
  EXPECT_EQ(column_width("a\xffz"), 3U);
  EXPECT_EQ(column_width("\xe6\x9d"), 2U);  // cut off: two bytes that are nothing
}

TEST(TextLayout, ControlCharactersDoNotReachATerminal) {
  EXPECT_EQ(visible_text("a\x1b[31mb\x07\x7f"), "a?[31mb??");
  EXPECT_EQ(visible_text("a\nb\tc\r"), "a b c ");
  EXPECT_EQ(visible_text("\xc2\x9b"
                         "31m"),
            "?31m");  // the one-character escape of Latin-1 terminals
  EXPECT_EQ(visible_text("ok \xff\xfe größe"), "ok ?? größe");
}

TEST(TextLayout, Wrapping) {
  EXPECT_EQ(wrap_text("one two three", 8), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrap_text("incomprehensible", 6), (std::vector<std::string>{"incomp", "rehens", "ible"}));
  EXPECT_EQ(wrap_text("東京東京", 5), (std::vector<std::string>{"東京", "東京"}));
  EXPECT_EQ(wrap_text("", 5), (std::vector<std::string>{""}));
}

TEST(TextPage, ParagraphsKeepTheirIndent) {
  TextPage page(40, false);
  page.paragraph({{"• "}, {"a paragraph of words that is longer than forty columns"}}, 2, 4);
  EXPECT_EQ(page.take(), "  • a paragraph of words that is longer\n    than forty columns\n");
}

TEST(TextPage, NoLineIsWiderThanThePage) {
  for (std::size_t width = 40; width < 60; ++width) {
    TextPage page(width, false);
    page.paragraph(
        {{"some words, "}, {"averyveryveryveryveryveryveryveryveryveryverylongwordindeedwithoutend "}, {"東京 end"}}, 2,
        6);
    const std::string text = page.take();
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      EXPECT_LE(column_width(std::string_view(text).substr(at, end - at)), width) << text;
      at = end + 1;
    }
  }
}

TEST(TextPage, ColourIsClosedOnEveryLine) {
  TextPage page(40, true);
  page.paragraph({{"good", Tone::Good, true}, {" plain"}}, 0, 0);
  EXPECT_EQ(page.take(), "\x1b[1m\x1b[32mgood \x1b[0mplain\n");
}

TEST(TextPage, ParagraphWithoutWordsIsNoLine) {
  TextPage page(40, false);
  page.paragraph("   ", 2);
  EXPECT_EQ(page.take(), "");
}

}  // namespace
}  // namespace calx
