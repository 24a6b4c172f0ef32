#include "cql/lexer.h"

#include "cql/test_support.h"

namespace calx::cql {
namespace {

struct Lexed {
  explicit Lexed(std::string_view text)
      : source(sources.add("test.cql", std::string(text))), tokens(lex(source, diagnostics)) {}

  std::string kinds() const {
    std::string out;
    for (const Token& token : tokens.tokens) {
      if (!out.empty()) out += ' ';
      out += token_kind_name(token.kind);
    }
    return out;
  }

  SourceSet sources;
  Diagnostics diagnostics;
  const SourceText& source;
  Tokens tokens;
};

DiagnosticKind only_mistake(std::string_view text) {
  Lexed lexed(text);
  EXPECT_EQ(lexed.diagnostics.entries().size(), 1U) << text << "\n"
                                                    << render_text(lexed.diagnostics, lexed.sources, Colour::Off);
  return lexed.diagnostics.empty() ? DiagnosticKind::SourceTooLarge : lexed.diagnostics.entries().front().kind;
}

TEST(Lexer, WordsAndKeywordsAreCaseSensitive) {
  EXPECT_EQ(Lexed("define Define code Code _x x1").kinds(),
            "KeywordDefine Identifier KeywordCode KeywordTypeCode Identifier Identifier EndOfText");
}

TEST(Lexer, Names) {
  EXPECT_EQ(Lexed("\"a b\" `c d`").kinds(), "QuotedIdentifier DelimitedIdentifier EndOfText");
}

TEST(Lexer, Numbers) {
  EXPECT_EQ(Lexed("1 1.5 10L 1.x 00").kinds(), "Integer Decimal Long Integer Dot Identifier Integer EndOfText");
}

TEST(Lexer, DatesAndTimesInEveryPartialForm) {
  EXPECT_EQ(Lexed("@2014 @2014-01 @2014-01-25").kinds(), "Date Date Date EndOfText");
  EXPECT_EQ(Lexed("@2014T @2014-01T @2014-01-25T @2014-01-25T14 @2014-01-25T14:30 @2014-01-25T14:30:14 "
                  "@2014-01-25T14:30:14.559 @2014-01-25T14:30:14.559Z @2014-01-25T14:30:14.559+01:00 @2014TZ "
                  "@2014-01-25T14-05:30")
                .kinds(),
            "DateTime DateTime DateTime DateTime DateTime DateTime DateTime DateTime DateTime DateTime DateTime "
            "EndOfText");
  EXPECT_EQ(Lexed("@T14 @T14:30 @T14:30:14 @T14:30:14.559").kinds(), "Time Time Time Time EndOfText");
}

TEST(Lexer, LongestPunctuationWins) {
  EXPECT_EQ(Lexed("<= < >= != !~ ~ -> - = ^ & | %").kinds(),
            "LessOrEqual Less GreaterOrEqual NotEqual NotTilde Tilde Arrow Minus Equal Caret Ampersand Bar Percent "
            "EndOfText");
}

TEST(Lexer, CommentsAreKeptAside) {
  Lexed lexed("/* a */ x // b\n/* c\n d */ y // e");
  EXPECT_EQ(lexed.kinds(), "Identifier Identifier EndOfText");
  ASSERT_EQ(lexed.tokens.comments.size(), 4U);
  EXPECT_EQ(lexed.tokens.comments[0].before, 0U);
  EXPECT_EQ(lexed.tokens.comments[1].before, 1U);
  EXPECT_EQ(lexed.tokens.comments[2].before, 1U);
  EXPECT_EQ(lexed.tokens.comments[3].before, 2U);
}

TEST(Lexer, ByteOrderMarkIsSkipped) {
  EXPECT_EQ(Lexed("\xEF\xBB\xBF"
                  "define")
                .kinds(),
            "KeywordDefine EndOfText");
}

TEST(Lexer, EveryEscape) {
  EXPECT_EQ(unescape(R"('\'\"\`\\\/\f\n\r\t')"), "'\"`\\/\f\n\r\t");
  EXPECT_EQ(unescape(R"('\u0041\u00e9\u20AC')"), "A\xC3\xA9\xE2\x82\xAC");
  EXPECT_EQ(unescape(R"('\uD83D\uDE00')"), "\xF0\x9F\x98\x80");
  EXPECT_EQ(unescape("\"a'b\""), "a'b");
}

TEST(Lexer, EscapeUndoesUnescape) {
  for (std::string_view value : {"", "a", "it's", "\"q\"", "\\", "\n\r\t\f\x01\x7f", "\xC3\xA9"}) {
    for (char quote : {'\'', '"', '`'}) EXPECT_EQ(unescape(escape(value, quote)), value);
  }
}

TEST(Lexer, Mistakes) {
  EXPECT_EQ(only_mistake("'abc"), DiagnosticKind::UnterminatedString);
  EXPECT_EQ(only_mistake("\"abc"), DiagnosticKind::UnterminatedString);
  EXPECT_EQ(only_mistake("`abc\nx"), DiagnosticKind::UnterminatedString);
  EXPECT_EQ(only_mistake("/* abc"), DiagnosticKind::UnterminatedComment);
  EXPECT_EQ(only_mistake("'a\\qb'"), DiagnosticKind::InvalidEscape);
  EXPECT_EQ(only_mistake("'\\u12'"), DiagnosticKind::InvalidEscape);
  EXPECT_EQ(only_mistake("'\\uD83D'"), DiagnosticKind::InvalidEscape);
  EXPECT_EQ(only_mistake("12ab"), DiagnosticKind::MalformedNumber);
  EXPECT_EQ(only_mistake("1.5L"), DiagnosticKind::MalformedNumber);
  EXPECT_EQ(only_mistake("@20"), DiagnosticKind::MalformedDateTime);
  EXPECT_EQ(only_mistake("@2014-1"), DiagnosticKind::MalformedDateTime);
  EXPECT_EQ(only_mistake("@2014-01-01T1"), DiagnosticKind::MalformedDateTime);
  EXPECT_EQ(only_mistake("@T12:00Z"), DiagnosticKind::MalformedDateTime);
  EXPECT_EQ(only_mistake("@T12:00+01:00"), DiagnosticKind::MalformedDateTime);
  EXPECT_EQ(only_mistake("#"), DiagnosticKind::UnexpectedCharacter);
  EXPECT_EQ(only_mistake("\xE2\x80\x9C"), DiagnosticKind::UnexpectedCharacter);
  EXPECT_EQ(only_mistake("$that"), DiagnosticKind::UnexpectedCharacter);
  EXPECT_EQ(only_mistake("\"\""), DiagnosticKind::EmptyQuotedName);
  EXPECT_EQ(only_mistake("'\xFF'"), DiagnosticKind::InvalidEncoding);
  EXPECT_EQ(only_mistake("'\xC0\x80'"), DiagnosticKind::InvalidEncoding);
  EXPECT_EQ(only_mistake("'\xED\xA0\x80'"), DiagnosticKind::InvalidEncoding);
}

TEST(Lexer, EscapeAtTheVeryEnd) {
  Lexed lexed("'abc\\");
  EXPECT_TRUE(lexed.diagnostics.has_errors());
  EXPECT_EQ(lexed.kinds(), "String EndOfText");
}

TEST(Lexer, UnterminatedStringEndsWithItsLine) {
  Lexed lexed("'abc\ndefine");
  EXPECT_EQ(lexed.kinds(), "String KeywordDefine EndOfText");
}

TEST(Lexer, TextOverTheLimitIsRefused) {
  Lexed lexed(std::string(SourceText::kMaximumBytes + 1, ' '));
  EXPECT_EQ(lexed.diagnostics.entries().front().kind, DiagnosticKind::SourceTooLarge);
  EXPECT_EQ(lexed.kinds(), "EndOfText");
}

TEST(Lexer, EveryKeywordIsRecognised) {
#define CALX_KEYWORD(kind, text, use) EXPECT_EQ(Lexed(text).kinds(), #kind " EndOfText");
#include "cql/tokens.def"
}

}  // namespace
}  // namespace calx::cql
