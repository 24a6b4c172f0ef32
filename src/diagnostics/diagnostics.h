#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "diagnostics/source_text.h"

namespace calx {

enum class Severity : std::uint8_t {
  Error,
  Warning,
  Unsupported,  ///< correct CQL that this engine does not do; as final as an error
};

/// Every mistake an author can make: one row of diagnostics.def each.
enum class DiagnosticKind : std::uint16_t {
#define CALX_DIAGNOSTIC(name, code, severity, title) name,
#include "diagnostics/diagnostics.def"
#undef CALX_DIAGNOSTIC
};

/// The registry's row of a kind.
struct DiagnosticInfo {
  DiagnosticKind kind;
  std::string_view name;  ///< the enumerator
  std::string_view code;  ///< stable, such as CALX1101
  Severity severity;
  std::string_view title;
};

const DiagnosticInfo& diagnostic_info(DiagnosticKind kind);
std::span<const DiagnosticInfo> all_diagnostics();
std::string_view severity_name(Severity severity);

struct DiagnosticLabel {
  Span span;
  std::string message;
};

struct Diagnostic {
  DiagnosticKind kind;
  Span span;
  std::string message;
  std::vector<DiagnosticLabel> labels;  ///< other places that matter, such as an earlier declaration
  std::string hint;                     ///< what to do, such as a nearest name; empty = none

  Severity severity() const { return diagnostic_info(kind).severity; }
};

/// Collects the mistakes of one compilation. Not thread-safe; one per compilation. Bounded: from the limit on,
/// diagnostics are only counted, so that a hopeless text cannot fill the memory.
class Diagnostics {
 public:
  static constexpr std::size_t kDefaultLimit = 1000;

  /// Adds to the diagnostic just reported; valid until the next report.
  class Report {
   public:
    Report& label(Span span, std::string message);
    Report& hint(std::string text);
    /// The hint "did you mean 'name'?", if there is a name.
    Report& did_you_mean(std::string_view name);

   private:
    friend class Diagnostics;
    explicit Report(Diagnostic* diagnostic) : diagnostic_(diagnostic) {}
    Diagnostic* diagnostic_;  // null when over the limit
  };

  explicit Diagnostics(std::size_t limit = kDefaultLimit) : limit_(limit) {}

  Report report(DiagnosticKind kind, Span span, std::string message);

  /// An error or something unsupported: nothing may be run.
  bool has_errors() const { return error_count_ > 0; }
  std::size_t error_count() const { return error_count_; }
  bool empty() const { return entries_.empty() && suppressed_ == 0; }
  /// Reported, but beyond the limit and not kept.
  std::size_t suppressed_count() const { return suppressed_; }

  /// In the order of reporting.
  const std::vector<Diagnostic>& entries() const { return entries_; }
  /// By source and place; equal places keep the order of reporting.
  std::vector<const Diagnostic*> sorted() const;

 private:
  std::vector<Diagnostic> entries_;
  std::size_t limit_;
  std::size_t error_count_ = 0;
  std::size_t suppressed_ = 0;
};

/// The candidate that the author most likely meant, or empty if none is near (edit distance with letter case
/// counting half, at most about a third of the length). Ties go to the earlier candidate.
std::string_view nearest_name(std::string_view wanted, std::span<const std::string_view> candidates);

}  // namespace calx
