#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "diagnostics/source_text.h"
#include "model/types.h"
#include "operators/operator.h"
#include "values/value.h"

namespace calx {

enum class NodeKind : std::uint8_t {
#define CALX_PLAN_NODE(kind, null_rule, can_fail, cost, description) kind,
#include "plan/nodes.def"
#undef CALX_PLAN_NODE
};

std::string_view node_kind_name(NodeKind kind);

inline constexpr NodeId kNoNode{std::numeric_limits<std::uint32_t>::max()};
inline constexpr std::uint32_t kNoSlot = std::numeric_limits<std::uint32_t>::max();
inline constexpr std::uint32_t kNoElement = std::numeric_limits<std::uint32_t>::max();

/// Flags of NodeKind::ForEach: null results are dropped; or the body is asked again about what it gave, until nothing
/// new comes, and lists it gives are taken as their elements.
inline constexpr std::uint8_t kForEachWithoutNulls = 1;
inline constexpr std::uint8_t kForEachRepeat = 2;

/// One typed expression. Every name, overload and conversion is resolved; nothing of the text is needed to run it.
struct Node {
  NodeKind kind = NodeKind::Constant;
  std::uint8_t flag = 0;
  OperatorId op{};                // kind Operator
  TypeId type;                    // static type of the value
  std::uint32_t first_child = 0;  // in NodeStore::children
  std::uint32_t child_count = 0;
  std::uint32_t payload = 0;  // what nodes.def says
  std::uint32_t element =
      kNoElement;  // kind Property: index in the static class, and so in every class derived from it
  OperatorAttributes attributes;
  Span span;
};

struct QuerySource {
  std::uint32_t slot = 0;
  NodeId expression;
  bool is_list = true;
};

struct QueryRelationship {
  bool without = false;
  QuerySource source;
  NodeId condition;
};

struct QueryLet {
  std::uint32_t slot = 0;
  NodeId expression;
};

struct QuerySort {
  bool descending = false;
  NodeId expression = kNoNode;  // none: the element itself
};

/// A query: sources, then per row lets, relationships, where, and one of return and aggregate; then distinct and sort.
struct QueryPlan {
  std::vector<QuerySource> sources;
  std::vector<QueryLet> lets;
  std::vector<QueryRelationship> relationships;
  NodeId where = kNoNode;
  NodeId result = kNoNode;  // none: the one source's element
  bool distinct = false;
  NodeId aggregate_start = kNoNode;
  NodeId aggregate = kNoNode;
  std::uint32_t aggregate_slot = kNoSlot;
  std::vector<QuerySort> sort;
  std::uint32_t sort_slot = kNoSlot;  // $this of the sort expressions
  bool singleton = false;             // no source is a list: the result is no list either
};

/// A retrieve of one resource type, filtered by the codes in its child (if any).
struct RetrievePlan {
  TypeId resource;
  std::uint32_t code_element = kNoElement;  // of the resource; none when there is no filter or a longer path
  std::uint32_t path_slot = kNoSlot;        // the resource, for the code path that is the second child
  bool has_context = false;                 // the last child is whose resources are asked for
  bool by_equality = false;                 // `=`: codes compared whole; otherwise equivalence or membership
};

/// A documentation tag of a define: `@label: ...`.
struct DefineTag {
  std::string_view name;
  std::string_view value;
};

enum class EvaluationContext : std::uint8_t { Patient, Unfiltered, Practitioner };

struct Define {
  std::string_view name;
  TypeId type;
  NodeId body = kNoNode;
  std::uint32_t local_count = 0;
  EvaluationContext context = EvaluationContext::Patient;
  bool is_private = false;
  std::vector<DefineTag> tags;
  Span span;
  std::uint32_t library = 0;  // index in Plan::libraries, set when linking
};

struct Function {
  std::string_view name;
  std::vector<TypeId> operands;  // their locals are slots 0..n-1
  TypeId result;
  NodeId body = kNoNode;
  std::uint32_t local_count = 0;
  bool fluent = false;
  bool is_private = false;
  Span span;
  std::uint32_t library = 0;
};

struct Parameter {
  std::string_view name;
  TypeId type;
  NodeId default_value = kNoNode;
  std::uint32_t local_count = 0;
  Span span;
  std::uint32_t library = 0;
};

/// A code system, value set, code or concept: a name for a constant.
struct Term {
  std::string_view name;
  TypeId type;
  Value value;
  bool is_private = false;
  Span span;
};

/// The nodes of one library or of a whole plan; children and side tables are addressed by index.
struct NodeStore {
  std::vector<Node> nodes;
  std::vector<NodeId> children;
  std::vector<Value> constants;
  std::vector<QueryPlan> queries;
  std::vector<RetrievePlan> retrieves;
  std::vector<std::string_view> names;               // of Property
  std::vector<std::vector<std::uint32_t>> elements;  // of Instance
  std::vector<TypeId> types;                         // of Is

  const Node& node(NodeId id) const { return nodes[id.value]; }
  std::span<const NodeId> children_of(const Node& node) const {
    return {children.data() + node.first_child, node.child_count};
  }
};

/// A define, function or parameter of this or an included library, by the library's index among `includes`
/// (kSelf = this one) and its own index there. Linking turns it into one number.
struct LibraryReference {
  static constexpr std::uint32_t kSelf = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t include = kSelf;
  std::uint32_t index = 0;
};

/// One checked library, whatever it came from. Frozen after checking. Texts point into its source or into the arena
/// of the compilation, both of which live as long as the program.
struct TypedLibrary {
  std::string_view name;
  std::string_view version;
  SourceId source;
  std::vector<std::string_view> includes;  // names of the libraries it refers to
  NodeStore store;
  std::vector<LibraryReference> references;  // payload of DefineReference, FunctionCall, ParameterReference
  std::vector<Define> defines;
  std::vector<Function> functions;
  std::vector<Parameter> parameters;
  std::vector<Term> terms;
};

}  // namespace calx
