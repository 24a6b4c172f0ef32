#include "present/assessment_text.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "formats/json.h"
#include "present/template.h"
#include "present/text_layout.h"

namespace calx {

namespace {

constexpr std::size_t kIndent = 2;
constexpr std::size_t kDeeper = 4;
constexpr std::string_view kBullet = "• ";
constexpr std::size_t kColumnGap = 2;

/// The items of a list; a single value is a list of one, nothing a list of none.
std::vector<JsonValue> entries_of(const JsonValue& value) {
  std::vector<JsonValue> entries;
  if (is_nothing(value)) return entries;
  if (!value.is_array()) return {value};
  for (const auto& [key, item] : value) {
    if (!is_nothing(item)) entries.push_back(item);
  }
  return entries;
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class Renderer {
 public:
  Renderer(const View& view, const Messages& messages, const ShownAssessment& assessment, std::size_t width,
           bool colour)
      : view_(view), messages_(messages), assessment_(assessment), page_(width, colour) {}

  std::string run() {
    page_.line({{view_.title, Tone::Plain, true}}, 0);
    page_.line(
        {{"Patient/" + std::string(assessment_.subject) + ", " + std::string(assessment_.at), Tone::Muted, false}}, 0);
    for (const Section& section : view_.sections) show(section);
    show_other_failures();
    show_issues();
    if (!assessment_.closing.empty()) page_.blank();
    for (const std::string& line : assessment_.closing) page_.paragraph({{line, Tone::Muted, false}}, 0, 0);
    return page_.take();
  }

 private:
  /// The value of a define; Missing when it failed or there is none.
  JsonValue value_of(const std::string& define) {
    const auto known = documents_.find(define);
    if (known != documents_.end()) return known->second.root();
    for (const ShownAssessment::Result& result : assessment_.results) {
      if (result.define != define) continue;
      Result<JsonDocument> document = JsonDocument::parse(result.json);
      if (!document) return {};
      return documents_.emplace(define, std::move(*document)).first->second.root();
    }
    return {};
  }

  /// Shows the failure of a define, if it failed, below the section's title.
  bool show_failure(const std::string& define, const Section& section) {
    for (const ShownAssessment::Failure& failure : assessment_.failures) {
      if (failure.define != define) continue;
      open(section);
      show(failure);
      shown_failures_.insert(define);
      return true;
    }
    return false;
  }

  void show(const ShownAssessment::Failure& failure) {
    std::string text(messages_.find_text("failed").value_or("could not be worked out: "));
    text += failure.message;
    if (!failure.where.empty()) text += " (" + std::string(failure.where) + ")";
    page_.paragraph({{std::string(failure.define) + " ", Tone::Danger, true}, {text, Tone::Danger, false}}, kIndent,
                    kDeeper);
  }

  /// Writes the heading before the first line of a section; a section without lines has no heading either.
  void open(const Section& section) {
    if (opened_ == &section) return;
    opened_ = &section;
    if (!section.title.empty()) page_.heading(section.title);
  }

  bool open_or_empty(const Section& section, const std::vector<JsonValue>& entries) {
    if (!entries.empty()) {
      open(section);
      return true;
    }
    if (!section.empty.empty()) {
      open(section);
      page_.paragraph(section.empty, kIndent);
    }
    return false;
  }

  std::string entry_text(const std::optional<Template>& item, const JsonValue& entry, std::string_view words) const {
    return item ? item->fill(entry, messages_) : text_of_value(entry, words, messages_);
  }

  void bullet(const std::string& text, Tone tone, std::size_t indent) {
    page_.paragraph({{std::string(kBullet), tone, false}, {text, Tone::Plain, false}}, indent, indent + kIndent);
  }

  void show_lines(const Section& section, const JsonValue& entry, std::size_t indent) {
    for (const Template& line : section.lines) {
      const std::string text = line.fill(entry, messages_);
      if (!text.empty()) page_.paragraph(text, indent);
    }
  }

  void show_entry(const Section& section, const JsonValue& entry, Tone tone) {
    bullet(entry_text(section.item, entry, section.words), tone, kIndent);
    show_lines(section, entry, kDeeper);
  }

  void show(const Section& section) {
    if (section.shape == Shape::Headline) {
      show_headline(section);
      return;
    }
    if (!section.define.empty() && show_failure(section.define, section)) return;
    switch (section.shape) {
      case Shape::Headline:
        return;
      case Shape::List:
        return show_list(section);
      case Shape::Table:
        return show_table(section);
      case Shape::Groups:
        return show_groups(section);
      case Shape::States:
        return show_states(section);
      case Shape::Timeline:
        return show_timeline(section);
      case Shape::Text:
        return show_text(section);
    }
  }

  void show_headline(const Section& section) {
    std::vector<Run> runs;
    for (const HeadlinePart& part : section.parts) {
      if (show_failure(part.define, section)) continue;
      const JsonValue value = value_of(part.define);
      std::string text = is_nothing(value) ? part.empty : text_of_value(value, part.words, messages_);
      if (text.empty()) continue;
      if (!runs.empty()) runs.push_back({"  "});
      if (!part.label.empty()) runs.push_back({part.label + (part.label.ends_with(' ') ? "" : " ")});
      runs.push_back({std::move(text), part.tones.of(code_of_value(value)), true});
    }
    if (!runs.empty()) {
      open(section);
      page_.paragraph(runs, kIndent, kDeeper);
    }
    for (const HeadlineLine& line : section.part_lines) {
      if (show_failure(line.define, section)) continue;
      for (const JsonValue& entry : entries_of(value_of(line.define))) {
        open(section);
        page_.paragraph(entry_text(line.item, entry, line.words), kIndent);
      }
    }
  }

  void show_list(const Section& section) {
    const std::vector<JsonValue> entries = entries_of(value_of(section.define));
    if (!open_or_empty(section, entries)) return;
    for (const JsonValue& entry : entries) show_entry(section, entry, section.tones.of(code_of_value(entry)));
  }

  void show_table(const Section& section) {
    const std::vector<JsonValue> entries = entries_of(value_of(section.define));
    if (!open_or_empty(section, entries)) return;
    struct Cell {
      std::string text;
      Tone tone = Tone::Plain;
    };
    struct Column {
      std::string title;
      std::vector<Cell> cells;
      std::size_t width = 0;
      std::size_t least = 0;
    };
    std::vector<Column> columns;
    for (const TableColumn& column : section.columns) {
      Column shown{visible_text(column.title), {}, 0, 0};
      shown.width = shown.least = column_width(shown.title);
      bool has_value = false;
      for (const JsonValue& entry : entries) {
        Cell cell;
        for (const JsonValue& value : fields_at(entry, column.field)) {
          if (!cell.text.empty() && !is_nothing(value)) cell.text += "; ";
          cell.text += visible_text(text_of_value(value, column.words, messages_));
          cell.tone = column.tones.of(code_of_value(value));
        }
        has_value = has_value || !cell.text.empty();
        shown.width = std::max(shown.width, column_width(cell.text));
        for (std::size_t at = 0; at < cell.text.size();) {
          const std::size_t end = std::min(cell.text.find(' ', at), cell.text.size());
          const std::size_t word = column_width(std::string_view(cell.text).substr(at, end - at));
          shown.least = std::max(shown.least, std::min(word, kLongestWord));
          at = end + 1;
        }
        shown.cells.push_back(std::move(cell));
      }
      if (has_value) columns.push_back(std::move(shown));
    }
    if (columns.empty()) return;
    // The widest columns give way until the table fits; none becomes narrower than its longest word.
    const std::size_t room = page_.width() - kIndent - kColumnGap * (columns.size() - 1);
    std::size_t total = 0;
    for (Column& column : columns) total += column.width = std::min(column.width, page_.width());
    while (total > room) {
      Column* widest = nullptr;
      for (Column& column : columns) {
        if (column.width > column.least && (widest == nullptr || column.width > widest->width)) widest = &column;
      }
      if (widest == nullptr) break;
      --widest->width;
      --total;
    }
    const auto row = [&](const std::function<Cell(const Column&)>& cell_of, bool bold) {
      std::vector<std::vector<std::string>> wrapped;
      std::size_t height = 1;
      for (const Column& column : columns) {
        wrapped.push_back(wrap_text(cell_of(column).text, column.width));
        height = std::max(height, wrapped.back().size());
      }
      for (std::size_t i = 0; i < height; ++i) {
        std::vector<Run> runs;
        for (std::size_t c = 0; c < columns.size(); ++c) {
          const std::string text = i < wrapped[c].size() ? wrapped[c][i] : std::string();
          const std::size_t used = column_width(text);
          runs.push_back({text, cell_of(columns[c]).tone, bold});
          if (c + 1 == columns.size()) continue;
          runs.push_back({std::string((columns[c].width > used ? columns[c].width - used : 0) + kColumnGap, ' ')});
        }
        page_.line(runs, kIndent);
      }
    };
    row([](const Column& column) { return Cell{column.title, Tone::Muted}; }, false);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      row([i](const Column& column) { return column.cells[i]; }, false);
    }
  }

  void show_groups(const Section& section) {
    const std::vector<JsonValue> entries = entries_of(value_of(section.define));
    if (!open_or_empty(section, entries)) return;
    std::vector<std::string> order = section.order;
    for (const JsonValue& entry : entries) {
      const std::string group(code_of_value(entry[section.by]));
      if (!contains(order, group)) order.push_back(group);
    }
    for (const std::string& group : order) {
      std::vector<JsonValue> members;
      for (const JsonValue& entry : entries) {
        if (code_of_value(entry[section.by]) == group) members.push_back(entry);
      }
      if (members.empty()) continue;
      const std::string heading(messages_.word(section.words, group));
      const Tone tone = section.tones.of(group);
      if (!contains(section.brief, group)) {
        page_.line({{heading, tone, true}}, kIndent);
        for (const JsonValue& entry : members) {
          bullet(entry_text(section.item, entry, {}), tone, kDeeper);
          show_lines(section, entry, kDeeper + kIndent);
        }
        continue;
      }
      std::string names;
      for (const JsonValue& entry : members) {
        const std::string name = entry_text(section.brief_item ? section.brief_item : section.item, entry, {});
        if (!names.empty() && !name.empty()) names += "; ";
        names += name;
      }
      page_.paragraph({{heading + ": ", tone, true}, {names, tone, false}}, kIndent, kDeeper);
    }
  }

  void show_states(const Section& section) {
    const std::vector<JsonValue> entries = entries_of(value_of(section.define));
    if (!open_or_empty(section, entries)) return;
    for (const JsonValue& entry : entries) {
      const std::string label = section.label ? section.label->fill(entry, messages_) : std::string();
      if (!label.empty()) page_.line({{label, Tone::Plain, true}}, kIndent);
      const std::string present(code_of_value(entry[section.present]));
      std::vector<std::string> shown;
      for (const std::string& state : section.states) {
        if (state == present || !contains(section.off, state)) shown.push_back(state);
      }
      if (!present.empty() && !contains(shown, present)) shown.push_back(present);
      std::vector<Run> runs = states_line(section, shown, present, true);
      if (width_of(runs) + kDeeper > page_.width()) runs = states_line(section, shown, present, false);
      page_.paragraph(runs, kDeeper, kDeeper + kIndent);
      show_lines(section, entry, kDeeper);
    }
  }

  /// All states in their order with the present one marked; the others by code alone when not `named`.
  std::vector<Run> states_line(const Section& section, const std::vector<std::string>& states,
                               const std::string& present, bool named) const {
    std::vector<Run> runs;
    for (const std::string& state : states) {
      if (!runs.empty()) runs.push_back({" → ", Tone::Muted, false});
      std::string text = state;
      const std::string_view word = messages_.word(section.words, state);
      if ((named || state == present) && word != state) text += " " + std::string(word);
      if (state == present) {
        const Tone tone = section.tones.of(state);
        runs.push_back({"[" + text + "]", tone == Tone::Plain ? Tone::Info : tone, true});
      } else {
        runs.push_back({text, Tone::Muted, false});
      }
    }
    return runs;
  }

  static std::size_t width_of(const std::vector<Run>& runs) {
    std::size_t width = 0;
    for (const Run& run : runs) width += column_width(run.text);
    return width;
  }

  void show_timeline(const Section& section) {
    std::vector<JsonValue> entries = entries_of(value_of(section.define));
    if (!open_or_empty(section, entries)) return;
    const auto when = [&](const JsonValue& entry) {
      std::string text;
      for (const JsonValue& value : fields_at(entry, section.when)) text += text_of_value(value, {}, messages_);
      return text;
    };
    std::stable_sort(entries.begin(), entries.end(), [&](const JsonValue& a, const JsonValue& b) {
      const std::string first = when(a);
      const std::string second = when(b);
      if (first.empty() || second.empty()) return !first.empty() && second.empty();
      return first < second;
    });
    std::size_t column = 0;
    for (const JsonValue& entry : entries) column = std::max(column, column_width(visible_text(when(entry))));
    column = std::min(column, page_.width() / 3);
    for (const JsonValue& entry : entries) {
      std::string time = when(entry);
      const std::size_t used = column_width(visible_text(time));
      if (used < column) time.append(column - used, ' ');
      const std::size_t indent = kIndent + (column == 0 ? 0 : column + kColumnGap);
      const std::string text = entry_text(section.item, entry, section.words);
      if (column == 0) {
        bullet(text, Tone::Plain, kIndent);
      } else if (used > column) {
        page_.paragraph({{time, Tone::Info, false}}, kIndent, kIndent);
        page_.paragraph(text, indent);
      } else {
        show_dated(time, text, indent);
      }
      show_lines(section, entry, indent);
    }
  }

  void show_dated(const std::string& time, const std::string& text, std::size_t indent) {
    const std::vector<std::string> lines = wrap_text(visible_text(text), page_.width() - indent);
    page_.line({{time, Tone::Info, false}, {std::string(kColumnGap, ' ')}, {lines.front()}}, kIndent);
    for (std::size_t i = 1; i < lines.size(); ++i) page_.line({{lines[i]}}, indent);
  }

  void show_text(const Section& section) {
    if (section.define.empty()) {
      open(section);
      page_.paragraph(section.text, kIndent);
      return;
    }
    const JsonValue value = value_of(section.define);
    if (!open_or_empty(section, entries_of(value))) return;
    page_.paragraph({{text_of_value(value, section.words, messages_), section.tones.of(code_of_value(value)), false}},
                    kIndent, kIndent);
  }

  void show_other_failures() {
    bool is_first = true;
    for (const ShownAssessment::Failure& failure : assessment_.failures) {
      if (shown_failures_.count(std::string(failure.define)) != 0) continue;
      if (is_first) page_.heading(messages_.find_text("section.failures").value_or("Could not be worked out"));
      is_first = false;
      show(failure);
    }
  }

  void show_issues() {
    if (assessment_.issues.empty()) return;
    page_.heading(messages_.find_text("section.issues").value_or("Trouble in the record"));
    for (const ShownAssessment::Issue& issue : assessment_.issues) {
      std::string text(issue.where);
      if (!text.empty()) text += ": ";
      text += issue.message;
      bullet(text, issue.severity == "error" ? Tone::Danger : Tone::Warning, kIndent);
    }
  }

  static constexpr std::size_t kLongestWord = 18;  // of a table cell that is not cut

  const View& view_;
  const Messages& messages_;
  const ShownAssessment& assessment_;
  TextPage page_;
  std::map<std::string, JsonDocument> documents_;  // nodes keep their address
  std::set<std::string> shown_failures_;
  const Section* opened_ = nullptr;
};

}  // namespace

std::string render_assessment(const View& view, const Messages& messages, const ShownAssessment& assessment,
                              std::size_t width, bool colour) {
  return Renderer(view, messages, assessment, width, colour).run();
}

}  // namespace calx
