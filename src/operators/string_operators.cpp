#include <string>
#include <vector>

#include "operators/code_points.h"
#include "operators/functions.h"
#include "operators/regex.h"

namespace calx {

namespace {

Value position(std::string_view text, std::size_t byte) {
  if (byte == std::string_view::npos) return Value::integer_number(-1);
  return Value::integer_number(static_cast<std::int32_t>(code_point_count(text.substr(0, byte))));
}

std::string_view text_or_empty(const Value& value) {
  return value.is_null() ? std::string_view{} : value.as_string();
}

Value joined(const OperatorContext& context, std::string_view a, std::string_view b) {
  if (a.size() + b.size() > context.maximum_text) return context.fail("the text is longer than a text may be");
  std::string text(a);
  text += b;
  return context.string(text);
}

Value unusable(const OperatorContext& context, const Regex& regex) {
  return context.fail("this regular expression cannot be used: " + regex.error());
}

}  // namespace

Value evaluate_concatenate(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  return joined(context, operands[0].as_string(), operands[1].as_string());
}

Value evaluate_concatenate_or_empty(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  return joined(context, text_or_empty(operands[0]), text_or_empty(operands[1]));
}

Value evaluate_combine(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  const std::string_view separator = operands.size() > 1 ? operands[1].as_string() : std::string_view{};
  std::string text;
  bool any = false;
  for (const Value& element : operands[0].as_list()) {
    if (element.is_null()) continue;
    if (any) text += separator;
    text += element.as_string();
    any = true;
    if (text.size() > context.maximum_text) break;
  }
  return any ? context.string(text) : Value::null();
}

Value evaluate_split(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  if (operands[0].is_null()) return Value::null();
  const std::string_view text = operands[0].as_string();
  const std::string_view separator = text_or_empty(operands[1]);
  std::vector<Value> parts;
  std::size_t begin = 0;
  while (!separator.empty()) {
    const std::size_t at = text.find(separator, begin);
    if (at == std::string_view::npos) break;
    parts.push_back(Value::string(text.substr(begin, at - begin)));
    begin = at + separator.size();
  }
  parts.push_back(Value::string(text.substr(begin)));
  return context.list(parts);
}

Value evaluate_split_on_matches(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  if (operands[0].is_null()) return Value::null();
  if (operands[1].is_null()) return context.list(operands.first(1));
  const Regex regex(operands[1].as_string());
  if (!regex.error().empty()) return unusable(context, regex);
  std::vector<Value> parts;
  for (std::string_view part : regex.split(operands[0].as_string())) parts.push_back(Value::string(part));
  return context.list(parts);
}

Value evaluate_length(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  return Value::integer_number(static_cast<std::int32_t>(code_point_count(operands[0].as_string())));
}

Value evaluate_upper(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  return context.string(upper_case(operands[0].as_string()));
}

Value evaluate_lower(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  return context.string(lower_case(operands[0].as_string()));
}

Value evaluate_index_string(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  const std::string_view text = operands[0].as_string();
  if (operands[1].as_integer() < 0) return Value::null();
  const auto index = static_cast<std::size_t>(operands[1].as_integer());
  const std::optional<std::size_t> begin = byte_offset(text, index);
  if (!begin || *begin >= text.size()) return Value::null();
  const std::optional<std::size_t> length = byte_offset(text.substr(*begin), 1);
  return Value::string(text.substr(*begin, length.value_or(1)));
}

Value evaluate_position_of(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  return position(operands[1].as_string(), operands[1].as_string().find(operands[0].as_string()));
}

Value evaluate_last_position_of(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  return position(operands[1].as_string(), operands[1].as_string().rfind(operands[0].as_string()));
}

Value evaluate_substring(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  if (operands[0].is_null() || operands[1].is_null()) return Value::null();
  const std::string_view text = operands[0].as_string();
  if (operands[1].as_integer() < 0) return Value::null();
  const std::optional<std::size_t> begin = byte_offset(text, static_cast<std::size_t>(operands[1].as_integer()));
  if (!begin || *begin >= text.size()) return Value::null();
  const std::string_view rest = text.substr(*begin);
  if (operands.size() < 3 || operands[2].is_null()) return Value::string(rest);
  if (operands[2].as_integer() < 0) return Value::null();
  const std::optional<std::size_t> length = byte_offset(rest, static_cast<std::size_t>(operands[2].as_integer()));
  return Value::string(rest.substr(0, length.value_or(rest.size())));
}

Value evaluate_starts_with(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  return Value::boolean(operands[0].as_string().starts_with(operands[1].as_string()));
}

Value evaluate_ends_with(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  return Value::boolean(operands[0].as_string().ends_with(operands[1].as_string()));
}

Value evaluate_matches(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  const Regex regex(operands[1].as_string());
  if (!regex.error().empty()) return unusable(context, regex);
  return Value::boolean(regex.matches_all(operands[0].as_string()));
}

Value evaluate_replace_matches(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  const Regex regex(operands[1].as_string());
  if (!regex.error().empty()) return unusable(context, regex);
  return context.string(regex.replace_all(operands[0].as_string(), operands[2].as_string()));
}

}  // namespace calx
