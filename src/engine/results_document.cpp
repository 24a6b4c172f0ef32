#include "calx/engine.h"
#include "formats/json.h"
#include "formats/json_writer.h"

namespace calx {

namespace {

constexpr std::string_view kFormat = "1";

void write_value(JsonWriter& out, const JsonValue& value) {
  switch (value.kind()) {
    case JsonKind::Missing:
    case JsonKind::Null:
      out.null();
      return;
    case JsonKind::Boolean:
      out.boolean(value.is_true());
      return;
    case JsonKind::Number:
      out.number(value.text());
      return;
    case JsonKind::String:
      out.string(value.text());
      return;
    case JsonKind::Array:
      out.begin_array();
      for (const auto& [key, item] : value) write_value(out, item);
      out.end_array();
      return;
    case JsonKind::Object:
      out.begin_object();
      for (const auto& [key, item] : value) {
        out.key(key);
        write_value(out, item);
      }
      out.end_object();
      return;
  }
}

/// A finished value, laid out again when the document is indented.
void write_text(JsonWriter& out, const std::string& json, bool indented) {
  if (indented) {
    if (const Result<JsonDocument> document = JsonDocument::parse(json, json.size())) {
      write_value(out, document->root());
      return;
    }
  }
  out.raw(json);
}

}  // namespace

std::string results_json(const Evaluation& evaluation, const GuidelineInfo& guideline, bool indented) {
  JsonWriter out(indented ? JsonWriter::Layout::Indented : JsonWriter::Layout::Compact);
  out.begin_object().key("format").number(kFormat);
  out.key("guideline").begin_object();
  out.key("id").string(guideline.id).key("version").string(guideline.version);
  out.key("contentHash").string(guideline.content_hash).key("notice");
  if (guideline.notice.empty()) {
    out.null();
  } else {
    out.string(guideline.notice);
  }
  out.end_object();
  out.key("engine").begin_object().key("name").string("calx").key("version").string(engine_version()).end_object();
  out.key("subject").string(evaluation.subject).key("at").string(evaluation.at);
  out.key("results").begin_object();
  for (const auto& [define, json] : evaluation.results) {
    out.key(define);
    write_text(out, json, indented);
  }
  out.end_object().key("errors").begin_object();
  for (const Evaluation::Failure& failure : evaluation.errors) {
    out.key(failure.define).begin_object().key("message").string(failure.message);
    out.key("where").string(failure.where).end_object();
  }
  out.end_object().key("issues").begin_array();
  for (const Evaluation::Issue& issue : evaluation.issues) {
    out.begin_object().key("code").string(issue.code).key("severity").string(issue.severity);
    out.key("where").string(issue.where).key("message").string(issue.message).end_object();
  }
  out.end_array().end_object();
  return out.take();
}

}  // namespace calx
