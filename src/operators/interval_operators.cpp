#include <algorithm>
#include <vector>

#include "operators/functions.h"
#include "operators/numbers.h"
#include "operators/points.h"
#include "values/date_time.h"
#include "values/decimal.h"
#include "values/point_types.h"

namespace calx {

namespace {

struct Ends {
  Bound start;
  Bound end;
};

Ends ends_of(const OperatorContext& context, const Value& value) {
  return {start_of(context, value), end_of(context, value)};
}

/// Both operands of a binary operator, and the precision to compare at.
struct Pair {
  const OperatorContext& context;
  Ends left;
  Ends right;
  Precision precision;

  Pair(const OperatorContext& operator_context, Operands operands, const OperatorAttributes& attributes)
      : context(operator_context),
        left(ends_of(operator_context, operands[0])),
        right(ends_of(operator_context, operands[1])),
        precision(attributes.precision) {}

  Truth before(const Bound& a, const Bound& b) const { return less(context, a, b, precision); }
  Truth up_to(const Bound& a, const Bound& b) const { return less_or_equal(context, a, b, precision); }
  Truth at(const Bound& a, const Bound& b) const { return same(context, a, b, precision); }

  Truth overlap() const { return up_to(left.start, right.end) & up_to(right.start, left.end); }
  Truth left_in_right() const { return up_to(right.start, left.start) & up_to(left.end, right.end); }
  Truth right_in_left() const { return up_to(left.start, right.start) & up_to(right.end, left.end); }
  Truth same_ends() const { return at(left.start, right.start) & at(left.end, right.end); }

