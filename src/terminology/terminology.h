#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "calx/result.h"
#include "diagnostics/diagnostics.h"
#include "diagnostics/source_text.h"
#include "values/value.h"

namespace calx {

/// Expanded value sets and the codes a program mentions. Filled while compiling from ValueSet resources (expansion,
/// or compose with listed codes, includes of other sets and excludes), then frozen and shared by threads.
/// Only codes met here get a CodeId; every other code of a record is 0.
class Terminology {
 public:
  Terminology();
  ~Terminology();
  Terminology(Terminology&&) noexcept;
  Terminology& operator=(Terminology&&) noexcept;

  /// Adds one FHIR resource: a ValueSet, a CodeSystem (its codes serve includes of the whole system), or a Bundle of
  /// them; a source named *.ndjson or *.jsonl has one a line. Other resource types are left alone and answered with
  /// false. Nothing is borrowed.
  bool add_resource(const SourceText& source, Diagnostics& diagnostics);
  /// The same for a text outside any SourceSet: diagnostics have no place, `file` stands in their message.
  bool add_resource(std::string_view json, const std::string& file, Diagnostics& diagnostics);
  /// Expands all sets once all are there; reports those that cannot be. Later only codes may be added (intern_code).
  void finish(Diagnostics& diagnostics);

  /// By canonical URL, with or without |version; without one, the greatest version there is. Before finish() too.
  std::optional<ValueSetId> find_value_set(std::string_view url) const;
  std::string_view value_set_url(ValueSetId set) const;

  /// A code mentioned by the program (code definitions); equal system and code = equal id.
  CodeId intern_code(std::string_view system, std::string_view code);
  /// 0 when the program mentions no such code.
  CodeId find_code(std::string_view system, std::string_view code) const;
  /// False for code 0. One load and shift for dense sets, a binary search for sparse ones.
  bool contains(ValueSetId set, CodeId code) const;
  /// `in` with a bare string: any member with this code, whatever the system.
  bool contains_code_text(ValueSetId set, std::string_view code) const;
  /// Members in the order of the expansion, as Code values that live as long as the terminology.
  std::vector<Value> members(ValueSetId set) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace calx
