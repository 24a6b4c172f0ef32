#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "record/conversions.h"
#include "record/record.h"
#include "values/text.h"

namespace calx {
namespace {

class Decoder : public testing::Test {
 protected:
  Result<Record> decode(std::string_view json, RecordOptions options = {}) {
    input_ = std::string(json);
    return RecordDecoder(types_, terminology_).decode(input_, options, arena_, units_);
  }

  std::string error(std::string_view json, RecordOptions options = {}) {
    const Result<Record> record = decode(json, options);
    return record ? "" : record.error().message;
  }

  /// "code where" of each issue.
  static std::string issues(const Record& record) {
    std::string text;
    for (const Issue& issue : record.issues()) text += issue.code + " " + issue.where + "\n";
    return text;
  }

  /// A patient with these members besides its id.
  Record patient(std::string_view members) {
    Result<Record> record = decode(R"({"resourceType": "Patient", "id": "p", )" + std::string(members) + "}");
    EXPECT_TRUE(record) << record.error().message;
    return record ? std::move(*record) : Record();
  }

  Record bundle(std::string_view resources, RecordOptions options = {}) {
    std::string text = R"({"resourceType": "Bundle", "type": "collection", "entry": [)";
    text += resources;
    Result<Record> record = decode(text + "]}", options);
    EXPECT_TRUE(record) << record.error().message;
    return record ? std::move(*record) : Record();
  }

  /// Follows names; of a list the first item.
  Value at(const Value& value, std::initializer_list<std::string_view> names) const {
    Value current = value;
    for (const std::string_view name : names) {
      if (current.kind == Kind::List) current = current.as_list().empty() ? Value() : current.as_list()[0];
      if (current.kind != Kind::Instance) return {};
      const std::optional<std::uint32_t> index = types_.element_index(current.as_instance().type, name);
      EXPECT_TRUE(index.has_value()) << name;
      current = index ? current.as_instance().slots[*index] : Value();
    }
    return current;
  }

  std::string shown(const Value& value) const { return debug_text(value, units_); }

  std::span<const Value> all(const Record& record, std::string_view type) const {
    return record.resources(*types_.find("FHIR", type));
  }

  std::string ids(const Record& record, std::string_view type) const {
    std::string text;
    for (const Value& value : all(record, type)) text += std::string(value.as_instance().resource->id) + " ";
    return text;
  }

