#include "check/node_builder.h"

namespace calx {

Typed NodeBuilder::constant(const Value& value, TypeId type) {
  library_.store.constants.push_back(value);
  return node(NodeKind::Constant, type, {}, static_cast<std::uint32_t>(library_.store.constants.size() - 1));
}

Typed NodeBuilder::node(NodeKind kind, TypeId type, std::span<const Typed> children, std::uint32_t payload,
                        std::uint8_t flag) {
  for (const Typed& child : children) {
    if (!child.is_valid()) return Typed::invalid();
  }
  NodeStore& store = library_.store;
  Node added;
  added.kind = kind;
  added.flag = flag;
  added.type = context_.types.foundation(type);
  added.first_child = static_cast<std::uint32_t>(store.children.size());
  added.child_count = static_cast<std::uint32_t>(children.size());
  added.payload = payload;
  added.span = span_;
  for (const Typed& child : children) store.children.push_back(child.node);
  store.nodes.push_back(added);
  return {NodeId{static_cast<std::uint32_t>(store.nodes.size() - 1)}, type};
}

Typed NodeBuilder::operation(OperatorId id, TypeId type, std::span<const Typed> operands,
                             const OperatorAttributes& attributes) {
  Typed result = node(NodeKind::Operator, type, operands);
  if (!result.is_valid()) return result;
  Node& added = at(result);
  added.op = id;
  added.attributes = attributes;
  added.attributes.type = added.type;
  if (!operands.empty()) added.attributes.operand_type = context_.types.foundation(operands[0].type);
  return result;
}

}  // namespace calx
