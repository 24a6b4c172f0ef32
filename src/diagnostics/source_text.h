#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"

namespace calx {

/// A stretch of bytes of one source text. Length 0 marks a point (end of file, something missing).
struct Span {
  SourceId source;
  std::uint32_t begin = 0;
  std::uint32_t length = 0;

  std::uint32_t end() const { return begin + length; }
  friend bool operator==(const Span&, const Span&) = default;
};

/// From the start of the first to the end of the second; both of the same source.
Span join(Span first, Span last);

/// Counted from 1; columns count code points, not bytes.
struct LineColumn {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

/// The bytes of one text with its name and line table. Owns the text; whoever keeps a string_view or a Span into it
/// must not outlive it. Immutable, so any number of threads may read it.
class SourceText {
 public:
  /// A larger text is refused by whoever reads it: spans are 32 bits and 64 MiB of logic is a mistake.
  static constexpr std::size_t kMaximumBytes = std::size_t{64} << 20;

  SourceText(SourceId id, std::string name, std::string text);
  SourceText(const SourceText&) = delete;
  SourceText& operator=(const SourceText&) = delete;

  SourceId id() const { return id_; }
  const std::string& name() const { return name_; }
  std::string_view text() const { return text_; }
  Span span(std::size_t begin, std::size_t length) const;
  std::string_view slice(Span span) const;

  LineColumn position(std::uint32_t offset) const;
  std::uint32_t line_count() const { return static_cast<std::uint32_t>(line_starts_.size()); }
  /// Without its line end. `line` counts from 1.
  std::string_view line(std::uint32_t line) const;
  std::uint32_t line_begin(std::uint32_t line) const { return line_starts_[line - 1]; }

 private:
  SourceId id_;
  std::string name_;
  std::string text_;
  std::vector<std::uint32_t> line_starts_;
};

/// All texts of one compilation, by id. Texts keep their address when others are added.
class SourceSet {
 public:
  const SourceText& add(std::string name, std::string text);
  bool contains(SourceId id) const { return id.value < texts_.size(); }
  const SourceText& at(SourceId id) const;
  std::size_t size() const { return texts_.size(); }

 private:
  std::vector<std::unique_ptr<SourceText>> texts_;
};

}  // namespace calx
