#include "elm/elm.h"

#include <gtest/gtest.h>

#include "cql/parser.h"
#include "diagnostics/render.h"
#include "plan/plan.h"

namespace calx {
namespace {

/// Reads texts as ELM or CQL and writes them as ELM.
class ElmTest : public testing::Test {
 protected:
  ElmTest() { program_.terminology.finish(diagnostics_); }

  std::string elm_of(std::string text) {
    const cql::Ast ast = cql::parse_library(program_.sources.add("test.cql", std::move(text)), diagnostics_);
    return write_elm(check_library(ast.library(), find_, context_), {find_, program_.types, program_.units, nullptr});
  }

  TypedLibrary read(std::string json) {
    return read_elm(program_.sources.add("test.json", std::move(json)), find_, context_);
  }

  std::string rendered() const { return render_text(diagnostics_, program_.sources, Colour::Off); }

  static std::string with_expression(const std::string& expression) {
    return R"({"library":{"identifier":{"id":"T"},"schemaIdentifier":{"id":"urn:hl7-org:elm","version":"r1"},)"
           R"("statements":{"def":[{"name":"x","context":"Patient","expression":)" +
           expression + "}]}}}";
  }

  LinkedProgram program_;
  Diagnostics diagnostics_;
  const LibraryFinder find_ = [](std::string_view, std::string_view) -> const TypedLibrary* { return nullptr; };
  const CheckContext context_{program_.types, program_.terminology, program_.units, program_.arena, diagnostics_};
};

TEST_F(ElmTest, WritesWhatItReadsAgain) {
  const std::string text =
      "library T version '1'\nusing FHIR version '4.0.1'\ncodesystem \"S\": 'http://s'\ncode \"C\": 'c' from \"S\"\n"
      "parameter P Integer default 3\n"
      "define function twice(n Integer): n * 2\n"
      "define A: from ({1, 2, 3}) X, ({4, null}) Y where X < Y or Y is null return all Tuple { x: X, y: twice(Y) }\n"
      "define B: ([Observation: \"C\"]) O sort by (effective as FHIR.dateTime)\n"
      "define D: case P when 1 then @2024-02-29 when 3 then @2024-03-01 else null end\n"
      "define E: Interval[@2024-01-01T10:00:00.000+02:00, null) overlaps Interval[Now(), Now() + 3 days]\n"
      "define F: ({3, 1, 2}) L sort desc\n"
      "define G: ({1, 2}) N aggregate T starting 0: T + N\n"
      "define H: 'a' & null & Skip({1}, 1)[0].toString()\n";
  const std::string first = elm_of(text);
  ASSERT_FALSE(diagnostics_.has_errors()) << rendered();
  const TypedLibrary again = read(first);
  ASSERT_FALSE(diagnostics_.has_errors()) << rendered();
  EXPECT_EQ(again.name, "T");
  EXPECT_EQ(again.version, "1");
  EXPECT_EQ(again.parameters.size(), 1U);
}

TEST_F(ElmTest, MakesAChainOfAThousandOneNode) {
  std::string expression = R"({"type":"Literal","valueType":"{urn:hl7-org:elm-types:r1}Boolean","value":"false"})";
  const std::string leaf = expression;
  for (int i = 0; i < 1000; ++i) expression = R"({"type":"Or","operand":[)" + expression + "," + leaf + "]}";
  const TypedLibrary library = read(with_expression(expression));
  ASSERT_FALSE(diagnostics_.has_errors()) << rendered();
  const Node& body = library.store.node(library.defines.at(0).body);
  EXPECT_EQ(body.kind, NodeKind::Or);
  EXPECT_EQ(body.child_count, 1001U);
}

TEST_F(ElmTest, RefusesNestingBeyondTheLimit) {
  std::string expression = R"({"type":"Null"})";
  for (int i = 0; i < 1500; ++i) expression = R"({"type":"Not","operand":)" + expression + "}";
  read(with_expression(expression));
  ASSERT_TRUE(diagnostics_.has_errors());
  EXPECT_EQ(diagnostics_.entries().at(0).kind, DiagnosticKind::NestingTooDeep);
}

TEST_F(ElmTest, SaysWhereAnUnknownNodeStands) {
  read(with_expression(R"({"type":"Not","operand":{"type":"Frobnicate","locator":"4:7-4:9"}})"));
  ASSERT_EQ(diagnostics_.entries().size(), 1U) << rendered();
  EXPECT_EQ(diagnostics_.entries()[0].kind, DiagnosticKind::UnsupportedConstruct);
  EXPECT_EQ(diagnostics_.entries()[0].hint, "at $.library.statements.def[0].expression.operand");
  EXPECT_NE(rendered().find("4:7-4:9"), std::string::npos);
}

TEST_F(ElmTest, RefusesWhatIsNoElm) {
  for (const char* text : {"", "[]", "{}", "{\"library\":1}", "{\"library\":{\"statements\":{\"def\":[{}]}}}"}) {
    Diagnostics found;
    Arena arena;
    read_elm_syntax(program_.sources.add("bad.json", text), arena, found);
    EXPECT_TRUE(found.has_errors()) << text;
  }
  EXPECT_TRUE(looks_like_elm(with_expression("{}")));
  EXPECT_FALSE(looks_like_elm("library X"));
}

}  // namespace
}  // namespace calx