  Types types_;
  Terminology terminology_;
  UnitTable units_;
  Arena arena_;
  std::string input_;
};

TEST_F(Decoder, PrimitivesBecomeSystemValuesWithAnOrigin) {
  const Record record = patient(R"("active": true, "gender": "female", "birthDate": "1980-02-29",
      "deceasedDateTime": "2020-01-01T10:00:00+01:00", "multipleBirthInteger": 2,
      "name": [{"family": "T\u00e9st", "given": ["A", "B"]}], "text": {"status": "generated", "div": "<div>x</div>"})");
  EXPECT_EQ(issues(record), "");
  const Value& patient = record.context();
  EXPECT_EQ(record.context_id(), "p");
  EXPECT_TRUE(at(patient, {"active"}).is_true());
  EXPECT_EQ(at(patient, {"active"}).origin, FhirPrimitive::Boolean);
  EXPECT_EQ(at(patient, {"gender"}).as_string(), "female");
  EXPECT_EQ(at(patient, {"gender"}).origin, FhirPrimitive::Code);
  EXPECT_EQ(at(patient, {"birthDate"}).kind, Kind::Date);
  EXPECT_EQ(at(patient, {"deceased"}).kind, Kind::DateTime);
  EXPECT_EQ(at(patient, {"deceased"}).origin, FhirPrimitive::DateTime);
  EXPECT_EQ(at(patient, {"multipleBirth"}).as_integer(), 2);
  EXPECT_EQ(at(patient, {"name", "family"}).as_string(), "Tést");
  EXPECT_EQ(at(patient, {"name", "given"}).as_list().size(), 2U);
  EXPECT_EQ(at(patient, {"text", "div"}).origin, FhirPrimitive::Xhtml);
  // Texts without escapes are the input's own bytes.
  const char* const gender = at(patient, {"gender"}).as_string().data();
  EXPECT_TRUE(gender > input_.data() && gender < input_.data() + input_.size());
  EXPECT_EQ(patient.as_instance().resource->json, input_);
  EXPECT_EQ(patient.as_instance().slot_count, types_.class_info(fhir_type::kPatient).elements.size());
}

TEST_F(Decoder, NumbersAreExact) {
  const Record record = bundle(R"({"resource": {"resourceType": "Patient", "id": "p"}},
      {"resource": {"resourceType": "Observation", "id": "o", "status": "final", "code": {"text": "x"},
       "valueQuantity": {"value": 1.50, "unit": "mg/dL", "system": "http://unitsofmeasure.org", "code": "mg/dL"},
       "component": [{"code": {"text": "a"}, "valueQuantity": {"value": 0.1}},
                     {"code": {"text": "b"}, "valueQuantity": {"value": 12345678901234567890.12345678}},
                     {"code": {"text": "c"}, "valueQuantity": {"value": 1.2E2}}]}})");
  EXPECT_EQ(issues(record), "");
  const Value& observation = all(record, "Observation")[0];
  EXPECT_EQ(shown(at(observation, {"value", "value"})), "1.50");
  const std::span<const Value> components = at(observation, {"component"}).as_list();
  ASSERT_EQ(components.size(), 3U);
  EXPECT_EQ(shown(at(components[0], {"value", "value"})), "0.1");
  EXPECT_EQ(shown(at(components[1], {"value", "value"})), "12345678901234567890.12345678");
  EXPECT_EQ(to_text(decimal_of(at(components[2], {"value", "value"}))), "120");
}

TEST_F(Decoder, ExtensionsOfPrimitivesMakeInstances) {
  const Record record = patient(R"("_birthDate": {"extension": [{"url": "http://x", "valueCode": "unknown"}]},
      "gender": "male", "_gender": {"id": "g"},
      "name": [{"given": ["A", null, "C"], "_given": [null, {"id": "second"}]}])");
  EXPECT_EQ(issues(record), "");
  const Value& patient = record.context();
  const Value birth = at(patient, {"birthDate"});
  ASSERT_EQ(birth.kind, Kind::Instance);
  EXPECT_EQ(types_.name(birth.as_instance().type), "FHIR.date");
  EXPECT_TRUE(at(birth, {"value"}).is_null());
  EXPECT_EQ(at(birth, {"extension", "value"}).as_string(), "unknown");
  EXPECT_EQ(at(patient, {"gender", "value"}).as_string(), "male");
  EXPECT_EQ(types_.name(at(patient, {"gender"}).as_instance().type), "FHIR.AdministrativeGender");
  const std::span<const Value> given = at(patient, {"name", "given"}).as_list();
  ASSERT_EQ(given.size(), 3U);
  EXPECT_EQ(given[0].as_string(), "A");
  EXPECT_EQ(at(given[1], {"id"}).as_string(), "second");
  EXPECT_EQ(given[2].as_string(), "C");
}

TEST_F(Decoder, WhatIsWrongIsNullAndTheRestIsKept) {
  const Record record = patient(R"("active": "yes", "gender": " male", "birthDate": "1980-02-30", "nickname": "x",
      "name": [{"family": 5, "given": ["A", null]}, "Smith", null], "telecom": {"value": "1"},
      "multipleBirthInteger": 1.5, "maritalStatus": null, "deceasedBoolean": false, "deceasedDateTime": "2020",
      "photo": [{"size": -1, "title": ""}], "language": "de")");
  EXPECT_EQ(issues(record),
            "element-type Patient/p.active\n"
            "code-form Patient/p.gender\n"
            "date-unreadable Patient/p.birthDate\n"
            "element-unknown Patient/p.nickname\n"
            "element-type Patient/p.name[0].family\n"
            "element-null Patient/p.name[0].given[1]\n"
            "element-type Patient/p.name[1]\n"
            "element-null Patient/p.name[2]\n"
            "element-type Patient/p.telecom\n"
            "number-form Patient/p.multipleBirthInteger\n"
            "element-null Patient/p.maritalStatus\n"
            "element-twice Patient/p.deceasedDateTime\n"
            "number-range Patient/p.photo[0].size\n"
            "text-empty Patient/p.photo[0].title\n");
  const Value& patient = record.context();
  for (const std::string_view name : {"active", "gender", "birthDate", "telecom", "multipleBirth", "maritalStatus"}) {
    EXPECT_TRUE(at(patient, {name}).is_null()) << name;
  }
  EXPECT_EQ(at(patient, {"language"}).as_string(), "de");
  EXPECT_TRUE(at(patient, {"deceased"}).is_false());
  EXPECT_EQ(at(patient, {"name"}).as_list().size(), 3U);
  EXPECT_EQ(record.issues()[0].message, "true or false was expected, found a string");
  EXPECT_EQ(record.issues()[0].severity, "error");
  EXPECT_EQ(record.issues()[3].message, "Patient has no element 'nickname' in FHIR R4");
  EXPECT_EQ(record.issues()[3].severity, "warning");
}

TEST_F(Decoder, NumbersThatSimdjsonRefusesAreIssuesOnly) {
  const Record record = patient(R"("multipleBirthInteger": 123456789012345678901234567890, "gender": "male")");
  EXPECT_EQ(issues(record), "number-range Patient/p.multipleBirthInteger\n");
  EXPECT_EQ(at(record.context(), {"gender"}).as_string(), "male");
}

TEST_F(Decoder, ResourceTypeMayComeLast) {
  const Result<Record> record = decode(R"({"entry": [{"resource": {"id": "p", "gender": "other",
      "resourceType": "Patient"}, "fullUrl": "http://x/Patient/p"}], "resourceType": "Bundle"})");
  ASSERT_TRUE(record) << record.error().message;
  EXPECT_EQ(issues(*record), "");
  EXPECT_EQ(at(record->context(), {"gender"}).as_string(), "other");
  EXPECT_EQ(record->context().as_instance().resource->json,
            "{\"id\": \"p\", \"gender\": \"other\",\n      \"resourceType\": \"Patient\"}");
}

