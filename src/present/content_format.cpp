#include "present/content_format.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "formats/json_scanner.h"

namespace calx {

Span span_of(const JsonValue& value, const SourceText& source) {
  // An object of many lines is shown by its start.
  const std::size_t length = value.is_object() || value.is_array() ? 1 : value.raw().size();
  return source.span(value.offset(), std::min(length, source.text().size() - value.offset()));
}

bool is_json(const SourceText& source, Diagnostics& diagnostics) {
  const std::optional<JsonTrouble> trouble = find_json_trouble(source.text(), JsonDocument::kDefaultDepth);
  if (!trouble) return true;
  const std::size_t length = trouble->offset < source.text().size() ? 1 : 0;
  diagnostics.report(DiagnosticKind::MalformedContent, source.span(trouble->offset, length), trouble->message);
  return false;
}

JsonValue read_content(const SourceText& source, int format, Result<JsonDocument>& document, Diagnostics& diagnostics) {
  document = JsonDocument::parse(source.text());
  if (!document) {
    is_json(source, diagnostics);
    return {};
  }
  const JsonValue root = document->root();
  if (!root.is_object()) {
    diagnostics.report(DiagnosticKind::MalformedContent, span_of(root, source), "an object { ... } was expected");
    return {};
  }
  int found = 1;  // a file without a number is of the first format
  if (const JsonValue number = root["format"]) {
    const std::string_view text = number.text();
    const auto [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), found);
    if (trouble != std::errc() || end != text.data() + text.size() || found < 1) {
      diagnostics.report(DiagnosticKind::MalformedContent, span_of(number, source),
                         "\"format\" is the number of the file's format, a whole number");
      return {};
    }
  }
  if (found > format) {
    diagnostics.report(
        DiagnosticKind::NewerFormat, span_of(root["format"], source),
        "the file is of format " + std::to_string(found) + ", this calx reads up to format " + std::to_string(format));
    return {};
  }
  return root;
}

}  // namespace calx
