#include <algorithm>

#include "operators/functions.h"

namespace calx {

namespace {

bool in_set(const OperatorContext& context, ValueSetId set, const Value& code) {
  const CodeData& data = code.as_code();
  CodeId id{code.extent};
  // A code made while evaluating carries no number of its own.
  if (id == CodeId{0}) id = context.terminology.find_code(data.system, data.code);
  return id != CodeId{0} && context.terminology.contains(set, id);
}

bool in_set_any_kind(const OperatorContext& context, ValueSetId set, const Value& value) {
  switch (value.kind) {
    case Kind::Code:
      return in_set(context, set, value);
    case Kind::Concept: {
      const std::span<const Value> codes = concept_data(value).codes;
      return std::any_of(codes.begin(), codes.end(), [&](const Value& code) { return in_set(context, set, code); });
    }
    case Kind::String:
      return context.terminology.contains_code_text(set, value.as_string());
    default:
      return false;
  }
}

Value unknown_set(const OperatorContext& context, const Value& vocabulary) {
  return context.fail("the value set " + std::string(vocabulary.as_vocabulary().url) + " has no expansion");
}

/// A code names its system and so belongs to it; what codes a system defines is not known here.
bool in_system(const VocabularyData& system, const Value& value) {
  if (value.kind == Kind::Code) return value.as_code().system == system.url;
  const std::span<const Value> codes = concept_data(value).codes;
  return std::any_of(codes.begin(), codes.end(),
                     [&](const Value& code) { return code.as_code().system == system.url; });
}

Value unknown_codes(const OperatorContext& context, const VocabularyData& system) {
  return context.fail("whether " + std::string(system.url) + " defines a code cannot be told from the bare code");
}

}  // namespace

Value evaluate_in_value_set(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  if (operands[1].is_null()) return Value::null();
  const ValueSetId set{operands[1].extent};
  if (set == ValueSetId{0}) return unknown_set(context, operands[1]);
  if (operands[0].is_null()) return Value::boolean(false);
  return Value::boolean(in_set_any_kind(context, set, operands[0]));
}

Value evaluate_any_in_value_set(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  if (operands[1].is_null()) return Value::null();
  const ValueSetId set{operands[1].extent};
  if (set == ValueSetId{0}) return unknown_set(context, operands[1]);
  if (operands[0].is_null()) return Value::boolean(false);
  const std::span<const Value> list = operands[0].as_list();
  return Value::boolean(std::any_of(list.begin(), list.end(),
                                    [&](const Value& element) { return in_set_any_kind(context, set, element); }));
}

Value evaluate_expand_value_set(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  const ValueSetId set{operands[0].extent};
  if (set == ValueSetId{0}) return unknown_set(context, operands[0]);
  return context.list(context.terminology.members(set));
}

Value evaluate_in_code_system(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  if (operands[1].is_null()) return Value::null();
  if (operands[0].is_null()) return Value::boolean(false);
  const VocabularyData& system = operands[1].as_vocabulary();
  if (operands[0].kind == Kind::String) return unknown_codes(context, system);
  return Value::boolean(in_system(system, operands[0]));
}

Value evaluate_any_in_code_system(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  if (operands[1].is_null()) return Value::null();
  if (operands[0].is_null()) return Value::boolean(false);
  const VocabularyData& system = operands[1].as_vocabulary();
  for (const Value& element : operands[0].as_list()) {
    if (element.is_null()) continue;
    if (element.kind == Kind::String) return unknown_codes(context, system);
    if (in_system(system, element)) return Value::boolean(true);
  }
  return Value::boolean(false);
}

}  // namespace calx
