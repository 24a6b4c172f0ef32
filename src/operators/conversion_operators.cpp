#include <algorithm>
#include <charconv>
#include <iterator>
#include <string>
#include <vector>

#include "operators/functions.h"
#include "values/date_time.h"
#include "values/decimal.h"

namespace calx {

namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// (+|-)?#0
template <class Number>
std::optional<Number> whole_number(std::string_view text) {
  const bool plus = !text.empty() && text.front() == '+';
  if (plus) text.remove_prefix(1);
  if (text.empty() || (plus && !is_digit(text.front()))) return {};
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return {};
  return number;
}

/// (+|-)?#0(.0#)? without an exponent.
std::optional<Decimal> decimal_number(std::string_view text) {
  std::string_view digits = text;
  if (!digits.empty() && (digits.front() == '+' || digits.front() == '-')) digits.remove_prefix(1);
  if (digits.empty() || !is_digit(digits.front()) || !is_digit(digits.back())) return {};
  bool point = false;
  for (char c : digits) {
    if (c == '.' && !point) {
      point = true;
    } else if (!is_digit(c)) {
      return {};
    }
  }
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  return parse_decimal(text);
}

bool is_calendar_word(const OperatorContext& context, std::string_view text) {
  return context.units.unit_class(context.units.intern(text)) == UnitClass::Calendar;
}

/// Number, then nothing, a quoted UCUM unit, or a calendar word.
std::optional<Value> quantity_from(const OperatorContext& context, std::string_view text) {
  text = trimmed(text);
  std::size_t length = 0;
  while (length < text.size() &&
         (is_digit(text[length]) || text[length] == '.' || text[length] == '-' || text[length] == '+')) {
    ++length;
  }
  const std::optional<Decimal> number = decimal_number(text.substr(0, length));
  if (!number) return {};
  std::string_view unit = trimmed(text.substr(length));
  if (unit.empty()) return quantity_value(*number, UnitId{0}, context.arena);
  if (unit.front() == '\'') {
    if (unit.size() < 2 || unit.back() != '\'') return {};
    unit = unit.substr(1, unit.size() - 2);
    if (unit.empty() || unit.find('\'') != std::string_view::npos) return {};
  } else if (!is_calendar_word(context, unit)) {
    return {};
  }
  return quantity_value(*number, context.units.intern(unit), context.arena);
}

std::optional<Value> ratio_from(const OperatorContext& context, std::string_view text) {
  // A colon inside a quoted unit does not divide.
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\'') quoted = !quoted;
    if (text[i] != ':' || quoted) continue;
    const std::optional<Value> numerator = quantity_from(context, text.substr(0, i));
    const std::optional<Value> denominator = quantity_from(context, text.substr(i + 1));
    if (!numerator || !denominator) return {};
    const Value ends[] = {*numerator, *denominator};
    return Value::of_pointer(Kind::Ratio, context.arena.copy(std::span<const Value>(ends)).data(), 0);
  }
  return {};
}

std::optional<bool> boolean_from(std::string_view text) {
  std::string lower;
  for (char c : text) lower.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
  if (lower == "true" || lower == "t" || lower == "yes" || lower == "y" || lower == "1") return true;
  if (lower == "false" || lower == "f" || lower == "no" || lower == "n" || lower == "0") return false;
  return {};
}

std::optional<Value> time_from(std::string_view text) {
  if (!text.empty() && text.front() == 'T') text.remove_prefix(1);
  // An offset says nothing about a time of day; older texts carry one.
  if (!text.empty() && text.back() == 'Z') {
    text.remove_suffix(1);
  } else if (text.size() > 6 && text[text.size() - 3] == ':') {
    const char sign = text[text.size() - 6];
    if (sign == '+' || sign == '-') text.remove_suffix(6);
  }
  return parse_time(text);
}

Value or_null(const std::optional<Value>& value) {
  return value ? *value : Value::null();
}

std::string text_of_quantity(const OperatorContext& context, const Value& quantity) {
  std::string text = to_text(decimal_of(quantity));
  const std::string_view unit = context.units.unit_text(quantity.unit());
  if (context.units.unit_class(quantity.unit()) == UnitClass::Calendar) return text + " " + std::string(unit);
  return text + " '" + std::string(unit.empty() ? "1" : unit) + "'";
}

