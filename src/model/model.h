#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/types.h"

namespace calx {

/// `[url='http://...']` behind a step of a mapping: only items whose element at `path` is `value`.
struct MappingTest {
  std::vector<std::string> path;
  std::string value;
};

struct MappingStep {
  std::string name;
  std::vector<MappingTest> tests;  // all must hold
};

/// Where FHIR has what a model's element shows: from the element of the same name (%value) or from the whole instance
/// (%parent) along the steps; then, if there is a function, converted ("FHIRHelpers.ToConcept").
struct Mapping {
  bool from_parent = false;
  std::vector<MappingStep> steps;
  std::string function;
};

/// One alternative of a mapping: the element is of this type when its value is not null.
struct MappingCase {
  std::string type;  // "System.Concept" as written; empty when there is one case only
  Mapping mapping;
};

/// Reads a `target` attribute; `trouble` says what is wrong when there is none.
std::optional<std::vector<MappingCase>> parse_mapping(std::string_view target, std::string& trouble);

struct ModelElement {
  std::string name;
  TypeId type;
  std::vector<MappingCase> cases;  // none: the FHIR element of the same name, as it is
};

/// A class of a loaded model. Its values are instances of a FHIR class, its foundation.
struct ModelClass {
  std::string_view model;  // "QICore"
  std::string name;        // "ConditionProblemsHealthConcerns", "Observation.Component"
  std::string label;       // another name that a text may use; may be empty
  std::string profile;     // URL of the profile that the class is; empty when it is no profile
  std::string code_path;
  TypeId foundation;
  std::vector<ModelElement> elements;  // inherited ones first
  std::vector<ElementInfo> infos;      // the same, as ClassInfo shows them
  ClassInfo info;                      // views into the above
};

/// `context Patient` of a model: what its instances are and how related resources name them.
struct ModelContext {
  std::string name;
  TypeId type;
  std::string key_element;
  std::string birth_date_element;
};

/// A loaded model: name, version, and what its names mean. Never changed once loaded.
struct Model {
  std::string name;
  std::string version;
  std::string url;
  std::deque<ModelClass> classes;                     // keep their address
  std::map<std::string, TypeId, std::less<>> types;   // by name: classes, and names that stand for other types
  std::map<std::string, TypeId, std::less<>> labels;  // of classes
  std::vector<ModelContext> contexts;

  const ModelContext* context(std::string_view context_name) const {
    for (const ModelContext& one : contexts) {
      if (one.name == context_name) return &one;
    }
    return nullptr;
  }
  std::optional<TypeId> find(std::string_view type_name) const {
    if (const auto found = types.find(type_name); found != types.end()) return found->second;
    if (const auto found = labels.find(type_name); found != labels.end()) return found->second;
    return std::nullopt;
  }
};

}  // namespace calx
