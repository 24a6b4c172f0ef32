#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "cql/lexer.h"
#include "cql/parser.h"
#include "cql/printer.h"
#include "diagnostics/render.h"

// Any bytes: lexing and parsing end, within memory in proportion to the text, in a tree or in diagnostics. A text
// without mistakes must print to one that parses to the same tree.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace calx;
  SourceSet sources;
  Diagnostics diagnostics(100);
  const SourceText& source = sources.add("input", std::string(reinterpret_cast<const char*>(data), size));
  cql::Ast ast = cql::parse_library(source, diagnostics);
  std::string tree = cql::print_ast(ast.library());
  std::string text = cql::print(ast.library());
  render_text(diagnostics, sources, Colour::Off);
  if (diagnostics.empty()) {
    const SourceText& printed = sources.add("printed", text);
    cql::Ast again = cql::parse_library(printed, diagnostics);
    CALX_CHECK(diagnostics.empty(), "canonical text has no mistakes");
    CALX_CHECK(cql::print_ast(again.library()) == tree, "canonical text has the same tree");
  }
  Diagnostics of_expression(100);
  cql::ExpressionAst expression = cql::parse_expression(source, of_expression);
  cql::print(expression.root());
  return 0;
}
