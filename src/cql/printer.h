#pragma once

#include <string>

#include "cql/ast.h"
#include "cql/token.h"
#include "diagnostics/source_text.h"

namespace calx::cql {

/// Canonical CQL text; parsed again it gives the same Ast (spans aside).
std::string print(const Library& library);
std::string print(const Node& node);

/// The tree itself, one node a line, indented: the printed stage `ast`. Without spans.
std::string print_ast(const Library& library);
std::string print_ast(const Node& node);

/// The printed stage `tokens`: one token a line, `line:column kind text`.
std::string print_tokens(const Tokens& tokens, const SourceText& source);

}  // namespace calx::cql
