#include "cli/expectations.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace calx::cli {

namespace {

template <class Predicate>
bool any_of(const JsonValue& values, Predicate predicate) {
  for (const auto& [key, value] : values) {
    if (predicate(key, value)) return true;
  }
  return false;
}

bool is_absent(const JsonValue& value) {
  return value.kind() == JsonKind::Missing || value.kind() == JsonKind::Null;
}

std::string shown(const JsonValue& value) {
  constexpr std::size_t kLongest = 600;
  if (is_absent(value)) return "null";
  std::string text;
  bool in_string = false;
  // White space between tokens is the author's layout and says nothing.
  bool is_escaped = false;
  for (const char c : value.raw()) {
    if (c == '"' && !is_escaped) in_string = !in_string;
    is_escaped = c == '\\' && !is_escaped;
    if (!in_string && (c == '\n' || c == '\r' || c == '\t' || c == ' ')) continue;
    text += c;
    if (!in_string && (c == ',' || c == ':')) text += ' ';
  }
  if (text.size() > kLongest) {
    std::size_t end = kLongest;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text = text.substr(0, end) + "...";
  }
  return text;
}

/// A decimal without what does not change it: 5.00 and 5 are one number.
std::string_view plain_number(std::string_view text) {
  if (text.find_first_of("eE") != std::string_view::npos || text.find('.') == std::string_view::npos) return text;
  while (text.ends_with('0')) text.remove_suffix(1);
  if (text.ends_with('.')) text.remove_suffix(1);
  return text;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool has_text_like(const JsonValue& value, const std::string& wanted) {
  if (value.is_array() || value.is_object()) {
    return any_of(value, [&](std::string_view, const JsonValue& item) { return has_text_like(item, wanted); });
  }
  return value.is_string() && lower_case(value.text()).find(wanted) != std::string::npos;
}

bool is_code_of(const JsonValue& value, std::string_view code) {
  if (!value.is_object()) return false;
  if (value["codes"].is_array()) {
    return any_of(value["codes"], [&](std::string_view, const JsonValue& item) { return is_code_of(item, code); });
  }
  if (value["reference"].is_string()) return value["reference"].text() == code;
  return value["system"] && value["code"].text() == code;
}

bool has_only_keys(const JsonValue& object, std::initializer_list<std::string_view> keys) {
  if (!object.is_object() || object.size() == 0) return false;
  return !any_of(object, [&](std::string_view key, const JsonValue&) {
    return std::find(keys.begin(), keys.end(), key) == keys.end();
  });
}

bool matches(const JsonValue& expected, const JsonValue& actual) {
  std::vector<Difference> differences;
  compare_expected(expected, actual, {}, differences);
  return differences.empty();
}

/// Items of a list; nothing is an empty list, anything else a list of one.
std::vector<JsonValue> items_of(const JsonValue& value) {
  std::vector<JsonValue> items;
  if (value.is_array()) {
    for (const auto& [key, item] : value) items.push_back(item);
  } else if (!is_absent(value)) {
    items.push_back(value);
  }
  return items;
}

/// Which entry of the list an expected item probably meant: one that agrees in the first key that it lists.
const JsonValue* meant_by(const JsonValue& expected, const std::vector<JsonValue>& entries, std::string& name) {
  if (!expected.is_object() || expected.size() < 2) return nullptr;
  const auto [key, value] = *expected.begin();
  if (!value.is_string()) return nullptr;
  for (const JsonValue& entry : entries) {
    if (matches(value, entry[key])) {
      name = "[" + std::string(key) + " " + std::string(value.text()) + "]";
      return &entry;
    }
  }
  return nullptr;
}

void compare_collection(const JsonValue& expected, const JsonValue& actual, const std::string& path,
                        std::vector<Difference>& differences) {
  const std::vector<JsonValue> entries = items_of(actual);
  for (const auto& [unused, item] : expected["contains"]) {
    if (std::any_of(entries.begin(), entries.end(),
                    [&, wanted = item](const JsonValue& e) { return matches(wanted, e); })) {
      continue;
    }
    std::string name;
    if (const JsonValue* entry = meant_by(item, entries, name)) {
      compare_expected(item, *entry, path + name, differences);
    } else {
      differences.push_back({path, "contains " + shown(item), entries.empty() ? "nothing" : "no such entry"});
    }
  }
  for (const auto& [unused, item] : expected["excludes"]) {
    for (const JsonValue& entry : entries) {
      if (matches(item, entry)) differences.push_back({path, "nothing like " + shown(item), shown(entry)});
    }
  }
  if (const JsonValue count = expected["count"]) {
    if (count.text() != std::to_string(entries.size())) {
      differences.push_back({path, "entries: " + shown(count), "entries: " + std::to_string(entries.size())});
    }
  }
}

bool equal_scalars(const JsonValue& expected, const JsonValue& actual) {
  switch (expected.kind()) {
    case JsonKind::Missing:
    case JsonKind::Null:
      return is_absent(actual);
    case JsonKind::Boolean:
      return actual.kind() == JsonKind::Boolean && expected.is_true() == actual.is_true();
    case JsonKind::Number:
      return actual.kind() == JsonKind::Number && plain_number(expected.text()) == plain_number(actual.text());
    case JsonKind::String:
      return actual.is_string() ? expected.text() == actual.text() : is_code_of(actual, expected.text());
    case JsonKind::Array:
    case JsonKind::Object:
      return false;
  }
  return false;
}

}  // namespace

void compare_expected(const JsonValue& expected, const JsonValue& actual, const std::string& path,
                      std::vector<Difference>& differences) {
  if (has_only_keys(expected, {"contains", "excludes", "count"})) {
    compare_collection(expected, actual, path, differences);
    return;
  }
  if (has_only_keys(expected, {"oneOf"}) && expected["oneOf"].is_array()) {
    const JsonValue options = expected["oneOf"];
    const bool is_one = any_of(options, [&](std::string_view, const JsonValue& item) { return matches(item, actual); });
    if (!is_one) differences.push_back({path, "one of " + shown(options), shown(actual)});
    return;
  }
  if (has_only_keys(expected, {"not"})) {
    if (matches(expected["not"], actual)) differences.push_back({path, "not " + shown(expected["not"]), shown(actual)});
    return;
  }
  if (has_only_keys(expected, {"like"})) {
    if (!has_text_like(actual, lower_case(expected["like"].text()))) {
      differences.push_back({path, "a text like " + shown(expected["like"]), shown(actual)});
    }
    return;
  }
  if (expected.is_object()) {
    if (!actual.is_object()) {
      differences.push_back({path, shown(expected), shown(actual)});
      return;
    }
    for (const auto& [key, value] : expected) {
      compare_expected(value, actual[key], path.empty() ? std::string(key) : path + "." + std::string(key),
                       differences);
    }
    return;
  }
  if (expected.is_array()) {
    if (!actual.is_array() || actual.size() != expected.size()) {
      differences.push_back({path, shown(expected), shown(actual)});
      return;
    }
    std::size_t index = 0;
    auto entry = actual.begin();
    for (const auto& [key, item] : expected) {
      compare_expected(item, (*entry).value, path + "[" + std::to_string(index) + "]", differences);
      ++index;
      ++entry;
    }
    return;
  }
  if (!equal_scalars(expected, actual)) differences.push_back({path, shown(expected), shown(actual)});
}

}  // namespace calx::cli
