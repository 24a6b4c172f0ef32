#include "record/assembly.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/check.h"
#include "record/fhir_versions.h"

namespace calx {

namespace {

std::uint32_t slot_of(const Types& types, TypeId type, std::string_view name) {
  const std::optional<std::uint32_t> index = types.element_index(type, name);
  CALX_CHECK(index.has_value(), "the FHIR table has the elements that record names");
  return *index;
}

/// The class behind an element's type: itself, that of a list's items, or Reference as one of a choice.
TypeId class_behind(const Types& types, TypeId type) {
  if (types.kind(type) == TypeKind::List) return class_behind(types, types.element_type(type));
  return types.kind(type) == TypeKind::Class ? type : fhir_type::kReference;
}

/// "x" of "Patient/x", "http://host/fhir/Patient/x" and "Patient/x/_history/2"; empty when it is no such reference.
std::string_view patient_id_of(std::string_view reference) {
  reference = reference.substr(0, reference.find("/_history/"));
  constexpr std::string_view kPatient = "Patient";
  const std::size_t slash = reference.rfind('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view before = reference.substr(0, slash);
  if (!before.ends_with(kPatient)) return {};
  if (before.size() > kPatient.size() && before[before.size() - kPatient.size() - 1] != '/') return {};
  return reference.substr(slash + 1);
}

/// The id that a fullUrl stands for: of urn:uuid: and urn:oid: what follows, of ".../Type/id" the id.
std::string_view id_of_full_url(std::string_view url, std::string_view type) {
  for (const std::string_view prefix : {std::string_view("urn:uuid:"), std::string_view("urn:oid:")}) {
    if (url.starts_with(prefix)) return url.substr(prefix.size());
  }
  const std::size_t slash = url.rfind('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view before = url.substr(0, slash);
  return before == type || before.ends_with("/" + std::string(type)) ? url.substr(slash + 1) : std::string_view();
}

std::string listed(const std::vector<std::string_view>& names) {
  constexpr std::size_t kMost = 10;
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kMost; ++i) {
    if (i > 0) text += ", ";
    text += names[i].empty() ? "(one without id)" : std::string(names[i]);
  }
  if (names.size() > kMost) text += " and " + std::to_string(names.size() - kMost) + " more";
  return text;
}

}  // namespace

ModelSlots::ModelSlots(const Types& types) {
  const TypeId meta_type = *types.find("FHIR", "Meta");
  capability_statement = *types.find("FHIR", "CapabilityStatement");
  id = slot_of(types, fhir_type::kResource, "id");
  meta = slot_of(types, fhir_type::kResource, "meta");
  profile = slot_of(types, meta_type, "profile");
  reference = slot_of(types, fhir_type::kReference, "reference");
  fhir_version = slot_of(types, capability_statement, "fhirVersion");
  quantity_value = slot_of(types, fhir_type::kQuantity, "value");
  quantity_unit = slot_of(types, fhir_type::kQuantity, "unit");
  quantity_system = slot_of(types, fhir_type::kQuantity, "system");
  quantity_code = slot_of(types, fhir_type::kQuantity, "code");
  primitive_value = slot_of(types, types.primitive_type(FhirPrimitive::String), "value");
  for (const CompartmentPath& row : patient_compartment()) {
    CompartmentSteps steps;
    steps.is_about = row.path == "subject" || row.path == "patient" || row.path == "for";
    TypeId at = row.type;
    for (std::string_view rest = row.path; !rest.empty();) {
      const std::size_t dot = std::min(rest.find('.'), rest.size());
      const std::uint32_t slot = slot_of(types, at, rest.substr(0, dot));
      steps.slots.push_back(slot);
      at = class_behind(types, types.class_info(at).elements[slot].type);
      rest.remove_prefix(std::min(dot + 1, rest.size()));
    }
    compartment[row.type.value].push_back(std::move(steps));
  }
}

void VersionMarks::add(std::string_view other_version, std::string why, bool is_proof) {
  ++count;
  if (!version.empty() && (is_certain || !is_proof)) return;
  version = other_version;
  reason = std::move(why);
  is_certain = is_proof;
}

void DecodedRecord::add_issue(std::string_view code, std::string_view severity, std::string where, std::string message,
                              std::size_t resource) {
  if (issues.size() >= kMaximumIssues) {
    ++more_issues;
    return;
  }
  issues.push_back({{std::string(code), std::string(severity), std::move(where), std::move(message)}, resource});
}

std::string_view primitive_text(const Value& value, const Types& types, const ModelSlots& slots) {
  if (value.kind == Kind::String) return value.as_string();
  if (value.kind != Kind::Instance) return {};
  const InstanceData& instance = value.as_instance();
  if (types.class_info(instance.type).primitive == FhirPrimitive::None) return {};
  const Value& inner = instance.slots[slots.primitive_value];
  return inner.kind == Kind::String ? inner.as_string() : std::string_view();
}

std::string quoted(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  if (text.size() <= kLongest) return "'" + std::string(text) + "'";
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not inside a code point
  return "'" + std::string(text.substr(0, end)) + "...'";
}

class RecordAssembler {
 public:
  RecordAssembler(DecodedRecord& decoded, const RecordOptions& options, const Types& types, const ModelSlots& slots,
                  Arena& arena)
      : decoded_(decoded), options_(options), types_(types), slots_(slots), arena_(arena) {}

