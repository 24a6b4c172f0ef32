#include "cql/lexer.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <unordered_map>

namespace calx::cql {
namespace {

struct KindRow {
  std::string_view name;
  std::string_view text;
  bool described;  // the text is a description, not the token itself
  WordUse use;
};

constexpr KindRow kKinds[] = {
#define CALX_TOKEN(kind, description) {#kind, description, true, WordUse::NotAWord},
#define CALX_PUNCTUATION(kind, text) {#kind, text, false, WordUse::NotAWord},
#define CALX_KEYWORD(kind, text, use) {#kind, text, false, WordUse::use},
#include "cql/tokens.def"
};

const KindRow& row(TokenKind kind) {
  return kKinds[static_cast<std::size_t>(kind)];
}

const std::unordered_map<std::string_view, TokenKind>& keywords() {
  static const std::unordered_map<std::string_view, TokenKind> table = {
#define CALX_KEYWORD(kind, text, use) {text, TokenKind::kind},
#include "cql/tokens.def"
  };
  return table;
}

constexpr std::size_t kLongestKeyword = [] {
  std::size_t longest = 0;
#define CALX_KEYWORD(kind, text, use) longest = std::max(longest, std::string_view(text).size());
#include "cql/tokens.def"
  return longest;
}();

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_word(char c) {
  return is_letter(c) || is_digit(c);
}
bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Length of the UTF-8 sequence at `at`, or 0 if there is none: overlong forms, surrogates and truncation are refused.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  auto follows = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  unsigned first = byte(at);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(at + 1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (!follows(at + 1) || !follows(at + 2)) return 0;
    if (first == 0xE0 && byte(at + 1) < 0xA0) return 0;
    if (first == 0xED && byte(at + 1) > 0x9F) return 0;
    return 3;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (!follows(at + 1) || !follows(at + 2) || !follows(at + 3)) return 0;
    if (first == 0xF0 && byte(at + 1) < 0x90) return 0;
    if (first == 0xF4 && byte(at + 1) > 0x8F) return 0;
    return 4;
  }
  return 0;
}

void append_code_point(std::string& out, std::uint32_t point) {
  auto put = [&](std::uint32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xC0U | (point >> 6));
    put(0x80U | (point & 0x3FU));
  } else if (point < 0x10000) {
    put(0xE0U | (point >> 12));
    put(0x80U | ((point >> 6) & 0x3FU));
    put(0x80U | (point & 0x3FU));
  } else {
    put(0xF0U | (point >> 18));
    put(0x80U | ((point >> 12) & 0x3FU));
    put(0x80U | ((point >> 6) & 0x3FU));
    put(0x80U | (point & 0x3FU));
  }
}

struct Escape {
  std::size_t length = 0;   // with the backslash
  std::uint32_t point = 0;  // what it stands for
  bool valid = false;
};

