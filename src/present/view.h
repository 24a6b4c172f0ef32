#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "diagnostics/diagnostics.h"
#include "diagnostics/source_text.h"
#include "present/messages.h"
#include "present/template.h"
#include "present/text_layout.h"

namespace calx {

enum class Shape : std::uint8_t { Headline, List, Table, Groups, States, Timeline, Text };

/// Which tone a code is shown in.
class Tones {
 public:
  void add(std::string_view code, Tone tone) { tones_.emplace_back(code, tone); }
  Tone of(std::string_view code) const;

 private:
  std::vector<std::pair<std::string, Tone>> tones_;
};

/// One value of a headline: `label` and the word of the define's value.
struct HeadlinePart {
  std::string define;
  std::string label;
  std::string words;
  std::string empty;
  Tones tones;
};

/// A list without a heading below a headline.
struct HeadlineLine {
  std::string define;
  std::optional<Template> item;
  std::string words;
};

struct TableColumn {
  std::string title;
  std::string field;
  std::string words;
  Tones tones;
};

/// One part of a page. Which members count depends on the shape; texts are looked up already.
struct Section {
  Shape shape = Shape::Text;
  std::string title;
  std::string define;
  std::string empty;
  std::string text;
  std::string words;
  std::optional<Template> item;
  std::vector<Template> lines;
  Tones tones;
  std::vector<HeadlinePart> parts;
  std::vector<HeadlineLine> part_lines;
  std::vector<TableColumn> columns;
  std::string by;
  std::vector<std::string> order;
  std::vector<std::string> brief;
  std::optional<Template> brief_item;
  std::optional<Template> label;
  std::string present;
  std::vector<std::string> states;
  std::vector<std::string> off;
  std::string when;
};

/// What is shown of an assessment, in which order and words: a file of the guideline (views/*.json), with its texts
/// already in one language. Owns everything; immutable once read.
struct View {
  static constexpr int kFormat = 1;

  std::string title;
  std::vector<Section> sections;
};

/// The language of a view's own messages ("en"), without reading anything else of it.
std::string language_of_view(const SourceText& source);

/// Reports whatever cannot be drawn: unknown shapes, defines, tables of words, templates in the wrong form.
View read_view(const SourceText& source, const Messages& messages, const std::vector<std::string_view>& defines,
               Diagnostics& diagnostics);

}  // namespace calx