  Result<Record> assemble() {
    name_resources();
    note_versions();
    if (std::optional<Error> error = version_error()) return std::move(*error);
    drop_repeats();
    rewrite_references();
    Record record;
    if (std::optional<Error> error = choose_patient(record)) return std::move(*error);
    for (const DecodedResource& resource : decoded_.resources) {
      if (!resource.is_dropped) record.by_type_[resource.origin->type.value].push_back(resource.value);
    }
    for (DecodedRecord::PendingIssue& pending : decoded_.issues) {
      if (pending.resource < decoded_.resources.size()) {
        const DecodedResource& resource = decoded_.resources[pending.resource];
        // What is wrong with somebody else's data is not this patient's matter.
        if (resource.is_dropped && hidden_.contains(pending.resource)) continue;
        pending.issue.where = label(resource) + pending.issue.where;
      }
      record.issues_.push_back(std::move(pending.issue));
    }
    if (decoded_.more_issues > 0) {
      record.issues_.push_back(
          {"issues-more", "error", "", std::to_string(decoded_.more_issues) + " more issues are not listed"});
    }
    return record;
  }

 private:
  std::string_view text(const Value& value) const { return primitive_text(value, types_, slots_); }

  std::string label(const DecodedResource& resource) const {
    std::string name(resource.origin->type_name);
    if (!resource.origin->id.empty()) return name + "/" + std::string(resource.origin->id);
    if (resource.entry == 0) return name;
    return "Bundle.entry[" + std::to_string(resource.entry - 1) + "].resource(" + name + ")";
  }

  void issue(std::size_t resource, std::string_view code, std::string_view severity, std::string message) {
    decoded_.add_issue(code, severity, "", std::move(message), resource);
  }

  void name_resources() {
    for (DecodedResource& resource : decoded_.resources) {
      if (!resource.origin->id.empty() || resource.full_url.empty()) continue;
      const std::string_view id = id_of_full_url(resource.full_url, resource.origin->type_name);
      if (id.empty()) continue;
      Value& slot = resource.slots[slots_.id];
      if (!slot.is_null()) continue;  // extensions stand where the id should be
      slot = Value::string(id);
      slot.origin = FhirPrimitive::Id;
      resource.origin->id = id;
    }
  }

  void note_versions() {
    for (const DecodedResource& resource : decoded_.resources) {
      if (resource.origin->type == slots_.capability_statement) {
        const std::string_view number = text(resource.slots[slots_.fhir_version]);
        const std::string_view version = version_of_number(number);
        if (!version.empty()) {
          decoded_.version.add(version, "its CapabilityStatement says fhirVersion " + quoted(number), true);
        }
      }
      const Value& meta = resource.slots[slots_.meta];
      if (meta.kind != Kind::Instance) continue;
      const Value& profiles = meta.as_instance().slots[slots_.profile];
      if (profiles.kind != Kind::List) continue;
      for (const Value& profile : profiles.as_list()) {
        const std::string_view version = version_of_profile(text(profile));
        if (!version.empty()) {
          decoded_.version.add(version, label(resource) + " claims the profile " + quoted(text(profile)), false);
        }
      }
    }
  }

