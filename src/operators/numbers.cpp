#include "operators/numbers.h"

#include <algorithm>
#include <limits>

#include "values/decimal.h"

namespace calx {

namespace {

enum class Operation { Add, Subtract, Multiply };

bool fits_integer(std::int64_t number) {
  return number >= std::numeric_limits<std::int32_t>::min() && number <= std::numeric_limits<std::int32_t>::max();
}

// Both operands fit 32 bits, so nothing overflows here.
std::int64_t apply_small(Operation operation, std::int64_t a, std::int64_t b) {
  switch (operation) {
    case Operation::Add:
      return a + b;
    case Operation::Subtract:
      return a - b;
    case Operation::Multiply:
      return a * b;
  }
  return 0;
}

std::int64_t whole(const Value& value) {
  return value.integer;
}
std::int64_t lowest(const Value& value) {
  return whole(value.kind == Kind::IntegerRange ? value.low() : value);
}
std::int64_t highest(const Value& value) {
  return whole(value.kind == Kind::IntegerRange ? value.high() : value);
}

Value range_result(const OperatorContext& context, Operation operation, const Value& a, const Value& b) {
  const std::int64_t candidates[] = {
      apply_small(operation, lowest(a), lowest(b)), apply_small(operation, lowest(a), highest(b)),
      apply_small(operation, highest(a), lowest(b)), apply_small(operation, highest(a), highest(b))};
  return integer_range(context, *std::min_element(std::begin(candidates), std::end(candidates)),
                       *std::max_element(std::begin(candidates), std::end(candidates)));
}

std::optional<Decimal> apply(Operation operation, const Decimal& a, const Decimal& b) {
  switch (operation) {
    case Operation::Add:
      return add(a, b);
    case Operation::Subtract:
      return subtract(a, b);
    case Operation::Multiply:
      return multiply(a, b);
  }
  return {};
}

UnitId unit_of(const Value& value) {
  return value.kind == Kind::Quantity ? value.unit() : UnitId{0};
}

// Sums are in the finer of the two units: 1 m + 1 cm is 101 cm.
Value quantity_sum(const OperatorContext& context, Operation operation, const Value& a, const Value& b) {
  Decimal left = decimal_of(a);
  Decimal right = decimal_of(b);
  UnitId unit = unit_of(a);
  const UnitId other = unit_of(b);
  if (unit != other && !context.units.equivalent_units(unit, other)) {
    const std::optional<Decimal> factor = context.units.convert(Decimal{1, 0}, unit, other);
    if (!factor) return Value::null();
    if (compare(*factor, Decimal{1, 0}) >= 0) {
      const std::optional<Decimal> converted = context.units.convert(left, unit, other);
      if (!converted) return Value::null();
      left = *converted;
      unit = other;
    } else {
      const std::optional<Decimal> converted = context.units.convert(right, other, unit);
      if (!converted) return Value::null();
      right = *converted;
    }
  }
  const std::optional<Decimal> result = apply(operation, left, right);
  return result ? quantity_value(*result, unit, context.arena) : Value::null();
}

Value apply(const OperatorContext& context, Operation operation, const Value& a, const Value& b) {
  if (a.kind == Kind::Quantity || b.kind == Kind::Quantity) {
    if (operation != Operation::Multiply) return quantity_sum(context, operation, a, b);
    const std::optional<Decimal> product = multiply(decimal_of(a), decimal_of(b));
    if (!product) return Value::null();
    return quantity_value(*product, context.units.multiply(unit_of(a), unit_of(b)), context.arena);
  }
  if (a.kind == Kind::Integer && b.kind == Kind::Integer) {
    const std::int64_t result = apply_small(operation, whole(a), whole(b));
    return fits_integer(result) ? Value::integer_number(static_cast<std::int32_t>(result)) : Value::null();
  }
  const bool both_whole = (a.kind == Kind::Integer || a.kind == Kind::IntegerRange) &&
                          (b.kind == Kind::Integer || b.kind == Kind::IntegerRange);
  if (both_whole) return range_result(context, operation, a, b);
  if (a.kind == Kind::IntegerRange || b.kind == Kind::IntegerRange) return Value::null();
  if (a.kind != Kind::Decimal && b.kind != Kind::Decimal) {
    std::int64_t result = 0;
    bool overflow = false;
    switch (operation) {
      case Operation::Add:
        overflow = __builtin_add_overflow(whole(a), whole(b), &result);
        break;
      case Operation::Subtract:
        overflow = __builtin_sub_overflow(whole(a), whole(b), &result);
        break;
      case Operation::Multiply:
        overflow = __builtin_mul_overflow(whole(a), whole(b), &result);
        break;
    }
    return overflow ? Value::null() : Value::long_number(result);
  }
  const std::optional<Decimal> result = apply(operation, decimal_of(a), decimal_of(b));
  return result ? decimal_value(*result, context.arena) : Value::null();
}

}  // namespace

Value add_numbers(const OperatorContext& context, const Value& a, const Value& b) {
  return apply(context, Operation::Add, a, b);
}

Value subtract_numbers(const OperatorContext& context, const Value& a, const Value& b) {
  return apply(context, Operation::Subtract, a, b);
}

Value multiply_numbers(const OperatorContext& context, const Value& a, const Value& b) {
  return apply(context, Operation::Multiply, a, b);
}

Value divide_numbers(const OperatorContext& context, const Value& a, const Value& b) {
  if (a.kind == Kind::IntegerRange || b.kind == Kind::IntegerRange) return Value::null();
  const std::optional<Decimal> quotient = divide(decimal_of(a), decimal_of(b));
  if (!quotient) return Value::null();
  if (a.kind != Kind::Quantity && b.kind != Kind::Quantity) return decimal_value(*quotient, context.arena);
  return quantity_value(*quotient, context.units.divide(unit_of(a), unit_of(b)), context.arena);
}

Value integer_range(const OperatorContext& context, std::int64_t low, std::int64_t high) {
  if (!fits_integer(low) || !fits_integer(high)) return Value::null();
  const Value ends[] = {Value::integer_number(static_cast<std::int32_t>(low)),
                        Value::integer_number(static_cast<std::int32_t>(high))};
  if (low == high) return ends[0];
  return Value::of_pointer(Kind::IntegerRange, context.arena.copy(std::span<const Value>(ends)).data(), 0);
}

bool is_number(const Value& value) {
  return value.kind == Kind::Integer || value.kind == Kind::Long || value.kind == Kind::Decimal ||
         value.kind == Kind::Quantity;
}

}  // namespace calx
