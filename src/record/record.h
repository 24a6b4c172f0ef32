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

/// Trouble in the patient's data: the evaluation goes on, and says so.
struct Issue {
  std::string code;      // "date-unreadable", "unit-unknown", "resource-twice", "element-type", ...
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
  friend class RecordDecoder;
  std::unordered_map<std::uint32_t, std::vector<Value>> by_type_;
  Value context_;
  std::string context_id_;
  std::vector<Issue> issues_;
};

struct RecordOptions {
  std::string_view subject;                                     // id of the patient to assess; empty = the only one
  std::size_t maximum_depth = 512;                              // of nested JSON
  std::size_t maximum_bytes = std::size_t{4} * 1024 * 1024 * 1024 - 64;  // simdjson's own limit
  bool patient_required = true;
};

/// Decodes a Bundle of any type, one resource, or a list of either as NDJSON. A byte order mark is skipped; the whole
/// document is validated (strict). References by fullUrl (urn:uuid: too) are rewritten to Type/id, so that logic
/// compares one form. Several patients need `subject`; then only resources of that patient's compartment, and those of
/// no patient, are seen. Errors (kind Format or Limit) say line and column where there is one.
class RecordDecoder {
 public:
  RecordDecoder(const Types& types, const Terminology& terminology);
  ~RecordDecoder();

  /// `input` need not be padded. The record borrows from `input` and `arena`; units met are interned in `units`.
  Result<Record> decode(std::string_view input, const RecordOptions& options, Arena& arena, UnitTable& units);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace calx