  std::optional<Error> version_error() const {
    const VersionMarks& marks = decoded_.version;
    if (marks.version.empty()) return std::nullopt;
    // A few odd elements among many resources are slips, reported as issues; in every fourth one they are a version.
    if (!marks.is_certain && marks.count * 4 < decoded_.resources.size()) return std::nullopt;
    return Error{ErrorKind::Format, "the record looks like FHIR " + std::string(marks.version) +
                                        ", and only R4 (4.0.1) is read: " + marks.reason};
  }

  void drop_repeats() {
    std::map<std::pair<std::string_view, std::string_view>, std::size_t> seen;
    for (std::size_t i = 0; i < decoded_.resources.size(); ++i) {
      DecodedResource& resource = decoded_.resources[i];
      if (resource.origin->id.empty()) continue;
      const auto [place, is_new] = seen.try_emplace({resource.origin->type_name, resource.origin->id}, i);
      if (is_new) continue;
      const DecodedResource& first = decoded_.resources[place->second];
      if (first.origin->json == resource.origin->json) {
        issue(i, "resource-twice", "warning", "the same resource is in the record twice; the first one is taken");
        resource.is_dropped = true;
      } else {
        issue(i, "resource-conflict", "error",
              "two different resources have this type and id; both are taken, and may contradict each other");
      }
    }
  }

  void rewrite_references() {
    std::unordered_map<std::string_view, const DecodedResource*> by_url;
    for (const DecodedResource& resource : decoded_.resources) {
      if (!resource.full_url.empty() && !resource.origin->id.empty()) by_url.try_emplace(resource.full_url, &resource);
    }
    for (Value* slot : decoded_.references) {
      if (slot->kind == Kind::Instance) {
        const InstanceData& instance = slot->as_instance();
        const std::span<Value> copy = arena_.copy(std::span<const Value>(instance.slots, instance.slot_count));
        copy[slots_.primitive_value] = rewritten(copy[slots_.primitive_value], by_url);
        InstanceData* data = arena_.make<InstanceData>();
        *data = instance;
        data->slots = copy.data();
        *slot = Value::instance(data);
      } else {
        *slot = rewritten(*slot, by_url);
      }
    }
    if (unresolved_ > 0) {
      decoded_.add_issue("reference-unresolved", "warning", "Bundle",
                         std::to_string(unresolved_) + " reference(s) name a urn that no entry has, first " +
                             quoted(first_unresolved_),
                         decoded_.resources.size());
    }
  }

  Value rewritten(const Value& reference, const std::unordered_map<std::string_view, const DecodedResource*>& by_url) {
    if (reference.kind != Kind::String) return reference;
    const std::string_view written = reference.as_string();
    const auto found = by_url.find(written);
    if (found == by_url.end()) {
      if (written.starts_with("urn:") && unresolved_++ == 0) first_unresolved_ = written;
      return reference;
    }
    const ResourceOrigin& origin = *found->second->origin;
    Value value = Value::string(arena_.copy(std::string(origin.type_name) + "/" + std::string(origin.id)));
    value.origin = reference.origin;
    return value;
  }

  std::optional<Error> choose_patient(Record& record) {
    std::vector<const DecodedResource*> patients;
    std::vector<std::string_view> ids;
    for (const DecodedResource& resource : decoded_.resources) {
      if (resource.is_dropped || resource.origin->type != fhir_type::kPatient) continue;
      const std::string_view id = resource.origin->id;
      if (!id.empty() && std::find(ids.begin(), ids.end(), id) != ids.end()) continue;  // reported as a conflict
      patients.push_back(&resource);
      ids.push_back(id);
    }
    std::string_view wanted = options_.subject;
    if (wanted.starts_with("Patient/")) wanted.remove_prefix(8);
    const DecodedResource* chosen = nullptr;
    if (!wanted.empty()) {
      const auto found = std::find(ids.begin(), ids.end(), wanted);
      if (found == ids.end()) {
        return Error{ErrorKind::Format, "the record has no patient " + quoted(wanted) +
                                            (ids.empty() ? "" : "; its patients: " + listed(ids))};
      }
      chosen = patients[static_cast<std::size_t>(found - ids.begin())];
    } else if (patients.size() == 1) {
      chosen = patients.front();
    } else if (patients.size() > 1) {
      return Error{ErrorKind::Format, "the record has " + std::to_string(patients.size()) + " patients (" +
                                          listed(ids) + "); say which one is meant by naming the subject"};
    } else if (options_.patient_required) {
      return Error{ErrorKind::Format, "the record has no Patient: " + contents()};
    }
    if (chosen == nullptr) return std::nullopt;
    record.context_ = chosen->value;
    record.context_id_ = chosen->origin->id;
    if (patients.size() > 1) keep_compartment(chosen->origin->id);
    note_other_subjects(chosen->origin->id);
    return std::nullopt;
  }