TEST_F(Decoder, ContainedResourcesAreValues) {
  const Record record = bundle(R"({"resource": {"resourceType": "Patient", "id": "p"}},
      {"resource": {"resourceType": "MedicationRequest", "id": "m", "status": "active", "intent": "order",
       "contained": [{"resourceType": "Medication", "id": "med", "code": {"text": "x"}}, {"id": "y"}],
       "medicationReference": {"reference": "#med"}, "subject": {"reference": "Patient/p"}}})");
  EXPECT_EQ(issues(record), "resource-type MedicationRequest/m.contained[1]\n");
  const Value& request = all(record, "MedicationRequest")[0];
  const Value contained = at(request, {"contained"}).as_list()[0];
  EXPECT_EQ(types_.name(contained.as_instance().type), "FHIR.Medication");
  EXPECT_EQ(contained.as_instance().resource->id, "med");
  EXPECT_EQ(contained.as_instance().resource->json,
            R"({"resourceType": "Medication", "id": "med", "code": {"text": "x"}})");
  EXPECT_TRUE(all(record, "Medication").empty());
  EXPECT_EQ(at(request, {"medication", "reference"}).as_string(), "#med");
}

TEST_F(Decoder, ReferencesByFullUrlAreRewritten) {
  const Record record = bundle(R"({"fullUrl": "urn:uuid:aaa", "resource": {"resourceType": "Patient"}},
      {"fullUrl": "http://h/fhir/Encounter/e", "resource": {"resourceType": "Encounter", "id": "e",
       "subject": {"reference": "urn:uuid:aaa"}}},
      {"fullUrl": "http://h/fhir/Condition/c", "resource": {"resourceType": "Condition",
       "subject": {"reference": "urn:uuid:aaa", "_reference": {"id": "r"}},
       "encounter": {"reference": "http://h/fhir/Encounter/e"}, "recorder": {"reference": "urn:uuid:none"}}},
      {"request": {"method": "DELETE", "url": "Observation/1"}})");
  EXPECT_EQ(issues(record), "reference-unresolved Bundle\n");
  EXPECT_EQ(record.context_id(), "aaa");
  EXPECT_EQ(at(record.context(), {"id"}).as_string(), "aaa");
  EXPECT_EQ(at(record.context(), {"id"}).origin, FhirPrimitive::Id);
  EXPECT_EQ(at(all(record, "Encounter")[0], {"subject", "reference"}).as_string(), "Patient/aaa");
  const Value& condition = all(record, "Condition")[0];
  EXPECT_EQ(condition.as_instance().resource->id, "c");
  EXPECT_EQ(at(condition, {"subject", "reference", "value"}).as_string(), "Patient/aaa");
  EXPECT_EQ(at(condition, {"encounter", "reference"}).as_string(), "Encounter/e");
  EXPECT_EQ(at(condition, {"recorder", "reference"}).as_string(), "urn:uuid:none");
}

