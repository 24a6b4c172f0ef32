#include <algorithm>
#include <vector>

#include "operators/distinct_elements.h"
#include "operators/functions.h"

namespace calx {

namespace {

using List = std::span<const Value>;

/// Equality inside lists: two nulls are one value, and null is no other value.
Truth same_element(const OperatorContext& context, const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) return Truth::of(a.is_null() && b.is_null());
  return equal(a, b, context.comparison());
}

Truth holds(const OperatorContext& context, List list, const Value& value) {
  Truth result = Truth::of(false);
  for (const Value& element : list) {
    result = result | same_element(context, element, value);
    if (result.is_true) break;
  }
  return result;
}

Truth holds_all(const OperatorContext& context, List list, List others) {
  Truth result = Truth::of(true);
  for (const Value& other : others) {
    result = result & holds(context, list, other);
    if (result.is_false) break;
  }
  return result;
}

List elements_of(const Value& list) {
  return list.is_null() ? List{} : list.as_list();
}

/// Elements [begin, end) without copying: the source outlives the result.
Value part(List list, std::int64_t begin, std::int64_t end) {
  const auto size = static_cast<std::int64_t>(list.size());
  begin = std::clamp<std::int64_t>(begin, 0, size);
  end = std::clamp<std::int64_t>(end, begin, size);
  return Value::list(list.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)));
}

/// At least one element that is not the value; of a null value, one that is not null.
Truth holds_another(const OperatorContext& context, List list, const Value& value) {
  Truth result = Truth::of(false);
  for (const Value& element : list) {
    if (value.is_null()) {
      result = result | Truth::of(!element.is_null());
    } else if (element.is_null()) {
      result = result | Truth::unknown();
    } else {
      result = result | !equal(element, value, context.comparison());
    }
  }
  return result;
}

void add_flat(List values, std::vector<Value>& out) {
  for (const Value& value : values) {
    if (value.kind == Kind::List) {
      add_flat(value.as_list(), out);
    } else if (!value.is_null()) {
      out.push_back(value);
    }
  }
}

/// What the value is made of, one level down.
/// False when more are visited than the limit says: lists share lists, and a small program may mean endlessly many.
bool add_children(const Value& value, std::vector<Value>& out, std::size_t& limit, int depth = 0) {
  constexpr int kMaximumDepth = 512;
  if (limit == 0 || out.size() > limit || depth > kMaximumDepth) return false;
  --limit;
  if (value.kind == Kind::Instance) {
    const InstanceData& data = value.as_instance();
    add_flat({data.slots, data.slot_count}, out);
  } else if (value.kind == Kind::Tuple) {
    add_flat(value.tuple_elements(), out);
  } else if (value.kind == Kind::List) {
    for (const Value& element : value.as_list()) {
      if (!add_children(element, out, limit, depth + 1)) return false;
    }
  }
  return true;
}

}  // namespace

Value evaluate_in_list(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  return holds(context, elements_of(operands[1]), operands[0]).to_value();
}

Value evaluate_contains_list(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  return holds(context, elements_of(operands[0]), operands[1]).to_value();
}

Value evaluate_proper_contains_list(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  const List list = elements_of(operands[0]);
  return (holds(context, list, operands[1]) & holds_another(context, list, operands[1])).to_value();
}

Value evaluate_proper_in_list(const OperatorContext& context, Operands operands, const OperatorAttributes& attributes) {
  const Value swapped[] = {operands[1], operands[0]};
  return evaluate_proper_contains_list(context, swapped, attributes);
}

Value evaluate_includes_list(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  return holds_all(context, operands[0].as_list(), operands[1].as_list()).to_value();
}

Value evaluate_included_in_list(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  return holds_all(context, operands[1].as_list(), operands[0].as_list()).to_value();
}

Value evaluate_proper_includes_list(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  const List whole = operands[0].as_list();
  const List some = operands[1].as_list();
  return (holds_all(context, whole, some) & !holds_all(context, some, whole)).to_value();
}

Value evaluate_proper_included_in_list(const OperatorContext& context, Operands operands,
                                       const OperatorAttributes& attributes) {
  const Value swapped[] = {operands[1], operands[0]};
  return evaluate_proper_includes_list(context, swapped, attributes);
}

Value evaluate_exists(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  const List list = elements_of(operands[0]);
  return Value::boolean(std::any_of(list.begin(), list.end(), [](const Value& value) { return !value.is_null(); }));
}

