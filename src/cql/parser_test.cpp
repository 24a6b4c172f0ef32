#include "cql/parser.h"

#include <chrono>
#include <sstream>

#include "cql/lexer.h"
#include "cql/test_support.h"

namespace calx::cql {
namespace {

std::string canonical(std::string_view text) {
  ParsedExpression parsed(text);
  EXPECT_TRUE(parsed.diagnostics.empty()) << text << "\n" << parsed.messages();
  return print(parsed.ast.root());
}

// Every form of the grammar at least once.
constexpr std::string_view kForms[] = {
    // literals
    "null",
    "true",
    "false",
    "'it\\'s'",
    "0",
    "42",
    "2147483648",
    "42L",
    "4.20",
    "@2014",
    "@2014-01",
    "@2014-01-25",
    "@2014T",
    "@2014-01-25T14:30:14.559+01:00",
    "@2014-01-25T14:30Z",
    "@T14:30:14.559",
    "6.5 'mg/dL'",
    "3 days",
    "1 year",
    "1 week",
    "250 milliseconds",
    "1 'mg' : 100 'mL'",
    "1:8",
    "1 : 2 'mL'",
    // selectors
    "Interval[1, 2]",
    "Interval(1, 2)",
    "Interval[1, null)",
    "Tuple { a: 1, \"b c\": 'x' }",
    "{ a: 1 }",
    "{ : }",
    "Tuple { : }",
    "{}",
    "{ 1, 2, 3 }",
    "List { 1 }",
    "List<Integer> { }",
    "List<Interval<Integer>> { Interval[1, 2] }",
    "FHIR.Period { start: X, \"end\": Y }",
    "Quantity { value: 1.0, unit: 'g' }",
    "Quantity { : }",
    "Code { code: 'x' }",
    "Concept { codes: { C } }",
    "Code 'c' from \"S\"",
    "Code 'c' from L.\"S\" display 'd'",
    "Concept { Code 'c' from \"S\", Code 'd' from \"S\" } display 'e'",
    "{ 1 'a', 2 : 3 }",
    "{ a: b }.a",
    // names and invocations
    "x",
    "\"x y\"",
    "`x y`",
    "%context",
    "%'long name'",
    "%\"q\"",
    "$this",
    "$index",
    "$total",
    "A.B.C",
    "f()",
    "f(1, 'a')",
    "L.f(x)",
    "x.f(1).g()",
    "'a'.length()",
    "1.toString()",
    "5 'mg'.value",
    "x[0]",
    "x.y[1].z",
    "(x).y",
    "{ 1 }.first()",
    "Date(2014)",
    "date(2014)",
    "x.code",
    "x.date",
    "x.contains('a')",
    "x.distinct()",
    "x.all($this)",
    "code",
    "code.display",
    "version",
    "f(g(h(1)))",
    // retrieves
    "[Condition]",
    "[FHIR.Condition]",
    "[Condition: \"V\"]",
    "[Condition: L.\"V\"]",
    "[Condition: code in \"V\"]",
    "[Condition: code ~ \"C\"]",
    "[Condition: code = \"C\"]",
    "[Condition: a.b[0].c in V]",
    "[Condition: f(x)]",
    "[\"P\" -> Condition]",
    "[L.P -> Condition: code in V]",
    "[Condition: { C, D }]",
    "[Condition: \"A\" union \"B\"]",
    // queries
    "[Condition] C",
    "\"X\" C where C.a",
    "L.\"X\" C return C.a",
    "(f(x)) C return all C",
    "([Condition]) C",
    "[A] A return distinct A.x",
    "from [A] A, [B] B",
    "from [A] A",
    "from A a, (f()) b where a = b return a",
    "[A] A let x: A.y, z: x + 1 where z > 2",
    "[A] A with [B] B such that A.x = B.x",
    "[A] A without \"B\" B such that B.x during A.y with [C] C such that true",
    "[A] A sort asc",
    "[A] A sort desc",
    "[A] A sort ascending",
    "[A] A sort descending",
    "[A] A sort by x",
    "[A] A sort by x desc, y.z asc, f($this) + 1",
    "[A] A return A.x sort by $this descending",
    "X x aggregate R: R + x",
    "X x aggregate R starting 0: R + x",
    "X x aggregate all R starting (null): R + x",
    "X x aggregate distinct R starting 1 'mg': R * x",
    "X x aggregate R starting 'a': R & x",
    "from X x, Y y aggregate R starting 0: R + x * y",
    "[A] A let a: A.x with [B] B such that B.y = a where a > 1 return Tuple { a: a } sort by a",
    "exists ([A] A where A.x)",
    "exists [A] A where A.x and A.y",
    "[A] A union [B]",
    "{ (A) a, (B) b }",
    "f((A) a, B b)",
    "([A] A) B return ([C] C where C.x return C.y)",
    // arithmetic
    "1 + 2 - 3 + 4",
    "1 * 2 / 3",
    "7 div 2",
    "7 mod 2",
    "2 ^ 3 ^ 4",
    "-x",
    "+x",
    "- -1",
    "-(1 + 2)",
    "'a' & 'b' & 'c'",
    "(1 + 2) * 3",
    "1 + 2 * 3",
    "1 - (2 - 3)",
    "-x.y",
    "(-x).y",
    "-2 ^ 2",
    // comparison, equality
    "a < b",
    "a <= b",
    "a > b",
    "a >= b",
    "a = b",
    "a != b",
    "a ~ b",
    "a !~ b",
    "a = b = c",
    "(a < b) = (c < d)",
    // logic
    "a and b and c",
    "a or b or c",
    "a xor b xor c",
    "a or b xor c or d",
    "a implies b implies c",
    "not a",
    "not a and b",
    "not (a and b)",
    "not not a",
    "a and (b and c)",
    "(a and b) and c",
    "a and b or c and d",
    "not a = b",
    "a = not b",
    // tests and types
    "a is null",
    "a is not null",
    "a is true",
    "a is not true",
    "a is false",
    "a is not false",
    "a is Integer",
    "a is FHIR.uri",
    "a as List<Integer>",
    "a as Choice<Integer, String>",
    "cast a as Tuple { x Integer, y String }",
    "cast (a as B) as C",
    "convert a to Integer",
    "convert 5 'mg' to 'g'",
    "convert 5 days to hours",
    "not (a is B)",
    "a as Interval<DateTime>",
    "a is Code",
    "a is Concept",
    "a as System.Code",
    "minimum Integer",
    "maximum System.Date",
    "a is date",
    "exists a is true",
    "cast [A] as List<B>",
    // between
    "a between 1 and 2",
    "a properly between 1 and 2 + 3",
    "a between 1 and 2 and b",
    "days between a and b",
    "duration in months between a and b",
    "difference in years between a and b",
    "days between a and b > 30",
    "duration in days of a",
    "difference in hours of a",
    "years between a and b between 1 and 2",
    // parts
    "year from a",
    "month from a",
    "day from a",
    "hour from a",
    "minute from a",
    "second from a",
    "millisecond from a",
    "date from a",
    "time from a",
    "timezoneoffset from a",
    "start of a",
    "end of a",
    "width of a",
    "successor of a",
    "predecessor of a",
    "singleton from a",
    "point from a",
    "start of end of a",
    "start of a + 1 day",
    "week from a",
    // lists
    "distinct a",
    "flatten a",
    "distinct a union b",
    "collapse a",
    "collapse a per day",
    "expand a per 2 days",
    "expand a per hour",
    "collapse a per b",
    "exists a",
    "a union b union c",
    "a | b",
    "a intersect b except c",
    "a in b",
    "a contains b",
    "a in day of b",
    "a contains month of b",
    "a union b = c",
    "a in b union c",
    // conditionals
    "if a then b else c",
    "if a then b else if c then d else e",
    "1 + if a then b else c",
    "case when a then b else c end",
    "case x when 1 then 2 when 3 then 4 else 5 end",
    "if a then b else c and d",
    "(if a then b else c) and d",
    "case when a is null then null else b end.x",
    // timing
    "a same as b",
    "a same day as b",
    "a same or before b",
    "a same month or after b",
    "a starts same day as b",
    "a ends same day or before end b",
    "a occurs same day as start b",
    "a same day as start of b",
    "a includes b",
    "a properly includes b",
    "a includes day of b",
    "a includes start b",
    "a properly includes day of end b",
    "a during b",
    "a included in b",
    "a properly during b",
    "a properly included in day of b",
    "a during day of b",
    "a starts during b",
    "a ends included in b",
    "a starts properly during b",
    "a occurs during b",
    "a before b",
    "a after b",
    "a before day of b",
    "a after start b",
    "a before end of b",
    "a starts before b",
    "a ends after end b",
    "a 3 days before b",
    "a 3 days or more before b",
    "a 3 days or less after day of start b",
    "a less than 3 days before b",
    "a more than 3 'd' after b",
    "a starts 3 days before start b",
    "a 3 before b",
    "a starts less than 3 days before start of b",
    "a ends 1 year or less on or after b",
    "a on or before b",
    "a on or after day of b",
    "a before or on b",
    "a after or on month of b",
    "a starts on or before b",
    "a starts 3 days or less on or before b",
    "a 3 days before or on b",
    "a occurs 3 days before b",
    "a within 3 days of b",
    "a properly within 3 days of start b",
    "a starts within 3 days of start of b",
    "a ends properly within 2 hours of end b",
    "a meets b",
    "a meets before b",
    "a meets after day of b",
    "a overlaps b",
    "a overlaps before b",
    "a overlaps after day of b",
    "a starts b",
    "a ends b",
    "a starts day of b",
    "a ends year of b",
    "a before b and c during d",
    "a starts (5)",
    "a before b = c",
    "a < b during c",
    "start of a before end of b",
    "a before start",
    "a.b starts c.d",
    "[A] a where a.x 3 days or more before a.y",
};

TEST(Parser, EveryFormParsesAndRoundTrips) {
  for (std::string_view form : kForms) expect_round_trip(form);
}

TEST(Parser, Precedence) {
  EXPECT_EQ(print_ast(ParsedExpression("a or b and not c = d").ast.root()),
            "Nary or\n"
            "  Identifier \"a\"\n"
            "  Nary and\n"
            "    Identifier \"b\"\n"
            "    Binary =\n"
            "      Unary Not\n"
            "        Identifier \"c\"\n"
            "      Identifier \"d\"\n");
  EXPECT_EQ(canonical("(a + b) - c"), "a + b - c");
  EXPECT_EQ(canonical("a - (b - c)"), "a - (b - c)");
  EXPECT_EQ(canonical("(2 ^ 3) ^ 4"), "2 ^ 3 ^ 4");
  EXPECT_EQ(canonical("(not a) is null"), "(not a) is null");
  EXPECT_EQ(canonical("not (a is null)"), "not a is null");
  EXPECT_EQ(canonical("(exists a) and b"), "exists a and b");
  EXPECT_EQ(canonical("exists (a union b)"), "exists (a union b)");
  EXPECT_EQ(canonical("start of (a.b)"), "start of a.b");
  EXPECT_EQ(canonical("(start of a) + b"), "start of a + b");
  EXPECT_EQ(canonical("(a union b) in c"), "a union b in c");
  EXPECT_EQ(canonical("(a = b) and (c in d)"), "a = b and c in d");
  EXPECT_EQ(canonical("(a before b) = c"), "a before b = c");
  EXPECT_EQ(canonical("distinct (a union b)"), "distinct a union b");
}

TEST(Parser, ChainsAreOneNode) {
  ParsedExpression parsed("a or b or c or d");
  const auto& chain = parsed.ast.root().as<Nary>();
  EXPECT_EQ(chain.operands.size(), 4U);
  EXPECT_EQ(chain.depth, 2);
  EXPECT_EQ(ParsedExpression("(a or b) or c").ast.root().as<Nary>().operands.size(), 2U);
}

TEST(Parser, LongChainsDoNotNest) {
  for (std::string_view sign : {"or", "and", "xor", "+", "&", "union", "|"}) {
    std::string text = "a";
    for (int i = 0; i < 100'000; ++i) text += " " + std::string(sign) + " a";
    ParsedExpression parsed(text);
    EXPECT_TRUE(parsed.diagnostics.empty()) << sign;
    EXPECT_EQ(parsed.ast.root().as<Nary>().operands.size(), 100'001U);
  }
}

TEST(Parser, MixedChainsCountAsNesting) {
  std::string text = "a";
  for (int i = 0; i < 2000; ++i) text += i % 2 == 0 ? " + a" : " - a";
  ParsedExpression parsed(text);
  ASSERT_EQ(parsed.diagnostics.entries().size(), 1U);
  EXPECT_EQ(parsed.diagnostics.entries()[0].kind, DiagnosticKind::NestingTooDeep);
}

std::string repeat(std::string_view text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

TEST(Parser, DeepNestingIsADiagnostic) {
  struct Row {
    std::string_view open;
    std::string_view inner;
    std::string_view close;
  };
  constexpr Row kRows[] = {
      {"(", "1", ")"},
      {"{", "1", "}"},
      {"f(", "1", ")"},
      {"not ", "a", ""},
      {"- ", "1", ""},
      {"start of ", "a", ""},
      {"if a then b else ", "c", ""},
      {"case when ", "a", " then 1 else 2 end"},
      {"a[", "1", "]"},
      {"Tuple { a: ", "1", " }"},
      {"Interval[", "1", ", 2]"},
      {"(A) a where ", "b", ""},
      {"distinct ", "a", ""},
      {"cast ", "a", " as B"},
      {"a = (", "b", ")"},
      {"[A: ", "b", "]"},
      {"a implies (", "b", ")"},
      {"days between (", "a", ") and b"},
  };
  for (const Row& row : kRows) {
    for (std::size_t depth : {400U, 10'000U}) {
      std::string text = repeat(row.open, depth) + std::string(row.inner) + repeat(row.close, depth);
      ParsedExpression parsed(text);
      if (depth == 400U) {
        EXPECT_TRUE(parsed.diagnostics.empty()) << row.open << "\n" << parsed.messages().substr(0, 400);
        EXPECT_LE(parsed.ast.root().depth, kMaximumDepth);
        EXPECT_FALSE(print(parsed.ast.root()).empty());
      } else {
        ASSERT_EQ(parsed.diagnostics.entries().size(), 1U) << row.open;
        EXPECT_EQ(parsed.diagnostics.entries()[0].kind, DiagnosticKind::NestingTooDeep) << row.open;
      }
    }
  }
}

TEST(Parser, DepthLimitIsExact) {
  auto nested = [](std::size_t count) { return repeat("(", count) + "1" + repeat(")", count); };
  EXPECT_TRUE(ParsedExpression(nested(kMaximumDepth - 1U)).diagnostics.empty());
  EXPECT_FALSE(ParsedExpression(nested(kMaximumDepth)).diagnostics.empty());
  auto members = [](std::size_t count) { return "a" + repeat(".b", count); };
  EXPECT_TRUE(ParsedExpression(members(kMaximumDepth - 1U)).diagnostics.empty());
  EXPECT_FALSE(ParsedExpression(members(kMaximumDepth)).diagnostics.empty());
  auto types = [](std::size_t count) { return "a as " + repeat("List<", count) + "B" + repeat(">", count); };
  EXPECT_TRUE(ParsedExpression(types(500)).diagnostics.empty());
  EXPECT_FALSE(ParsedExpression(types(10'000)).diagnostics.empty());
}

constexpr std::string_view kLibrary = R"(/*
 * A library.
 * @version-of: x
 */
library A.B version '1.0'

using FHIR version '4.0.1'
using System called S
include C.D version '2' called D
include E
codesystem "LOINC": 'http://loinc.org' version '2.7'
private codesystem T: 'urn:t'
valueset "V": 'urn:v' version '1' codesystems { "LOINC", D."T" }
code "C": '123' from "LOINC" display 'See'
public concept "K": { "C", D."C2" } display 'Kay'
parameter "P" Interval<DateTime> default Interval[@2014T, @2015T)
parameter Q default 5
parameter R Choice<Integer, List<Tuple { a Integer, code Code }>>

context Patient

// What it means
// in two lines.
// @label: The label
// @source: somewhere
//   and further
//
// More words.
define "X": [Condition] C where C.code ~ "C"

define private Y: 1 // @label: not of Z

// far away
// @label: kept

// near
define Z: Y

define function f(a Integer, "b c" List<Code>): a
define fluent function g(a Choice<Integer, String>) returns Boolean: a is null
define private function contains(): external
define function h(code Integer) returns Integer: external

context FHIR.Practitioner
define W: null
)";

TEST(Parser, LibraryDeclarations) {
  ParsedLibrary parsed(kLibrary);
  ASSERT_TRUE(parsed.diagnostics.empty()) << parsed.messages();
  const Library& library = parsed.ast.library();
  ASSERT_EQ(library.name.parts.size(), 2U);
  EXPECT_EQ(library.name.last().text, "B");
  EXPECT_EQ(library.version.value, "1.0");
  ASSERT_EQ(library.documentation.tags.size(), 1U);
  EXPECT_EQ(library.documentation.tags[0].name, "version-of");
  ASSERT_EQ(library.declarations.size(), 22U);
  EXPECT_EQ(library.declarations[0]->name.text, "FHIR");
  EXPECT_EQ(library.declarations[1]->name.text, "S");
  EXPECT_EQ(library.declarations[2]->name.text, "D");
  EXPECT_EQ(library.declarations[3]->name.text, "E");
  EXPECT_EQ(library.declarations[5]->access, Access::Private);
  const auto& value_set = library.declarations[6]->as<ValueSetDeclaration>();
  ASSERT_EQ(value_set.code_systems.size(), 2U);
  EXPECT_EQ(value_set.code_systems[1].parts.size(), 2U);
  EXPECT_EQ(library.declarations[10]->as<ParameterDeclaration>().type, nullptr);
}

TEST(Parser, DocumentationAndTags) {
  ParsedLibrary parsed(kLibrary);
  auto find = [&](std::string_view name) -> const Declaration& {
    for (const Declaration* declaration : parsed.ast.library().declarations) {
      if (declaration->name.text == name) return *declaration;
    }
    ADD_FAILURE() << name;
    return *parsed.ast.library().declarations[0];
  };
  const Documentation& x = find("X").documentation;
  EXPECT_EQ(x.text, "What it means\nin two lines.\n\nMore words.");
  ASSERT_EQ(x.tags.size(), 2U);
  EXPECT_EQ(x.find("label")->value, "The label");
  EXPECT_EQ(x.find("source")->value, "somewhere and further");
  EXPECT_EQ(parsed.source.slice(x.tags[0].span), "@label: The label");
  EXPECT_EQ(x.find("none"), nullptr);
  const Documentation& z = find("Z").documentation;
  EXPECT_EQ(z.text, "near");
  ASSERT_EQ(z.tags.size(), 1U);
  EXPECT_EQ(z.tags[0].value, "kept");
  EXPECT_TRUE(find("Y").documentation.tags.empty());
}

TEST(Parser, LibraryRoundTrips) {
  ParsedLibrary first(kLibrary);
  std::string text = print(first.ast.library());
  ParsedLibrary second(text);
  ASSERT_TRUE(second.diagnostics.empty()) << text << second.messages();
  EXPECT_EQ(print_ast(first.ast.library()), print_ast(second.ast.library())) << text;
  EXPECT_EQ(text, print(second.ast.library()));
}

TEST(Parser, SpansPointAtTheText) {
  ParsedExpression parsed("  a starts 3 days before (b + c)");
  const auto& timing = parsed.ast.root().as<Timing>();
  EXPECT_EQ(parsed.source.slice(timing.span), "a starts 3 days before (b + c)");
  EXPECT_EQ(parsed.source.slice(timing.op_span), "starts 3 days before");
  EXPECT_EQ(parsed.source.slice(timing.right->span), "b + c");
  EXPECT_EQ(parsed.source.slice(timing.offset->span), "3 days");
  ParsedExpression query("[A] \"my alias\" sort by x desc");
  const auto& node = query.ast.root().as<Query>();
  EXPECT_EQ(query.source.slice(node.sources[0].alias.span), "\"my alias\"");
  EXPECT_EQ(query.source.slice(node.sources[0].span), "[A] \"my alias\"");
  EXPECT_EQ(query.source.slice(node.sort[0].span), "x desc");
}

TEST(Parser, SourcesWithoutFrom) {
  ParsedExpression parsed("A a, B b where a = b");
  EXPECT_EQ(parsed.ast.root().as<Query>().sources.size(), 2U);
  EXPECT_EQ(ParsedExpression("{ A a, B b }").ast.root().as<ListSelector>().elements.size(), 2U);
  EXPECT_EQ(ParsedExpression("f(A a, B b)").ast.root().as<FunctionCall>().arguments.size(), 2U);
}

TEST(Parser, AQueryInsideAClauseEndsWhereItCannotGoOn) {
  ParsedExpression parsed("X x let a: Y y where y.b return all y, c: Z z return z where a = c return all x sort asc");
  ASSERT_TRUE(parsed.diagnostics.empty()) << parsed.messages();
  const auto& query = parsed.ast.root().as<Query>();
  EXPECT_EQ(query.lets.size(), 2U);
  EXPECT_NE(query.where, nullptr);
  EXPECT_NE(query.return_clause, nullptr);
  EXPECT_EQ(query.sort.size(), 1U);
  expect_round_trip("X x let a: Y y return y return a");
  expect_round_trip("X x where exists Y y where y return y return x");
  EXPECT_FALSE(ParsedExpression("X x return (Y y return y where y)").diagnostics.empty());
}

TEST(Parser, EveryMistakeOfALibraryIsReported) {
  ParsedLibrary parsed(R"(library L
valueset V 'x'
code C: '1' form S
parameter P
define A: 1 +
define B: (1
define C: a == b
define D: [Condition
define E: if a then b
define F: 1 2
define G: 'good'
stray words
define H: case when a then b end
define I: a properly before b
define J: f(1,
define K: G
)");
  std::vector<std::uint32_t> lines;
  for (const Diagnostic* diagnostic : parsed.diagnostics.sorted()) {
    lines.push_back(parsed.source.position(diagnostic->span.begin).line);
  }
  EXPECT_EQ(lines, (std::vector<std::uint32_t>{2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15})) << parsed.messages();
  // The names of broken defines stay known, so that their uses are no further mistakes.
  EXPECT_EQ(parsed.ast.library().declarations.size(), 14U);
}

TEST(Parser, ReservedWordsAsNames) {
  ParsedLibrary parsed("define code: 1\ndefine X: A.duration\ndefine Y: (B) year return year");
  EXPECT_GE(parsed.diagnostics.entries().size(), 3U);
  EXPECT_EQ(parsed.diagnostics.entries()[0].kind, DiagnosticKind::ReservedWordAsName);
  EXPECT_EQ(parsed.diagnostics.entries()[1].kind, DiagnosticKind::ReservedWordAsName);
  EXPECT_EQ(parsed.ast.library().declarations[1]->name.text, "X");
}

TEST(Parser, NothingIsNullInABrokenText) {
  for (std::string_view text : {"",
                                "(",
                                "[",
                                "{",
                                "a +",
                                "a.",
                                "f(",
                                "if",
                                "case",
                                "cast",
                                "convert",
                                "a is",
                                "Interval[",
                                "Interval[1,",
                                "Tuple {",
                                "a between",
                                "days",
                                "days between",
                                "duration",
                                "duration in",
                                "a starts",
                                "a within",
                                "a 3 days",
                                "from",
                                "from A",
                                "A a let",
                                "A a with",
                                "A a with B",
                                "A a sort",
                                "A a aggregate",
                                "A a aggregate b starting",
                                "List<",
                                "Code 'x'",
                                "Concept { Code 'x' from",
                                "%",
                                "a[",
                                "a properly",
                                "expand",
                                "minimum",
                                "a less than",
                                "[A ->",
                                "[A: b in",
                                "1 :",
                                "1 : ",
                                "@",
                                "not",
                                "a same",
                                "a same day",
                                "exists"}) {
    ParsedExpression parsed(text);
    EXPECT_TRUE(parsed.diagnostics.has_errors()) << text;
    EXPECT_FALSE(print(parsed.ast.root()).empty());
    EXPECT_FALSE(print_ast(parsed.ast.root()).empty());
  }
}

// Every prefix of a good text, and every text with one token left out, must end in diagnostics and not in a crash.
TEST(Parser, DamagedTextsAreSurvived) {
  for (std::size_t length = 0; length < kLibrary.size(); ++length) {
    ParsedLibrary parsed(kLibrary.substr(0, length));
    EXPECT_FALSE(print_ast(parsed.ast.library()).empty());
  }
  for (std::string_view form : kForms) {
    SourceSet sources;
    Diagnostics diagnostics;
    const SourceText& source = sources.add("form", std::string(form));
    Tokens tokens = lex(source, diagnostics);
    for (const Token& token : tokens.tokens) {
      std::string damaged(form);
      damaged.erase(token.begin, token.length);
      ParsedExpression parsed(damaged);
      EXPECT_FALSE(print_ast(parsed.ast.root()).empty());
    }
  }
}

TEST(Parser, LargeLibraryIsQuick) {
  std::string text = "library Large\n";
  std::size_t defines = 0;
  while (text.size() < 5'000'000) {
    std::string number = std::to_string(defines++);
    text += "// @label: define " + number + "\ndefine \"D" + number +
            "\":\n  [Condition: code in \"V\"] C\n"
            "    with [Observation: \"O\"] O such that O.effective 3 days or less before start of C.onset\n"
            "    where C.clinicalStatus ~ \"active\" and C.abatement is null\n    return C.code\n";
  }
  auto start = std::chrono::steady_clock::now();
  ParsedLibrary parsed(text);
  auto spent = std::chrono::steady_clock::now() - start;
  EXPECT_TRUE(parsed.diagnostics.empty());
  EXPECT_EQ(parsed.ast.library().declarations.size(), defines);
  // About 0.3 s in a debug build; the bound only catches quadratic behaviour.
  EXPECT_LT(std::chrono::duration_cast<std::chrono::seconds>(spent).count(), 20);
}

TEST(Parser, ContextualWordsAreNames) {
  for (std::string_view word : {"on", "such", "less", "more", "than", "included", "returns", "external", "Choice"}) {
    std::string text(word);
    expect_round_trip(text);
    expect_round_trip("(x) " + text + " return " + text + ".y");
  }
  expect_round_trip("X on on or before y");
}

}  // namespace
}  // namespace calx::cql
