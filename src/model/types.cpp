#include "model/types.h"

#include <algorithm>

#include "base/check.h"
#include "model/model.h"

namespace calx {

namespace {

using enum FhirPrimitive;

struct DerivedRow {
  TypeKind kind;
  TypeId element;                  // of a list or interval
  std::uint32_t choice_begin = 0;  // in kChoiceMembers
  std::uint32_t choice_count = 0;
};

constexpr std::string_view json_type_of(std::string_view name, int flags) {
  const bool concrete = (flags & 1) != 0 && name != "Resource" && name != "DomainResource";
  return concrete ? name : std::string_view();
}

// The rows of the table: element, JSON key, class, derived type.
#define E(name, type) \
  ElementInfo {       \
    name, TypeId {    \
      type            \
    }                 \
  }
#define K(key, element, type, is_list) JsonKey{key, element, TypeId{type}, (is_list) != 0}
#define C(name, base, flags, primitive, value, code_path, elements, element_count, keys, key_count) \
  ClassInfo{name,                                                                                   \
            json_type_of(name, flags),                                                              \
            TypeId{base},                                                                           \
            ((flags) & 1) != 0,                                                                     \
            primitive,                                                                              \
            TypeId{value},                                                                          \
            code_path,                                                                              \
            std::span<const ElementInfo>(kElements + (elements), element_count),                    \
            std::span<const JsonKey>(kKeys + (keys), key_count),                                    \
            ((flags) & 2) != 0}
#define D(kind, element, choice_begin, choice_count)            \
  DerivedRow {                                                  \
    TypeKind::kind, TypeId{element}, choice_begin, choice_count \
  }

#include "model/fhir_r4_table.inc"

#undef E
#undef K
#undef C
#undef D

constexpr std::uint32_t kFirstClass = system_type::kCount;
constexpr std::uint32_t kFirstDerived = kFirstClass + static_cast<std::uint32_t>(std::size(kClasses));
constexpr std::uint32_t kFirstDynamic = kFirstDerived + static_cast<std::uint32_t>(std::size(kDerived));

constexpr bool is_named(TypeId type, std::string_view name) {
  return kClasses[type.value - kFirstClass].name == name;
}
static_assert(is_named(fhir_type::kAge, "Age"));
static_assert(is_named(fhir_type::kBundle, "Bundle"));
static_assert(is_named(fhir_type::kCodeableConcept, "CodeableConcept"));
static_assert(is_named(fhir_type::kCoding, "Coding"));
static_assert(is_named(fhir_type::kDomainResource, "DomainResource"));
static_assert(is_named(fhir_type::kElement, "Element"));
static_assert(is_named(fhir_type::kExtension, "Extension"));
static_assert(is_named(fhir_type::kPatient, "Patient"));
static_assert(is_named(fhir_type::kPeriod, "Period"));
static_assert(is_named(fhir_type::kQuantity, "Quantity"));
static_assert(is_named(fhir_type::kRange, "Range"));
static_assert(is_named(fhir_type::kRatio, "Ratio"));
static_assert(is_named(fhir_type::kReference, "Reference"));
static_assert(is_named(fhir_type::kResource, "Resource"));

constexpr std::string_view kSystemNames[] = {"Any",     "Boolean",    "Integer",  "Long",      "Decimal", "String",
                                             "Date",    "DateTime",   "Time",     "Quantity",  "Ratio",   "Code",
                                             "Concept", "Vocabulary", "ValueSet", "CodeSystem"};
static_assert(std::size(kSystemNames) == system_type::kCount);

constexpr ElementInfo kQuantityElements[] = {{"value", system_type::kDecimal}, {"unit", system_type::kString}};
constexpr ElementInfo kRatioElements[] = {{"numerator", system_type::kQuantity},
                                          {"denominator", system_type::kQuantity}};
constexpr ElementInfo kCodeElements[] = {{"code", system_type::kString},
                                         {"system", system_type::kString},
                                         {"version", system_type::kString},
                                         {"display", system_type::kString}};
constexpr ElementInfo kConceptElements[] = {{"codes", kListOfCode}, {"display", system_type::kString}};
constexpr ElementInfo kVocabularyElements[] = {
    {"id", system_type::kString}, {"version", system_type::kString}, {"name", system_type::kString}};
constexpr ElementInfo kValueSetElements[] = {{"id", system_type::kString},
                                             {"version", system_type::kString},
                                             {"name", system_type::kString},
                                             {"codesystems", kListOfCodeSystem}};

bool is_class(TypeId type) {
  return type.value >= kFirstClass && type.value < kFirstDerived;
}

std::string joined_key(char kind, std::span<const TypeId> types) {
  std::string key(1, kind);
  for (const TypeId type : types) key += ' ' + std::to_string(type.value);
  return key;
}

}  // namespace

std::span<const CompartmentPath> patient_compartment() {
  return kPatientCompartment;
}

Types::Types() = default;

TypeKind Types::kind(TypeId type) const {
  if (type.value < kFirstClass) return TypeKind::System;
  if (type.value < kFirstDerived) return TypeKind::Class;
  if (type.value < kFirstDynamic) return kDerived[type.value - kFirstDerived].kind;
  CALX_CHECK(type.value - kFirstDynamic < dynamic_.size(), "a type id belongs to these types");
  return dynamic_[type.value - kFirstDynamic].kind;
}

const ClassInfo& Types::class_info(TypeId type) const {
  if (const ModelClass* loaded = model_class(type)) return loaded->info;
  CALX_CHECK(is_class(type), "class_info is asked of a class");
  return kClasses[type.value - kFirstClass];
}

TypeId Types::element_type(TypeId type) const {
  const TypeKind found = kind(type);
  CALX_CHECK(found == TypeKind::List || found == TypeKind::Interval, "only lists and intervals have an element type");
  if (type.value < kFirstDynamic) return kDerived[type.value - kFirstDerived].element;
  return dynamic_[type.value - kFirstDynamic].element;
}

std::span<const TypeId> Types::choices(TypeId type) const {
  CALX_CHECK(kind(type) == TypeKind::Choice, "only a choice has choices");
  if (type.value < kFirstDynamic) {
    const DerivedRow& row = kDerived[type.value - kFirstDerived];
    return std::span<const TypeId>(kChoiceMembers + row.choice_begin, row.choice_count);
  }
  return dynamic_[type.value - kFirstDynamic].choices;
}

std::span<const ElementInfo> Types::tuple_elements(TypeId type) const {
  CALX_CHECK(kind(type) == TypeKind::Tuple, "only a tuple has tuple elements");
  return dynamic_[type.value - kFirstDynamic].elements;
}

std::span<const ElementInfo> Types::elements(TypeId type) const {
  switch (kind(type)) {
    case TypeKind::Class:
      return class_info(type).elements;
    case TypeKind::Tuple:
      return tuple_elements(type);
    case TypeKind::System:
      if (type == system_type::kQuantity) return kQuantityElements;
      if (type == system_type::kRatio) return kRatioElements;
      if (type == system_type::kCode) return kCodeElements;
      if (type == system_type::kConcept) return kConceptElements;
      if (type == system_type::kVocabulary || type == system_type::kCodeSystem) return kVocabularyElements;
      if (type == system_type::kValueSet) return kValueSetElements;
      return {};
    case TypeKind::List:
    case TypeKind::Interval:
    case TypeKind::Choice:
      return {};
  }
  return {};
}

TypeId Types::add(std::string key, Dynamic type) {
  const auto [place, is_new] = by_key_.try_emplace(std::move(key));
  if (is_new) {
    place->second = TypeId{kFirstDynamic + static_cast<std::uint32_t>(dynamic_.size())};
    dynamic_.push_back(std::move(type));
  }
  return place->second;
}

TypeId Types::list_of(TypeId element) {
  // Asked for every node of a list type, so the compiled-in ones are found by their element. 0 = none.
  static const std::vector<TypeId> known = [] {
    std::vector<TypeId> lists(kFirstDynamic);
    for (std::uint32_t i = 0; i < std::size(kDerived); ++i) {
      if (kDerived[i].kind == TypeKind::List) lists[kDerived[i].element.value] = TypeId{kFirstDerived + i};
    }
    return lists;
  }();
  if (element.value < kFirstDynamic && known[element.value].value != 0) return known[element.value];
  return add(joined_key('L', {&element, 1}), {TypeKind::List, element, {}, {}});
}

TypeId Types::interval_of(TypeId point) {
  if (point == system_type::kDateTime) return kIntervalOfDateTime;
  if (point == system_type::kQuantity) return kIntervalOfQuantity;
  return add(joined_key('I', {&point, 1}), {TypeKind::Interval, point, {}, {}});
}

TypeId Types::choice_of(std::span<const TypeId> types) {
  std::vector<TypeId> members;
  for (const TypeId type : types) {
    if (kind(type) == TypeKind::Choice) {
      const std::span<const TypeId> nested = choices(type);
      members.insert(members.end(), nested.begin(), nested.end());
    } else {
      members.push_back(type);
    }
  }
  CALX_CHECK(!members.empty(), "a choice is among one type or more");
  std::sort(members.begin(), members.end());
  members.erase(std::unique(members.begin(), members.end()), members.end());
  if (members.size() == 1) return members.front();
  for (std::uint32_t i = 0; i < std::size(kDerived); ++i) {
    const DerivedRow& row = kDerived[i];
    if (row.kind != TypeKind::Choice || row.choice_count != members.size()) continue;
    if (std::equal(members.begin(), members.end(), kChoiceMembers + row.choice_begin)) return TypeId{kFirstDerived + i};
  }
  std::string key = joined_key('C', members);
  return add(std::move(key), {TypeKind::Choice, {}, std::move(members), {}});
}

TypeId Types::tuple_of(std::vector<ElementInfo> elements) {
  std::sort(elements.begin(), elements.end(),
            [](const ElementInfo& a, const ElementInfo& b) { return a.name < b.name; });
  std::string key = "T";
  for (const ElementInfo& element : elements) {
    // The length keeps names with blanks in them apart.
    key += ' ' + std::to_string(element.name.size()) + ' ' + std::string(element.name) + ' ' +
           std::to_string(element.type.value);
  }
  if (const auto known = by_key_.find(key); known != by_key_.end()) return known->second;
  for (ElementInfo& element : elements) element.name = names_.emplace_back(element.name);
  return add(std::move(key), {TypeKind::Tuple, {}, {}, std::move(elements)});
}

std::optional<TypeId> Types::find(std::string_view model, std::string_view name) const {
  if (model.empty() || model == "System") {
    for (std::uint32_t i = 0; i < system_type::kCount; ++i) {
      if (kSystemNames[i] == name) return TypeId{i};
    }
  }
  if (model.empty() || model == "FHIR") {
    const ClassInfo* place = std::lower_bound(std::begin(kClasses), std::end(kClasses), name,
                                              [](const ClassInfo& row, std::string_view n) { return row.name < n; });
    if (place != std::end(kClasses) && place->name == name) {
      return TypeId{kFirstClass + static_cast<std::uint32_t>(place - kClasses)};
    }
  }
  return std::nullopt;
}

std::optional<TypeId> Types::resource_by_json_type(std::string_view resource_type) const {
  const std::optional<TypeId> found = find("FHIR", resource_type);
  if (!found || class_info(*found).json_type.empty()) return std::nullopt;
  return found;
}

std::optional<std::uint32_t> Types::element_index(TypeId type, std::string_view name) const {
  const std::span<const ElementInfo> all = elements(type);
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    if (all[i].name == name) return i;
  }
  return std::nullopt;
}

