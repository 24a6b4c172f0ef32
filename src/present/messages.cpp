#include "present/messages.h"

#include "present/content_format.h"

namespace calx {

Messages Messages::read(const SourceText& source, Diagnostics& diagnostics) {
  Messages messages;
  Result<JsonDocument> document = Error{};
  const JsonValue root = read_content(source, kFormat, document, diagnostics);
  if (!root) return messages;
  messages.language_ = root["language"].text();
  const auto fill = [&](Table& table, const JsonValue& object) {
    for (const auto& [key, value] : object) {
      if (value.is_string()) {
        table[std::string(key)] = value.text();
      } else {
        diagnostics.report(DiagnosticKind::MalformedContent, span_of(value, source),
                           "a text was expected for '" + std::string(key) + "'");
      }
    }
  };
  for (const std::string_view key : {"texts", "words"}) {
    if (!root[key].is_object()) {
      diagnostics.report(DiagnosticKind::MalformedContent, span_of(root, source),
                         "the object \"" + std::string(key) + "\" is missing");
    }
  }
  fill(messages.texts_, root["texts"]);
  for (const auto& [name, table] : root["words"]) {
    if (table.is_object()) {
      fill(messages.words_[std::string(name)], table);
    } else {
      diagnostics.report(DiagnosticKind::MalformedContent, span_of(table, source),
                         "a table of words, code to text, was expected for '" + std::string(name) + "'");
    }
  }
  return messages;
}

std::optional<std::string_view> Messages::find_text(std::string_view key) const {
  const auto found = texts_.find(key);
  if (found == texts_.end()) return std::nullopt;
  return found->second;
}

std::string_view Messages::text(std::string_view key) const {
  return find_text(key).value_or(key);
}

std::string_view Messages::word(std::string_view table, std::string_view code) const {
  const auto words = words_.find(table);
  if (words == words_.end()) return code;
  const auto word = words->second.find(code);
  return word == words->second.end() ? code : std::string_view(word->second);
}

}  // namespace calx
