#include "present/text_layout.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace calx {

namespace {

constexpr char32_t kInvalid = 0xFFFFFFFF;

/// The code point at `at`, which moves behind it; kInvalid for a byte that begins none.
char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  std::size_t length = 1;
  char32_t point = first;
  if (first >= 0xF0 && first < 0xF8) {
    length = 4;
    point = first & 0x07U;
  } else if (first >= 0xE0) {
    length = 3;
    point = first & 0x0FU;
  } else if (first >= 0xC2) {
    length = 2;
    point = first & 0x1FU;
  }
  if ((first >= 0x80 && first < 0xC2) || first >= 0xF8 || at + length > text.size()) {
    ++at;
    return kInvalid;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0U) != 0x80U) {
      ++at;
      return kInvalid;
    }
    point = (point << 6) | (byte(at + i) & 0x3FU);
  }
  at += length;
  return point;
}

struct CodePointRange {
  char32_t first;
  char32_t last;
};

// Zero columns: combining marks, joiners, variation selectors (Unicode general categories Mn, Me, Cf, the common ones).
constexpr CodePointRange kNarrowest[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x064B, 0x065F}, {0x0E34, 0x0E3A},
    {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x2064},
    {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF},
};

// Two columns: East Asian Width W and F, and pictographs.
constexpr CodePointRange kWidest[] = {
    {0x1100, 0x115F}, {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},
    {0xA000, 0xA4CF}, {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},
    {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
};

template <std::size_t N>
bool is_in(const CodePointRange (&ranges)[N], char32_t point) {
  const auto* range = std::upper_bound(std::begin(ranges), std::end(ranges), point,
                                       [](char32_t value, const CodePointRange& r) { return value < r.first; });
  return range != std::begin(ranges) && point <= std::prev(range)->last;
}

std::size_t columns_of(char32_t point) {
  if (point < 0x300) return 1;
  if (is_in(kNarrowest, point)) return 0;
  return is_in(kWidest, point) ? 2 : 1;
}

/// The longest start of the text that fits, at least one code point.
std::string_view prefix_of_width(std::string_view text, std::size_t width) {
  std::size_t at = 0;
  std::size_t used = 0;
  while (at < text.size()) {
    const std::size_t before = at;
    used += columns_of(next_code_point(text, at));
    if (used > width && before > 0) return text.substr(0, before);
  }
  return text;
}

struct Word {
  std::string_view text;
  std::size_t spaces = 0;  // before it
};

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> words;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t begin = std::min(text.find_first_not_of(' ', at), text.size());
    if (begin == text.size()) break;
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    words.push_back({text.substr(begin, end - begin), begin - at});
    at = end;
  }
  return words;
}

std::string_view escape_of(Tone tone) {
  switch (tone) {
    case Tone::Plain:
      return {};
    case Tone::Danger:
      return "\x1b[31m";
    case Tone::Warning:
      return "\x1b[33m";
    case Tone::Good:
      return "\x1b[32m";
    case Tone::Info:
      return "\x1b[36m";
    case Tone::Muted:
      return "\x1b[2m";
  }
  return {};
}

}  // namespace

std::size_t column_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) width += columns_of(next_code_point(text, at));
  return width;
}

std::string visible_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t point = next_code_point(text, at);
    if (point == '\n' || point == '\t' || point == '\r') {
      out += ' ';
    } else if (point == kInvalid || point < 0x20 || (point >= 0x7F && point < 0xA0)) {
      out += '?';
    } else {
      out += text.substr(begin, at - begin);
    }
  }
  return out;
}

std::vector<std::string> wrap_text(std::string_view text, std::size_t width) {
  width = std::max<std::size_t>(width, 1);
  std::vector<std::string> lines(1);
  std::size_t used = 0;
  for (const Word& word : words_of(text)) {
    std::string_view rest = word.text;
    std::size_t need = column_width(rest);
    if (used > 0 && used + word.spaces + need > width) {
      lines.emplace_back();
      used = 0;
    } else if (used > 0) {
      lines.back().append(word.spaces, ' ');
      used += word.spaces;
    }
    while (need > width) {
      const std::string_view piece = prefix_of_width(rest, width);
      lines.back() += piece;
      lines.emplace_back();
      rest.remove_prefix(piece.size());
      need = column_width(rest);
    }
    lines.back() += rest;
    used += need;
  }
  return lines;
}

TextPage::TextPage(std::size_t width, bool colour) : width_(std::max(width, kLeastWidth)), colour_(colour) {}

void TextPage::style(Tone tone, bool bold) {
  if (!colour_ || (tone == tone_ && bold == bold_)) return;
  if (tone_ != Tone::Plain || bold_) out_ += "\x1b[0m";
  if (bold) out_ += "\x1b[1m";
  out_ += escape_of(tone);
  tone_ = tone;
  bold_ = bold;
}

void TextPage::begin_line(std::size_t indent) {
  out_.append(indent, ' ');
}

void TextPage::end_line() {
  style(Tone::Plain, false);
  out_ += '\n';
}

void TextPage::paragraph(const std::vector<Run>& runs, std::size_t first_indent, std::size_t next_indent) {
  bool is_empty = true;
  std::size_t used = first_indent;
  std::size_t pending = 0;  // spaces since the last word, over the border of runs
  for (const Run& run : runs) {
    const std::string text = visible_text(run.text);
    std::size_t consumed = 0;
    for (const Word& word : words_of(text)) {
      consumed = static_cast<std::size_t>(word.text.data() - text.data()) + word.text.size();
      const std::size_t spaces = pending + word.spaces;
      pending = 0;
      std::string_view rest = word.text;
      std::size_t need = column_width(rest);
      if (is_empty) {
        begin_line(first_indent);
        is_empty = false;
      } else if (spaces > 0 && used + spaces + need > width_ && used > next_indent) {
        end_line();
        begin_line(next_indent);
        used = next_indent;
      } else {
        // The spaces take the style of what came before, which keeps a coloured phrase in one piece.
        out_.append(spaces, ' ');
        used += spaces;
      }
      style(run.tone, run.bold);
      while (used + need > width_ && width_ > next_indent && need > width_ - next_indent) {
        const std::string_view piece = prefix_of_width(rest, width_ > used ? width_ - used : 1);
        out_ += piece;
        end_line();
        begin_line(next_indent);
        style(run.tone, run.bold);
        used = next_indent;
        rest.remove_prefix(piece.size());
        need = column_width(rest);
      }
      out_ += rest;
      used += need;
    }
    pending += text.size() - consumed;
  }
  if (!is_empty) end_line();
}

void TextPage::paragraph(std::string_view text, std::size_t indent) {
  paragraph({{std::string(text), Tone::Plain, false}}, indent, indent);
}

void TextPage::line(const std::vector<Run>& runs, std::size_t indent) {
  begin_line(indent);
  for (const Run& run : runs) {
    style(run.tone, run.bold);
    out_ += visible_text(run.text);
  }
  while (!out_.empty() && out_.back() == ' ') out_.pop_back();
  end_line();
}

void TextPage::blank() {
  if (!out_.empty() && !out_.ends_with("\n\n")) out_ += '\n';
}

void TextPage::heading(std::string_view title) {
  blank();
  const std::string text = visible_text(title);
  const std::size_t used = column_width(text) + 4;
  std::string rule;
  for (std::size_t i = used; i < width_; ++i) rule += "─";
  line({{"── ", Tone::Muted, false}, {text, Tone::Plain, true}, {" " + rule, Tone::Muted, false}}, 0);
}

std::string TextPage::take() {
  return std::exchange(out_, {});
}

}  // namespace calx
