#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "cql/parser.h"
#include "cql/printer.h"
#include "diagnostics/render.h"

namespace calx::cql {

/// One text parsed for a test, with everything that must outlive the Ast.
struct ParsedLibrary {
  explicit ParsedLibrary(std::string_view text)
      : source(sources.add("test.cql", std::string(text))), ast(parse_library(source, diagnostics)) {}

  std::string messages() const { return render_text(diagnostics, sources, Colour::Off); }

  SourceSet sources;
  Diagnostics diagnostics;
  const SourceText& source;
  Ast ast;
};

struct ParsedExpression {
  explicit ParsedExpression(std::string_view text)
      : source(sources.add("test.cql", std::string(text))), ast(parse_expression(source, diagnostics)) {}

  std::string messages() const { return render_text(diagnostics, sources, Colour::Off); }

  SourceSet sources;
  Diagnostics diagnostics;
  const SourceText& source;
  ExpressionAst ast;
};

/// The text parses, and its canonical form parses to the same tree.
inline void expect_round_trip(std::string_view text) {
  ParsedExpression first(text);
  ASSERT_TRUE(first.diagnostics.empty()) << text << "\n" << first.messages();
  std::string canonical = print(first.ast.root());
  ParsedExpression second(canonical);
  ASSERT_TRUE(second.diagnostics.empty()) << text << "\n" << canonical << "\n" << second.messages();
  EXPECT_EQ(print_ast(first.ast.root()), print_ast(second.ast.root())) << text << "\n" << canonical;
  EXPECT_EQ(canonical, print(second.ast.root())) << "printing is not stable";
}

}  // namespace calx::cql
