#include "formats/json_writer.h"

#include <utility>

#include "base/check.h"

namespace calx {

void append_json_string(std::string& out, std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte >= 0x20) {
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\b') {
      out += "\\b";
    } else if (c == '\f') {
      out += "\\f";
    } else {
      out += "\\u00";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  out += '"';
}

void JsonWriter::new_line() {
  if (layout_ == Layout::Compact) return;
  out_ += '\n';
  out_.append(levels_.size() * 2, ' ');
}

void JsonWriter::begin_value() {
  if (levels_.empty()) {
    CALX_CHECK(out_.empty(), "a JSON text is one value");
    return;
  }
  Level& level = levels_.back();
  if (level.is_object) {
    CALX_CHECK(after_key_, "a value inside an object follows a key");
    after_key_ = false;
    return;
  }
  if (!level.is_empty) out_ += ',';
  level.is_empty = false;
  new_line();
}

JsonWriter& JsonWriter::key(std::string_view name) {
  CALX_CHECK(!levels_.empty() && levels_.back().is_object && !after_key_, "a key stands inside an object");
  if (!levels_.back().is_empty) out_ += ',';
  levels_.back().is_empty = false;
  new_line();
  append_json_string(out_, name);
  out_ += layout_ == Layout::Compact ? ":" : ": ";
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::begin_object() {
  begin_value();
  out_ += '{';
  levels_.push_back({true, true});
  return *this;
}

JsonWriter& JsonWriter::begin_array() {
  begin_value();
  out_ += '[';
  levels_.push_back({false, true});
  return *this;
}

void JsonWriter::end_level(bool is_object, char bracket) {
  CALX_CHECK(!levels_.empty() && levels_.back().is_object == is_object && !after_key_, "brackets close in order");
  const bool was_empty = levels_.back().is_empty;
  levels_.pop_back();
  if (!was_empty) new_line();
  out_ += bracket;
}

JsonWriter& JsonWriter::end_object() {
  end_level(true, '}');
  return *this;
}

JsonWriter& JsonWriter::end_array() {
  end_level(false, ']');
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view text) {
  begin_value();
  append_json_string(out_, text);
  return *this;
}

JsonWriter& JsonWriter::number(std::string_view text) {
  return raw(text);
}

JsonWriter& JsonWriter::boolean(bool value) {
  return raw(value ? "true" : "false");
}

JsonWriter& JsonWriter::null() {
  return raw("null");
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  begin_value();
  out_ += json;
  return *this;
}

std::string JsonWriter::take() {
  CALX_CHECK(levels_.empty(), "every bracket is closed before the text is taken");
  if (layout_ == Layout::Indented) out_ += '\n';
  return std::exchange(out_, {});
}

}  // namespace calx
