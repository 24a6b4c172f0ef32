#include "present/template.h"

#include <utility>

namespace calx {

namespace {

bool has_only(const JsonValue& object, std::initializer_list<std::string_view> keys) {
  if (!object.is_object() || object.size() != keys.size()) return false;
  for (const std::string_view key : keys) {
    if (!object[key]) return false;
  }
  return true;
}

bool is_code(const JsonValue& value) {
  return value.is_object() && value["code"].is_string() && (value["system"] || value["display"]) && !value["value"];
}

void join(std::string& out, std::string_view separator, std::string_view text) {
  if (text.empty()) return;
  if (!out.empty()) out += separator;
  out += text;
}

std::string quantity_text(const JsonValue& quantity) {
  std::string text(quantity["value"].text());
  const std::string_view unit = quantity[quantity["unit"] ? "unit" : "code"].text();
  if (!unit.empty() && unit != "1") join(text, " ", unit);
  return text;
}

std::string interval_text(const JsonValue& interval, const Messages& messages) {
  const std::string low = text_of_value(interval["low"], {}, messages);
  const std::string high = text_of_value(interval["high"], {}, messages);
  if (low == high) return low;
  if (low.empty()) return (interval["highClosed"].is_true() ? "<= " : "< ") + high;
  if (high.empty()) return (interval["lowClosed"].is_true() ? ">= " : "> ") + low;
  return low + " - " + high;
}

std::string object_text(const JsonValue& value, std::string_view table, const Messages& messages) {
  if (value["value"].kind() == JsonKind::Number && (value["unit"] || value["code"])) return quantity_text(value);
  if (is_code(value)) {
    const std::string_view code = value["code"].text();
    const std::string_view word = messages.word(table, code);
    if (word != code) return std::string(word);
    const std::string_view display = value["display"].text();
    return std::string(display.empty() ? code : display);
  }
  if (has_only(value, {"codes", "display"})) {
    const std::string_view display = value["display"].text();
    if (!display.empty() && table.empty()) return std::string(display);
    const auto first = value["codes"].begin();
    return first == value["codes"].end() ? std::string(display) : text_of_value((*first).value, table, messages);
  }
  if (value["coding"].is_array() || value["text"].is_string()) {  // FHIR.CodeableConcept
    const std::string_view text = value["text"].text();
    if (!text.empty()) return std::string(text);
    const auto first = value["coding"].begin();
    return first == value["coding"].end() ? std::string() : text_of_value((*first).value, table, messages);
  }
  if (value["start"].is_string() || value["end"].is_string()) {  // FHIR.Period
    return std::string(value["start"].text()) + " - " + std::string(value["end"].text());
  }
  if (value["reference"] && value.size() <= 2) return std::string(value["reference"].text());
  if (has_only(value, {"low", "high", "lowClosed", "highClosed"})) return interval_text(value, messages);
  if (has_only(value, {"numerator", "denominator"})) {
    return quantity_text(value["numerator"]) + " : " + quantity_text(value["denominator"]);
  }
  // A tuple has no text of its own; its elements at least are not hidden.
  std::string text;
  for (const auto& [key, element] : value) {
    const std::string part = text_of_value(element, table, messages);
    if (!part.empty()) join(text, ", ", std::string(key) + ": " + part);
  }
  return text;
}

}  // namespace

bool is_nothing(const JsonValue& value) {
  switch (value.kind()) {
    case JsonKind::Missing:
    case JsonKind::Null:
      return true;
    case JsonKind::String:
      return value.text().empty();
    case JsonKind::Array:
      return value.size() == 0;
    case JsonKind::Boolean:
    case JsonKind::Number:
    case JsonKind::Object:
      return false;
  }
  return true;
}

std::string_view code_of_value(const JsonValue& value) {
  switch (value.kind()) {
    case JsonKind::String:
    case JsonKind::Number:
      return value.text();
    case JsonKind::Boolean:
      return value.is_true() ? "true" : "false";
    case JsonKind::Object: {
      if (value["code"].is_string()) return value["code"].text();
      const JsonValue codes = value["codes"];
      return codes.size() == 0 ? std::string_view() : (*codes.begin()).value["code"].text();
    }
    case JsonKind::Missing:
    case JsonKind::Null:
    case JsonKind::Array:
      return {};
  }
  return {};
}

std::string text_of_value(const JsonValue& value, std::string_view table, const Messages& messages) {
  switch (value.kind()) {
    case JsonKind::Missing:
    case JsonKind::Null:
      return {};
    case JsonKind::Boolean:
      return std::string(messages.word(table.empty() ? "boolean" : table, value.is_true() ? "true" : "false"));
    case JsonKind::Number:
    case JsonKind::String:
      return std::string(messages.word(table, value.text()));
    case JsonKind::Array: {
      std::string text;
      for (const auto& [key, item] : value) join(text, "; ", text_of_value(item, table, messages));
      return text;
    }
    case JsonKind::Object:
      return object_text(value, table, messages);
  }
  return {};
}

std::vector<JsonValue> fields_at(const JsonValue& entry, std::string_view path) {
  std::vector<JsonValue> found{entry};
  while (!path.empty() && path != ".") {
    const std::size_t dot = path.find('.');
    const std::string_view name = path.substr(0, dot);
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
    std::vector<JsonValue> next;
    for (const JsonValue& value : found) {
      if (value.is_array()) {
        for (const auto& [key, item] : value) next.push_back(item[name]);
      } else {
        next.push_back(value[name]);
      }
    }
    found = std::move(next);
  }
  return found;
}

Template Template::parse(std::string_view text, std::optional<Trouble>& trouble) {
  Template result;
  std::uint32_t bracket = 0;
  std::uint32_t brackets = 0;
  std::size_t opened = 0;
  std::string literal;
  const auto flush = [&] {
    if (!literal.empty()) result.segments_.push_back({false, std::exchange(literal, {}), {}, bracket});
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool is_sign = c == '{' || c == '}' || c == '[' || c == ']';
    if (!is_sign) {
      literal += c;
    } else if (at + 1 < text.size() && text[at + 1] == c) {
      literal += c;
      ++at;
    } else if (c == '{') {
      flush();
      const std::size_t end = text.find('}', at);
      if (end == std::string_view::npos) {
        trouble = Trouble{at, "a field without its closing }"};
        return result;
      }
      const std::string_view inside = text.substr(at + 1, end - at - 1);
      const std::size_t bar = inside.find('|');
      const std::string_view path = inside.substr(0, bar);
      if (path.empty() || (bar != std::string_view::npos && bar + 1 == inside.size())) {
        trouble = Trouble{at, "a field is written {name} or {name|table}"};
        return result;
      }
      result.segments_.push_back({true, std::string(path),
                                  bar == std::string_view::npos ? std::string() : std::string(inside.substr(bar + 1)),
                                  bracket});
      at = end;
    } else if (c == '[') {
      if (bracket != 0) {
        trouble = Trouble{at, "square brackets do not nest ([[ is the character itself)"};
        return result;
      }
      flush();
      bracket = ++brackets;
      opened = at;
    } else if (c == ']' && bracket != 0) {
      flush();
      bracket = 0;
    } else {
      trouble = Trouble{at, std::string("a ") + c + " without its partner (" + c + c + " is the character itself)"};
      return result;
    }
  }
  if (bracket != 0) trouble = Trouble{opened, "a part in square brackets without its closing ]"};
  flush();
  return result;
}

std::string Template::fill(const JsonValue& entry, const Messages& messages) const {
  std::string out;
  bool has_fields = false;
  bool has_values = false;
  std::uint32_t bracket = 0;
  std::string part;  // of the bracket being filled
  bool part_is_complete = true;
  const auto close = [&] {
    if (part_is_complete) out += part;
    part.clear();
    part_is_complete = true;
  };
  for (const Segment& segment : segments_) {
    if (segment.bracket != bracket) close();
    bracket = segment.bracket;
    std::string& target = bracket == 0 ? out : part;
    if (!segment.is_field) {
      target += segment.text;
      continue;
    }
    has_fields = true;
    std::string text;
    for (const JsonValue& value : fields_at(entry, segment.text)) {
      join(text, "; ", text_of_value(value, segment.table, messages));
    }
    has_values = has_values || !text.empty();
    if (text.empty()) part_is_complete = part_is_complete && bracket == 0;
    target += text;
  }
  close();
  return has_fields && !has_values ? std::string() : out;
}

std::vector<std::string_view> Template::tables() const {
  std::vector<std::string_view> tables;
  for (const Segment& segment : segments_) {
    if (!segment.table.empty()) tables.push_back(segment.table);
  }
  return tables;
}

}  // namespace calx