const JsonKey* Types::find_key(TypeId type, std::string_view json_key) const {
  const std::span<const JsonKey> keys = class_info(type).keys;
  const auto place = std::lower_bound(keys.begin(), keys.end(), json_key,
                                      [](const JsonKey& row, std::string_view key) { return row.key < key; });
  return place != keys.end() && place->key == json_key ? &*place : nullptr;
}

bool Types::is_subtype(TypeId derived, TypeId base) const {
  if (derived == base || base == system_type::kAny) return true;
  const TypeKind derived_kind = kind(derived);
  const TypeKind base_kind = kind(base);
  if (derived_kind == TypeKind::Choice) {
    const std::span<const TypeId> members = choices(derived);
    return std::all_of(members.begin(), members.end(), [&](TypeId member) { return is_subtype(member, base); });
  }
  if (base_kind == TypeKind::Choice) {
    const std::span<const TypeId> members = choices(base);
    return std::any_of(members.begin(), members.end(), [&](TypeId member) { return is_subtype(derived, member); });
  }
  if (derived_kind != base_kind) return false;
  switch (derived_kind) {
    case TypeKind::System:
      return base == system_type::kVocabulary &&
             (derived == system_type::kValueSet || derived == system_type::kCodeSystem);
    case TypeKind::Class:
      for (TypeId type = derived; type != system_type::kAny; type = class_info(type).base) {
        if (type == base) return true;
        const ModelClass* loaded = model_class(type);
        if (loaded != nullptr && is_class(base)) return is_subtype(loaded->foundation, base);
      }
      return false;
    case TypeKind::List:
    case TypeKind::Interval:
      return is_subtype(element_type(derived), element_type(base));
    case TypeKind::Tuple: {
      const std::span<const ElementInfo> mine = tuple_elements(derived);
      const std::span<const ElementInfo> theirs = tuple_elements(base);
      return std::equal(
          mine.begin(), mine.end(), theirs.begin(), theirs.end(),
          [&](const ElementInfo& a, const ElementInfo& b) { return a.name == b.name && is_subtype(a.type, b.type); });
    }
    case TypeKind::Choice:
      return false;  // answered above
  }
  return false;
}

