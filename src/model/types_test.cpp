#include "model/types.h"

#include <gtest/gtest.h>

namespace calx {
namespace {

TypeId fhir(const Types& types, std::string_view name) {
  const std::optional<TypeId> found = types.find("FHIR", name);
  EXPECT_TRUE(found.has_value()) << name;
  return found.value_or(system_type::kAny);
}

TypeId element_type(const Types& types, TypeId type, std::string_view name) {
  const std::optional<std::uint32_t> index = types.element_index(type, name);
  EXPECT_TRUE(index.has_value()) << name;
  return types.elements(type)[index.value_or(0)].type;
}

TEST(Types, AllResourceTypesOfR4AreThere) {
  const Types types;
  int resources = 0;
  for (std::uint32_t i = system_type::kCount; types.kind(TypeId{i}) == TypeKind::Class; ++i) {
    const ClassInfo& info = types.class_info(TypeId{i});
    EXPECT_EQ(types.find("FHIR", info.name), TypeId{i}) << info.name;
    if (!info.json_type.empty()) ++resources;
  }
  EXPECT_EQ(resources, 146);  // of the 148 that FHIR 4.0.1 lists, Resource and DomainResource are abstract
  EXPECT_FALSE(types.resource_by_json_type("DomainResource").has_value());
  EXPECT_FALSE(types.resource_by_json_type("Quantity").has_value());
  EXPECT_FALSE(types.resource_by_json_type("MedicationOrder").has_value());
}

TEST(Types, ObservationHasItsElementsAndKeys) {
  Types types;
  const TypeId observation = fhir(types, "Observation");
  const ClassInfo& info = types.class_info(observation);
  EXPECT_TRUE(info.is_resource);
  EXPECT_TRUE(info.is_retrievable);
  EXPECT_EQ(info.primary_code_path, "code");
  EXPECT_EQ(info.elements.front().name, "id");  // inherited first
  EXPECT_EQ(element_type(types, observation, "status"), fhir(types, "ObservationStatus"));
  EXPECT_EQ(element_type(types, observation, "component"), types.list_of(fhir(types, "Observation.Component")));
  const TypeId value = element_type(types, observation, "value");
  ASSERT_EQ(types.kind(value), TypeKind::Choice);
  EXPECT_EQ(types.choices(value).size(), 11U);

  const JsonKey* key = types.find_key(observation, "valueQuantity");
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(key->element, types.element_index(observation, "value"));
  EXPECT_EQ(key->type, fhir(types, "Quantity"));
  EXPECT_FALSE(key->is_list);
  EXPECT_TRUE(types.find_key(observation, "component")->is_list);
  EXPECT_EQ(types.find_key(observation, "value"), nullptr);
  EXPECT_EQ(types.find_key(observation, "resourceType"), nullptr);
  // A profile is spelled in JSON by the type that it profiles.
  EXPECT_NE(types.find_key(fhir(types, "MedicationRequest"), "dosageInstruction"), nullptr);
  EXPECT_EQ(types.find_key(fhir(types, "Dosage.DoseAndRate"), "doseQuantity")->type, fhir(types, "SimpleQuantity"));
}

TEST(Types, KeysAreSortedAndPointAtElements) {
  const Types types;
  for (std::uint32_t i = system_type::kCount; types.kind(TypeId{i}) == TypeKind::Class; ++i) {
    const ClassInfo& info = types.class_info(TypeId{i});
    for (std::size_t k = 0; k < info.keys.size(); ++k) {
      if (k > 0) {
        EXPECT_LT(info.keys[k - 1].key, info.keys[k].key) << info.name;
      }
      ASSERT_LT(info.keys[k].element, info.elements.size());
      EXPECT_TRUE(info.keys[k].key.starts_with(info.elements[info.keys[k].element].name));
    }
  }
}

TEST(Types, PrimitivesKnowTheirSystemType) {
  const Types types;
  const ClassInfo& positive = types.class_info(fhir(types, "positiveInt"));
  EXPECT_EQ(positive.primitive, FhirPrimitive::PositiveInt);
  EXPECT_EQ(positive.primitive_value, system_type::kInteger);
  const ClassInfo& status = types.class_info(fhir(types, "ObservationStatus"));
  EXPECT_EQ(status.primitive, FhirPrimitive::Code);
  EXPECT_EQ(status.primitive_value, system_type::kString);
  EXPECT_EQ(types.class_info(fhir(types, "instant")).primitive_value, system_type::kDateTime);
  EXPECT_EQ(types.class_info(fhir(types, "Element")).primitive, FhirPrimitive::None);
  EXPECT_EQ(types.class_info(fhir(types, "Quantity")).primitive, FhirPrimitive::None);
  EXPECT_EQ(types.primitive_type(FhirPrimitive::Xhtml), fhir(types, "xhtml"));
  EXPECT_EQ(types.primitive_type(FhirPrimitive::Base64Binary), fhir(types, "base64Binary"));
}

TEST(Types, ConversionsAreThoseOfFhirHelpers) {
  Types types;
  EXPECT_EQ(types.system_conversion(fhir(types, "ObservationStatus")), system_type::kString);
  EXPECT_EQ(types.system_conversion(fhir(types, "date")), system_type::kDate);
  EXPECT_EQ(types.system_conversion(fhir(types, "Coding")), system_type::kCode);
  EXPECT_EQ(types.system_conversion(fhir(types, "CodeableConcept")), system_type::kConcept);
  EXPECT_EQ(types.system_conversion(fhir(types, "Age")), system_type::kQuantity);
  EXPECT_EQ(types.system_conversion(fhir(types, "SimpleQuantity")), system_type::kQuantity);
  EXPECT_EQ(types.system_conversion(fhir(types, "Period")), types.interval_of(system_type::kDateTime));
  EXPECT_EQ(types.system_conversion(fhir(types, "Range")), types.interval_of(system_type::kQuantity));
  EXPECT_EQ(types.system_conversion(fhir(types, "Ratio")), system_type::kRatio);
  EXPECT_FALSE(types.system_conversion(fhir(types, "Money")).has_value());
  EXPECT_FALSE(types.system_conversion(fhir(types, "Patient")).has_value());
  EXPECT_FALSE(types.system_conversion(system_type::kString).has_value());
}

TEST(Types, DerivedTypesAreInterned) {
  Types types;
  const TypeId list = types.list_of(system_type::kInteger);
  EXPECT_EQ(types.list_of(system_type::kInteger), list);
  EXPECT_EQ(types.element_type(list), system_type::kInteger);
  const TypeId nested = types.list_of(list);
  EXPECT_EQ(types.name(nested), "List<List<System.Integer>>");

  const TypeId pair[] = {system_type::kString, system_type::kInteger};
  const TypeId choice = types.choice_of(pair);
  const TypeId more[] = {system_type::kInteger, choice, system_type::kString};
  EXPECT_EQ(types.choice_of(more), choice);
  EXPECT_EQ(types.choice_of(std::span(pair, 1)), system_type::kString);
  // One that the FHIR table has already.
  const TypeId of_table = element_type(types, fhir(types, "Observation"), "effective");
  EXPECT_EQ(types.choice_of(types.choices(of_table)), of_table);

  std::string name = "b";
  const TypeId tuple = types.tuple_of({{name, system_type::kString}, {"a", system_type::kInteger}});
  name = "z";  // the names are copies
  EXPECT_EQ(types.tuple_of({{"a", system_type::kInteger}, {"b", system_type::kString}}), tuple);
  EXPECT_EQ(types.name(tuple), "Tuple{a System.Integer, b System.String}");
  EXPECT_EQ(types.element_index(tuple, "b"), 1U);
}

TEST(Types, FindsByModel) {
  const Types types;
  EXPECT_EQ(types.find("", "Quantity"), system_type::kQuantity);
  EXPECT_EQ(types.find("FHIR", "Quantity"), fhir_type::kQuantity);
  EXPECT_EQ(types.find("", "Observation.Component"), fhir(types, "Observation.Component"));
  EXPECT_FALSE(types.find("QUICK", "Observation").has_value());
  EXPECT_FALSE(types.find("System", "Observation").has_value());
  EXPECT_EQ(types.name(fhir(types, "Observation.Component")), "FHIR.Observation.Component");
}

TEST(Types, Subtypes) {
  Types types;
  const TypeId observation = fhir(types, "Observation");
  EXPECT_TRUE(types.is_subtype(observation, fhir_type::kResource));
  EXPECT_TRUE(types.is_subtype(observation, system_type::kAny));
  EXPECT_FALSE(types.is_subtype(fhir_type::kResource, observation));
  EXPECT_TRUE(types.is_subtype(fhir(types, "code"), fhir(types, "string")));
  EXPECT_TRUE(types.is_subtype(fhir_type::kAge, fhir_type::kQuantity));
  EXPECT_TRUE(types.is_subtype(system_type::kValueSet, system_type::kVocabulary));
  EXPECT_FALSE(types.is_subtype(system_type::kInteger, system_type::kDecimal));
  EXPECT_TRUE(types.is_subtype(types.list_of(observation), types.list_of(fhir_type::kResource)));
  EXPECT_FALSE(types.is_subtype(types.list_of(observation), types.interval_of(system_type::kAny)));
  const TypeId pair[] = {system_type::kString, system_type::kInteger};
  const TypeId choice = types.choice_of(pair);
  EXPECT_TRUE(types.is_subtype(system_type::kString, choice));
  EXPECT_FALSE(types.is_subtype(choice, system_type::kString));
}

TEST(Types, SystemTypesHaveParts) {
  const Types types;
  EXPECT_EQ(element_type(types, system_type::kQuantity, "unit"), system_type::kString);
  EXPECT_EQ(types.name(element_type(types, system_type::kConcept, "codes")), "List<System.Code>");
  EXPECT_TRUE(types.elements(system_type::kInteger).empty());
}

TEST(Types, CompartmentPathsLeadToReferences) {
  const Types types;
  bool observation_subject = false;
  for (const CompartmentPath& row : patient_compartment()) {
    EXPECT_TRUE(types.class_info(row.type).is_resource);
    const std::string_view first = row.path.substr(0, row.path.find('.'));
    EXPECT_TRUE(types.element_index(row.type, first).has_value()) << row.path;
    observation_subject |= types.name(row.type) == "FHIR.Observation" && row.path == "subject";
  }
  EXPECT_TRUE(observation_subject);
}

}  // namespace
}  // namespace calx
