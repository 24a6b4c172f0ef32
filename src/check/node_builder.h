#pragma once

#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "check/checker.h"
#include "plan/typed_library.h"

namespace calx {

/// An expression with its static type. An invalid one has been reported; whatever is built on it is invalid too and
/// stays silent.
struct Typed {
  NodeId node = kNoNode;
  TypeId type;

  bool is_valid() const { return node != kNoNode; }
  static Typed invalid() { return {}; }
};

/// Appends nodes to the store of the library being checked, and numbers the locals of the define being checked.
class NodeBuilder {
 public:
  NodeBuilder(const CheckContext& context, TypedLibrary& library) : context_(context), library_(library) {}

  Types& types() { return context_.types; }
  const Types& types() const { return context_.types; }
  const CheckContext& context() const { return context_; }
  TypedLibrary& library() { return library_; }

  /// The place of the nodes added from here on.
  void set_span(Span span) { span_ = span; }
  Span span() const { return span_; }

  Typed constant(const Value& value, TypeId type);
  Typed null_of(TypeId type) { return constant(Value::null(), type); }
  Typed boolean(bool value) { return constant(Value::boolean(value), system_type::kBoolean); }
  Typed node(NodeKind kind, TypeId type, std::span<const Typed> children, std::uint32_t payload = 0,
             std::uint8_t flag = 0);
  Typed node(NodeKind kind, TypeId type, std::initializer_list<Typed> children, std::uint32_t payload = 0,
             std::uint8_t flag = 0) {
    return node(kind, type, std::span<const Typed>(children.begin(), children.size()), payload, flag);
  }
  Typed operation(OperatorId id, TypeId type, std::span<const Typed> operands, const OperatorAttributes& attributes);
  Typed local(std::uint32_t slot, TypeId type) { return node(NodeKind::Local, type, {}, slot); }

  Node& at(Typed expression) { return library_.store.nodes[expression.node.value]; }

  std::uint32_t new_slot() { return slot_count_++; }
  void start_frame(std::uint32_t first_slot) { slot_count_ = first_slot; }
  std::uint32_t slot_count() const { return slot_count_; }

 private:
  const CheckContext& context_;
  TypedLibrary& library_;
  Span span_;
  std::uint32_t slot_count_ = 0;
};

}  // namespace calx
