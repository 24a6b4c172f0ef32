#include "operators/points.h"

#include <algorithm>

#include "operators/numbers.h"
#include "values/date_time.h"
#include "values/point_types.h"

namespace calx {

namespace {

bool is_date_or_time(Kind kind) {
  return kind == Kind::Date || kind == Kind::DateTime || kind == Kind::Time;
}

std::optional<int> order(const OperatorContext& context, const Value& a, const Value& b, Precision precision) {
  if (is_date_or_time(a.kind) && is_date_or_time(b.kind)) {
    if (precision == Precision::Millisecond && std::min(a.precision(), b.precision()) == Precision::Second) {
      // Asked for by name, milliseconds are a component of their own.
      const std::optional<int> seconds = compare_date_times(a, b, Precision::Second, context.offset_minutes);
      return seconds == 0 ? std::nullopt : seconds;
    }
    return compare_date_times(a, b, precision, context.offset_minutes);
  }
  return compare(a, b, context.comparison());
}

// An uncertain count stands between its ends, anything else at one place.
const Value& lowest(const Value& value) {
  return value.kind == Kind::IntegerRange ? value.low() : value;
}
const Value& highest(const Value& value) {
  return value.kind == Kind::IntegerRange ? value.high() : value;
}
bool has_range(const Value& a, const Value& b) {
  return a.kind == Kind::IntegerRange || b.kind == Kind::IntegerRange;
}

}  // namespace

Truth less(const OperatorContext& context, const Value& a, const Value& b, Precision precision) {
  if (has_range(a, b)) {
    const std::optional<int> surely = order(context, highest(a), lowest(b), Precision::None);
    const std::optional<int> possibly = order(context, lowest(a), highest(b), Precision::None);
    if (!surely || !possibly) return Truth::unknown();
    return {*surely < 0, *possibly >= 0};
  }
  const std::optional<int> result = order(context, a, b, precision);
  return result ? Truth::of(*result < 0) : Truth::unknown();
}

Truth less_or_equal(const OperatorContext& context, const Value& a, const Value& b, Precision precision) {
  if (has_range(a, b)) {
    const std::optional<int> surely = order(context, highest(a), lowest(b), Precision::None);
    const std::optional<int> possibly = order(context, lowest(a), highest(b), Precision::None);
    if (!surely || !possibly) return Truth::unknown();
    return {*surely <= 0, *possibly > 0};
  }
  const std::optional<int> result = order(context, a, b, precision);
  return result ? Truth::of(*result <= 0) : Truth::unknown();
}

Truth same(const OperatorContext& context, const Value& a, const Value& b, Precision precision) {
  if (has_range(a, b)) return less_or_equal(context, a, b, precision) & less_or_equal(context, b, a, precision);
  const std::optional<int> result = order(context, a, b, precision);
  return result ? Truth::of(*result == 0) : Truth::unknown();
}

Kind kind_of_type(TypeId type) {
  if (type == system_type::kBoolean) return Kind::Boolean;
  if (type == system_type::kInteger) return Kind::Integer;
  if (type == system_type::kLong) return Kind::Long;
  if (type == system_type::kDecimal) return Kind::Decimal;
  if (type == system_type::kString) return Kind::String;
  if (type == system_type::kDate) return Kind::Date;
  if (type == system_type::kDateTime) return Kind::DateTime;
  if (type == system_type::kTime) return Kind::Time;
  if (type == system_type::kQuantity) return Kind::Quantity;
  return Kind::Null;
}

namespace {

std::optional<Value> range_moved(const OperatorContext& context, const Value& range, std::int64_t distance) {
  const Value moved = integer_range(context, range.low().integer + distance, range.high().integer + distance);
  return moved.is_null() ? std::nullopt : std::optional(moved);
}

}  // namespace

std::optional<Value> successor_of(const OperatorContext& context, const Value& value) {
  return value.kind == Kind::IntegerRange ? range_moved(context, value, 1) : successor(value, context.arena);
}

std::optional<Value> predecessor_of(const OperatorContext& context, const Value& value) {
  return value.kind == Kind::IntegerRange ? range_moved(context, value, -1) : predecessor(value, context.arena);
}

Bound start_of(const OperatorContext& context, const Value& interval_or_point) {
  if (interval_or_point.is_null()) return {};
  if (interval_or_point.kind != Kind::Interval) return Bound::of(interval_or_point);
  const Value& low = interval_or_point.low();
  if (low.is_null()) {
    if (!interval_or_point.low_closed() || interval_or_point.high().is_null()) return {};
    return {Bound::Reach::Least, Value::null()};
  }
  if (interval_or_point.low_closed()) return Bound::of(low);
  const std::optional<Value> next = successor_of(context, low);
  return next ? Bound::of(*next) : Bound{};
}

Bound end_of(const OperatorContext& context, const Value& interval_or_point) {
  if (interval_or_point.is_null()) return {};
  if (interval_or_point.kind != Kind::Interval) return Bound::of(interval_or_point);
  const Value& high = interval_or_point.high();
  if (high.is_null()) {
    if (!interval_or_point.high_closed() || interval_or_point.low().is_null()) return {};
    return {Bound::Reach::Greatest, Value::null()};
  }
  if (interval_or_point.high_closed()) return Bound::of(high);
  const std::optional<Value> previous = predecessor_of(context, high);
  return previous ? Bound::of(*previous) : Bound{};
}

namespace {

// The end of a type against a value: the type's own extreme, but for quantities, which have one in every unit.
Bound against(const Bound& bound, const Bound& other) {
  if (bound.is_finite() || !other.is_finite()) return bound;
  if (other.value.kind == Kind::Quantity) return bound;
  const std::optional<Value> extreme =
      bound.reach == Bound::Reach::Least ? minimum_value(other.value.kind) : maximum_value(other.value.kind);
  return extreme ? Bound::of(*extreme) : bound;
}

}  // namespace

Truth less(const OperatorContext& context, const Bound& a, const Bound& b, Precision precision) {
  if (a.is_unknown() || b.is_unknown()) return Truth::unknown();
  const Bound left = against(a, b);
  const Bound right = against(b, a);
  if (left.is_finite() && right.is_finite()) return less(context, left.value, right.value, precision);
  return Truth::of(left.reach < right.reach);
}

Truth less_or_equal(const OperatorContext& context, const Bound& a, const Bound& b, Precision precision) {
  if (a.is_unknown() || b.is_unknown()) return Truth::unknown();
  const Bound left = against(a, b);
  const Bound right = against(b, a);
  if (left.is_finite() && right.is_finite()) return less_or_equal(context, left.value, right.value, precision);
  return Truth::of(left.reach <= right.reach);
}

Truth same(const OperatorContext& context, const Bound& a, const Bound& b, Precision precision) {
  if (a.is_unknown() || b.is_unknown()) return Truth::unknown();
  const Bound left = against(a, b);
  const Bound right = against(b, a);
  if (left.is_finite() && right.is_finite()) return same(context, left.value, right.value, precision);
  return Truth::of(left.reach == right.reach);
}

}  // namespace calx
