#include "cql/ast.h"

namespace calx::cql {
namespace {

struct Row {
  std::string_view name;
  NodeFamily family;
};

constexpr Row kRows[] = {
#define CALX_AST_NODE(kind, family) {#kind, NodeFamily::family},
#include "cql/ast_nodes.def"
#undef CALX_AST_NODE
};

}  // namespace

std::string_view node_kind_name(NodeKind kind) {
  return kRows[static_cast<std::size_t>(kind)].name;
}

NodeFamily node_family(NodeKind kind) {
  return kRows[static_cast<std::size_t>(kind)].family;
}

const Tag* Documentation::find(std::string_view name) const {
  for (const Tag& tag : tags) {
    if (tag.name == name) return &tag;
  }
  return nullptr;
}

}  // namespace calx::cql
