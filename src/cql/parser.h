#pragma once

#include "cql/ast.h"
#include "diagnostics/diagnostics.h"
#include "diagnostics/source_text.h"

namespace calx::cql {

/// Reads a whole library. Always returns an Ast; every mistake found is in `diagnostics`, and reading goes on with the
/// next declaration after one.
Ast parse_library(const SourceText& source, Diagnostics& diagnostics);

/// Reads a text that is one expression and nothing else.
ExpressionAst parse_expression(const SourceText& source, Diagnostics& diagnostics);

}  // namespace calx::cql
