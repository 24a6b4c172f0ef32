#include "formats/json_scanner.h"

#include <algorithm>
#include <cstring>

namespace calx {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The four digits of a \u escape, or -1.
int hex_code(std::string_view digits) {
  if (digits.size() < 4) return -1;
  int code = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = hex_digit(digits[static_cast<std::size_t>(i)]);
    if (digit < 0) return -1;
    code = code * 16 + digit;
  }
  return code;
}

bool is_high_surrogate(int code) {
  return code >= 0xD800 && code < 0xDC00;
}
bool is_low_surrogate(int code) {
  return code >= 0xDC00 && code < 0xE000;
}

char* put_utf8(char* out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t byte) { *out++ = static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | (code >> 6));
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3F));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  }
  return out;
}

std::string hex_byte(unsigned char byte) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  return std::string("0x") + kDigits[byte >> 4] + kDigits[byte & 15];
}

}  // namespace

TextPosition position_at(std::string_view text, std::size_t offset) {
  offset = std::min(offset, text.size());
  TextPosition position;
  for (std::size_t i = byte_order_mark(text); i < offset; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '\n') {
      ++position.line;
      position.column = 1;
    } else if ((byte & 0xC0) != 0x80) {
      ++position.column;
    }
  }
  return position;
}

std::string describe(const JsonTrouble& trouble, std::string_view text) {
  if (trouble.kind == JsonTrouble::Kind::Empty) return trouble.message;
  const TextPosition position = position_at(text, trouble.offset);
  return "line " + std::to_string(position.line) + ", column " + std::to_string(position.column) + ": " +
         trouble.message;
}

std::size_t byte_order_mark(std::string_view text) {
  return text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
}

JsonScanner::JsonScanner(std::string_view text, std::size_t begin, std::size_t maximum_depth)
    : text_(text), maximum_depth_(maximum_depth), begin_(begin), at_(begin) {}

void JsonScanner::skip_blanks() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return;
    ++at_;
  }
}

JsonScanner::Event JsonScanner::fail(JsonTrouble::Kind kind, std::size_t offset, std::string message) {
  trouble_ = {kind, offset, std::move(message)};
  state_ = State::Done;
  return Event::Trouble;
}

JsonScanner::Event JsonScanner::unexpected(std::string_view expected) {
  if (at_ >= text_.size()) {
    return fail(JsonTrouble::Kind::Truncated, text_.size(),
                "the text ends here although " + std::string(expected) + " was expected; it is cut off");
  }
  const std::size_t length = code_point_length(at_);
  if (length == 0) {
    return fail(JsonTrouble::Kind::Encoding, at_,
                "the byte " + hex_byte(static_cast<unsigned char>(text_[at_])) + " is not valid UTF-8");
  }
  const bool is_printable = static_cast<unsigned char>(text_[at_]) >= 0x20;
  const std::string found = is_printable ? "'" + std::string(text_.substr(at_, length)) + "'"
                                         : "the control character " + hex_byte(static_cast<unsigned char>(text_[at_]));
  return fail(JsonTrouble::Kind::Syntax, at_, std::string(expected) + " was expected, found " + found);
}

std::size_t JsonScanner::code_point_length(std::size_t at) const {
  const auto byte = [&](std::size_t i) -> unsigned {
    return at + i < text_.size() ? static_cast<unsigned char>(text_[at + i]) : 0U;
  };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (!continues(1) || !continues(2)) return 0;
    if (first == 0xE0 && byte(1) < 0xA0) return 0;   // overlong
    if (first == 0xED && byte(1) >= 0xA0) return 0;  // a surrogate
    return 3;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (!continues(1) || !continues(2) || !continues(3)) return 0;
    if (first == 0xF0 && byte(1) < 0x90) return 0;
    if (first == 0xF4 && byte(1) >= 0x90) return 0;  // above U+10FFFF
    return 4;
  }
  return 0;
}

