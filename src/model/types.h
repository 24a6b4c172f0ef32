#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/id.h"
#include "values/value.h"

namespace calx {

/// The CQL System types with fixed ids, so that code can name them: TypeId{SystemType::Integer} and so on.
namespace system_type {
inline constexpr TypeId kAny{0};
inline constexpr TypeId kBoolean{1};
inline constexpr TypeId kInteger{2};
inline constexpr TypeId kLong{3};
inline constexpr TypeId kDecimal{4};
inline constexpr TypeId kString{5};
inline constexpr TypeId kDate{6};
inline constexpr TypeId kDateTime{7};
inline constexpr TypeId kTime{8};
inline constexpr TypeId kQuantity{9};
inline constexpr TypeId kRatio{10};
inline constexpr TypeId kCode{11};
inline constexpr TypeId kConcept{12};
inline constexpr TypeId kVocabulary{13};
inline constexpr TypeId kValueSet{14};
inline constexpr TypeId kCodeSystem{15};
inline constexpr std::uint32_t kCount = 16;
}  // namespace system_type

/// FHIR types that code must name; the rest are found by name. types.cpp asserts that the table agrees.
namespace fhir_type {
inline constexpr TypeId kAge{41};
inline constexpr TypeId kBundle{80};
inline constexpr TypeId kCodeableConcept{163};
inline constexpr TypeId kCoding{164};
inline constexpr TypeId kDomainResource{299};
inline constexpr TypeId kElement{310};
inline constexpr TypeId kExtension{385};
inline constexpr TypeId kPatient{641};
inline constexpr TypeId kPeriod{651};
inline constexpr TypeId kQuantity{682};
inline constexpr TypeId kRange{695};
inline constexpr TypeId kRatio{696};
inline constexpr TypeId kReference{697};
inline constexpr TypeId kResource{724};
}  // namespace fhir_type

struct Model;
struct ModelClass;

enum class TypeKind : std::uint8_t { System, Class, List, Interval, Choice, Tuple };

/// One element of a class or tuple type. A choice element (value[x]) is one element named `value` of a choice type.
struct ElementInfo {
  std::string_view name;
  TypeId type;
};

/// One JSON key of a class: FHIR JSON spells a choice element by its type (valueQuantity), so each spelling is a key.
struct JsonKey {
  std::string_view key;       // "valueQuantity", "birthDate"
  std::uint32_t element = 0;  // index among the elements of the class
  TypeId type;                // of one item: System type or class; the list is in is_list
  bool is_list = false;
};

/// Everything known of a class (FHIR type or resource).
struct ClassInfo {
  std::string_view name;       // "Observation", "Observation.Component", "Quantity", "string"
  std::string_view json_type;  // resourceType for resources, else empty
  TypeId base;                 // kAny at the top
  bool is_resource = false;
  FhirPrimitive primitive = FhirPrimitive::None;  // for FHIR primitives, which decode to System values
  TypeId primitive_value;                         // the System type of the primitive's value
  std::string_view primary_code_path;             // of a retrieve without a code path; empty = none
  std::span<const ElementInfo> elements;          // inherited ones first
  std::span<const JsonKey> keys;                  // sorted by key
  bool is_retrievable = false;                    // may stand in a retrieve
};

/// A reference that says in whose compartment a resource is: "subject", "participant.actor".
struct CompartmentPath {
  TypeId type;
  std::string_view path;
};

/// The Patient compartment of FHIR R4, and the references named patient, subject or for of types outside it; by type,
/// within a type those three names first.
std::span<const CompartmentPath> patient_compartment();

/// All types: System, the compiled-in FHIR R4 classes, and the lists, intervals, choices and tuples that a program
/// makes. Interned: equal types have equal ids. Filled while compiling, frozen with the program.
class Types {
 public:
  Types();

  TypeKind kind(TypeId type) const;
  const ClassInfo& class_info(TypeId type) const;  // kind Class
  TypeId element_type(TypeId type) const;          // kind List or Interval
  std::span<const TypeId> choices(TypeId type) const;
  std::span<const ElementInfo> tuple_elements(TypeId type) const;
  /// Of a class, a tuple, or a System type with parts (Quantity, Ratio, Code, Concept, Vocabulary, ValueSet,
  /// CodeSystem); empty for all others.
  std::span<const ElementInfo> elements(TypeId type) const;

  TypeId list_of(TypeId element);
  TypeId interval_of(TypeId point);
  /// Flattens nested choices and drops repeats, whatever the order; a choice of one type is that type.
  TypeId choice_of(std::span<const TypeId> types);
  /// Elements are put in the order of their names; names are copied.
  TypeId tuple_of(std::vector<ElementInfo> elements);

  /// By model ("FHIR", "System"; empty = either, System first) and name, "Observation.Component" included.
  std::optional<TypeId> find(std::string_view model, std::string_view name) const;
  std::optional<TypeId> resource_by_json_type(std::string_view resource_type) const;
  /// Index of an element among elements(type).
  std::optional<std::uint32_t> element_index(TypeId type, std::string_view name) const;
  const JsonKey* find_key(TypeId type, std::string_view json_key) const;
  /// Transitive and reflexive; Any is above all, Vocabulary above ValueSet and CodeSystem. Lists, intervals and tuples
  /// vary with their parts; a choice is above each of its types and below what all of them are below.
  bool is_subtype(TypeId derived, TypeId base) const;
  /// "FHIR.Observation", "List<System.Integer>", "Tuple{a System.Integer}" as CQL writes types.
  std::string name(TypeId type) const;
  /// The type of a FHIR primitive by its enumerator.
  TypeId primitive_type(FhirPrimitive primitive) const;
  /// What FHIRHelpers makes of a FHIR class: the System type of a primitive (enumerations: String), Coding -> Code,
  /// CodeableConcept -> Concept, Quantity and its profiles -> Quantity, Period -> Interval<DateTime>,
  /// Range -> Interval<Quantity>, Ratio -> Ratio. Nothing for all others.
  std::optional<TypeId> system_conversion(TypeId type) const;

  /// Models loaded beside System and FHIR (model_info.h), in the order of loading.
  const std::vector<std::shared_ptr<const Model>>& models() const { return models_; }
  /// What the class was loaded with; null for all types that are compiled in.
  const ModelClass* model_class(TypeId type) const;
  /// The type with each class of a loaded model replaced by the FHIR class that its values are instances of.
  TypeId foundation(TypeId type);
  /// For the reader of model infos: a class first gets an id, since classes name each other, then its contents.
  TypeId add_model_class(const ModelClass& model_class);
  void add_model(std::shared_ptr<const Model> model) { models_.push_back(std::move(model)); }

 private:
  struct Dynamic {
    TypeKind kind = TypeKind::List;
    TypeId element;
    std::vector<TypeId> choices;
    std::vector<ElementInfo> elements;
    const ModelClass* model_class = nullptr;  // kind Class; owned by one of models_
  };

  TypeId add(std::string key, Dynamic type);

  std::deque<Dynamic> dynamic_;  // ids follow those of the compiled-in types
  std::deque<std::string> names_;
  std::unordered_map<std::string, TypeId> by_key_;
  std::vector<std::shared_ptr<const Model>> models_;
  std::unordered_map<std::uint32_t, TypeId> foundations_;  // of those that are not themselves
};

}  // namespace calx