TEST_F(Decoder, RepeatsAreIssues) {
  const Record record = bundle(R"({"resource": {"resourceType": "Patient", "id": "p"}},
      {"resource": {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/p"}}},
      {"resource": {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/p"}}},
      {"resource": {"resourceType": "Condition", "id": "c", "code": {"text": "other"}}},
      {"resource": {"resourceType": "Patient", "id": "p"}})");
  EXPECT_EQ(issues(record),
            "resource-twice Condition/c\n"
            "resource-conflict Condition/c\n"
            "resource-twice Patient/p\n");
  EXPECT_EQ(ids(record, "Condition"), "c c ");
  EXPECT_EQ(ids(record, "Patient"), "p ");
}

TEST_F(Decoder, SeveralPatientsNeedASubject) {
  constexpr std::string_view kTwo = R"({"resource": {"resourceType": "Patient", "id": "a"}},
      {"resource": {"resourceType": "Patient", "id": "b"}},
      {"resource": {"resourceType": "Observation", "id": "of-a", "subject": {"reference": "Patient/a"},
       "performer": [{"reference": "Patient/b"}]}},
      {"resource": {"resourceType": "Observation", "id": "of-b", "subject": {"reference": "http://h/Patient/b"},
       "effectiveDateTime": "bad"}},
      {"resource": {"resourceType": "Observation", "id": "of-nobody"}},
      {"resource": {"resourceType": "Appointment", "id": "with-a", "participant": [
        {"actor": {"reference": "Practitioner/x"}}, {"actor": {"reference": "Patient/a/_history/3"}}]}},
      {"resource": {"resourceType": "Device", "id": "of-c", "patient": {"reference": "Patient/c"}}},
      {"resource": {"resourceType": "Medication", "id": "m"}})";
  EXPECT_EQ(error("{\"resourceType\": \"Bundle\", \"entry\": [" + std::string(kTwo) + "]}"),
            "the record has 2 patients (a, b); say which one is meant by naming the subject");
  RecordOptions options;
  options.subject = "a";
  const Record of_a = bundle(kTwo, options);
  EXPECT_EQ(of_a.context_id(), "a");
  EXPECT_EQ(ids(of_a, "Patient"), "a ");
  EXPECT_EQ(ids(of_a, "Observation"), "of-a of-nobody ");
  EXPECT_EQ(ids(of_a, "Appointment"), "with-a ");
  EXPECT_EQ(ids(of_a, "Device"), "");
  EXPECT_EQ(ids(of_a, "Medication"), "m ");
  EXPECT_EQ(issues(of_a), "");  // b's bad date is not a's matter
  options.subject = "Patient/b";
  const Record of_b = bundle(kTwo, options);
  EXPECT_EQ(ids(of_b, "Observation"), "of-b of-nobody ");
  EXPECT_EQ(ids(of_b, "Appointment"), "");
  EXPECT_EQ(issues(of_b), "date-unreadable Observation/of-b.effectiveDateTime\n");
  options.subject = "c";
  EXPECT_EQ(error("{\"resourceType\": \"Bundle\", \"entry\": [" + std::string(kTwo) + "]}", options),
            "the record has no patient 'c'; its patients: a, b");
}

TEST_F(Decoder, OnePatientSeesAllAndOtherSubjectsAreIssues) {
  const Record record = bundle(R"({"resource": {"resourceType": "Patient", "id": "a"}},
      {"resource": {"resourceType": "Observation", "id": "o", "subject": {"reference": "Patient/b"}}})");
  EXPECT_EQ(ids(record, "Observation"), "o ");
  EXPECT_EQ(issues(record), "subject-other Observation/o\n");
}

TEST_F(Decoder, NdjsonIsARecordToo) {
  const Result<Record> record = decode(
      "\xEF\xBB\xBF{\"resourceType\": \"Patient\", \"id\": \"p\"}\r\n\r\n"
      "{\"resourceType\": \"Condition\", \"id\": \"c\", \"onsetDateTime\": \"2020-13\"}\n"
      "{\"resourceType\": \"Bundle\", \"entry\": [{\"resource\": {\"resourceType\": \"Observation\", \"id\": "
      "\"o\"}}]}\n");
  ASSERT_TRUE(record) << record.error().message;
  EXPECT_EQ(record->context_id(), "p");
  EXPECT_EQ(ids(*record, "Condition"), "c ");
  EXPECT_EQ(all(*record, "Condition")[0].as_instance().resource->json,
            R"({"resourceType": "Condition", "id": "c", "onsetDateTime": "2020-13"})");
  EXPECT_EQ(ids(*record, "Observation"), "o ");
  EXPECT_EQ(issues(*record), "date-unreadable Condition/c.onsetDateTime\n");
  EXPECT_EQ(error("{\"resourceType\": \"Patient\"}\n{\"resourceType\": \"Condition\", }\n"),
            "the record is not JSON: line 2, column 31: a key in quotes was expected, found '}'");
  EXPECT_EQ(error("{\"resourceType\": \"Patient\"}\n[1]\n"),
            "line 2 of the record is JSON but not FHIR: a resource was expected, found a list");
  EXPECT_EQ(error("{\"resourceType\": \"Patient\"} {\"resourceType\": \"Patient\"}"),
            "the record is not JSON: line 1, column 29: more text follows although the JSON value is complete");
}

TEST_F(Decoder, ErrorsSayWhatIsWrong) {
  EXPECT_EQ(error(""), "the record is empty; FHIR R4 as JSON was expected");
  EXPECT_EQ(error(" \n"), "the record is empty; FHIR R4 as JSON was expected");
  EXPECT_EQ(error("\xEF\xBB\xBF"), "the record is empty; FHIR R4 as JSON was expected");
  EXPECT_EQ(error("hello"), "the record is not JSON: line 1, column 1: a value was expected, found 'h'");
  EXPECT_EQ(error("\xEF\xBB\xBF\xEF\xBB\xBF{}"),
            "the record is not JSON: line 1, column 1: a value was expected, found '\xEF\xBB\xBF'");
  EXPECT_EQ(error("<Patient/>"), "the record is not JSON: line 1, column 1: a value was expected, found '<'");
  EXPECT_EQ(error("{\"resourceType\": \"Patient\",\n \"id\": \"p"),
            "the record is cut off: line 2, column 10: the text ends inside a string; it is cut off");
  EXPECT_EQ(error("{\"resourceType\": \"Patient\",\n \"id\": \"\xFFp\"}"),
            "the record is not valid UTF-8: line 2, column 9: the byte 0xff is not valid UTF-8");
  EXPECT_EQ(error("[1, 2]"), "the record is JSON but not FHIR: a resource was expected, found a list");
  EXPECT_EQ(error("\"x\""), "the record is JSON but not FHIR: a resource was expected, found a string");
  EXPECT_EQ(error("{}"), "the record is JSON but not FHIR: it has no resourceType, found an object without keys");
  EXPECT_EQ(error("{\"a\": {\"b\": 1}, \"c\": 2}"),
            "the record is JSON but not FHIR: it has no resourceType, found an object with the keys 'a', 'c'");
  EXPECT_EQ(error("{\"resourceType\": \"Pateint\"}"),
            "the record is JSON but not FHIR R4: 'Pateint' is no resource type of it");
  EXPECT_EQ(error("{\"resourceType\": \"Observation\", \"id\": \"o\"}"),
            "the record has no Patient: it has 1 Observation");
  EXPECT_EQ(error("{\"resourceType\": \"Bundle\"}"), "the record has no Patient: it has no resource at all");
  EXPECT_EQ(error("{\"resourceType\": \"Bundle\", \"entry\": [{\"resource\": {\"id\": \"x\"}}]}"),
            "the record has no Patient: it has 1 without resourceType");
  RecordOptions options;
  options.patient_required = false;
  EXPECT_EQ(error("{\"resourceType\": \"Observation\", \"id\": \"o\"}", options), "");
  options.maximum_bytes = 10;
  EXPECT_EQ(error("{\"resourceType\": \"Patient\"}", options), "the record has 27 bytes; the limit is 10");
}

TEST_F(Decoder, OtherVersionsOfFhirAreNamed) {
  EXPECT_EQ(
      error("{\"resourceType\": \"MedicationOrder\"}"),
      "the record looks like FHIR DSTU2, and only R4 (4.0.1) is read: MedicationOrder is a resource type of DSTU2");
  EXPECT_EQ(error(R"({"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient", "id": "p"}},
      {"resource": {"resourceType": "ProcedureRequest"}}]})"),
            "the record looks like FHIR DSTU2 or STU3, and only R4 (4.0.1) is read: Bundle.entry[1].resource: "
            "ProcedureRequest is a resource type of DSTU2 or STU3");
  EXPECT_EQ(error(R"({"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient", "id": "p"}},
      {"resource": {"resourceType": "Condition", "context": {"reference": "Encounter/1"}}}]})"),
            "the record looks like FHIR STU3, and only R4 (4.0.1) is read: Condition.context is an element of STU3");
  EXPECT_EQ(error(R"({"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient", "id": "p"}},
      {"resource": {"resourceType": "CapabilityStatement", "fhirVersion": "5.0.0"}}]})"),
            "the record looks like FHIR R5, and only R4 (4.0.1) is read: its CapabilityStatement says fhirVersion "
            "'5.0.0'");
  EXPECT_EQ(error(R"({"resourceType": "Patient", "id": "p",
      "meta": {"profile": ["http://fhir.org/guides/argonaut/StructureDefinition/argo-patient"]}})"),
            "the record looks like FHIR DSTU2, and only R4 (4.0.1) is read: Patient/p claims the profile "
            "'http://fhir.org/guides/argonaut/StructureDefinition/argo-pat...'");
  // One slip among many resources is no other version.
  std::string many = R"({"resource": {"resourceType": "Patient", "id": "p"}},
      {"resource": {"resourceType": "Condition", "context": {}}})";
  for (int i = 0; i < 9; ++i) many += R"(, {"resource": {"resourceType": "Observation"}})";
  const Record record = bundle(many);
  EXPECT_EQ(issues(record), "element-unknown Bundle.entry[1].resource(Condition).context\n");
  EXPECT_EQ(record.issues()[0].message, "Condition has no element 'context' in FHIR R4; STU3 has it");
}

