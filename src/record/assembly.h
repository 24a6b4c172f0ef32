#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "record/record.h"

namespace calx {

/// A reference that puts a resource of some type into a patient's compartment, as slot numbers.
struct CompartmentSteps {
  std::vector<std::uint32_t> slots;
  bool is_about = false;  // subject, patient or for: whose data it is, not merely who took part
};

/// What record names by slot number, found by name once.
struct ModelSlots {
  explicit ModelSlots(const Types& types);

  std::uint32_t id, meta, profile, reference, fhir_version;
  std::uint32_t quantity_value, quantity_unit, quantity_system, quantity_code;
  std::uint32_t primitive_value;
  TypeId capability_statement;
  std::unordered_map<std::uint32_t, std::vector<CompartmentSteps>> compartment;  // by type
};

/// A resource as the decoder leaves it: its id may still have to come from its fullUrl.
struct DecodedResource {
  Value value;
  Value* slots = nullptr;  // the instance's own, still to be changed
  ResourceOrigin* origin = nullptr;
  std::string_view full_url;
  std::size_t entry = 0;  // place in its Bundle, from 1; 0 = not in one
  bool is_dropped = false;
};

/// Evidence that a record is of another version of FHIR. A resource type is proof; an element may be a slip.
struct VersionMarks {
  std::string_view version;
  std::string reason;
  bool is_certain = false;
  std::size_t count = 0;

  void add(std::string_view other_version, std::string why, bool is_proof);
};

/// Everything read from the documents of one record, in document order.
struct DecodedRecord {
  static constexpr std::size_t kMaximumIssues = 1000;

  struct PendingIssue {
    Issue issue;               // `where` without its resource
    std::size_t resource = 0;  // index in resources; their number = none of them
  };

  std::vector<DecodedResource> resources;
  std::vector<Value*> references;  // slots of Reference.reference
  std::vector<PendingIssue> issues;
  std::size_t more_issues = 0;  // beyond the limit
  std::size_t untyped = 0;      // entries whose resource has no resourceType
  VersionMarks version;

  void add_issue(std::string_view code, std::string_view severity, std::string where, std::string message,
                 std::size_t resource);
};

/// Text of a primitive, with or without extensions; empty when it is no text.
std::string_view primitive_text(const Value& value, const Types& types, const ModelSlots& slots);
/// In quotes, cut after some sixty bytes.
std::string quoted(std::string_view text);

/// Names the resources, rewrites references, drops repeats, refuses other versions, and finds the patient.
Result<Record> assemble_record(DecodedRecord& decoded, const RecordOptions& options, const Types& types,
                               const ModelSlots& slots, Arena& arena);

}  // namespace calx
