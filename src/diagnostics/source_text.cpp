#include "diagnostics/source_text.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace calx {

Span join(Span first, Span last) {
  CALX_DCHECK(first.source == last.source, "joined spans are of one source");
  std::uint32_t begin = std::min(first.begin, last.begin);
  return {first.source, begin, std::max(first.end(), last.end()) - begin};
}

SourceText::SourceText(SourceId id, std::string name, std::string text)
    : id_(id), name_(std::move(name)), text_(std::move(text)) {
  CALX_CHECK(text_.size() < UINT32_MAX, "offsets of a source text fit 32 bits");
  line_starts_.push_back(0);
  if (text_.find('\r') == std::string::npos) {
    for (std::size_t at = text_.find('\n'); at != std::string::npos; at = text_.find('\n', at + 1)) {
      line_starts_.push_back(static_cast<std::uint32_t>(at + 1));
    }
    return;
  }
  for (std::size_t i = 0; i < text_.size(); ++i) {
    // A line ends with LF, CR LF or a lone CR.
    bool ends = text_[i] == '\n' || (text_[i] == '\r' && (i + 1 == text_.size() || text_[i + 1] != '\n'));
    if (ends) line_starts_.push_back(static_cast<std::uint32_t>(i + 1));
  }
}

Span SourceText::span(std::size_t begin, std::size_t length) const {
  CALX_DCHECK(begin + length <= text_.size(), "a span lies within its text");
  return {id_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(length)};
}

std::string_view SourceText::slice(Span span) const {
  CALX_DCHECK(span.source == id_, "a span is cut from its own text");
  if (span.begin >= text_.size()) return {};
  return std::string_view(text_).substr(span.begin, span.length);
}

LineColumn SourceText::position(std::uint32_t offset) const {
  offset = std::min(offset, static_cast<std::uint32_t>(text_.size()));
  auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  auto line = static_cast<std::uint32_t>(after - line_starts_.begin());
  std::uint32_t begin = line_starts_[line - 1];
  if (begin == 0 && text_.starts_with("\xEF\xBB\xBF")) begin = std::min<std::uint32_t>(3, offset);
  std::uint32_t column = 1;
  for (std::uint32_t i = begin; i < offset; ++i) {
    if ((static_cast<unsigned char>(text_[i]) & 0xC0U) != 0x80U) ++column;
  }
  return {line, column};
}

std::string_view SourceText::line(std::uint32_t line) const {
  CALX_DCHECK(line >= 1 && line <= line_count(), "lines count from 1");
  std::uint32_t begin = line_starts_[line - 1];
  std::uint32_t end = line < line_count() ? line_starts_[line] : static_cast<std::uint32_t>(text_.size());
  while (end > begin && (text_[end - 1] == '\n' || text_[end - 1] == '\r')) --end;
  return std::string_view(text_).substr(begin, end - begin);
}

const SourceText& SourceSet::add(std::string name, std::string text) {
  SourceId id{static_cast<std::uint32_t>(texts_.size())};
  texts_.push_back(std::make_unique<SourceText>(id, std::move(name), std::move(text)));
  return *texts_.back();
}

const SourceText& SourceSet::at(SourceId id) const {
  CALX_CHECK(contains(id), "a source id comes from this set");
  return *texts_[id.value];
}

}  // namespace calx
