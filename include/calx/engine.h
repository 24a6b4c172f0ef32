#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "calx/diagnostic.h"
#include "calx/result.h"

namespace calx {

/// A text of a guideline by its path below the guideline's folder ("cql/Causes.cql", "valuesets/ValueSet-x.json").
struct SourceFile {
  std::string path;
  std::string text;
};

/// Reads a guideline's folder: guideline.json, cql/, valuesets/, views/, messages/. Kind File when there is none.
Result<std::vector<SourceFile>> read_guideline_folder(const std::string& folder);

/// What a compiled guideline says of itself.
struct GuidelineInfo {
  std::string id;
  std::string version;
  std::string title;
  std::string notice;        ///< such as "not yet reviewed by clinicians"; empty once reviewed
  std::string content_hash;  ///< "sha256:..." over all texts the program was made from
  std::string library;       ///< the public library, whose public defines are the results
};

/// A named expression of the public library with its documentation tags.
struct DefineInfo {
  std::string name;
  std::string type;  ///< as CQL writes it
  std::vector<std::pair<std::string, std::string>> tags;
};

/// When and about whom. `at` is a date-time with an offset ("2026-01-15T12:00:00Z"): the clock is always a parameter.
struct Request {
  std::string at;
  std::string subject;          ///< id of the patient; empty = the only one in the record
  bool full_resources = false;  ///< write resources whole instead of as references
};

/// What one record's evaluation gave; owned by the caller.
struct Evaluation {
  std::string subject;  ///< id of the patient
  std::string at;
  /// Define and its value as JSON text (docs/results.md), in the order of the library; null = "null".
  std::vector<std::pair<std::string, std::string>> results;
  struct Failure {
    std::string define;
    std::string message;
    std::string where;  ///< file:line:column
  };
  std::vector<Failure> errors;
  struct Issue {
    std::string code;
    std::string severity;
    std::string where;
    std::string message;
  };
  std::vector<Issue> issues;
};

/// A compiled guideline: immutable, cheap to copy, safe to share between threads.
class Program {
 public:
  /// Nothing when the guideline has errors; `diagnostics` holds them and the warnings.
  static std::optional<Program> compile(const std::vector<SourceFile>& files,
                                        std::vector<DiagnosticMessage>& diagnostics);

  const GuidelineInfo& info() const;
  std::vector<DefineInfo> defines() const;
  /// The text of a content file that is shown, such as "views/assessment.json"; nothing when there is none.
  std::optional<std::string_view> text_of(std::string_view path) const;

  /// What the copies of a program share; known to the engine only.
  struct State;
  const State& state() const { return *state_; }

 private:
  std::shared_ptr<const State> state_;
};

/// Evaluates records, one at a time. One per thread; keeps its memory from one record to the next.
class Worker {
 public:
  explicit Worker(Program program);
  Worker(Worker&&) noexcept;
  Worker& operator=(Worker&&) noexcept;
  ~Worker();

  /// `record` is JSON: a Bundle, a resource, or NDJSON. Kinds Format and Limit when it cannot be read as a patient's.
  Result<Evaluation> evaluate(std::string_view record, const Request& request);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The whole results document of an evaluation, format 1 (docs/results.md).
std::string results_json(const Evaluation& evaluation, const GuidelineInfo& guideline, bool indented);

/// The evaluation as the guideline's view shows it in a terminal. `width` in columns; `colour` with ANSI sequences.
struct TextOptions {
  std::string view = "views/assessment.json";
  std::string language = "en";
  std::size_t width = 100;
  bool colour = false;
};
Result<std::string> render_text(const Program& program, const Evaluation& evaluation, const TextOptions& options);

/// The version of the engine, "0.1.0".
std::string_view engine_version();

}  // namespace calx