std::string Types::name(TypeId type) const {
  switch (kind(type)) {
    case TypeKind::System:
      return "System." + std::string(kSystemNames[type.value]);
    case TypeKind::Class:
      if (const ModelClass* loaded = model_class(type)) return std::string(loaded->model) + "." + loaded->name;
      return "FHIR." + std::string(class_info(type).name);
    case TypeKind::List:
      return "List<" + name(element_type(type)) + ">";
    case TypeKind::Interval:
      return "Interval<" + name(element_type(type)) + ">";
    case TypeKind::Choice: {
      std::string text = "Choice<";
      for (const TypeId member : choices(type)) {
        if (text.back() != '<') text += ", ";
        text += name(member);
      }
      return text + ">";
    }
    case TypeKind::Tuple: {
      std::string text = "Tuple{";
      for (const ElementInfo& element : tuple_elements(type)) {
        if (text.back() != '{') text += ", ";
        text += std::string(element.name) + " " + name(element.type);
      }
      return text + "}";
    }
  }
  return {};
}

TypeId Types::primitive_type(FhirPrimitive primitive) const {
  CALX_CHECK(primitive != FhirPrimitive::None, "a System value that never was a FHIR primitive has no FHIR type");
  return kPrimitiveTypes[static_cast<std::size_t>(primitive)];
}

