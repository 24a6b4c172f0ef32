#include "engine/guideline_info.h"

#include <algorithm>

#include "engine/sha256.h"
#include "formats/json.h"
#include "present/content_format.h"

namespace calx {

namespace {

constexpr int kFormat = 1;

}  // namespace

GuidelineInfo read_guideline_info(const SourceText& source, Diagnostics& diagnostics) {
  GuidelineInfo info;
  Result<JsonDocument> document = Error{};
  const JsonValue root = read_content(source, kFormat, document, diagnostics);
  if (!root) return info;
  const auto take = [&](std::string_view key, bool required) {
    const JsonValue value = root[key];
    if (value.is_string() && (!required || !value.text().empty())) return std::string(value.text());
    if (value || required) {
      diagnostics.report(DiagnosticKind::MalformedGuideline, span_of(value ? value : root, source),
                         "a text was expected for \"" + std::string(key) + "\"");
    }
    return std::string();
  };
  info.id = take("id", true);
  info.version = take("version", true);
  info.title = take("title", true);
  info.library = take("library", true);
  info.notice = take("notice", false);
  return info;
}

Span library_span(const SourceText& source) {
  const Result<JsonDocument> document = JsonDocument::parse(source.text());
  if (!document) return source.span(0, 0);
  const JsonValue library = document->root()["library"];
  return library ? span_of(library, source) : source.span(0, 0);
}

std::string content_hash(const std::vector<SourceFile>& files) {
  std::vector<const SourceFile*> sorted;
  for (const SourceFile& file : files) sorted.push_back(&file);
  std::sort(sorted.begin(), sorted.end(), [](const SourceFile* a, const SourceFile* b) { return a->path < b->path; });
  Sha256 hash;
  for (const SourceFile* file : sorted) {
    // Lengths keep the border between path and text, and between texts, from being shifted.
    hash.add(file->path).add("\n").add(std::to_string(file->text.size())).add("\n").add(file->text);
  }
  return "sha256:" + hash.finish();
}

}  // namespace calx
