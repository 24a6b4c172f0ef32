#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace calx {

/// A regular expression as CQL wants them: case-sensitive, `.` matches line ends, Unicode. Linear in the text, which
/// excludes back references and look-around; error() says so then.
class Regex {
 public:
  explicit Regex(std::string_view pattern);
  ~Regex();
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;

  /// Empty when the expression can be used.
  std::string error() const;
  bool matches_all(std::string_view text) const;
  std::vector<std::string_view> split(std::string_view text) const;
  /// `$1` and `${1}` stand for a group, `\$` for a dollar.
  std::string replace_all(std::string_view text, std::string_view substitution) const;

 private:
  struct Compiled;
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace calx
