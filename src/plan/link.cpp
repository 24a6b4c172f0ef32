#include <map>

#include "plan/plan.h"

namespace calx {

namespace {

/// Where the parts of one library begin in the plan.
struct Offsets {
  std::uint32_t node, child, constant, query, retrieve, name, elements, type, define, function, parameter;
};

std::uint32_t size_of(const auto& vector) {
  return static_cast<std::uint32_t>(vector.size());
}

class Linker {
 public:
  explicit Linker(const std::vector<TypedLibrary>& libraries) : libraries_(libraries) {}

  Plan run() {
    for (std::uint32_t index = 0; index < libraries_.size(); ++index) {
      offsets_.push_back(current_offsets());
      by_name_[libraries_[index].name] = index;
      append(libraries_[index], index);
    }
    return std::move(plan_);
  }

 private:
  Offsets current_offsets() const {
    const NodeStore& store = plan_.store;
    return {size_of(store.nodes),     size_of(store.children),  size_of(store.constants), size_of(store.queries),
            size_of(store.retrieves), size_of(store.names),     size_of(store.elements),  size_of(store.types),
            size_of(plan_.defines),   size_of(plan_.functions), size_of(plan_.parameters)};
  }

  void append(const TypedLibrary& library, std::uint32_t index) {
    const Offsets& at = offsets_[index];
    plan_.libraries.push_back({library.name, library.version, library.source, at.define, size_of(library.defines)});
    for (const Node& node : library.store.nodes) plan_.store.nodes.push_back(moved(node, library, at));
    for (NodeId child : library.store.children) plan_.store.children.push_back(moved(child, at));
    append_all(plan_.store.constants, library.store.constants);
    append_all(plan_.store.retrieves, library.store.retrieves);
    append_all(plan_.store.names, library.store.names);
    append_all(plan_.store.elements, library.store.elements);
    append_all(plan_.store.types, library.store.types);
    for (const QueryPlan& query : library.store.queries) plan_.store.queries.push_back(moved(query, at));
    for (Define define : library.defines) {
      define.body = moved(define.body, at);
      define.library = index;
      plan_.defines.push_back(std::move(define));
    }
    for (Function function : library.functions) {
      function.body = moved(function.body, at);
      function.library = index;
      plan_.functions.push_back(std::move(function));
    }
    for (Parameter parameter : library.parameters) {
      parameter.default_value = moved(parameter.default_value, at);
      parameter.library = index;
      plan_.parameters.push_back(parameter);
    }
  }

  template <class T>
  static void append_all(std::vector<T>& to, const std::vector<T>& from) {
    to.insert(to.end(), from.begin(), from.end());
  }

  static NodeId moved(NodeId id, const Offsets& at) { return id == kNoNode ? id : NodeId{id.value + at.node}; }

  Node moved(Node node, const TypedLibrary& library, const Offsets& at) const {
    node.first_child += at.child;
    switch (node.kind) {
      case NodeKind::Constant:
        node.payload += at.constant;
        break;
      case NodeKind::Query:
        node.payload += at.query;
        break;
      case NodeKind::Retrieve:
        node.payload += at.retrieve;
        break;
      case NodeKind::Property:
        node.payload += at.name;
        break;
      case NodeKind::Instance:
        node.payload += at.elements;
        break;
      case NodeKind::Is:
        node.payload += at.type;
        break;
      case NodeKind::DefineReference:
        node.payload = resolve(library, node.payload, &Offsets::define, at);
        break;
      case NodeKind::FunctionCall:
        node.payload = resolve(library, node.payload, &Offsets::function, at);
        break;
      case NodeKind::ParameterReference:
        node.payload = resolve(library, node.payload, &Offsets::parameter, at);
        break;
      case NodeKind::Operator:
      case NodeKind::And:
      case NodeKind::Or:
      case NodeKind::Implies:
      case NodeKind::If:
      case NodeKind::Case:
      case NodeKind::CaseOf:
      case NodeKind::Coalesce:
      case NodeKind::CoalesceList:
      case NodeKind::List:
      case NodeKind::Tuple:
      case NodeKind::Interval:
      case NodeKind::IntervalDynamic:
      case NodeKind::CodeOf:
      case NodeKind::ConceptOf:
      case NodeKind::QuantityOf:
      case NodeKind::RatioOf:
      case NodeKind::Exists:
      case NodeKind::ForEach:
      case NodeKind::ForEachEnd:
      case NodeKind::ContextReference:
      case NodeKind::Local:
      case NodeKind::As:
      case NodeKind::Cast:
      case NodeKind::ToSystem:
      case NodeKind::Message:
        break;
    }
    return node;
  }

  std::uint32_t resolve(const TypedLibrary& library, std::uint32_t reference, std::uint32_t Offsets::* part,
                        const Offsets& own) const {
    const LibraryReference& target = library.references[reference];
    if (target.include == LibraryReference::kSelf) return own.*part + target.index;
    const auto found = by_name_.find(library.includes[target.include]);
    CALX_CHECK(found != by_name_.end(), "a library is linked after those it includes");
    return offsets_[found->second].*part + target.index;
  }

  static QueryPlan moved(QueryPlan query, const Offsets& at) {
    for (QuerySource& source : query.sources) source.expression = moved(source.expression, at);
    for (QueryLet& let : query.lets) let.expression = moved(let.expression, at);
    for (QueryRelationship& relationship : query.relationships) {
      relationship.source.expression = moved(relationship.source.expression, at);
      relationship.condition = moved(relationship.condition, at);
    }
    query.where = moved(query.where, at);
    query.result = moved(query.result, at);
    query.aggregate_start = moved(query.aggregate_start, at);
    query.aggregate = moved(query.aggregate, at);
    for (QuerySort& sort : query.sort) sort.expression = moved(sort.expression, at);
    return query;
  }

  const std::vector<TypedLibrary>& libraries_;
  std::vector<Offsets> offsets_;
  std::map<std::string_view, std::uint32_t> by_name_;
  Plan plan_;
};

}  // namespace

Plan link(const std::vector<TypedLibrary>& libraries) {
  return Linker(libraries).run();
}

std::optional<std::uint32_t> Plan::find_library(std::string_view name) const {
  for (std::uint32_t index = 0; index < libraries.size(); ++index) {
    if (libraries[index].name == name) return index;
  }
  return std::nullopt;
}

std::optional<DefineId> Plan::find_define(std::uint32_t library, std::string_view name) const {
  const PlanLibrary& owner = libraries[library];
  for (std::uint32_t index = 0; index < owner.define_count; ++index) {
    if (defines[owner.first_define + index].name == name) return DefineId{owner.first_define + index};
  }
  return std::nullopt;
}

}  // namespace calx