std::optional<TypeId> Types::system_conversion(TypeId type) const {
  if (const ModelClass* loaded = model_class(type)) return system_conversion(loaded->foundation);
  if (!is_class(type)) return std::nullopt;
  const ClassInfo& info = class_info(type);
  if (info.primitive != FhirPrimitive::None) return info.primitive_value;
  if (type == fhir_type::kCoding) return system_type::kCode;
  if (type == fhir_type::kCodeableConcept) return system_type::kConcept;
  if (type == fhir_type::kPeriod) return kIntervalOfDateTime;
  if (type == fhir_type::kRange) return kIntervalOfQuantity;
  if (type == fhir_type::kRatio) return system_type::kRatio;
  if (is_subtype(type, fhir_type::kQuantity)) return system_type::kQuantity;
  return std::nullopt;
}

const ModelClass* Types::model_class(TypeId type) const {
  if (type.value < kFirstDynamic) return nullptr;
  return dynamic_[type.value - kFirstDynamic].model_class;
}

TypeId Types::add_model_class(const ModelClass& model_class) {
  const TypeId type{kFirstDynamic + static_cast<std::uint32_t>(dynamic_.size())};
  dynamic_.push_back({TypeKind::Class, {}, {}, {}, &model_class});
  return type;
}

TypeId Types::foundation(TypeId type) {
  if (models_.empty() || type.value < kFirstDynamic) return type;
  if (const auto known = foundations_.find(type.value); known != foundations_.end()) return known->second;
  TypeId found = type;
  switch (kind(type)) {
    case TypeKind::System:
      break;
    case TypeKind::Class:
      found = model_class(type)->foundation;
      break;
    case TypeKind::List:
      found = list_of(foundation(element_type(type)));
      break;
    case TypeKind::Interval:
      found = interval_of(foundation(element_type(type)));
      break;
    case TypeKind::Choice: {
      std::vector<TypeId> members;
      for (const TypeId member : choices(type)) members.push_back(member);
      for (TypeId& member : members) member = foundation(member);
      found = choice_of(members);
      break;
    }
    case TypeKind::Tuple: {
      std::vector<ElementInfo> parts(tuple_elements(type).begin(), tuple_elements(type).end());
      for (ElementInfo& part : parts) part.type = foundation(part.type);
      found = tuple_of(std::move(parts));
      break;
    }
  }
  foundations_.emplace(type.value, found);
  return found;
}

}  // namespace calx
