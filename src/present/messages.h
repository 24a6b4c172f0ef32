#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "diagnostics/diagnostics.h"
#include "diagnostics/source_text.h"

namespace calx {

/// The words of a guideline in one language, from messages/<language>.json. Owns its texts; immutable once read.
class Messages {
 public:
  /// Format number of the files that this version reads.
  static constexpr int kFormat = 1;

  static Messages read(const SourceText& source, Diagnostics& diagnostics);

  const std::string& language() const { return language_; }
  /// The text of a key; a key that has none stands for itself.
  std::string_view text(std::string_view key) const;
  std::optional<std::string_view> find_text(std::string_view key) const;
  bool has_words(std::string_view table) const { return words_.find(table) != words_.end(); }
  /// The word of a code; a code without one stands for itself.
  std::string_view word(std::string_view table, std::string_view code) const;

 private:
  using Table = std::map<std::string, std::string, std::less<>>;

  std::string language_;
  Table texts_;
  std::map<std::string, Table, std::less<>> words_;
};

}  // namespace calx