Value evaluate_distinct(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  return context.list(DistinctElements(context, operands[0].as_list()).values());
}

Value evaluate_flatten(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  std::vector<Value> result;
  for (const Value& element : operands[0].as_list()) {
    if (element.is_null()) continue;
    if (element.kind == Kind::List) {
      result.insert(result.end(), element.as_list().begin(), element.as_list().end());
    } else {
      result.push_back(element);
    }
    if (result.size() > context.maximum_list) return context.fail("flatten makes more elements than a list may have");
  }
  return context.list(result);
}

Value evaluate_first(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  const List list = operands[0].as_list();
  return list.empty() ? Value::null() : list.front();
}

Value evaluate_last(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  const List list = operands[0].as_list();
  return list.empty() ? Value::null() : list.back();
}

Value evaluate_singleton_from(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  const List list = operands[0].as_list();
  if (list.size() > 1) return context.fail("singleton from got a list of more than one element");
  return list.empty() ? Value::null() : list.front();
}

Value evaluate_index_of(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  const List list = operands[0].as_list();
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (same_element(context, list[i], operands[1]).is_true) {
      return Value::integer_number(static_cast<std::int32_t>(i));
    }
  }
  return Value::integer_number(-1);
}

Value evaluate_index_list(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  const List list = operands[0].as_list();
  const std::int32_t index = operands[1].as_integer();
  if (index < 0 || static_cast<std::size_t>(index) >= list.size()) return Value::null();
  return list[static_cast<std::size_t>(index)];
}

Value evaluate_length_list(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  return Value::integer_number(static_cast<std::int32_t>(elements_of(operands[0]).size()));
}

Value evaluate_slice(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  if (operands[0].is_null()) return Value::null();
  const List list = operands[0].as_list();
  const auto size = static_cast<std::int64_t>(list.size());
  const std::int64_t begin = operands.size() < 2 || operands[1].is_null() ? 0 : operands[1].as_integer();
  std::int64_t end = operands.size() < 3 || operands[2].is_null() ? size : operands[2].as_integer();
  if (end < 0) end += size;
  return begin < 0 ? part(list, 0, 0) : part(list, begin, end);
}

Value evaluate_skip(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  if (operands[0].is_null()) return Value::null();
  const List list = operands[0].as_list();
  const std::int64_t count = operands[1].is_null() ? 0 : operands[1].as_integer();
  return count < 0 ? part(list, 0, 0) : part(list, count, static_cast<std::int64_t>(list.size()));
}

Value evaluate_take(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  if (operands[0].is_null()) return Value::null();
  return part(operands[0].as_list(), 0, operands[1].is_null() ? 0 : operands[1].as_integer());
}

Value evaluate_tail(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  const List list = operands[0].as_list();
  return part(list, 1, static_cast<std::int64_t>(list.size()));
}

Value evaluate_union_list(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  DistinctElements result(context, elements_of(operands[0]));
  for (const Value& element : elements_of(operands[1])) result.add(element);
  return context.list(result.values());
}

Value evaluate_intersect_list(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  const DistinctElements right(context, operands[1].as_list());
  DistinctElements result(context);
  for (const Value& element : operands[0].as_list()) {
    if (right.contains(element)) result.add(element);
  }
  return context.list(result.values());
}

Value evaluate_except_list(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  if (operands[0].is_null()) return Value::null();
  const DistinctElements right(context, elements_of(operands[1]));
  DistinctElements result(context);
  for (const Value& element : operands[0].as_list()) {
    if (!right.contains(element)) result.add(element);
  }
  return context.list(result.values());
}

Value evaluate_to_list(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  if (operands[0].is_null()) return context.list({});
  return context.list(operands.first(1));
}

Value evaluate_children(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  std::vector<Value> result;
  std::size_t limit = context.maximum_list;
  if (!add_children(operands[0], result, limit)) {
    return context.fail("the children are more than a list may have");
  }
  return context.list(result);
}

Value evaluate_descendents(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  std::vector<Value> result;
  const Value start = operands[0];
  std::size_t limit = 2 * context.maximum_list;
  bool fits = add_children(start, result, limit);
  for (std::size_t i = 0; fits && i < result.size(); ++i) {
    const Value element = result[i];
    fits = result.size() <= context.maximum_list && add_children(element, result, limit);
  }
  if (!fits) return context.fail("the descendents are more than a list may have");
  return context.list(result);
}

}  // namespace calx
