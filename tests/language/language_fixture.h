#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "check/checker.h"
#include "cql/parser.h"
#include "diagnostics/render.h"
#include "eval/evaluator.h"
#include "plan/plan.h"
#include "record/record.h"
#include "values/date_time.h"
#include "values/text.h"

namespace calx {

/// One library text, compiled and evaluated without the engine's folders: what tests of the language need.
class Compiled {
 public:
  explicit Compiled(std::string text) {
    const SourceText& source = program_.sources.add("test.cql", std::move(text));
    program_.terminology.finish(diagnostics_);
    const cql::Ast ast = cql::parse_library(source, diagnostics_);
    const LibraryFinder find = [](std::string_view, std::string_view) { return nullptr; };
    const CheckContext context{program_.types, program_.terminology, program_.units, program_.arena, diagnostics_};
    std::vector<TypedLibrary> libraries{check_library(ast.library(), find, context)};
    if (!diagnostics_.has_errors()) program_.plan = link(libraries);
  }

  bool is_valid() const { return !diagnostics_.has_errors(); }
  const Diagnostics& diagnostics() const { return diagnostics_; }
  std::string rendered() const { return render_text(diagnostics_, program_.sources, Colour::Off); }
  const LinkedProgram& program() const { return program_; }

  /// The value of a define as debug_text, "FAILED: message" for a failure.
  std::string evaluate(std::string_view define, std::string_view record_json = {},
                       const EvaluationLimits& limits = {}) {
    Arena arena;
    UnitTable units(&program_.units);
    Record record;
    if (!record_json.empty()) {
      RecordDecoder decoder(program_.types, program_.terminology);
      Result<Record> decoded = decoder.decode(record_json, {}, arena, units);
      if (!decoded) return "NOT READ: " + decoded.error().message;
      record = std::move(*decoded);
    }
    Evaluator evaluator(program_, record, arena, units, *parse_date_time("2026-01-15T12:00:00.000+00:00"), {}, limits);
    const std::optional<DefineId> id = program_.plan.find_define(0, define);
    if (!id) return "NO SUCH DEFINE";
    const Value value = evaluator.evaluate(*id);
    if (value.is_failed()) return "FAILED: " + std::string(value.as_failure().message);
    return debug_text(value, units);
  }

 private:
  LinkedProgram program_;
  Diagnostics diagnostics_;
};

}  // namespace calx
