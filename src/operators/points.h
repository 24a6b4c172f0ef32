#pragma once

#include <optional>

#include "operators/operator.h"

namespace calx {

/// `a < b`, `a <= b` and `a = b` of two points (numbers, quantities, texts, dates, times, uncertain counts), none of
/// them null; dates and times down to `precision`. Unknown when partial dates or uncertain counts leave it open.
Truth less(const OperatorContext& context, const Value& a, const Value& b, Precision precision);
Truth less_or_equal(const OperatorContext& context, const Value& a, const Value& b, Precision precision);
Truth same(const OperatorContext& context, const Value& a, const Value& b, Precision precision);

/// The kind that values of a System type have; Null for any other type.
Kind kind_of_type(TypeId type);

/// values/point_types.h, and of an uncertain count both ends moved. Nothing past the last point.
std::optional<Value> successor_of(const OperatorContext& context, const Value& value);
std::optional<Value> predecessor_of(const OperatorContext& context, const Value& value);

/// One end of an interval with its openness resolved: an open end is moved one point inwards, a closed null end
/// reaches to the end of the type, an open null end is unknown.
struct Bound {
  enum class Reach : std::uint8_t { Least, Finite, Greatest, Unknown };
  Reach reach = Reach::Unknown;
  Value value;

  static Bound of(const Value& value) { return {Reach::Finite, value}; }
  bool is_finite() const { return reach == Reach::Finite; }
  bool is_unknown() const { return reach == Reach::Unknown; }
};

/// Of an interval; a point is the interval that holds it alone. An interval with two null ends says nothing about
/// either, since values do not tell the point type then.
Bound start_of(const OperatorContext& context, const Value& interval_or_point);
Bound end_of(const OperatorContext& context, const Value& interval_or_point);

Truth less(const OperatorContext& context, const Bound& a, const Bound& b, Precision precision);
Truth less_or_equal(const OperatorContext& context, const Bound& a, const Bound& b, Precision precision);
Truth same(const OperatorContext& context, const Bound& a, const Bound& b, Precision precision);

}  // namespace calx
