#include "model/model_info.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace calx {
namespace {

constexpr std::string_view kSmall = R"xml(<?xml version="1.0" encoding="UTF-8"?>
<modelInfo xmlns="urn:hl7-org:elm-modelinfo:r1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    name="Toy" version="1.2.0" url="http://example.org/toy" targetUrl="http://hl7.org/fhir" patientClassName="Patient">
  <requiredModelInfo name="System" version="1.0.0"/>
  <typeInfo xsi:type="ClassInfo" baseType="Toy.Resource" namespace="Toy" name="DomainResource" retrievable="false"/>
  <typeInfo xsi:type="ClassInfo" namespace="Toy" name="Resource" retrievable="false">
    <element name="id" elementType="System.String" target="%value.value"/>
  </typeInfo>
  <typeInfo xsi:type="ClassInfo" baseType="Toy.DomainResource" namespace="Toy" name="TestDone" target="Observation"
      identifier="http://example.org/toy/test-done" label="Toy Test Done" retrievable="true" primaryCodePath="code">
    <element name="code" elementType="System.Concept" target="FHIRHelpers.ToConcept(%value)"/>
    <element name="status" elementType="Toy.Status" target="%value.value"/>
    <element name="effective" target="FHIRHelpers.ToValue(%value)">
      <elementTypeSpecifier xsi:type="ChoiceTypeSpecifier">
        <choice namespace="System" name="DateTime" xsi:type="NamedTypeSpecifier"/>
        <choice xsi:type="IntervalTypeSpecifier">
          <pointTypeSpecifier namespace="System" name="DateTime" xsi:type="NamedTypeSpecifier"/>
        </choice>
      </elementTypeSpecifier>
    </element>
    <element name="focus"><elementTypeSpecifier elementType="Toy.Reference" xsi:type="ListTypeSpecifier"/></element>
    <element name="recorded" elementType="System.DateTime"
        target="%parent.extension[url='http://example.org/recorded'].value.value"/>
    <element name="strange" elementType="Other.Thing"/>
  </typeInfo>
  <typeInfo xsi:type="ClassInfo" baseType="Toy.DomainResource" namespace="Toy" name="Patient" retrievable="true"/>
  <typeInfo xsi:type="ClassInfo" namespace="Toy" name="Reference" identifier="http://hl7.org/fhir/StructureDefinition/Reference"/>
  <typeInfo xsi:type="ClassInfo" baseType="System.String" namespace="Toy" name="Status"/>
  <typeInfo xsi:type="ClassInfo" namespace="Toy" name="Unheard"/>
  <contextInfo name="Patient" keyElement="id" birthDateElement="birthDate">
    <contextType namespace="Toy" name="Patient"/>
  </contextInfo>
</modelInfo>)xml";

class ModelInfo : public ::testing::Test {
 protected:
  bool load(std::string text) {
    return load_model_info(sources_.add("toy.xml", std::move(text)), types_, diagnostics_);
  }
  const Model& model() const { return *types_.models().back(); }
  TypeId type(std::string_view name) const { return model().find(name).value_or(system_type::kAny); }
  std::string message() const { return diagnostics_.empty() ? "" : diagnostics_.entries().front().message; }

  SourceSet sources_;
  Types types_;
  Diagnostics diagnostics_;
};

TEST_F(ModelInfo, ClassesStandOnFhirClasses) {
  ASSERT_TRUE(load(std::string(kSmall))) << message();
  EXPECT_EQ(model().name, "Toy");
  EXPECT_EQ(model().version, "1.2.0");
  const TypeId done = type("TestDone");
  EXPECT_EQ(types_.name(done), "Toy.TestDone");
  EXPECT_EQ(types_.name(types_.foundation(done)), "FHIR.Observation");
  EXPECT_EQ(type("Toy Test Done"), done);
  EXPECT_TRUE(types_.class_info(done).is_resource);
  EXPECT_TRUE(types_.class_info(done).is_retrievable);
  EXPECT_EQ(types_.class_info(done).primary_code_path, "code");
  EXPECT_EQ(types_.model_class(done)->profile, "http://example.org/toy/test-done");
  EXPECT_EQ(types_.model_class(type("Reference"))->profile, "");  // FHIR's own definition is no profile
  EXPECT_EQ(type("Status"), system_type::kString);
  EXPECT_FALSE(model().find("Unheard"));
  ASSERT_NE(model().context("Patient"), nullptr);
  EXPECT_EQ(types_.name(model().context("Patient")->type), "Toy.Patient");
}

TEST_F(ModelInfo, ElementsHaveTypesAndTargets) {
  ASSERT_TRUE(load(std::string(kSmall))) << message();
  std::string shown;
  for (const ElementInfo& element : types_.elements(type("TestDone"))) {
    shown += std::string(element.name) + ": " + types_.name(element.type) + "; ";
  }
  EXPECT_EQ(shown,
            "id: System.String; code: System.Concept; status: System.String; "
            "effective: Choice<System.DateTime, Interval<System.DateTime>>; focus: List<Toy.Reference>; "
            "recorded: System.DateTime; ");
  const ModelElement& recorded = types_.model_class(type("TestDone"))->elements.back();
  ASSERT_EQ(recorded.cases.size(), 1U);
  EXPECT_TRUE(recorded.cases[0].mapping.from_parent);
  ASSERT_EQ(recorded.cases[0].mapping.steps.size(), 3U);
  EXPECT_EQ(recorded.cases[0].mapping.steps[0].tests[0].value, "http://example.org/recorded");
}

