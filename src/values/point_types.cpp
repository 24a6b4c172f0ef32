#include "values/point_types.h"

#include <limits>

#include "values/date_time.h"
#include "values/decimal.h"

namespace calx {

namespace {

/// 10^28 - 1 steps of 10^-8.
constexpr Int128 kGreatestCoefficient = power_of_ten(28) - 1;
constexpr Int128 kLeastCoefficient = -kGreatestCoefficient;

Value wide_number(Kind kind, const Int128& coefficient) {
  Value value = Value::of_pointer(kind, &coefficient, 0);
  value.flags = Value::kWide;
  value.scale = kMaximumScale;
  return value;
}

std::optional<Value> stepped_number(const Value& value, int step, Int128& wide) {
  const std::optional<Decimal> sum = add(decimal_of(value), Decimal{step, kMaximumScale});
  if (!sum) return std::nullopt;
  Value result;
  if (sum->coefficient >= std::numeric_limits<std::int64_t>::min() &&
      sum->coefficient <= std::numeric_limits<std::int64_t>::max()) {
    result = Value::of_integer(value.kind, static_cast<std::int64_t>(sum->coefficient));
  } else {
    wide = sum->coefficient;
    result = wide_number(value.kind, wide);
  }
  result.scale = sum->scale;
  if (value.kind == Kind::Quantity) result.extent = value.extent;
  return result;
}

std::optional<Value> stepped(const Value& value, int step, Int128& wide) {
  switch (value.kind) {
    case Kind::Integer: {
      const std::int64_t next = value.integer + step;
      if (next < std::numeric_limits<std::int32_t>::min() || next > std::numeric_limits<std::int32_t>::max()) {
        return std::nullopt;
      }
      return Value::integer_number(static_cast<std::int32_t>(next));
    }
    case Kind::Long: {
      const Int128 next = Int128{value.integer} + step;
      if (next < std::numeric_limits<std::int64_t>::min() || next > std::numeric_limits<std::int64_t>::max()) {
        return std::nullopt;
      }
      return Value::long_number(static_cast<std::int64_t>(next));
    }
    case Kind::Decimal:
    case Kind::Quantity:
      return stepped_number(value, step, wide);
    case Kind::Date:
    case Kind::DateTime:
    case Kind::Time:
      return add_to_date_time(value, step, value.precision());
    case Kind::Null:
    case Kind::Failed:
    case Kind::Boolean:
    case Kind::String:
    case Kind::Ratio:
    case Kind::Interval:
    case Kind::Code:
    case Kind::Concept:
    case Kind::Vocabulary:
    case Kind::List:
    case Kind::Tuple:
    case Kind::Instance:
    case Kind::IntegerRange:
      break;
  }
  return std::nullopt;
}

std::optional<Value> in_arena(std::optional<Value> value, Arena& arena) {
  if (value && (value->kind == Kind::Decimal || value->kind == Kind::Quantity) && (value->flags & Value::kWide) != 0) {
    value->pointer = arena.make<Int128>(*static_cast<const Int128*>(value->pointer));
  }
  return value;
}

DateTimeParts greatest_moment(Precision precision) {
  DateTimeParts parts;
  parts.year = 9999;
  parts.month = 12;
  parts.day = 31;
  parts.hour = 23;
  parts.minute = 59;
  parts.second = 59;
  parts.millisecond = 999;
  parts.precision = precision;
  return parts;
}

DateTimeParts least_moment(Precision precision) {
  DateTimeParts parts;
  parts.precision = precision;
  return parts;
}

template <class Integer>
Value least_or_greatest(Kind kind, bool is_least) {
  return Value::of_integer(kind, is_least ? std::numeric_limits<Integer>::min() : std::numeric_limits<Integer>::max());
}

std::optional<Value> end_of_range(Kind kind, bool is_least) {
  switch (kind) {
    case Kind::Integer:
      return least_or_greatest<std::int32_t>(kind, is_least);
    case Kind::Long:
      return least_or_greatest<std::int64_t>(kind, is_least);
    case Kind::Decimal:
    case Kind::Quantity:
      return wide_number(kind, is_least ? kLeastCoefficient : kGreatestCoefficient);
    case Kind::Date:
      return date_value(is_least ? least_moment(Precision::Day) : greatest_moment(Precision::Day));
    case Kind::DateTime:
      return date_time_value(is_least ? least_moment(Precision::Millisecond) : greatest_moment(Precision::Millisecond));
    case Kind::Time:
      return time_value(is_least ? least_moment(Precision::Millisecond) : greatest_moment(Precision::Millisecond));
    case Kind::Null:
    case Kind::Failed:
    case Kind::Boolean:
    case Kind::String:
    case Kind::Ratio:
    case Kind::Interval:
    case Kind::Code:
    case Kind::Concept:
    case Kind::Vocabulary:
    case Kind::List:
    case Kind::Tuple:
    case Kind::Instance:
    case Kind::IntegerRange:
      break;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Value> successor(const Value& value, Arena& arena) {
  Int128 wide = 0;
  return in_arena(stepped(value, 1, wide), arena);
}

std::optional<Value> predecessor(const Value& value, Arena& arena) {
  Int128 wide = 0;
  return in_arena(stepped(value, -1, wide), arena);
}

std::optional<Value> successor(const Value& value, Int128& wide) {
  return stepped(value, 1, wide);
}

std::optional<Value> predecessor(const Value& value, Int128& wide) {
  return stepped(value, -1, wide);
}

std::optional<Value> minimum_value(Kind kind) {
  return end_of_range(kind, true);
}

std::optional<Value> maximum_value(Kind kind) {
  return end_of_range(kind, false);
}

}  // namespace calx
