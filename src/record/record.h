#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/arena.h"
#include "base/id.h"
#include "calx/result.h"
#include "model/types.h"
#include "terminology/terminology.h"
#include "units/unit_table.h"
#include "values/value.h"

namespace calx {

/// Where a decoded resource came from: enough to write it back, to compare it, and to name it.
struct ResourceOrigin {
  TypeId type;
  std::string_view type_name;  // "Observation"
  std::string_view id;         // empty when the resource has none
  std::string_view json;       // its raw bytes, for `--resources full`
};

/// Trouble in the patient's data: the evaluation goes on, and says so. Severity error: something was written that
/// cannot be used (its element is null, its resource left out or doubtful); warning: used, but worth a look.
/// Codes: element-unknown, element-type, element-null, element-twice, element-modifier, text-empty, code-form,
/// number-form, number-range, date-unreadable, time-unreadable, unit-unknown, reference-unresolved, resource-type,
/// resource-twice, resource-conflict, subject-other, issues-more.
struct Issue {
  std::string code;
  std::string severity;  // "warning" or "error"
  std::string where;     // "Observation/ca-1.valueQuantity.unit"
  std::string message;   // what was found and what was expected
};

/// One patient's resources, fully decoded. Values borrow from the input bytes and from the arena, both of which must
/// outlive the record; nothing is owned here but the lists.
class Record {
 public:
  /// All resources of exactly this class, in document order (contained ones are not listed).
  std::span<const Value> resources(TypeId type) const;
  /// The one the context names (a Patient); null when the record has none.
  const Value& context() const { return context_; }
  std::string_view context_id() const { return context_id_; }
  const std::vector<Issue>& issues() const { return issues_; }

 private:
  friend class RecordAssembler;  // assembly.cpp
  std::unordered_map<std::uint32_t, std::vector<Value>> by_type_;
  Value context_;
  std::string context_id_;
  std::vector<Issue> issues_;
};

struct RecordOptions {
  std::string_view subject;         // id of the patient to assess; empty = the only one
  std::size_t maximum_depth = 512;  // of nested JSON; never more than kDepthCeiling
  std::size_t maximum_bytes = std::size_t{4} * 1024 * 1024 * 1024 - 64;  // simdjson's own limit
  bool patient_required = true;
};

/// Decodes a Bundle of any type, one resource, or a list of either as NDJSON. A byte order mark is skipped; the whole
/// document is validated (strict). References by fullUrl (urn:uuid: too) are rewritten to Type/id, so that logic
/// compares one form; a resource without id gets that of its fullUrl. Several patients need `subject`; then only
/// resources of that patient's compartment, and those of no patient, are seen: what a resource is about (subject,
/// patient) decides, and only without it whoever else it names (author, performer). Errors (kind Format or Limit) say
/// line and column where there is one.
/// One decoder per thread: it keeps its buffers from record to record.
class RecordDecoder {
 public:
  /// Decoding is recursive; every thread that decodes has a stack for this depth.
  static constexpr std::size_t kDepthCeiling = 1024;

  RecordDecoder(const Types& types, const Terminology& terminology);
  ~RecordDecoder();

  /// `input` need not be padded. The record borrows from `input` and `arena`; units met are interned in `units`.
  Result<Record> decode(std::string_view input, const RecordOptions& options, Arena& arena, UnitTable& units);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace calx
