#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/arena.h"

namespace calx {

/// Why a text is no JSON (RFC 8259), and at which byte.
struct JsonTrouble {
  enum class Kind : std::uint8_t { Empty, Syntax, Truncated, Encoding, Depth, Trailing };

  Kind kind = Kind::Syntax;
  std::size_t offset = 0;
  std::string message;  // a part of a sentence: "a comma or } was expected after this member"
};

/// Counted from 1; columns count code points.
struct TextPosition {
  std::size_t line = 1;
  std::size_t column = 1;
};
TextPosition position_at(std::string_view text, std::size_t offset);

/// "line 3, column 7: a comma or } was expected ..., found 'x'".
std::string describe(const JsonTrouble& trouble, std::string_view text);

/// Bytes of a UTF-8 byte order mark at the start: 3 or 0.
std::size_t byte_order_mark(std::string_view text);

/// A strict, validating pull scanner over one JSON value. It is not the fast way to read a record (simdjson is, in
/// record/decoder.cpp); it is the one that knows positions and keeps numbers as written, so it reads content and
/// explains what simdjson refused. Borrows the text.
class JsonScanner {
 public:
  enum class Event : std::uint8_t {
    BeginObject,
    EndObject,
    BeginArray,
    EndArray,
    Key,
    String,
    Number,
    True,
    False,
    Null,
    End,      // the value is complete; offset() is just behind it
    Trouble,  // trouble() says which
  };

  JsonScanner(std::string_view text, std::size_t begin, std::size_t maximum_depth);

  Event next();
  /// Of the last event: with the quotes for keys and strings.
  std::string_view raw() const { return text_.substr(begin_, at_ - begin_); }
  std::size_t begin() const { return begin_; }
  std::size_t offset() const { return at_; }
  /// Whether the last key or string contains an escape.
  bool has_escapes() const { return has_escapes_; }
  const JsonTrouble& trouble() const { return trouble_; }

 private:
  Event value();
  Event string(Event event);
  Event number();
  Event word(std::string_view expected, Event event);
  Event close(char bracket);
  Event open(bool is_object);
  Event fail(JsonTrouble::Kind kind, std::size_t offset, std::string message);
  /// What stands at `at_` instead of what was expected: the end of the text makes it a truncation.
  Event unexpected(std::string_view expected);
  void skip_blanks();
  /// Length of the code point at `at`, 0 when it is not valid UTF-8.
  std::size_t code_point_length(std::size_t at) const;

  enum class State : std::uint8_t { Value, FirstKey, Key, FirstItem, Colon, AfterValue, Done };

  std::string_view text_;
  std::size_t maximum_depth_;
  std::size_t begin_;
  std::size_t at_;
  State state_ = State::Value;
  bool has_escapes_ = false;
  std::string brackets_;  // open ones, '{' or '['
  JsonTrouble trouble_;
};

/// From `begin` on (behind a byte order mark) the text must be one value, blanks aside; nothing = it is.
std::optional<JsonTrouble> find_json_trouble(std::string_view text, std::size_t begin, std::size_t maximum_depth);
inline std::optional<JsonTrouble> find_json_trouble(std::string_view text, std::size_t maximum_depth) {
  return find_json_trouble(text, byte_order_mark(text), maximum_depth);
}

/// The text of a string without its quotes, escapes replaced. Only for strings that a JSON parser has accepted.
std::string_view unescape_json(std::string_view inside_quotes, Arena& arena);

}  // namespace calx
