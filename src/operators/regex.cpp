#include "operators/regex.h"

#include <re2/re2.h>

namespace calx {

struct Regex::Compiled {
  Compiled(std::string_view pattern, const re2::RE2::Options& options)
      : expression(re2::StringPiece(pattern.data(), pattern.size()), options) {}
  re2::RE2 expression;
};

namespace {

re2::RE2::Options options() {
  re2::RE2::Options result;
  result.set_dot_nl(true);
  result.set_log_errors(false);
  return result;
}

re2::StringPiece piece(std::string_view text) {
  return {text.data(), text.size()};
}

std::string_view view(const re2::StringPiece& text) {
  return {text.data(), text.size()};
}

std::size_t next_code_point(std::string_view text, std::size_t at) {
  ++at;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) ++at;
  return at;
}

}  // namespace

Regex::Regex(std::string_view pattern) : compiled_(std::make_unique<Compiled>(pattern, options())) {}

Regex::~Regex() = default;

std::string Regex::error() const {
  return compiled_->expression.ok() ? "" : compiled_->expression.error();
}

bool Regex::matches_all(std::string_view text) const {
  return re2::RE2::FullMatch(piece(text), compiled_->expression);
}

std::vector<std::string_view> Regex::split(std::string_view text) const {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  std::size_t search = 0;
  re2::StringPiece match;
  while (search <= text.size() &&
         compiled_->expression.Match(piece(text), search, text.size(), re2::RE2::UNANCHORED, &match, 1)) {
    const auto at = static_cast<std::size_t>(match.data() - text.data());
    if (match.empty()) {  // splits nowhere; the search goes on behind the next code point
      search = next_code_point(text, at);
      continue;
    }
    parts.push_back(text.substr(begin, at - begin));
    begin = search = at + match.size();
  }
  parts.push_back(text.substr(begin));
  return parts;
}

std::string Regex::replace_all(std::string_view text, std::string_view substitution) const {
  const int groups = compiled_->expression.NumberOfCapturingGroups();
  std::vector<re2::StringPiece> found(static_cast<std::size_t>(groups) + 1);
  std::string result;
  std::size_t begin = 0;
  std::size_t search = 0;
  const auto substitute = [&] {
    for (std::size_t i = 0; i < substitution.size(); ++i) {
      const char c = substitution[i];
      if (c == '\\' && i + 1 < substitution.size()) {
        result.push_back(substitution[++i]);
        continue;
      }
      std::size_t at = i + 1;
      const bool braced = at < substitution.size() && substitution[at] == '{';
      if (braced) ++at;
      if (c == '$' && at < substitution.size() && substitution[at] >= '0' && substitution[at] <= '9') {
        const auto group = static_cast<std::size_t>(substitution[at] - '0');
        if (group < found.size()) result.append(view(found[group]));
        i = braced && at + 1 < substitution.size() && substitution[at + 1] == '}' ? at + 1 : at;
        continue;
      }
      result.push_back(c);
    }
  };
  while (search <= text.size() && compiled_->expression.Match(piece(text), search, text.size(), re2::RE2::UNANCHORED,
                                                              found.data(), groups + 1)) {
    const auto at = static_cast<std::size_t>(found[0].data() - text.data());
    result.append(text.substr(begin, at - begin));
    substitute();
    begin = at + found[0].size();
    search = begin;
    if (found[0].empty()) {
      search = next_code_point(text, at);
      if (at < text.size()) result.append(text.substr(at, search - at));
      begin = std::min(search, text.size());
    }
  }
  result.append(text.substr(begin));
  return result;
}

}  // namespace calx