TEST_F(ModelInfo, SubtypesFollowTheModelAndItsFoundation) {
  ASSERT_TRUE(load(std::string(kSmall))) << message();
  EXPECT_TRUE(types_.is_subtype(type("TestDone"), type("Resource")));
  EXPECT_FALSE(types_.is_subtype(type("TestDone"), type("Patient")));
  EXPECT_TRUE(types_.is_subtype(type("TestDone"), *types_.find("FHIR", "DomainResource")));
  EXPECT_FALSE(types_.is_subtype(*types_.find("FHIR", "Observation"), type("TestDone")));
  const TypeId list = types_.list_of(type("TestDone"));
  EXPECT_EQ(types_.name(types_.foundation(list)), "List<FHIR.Observation>");
  const TypeId both[] = {type("TestDone"), type("Patient"), system_type::kString};
  EXPECT_EQ(types_.name(types_.foundation(types_.choice_of(both))),
            "Choice<System.String, FHIR.Observation, FHIR.Patient>");
  const TypeId tuple = types_.tuple_of({{"b", type("Patient")}, {"a", system_type::kInteger}});
  EXPECT_EQ(types_.name(types_.foundation(tuple)), "Tuple{a System.Integer, b FHIR.Patient}");
}

TEST_F(ModelInfo, WhatIsCompiledInOrLoadedAlreadyIsLeftAlone) {
  EXPECT_TRUE(load(R"(<modelInfo name="FHIR" version="4.0.1"><typeInfo name="x"/></modelInfo>)"));
  EXPECT_TRUE(types_.models().empty());
  EXPECT_TRUE(load(std::string(kSmall)));
  EXPECT_TRUE(load(std::string(kSmall)));
  EXPECT_EQ(types_.models().size(), 1U);
}

TEST_F(ModelInfo, MistakesAreReported) {
  EXPECT_FALSE(load("no xml"));
  EXPECT_FALSE(load("<other/>"));
  EXPECT_FALSE(load("<modelInfo/>"));
  EXPECT_FALSE(load("<modelInfo name='A'/>"));
  EXPECT_FALSE(load("<modelInfo name='B'><typeInfo xsi:type='ClassInfo' name='Encounter, Performed'/></modelInfo>"));
  EXPECT_FALSE(
      load("<modelInfo name='C'><typeInfo xsi:type='ClassInfo' name='Patient' baseType='C.Patient'/></modelInfo>"));
  EXPECT_FALSE(
      load("<modelInfo name='D'><typeInfo xsi:type='ClassInfo' name='Patient'>"
           "<element name='id' elementType='System.String' target='%value.'/></typeInfo></modelInfo>"));
  EXPECT_EQ(diagnostics_.entries().back().message,
            "the target '%value.' of Patient.id: expected the name of an element at character 8");
  for (const Diagnostic& entry : diagnostics_.entries()) EXPECT_EQ(entry.kind, DiagnosticKind::MalformedModel);
}

TEST(Mapping, ReadsWhatTargetsSay) {
  std::string trouble;
  const auto read = [&](std::string_view text) { return parse_mapping(text, trouble); };
  ASSERT_TRUE(read("%value"));
  ASSERT_TRUE(read("FHIRHelpers.ToConcept(%value)"));
  const auto cases = read(
      "System.Concept:FHIRHelpers.ToConcept(%value);"
      "System.ValueSet:FHIRHelpers.ToValueSet(%parent.medication[x].extension[url='http://a/b:c'].value.value)");
  ASSERT_TRUE(cases) << trouble;
  ASSERT_EQ(cases->size(), 2U);
  EXPECT_EQ((*cases)[1].type, "System.ValueSet");
  EXPECT_EQ((*cases)[1].mapping.function, "FHIRHelpers.ToValueSet");
  EXPECT_EQ((*cases)[1].mapping.steps[0].name, "medication");
  EXPECT_EQ((*cases)[1].mapping.steps[1].tests[0].value, "http://a/b:c");
  const auto filter = read("%parent.category[coding.system='http://s',coding.code='vital-signs']");
  ASSERT_TRUE(filter) << trouble;
  ASSERT_EQ((*filter)[0].mapping.steps[0].tests.size(), 2U);
  EXPECT_EQ((*filter)[0].mapping.steps[0].tests[1].path, (std::vector<std::string>{"coding", "code"}));
  for (const std::string_view wrong :
       {"", "%", "%other", "value", "F(", "F(%value", "F()", "F(G(%value))", "%value.a[", "%value.a[b]",
        "%value.a[b='c'", "%value.a[b='c]", "%value;%value", "%value )"}) {
    EXPECT_FALSE(read(wrong)) << wrong;
  }
}

/// Other publishers' model infos are not in the repository; a folder of them is named by CALX_MODEL_INFOS.
TEST_F(ModelInfo, PublishedModelInfosLoadWithoutAMistake) {
  const char* folder = std::getenv("CALX_MODEL_INFOS");
  if (folder == nullptr) GTEST_SKIP() << "0 model infos: CALX_MODEL_INFOS names no folder with qicore-modelinfo-*.xml";
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("qicore-modelinfo-") && !name.starts_with("uscore-modelinfo-")) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    EXPECT_TRUE(load(text.str())) << name << ": " << message();
    EXPECT_TRUE(model().context("Patient") != nullptr) << name;
    ++count;
  }
  EXPECT_GT(count, 0U);
}

}  // namespace
}  // namespace calx
