#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/arena.h"
#include "operators/operator.h"
#include "plan/plan.h"
#include "record/record.h"

namespace calx {

/// What one evaluation may use up; beyond it a define fails with a clear message.
struct EvaluationLimits {
  std::uint64_t steps = 200'000'000;                // nodes visited
  std::size_t memory_bytes = std::size_t{1} << 30;  // of the arena
  std::uint32_t depth = 4'000;                      // of nested nodes
  std::size_t stack_bytes = std::size_t{4} << 20;   // of the thread: half of the usual eight megabytes
  std::size_t list_length = 1'000'000;
  std::size_t text_bytes = std::size_t{1} << 26;  // of one text
  std::uint64_t comparisons = 100'000'000;        // of values and their parts
};

struct ParameterValue {
  std::uint32_t parameter = 0;  // index in Plan::parameters
  Value value;
};

/// A Message of severity trace, information or warning.
struct EvaluationMessage {
  std::string severity;
  std::string code;
  std::string text;
};

/// Asks defines of a program about one record. Values it returns live in `arena`, the record or the program. One
/// thread, one record; a define is computed once, when it is first asked for or needed.
class Evaluator {
 public:
  /// `now` is a DateTime with its offset. `units` extends the program's table.
  Evaluator(const LinkedProgram& program, const Record& record, Arena& arena, UnitTable& units, const Value& now,
            std::vector<ParameterValue> parameters = {}, EvaluationLimits limits = {});

  /// A value, null, or Failed with the place of the failure.
  Value evaluate(DefineId define);

  const std::vector<EvaluationMessage>& messages() const { return messages_; }

 private:
  enum class MemoState : std::uint8_t { Empty, Running, Filled };

  Value visit(NodeId id);
  Value visit(const Node& node, NodeId id);
  Value located(Value value, NodeId id);
  Value fail(std::string_view message, NodeId id);
  Value visit_operator(const Node& node, NodeId id);
  Value visit_chain(NodeId id);
  Value apply_operator(const Node& node, NodeId id, const Value* first);
  bool stack_is_used_up() const;
  Value visit_and(const Node& node);
  Value visit_or(const Node& node);
  Value visit_implies(const Node& node);
  Value visit_case(const Node& node, std::size_t first);
  Value visit_list(const Node& node);
  Value visit_tuple(const Node& node);
  Value visit_instance(const Node& node);
  Value visit_interval(const Node& node, NodeId id);
  Value visit_code(const Node& node);
  Value visit_concept(const Node& node);
  Value visit_quantity(const Node& node, NodeId id);
  Value visit_ratio(const Node& node);
  Value visit_query(const Node& node);
  Value visit_exists(const Node& node);
  Value visit_retrieve(const Node& node);
  Value visit_for_each(const Node& node);
  Value repeat(std::span<const Value> source, const Node& node);
  Value visit_for_each_end(const Node& node);
  Value visit_call(const Node& node, NodeId id);
  Value visit_parameter(const Node& node);
  Value visit_context(const Node& node, NodeId id);
  Value visit_property(const Node& node);
  Value visit_message(const Node& node, NodeId id);
  Value call_body(NodeId body, std::uint32_t local_count, std::span<const Value> arguments);

  class QueryRun;

  const LinkedProgram& program_;
  const NodeStore& store_;
  const Record& record_;
  OperatorContext context_;
  EvaluationLimits limits_;
  std::vector<ParameterValue> parameters_;
  std::vector<Value> memo_;
  std::vector<MemoState> memo_state_;
  std::vector<Value> parameter_memo_;
  std::vector<MemoState> parameter_state_;
  std::vector<EvaluationMessage> messages_;
  std::span<Value> locals_;
  std::uint64_t steps_ = 0;
  std::uint32_t depth_ = 0;
  std::uintptr_t stack_base_ = 0;
  ComparisonBudget budget_;
};

/// The element `name` of whatever structured value this is; null when it has none.
Value property_of(const Value& value, std::string_view name, const Types& types, const UnitTable& units, Arena& arena);

/// Whether the value is of the type: by its own kind, origin, class or elements.
bool is_of_type(const Value& value, TypeId type, const Types& types);

}  // namespace calx
