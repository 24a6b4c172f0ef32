#include "eval/evaluator.h"

#include <algorithm>
#include <optional>

#include "eval/query_run.h"
#include "operators/distinct_elements.h"
#include "record/conversions.h"
#include "values/date_time.h"

namespace calx {

Evaluator::Evaluator(const LinkedProgram& program, const Record& record, Arena& arena, UnitTable& units,
                     const Value& now, std::vector<ParameterValue> parameters, EvaluationLimits limits)
    : program_(program),
      store_(program.plan.store),
      record_(record),
      context_{arena, units, program.types, program.terminology, now, parts_of(now).offset_minutes, limits.list_length},
      limits_(limits),
      parameters_(std::move(parameters)),
      memo_(program.plan.defines.size()),
      memo_state_(program.plan.defines.size(), MemoState::Empty),
      parameter_memo_(program.plan.parameters.size()),
      parameter_state_(program.plan.parameters.size(), MemoState::Empty) {
  budget_.left = limits.comparisons;
  context_.maximum_text = limits.text_bytes;
  context_.budget = &budget_;
}

Value Evaluator::evaluate(DefineId define) {
  MemoState& state = memo_state_[define.value];
  if (state == MemoState::Filled) return memo_[define.value];
  const Define& asked = program_.plan.defines[define.value];
  CALX_CHECK(state == MemoState::Empty, "no define leads back to itself: the checker refuses circles");
  state = MemoState::Running;
  if (depth_ == 0) stack_base_ = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  const Value value = call_body(asked.body, asked.local_count, {});
  memo_[define.value] = value;
  memo_state_[define.value] = MemoState::Filled;
  return value;
}

Value Evaluator::call_body(NodeId body, std::uint32_t local_count, std::span<const Value> arguments) {
  const std::span<Value> outer = locals_;
  locals_ = context_.arena.make_array<Value>(local_count);
  std::ranges::copy(arguments, locals_.begin());
  const Value value = visit(body);
  locals_ = outer;
  return value;
}

Value Evaluator::fail(std::string_view message, NodeId id) {
  return located(context_.fail(message), id);
}

Value Evaluator::located(Value value, NodeId id) {
  if (!value.is_failed() || value.as_failure().node != Failure{}.node) return value;
  return Value::failed(context_.arena.make<Failure>(value.as_failure().message, id.value));
}

Value Evaluator::visit(NodeId id) {
  if (++steps_ > limits_.steps) return fail("the evaluation took more steps than its limit allows", id);
  if ((steps_ & 0xFFF) == 0 && context_.arena.reserved_bytes() > limits_.memory_bytes) {
    return fail("the evaluation took more memory than its limit allows", id);
  }
  if (depth_ >= limits_.depth || stack_is_used_up())
    return fail("the evaluation is nested deeper than its limit allows", id);
  ++depth_;
  const Value value = visit(store_.node(id), id);
  --depth_;
  return value;
}

bool Evaluator::stack_is_used_up() const {
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  return (here < stack_base_ ? stack_base_ - here : here - stack_base_) > limits_.stack_bytes;
}

Value Evaluator::visit(const Node& node, NodeId id) {
  const std::span<const NodeId> children = store_.children_of(node);
  switch (node.kind) {
    case NodeKind::Constant:
      return store_.constants[node.payload];
    case NodeKind::Operator:
      return visit_operator(node, id);
    case NodeKind::And:
      return visit_and(node);
    case NodeKind::Or:
      return visit_or(node);
    case NodeKind::Implies:
      return visit_implies(node);
    case NodeKind::If: {
      const Value condition = visit(children[0]);
      if (condition.is_failed()) return condition;
      return visit(children[condition.is_true() ? 1 : 2]);
    }
    case NodeKind::Case:
      return visit_case(node, 0);
    case NodeKind::CaseOf: {
      const Value comparand = visit(children[0]);
      if (comparand.is_failed()) return comparand;
      locals_[node.payload] = comparand;
      return visit_case(node, 1);
    }
    case NodeKind::Coalesce:
      for (NodeId child : children) {
        const Value value = visit(child);
        if (!value.is_null()) return value;
      }
      return Value::null();
    case NodeKind::CoalesceList: {
      const Value list = visit(children[0]);
      if (list.is_null_or_failed()) return list;
      for (const Value& element : list.as_list()) {
        if (!element.is_null()) return element;
      }
      return Value::null();
    }
    case NodeKind::List:
      return visit_list(node);
    case NodeKind::Tuple:
      return visit_tuple(node);
    case NodeKind::Instance:
      return visit_instance(node);
    case NodeKind::Interval:
    case NodeKind::IntervalDynamic:
      return visit_interval(node, id);
    case NodeKind::CodeOf:
      return visit_code(node);
    case NodeKind::ConceptOf:
      return visit_concept(node);
    case NodeKind::QuantityOf:
      return visit_quantity(node, id);
    case NodeKind::RatioOf:
      return visit_ratio(node);
    case NodeKind::Query:
      return visit_query(node);
    case NodeKind::Exists:
      return visit_exists(node);
    case NodeKind::Retrieve:
      return visit_retrieve(node);
    case NodeKind::ForEach:
      return visit_for_each(node);
    case NodeKind::ForEachEnd:
      return visit_for_each_end(node);
    case NodeKind::DefineReference:
      return evaluate(DefineId{node.payload});
    case NodeKind::FunctionCall:
      return visit_call(node, id);
    case NodeKind::ParameterReference:
      return visit_parameter(node);
    case NodeKind::ContextReference:
      return visit_context(node, id);
    case NodeKind::Local:
      return locals_[node.payload];
    case NodeKind::Property:
      return visit_property(node);
    case NodeKind::Is: {
      const Value value = visit(children[0]);
      if (value.is_failed()) return value;
      return Value::boolean(!value.is_null() && is_of_type(value, store_.types[node.payload], program_.types));
    }
    case NodeKind::As: {
      const Value value = visit(children[0]);
      if (value.is_null_or_failed() || is_of_type(value, node.type, program_.types)) return value;
      return Value::null();
    }
    case NodeKind::Cast: {
      const Value value = visit(children[0]);
      if (value.is_null_or_failed() || is_of_type(value, node.type, program_.types)) return value;
      return fail("the value is not of the type " + program_.types.name(node.type) + " that cast expects", id);
    }
    case NodeKind::ToSystem: {
      const Value value = visit(children[0]);
      if (value.is_null_or_failed()) return value;
      const ConversionContext conversion{context_.arena, context_.units, program_.types, program_.terminology};
      return located(to_system(value, node.type, conversion), id);
    }
    case NodeKind::Message:
      return visit_message(node, id);
  }
  CALX_CHECK(false, "a node is of a kind of plan/nodes.def");
}

Value Evaluator::visit_operator(const Node& node, NodeId id) {
  // Chains such as a + b + c lean to the left; long ones are walked without recursion, so that length is no depth.
  constexpr int kLongChain = 8;
  int length = 0;
  for (const Node* one = &node; length < kLongChain && one->child_count > 0; ++length) {
    one = &store_.node(store_.children_of(*one)[0]);
    if (one->kind != NodeKind::Operator) break;
  }
  return length == kLongChain ? visit_chain(id) : apply_operator(node, id, nullptr);
}

Value Evaluator::visit_chain(NodeId id) {
  std::vector<NodeId> chain;
  for (NodeId one = id; store_.node(one).kind == NodeKind::Operator; one = store_.children_of(store_.node(one))[0]) {
    chain.push_back(one);
    if (store_.node(one).child_count == 0) break;
  }
  steps_ += chain.size();
  Value value = apply_operator(store_.node(chain.back()), chain.back(), nullptr);
  chain.pop_back();
  for (; !chain.empty(); chain.pop_back()) value = apply_operator(store_.node(chain.back()), chain.back(), &value);
  return value;
}

/// `first`: the value of the first operand when it is known already.
Value Evaluator::apply_operator(const Node& node, NodeId id, const Value* first) {
  const std::span<const NodeId> children = store_.children_of(node);
  const OperatorRow& row = operator_row(node.op);
  Value operands[8];
  CALX_CHECK(children.size() <= std::size(operands), "no operator has more than eight operands");
  bool has_null = false;
  for (std::size_t index = 0; index < children.size(); ++index) {
    operands[index] = index == 0 && first != nullptr ? *first : visit(children[index]);
    if (operands[index].is_failed()) return operands[index];
    has_null = has_null || operands[index].is_null();
  }
  if (has_null && row.null_rule == NullRule::Propagates) return Value::null();
  const Value value = row.evaluate(context_, {operands, children.size()}, node.attributes);
  if (row.cost >= CostClass::Linear && context_.arena.reserved_bytes() > limits_.memory_bytes) {
    return fail("the evaluation took more memory than its limit allows", id);
  }
  if (context_.is_spent()) return fail("the evaluation compared more values than its limit allows", id);
  return row.can_fail ? located(value, id) : value;
}

Value Evaluator::visit_and(const Node& node) {
  Value failure;
  Truth truth = Truth::of(true);
  for (NodeId child : store_.children_of(node)) {
    const Value value = visit(child);
    if (value.is_false()) return value;
    if (value.is_failed()) {
      failure = value;
    } else {
      truth = truth & truth_of(value);
    }
  }
  return failure.is_failed() ? failure : truth.to_value();
}

Value Evaluator::visit_or(const Node& node) {
  Value failure;
  Truth truth = Truth::of(false);
  for (NodeId child : store_.children_of(node)) {
    const Value value = visit(child);
    if (value.is_true()) return value;
    if (value.is_failed()) {
      failure = value;
    } else {
      truth = truth | truth_of(value);
    }
  }
  return failure.is_failed() ? failure : truth.to_value();
}

Value Evaluator::visit_implies(const Node& node) {
  const std::span<const NodeId> children = store_.children_of(node);
  const Value premise = visit(children[0]);
  if (premise.is_false()) return Value::boolean(true);
  const Value conclusion = visit(children[1]);
  if (conclusion.is_true()) return conclusion;
  if (premise.is_failed()) return premise;
  if (conclusion.is_failed()) return conclusion;
  return ((!truth_of(premise)) | truth_of(conclusion)).to_value();
}

Value Evaluator::visit_case(const Node& node, std::size_t first) {
  const std::span<const NodeId> children = store_.children_of(node).subspan(first);
  for (std::size_t index = 0; index + 1 < children.size(); index += 2) {
    const Value condition = visit(children[index]);
    if (condition.is_failed()) return condition;
    if (condition.is_true()) return visit(children[index + 1]);
  }
  return visit(children.back());
}

Value Evaluator::visit_list(const Node& node) {
  const std::span<const NodeId> children = store_.children_of(node);
  const std::span<Value> elements = context_.arena.make_array<Value>(children.size());
  for (std::size_t index = 0; index < children.size(); ++index) {
    elements[index] = visit(children[index]);
    if (elements[index].is_failed()) return elements[index];
  }
  return Value::list(elements);
}

Value Evaluator::visit_tuple(const Node& node) {
  const std::span<const NodeId> children = store_.children_of(node);
  const std::span<Value> slots = context_.arena.make_array<Value>(children.size());
  for (std::size_t index = 0; index < children.size(); ++index) {
    slots[index] = visit(children[index]);
    if (slots[index].is_failed()) return slots[index];
  }
  return Value::tuple(slots, node.type);
}

Value Evaluator::visit_instance(const Node& node) {
  const ClassInfo& info = program_.types.class_info(node.type);
  const std::span<Value> slots = context_.arena.make_array<Value>(info.elements.size());
  const std::span<const NodeId> children = store_.children_of(node);
  const std::vector<std::uint32_t>& indexes = store_.elements[node.payload];
  for (std::size_t index = 0; index < children.size(); ++index) {
    slots[indexes[index]] = visit(children[index]);
    if (slots[indexes[index]].is_failed()) return slots[indexes[index]];
  }
  if (info.primitive != FhirPrimitive::None) {
    // A primitive that has nothing but its value is the bare value with its origin, as the decoder makes it.
    Value bare;
    for (std::size_t index = 0; index < info.elements.size(); ++index) {
      if (info.elements[index].name == "value") {
        bare = slots[index];
      } else if (!slots[index].is_null()) {
        bare = Value::null();
        break;
      }
    }
    if (!bare.is_null()) {
      bare.origin = info.primitive;
      return bare;
    }
  }
  auto* data = context_.arena.make<InstanceData>();
  data->type = node.type;
  data->slot_count = static_cast<std::uint32_t>(slots.size());
  data->slots = slots.data();
  return Value::instance(data);
}

Value Evaluator::visit_interval(const Node& node, NodeId id) {
  const std::span<const NodeId> children = store_.children_of(node);
  const Value low = visit(children[0]);
  if (low.is_failed()) return low;
  const Value high = visit(children[1]);
  if (high.is_failed()) return high;
  bool low_closed = (node.flag & Value::kLowClosed) != 0;
  bool high_closed = (node.flag & Value::kHighClosed) != 0;
  if (node.kind == NodeKind::IntervalDynamic) {
    const Value low_flag = visit(children[2]);
    const Value high_flag = visit(children[3]);
    if (low_flag.is_failed()) return low_flag;
    if (high_flag.is_failed()) return high_flag;
    low_closed = low_flag.is_true();
    high_closed = high_flag.is_true();
  }
  // Both ends unknown and open say nothing at all.
  if (low.is_null() && high.is_null() && !low_closed && !high_closed) return Value::null();
  if (!low.is_null() && !high.is_null()) {
    const std::optional<int> order = compare(low, high, context_.comparison());
    if (order && (*order > 0)) {
      return fail("the low end of the interval is above its high end", id);
    }
    if (order && *order == 0 && !(low_closed && high_closed)) {
      return fail("the interval holds nothing: its ends are equal and one of them is open", id);
    }
  }
  return context_.interval(low, high, low_closed, high_closed);
}

Value Evaluator::visit_code(const Node& node) {
  const std::span<const NodeId> children = store_.children_of(node);
  Value parts[4];
  for (std::size_t index = 0; index < 4; ++index) {
    parts[index] = visit(children[index]);
    if (parts[index].is_failed()) return parts[index];
  }
  auto* data = context_.arena.make<CodeData>();
  if (!parts[0].is_null()) data->code = parts[0].as_string();
  if (!parts[1].is_null()) data->system = parts[1].as_string();
  data->has_display = !parts[2].is_null();
  if (data->has_display) data->display = parts[2].as_string();
  data->has_version = !parts[3].is_null();
  if (data->has_version) data->version = parts[3].as_string();
  return Value::code(data, program_.terminology.find_code(data->system, data->code));
}

Value Evaluator::visit_concept(const Node& node) {
  const std::span<const NodeId> children = store_.children_of(node);
  const Value codes = visit(children[0]);
  if (codes.is_failed()) return codes;
  const Value display = visit(children[1]);
  if (display.is_failed()) return display;
  auto* data = context_.arena.make<ConceptData>();
  if (!codes.is_null()) data->codes = codes.as_list();
  data->has_display = !display.is_null();
  if (data->has_display) data->display = display.as_string();
  return Value::of_pointer(Kind::Concept, data, 0);
}

Value Evaluator::visit_quantity(const Node& node, NodeId id) {
  const std::span<const NodeId> children = store_.children_of(node);
  const Value number = visit(children[0]);
  if (number.is_null_or_failed()) return number;
  const Value unit = visit(children[1]);
  if (unit.is_failed()) return unit;
  UnitId unit_id;
  if (!unit.is_null()) {
    unit_id = context_.units.intern(unit.as_string());
    if (context_.units.unit_class(unit_id) == UnitClass::Unknown) {
      return fail("'" + std::string(unit.as_string()) + "' is not a UCUM unit", id);
    }
  }
  return quantity_value(decimal_of(number), unit_id, context_.arena);
}

Value Evaluator::visit_ratio(const Node& node) {
  const std::span<const NodeId> children = store_.children_of(node);
  const std::span<Value> ends = context_.arena.make_array<Value>(2);
  for (std::size_t index = 0; index < 2; ++index) {
    ends[index] = visit(children[index]);
    if (ends[index].is_null_or_failed()) return ends[index];
  }
  return Value::of_pointer(Kind::Ratio, ends.data(), 0);
}

Value Evaluator::visit_exists(const Node& node) {
  const NodeId child = store_.children_of(node)[0];
  const Node& operand = store_.node(child);
  if (operand.kind == NodeKind::Query) {
    const QueryPlan& query = store_.queries[operand.payload];
    if (QueryRun::can_stop_early(query)) return QueryRun(*this, query).exists();
  }
  const Value list = visit(child);
  if (list.is_failed()) return list;
  if (list.kind != Kind::List) return Value::boolean(!list.is_null());
  return Value::boolean(std::ranges::any_of(list.as_list(), [](const Value& element) { return !element.is_null(); }));
}

Value Evaluator::visit_for_each(const Node& node) {
  const std::span<const NodeId> children = store_.children_of(node);
  const Value list = visit(children[0]);
  if (list.is_null_or_failed()) return list;
  const std::span<const Value> source = list.as_list();
  if (node.flag == kForEachRepeat) return repeat(source, node);
  const std::span<Value> results = context_.arena.make_array<Value>(source.size());
  std::size_t count = 0;
  for (const Value& element : source) {
    locals_[node.payload] = element;
    const Value result = visit(children[1]);
    if (result.is_failed()) return result;
    if (node.flag == kForEachWithoutNulls && result.is_null()) continue;
    results[count++] = result;
  }
  return Value::list(results.first(count));
}

Value Evaluator::repeat(std::span<const Value> source, const Node& node) {
  DistinctElements found(context_);
  const auto ask = [&](Value element) {
    locals_[node.payload] = element;
    const Value result = visit(store_.children_of(node)[1]);
    if (result.kind == Kind::List) {
      for (const Value& one : result.as_list()) found.add(one);
    } else if (!result.is_null_or_failed()) {
      found.add(result);
    }
    return result;
  };
  for (const Value& element : source) {
    if (const Value result = ask(element); result.is_failed()) return result;
  }
  for (std::size_t index = 0; index < found.values().size(); ++index) {
    if (index >= limits_.list_length) return context_.fail("repeat gave more elements than the limit allows");
    if (const Value result = ask(found.values()[index]); result.is_failed()) return result;
  }
  return context_.list(found.values());
}

Value Evaluator::visit_for_each_end(const Node& node) {
  const std::span<const NodeId> children = store_.children_of(node);
  const Value interval = visit(children[0]);
  if (interval.is_null_or_failed()) return interval;
  Value ends[2] = {interval.low(), interval.high()};
  for (Value& end : ends) {
    if (end.is_null()) continue;
    locals_[node.payload] = end;
    end = visit(children[1]);
    if (end.is_failed()) return end;
  }
  return context_.interval(ends[0], ends[1], interval.low_closed(), interval.high_closed());
}

Value Evaluator::visit_call(const Node& node, NodeId) {
  const std::span<const NodeId> children = store_.children_of(node);
  const std::span<Value> arguments = context_.arena.make_array<Value>(children.size());
  for (std::size_t index = 0; index < children.size(); ++index) arguments[index] = visit(children[index]);
  const Function& function = program_.plan.functions[node.payload];
  return call_body(function.body, function.local_count, arguments);
}

Value Evaluator::visit_parameter(const Node& node) {
  const std::uint32_t index = node.payload;
  for (const ParameterValue& given : parameters_) {
    if (given.parameter == index) return given.value;
  }
  if (parameter_state_[index] != MemoState::Filled) {
    const Parameter& parameter = program_.plan.parameters[index];
    if (parameter.default_value != kNoNode) {
      parameter_memo_[index] = call_body(parameter.default_value, parameter.local_count, {});
    }
    parameter_state_[index] = MemoState::Filled;
  }
  return parameter_memo_[index];
}

Value Evaluator::visit_context(const Node& node, NodeId id) {
  const Value& patient = record_.context();
  if (node.type == fhir_type::kPatient || (patient.kind == Kind::Instance && patient.as_instance().type == node.type)) {
    return patient;
  }
  const std::span<const Value> resources = record_.resources(node.type);
  if (resources.size() > 1) {
    return fail("the record has several resources that could be the context " + program_.types.name(node.type), id);
  }
  return resources.empty() ? Value::null() : resources[0];
}

Value Evaluator::visit_property(const Node& node) {
  const Value value = visit(store_.children_of(node)[0]);
  if (value.is_null_or_failed()) return value;
  if (node.element != kNoElement) {
    if (value.kind == Kind::Instance) return value.as_instance().slots[node.element];
    if (value.kind == Kind::Tuple) return value.tuple_slots()[node.element];
  }
  return property_of(value, store_.names[node.payload], program_.types, context_.units, context_.arena);
}

Value Evaluator::visit_message(const Node& node, NodeId id) {
  const std::span<const NodeId> children = store_.children_of(node);
  Value operands[5];
  for (std::size_t index = 0; index < 5; ++index) {
    operands[index] = visit(children[index]);
    if (operands[index].is_failed()) return operands[index];
  }
  if (!operands[1].is_true()) return operands[0];
  const auto text = [](const Value& value) {
    return value.kind == Kind::String ? std::string(value.as_string()) : std::string();
  };
  const std::string severity = operands[3].is_null() ? "Message" : text(operands[3]);
  if (severity == "Error") return fail(text(operands[2]) + ": " + text(operands[4]), id);
  messages_.push_back({severity, text(operands[2]), text(operands[4])});
  return operands[0];
}

}  // namespace calx