  /// `a` ends where `b` starts: nothing lies between them and they share no point.
  Truth touch(const Bound& a, const Bound& b) const {
    if (a.is_unknown() || b.is_unknown()) return Truth::unknown();
    if (!a.is_finite() || !b.is_finite()) return Truth::of(false);
    const Kind kind = a.value.kind;
    const bool dated = kind == Kind::Date || kind == Kind::DateTime || kind == Kind::Time;
    if (dated && precision != Precision::None) {
      if (a.value.precision() < precision) return Truth::unknown();
      const std::optional<Value> next = add_to_date_time(a.value, 1, precision);
      return next ? same(context, *next, b.value, precision) : Truth::of(false);
    }
    const std::optional<Value> next = successor_of(context, a.value);
    return next ? same(context, *next, b.value, Precision::None) : Truth::of(false);
  }
};

bool is_dated(Kind kind) {
  return kind == Kind::Date || kind == Kind::DateTime || kind == Kind::Time;
}

/// An interval between resolved ends; unknown ends are open nulls, unlimited ones closed nulls.
Value between(const OperatorContext& context, const Bound& start, const Bound& end) {
  return context.interval(start.is_finite() ? start.value : Value::null(), end.is_finite() ? end.value : Value::null(),
                          !start.is_unknown(), !end.is_unknown());
}

/// The end as a value; the type's own end is told by the plan's type, or else by the other end.
Value point_at(const Value& interval, const Bound& bound, const OperatorAttributes& attributes) {
  if (bound.is_finite()) return bound.value;
  if (bound.is_unknown()) return Value::null();
  Kind kind = kind_of_type(attributes.type);
  if (kind == Kind::Null) kind = interval.low().is_null() ? interval.high().kind : interval.low().kind;
  const std::optional<Value> extreme = bound.reach == Bound::Reach::Least ? minimum_value(kind) : maximum_value(kind);
  return extreme ? *extreme : Value::null();
}

}  // namespace

Value evaluate_start(const OperatorContext& context, Operands operands, const OperatorAttributes& attributes) {
  return point_at(operands[0], start_of(context, operands[0]), attributes);
}

Value evaluate_end(const OperatorContext& context, Operands operands, const OperatorAttributes& attributes) {
  return point_at(operands[0], end_of(context, operands[0]), attributes);
}

Value evaluate_point_from(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  const Ends ends = ends_of(context, operands[0]);
  const Truth unit = same(context, ends.start, ends.end, Precision::None);
  if (unit.is_unknown()) return Value::null();
  if (unit.is_false || !ends.start.is_finite()) {
    return context.fail("point from needs an interval that holds one point only");
  }
  return ends.start.value;
}

Value evaluate_width(const OperatorContext& context, Operands operands, const OperatorAttributes& attributes) {
  const Value low = evaluate_start(context, operands, attributes);
  const Value high = evaluate_end(context, operands, attributes);
  if (is_dated(low.kind) || is_dated(high.kind)) {
    return context.fail("dates and times have no width; use a duration between start and end");
  }
  if (low.is_null() || high.is_null()) return Value::null();
  return subtract_numbers(context, high, low);
}

Value evaluate_size(const OperatorContext& context, Operands operands, const OperatorAttributes& attributes) {
  const Value width = evaluate_width(context, operands, attributes);
  if (width.is_null_or_failed()) return width;
  const std::optional<Value> size = successor_of(context, width);
  return size ? *size : Value::null();
}

Value evaluate_in_interval(const OperatorContext& context, Operands operands, const OperatorAttributes& attributes) {
  if (operands[0].is_null()) return Value::null();
  if (operands[1].is_null()) return Value::boolean(false);
  return Pair(context, operands, attributes).left_in_right().to_value();
}

Value evaluate_contains_interval(const OperatorContext& context, Operands operands,
                                 const OperatorAttributes& attributes) {
  const Value swapped[] = {operands[1], operands[0]};
  return evaluate_in_interval(context, swapped, attributes);
}

Value evaluate_proper_in_interval(const OperatorContext& context, Operands operands,
                                  const OperatorAttributes& attributes) {
  if (operands[0].is_null()) return Value::null();
  if (operands[1].is_null()) return Value::boolean(false);
  const Pair pair(context, operands, attributes);
  return (pair.before(pair.right.start, pair.left.start) & pair.before(pair.left.end, pair.right.end)).to_value();
}

Value evaluate_proper_contains_interval(const OperatorContext& context, Operands operands,
                                        const OperatorAttributes& attributes) {
  const Value swapped[] = {operands[1], operands[0]};
  return evaluate_proper_in_interval(context, swapped, attributes);
}

Value evaluate_included_in_interval(const OperatorContext& context, Operands operands,
                                    const OperatorAttributes& attributes) {
  return Pair(context, operands, attributes).left_in_right().to_value();
}

Value evaluate_includes_interval(const OperatorContext& context, Operands operands,
                                 const OperatorAttributes& attributes) {
  return Pair(context, operands, attributes).right_in_left().to_value();
}

Value evaluate_proper_included_in_interval(const OperatorContext& context, Operands operands,
                                           const OperatorAttributes& attributes) {
  const Pair pair(context, operands, attributes);
  return (pair.left_in_right() & !pair.same_ends()).to_value();
}

Value evaluate_proper_includes_interval(const OperatorContext& context, Operands operands,
                                        const OperatorAttributes& attributes) {
  const Pair pair(context, operands, attributes);
  return (pair.right_in_left() & !pair.same_ends()).to_value();
}

Value evaluate_before(const OperatorContext& context, Operands operands, const OperatorAttributes& attributes) {
  const Pair pair(context, operands, attributes);
  return pair.before(pair.left.end, pair.right.start).to_value();
}

Value evaluate_after(const OperatorContext& context, Operands operands, const OperatorAttributes& attributes) {
  const Pair pair(context, operands, attributes);
  return pair.before(pair.right.end, pair.left.start).to_value();
}

Value evaluate_same_as(const OperatorContext& context, Operands operands, const OperatorAttributes& attributes) {
  return Pair(context, operands, attributes).same_ends().to_value();
}

Value evaluate_same_or_before(const OperatorContext& context, Operands operands, const OperatorAttributes& attributes) {
  const Pair pair(context, operands, attributes);
  return pair.up_to(pair.left.end, pair.right.start).to_value();
}

Value evaluate_same_or_after(const OperatorContext& context, Operands operands, const OperatorAttributes& attributes) {
  const Pair pair(context, operands, attributes);
  return pair.up_to(pair.right.end, pair.left.start).to_value();
}

Value evaluate_overlaps(const OperatorContext& context, Operands operands, const OperatorAttributes& attributes) {
  return Pair(context, operands, attributes).overlap().to_value();
}

Value evaluate_overlaps_before(const OperatorContext& context, Operands operands,
                               const OperatorAttributes& attributes) {
  const Pair pair(context, operands, attributes);
  return (pair.before(pair.left.start, pair.right.start) & pair.overlap()).to_value();
}

Value evaluate_overlaps_after(const OperatorContext& context, Operands operands, const OperatorAttributes& attributes) {
  const Pair pair(context, operands, attributes);
  return (pair.before(pair.right.end, pair.left.end) & pair.overlap()).to_value();
}

Value evaluate_meets(const OperatorContext& context, Operands operands, const OperatorAttributes& attributes) {
  const Pair pair(context, operands, attributes);
  return (pair.touch(pair.left.end, pair.right.start) | pair.touch(pair.right.end, pair.left.start)).to_value();
}

Value evaluate_meets_before(const OperatorContext& context, Operands operands, const OperatorAttributes& attributes) {
  const Pair pair(context, operands, attributes);
  return pair.touch(pair.left.end, pair.right.start).to_value();
}

Value evaluate_meets_after(const OperatorContext& context, Operands operands, const OperatorAttributes& attributes) {
  const Pair pair(context, operands, attributes);
  return pair.touch(pair.right.end, pair.left.start).to_value();
}

Value evaluate_starts(const OperatorContext& context, Operands operands, const OperatorAttributes& attributes) {
  const Pair pair(context, operands, attributes);
  return (pair.at(pair.left.start, pair.right.start) & pair.up_to(pair.left.end, pair.right.end)).to_value();
}

Value evaluate_ends(const OperatorContext& context, Operands operands, const OperatorAttributes& attributes) {
  const Pair pair(context, operands, attributes);
  return (pair.up_to(pair.right.start, pair.left.start) & pair.at(pair.left.end, pair.right.end)).to_value();
}

namespace {

/// The later of two starts or the earlier of two ends; unknown when one is unknown, nothing when uncertain.
std::optional<Bound> later(const Pair& pair, const Bound& a, const Bound& b) {
  if (a.is_unknown() || b.is_unknown()) return Bound{};
  const Truth first = pair.up_to(b, a);
  if (first.is_unknown()) return {};
  return first.is_true ? a : b;
}

std::optional<Bound> earlier(const Pair& pair, const Bound& a, const Bound& b) {
  if (a.is_unknown() || b.is_unknown()) return Bound{};
  const Truth first = pair.up_to(a, b);
  if (first.is_unknown()) return {};
  return first.is_true ? a : b;
}

}  // namespace

Value evaluate_union_interval(const OperatorContext& context, Operands operands, const OperatorAttributes& attributes) {
  const Pair pair(context, operands, attributes);
  const Truth joined =
      pair.overlap() | pair.touch(pair.left.end, pair.right.start) | pair.touch(pair.right.end, pair.left.start);
  if (!joined.is_true) return Value::null();
  const std::optional<Bound> start = earlier(pair, pair.left.start, pair.right.start);
  const std::optional<Bound> end = later(pair, pair.left.end, pair.right.end);
  return start && end ? between(context, *start, *end) : Value::null();
}

Value evaluate_intersect_interval(const OperatorContext& context, Operands operands,
                                  const OperatorAttributes& attributes) {
  const Pair pair(context, operands, attributes);
  if (pair.overlap().is_false) return Value::null();
  const std::optional<Bound> start = later(pair, pair.left.start, pair.right.start);
  const std::optional<Bound> end = earlier(pair, pair.left.end, pair.right.end);
  if (!start || !end || (start->is_unknown() && end->is_unknown())) return Value::null();
  return between(context, *start, *end);
}

Value evaluate_except_interval(const OperatorContext& context, Operands operands,
                               const OperatorAttributes& attributes) {
  const Pair pair(context, operands, attributes);
  const Truth overlap = pair.overlap();
  if (overlap.is_false) return operands[0];
  if (overlap.is_unknown()) return Value::null();
  const Truth starts_earlier = pair.before(pair.left.start, pair.right.start);
  const Truth ends_later = pair.before(pair.right.end, pair.left.end);
  if (starts_earlier.is_true && ends_later.is_false && pair.right.start.is_finite()) {
    const std::optional<Value> end = predecessor_of(context, pair.right.start.value);
    return end ? between(context, pair.left.start, Bound::of(*end)) : Value::null();
  }
  if (starts_earlier.is_false && ends_later.is_true && pair.right.end.is_finite()) {
    const std::optional<Value> start = successor_of(context, pair.right.end.value);
    return start ? between(context, Bound::of(*start), pair.left.end) : Value::null();
  }
  return Value::null();  // nothing is left, two pieces are, or it cannot be told
}

namespace {

/// The step of collapse and expand in the terms of one point: a calendar unit with a count, or a number.
struct Step {
  bool calendar = false;
  Precision unit = Precision::None;
  std::int64_t count = 1;
  Decimal number{1, 0};
  UnitId number_unit;  // of quantities
};

/// Nothing: the quantity does not fit the point. A null quantity asks for the type's own step.
std::optional<Step> step_for(const OperatorContext& context, const Value& per, const Value& point, bool for_expand) {
  Step step;
  if (is_dated(point.kind)) {
    step.calendar = true;
    if (per.is_null()) {
      step.unit = point.precision();
      return step;
    }
    const std::optional<UnitTable::CalendarUnit> unit = context.units.calendar_unit(per.unit());
    if (!unit) return {};
    const Decimal whole = truncate(decimal_of(per));
    if (whole.coefficient <= 0 || whole.coefficient > 1'000'000'000) return {};
    step.unit = unit->precision;
    step.count = static_cast<std::int64_t>(whole.coefficient) * unit->factor;
    if (point.kind == Kind::Date && step.unit > Precision::Day) return {};
    if (point.kind == Kind::Time && step.unit < Precision::Hour) return {};
    return step;
  }
  if (!is_number(point)) return {};
  if (per.is_null()) {
    const bool whole = point.kind == Kind::Integer || point.kind == Kind::Long;
    step.number = Decimal{1, whole ? std::uint8_t{0} : kMaximumScale};
    if (point.kind == Kind::Quantity) step.number_unit = point.unit();
    return step;
  }
  step.number = decimal_of(per);
  if (point.kind == Kind::Quantity) {
    step.number_unit = point.unit();
    if (!context.units.equivalent_units(per.unit(), point.unit())) {
      const std::optional<Decimal> converted = context.units.convert(step.number, per.unit(), point.unit());
      if (!converted) return {};
      step.number = *converted;
    }
  } else if (!context.units.equivalent_units(per.unit(), UnitId{0})) {
    return {};
  }
  step.number = normalize(step.number);
  const int sign = compare(step.number, Decimal{0, 0});
  if (sign < 0 || (for_expand && sign == 0)) return {};
  return step;
}

std::optional<Value> advance(const OperatorContext& context, const Value& point, const Step& step) {
  if (step.calendar) {
    const std::optional<Value> next = add_to_date_time(point, step.count, step.unit);
    if (!next || point.kind != Kind::Time) return next;
    // Times go round the clock; an interval does not.
    return less(context, point, *next, Precision::None).is_true ? next : std::nullopt;
  }
  const std::optional<Decimal> next = add(decimal_of(point), step.number);
  if (!next) return {};
  if (point.kind == Kind::Quantity) return quantity_value(*next, point.unit(), context.arena);
  if (next->scale == 0 && point.kind == Kind::Integer) {
    if (next->coefficient > 2147483647) return {};
    return Value::integer_number(static_cast<std::int32_t>(next->coefficient));
  }
  if (next->scale == 0 && point.kind == Kind::Long) {
    if (next->coefficient > static_cast<Int128>(9223372036854775807LL)) return {};
    return Value::long_number(static_cast<std::int64_t>(next->coefficient));
  }
  return decimal_value(*next, context.arena);
}

struct Piece {
  Bound start;
  Bound end;
};

}  // namespace

Value evaluate_collapse(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  if (operands[0].is_null()) return Value::null();
  const Value per = operands.size() > 1 ? operands[1] : Value::null();
  std::vector<Piece> pieces;
  std::vector<Value> kept;  // starts that are unknown cannot be placed and stay as they are
  for (const Value& element : operands[0].as_list()) {
    if (element.is_null()) continue;
    const Ends ends = ends_of(context, element);
    if (ends.start.is_unknown() && ends.end.is_unknown()) continue;
    if (ends.start.is_unknown()) {
      kept.push_back(element);
    } else {
      pieces.push_back({ends.start, ends.end});
    }
  }
  // Partial dates leave an order open; an insertion keeps the written order then, as no total order is needed.
  std::vector<Piece> sorted;
  sorted.reserve(pieces.size());
  const auto is_plain = [&](const Piece& piece) {
    return piece.start.is_finite() && piece.start.value.kind == pieces[0].start.value.kind &&
           piece.start.value.kind != Kind::Quantity && piece.start.value.kind != Kind::IntegerRange &&
           (!is_dated(piece.start.value.kind) || piece.start.value.precision() == pieces[0].start.value.precision());
  };
  if (std::all_of(pieces.begin(), pieces.end(), is_plain)) {
    sorted = pieces;
    std::stable_sort(sorted.begin(), sorted.end(), [&](const Piece& a, const Piece& b) {
      return less(context, a.start, b.start, Precision::None).is_true;
    });
    pieces.clear();
  }
  for (const Piece& piece : pieces) {
    if (context.is_spent()) break;
    const auto place = std::find_if(sorted.begin(), sorted.end(), [&](const Piece& other) {
      return less(context, piece.start, other.start, Precision::None).is_true;
    });
    sorted.insert(place, piece);
  }
  std::vector<Value> result = kept;
  std::optional<Piece> open;
  const auto joins = [&](const Piece& before, const Piece& next) {
    if (before.end.is_unknown()) return false;
    if (less_or_equal(context, next.start, before.end, Precision::None).is_true) return true;
    if (!before.end.is_finite() || !next.start.is_finite()) return false;
    const std::optional<Step> step = step_for(context, per, before.end.value, false);
    if (!step) return false;
    const std::optional<Value> reach = advance(context, before.end.value, *step);
    if (!reach) return false;
    const Precision precision = step->calendar ? step->unit : Precision::None;
    return less_or_equal(context, next.start.value, *reach, precision).is_true;
  };
  for (const Piece& piece : sorted) {
    if (!open) {
      open = piece;
    } else if (joins(*open, piece)) {
      if (piece.end.is_unknown() || less(context, open->end, piece.end, Precision::None).is_true) open->end = piece.end;
    } else {
      result.push_back(between(context, open->start, open->end));
      open = piece;
    }
  }
  if (open) result.push_back(between(context, open->start, open->end));
  return context.list(result);
}

namespace {

Value truncated_date(const Value& value, Precision precision) {
  if (value.precision() <= precision) return value;
  DateTimeParts parts = parts_of(value);
  parts.precision = precision;
  if (precision < Precision::Month) parts.month = 1;
  if (precision < Precision::Day) parts.day = 1;
  if (precision < Precision::Hour) parts.hour = 0;
  if (precision < Precision::Minute) parts.minute = 0;
  if (precision < Precision::Second) parts.second = 0;
  if (precision < Precision::Millisecond) parts.millisecond = 0;
  if (value.kind == Kind::Date) return date_value(parts);
  return value.kind == Kind::Time ? time_value(parts) : date_time_value(parts);
}

Decimal at_scale(const Decimal& number, std::uint8_t scale, bool highest) {
  Decimal result = number;
  Int128 added = 1;
  while (result.scale > scale) {
    const Int128 quotient = result.coefficient / 10;
    result.coefficient = result.coefficient < 0 && quotient * 10 != result.coefficient ? quotient - 1 : quotient;
    --result.scale;
  }
  while (result.scale < scale) {
    result.coefficient *= 10;
    added *= 10;
    ++result.scale;
  }
  if (highest) result.coefficient += added - 1;
  return result;
}

/// Calls `make` with the first and last point of every step that lies fully between the ends of the interval.
/// False when the list grows over the limit.
template <class Make>
bool expand_one(const OperatorContext& context, const Value& interval, const Value& per, std::vector<Value>& out,
                const Make& make) {
  const Ends ends = ends_of(context, interval);
  if (!ends.start.is_finite() || !ends.end.is_finite()) return true;
  Value low = ends.start.value;
  Value high = ends.end.value;
  Value coarser = low;
  if (is_dated(low.kind) && high.precision() < low.precision()) coarser = high;
  const std::optional<Step> step = step_for(context, per, coarser, true);
  if (!step) return true;
  if (step->calendar) {
    if (low.precision() < step->unit || high.precision() < step->unit) return true;
    low = truncated_date(low, step->unit);
    high = truncated_date(high, step->unit);
    Step unit = *step;
    unit.count = step->count - 1;
    for (std::optional<Value> point = low; point; point = advance(context, *point, *step)) {
      const std::optional<Value> last = unit.count == 0 ? point : advance(context, *point, unit);
      if (!last || !less_or_equal(context, *last, high, Precision::None).is_true) break;
      if (out.size() >= context.maximum_list) return false;
      out.push_back(make(*point, *last));
    }
    return true;
  }
  const std::uint8_t scale = step->number.scale;
  const Decimal top = at_scale(decimal_of(high), scale, true);
  const Int128 one_step = step->number.coefficient;
  const bool whole = scale == 0 && (low.kind == Kind::Integer || low.kind == Kind::Long);
  const auto value_at = [&](Int128 coefficient) {
    const Decimal number{coefficient, scale};
    if (low.kind == Kind::Quantity) return quantity_value(number, low.unit(), context.arena);
    if (whole && low.kind == Kind::Integer) return Value::integer_number(static_cast<std::int32_t>(coefficient));
    if (whole) return Value::long_number(static_cast<std::int64_t>(coefficient));
    return decimal_value(number, context.arena);
  };
  for (Int128 at = at_scale(decimal_of(low), scale, false).coefficient;; at += one_step) {
    const Int128 last = at + one_step - 1;
    if (last > top.coefficient) break;
    if (out.size() >= context.maximum_list) return false;
    out.push_back(make(value_at(at), value_at(last)));
  }
  return true;
}

struct MakePoint {
  Value operator()(const Value& first, const Value&) const { return first; }
};

struct MakeInterval {
  const OperatorContext& context;
  Value operator()(const Value& first, const Value& last) const { return context.interval(first, last, true, true); }
};

constexpr std::string_view kTooLong = "expand makes more elements than a list may have";

}  // namespace

Value evaluate_expand_interval(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  if (operands[0].is_null()) return Value::null();
  const Value per = operands.size() > 1 ? operands[1] : Value::null();
  std::vector<Value> points;
  if (!expand_one(context, operands[0], per, points, MakePoint{})) return context.fail(kTooLong);
  return context.list(points);
}

Value evaluate_expand_list(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  if (operands[0].is_null()) return Value::null();
  const Value per = operands.size() > 1 ? operands[1] : Value::null();
  std::vector<Value> intervals;
  for (const Value& element : operands[0].as_list()) {
    if (element.is_null()) continue;
    if (!expand_one(context, element, per, intervals, MakeInterval{context})) return context.fail(kTooLong);
  }
  return context.list(intervals);
}

}  // namespace calx