TEST_F(Decoder, UnknownResourceTypesAreLeftOut) {
  const Record record = bundle(R"({"resource": {"resourceType": "Patient", "id": "p"}},
      {"resource": {"resourceType": "Foo"}}, {"resource": 5}, 7, {"resource": {"resourceType": "Bundle", "entry": [
      {"resource": {"resourceType": "Observation", "id": "inner"}}]}})");
  EXPECT_EQ(issues(record),
            "resource-type Bundle.entry[1].resource\n"
            "element-type Bundle.entry[2].resource\n"
            "element-type Bundle.entry[3]\n");
  EXPECT_EQ(ids(record, "Observation"), "inner ");
}

TEST_F(Decoder, UnitsThatUcumLacksAreReportedOnce) {
  std::string many = R"({"resource": {"resourceType": "Patient", "id": "p"}})";
  for (const std::string unit :
       {R"("unit": "mg %")", R"("unit": "mg %")", R"("unit": "x", "system": "http://other")",
        R"("unit": "milligrams", "code": "mg", "system": "http://unitsofmeasure.org")", R"("code": "{score}")"}) {
    many +=
        R"(, {"resource": {"resourceType": "Observation", "id": "o", "valueQuantity": {"value": 1, )" + unit + "}}}";
  }
  const Record record = bundle(many);
  int unknown = 0;
  for (const Issue& issue : record.issues()) {
    if (issue.code != "unit-unknown") continue;
    ++unknown;
    EXPECT_EQ(issue.where, "Observation/o.valueQuantity.unit");
    EXPECT_EQ(issue.severity, "warning");
  }
  EXPECT_EQ(unknown, 1);
}

TEST_F(Decoder, ModifierExtensionsAreReported) {
  EXPECT_EQ(issues(patient(R"("modifierExtension": [{"url": "http://x", "valueBoolean": true}])")),
            "element-modifier Patient/p.modifierExtension\n");
}

TEST_F(Decoder, DepthHasALimit) {
  // Extensions nest objects and lists in turn; the patient is level 1.
  const auto nested = [](int lists) {
    std::string text = R"({"resourceType": "Patient")";
    for (int i = 0; i < lists; ++i) text += R"(, "extension": [{"url": "u")";
    for (int i = 0; i < lists; ++i) text += "}]";
    return text + "}";
  };
  RecordOptions options;
  options.maximum_depth = 21;
  EXPECT_EQ(error(nested(10), options), "");
  const Result<Record> deeper = decode(nested(11), options);
  ASSERT_FALSE(deeper);
  EXPECT_EQ(deeper.error().kind, ErrorKind::Limit);
  EXPECT_TRUE(deeper.error().message.starts_with("the record is nested too deeply: line 1, column "))
      << deeper.error().message;
  EXPECT_EQ(error(nested(500), {"", 1024}), "");  // 1001 levels, under the ceiling
  const std::string ten_thousand =
      "{\"resourceType\": \"Patient\", \"x\": " + std::string(10000, '[') + std::string(10000, ']') + "}";
  EXPECT_EQ(error(ten_thousand),
            "the record is nested too deeply: line 1, column 545: the nesting is deeper than the limit of 512 levels");
}

TEST_F(Decoder, IssuesAreBounded) {
  std::string names;
  for (int i = 0; i < 3000; ++i) names += (i > 0 ? ", " : "") + std::string("5");
  const Record record = patient("\"name\": [" + names + "]");
  ASSERT_EQ(record.issues().size(), 1001U);
  EXPECT_EQ(record.issues().back().message, "2000 more issues are not listed");
}

TEST_F(Decoder, ADecoderIsReused) {
  RecordDecoder decoder(types_, terminology_);
  const std::string first = R"({"resourceType": "Patient", "id": "one", "gender": "male"})";
  const std::string second = R"({"resourceType": "Patient", "id": "two"})";
  const std::string broken = R"({"resourceType": "Patient", "id": )";
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(decoder.decode(first, {}, arena_, units_)->context_id(), "one");
    EXPECT_FALSE(decoder.decode(broken, {}, arena_, units_));
    EXPECT_EQ(decoder.decode(second, {}, arena_, units_)->context_id(), "two");
    arena_.reset();
  }
}

TEST_F(Decoder, ConversionsAreThoseOfFhirHelpers) {
  const CodeId known = terminology_.intern_code("http://loinc.org", "1-8");
  const Record record = bundle(R"({"resource": {"resourceType": "Patient", "id": "p", "_birthDate": {"id": "x"},
       "birthDate": "1980"}},
      {"resource": {"resourceType": "Observation", "id": "o", "status": "final",
       "code": {"coding": [{"system": "http://loinc.org", "code": "1-8", "display": "One"}, {"code": "y"}],
                "text": "words"},
       "effectivePeriod": {"end": "2020-01-31"},
       "valueRange": {"low": {"value": 1, "unit": "cm"}, "high": {"value": 2.50, "code": "mm", "unit": "millimetre",
                      "system": "http://unitsofmeasure.org"}},
       "component": [
        {"code": {}, "valueQuantity": {"value": 3, "comparator": "<", "unit": "cm"}},
        {"code": {}, "valueQuantity": {"value": 3, "code": "TAB", "unit": "tablet", "system": "http://other"}},
        {"code": {}, "valueQuantity": {"value": 3}}, {"code": {}, "valueQuantity": {"unit": "cm"}},
        {"code": {}, "valueQuantity": {"value": 3, "code": "mo", "system": "http://unitsofmeasure.org"}},
        {"code": {}, "valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 128}}},
        {"code": {}, "valueString": "text"}]}})");
  EXPECT_EQ(issues(record), "");
  const ConversionContext context{arena_, units_, types_, terminology_};
  const auto convert = [&](const Value& value) {
    const TypeId type = value.kind == Kind::Instance ? value.as_instance().type : types_.primitive_type(value.origin);
    return to_system(value, *types_.system_conversion(type), context);
  };
  const Value& observation = all(record, "Observation")[0];
  const Value code = convert(at(observation, {"code"}));
  ASSERT_EQ(code.kind, Kind::Concept);
  EXPECT_EQ(concept_data(code).display, "words");
  ASSERT_EQ(concept_data(code).codes.size(), 2U);
  EXPECT_EQ(concept_data(code).codes[0].extent, known.value);
  EXPECT_EQ(concept_data(code).codes[0].as_code().display, "One");
  EXPECT_FALSE(concept_data(code).codes[0].as_code().has_version);
  EXPECT_EQ(concept_data(code).codes[1].extent, 0U);
  const Value single = convert(at(observation, {"code", "coding"}).as_list()[0]);
  EXPECT_EQ(single.as_code().code, "1-8");

  EXPECT_EQ(convert(at(observation, {"status"})).origin, FhirPrimitive::None);
  const Value period = convert(at(observation, {"effective"}));
  EXPECT_FALSE(period.low_closed());  // no start: unknown, not unbounded
  EXPECT_TRUE(period.high_closed());
  EXPECT_TRUE(period.low().is_null());
  const Value range = convert(at(observation, {"value"}));
  EXPECT_EQ(shown(range.low()), "1 'cm'");
  EXPECT_EQ(shown(range.high()), "2.50 'mm'");

  const std::span<const Value> components = at(observation, {"component"}).as_list();
  const Value compared = convert(at(components[0], {"value"}));
  ASSERT_EQ(compared.kind, Kind::Failed);
  EXPECT_EQ(compared.as_failure().message,
            "FHIR Quantity value has a comparator and cannot be converted to a System.Quantity value.");
  EXPECT_EQ(units_.unit_text(convert(at(components[1], {"value"})).unit()), "tablet");
  EXPECT_EQ(convert(at(components[2], {"value"})).unit(), UnitId{0});
  EXPECT_TRUE(convert(at(components[3], {"value"})).is_null());
  EXPECT_EQ(units_.unit_text(convert(at(components[4], {"value"})).unit()), "month");
  const Value ratio = convert(at(components[5], {"value"}));
  ASSERT_EQ(ratio.kind, Kind::Ratio);
  EXPECT_EQ(shown(ratio.high()), "128 '1'");
  // A choice that holds something else.
  EXPECT_TRUE(to_system(at(components[6], {"value"}), system_type::kQuantity, context).is_null());
  EXPECT_TRUE(to_system(at(components[1], {"value"}), system_type::kConcept, context).is_null());
  EXPECT_TRUE(to_system({}, system_type::kConcept, context).is_null());
  // A primitive with extensions.
  EXPECT_EQ(convert(at(record.context(), {"birthDate"})).kind, Kind::Date);
}

TEST_F(Decoder, PublishedCasesHaveNoIssues) {
  const char* const given = std::getenv("CALX_SHARED");
  const std::filesystem::path shared =
      given != nullptr ? given : std::filesystem::path(CALX_SOURCE_DIR) / ".." / "shared";
  const std::filesystem::path folder = shared / "cases" / "bundles";
  if (!std::filesystem::is_directory(folder)) {
    GTEST_SKIP() << "SKIPPED: the published cases are not at " << folder << " (set CALX_SHARED)";
  }
  RecordDecoder decoder(types_, terminology_);
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    const Result<Record> record = decoder.decode(text, {}, arena_, units_);
    ASSERT_TRUE(record) << entry.path() << ": " << record.error().message;
    for (const Issue& issue : record->issues()) {
      ADD_FAILURE() << entry.path().filename() << " " << issue.where << ": " << issue.message;
    }
    ++count;
  }
  EXPECT_GT(count, 0);
}

}  // namespace
}  // namespace calx
