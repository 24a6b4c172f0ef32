#include "diagnostics/diagnostics.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace calx {
namespace {

constexpr DiagnosticInfo kRegistry[] = {
#define CALX_DIAGNOSTIC(name, code, severity, title) \
  {DiagnosticKind::name, #name, "CALX" #code, Severity::severity, title},
#include "diagnostics/diagnostics.def"
#undef CALX_DIAGNOSTIC
};

}  // namespace

const DiagnosticInfo& diagnostic_info(DiagnosticKind kind) {
  auto index = static_cast<std::size_t>(kind);
  CALX_CHECK(index < std::size(kRegistry), "a diagnostic kind has a row in the registry");
  return kRegistry[index];
}

std::span<const DiagnosticInfo> all_diagnostics() {
  return kRegistry;
}

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::Error:
      return "error";
    case Severity::Warning:
      return "warning";
    case Severity::Unsupported:
      return "unsupported";
  }
  return {};
}

Diagnostics::Report& Diagnostics::Report::label(Span span, std::string message) {
  if (diagnostic_ != nullptr) diagnostic_->labels.push_back({span, std::move(message)});
  return *this;
}

Diagnostics::Report& Diagnostics::Report::hint(std::string text) {
  if (diagnostic_ != nullptr) diagnostic_->hint = std::move(text);
  return *this;
}

Diagnostics::Report& Diagnostics::Report::did_you_mean(std::string_view name) {
  if (diagnostic_ != nullptr && !name.empty()) {
    diagnostic_->hint = "did you mean '";
    diagnostic_->hint += name;
    diagnostic_->hint += "'?";
  }
  return *this;
}

Diagnostics::Report Diagnostics::report(DiagnosticKind kind, Span span, std::string message) {
  if (diagnostic_info(kind).severity != Severity::Warning) ++error_count_;
  if (entries_.size() >= limit_) {
    ++suppressed_;
    return Report(nullptr);
  }
  entries_.push_back({kind, span, std::move(message), {}, {}});
  return Report(&entries_.back());
}

std::vector<const Diagnostic*> Diagnostics::sorted() const {
  std::vector<const Diagnostic*> result;
  result.reserve(entries_.size());
  for (const Diagnostic& entry : entries_) result.push_back(&entry);
  // Entries lie in one block in the order of reporting, so their addresses break ties.
  std::sort(result.begin(), result.end(), [](const Diagnostic* a, const Diagnostic* b) {
    if (a->span.source != b->span.source) return a->span.source < b->span.source;
    if (a->span.begin != b->span.begin) return a->span.begin < b->span.begin;
    return a < b;
  });
  return result;
}

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Twice the edit distance with neighbours swapped as one edit; a change of letter case counts half an edit.
std::size_t doubled_distance(std::string_view a, std::string_view b, std::size_t limit) {
  std::vector<std::size_t> before_previous(b.size() + 1), previous(b.size() + 1), current(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) previous[j] = 2 * j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = 2 * i;
    std::size_t best = current[0];
    for (std::size_t j = 1; j <= b.size(); ++j) {
      char left = a[i - 1];
      char right = b[j - 1];
      std::size_t change = left == right ? 0U : lower(left) == lower(right) ? 1U : 2U;
      current[j] = std::min({previous[j] + 2, current[j - 1] + 2, previous[j - 1] + change});
      bool swapped = i > 1 && j > 1 && left == b[j - 2] && a[i - 2] == right;
      if (swapped) current[j] = std::min(current[j], before_previous[j - 2] + 2);
      best = std::min(best, current[j]);
    }
    if (best > limit) return limit + 1;
    std::swap(before_previous, previous);
    std::swap(previous, current);
  }
  return previous[b.size()];
}

}  // namespace

std::string_view nearest_name(std::string_view wanted, std::span<const std::string_view> candidates) {
  // Beyond this length nobody mistypes a name, and the distance is quadratic.
  constexpr std::size_t kLongestName = 256;
  if (wanted.empty() || wanted.size() > kLongestName) return {};
  std::string_view nearest;
  std::size_t limit = std::max<std::size_t>(2, wanted.size() * 2 / 3);
  for (std::string_view candidate : candidates) {
    std::size_t longer = std::max(candidate.size(), wanted.size());
    std::size_t shorter = std::min(candidate.size(), wanted.size());
    if (candidate.empty() || candidate == wanted || 2 * (longer - shorter) > limit) continue;
    std::size_t distance = doubled_distance(wanted, candidate, limit);
    // A name replaced altogether is not a slip: "a" does not mean "b".
    if (distance > limit || distance >= 2 * longer) continue;
    nearest = candidate;
    if (distance == 0) break;
    limit = distance - 1;
  }
  return nearest;
}

}  // namespace calx
