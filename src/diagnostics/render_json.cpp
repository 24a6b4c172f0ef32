#include "diagnostics/render_json.h"

#include <algorithm>
#include <vector>

#include "formats/json_writer.h"

namespace calx {
namespace {

void write_number(JsonWriter& json, std::string_view key, std::size_t number) {
  json.key(key).number(std::to_string(number));
}

struct Place {
  const SourceText* source = nullptr;
  LineColumn start;
  LineColumn end;
};

Place place_of(Span span, const SourceSet& sources) {
  if (!sources.contains(span.source)) return {};
  const SourceText& source = sources.at(span.source);
  return {&source, source.position(span.begin), source.position(span.begin + span.length)};
}

void write_position(JsonWriter& json, std::string_view key, LineColumn position) {
  json.key(key).begin_object();
  write_number(json, "line", position.line);
  write_number(json, "column", position.column);
  json.end_object();
}

void write_place(JsonWriter& json, const Place& place) {
  if (place.source == nullptr) return;
  json.key("file").string(place.source->name());
  write_position(json, "start", place.start);
  write_position(json, "end", place.end);
}

void write_location(JsonWriter& json, const Place& place, std::string_view message) {
  json.begin_object();
  json.key("physicalLocation").begin_object();
  json.key("artifactLocation").begin_object().key("uri").string(place.source->name()).end_object();
  json.key("region").begin_object();
  write_number(json, "startLine", place.start.line);
  write_number(json, "startColumn", place.start.column);
  write_number(json, "endLine", place.end.line);
  write_number(json, "endColumn", place.end.column);
  json.end_object().end_object();
  if (!message.empty()) json.key("message").begin_object().key("text").string(message).end_object();
  json.end_object();
}

}  // namespace

std::string render_json(const Diagnostics& diagnostics, const SourceSet& sources) {
  JsonWriter json(JsonWriter::Layout::Indented);
  json.begin_object();
  write_number(json, "format", 1);
  json.key("diagnostics").begin_array();
  for (const Diagnostic* diagnostic : diagnostics.sorted()) {
    const DiagnosticInfo& info = diagnostic_info(diagnostic->kind);
    json.begin_object();
    json.key("code").string(info.code);
    json.key("kind").string(info.name);
    json.key("severity").string(severity_name(info.severity));
    json.key("message").string(diagnostic->message);
    write_place(json, place_of(diagnostic->span, sources));
    if (!diagnostic->labels.empty()) {
      json.key("labels").begin_array();
      for (const DiagnosticLabel& label : diagnostic->labels) {
        json.begin_object();
        json.key("message").string(label.message);
        write_place(json, place_of(label.span, sources));
        json.end_object();
      }
      json.end_array();
    }
    if (!diagnostic->hint.empty()) json.key("hint").string(diagnostic->hint);
    json.end_object();
  }
  json.end_array();
  write_number(json, "suppressed", diagnostics.suppressed_count());
  json.end_object();
  return json.take();
}

std::string render_sarif(const Diagnostics& diagnostics, const SourceSet& sources, std::string_view version) {
  const std::vector<const Diagnostic*> sorted = diagnostics.sorted();
  std::vector<DiagnosticKind> rules;
  for (const Diagnostic* diagnostic : sorted) {
    if (std::ranges::find(rules, diagnostic->kind) == rules.end()) rules.push_back(diagnostic->kind);
  }
  std::ranges::sort(rules);
  JsonWriter json(JsonWriter::Layout::Indented);
  json.begin_object();
  json.key("$schema").string("https://json.schemastore.org/sarif-2.1.0.json");
  json.key("version").string("2.1.0");
  json.key("runs").begin_array().begin_object();
  json.key("tool").begin_object().key("driver").begin_object();
  json.key("name").string("calx");
  if (!version.empty()) json.key("version").string(version);
  json.key("rules").begin_array();
  for (const DiagnosticKind kind : rules) {
    const DiagnosticInfo& info = diagnostic_info(kind);
    json.begin_object();
    json.key("id").string(info.code);
    json.key("name").string(info.name);
    json.key("shortDescription").begin_object().key("text").string(info.title).end_object();
    json.end_object();
  }
  json.end_array().end_object().end_object();
  // Columns are code points here, as SARIF wants it said.
  json.key("columnKind").string("unicodeCodePoints");
  json.key("results").begin_array();
  for (const Diagnostic* diagnostic : sorted) {
    const DiagnosticInfo& info = diagnostic_info(diagnostic->kind);
    json.begin_object();
    json.key("ruleId").string(info.code);
    write_number(json, "ruleIndex",
                 static_cast<std::size_t>(std::ranges::find(rules, diagnostic->kind) - rules.begin()));
    json.key("level").string(info.severity == Severity::Warning ? "warning" : "error");
    std::string text = diagnostic->message;
    if (!diagnostic->hint.empty()) text += " (" + diagnostic->hint + ")";
    json.key("message").begin_object().key("text").string(text).end_object();
    const Place place = place_of(diagnostic->span, sources);
    if (place.source != nullptr) {
      json.key("locations").begin_array();
      write_location(json, place, {});
      json.end_array();
    }
    bool has_labels = false;
    for (const DiagnosticLabel& label : diagnostic->labels) {
      const Place other = place_of(label.span, sources);
      if (other.source == nullptr) continue;
      if (!has_labels) json.key("relatedLocations").begin_array();
      has_labels = true;
      write_location(json, other, label.message);
    }
    if (has_labels) json.end_array();
    json.end_object();
  }
  json.end_array().end_object().end_array().end_object();
  return json.take();
}

}  // namespace calx
