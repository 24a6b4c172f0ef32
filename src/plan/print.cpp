#include "plan/plan.h"
#include "values/text.h"

namespace calx {

namespace {

struct KindRow {
  std::string_view name;
};

constexpr KindRow kKinds[] = {
#define CALX_PLAN_NODE(kind, null_rule, can_fail, cost, description) {#kind},
#include "plan/nodes.def"
#undef CALX_PLAN_NODE
};

class Printer {
 public:
  Printer(const Plan& plan, const Types& types, const UnitTable& units) : plan_(plan), types_(types), units_(units) {}

  std::string run() {
    for (const Define& define : plan_.defines) {
      text_ += "define " + std::string(plan_.libraries[define.library].name) + "." + std::string(define.name) + ": " +
               types_.name(define.type) + "\n";
      print(define.body, 1);
    }
    for (const Function& function : plan_.functions) {
      text_ +=
          "function " + std::string(plan_.libraries[function.library].name) + "." + std::string(function.name) + "(";
      for (std::size_t index = 0; index < function.operands.size(); ++index) {
        text_ += (index == 0 ? "" : ", ") + types_.name(function.operands[index]);
      }
      text_ += "): " + types_.name(function.result) + "\n";
      print(function.body, 1);
    }
    return std::move(text_);
  }

 private:
  void line(int depth, const std::string& content) {
    text_ += std::string(static_cast<std::size_t>(depth) * 2, ' ') + content + "\n";
  }

  void part(int depth, std::string_view title, NodeId id) {
    if (id == kNoNode) return;
    line(depth, std::string(title) + ":");
    print(id, depth + 1);
  }

  void print(NodeId id, int depth) {
    if (id == kNoNode) return line(depth, "(invalid)");
    const Node& node = plan_.store.node(id);
    std::string head(node_kind_name(node.kind));
    if (node.kind == NodeKind::Operator) head = operator_row(node.op).name;
    if (node.kind == NodeKind::Constant) head += " " + debug_text(plan_.store.constants[node.payload], units_);
    if (node.kind == NodeKind::Local) head += " #" + std::to_string(node.payload);
    if (node.kind == NodeKind::Property) head += " ." + std::string(plan_.store.names[node.payload]);
    if (node.kind == NodeKind::DefineReference) head += " " + std::string(plan_.defines[node.payload].name);
    if (node.kind == NodeKind::FunctionCall) head += " " + std::string(plan_.functions[node.payload].name);
    if (node.kind == NodeKind::ParameterReference) head += " " + std::string(plan_.parameters[node.payload].name);
    if (node.kind == NodeKind::Is) head += " " + types_.name(plan_.store.types[node.payload]);
    line(depth, head + " : " + types_.name(node.type));
    for (NodeId child : plan_.store.children_of(node)) print(child, depth + 1);
    if (node.kind == NodeKind::Query) print_query(plan_.store.queries[node.payload], depth + 1);
  }

  void print_query(const QueryPlan& query, int depth) {
    for (const QuerySource& source : query.sources)
      part(depth, "source #" + std::to_string(source.slot), source.expression);
    for (const QueryLet& let : query.lets) part(depth, "let #" + std::to_string(let.slot), let.expression);
    for (const QueryRelationship& relationship : query.relationships) {
      part(depth,
           std::string(relationship.without ? "without" : "with") + " #" + std::to_string(relationship.source.slot),
           relationship.source.expression);
      part(depth, "such that", relationship.condition);
    }
    part(depth, "where", query.where);
    part(depth, query.distinct ? "return distinct" : "return", query.result);
    part(depth, "starting", query.aggregate_start);
    part(depth, "aggregate", query.aggregate);
    for (const QuerySort& sort : query.sort) {
      part(depth, sort.descending ? "sort descending" : "sort ascending", sort.expression);
    }
  }

  const Plan& plan_;
  const Types& types_;
  const UnitTable& units_;
  std::string text_;
};

}  // namespace

std::string_view node_kind_name(NodeKind kind) {
  return kKinds[static_cast<std::size_t>(kind)].name;
}

std::string print_plan(const Plan& plan, const Types& types, const UnitTable& units) {
  return Printer(plan, types, units).run();
}

}  // namespace calx
