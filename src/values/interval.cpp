#include "values/interval.h"

#include <optional>

#include "values/point_types.h"

namespace calx {

namespace {

Value range_end(const Value& interval, Kind point_kind, bool is_least) {
  const Kind shown = point_kind_of(interval);
  const Kind kind = shown == Kind::Null ? point_kind : shown;
  Value value = (is_least ? minimum_value(kind) : maximum_value(kind)).value_or(Value::null());
  if (kind == Kind::Quantity) {
    const Value& other = is_least ? interval.high() : interval.low();
    if (other.kind == Kind::Quantity) value.extent = other.extent;
  }
  return value;
}

template <class Storage>
Value start_in(const Value& interval, Kind point_kind, Storage& storage) {
  const Value& low = interval.low();
  if (interval.low_closed()) return low.is_null() ? range_end(interval, point_kind, true) : low;
  if (low.is_null_or_failed()) return low;
  return successor(low, storage).value_or(Value::null());
}

template <class Storage>
Value end_in(const Value& interval, Kind point_kind, Storage& storage) {
  const Value& high = interval.high();
  if (interval.high_closed()) return high.is_null() ? range_end(interval, point_kind, false) : high;
  if (high.is_null_or_failed()) return high;
  return predecessor(high, storage).value_or(Value::null());
}

}  // namespace

Kind point_kind_of(const Value& interval) {
  return interval.low().is_null() ? interval.high().kind : interval.low().kind;
}

Value start_of(const Value& interval, Kind point_kind, Arena& arena) {
  return start_in(interval, point_kind, arena);
}

Value end_of(const Value& interval, Kind point_kind, Arena& arena) {
  return end_in(interval, point_kind, arena);
}

Value start_of(const Value& interval, Kind point_kind, Int128& wide) {
  return start_in(interval, point_kind, wide);
}

Value end_of(const Value& interval, Kind point_kind, Int128& wide) {
  return end_in(interval, point_kind, wide);
}

}  // namespace calx