// The four hex digits of \uXXXX at `at` (the backslash), or -1.
std::int32_t read_unicode(std::string_view text, std::size_t at) {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return -1;
  std::int32_t value = 0;
  for (std::size_t i = at + 2; i < at + 6; ++i) {
    int digit = hex_value(text[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

// The escape at `at`, which is a backslash. An invalid one stands for the character after the backslash; a lone
// surrogate for U+FFFD.
Escape read_escape(std::string_view text, std::size_t at) {
  if (at + 1 >= text.size()) return {1, 0xFFFD, false};
  char c = text[at + 1];
  switch (c) {
    case '\'':
    case '"':
    case '`':
    case '\\':
    case '/':
      return {2, static_cast<std::uint32_t>(static_cast<unsigned char>(c)), true};
    case 'f':
      return {2, '\f', true};
    case 'n':
      return {2, '\n', true};
    case 'r':
      return {2, '\r', true};
    case 't':
      return {2, '\t', true};
    case 'u': {
      std::int32_t high = read_unicode(text, at);
      if (high < 0) return {2, 'u', false};
      if (high < 0xD800 || high > 0xDFFF) return {6, static_cast<std::uint32_t>(high), true};
      std::int32_t low = high <= 0xDBFF ? read_unicode(text, at + 6) : -1;
      if (low < 0xDC00 || low > 0xDFFF) return {6, 0xFFFD, false};
      return {12, static_cast<std::uint32_t>(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)), true};
    }
    default:
      return {1, 0, false};
  }
}

class Lexer {
 public:
  Lexer(const SourceText& source, Diagnostics& diagnostics)
      : source_(source), text_(source.text()), diagnostics_(diagnostics) {}

  Tokens run() {
    if (text_.size() > SourceText::kMaximumBytes) {
      diagnostics_.report(DiagnosticKind::SourceTooLarge, source_.span(0, 0),
                          "the text has " + std::to_string(text_.size()) + " bytes; the limit is " +
                              std::to_string(SourceText::kMaximumBytes));
      push(TokenKind::EndOfText, text_.size());
      return std::move(result_);
    }
    check_encoding();
    result_.tokens.reserve(text_.size() / 5 + 1);
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    while (skip_space_and_comments()) next();
    push(TokenKind::EndOfText, at_);
    return std::move(result_);
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  // The token from `begin` to here.
  void push(TokenKind kind, std::size_t begin) {
    result_.tokens.push_back({kind, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at_ - begin)});
  }

  Diagnostics::Report report(DiagnosticKind kind, std::size_t begin, std::size_t end, std::string message) {
    return diagnostics_.report(kind, source_.span(begin, end - begin), std::move(message));
  }

  void check_encoding() {
    for (std::size_t i = 0; i < text_.size();) {
      std::size_t length = sequence_length(text_, i);
      if (length == 0) {
        report(DiagnosticKind::InvalidEncoding, i, i + 1, "this byte is not valid UTF-8");
        return;
      }
      i += length;
    }
  }

  bool skip_space_and_comments() {
    while (at_ < text_.size()) {
      if (is_space(text_[at_])) {
        ++at_;
      } else if (text_[at_] == '/' && peek(1) == '/') {
        std::size_t begin = at_;
        while (at_ < text_.size() && text_[at_] != '\n' && text_[at_] != '\r') ++at_;
        push_comment(begin);
      } else if (text_[at_] == '/' && peek(1) == '*') {
        std::size_t begin = at_;
        std::size_t end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) {
          report(DiagnosticKind::UnterminatedComment, begin, begin + 2, "this comment has no end: '*/' is missing");
          at_ = text_.size();
        } else {
          at_ = end + 2;
        }
        push_comment(begin);
      } else {
        return true;
      }
    }
    return false;
  }

  void push_comment(std::size_t begin) {
    result_.comments.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at_ - begin),
                                static_cast<std::uint32_t>(result_.tokens.size())});
  }

  void next() {
    std::size_t begin = at_;
    char c = text_[at_];
    if (is_letter(c)) {
      while (is_word(peek())) ++at_;
      push(word_kind(text_.substr(begin, at_ - begin)), begin);
    } else if (is_digit(c)) {
      number();
    } else if (c == '@') {
      date_or_time();
    } else if (c == '\'') {
      quoted(TokenKind::String, "string");
    } else if (c == '"') {
      quoted(TokenKind::QuotedIdentifier, "quoted name");
    } else if (c == '`') {
      quoted(TokenKind::DelimitedIdentifier, "delimited name");
    } else if (c == '$') {
      special_variable();
    } else {
      punctuation();
    }
  }

  static TokenKind word_kind(std::string_view word) {
    if (word.size() > kLongestKeyword) return TokenKind::Identifier;
    auto found = keywords().find(word);
    return found == keywords().end() ? TokenKind::Identifier : found->second;
  }

  void number() {
    std::size_t begin = at_;
    TokenKind kind = TokenKind::Integer;
    while (is_digit(peek())) ++at_;
    if (peek() == '.' && is_digit(peek(1))) {
      kind = TokenKind::Decimal;
      ++at_;
      while (is_digit(peek())) ++at_;
    } else if (peek() == 'L' && !is_word(peek(1))) {
      kind = TokenKind::Long;
      ++at_;
    }
    std::size_t end = at_;
    while (is_word(peek())) ++at_;
    if (at_ > end) {
      report(DiagnosticKind::MalformedNumber, begin, at_,
             "'" + std::string(text_.substr(begin, at_ - begin)) + "' is neither a number nor a name")
          .hint("a name begins with a letter or '_'; a unit stands apart, as in 5 'mg'");
    }
    result_.tokens.push_back({kind, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end - begin)});
  }

  bool digits(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      if (!is_digit(peek(i))) return false;
    }
    at_ += count;
    return true;
  }

  // hh[:mm[:ss[.f+]]]
  bool time_of_day() {
    if (!digits(2)) return false;
    for (int part = 0; part < 2; ++part) {
      if (peek() != ':') return true;
      ++at_;
      if (!digits(2)) return false;
    }
    if (peek() == '.') {
      ++at_;
      if (!digits(1)) return false;
      while (is_digit(peek())) ++at_;
    }
    return true;
  }

  bool offset() {
    if (peek() == 'Z') {
      ++at_;
      return true;
    }
    if ((peek() == '+' || peek() == '-') && is_digit(peek(1)) && is_digit(peek(2)) && peek(3) == ':') {
      at_ += 4;
      return digits(2);
    }
    return true;
  }

  bool date_and_maybe_time(TokenKind& kind) {
    if (!digits(4)) return false;
    for (int part = 0; part < 2; ++part) {
      if (peek() != '-' || !is_digit(peek(1))) break;
      ++at_;
      if (!digits(2)) return false;
    }
    if (peek() != 'T') return true;
    kind = TokenKind::DateTime;
    ++at_;
    if (is_digit(peek()) && !time_of_day()) return false;
    return offset();
  }

  void date_or_time() {
    std::size_t begin = at_;
    ++at_;
    TokenKind kind = TokenKind::Date;
    bool good;
    if (peek() == 'T') {
      kind = TokenKind::Time;
      ++at_;
      good = time_of_day();
      if (good && (peek() == 'Z' ||
                   ((peek() == '+' || peek() == '-') && is_digit(peek(1)) && is_digit(peek(2)) && peek(3) == ':'))) {
        offset();
        report(DiagnosticKind::MalformedDateTime, begin, at_, "a time literal has no offset from UTC")
            .hint("write the time alone, as in @T14:30, or a whole date and time");
        push(kind, begin);
        return;
      }
    } else {
      good = date_and_maybe_time(kind);
    }
    if (good && !is_word(peek())) {
      push(kind, begin);
      return;
    }
    auto belongs = [&] { return is_word(peek()) || ((peek() == ':' || peek() == '-') && is_digit(peek(1))); };
    while (belongs()) ++at_;
    report(DiagnosticKind::MalformedDateTime, begin, at_,
           "'" + std::string(text_.substr(begin, at_ - begin)) + "' is not a date or time literal")
        .hint("the forms are @2014-01-25, @2014-01-25T14:30:00.000+01:00 (either may stop earlier) and @T14:30:00.000");
    push(kind, begin);
  }

  void quoted(TokenKind kind, std::string_view what) {
    std::size_t begin = at_;
    char quote = text_[at_++];
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] != '\\') {
        ++at_;
        continue;
      }
      Escape escape = read_escape(text_, at_);
      if (!escape.valid) {
        std::size_t shown = std::min(text_.size(), at_ + std::max<std::size_t>(escape.length, 2));
        while (shown < text_.size() && (static_cast<unsigned char>(text_[shown]) & 0xC0U) == 0x80U) ++shown;
        report(DiagnosticKind::InvalidEscape, at_, shown,
               escape.length == 6 ? std::string("half of a surrogate pair is not a character")
                                  : "'" + std::string(text_.substr(at_, shown - at_)) + "' is not an escape sequence")
            .hint("CQL has \\' \\\" \\` \\\\ \\/ \\f \\n \\r \\t and \\u with four hex digits");
      }
      at_ += escape.length;
    }
    if (at_ >= text_.size()) {
      // The rest of the text cannot all be meant: close it at the end of its line and go on.
      at_ = std::min(text_.find_first_of("\r\n", begin), text_.size());
      report(DiagnosticKind::UnterminatedString, begin, at_,
             "this " + std::string(what) + " has no end: the closing " + quote + " is missing");
    } else {
      ++at_;
      if (kind != TokenKind::String && at_ - begin == 2) {
        report(DiagnosticKind::EmptyQuotedName, begin, at_, "a name has at least one character");
      }
    }
    push(kind, begin);
  }

  void special_variable() {
    std::size_t begin = at_++;
    while (is_word(peek())) ++at_;
    std::string_view word = text_.substr(begin, at_ - begin);
    if (word == "$this") return push(TokenKind::This, begin);
    if (word == "$index") return push(TokenKind::Index, begin);
    if (word == "$total") return push(TokenKind::Total, begin);
    report(DiagnosticKind::UnexpectedCharacter, begin, at_, "'" + std::string(word) + "' does not exist")
        .hint("the special variables are $this, $index and $total");
    push(TokenKind::Bad, begin);
  }

  void punctuation() {
    struct Row {
      std::string_view text;
      TokenKind kind;
    };
    static constexpr Row kRows[] = {
#define CALX_PUNCTUATION(kind, text) {text, TokenKind::kind},
#include "cql/tokens.def"
    };
    std::size_t begin = at_;
    const Row* best = nullptr;
    for (const Row& candidate : kRows) {
      bool longer = best == nullptr || candidate.text.size() > best->text.size();
      if (longer && text_.substr(at_).starts_with(candidate.text)) best = &candidate;
    }
    if (best != nullptr) {
      at_ += best->text.size();
      return push(best->kind, begin);
    }
    unexpected_character();
  }

  void unexpected_character() {
    std::size_t begin = at_;
    at_ += std::max<std::size_t>(sequence_length(text_, at_), 1);
    std::string_view shown = text_.substr(begin, at_ - begin);
    std::string_view hint;
    if (shown == "\xC2\xA0") {
      hint = "this is a no-break space; use an ordinary one";
    } else if (shown == "\xE2\x80\x98" || shown == "\xE2\x80\x99") {
      hint = "strings stand between straight quotes: '";
    } else if (shown == "\xE2\x80\x9C" || shown == "\xE2\x80\x9D") {
      hint = "quoted names stand between straight quotes: \"";
    } else if (shown == "\xE2\x88\x92" || shown == "\xE2\x80\x93" || shown == "\xE2\x80\x94") {
      hint = "minus is the hyphen of the keyboard: -";
    } else if (shown == "\xE2\x89\xA4") {
      hint = "write <=";
    } else if (shown == "\xE2\x89\xA5") {
      hint = "write >=";
    } else if (shown == "!") {
      hint = "not equal is !=, negation is the word not";
    } else if (shown == ";") {
      hint = "declarations end by themselves";
    }
    // A run of foreign characters is one mistake.
    while (at_ < text_.size() && static_cast<unsigned char>(text_[at_]) >= 0x80) ++at_;
    auto report_line = report(DiagnosticKind::UnexpectedCharacter, begin, at_, "this character has no meaning in CQL");
    if (!hint.empty()) report_line.hint(std::string(hint));
    push(TokenKind::Bad, begin);
  }

  const SourceText& source_;
  std::string_view text_;
  Diagnostics& diagnostics_;
  Tokens result_;
  std::size_t at_ = 0;
};

}  // namespace

