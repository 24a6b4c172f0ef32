#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace calx {

/// The one place that writes JSON. Commas, indentation and escapes are its business; numbers are given as text, so
/// that nothing is rounded. Misuse (a value without a key, an unclosed bracket) is a broken invariant of ours.
class JsonWriter {
 public:
  enum class Layout : std::uint8_t { Compact, Indented };

  explicit JsonWriter(Layout layout = Layout::Compact) : layout_(layout) {}

  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);
  JsonWriter& string(std::string_view text);
  JsonWriter& number(std::string_view text);
  JsonWriter& boolean(bool value);
  JsonWriter& null();
  /// A complete JSON value, written as it is.
  JsonWriter& raw(std::string_view json);

  /// Ends with a line feed in the indented layout. The writer is empty afterwards.
  std::string take();

 private:
  struct Level {
    bool is_object = false;
    bool is_empty = true;
  };

  void begin_value();
  void end_level(bool is_object, char bracket);
  void new_line();

  Layout layout_;
  std::string out_;
  std::vector<Level> levels_;
  bool after_key_ = false;
};

/// With the quotes. Escapes quote, backslash and control characters; all other text stays as it is (UTF-8).
void append_json_string(std::string& out, std::string_view text);

}  // namespace calx