std::optional<std::string> text_of(const OperatorContext& context, const Value& value) {
  switch (value.kind) {
    case Kind::Boolean:
      return value.as_boolean() ? "true" : "false";
    case Kind::Integer:
    case Kind::Long:
      return std::to_string(value.integer);
    case Kind::Decimal:
      return to_text(decimal_of(value));
    case Kind::String:
      return std::string(value.as_string());
    case Kind::Date:
    case Kind::DateTime:
    case Kind::Time:
      return to_text_date_time(value);
    case Kind::Quantity:
      return text_of_quantity(context, value);
    case Kind::Ratio:
      return text_of_quantity(context, value.low()) + ":" + text_of_quantity(context, value.high());
    default:
      return {};
  }
}

Value to_boolean(const Value& value) {
  switch (value.kind) {
    case Kind::Boolean:
      return value;
    case Kind::String: {
      const std::optional<bool> result = boolean_from(value.as_string());
      return result ? Value::boolean(*result) : Value::null();
    }
    case Kind::Integer:
    case Kind::Long:
    case Kind::Decimal: {
      const Decimal number = decimal_of(value);
      if (compare(number, Decimal{1, 0}) == 0) return Value::boolean(true);
      if (compare(number, Decimal{0, 0}) == 0) return Value::boolean(false);
      return Value::null();
    }
    default:
      return Value::null();
  }
}

Value to_integer(const Value& value) {
  switch (value.kind) {
    case Kind::Integer:
    case Kind::IntegerRange:
      return value;
    case Kind::Boolean:
      return Value::integer_number(value.as_boolean() ? 1 : 0);
    case Kind::Long: {
      const auto narrowed = static_cast<std::int32_t>(value.integer);
      return narrowed == value.integer ? Value::integer_number(narrowed) : Value::null();
    }
    case Kind::String: {
      const std::optional<std::int32_t> number = whole_number<std::int32_t>(value.as_string());
      return number ? Value::integer_number(*number) : Value::null();
    }
    default:
      return Value::null();
  }
}

Value to_long(const Value& value) {
  switch (value.kind) {
    case Kind::Long:
    case Kind::IntegerRange:
      return value;
    case Kind::Boolean:
    case Kind::Integer:
      return Value::long_number(value.integer);
    case Kind::String: {
      const std::optional<std::int64_t> number = whole_number<std::int64_t>(value.as_string());
      return number ? Value::long_number(*number) : Value::null();
    }
    default:
      return Value::null();
  }
}

Value to_decimal(const OperatorContext& context, const Value& value) {
  switch (value.kind) {
    case Kind::Decimal:
    case Kind::IntegerRange:  // stays uncertain: comparisons with decimals know what to do with it
      return value;
    case Kind::Boolean:
      return decimal_value(Decimal{value.integer, 0}, context.arena);
    case Kind::Integer:
    case Kind::Long:
      return decimal_value(decimal_of(value), context.arena);
    case Kind::String: {
      const std::optional<Decimal> number = decimal_number(value.as_string());
      return number ? decimal_value(*number, context.arena) : Value::null();
    }
    default:
      return Value::null();
  }
}

Value to_quantity(const OperatorContext& context, const Value& value) {
  switch (value.kind) {
    case Kind::Quantity:
      return value;
    case Kind::Integer:
    case Kind::Long:
    case Kind::Decimal:
      return quantity_value(decimal_of(value), UnitId{0}, context.arena);
    case Kind::String:
      return or_null(quantity_from(context, value.as_string()));
    case Kind::Ratio: {
      const std::optional<Decimal> quotient = divide(decimal_of(value.low()), decimal_of(value.high()));
      if (!quotient) return Value::null();
      return quantity_value(*quotient, context.units.divide(value.low().unit(), value.high().unit()), context.arena);
    }
    default:
      return Value::null();
  }
}

Value to_ratio(const OperatorContext& context, const Value& value) {
  if (value.kind == Kind::Ratio) return value;
  return value.kind == Kind::String ? or_null(ratio_from(context, value.as_string())) : Value::null();
}

