#include <gtest/gtest.h>

#include "check/checker.h"
#include "cql/parser.h"
#include "diagnostics/render.h"
#include "eval/evaluator.h"
#include "values/date_time.h"
#include "values/text.h"

namespace calx {
namespace {

/// The value of an expression with these promotions allowed, "invalid" when the checker refuses it.
std::string value_of(std::string expression, const Promotions& promotions) {
  LinkedProgram program;
  Diagnostics diagnostics;
  const SourceText& source = program.sources.add("test.cql", "define x: " + expression + "\n");
  program.terminology.finish(diagnostics);
  const cql::Ast ast = cql::parse_library(source, diagnostics);
  CheckContext context{program.types, program.terminology, program.units, program.arena, diagnostics};
  context.promotions = promotions;
  const LibraryFinder find = [](std::string_view, std::string_view) { return nullptr; };
  const std::vector<TypedLibrary> libraries{check_library(ast.library(), find, context)};
  if (diagnostics.has_errors()) return "invalid";
  program.plan = link(libraries);
  Arena arena;
  UnitTable units(&program.units);
  const Record record;
  Evaluator evaluator(program, record, arena, units, *parse_date_time("2026-01-15T12:00:00.000+00:00"));
  const Value value = evaluator.evaluate(DefineId{0});
  return value.is_failed() ? "FAILED: " + std::string(value.as_failure().message) : debug_text(value, units);
}

TEST(Promotions, AreOffUnlessAskedFor) {
  for (const char* expression : {"{1} + 1", "First(1)", "1 overlaps Interval[1, 2]", "Interval[1, 1] + 1"}) {
    EXPECT_EQ(value_of(expression, {}), "invalid") << expression;
  }
}

TEST(Promotions, ConvertWhenTheyAreOn) {
  EXPECT_EQ(value_of("{1} + 1", {.list_demotion = true}), "2");
  EXPECT_EQ(value_of("{1} + 1.5", {.list_demotion = true}), "2.5");
  EXPECT_TRUE(value_of("{1, 2} + 1", {.list_demotion = true}).starts_with("FAILED"));
  EXPECT_EQ(value_of("First(1)", {.list_promotion = true}), "1");
  EXPECT_EQ(value_of("1 overlaps Interval[1, 2]", {.interval_promotion = true}), "true");
  EXPECT_EQ(value_of("Interval[1, 1] + 1", {.interval_demotion = true}), "2");
}

TEST(Promotions, NeverReplaceAPlainConversion) {
  const Promotions all{true, true, true, true};
  EXPECT_EQ(value_of("1 + 1", all), "2");
  EXPECT_EQ(value_of("First({1, 2})", all), "1");
  EXPECT_EQ(value_of("2 in {1, 2}", all), "true");
  EXPECT_EQ(value_of("Interval[1, 3] overlaps Interval[3, 4]", all), "true");
}

}  // namespace
}  // namespace calx
