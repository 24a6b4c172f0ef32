#include "present/view.h"

#include <algorithm>
#include <array>
#include <span>

#include "present/content_format.h"

namespace calx {

namespace {

struct ShapeRow {
  std::string_view name;
  Shape shape;
  std::vector<std::string_view> keys;  // besides title, shape, define and empty
};

const std::array<ShapeRow, 7>& shape_rows() {
  static const std::array<ShapeRow, 7> rows{{
      {"headline", Shape::Headline, {"parts", "lines"}},
      {"list", Shape::List, {"item", "lines", "words", "tone"}},
      {"table", Shape::Table, {"columns"}},
      {"groups", Shape::Groups, {"by", "order", "words", "item", "lines", "brief", "briefItem", "tone"}},
      {"states", Shape::States, {"label", "states", "present", "words", "lines", "off", "tone"}},
      {"timeline", Shape::Timeline, {"when", "item", "lines"}},
      {"text", Shape::Text, {"text", "words", "tone"}},
  }};
  return rows;
}

struct ToneRow {
  std::string_view name;
  Tone tone;
};

constexpr std::array<ToneRow, 5> kTones{{{"danger", Tone::Danger},
                                         {"warning", Tone::Warning},
                                         {"good", Tone::Good},
                                         {"info", Tone::Info},
                                         {"muted", Tone::Muted}}};

std::string listed(std::span<const std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) {
    if (!text.empty()) text += ", ";
    text += name;
  }
  return text;
}

class ViewReader {
 public:
  ViewReader(const SourceText& source, const Messages& messages, const std::vector<std::string_view>& defines,
             Diagnostics& diagnostics)
      : source_(source), messages_(messages), defines_(defines), diagnostics_(diagnostics) {}

  View run() {
    View view;
    Result<JsonDocument> document = Error{};
    const JsonValue root = read_content(source_, View::kFormat, document, diagnostics_);
    if (!root) return view;
    view.title = text(root, "title");
    if (!root["sections"].is_array()) {
      report(DiagnosticKind::MalformedView, root, "the list \"sections\" is missing");
      return view;
    }
    for (const auto& [key, section] : root["sections"]) read_section(section, view);
    return view;
  }

 private:
  Diagnostics::Report report(DiagnosticKind kind, const JsonValue& place, std::string message) {
    return diagnostics_.report(kind, span_of(place, source_), std::move(message));
  }

  /// A member that is a text, unlooked-up; empty when it is not there.
  std::string name(const JsonValue& object, std::string_view key) {
    const JsonValue value = object[key];
    if (value && !value.is_string()) {
      report(DiagnosticKind::MalformedView, value, "a text was expected for \"" + std::string(key) + "\"");
    }
    return value.is_string() ? std::string(value.text()) : std::string();
  }

  std::string text(const JsonValue& object, std::string_view key) {
    return std::string(messages_.text(name(object, key)));
  }

  std::string required(const JsonValue& object, std::string_view key, std::string_view of) {
    std::string value = name(object, key);
    if (!object[key]) {
      report(DiagnosticKind::MalformedView, object, std::string(of) + " needs \"" + std::string(key) + "\"");
    }
    return value;
  }

  std::string define(const JsonValue& object, std::string_view of) {
    std::string value = required(object, "define", of);
    if (!value.empty() && std::find(defines_.begin(), defines_.end(), value) == defines_.end()) {
      report(DiagnosticKind::UnknownViewDefine, object["define"],
             "the public library has no public define '" + value + "'")
          .did_you_mean(nearest_name(value, defines_));
    }
    return value;
  }

  std::string words(const JsonValue& object) {
    std::string table = name(object, "words");
    if (!table.empty()) require_table(table, object["words"]);
    return table;
  }

  void require_table(std::string_view table, const JsonValue& place) {
    if (messages_.has_words(table)) return;
    report(DiagnosticKind::UnknownWords, place, "the messages have no table of words '" + std::string(table) + "'");
  }

  Template parse_template(const JsonValue& value) {
    std::optional<Template::Trouble> trouble;
    Template parsed = Template::parse(messages_.text(value.text()), trouble);
    if (trouble) report(DiagnosticKind::MalformedTemplate, value, trouble->message);
    for (const std::string_view table : parsed.tables()) require_table(table, value);
    return parsed;
  }

  std::optional<Template> optional_template(const JsonValue& object, std::string_view key) {
    if (!object[key]) return std::nullopt;
    if (!object[key].is_string()) {
      report(DiagnosticKind::MalformedView, object[key], "a template was expected for \"" + std::string(key) + "\"");
      return std::nullopt;
    }
    return parse_template(object[key]);
  }

  /// The items of a list member, each a text.
  std::vector<JsonValue> texts(const JsonValue& object, std::string_view key) {
    std::vector<JsonValue> items;
    const JsonValue list = object[key];
    if (list && !list.is_array()) {
      report(DiagnosticKind::MalformedView, list, "a list was expected for \"" + std::string(key) + "\"");
      return items;
    }
    for (const auto& [unused, item] : list) {
      if (item.is_string()) {
        items.push_back(item);
      } else {
        report(DiagnosticKind::MalformedView, item, "a text was expected in \"" + std::string(key) + "\"");
      }
    }
    return items;
  }