std::string_view token_kind_name(TokenKind kind) {
  return row(kind).name;
}

std::string token_kind_description(TokenKind kind) {
  const KindRow& found = row(kind);
  return found.described ? std::string(found.text) : "'" + std::string(found.text) + "'";
}

WordUse word_use(TokenKind kind) {
  return row(kind).use;
}

Tokens lex(const SourceText& source, Diagnostics& diagnostics) {
  return Lexer(source, diagnostics).run();
}

bool is_plain_word(std::string_view text, WordUse allowed) {
  if (text.empty() || !is_letter(text.front()) || !std::ranges::all_of(text, is_word)) return false;
  auto found = keywords().find(text);
  return found == keywords().end() || row(found->second).use <= allowed;
}

std::string unescape(std::string_view quoted) {
  std::string out;
  if (quoted.empty()) return out;
  char quote = quoted.front();
  quoted.remove_prefix(1);
  for (std::size_t i = 0; i < quoted.size() && quoted[i] != quote;) {
    if (quoted[i] != '\\') {
      out += quoted[i++];
      continue;
    }
    Escape escape = read_escape(quoted, i);
    // An unknown escape is its own text without the backslash.
    if (escape.length > 1) append_code_point(out, escape.point);
    i += escape.length;
    if (escape.length == 1 && i < quoted.size()) out += quoted[i++];
  }
  return out;
}

std::string escape(std::string_view value, char quote) {
  std::string out(1, quote);
  for (char c : value) {
    auto byte = static_cast<unsigned char>(c);
    if (c == quote || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\f') {
      out += "\\f";
    } else if (byte < 0x20 || byte == 0x7F) {
      constexpr std::string_view kHex = "0123456789abcdef";
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 0xFU];
    } else {
      out += c;
    }
  }
  out += quote;
  return out;
}

}  // namespace calx::cql