  /// "it has 3 Observation, 1 Condition".
  std::string contents() const {
    std::map<std::string_view, std::size_t> counts;
    for (const DecodedResource& resource : decoded_.resources) ++counts[resource.origin->type_name];
    std::string found;
    for (const auto& [type, count] : counts) {
      found += (found.empty() ? "it has " : ", ") + std::to_string(count) + " " + std::string(type);
    }
    if (decoded_.untyped > 0) {
      found += (found.empty() ? "it has " : ", ") + std::to_string(decoded_.untyped) + " without resourceType";
    }
    return found.empty() ? "it has no resource at all" : found;
  }

  void collect(const Value& value, std::span<const std::uint32_t> steps, std::vector<std::string_view>& ids) const {
    if (value.kind == Kind::List) {
      for (const Value& item : value.as_list()) collect(item, steps, ids);
    } else if (value.kind == Kind::Instance) {
      const InstanceData& instance = value.as_instance();
      if (!steps.empty()) {
        collect(instance.slots[steps.front()], steps.subspan(1), ids);
      } else if (instance.type == fhir_type::kReference) {
        const std::string_view id = patient_id_of(text(instance.slots[slots_.reference]));
        if (!id.empty()) ids.push_back(id);
      }
    }
  }

  /// Whose data a resource is; when it does not say (and `about_only` is not asked), who else it names.
  std::vector<std::string_view> patients_of(const DecodedResource& resource, bool about_only) const {
    std::vector<std::string_view> ids;
    const auto paths = slots_.compartment.find(resource.origin->type.value);
    if (paths == slots_.compartment.end()) return ids;
    for (const CompartmentSteps& steps : paths->second) {
      if (steps.is_about) collect(resource.value, steps.slots, ids);
    }
    if (!ids.empty() || about_only) return ids;
    for (const CompartmentSteps& steps : paths->second) {
      if (!steps.is_about) collect(resource.value, steps.slots, ids);
    }
    return ids;
  }

  void keep_compartment(std::string_view subject) {
    for (std::size_t i = 0; i < decoded_.resources.size(); ++i) {
      DecodedResource& resource = decoded_.resources[i];
      if (resource.is_dropped) continue;
      bool is_kept = resource.origin->id == subject;
      if (resource.origin->type != fhir_type::kPatient) {
        const std::vector<std::string_view> ids = patients_of(resource, false);
        is_kept = ids.empty() || std::find(ids.begin(), ids.end(), subject) != ids.end();
      }
      if (is_kept) continue;
      resource.is_dropped = true;
      hidden_.insert(i);
    }
  }

  void note_other_subjects(std::string_view subject) {
    if (subject.empty()) return;
    for (std::size_t i = 0; i < decoded_.resources.size(); ++i) {
      const DecodedResource& resource = decoded_.resources[i];
      if (resource.is_dropped || resource.origin->type == fhir_type::kPatient) continue;
      const std::vector<std::string_view> ids = patients_of(resource, true);
      if (ids.empty() || std::find(ids.begin(), ids.end(), subject) != ids.end()) continue;
      issue(i, "subject-other", "error",
            "this is about Patient/" + std::string(ids.front()) + ", but the record's patient is " +
                std::string(subject) + "; it is taken all the same");
    }
  }

  DecodedRecord& decoded_;
  const RecordOptions& options_;
  const Types& types_;
  const ModelSlots& slots_;
  Arena& arena_;
  std::set<std::size_t> hidden_;  // resources of other patients
  std::size_t unresolved_ = 0;
  std::string_view first_unresolved_;
};

Result<Record> assemble_record(DecodedRecord& decoded, const RecordOptions& options, const Types& types,
                               const ModelSlots& slots, Arena& arena) {
  return RecordAssembler(decoded, options, types, slots, arena).assemble();
}

}  // namespace calx
