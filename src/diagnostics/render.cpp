#include "diagnostics/render.h"

#include <algorithm>
#include <string_view>

namespace calx {
namespace {

class Painter {
 public:
  Painter(std::string& out, Colour colour) : out_(out), on_(colour == Colour::On) {}

  void paint(std::string_view code, std::string_view text) {
    if (on_) out_ += code;
    out_ += text;
    if (on_) out_ += "\x1b[0m";
  }

 private:
  std::string& out_;
  bool on_;
};

constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kBlue = "\x1b[1;34m";

std::string_view severity_colour(Severity severity) {
  switch (severity) {
    case Severity::Error:
      return "\x1b[1;31m";
    case Severity::Warning:
      return "\x1b[1;33m";
    case Severity::Unsupported:
      return "\x1b[1;35m";
  }
  return {};
}

bool begins_code_point(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

// A line for a terminal: control characters (an escape sequence in a text must not reach it) become '?'.
void append_visible(std::string& out, std::string_view text) {
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    out += c == '\t' ? '\t' : byte < 0x20 || byte == 0x7F ? '?' : c;
  }
}

void append_place(std::string& out, const SourceText& source, Span span) {
  LineColumn place = source.position(span.begin);
  append_visible(out, source.name());
  out += ':';
  out += std::to_string(place.line);
  out += ':';
  out += std::to_string(place.column);
}

// The source line and, below it, carets from the start of the span to its end or the end of the line.
void append_excerpt(std::string& out, const SourceText& source, Span span, std::string_view colour, Colour mode) {
  constexpr std::size_t kContext = 60;
  constexpr std::size_t kLongestLine = 240;
  Painter painter(out, mode);
  std::uint32_t line_number = source.position(span.begin).line;
  std::string_view line = source.line(line_number);
  std::size_t offset = std::min<std::size_t>(span.begin - source.line_begin(line_number), line.size());
  std::string_view lead;
  std::string_view tail;
  // A generated line of megabytes is cut to the surroundings of the span.
  if (line.size() > kLongestLine) {
    std::size_t begin = offset > kContext ? offset - kContext : 0;
    while (begin > 0 && !begins_code_point(line[begin])) --begin;
    std::size_t end = std::min(line.size(), begin + kLongestLine);
    while (end < line.size() && !begins_code_point(line[end])) ++end;
    if (begin > 0) lead = "...";
    if (end < line.size()) tail = "...";
    line = line.substr(begin, end - begin);
    offset -= begin;
  }
  std::string number = std::to_string(line_number);
  if (number.size() < 4) number.insert(0, 4 - number.size(), ' ');
  painter.paint(kBlue, number + " | ");
  out += lead;
  append_visible(out, line);
  out += tail;
  out += '\n';
  painter.paint(kBlue, std::string(number.size(), ' ') + " | ");
  out.append(lead.size(), ' ');
  for (std::size_t i = 0; i < offset; ++i) {
    if (line[i] == '\t') {
      out += '\t';
    } else if (begins_code_point(line[i])) {
      out += ' ';
    }
  }
  std::size_t width = 0;
  for (std::size_t i = offset; i < line.size() && i < offset + span.length; ++i) {
    if (begins_code_point(line[i])) ++width;
  }
  painter.paint(colour, std::string(std::max<std::size_t>(width, 1), '^'));
  out += '\n';
}

}  // namespace

std::string render_text(const Diagnostic& diagnostic, const SourceSet& sources, Colour colour) {
  std::string out;
  Painter painter(out, colour);
  const DiagnosticInfo& info = diagnostic_info(diagnostic.kind);
  std::string_view paint = severity_colour(info.severity);
  bool placed = sources.contains(diagnostic.span.source);
  if (placed) {
    std::string place;
    append_place(place, sources.at(diagnostic.span.source), diagnostic.span);
    painter.paint(kBold, place + ": ");
  }
  std::string head(severity_name(info.severity));
  head += '[';
  head += info.code;
  head += ']';
  painter.paint(paint, head);
  out += ": ";
  append_visible(out, diagnostic.message);
  out += '\n';
  if (placed) append_excerpt(out, sources.at(diagnostic.span.source), diagnostic.span, paint, colour);
  for (const DiagnosticLabel& label : diagnostic.labels) {
    if (!sources.contains(label.span.source)) continue;
    const SourceText& source = sources.at(label.span.source);
    out += "  ";
    append_place(out, source, label.span);
    out += ": ";
    append_visible(out, label.message);
    out += '\n';
    append_excerpt(out, source, label.span, kBlue, colour);
  }
  if (!diagnostic.hint.empty()) {
    out += "  hint: ";
    append_visible(out, diagnostic.hint);
    out += '\n';
  }
  return out;
}

std::string render_text(const Diagnostics& diagnostics, const SourceSet& sources, Colour colour) {
  std::string out;
  for (const Diagnostic* diagnostic : diagnostics.sorted()) out += render_text(*diagnostic, sources, colour);
  if (diagnostics.suppressed_count() > 0) {
    out += "... and ";
    out += std::to_string(diagnostics.suppressed_count());
    out += " more\n";
  }
  return out;
}

}  // namespace calx