Value to_date(const Value& value) {
  if (value.kind == Kind::Date) return value;
  if (value.kind == Kind::String) {
    std::string_view text = value.as_string();
    const std::size_t time = text.find('T');
    // The text of a date-time names its date.
    if (time != std::string_view::npos && !parse_date_time(text)) return Value::null();
    return or_null(parse_date(text.substr(0, time)));
  }
  if (value.kind != Kind::DateTime) return Value::null();
  DateTimeParts parts = parts_of(value);
  if (parts.precision > Precision::Day) parts.precision = Precision::Day;
  parts.hour = parts.minute = parts.second = parts.millisecond = 0;
  parts.offset_written = false;
  parts.offset_minutes = 0;
  return date_value(parts);
}

Value to_date_time(const Value& value) {
  if (value.kind == Kind::DateTime) return value;
  if (value.kind == Kind::String) return or_null(parse_date_time(value.as_string()));
  return value.kind == Kind::Date ? date_time_value(parts_of(value)) : Value::null();
}

Value to_time(const Value& value) {
  if (value.kind == Kind::Time) return value;
  return value.kind == Kind::String ? or_null(time_from(value.as_string())) : Value::null();
}

/// ConvertsTo...: whether the conversion gives something.
Value found(const Value& converted) {
  return Value::boolean(!converted.is_null());
}

std::optional<Decimal> converted(const OperatorContext& context, Operands operands) {
  const UnitId to = context.units.intern(operands[1].as_string());
  const Value& quantity = operands[0];
  if (quantity.unit() == to) return decimal_of(quantity);
  return context.units.convert(decimal_of(quantity), quantity.unit(), to);
}

}  // namespace

Value evaluate_to_boolean(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  return to_boolean(operands[0]);
}

Value evaluate_to_integer(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  return to_integer(operands[0]);
}

Value evaluate_to_long(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  return to_long(operands[0]);
}

Value evaluate_to_decimal(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  return to_decimal(context, operands[0]);
}

Value evaluate_to_quantity(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  return to_quantity(context, operands[0]);
}

Value evaluate_to_ratio(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  return to_ratio(context, operands[0]);
}

Value evaluate_to_date(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  return to_date(operands[0]);
}

Value evaluate_to_date_time(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  return to_date_time(operands[0]);
}

Value evaluate_to_time(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  return to_time(operands[0]);
}

Value evaluate_to_string(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  const std::optional<std::string> text = text_of(context, operands[0]);
  return text ? context.string(*text) : Value::null();
}

Value evaluate_to_concept(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  const std::span<const Value> given = operands[0].kind == Kind::List ? operands[0].as_list() : operands.first(1);
  std::vector<Value> codes;
  std::copy_if(given.begin(), given.end(), std::back_inserter(codes), [](const Value& v) { return !v.is_null(); });
  ConceptData* data = context.arena.make<ConceptData>();
  data->codes = context.arena.copy(std::span<const Value>(codes));
  return Value::of_pointer(Kind::Concept, data, 0);
}

Value evaluate_converts_to_boolean(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  return found(to_boolean(operands[0]));
}

Value evaluate_converts_to_integer(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  return found(to_integer(operands[0]));
}

Value evaluate_converts_to_long(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  return found(to_long(operands[0]));
}

Value evaluate_converts_to_decimal(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  return found(to_decimal(context, operands[0]));
}

Value evaluate_converts_to_quantity(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  return found(to_quantity(context, operands[0]));
}

Value evaluate_converts_to_ratio(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  return found(to_ratio(context, operands[0]));
}

Value evaluate_converts_to_date(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  return found(to_date(operands[0]));
}

Value evaluate_converts_to_date_time(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  return found(to_date_time(operands[0]));
}

Value evaluate_converts_to_time(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  return found(to_time(operands[0]));
}

Value evaluate_converts_to_string(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  return Value::boolean(text_of(context, operands[0]).has_value());
}

Value evaluate_can_convert_quantity(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  return Value::boolean(converted(context, operands).has_value());
}

Value evaluate_convert_quantity(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  const std::optional<Decimal> number = converted(context, operands);
  if (!number) return Value::null();
  return quantity_value(*number, context.units.intern(operands[1].as_string()), context.arena);
}

}  // namespace calx