JsonScanner::Event JsonScanner::next() {
  skip_blanks();
  begin_ = at_;
  has_escapes_ = false;
  const char c = at_ < text_.size() ? text_[at_] : '\0';
  switch (state_) {
    case State::Value:
      return value();
    case State::FirstKey:
      if (c == '}') return close('}');
      if (c != '"') return unexpected("a key in quotes or }");
      return string(Event::Key);
    case State::Key:
      if (c != '"') return unexpected("a key in quotes");
      return string(Event::Key);
    case State::FirstItem:
      if (c == ']') return close(']');
      return value();
    case State::Colon:
      if (c != ':') return unexpected("a colon after the key");
      ++at_;
      state_ = State::Value;
      return next();
    case State::AfterValue:
      if (brackets_.empty()) {
        state_ = State::Done;
        return Event::End;
      }
      if (brackets_.back() == '{') {
        if (c == '}') return close('}');
        if (c != ',') return unexpected("a comma or }");
        state_ = State::Key;
      } else {
        if (c == ']') return close(']');
        if (c != ',') return unexpected("a comma or ]");
        state_ = State::Value;
      }
      ++at_;
      return next();
    case State::Done:
      return trouble_.message.empty() ? Event::End : Event::Trouble;
  }
  return Event::End;
}

JsonScanner::Event JsonScanner::value() {
  const char c = at_ < text_.size() ? text_[at_] : '\0';
  state_ = State::AfterValue;
  switch (c) {
    case '{':
      return open(true);
    case '[':
      return open(false);
    case '"':
      return string(Event::String);
    case 't':
      return word("true", Event::True);
    case 'f':
      return word("false", Event::False);
    case 'n':
      return word("null", Event::Null);
    default:
      if (c == '-' || is_digit(c)) return number();
      return unexpected("a value");
  }
}

JsonScanner::Event JsonScanner::open(bool is_object) {
  if (brackets_.size() >= maximum_depth_) {
    return fail(JsonTrouble::Kind::Depth, at_,
                "the nesting is deeper than the limit of " + std::to_string(maximum_depth_) + " levels");
  }
  brackets_ += is_object ? '{' : '[';
  state_ = is_object ? State::FirstKey : State::FirstItem;
  ++at_;
  return is_object ? Event::BeginObject : Event::BeginArray;
}

JsonScanner::Event JsonScanner::close(char bracket) {
  brackets_.pop_back();
  state_ = State::AfterValue;
  ++at_;
  return bracket == '}' ? Event::EndObject : Event::EndArray;
}

JsonScanner::Event JsonScanner::word(std::string_view expected, Event event) {
  for (const char letter : expected) {
    if (at_ >= text_.size() || text_[at_] != letter) return unexpected("the word " + std::string(expected));
    ++at_;
  }
  return event;
}

JsonScanner::Event JsonScanner::number() {
  const auto peek = [&] { return at_ < text_.size() ? text_[at_] : '\0'; };
  const auto digits = [&] {
    const std::size_t first = at_;
    while (is_digit(peek())) ++at_;
    return at_ > first;
  };
  if (peek() == '-') ++at_;
  if (peek() == '0') {
    ++at_;
    if (is_digit(peek())) return unexpected("a number without a leading zero");
  } else if (!digits()) {
    return unexpected("a digit");
  }
  if (peek() == '.') {
    ++at_;
    if (!digits()) return unexpected("a digit after the decimal point");
  }
  if (peek() == 'e' || peek() == 'E') {
    ++at_;
    if (peek() == '+' || peek() == '-') ++at_;
    if (!digits()) return unexpected("a digit of the exponent");
  }
  return Event::Number;
}

namespace {

/// Bytes from `at` on that mean themselves inside quotes: ASCII but for quote, backslash and controls. Eight at a time.
std::size_t plain_length(std::string_view text, std::size_t at) {
  constexpr std::uint64_t kOnes = 0x0101010101010101ULL;
  constexpr std::uint64_t kHighs = 0x8080808080808080ULL;
  const auto zeros = [](std::uint64_t word) { return (word - kOnes) & ~word & kHighs; };
  const std::size_t begin = at;
  while (at + 8 <= text.size()) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    const std::uint64_t below_blank = (word - kOnes * 0x20) & ~word & kHighs;
    if (((word & kHighs) | below_blank | zeros(word ^ (kOnes * '"')) | zeros(word ^ (kOnes * '\\'))) != 0) break;
    at += 8;
  }
  return at - begin;
}

}  // namespace

