#include "record/fhir_versions.h"

namespace calx {

namespace {

struct TypeRow {
  std::string_view type;
  std::string_view version;
};

constexpr TypeRow kTypes[] = {
    {"Conformance", "DSTU2"},
    {"DeviceUseRequest", "DSTU2"},
    {"DiagnosticOrder", "DSTU2"},
    {"ImagingObjectSelection", "DSTU2"},
    {"MedicationOrder", "DSTU2"},
    {"Order", "DSTU2"},
    {"OrderResponse", "DSTU2"},
    {"BodySite", "DSTU2 or STU3"},
    {"DataElement", "DSTU2 or STU3"},
    {"DeviceComponent", "DSTU2 or STU3"},
    {"EligibilityRequest", "DSTU2 or STU3"},
    {"EligibilityResponse", "DSTU2 or STU3"},
    {"ProcedureRequest", "DSTU2 or STU3"},
    {"ProcessRequest", "DSTU2 or STU3"},
    {"ProcessResponse", "DSTU2 or STU3"},
    {"ReferralRequest", "DSTU2 or STU3"},
    {"ExpansionProfile", "STU3"},
    {"ImagingManifest", "STU3"},
    {"Sequence", "STU3"},
    {"ServiceDefinition", "STU3"},
    {"AdministrableProductDefinition", "R4B or R5"},
    {"Citation", "R4B or R5"},
    {"ClinicalUseDefinition", "R4B or R5"},
    {"EvidenceReport", "R4B or R5"},
    {"Ingredient", "R4B or R5"},
    {"ManufacturedItemDefinition", "R4B or R5"},
    {"MedicinalProductDefinition", "R4B or R5"},
    {"NutritionProduct", "R4B or R5"},
    {"PackagedProductDefinition", "R4B or R5"},
    {"RegulatedAuthorization", "R4B or R5"},
    {"SubscriptionStatus", "R4B or R5"},
    {"SubscriptionTopic", "R4B or R5"},
    {"SubstanceDefinition", "R4B or R5"},
    {"ActorDefinition", "R5"},
    {"ArtifactAssessment", "R5"},
    {"BiologicallyDerivedProductDispense", "R5"},
    {"ConditionDefinition", "R5"},
    {"DeviceAssociation", "R5"},
    {"DeviceDispense", "R5"},
    {"DeviceUsage", "R5"},
    {"EncounterHistory", "R5"},
    {"FormularyItem", "R5"},
    {"GenomicStudy", "R5"},
    {"ImagingSelection", "R5"},
    {"InventoryItem", "R5"},
    {"InventoryReport", "R5"},
    {"NutritionIntake", "R5"},
    {"Permission", "R5"},
    {"Requirements", "R5"},
    {"TestPlan", "R5"},
    {"Transport", "R5"},
};

struct ElementRow {
  std::string_view type;
  std::string_view key;
  std::string_view version;
};

constexpr ElementRow kElements[] = {
    {"AllergyIntolerance", "substance", "DSTU2"},
    {"AllergyIntolerance", "assertedDate", "STU3"},
    {"AllergyIntolerance", "participant", "R5"},
    {"BodyStructure", "includedStructure", "R5"},
    {"Condition", "patient", "DSTU2"},
    {"Condition", "dateRecorded", "DSTU2"},
    {"Condition", "context", "STU3"},
    {"Condition", "assertedDate", "STU3"},
    {"Condition", "participant", "R5"},
    {"DiagnosticReport", "codedDiagnosis", "DSTU2 or STU3"},
    {"DiagnosticReport", "image", "DSTU2 or STU3"},
    {"DiagnosticReport", "context", "STU3"},
    {"Encounter", "patient", "DSTU2"},
    {"Encounter", "indication", "DSTU2"},
    {"Encounter", "incomingReferral", "DSTU2 or STU3"},
    {"Encounter", "actualPeriod", "R5"},
    {"Encounter", "admission", "R5"},
    {"Immunization", "wasNotGiven", "DSTU2"},
    {"Immunization", "notGiven", "STU3"},
    {"Immunization", "date", "DSTU2 or STU3"},
    {"MedicationAdministration", "wasNotGiven", "DSTU2"},
    {"MedicationAdministration", "notGiven", "STU3"},
    {"MedicationAdministration", "occurenceDateTime", "R5"},
    {"MedicationAdministration", "occurencePeriod", "R5"},
    {"MedicationAdministration", "medication", "R5"},
    {"MedicationRequest", "context", "STU3"},
    {"MedicationRequest", "medication", "R5"},
    {"MedicationStatement", "wasNotTaken", "DSTU2"},
    {"MedicationStatement", "taken", "STU3"},
    {"MedicationStatement", "medication", "R5"},
    {"Observation", "comments", "DSTU2"},
    {"Observation", "comment", "STU3"},
    {"Observation", "context", "STU3"},
    {"Observation", "related", "DSTU2 or STU3"},
    {"Observation", "triggeredBy", "R5"},
    {"Patient", "careProvider", "DSTU2"},
    {"Patient", "animal", "DSTU2 or STU3"},
    {"Procedure", "notPerformed", "DSTU2"},
    {"Procedure", "notDone", "STU3"},
    {"Procedure", "context", "STU3"},
    {"Procedure", "occurrenceDateTime", "R5"},
    {"Procedure", "occurrencePeriod", "R5"},
    {"CodeableConcept", "concept", "R5"},  // a CodeableReference where R4 has a CodeableConcept
    {"CodeableConcept", "reference", "R5"},
};

struct ProfileRow {
  std::string_view mark;
  std::string_view version;
};

constexpr ProfileRow kProfiles[] = {
    {"/DSTU2/", "DSTU2"},         {"http://fhir.org/guides/argonaut/", "DSTU2"},
    {"/STU3/", "STU3"},           {"hl7.org/fhir/1.0", "DSTU2"},
    {"hl7.org/fhir/3.0", "STU3"}, {"hl7.org/fhir/4.3", "R4B"},
    {"hl7.org/fhir/5.0", "R5"},
};

}  // namespace

std::string_view version_of_resource_type(std::string_view resource_type) {
  for (const TypeRow& row : kTypes) {
    if (row.type == resource_type) return row.version;
  }
  return {};
}

std::string_view version_of_element(std::string_view type, std::string_view json_key) {
  for (const ElementRow& row : kElements) {
    if (row.key == json_key && row.type == type) return row.version;
  }
  return {};
}

std::string_view version_of_profile(std::string_view url) {
  for (const ProfileRow& row : kProfiles) {
    if (url.find(row.mark) != std::string_view::npos) return row.version;
  }
  return {};
}

std::string_view version_of_number(std::string_view number) {
  if (number.starts_with("4.0.")) return {};
  if (number.starts_with("0.")) return "DSTU1";
  if (number.starts_with("1.")) return "DSTU2";
  if (number.starts_with("3.")) return "STU3";
  if (number.starts_with("4.")) return "R4B";
  if (number.starts_with("5.")) return "R5";
  if (number.starts_with("6.")) return "R6";
  return {};
}

}  // namespace calx