  std::vector<std::string> codes(const JsonValue& object, std::string_view key) {
    std::vector<std::string> names;
    for (const JsonValue& item : texts(object, key)) names.emplace_back(item.text());
    return names;
  }

  Tones tones(const JsonValue& object) {
    Tones result;
    for (const auto& [code, value] : object["tone"]) {
      const auto* row =
          std::find_if(kTones.begin(), kTones.end(), [&](const ToneRow& r) { return r.name == value.text(); });
      if (row == kTones.end()) {
        report(DiagnosticKind::MalformedView, value, "a tone is one of danger, warning, good, info, muted");
      } else {
        result.add(code, row->tone);
      }
    }
    return result;
  }

  void read_section(const JsonValue& object, View& view) {
    if (!object.is_object()) {
      report(DiagnosticKind::MalformedView, object, "a section is an object");
      return;
    }
    const std::string shape = required(object, "shape", "a section");
    const auto& rows = shape_rows();
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const ShapeRow& r) { return r.name == shape; });
    if (row == rows.end()) {
      if (!shape.empty()) {
        std::vector<std::string_view> names;
        for (const ShapeRow& known : rows) names.push_back(known.name);
        report(DiagnosticKind::UnknownShape, object["shape"],
               "there is no shape '" + shape + "'; shapes are " + listed(names))
            .did_you_mean(nearest_name(shape, names));
      }
      return;
    }
    for (const auto& [key, value] : object) {
      const bool is_known = key == "title" || key == "shape" || key == "define" || key == "empty" ||
                            std::find(row->keys.begin(), row->keys.end(), key) != row->keys.end();
      if (!is_known) {
        report(DiagnosticKind::MalformedView, value,
               "a section of shape '" + shape + "' has no \"" + std::string(key) + "\"")
            .did_you_mean(nearest_name(key, row->keys));
      }
    }
    Section section;
    section.shape = row->shape;
    section.title = text(object, "title");
    section.empty = text(object, "empty");
    section.tones = tones(object);
    if (section.shape == Shape::Headline) {
      read_headline(object, section);
      view.sections.push_back(std::move(section));
      return;
    }
    section.text = text(object, "text");
    if (section.shape != Shape::Text || section.text.empty()) section.define = define(object, "the section");
    section.words = words(object);
    section.item = optional_template(object, "item");
    for (const JsonValue& line : texts(object, "lines")) section.lines.push_back(parse_template(line));
    section.brief = codes(object, "brief");
    section.brief_item = optional_template(object, "briefItem");
    section.label = optional_template(object, "label");
    section.order = codes(object, "order");
    section.states = codes(object, "states");
    section.off = codes(object, "off");
    if (section.shape == Shape::Groups) section.by = required(object, "by", "a section of groups");
    if (section.shape == Shape::Timeline) section.when = required(object, "when", "a timeline");
    if (section.shape == Shape::States) {
      section.present = required(object, "present", "a section of states");
      if (section.states.empty()) report(DiagnosticKind::MalformedView, object, "a section of states needs \"states\"");
    }
    if (section.shape == Shape::Table) read_columns(object, section);
    view.sections.push_back(std::move(section));
  }

  void read_headline(const JsonValue& object, Section& section) {
    if (object["parts"].size() == 0) report(DiagnosticKind::MalformedView, object, "a headline needs \"parts\"");
    for (const auto& [key, part] : object["parts"]) {
      section.parts.push_back(
          {define(part, "a part"), text(part, "label"), words(part), text(part, "empty"), tones(part)});
    }
    for (const auto& [key, line] : object["lines"]) {
      section.part_lines.push_back({define(line, "a line"), optional_template(line, "item"), words(line)});
    }
  }

  void read_columns(const JsonValue& object, Section& section) {
    if (object["columns"].size() == 0) report(DiagnosticKind::MalformedView, object, "a table needs \"columns\"");
    for (const auto& [key, column] : object["columns"]) {
      section.columns.push_back(
          {text(column, "title"), required(column, "field", "a column"), words(column), tones(column)});
    }
  }

  const SourceText& source_;
  const Messages& messages_;
  const std::vector<std::string_view>& defines_;
  Diagnostics& diagnostics_;
};

}  // namespace

Tone Tones::of(std::string_view code) const {
  for (const auto& [known, tone] : tones_) {
    if (known == code) return tone;
  }
  return Tone::Plain;
}

std::string language_of_view(const SourceText& source) {
  const Result<JsonDocument> document = JsonDocument::parse(source.text());
  if (!document) return {};
  return std::string(document->root()["messages"].text());
}

View read_view(const SourceText& source, const Messages& messages, const std::vector<std::string_view>& defines,
               Diagnostics& diagnostics) {
  return ViewReader(source, messages, defines, diagnostics).run();
}

}  // namespace calx