JsonScanner::Event JsonScanner::string(Event event) {
  ++at_;
  while (at_ < text_.size()) {
    at_ += plain_length(text_, at_);
    while (at_ < text_.size()) {
      const auto plain = static_cast<unsigned char>(text_[at_]);
      if (plain < 0x20 || plain >= 0x80 || plain == '"' || plain == '\\') break;
      ++at_;
    }
    if (at_ >= text_.size()) break;
    const auto c = static_cast<unsigned char>(text_[at_]);
    if (c == '"') {
      ++at_;
      state_ = event == Event::Key ? State::Colon : State::AfterValue;
      return event;
    }
    if (c == '\\') {
      has_escapes_ = true;
      ++at_;
      const char escape = at_ < text_.size() ? text_[at_] : '\0';
      if (escape == 'u') {
        const int code = hex_code(text_.substr(at_ + 1));
        if (code < 0) {
          if (at_ + 5 > text_.size()) at_ = text_.size();
          return unexpected("four hexadecimal digits after \\u");
        }
        if (is_low_surrogate(code)) {
          return fail(JsonTrouble::Kind::Syntax, at_ - 1, "the second half of a surrogate pair stands alone");
        }
        at_ += 5;
        if (is_high_surrogate(code)) {
          const bool paired = text_.substr(at_).starts_with("\\u") && is_low_surrogate(hex_code(text_.substr(at_ + 2)));
          if (!paired) {
            return fail(JsonTrouble::Kind::Syntax, at_ - 6, "the first half of a surrogate pair stands alone");
          }
          at_ += 6;
        }
        continue;
      }
      if (escape == '\0' || std::string_view("\"\\/bfnrt").find(escape) == std::string_view::npos) {
        return unexpected("an escape that JSON has");
      }
      ++at_;
      continue;
    }
    if (c < 0x20) {
      return fail(JsonTrouble::Kind::Syntax, at_,
                  "a control character (" + hex_byte(c) + ") must be written as an escape inside a string");
    }
    const std::size_t length = code_point_length(at_);
    if (length == 0) return unexpected("a character");
    at_ += length;
  }
  return fail(JsonTrouble::Kind::Truncated, text_.size(), "the text ends inside a string; it is cut off");
}

std::optional<JsonTrouble> find_json_trouble(std::string_view text, std::size_t begin, std::size_t maximum_depth) {
  JsonScanner scanner(text, begin, maximum_depth);
  if (text.find_first_not_of(" \t\r\n", begin) == std::string_view::npos) {
    return JsonTrouble{JsonTrouble::Kind::Empty, text.size(), "the text is empty"};
  }
  JsonScanner::Event event = scanner.next();
  while (event != JsonScanner::Event::End && event != JsonScanner::Event::Trouble) event = scanner.next();
  if (event == JsonScanner::Event::Trouble) return scanner.trouble();
  const std::size_t rest = text.find_first_not_of(" \t\r\n", scanner.offset());
  if (rest == std::string_view::npos) return std::nullopt;
  return JsonTrouble{JsonTrouble::Kind::Trailing, rest, "more text follows although the JSON value is complete"};
}

std::string_view unescape_json(std::string_view inside_quotes, Arena& arena) {
  char* const first = static_cast<char*>(arena.allocate(inside_quotes.size() + 1, 1));
  char* out = first;
  for (std::size_t i = 0; i < inside_quotes.size(); ++i) {
    if (inside_quotes[i] != '\\' || i + 1 >= inside_quotes.size()) {
      *out++ = inside_quotes[i];
      continue;
    }
    const char escape = inside_quotes[++i];
    switch (escape) {
      case 'b':
        *out++ = '\b';
        break;
      case 'f':
        *out++ = '\f';
        break;
      case 'n':
        *out++ = '\n';
        break;
      case 'r':
        *out++ = '\r';
        break;
      case 't':
        *out++ = '\t';
        break;
      case 'u': {
        const int code = std::max(hex_code(inside_quotes.substr(i + 1)), 0);
        i = std::min(i + 4, inside_quotes.size() - 1);
        auto point = static_cast<std::uint32_t>(code);
        if (is_high_surrogate(code) && inside_quotes.size() - i > 6) {
          const int low = hex_code(inside_quotes.substr(i + 3));
          point = 0x10000 + ((point - 0xD800) << 10) + (static_cast<std::uint32_t>(std::max(low, 0xDC00)) - 0xDC00);
          i += 6;
        }
        out = put_utf8(out, point);
        break;
      }
      default:
        *out++ = escape;
        break;
    }
  }
  return {first, static_cast<std::size_t>(out - first)};
}

}  // namespace calx
