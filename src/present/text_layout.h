#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace calx {

/// How a piece of text is meant; a terminal with colour shows it, without one the words must do.
enum class Tone : std::uint8_t { Plain, Danger, Warning, Good, Info, Muted };

/// Terminal columns of UTF-8 text: two for wide East Asian characters and pictographs, none for combining marks.
std::size_t column_width(std::string_view text);

/// Text from a record or a guideline as it may reach a terminal: line ends and tabs become spaces, other control
/// characters (an escape sequence must not get through) and bytes that are no UTF-8 become '?'.
std::string visible_text(std::string_view text);

/// Breaks at spaces into lines of at most `width` columns; a longer word is cut.
std::vector<std::string> wrap_text(std::string_view text, std::size_t width);

/// A stretch of text in one style.
struct Run {
  std::string text;
  Tone tone = Tone::Plain;
  bool bold = false;
};

/// A page of terminal text under construction: takes paragraphs and lays them out to a width.
class TextPage {
 public:
  static constexpr std::size_t kLeastWidth = 40;

  TextPage(std::size_t width, bool colour);

  std::size_t width() const { return width_; }
  /// A paragraph of one or more lines: the first is indented by `first_indent` columns, the others by `next_indent`.
  void paragraph(const std::vector<Run>& runs, std::size_t first_indent, std::size_t next_indent);
  void paragraph(std::string_view text, std::size_t indent);
  /// One line that is not wrapped.
  void line(const std::vector<Run>& runs, std::size_t indent);
  /// An empty line, unless there is one already.
  void blank();
  void heading(std::string_view title);

  std::string take();

 private:
  void begin_line(std::size_t indent);
  void end_line();
  void style(Tone tone, bool bold);

  std::size_t width_;
  bool colour_;
  std::string out_;
  Tone tone_ = Tone::Plain;
  bool bold_ = false;
};

}  // namespace calx
