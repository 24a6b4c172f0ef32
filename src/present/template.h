#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/json.h"
#include "present/messages.h"

namespace calx {

/// The text of a result's value as a person reads it. `table` replaces codes by their words; empty = none. Empty for
/// null, an empty list and an empty text.
std::string text_of_value(const JsonValue& value, std::string_view table, const Messages& messages);

/// Null, an empty list and an empty text are nothing to show.
bool is_nothing(const JsonValue& value);

/// The code of a string, Code, Concept, number or boolean: what tables of words and tones go by.
std::string_view code_of_value(const JsonValue& value);

/// The values at "a.b" in an entry; "." is the entry itself. A list on the way gives those of all its items.
std::vector<JsonValue> fields_at(const JsonValue& entry, std::string_view path);

/// "{test}[, due {due}]": a text with fields of an entry, of which parts in brackets may be left out.
class Template {
 public:
  struct Trouble {
    std::size_t offset = 0;
    std::string message;
  };

  /// Nothing is borrowed.
  static Template parse(std::string_view text, std::optional<Trouble>& trouble);

  /// Empty when the template has fields and all of them are empty.
  std::string fill(const JsonValue& entry, const Messages& messages) const;

  /// Tables of words that the fields name.
  std::vector<std::string_view> tables() const;

 private:
  struct Segment {
    bool is_field = false;
    std::string text;  // literal, or the field's path
    std::string table;
    std::uint32_t bracket = 0;  // 0 = outside of any
  };

  std::vector<Segment> segments_;
};

}  // namespace calx
