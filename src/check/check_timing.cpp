#include "check/library_checker.h"
#include "values/decimal.h"

namespace calx {

// Timing phrases become the strict operators of the table, as the specification's own translation does
// (CQL 1.5.3, Author's Guide "Timing and Interval Operators", Developer's Guide "Timing Phrases").

namespace {

/// Pairs of operators: for intervals, and for a point with an interval.
struct RangeOperators {
  std::string_view ranges;
  std::string_view point;
};

}  // namespace

Typed LibraryChecker::as_point_or_interval(Typed operand) {
  if (!operand.is_valid()) return operand;
  const TypeKind kind = types().kind(operand.type);
  if (kind == TypeKind::Class) {
    const std::optional<TypeId> system = types().system_conversion(operand.type);
    return system ? conversions_.convert(operand, *system) : operand;
  }
  return operand;
}

Typed LibraryChecker::boundary(Typed operand, cql::Boundary boundary, Span span) {
  switch (boundary) {
    case cql::Boundary::None:
      return operand;
    case cql::Boundary::Start:
      return apply("Start", {operand}, span);
    case cql::Boundary::End:
      return apply("End", {operand}, span);
  }
  return operand;
}

Typed LibraryChecker::membership(std::string_view point_operator, Typed point, Typed range, Span span,
                                 Precision precision) {
  return apply(point_operator, {point, range}, span, precision);
}

Typed LibraryChecker::check_timing(const cql::Timing& timing) {
  using Relation = cql::TimingRelation;
  const Typed raw_left = check(*timing.left);
  const Typed raw_right = check(*timing.right);
  if (!raw_left.is_valid() || !raw_right.is_valid()) return Typed::invalid();
  const Span span = timing.span;
  builder_.set_span(span);
  const Typed left = boundary(as_point_or_interval(raw_left), timing.left_boundary, timing.left->span);
  const Typed right = boundary(as_point_or_interval(raw_right), timing.right_boundary, timing.right->span);
  if (!left.is_valid() || !right.is_valid()) return Typed::invalid();
  const Precision precision = plan_precision(timing.precision);
  const auto is_range = [&](Typed operand) {
    const TypeKind kind = types().kind(operand.type);
    if (kind == TypeKind::List || kind == TypeKind::Interval || operand.type == system_type::kValueSet) return true;
    // A choice that can be an interval and nothing that is a point.
    return kind == TypeKind::Choice &&
           conversions_.cost(operand.type, types().interval_of(system_type::kDateTime)) != Conversions::kNone &&
           conversions_.cost(operand.type, system_type::kDateTime) == Conversions::kNone;
  };
  switch (timing.relation) {
    case Relation::SameAs:
      return apply("SameAs", {left, right}, span, precision);
    case Relation::SameOrBefore:
      return apply("SameOrBefore", {left, right}, span, precision);
    case Relation::SameOrAfter:
      return apply("SameOrAfter", {left, right}, span, precision);
    case Relation::Includes: {
      const RangeOperators operators =
          timing.properly ? RangeOperators{"ProperIncludes", "ProperContains"} : RangeOperators{"Includes", "Contains"};
      return apply(is_range(right) ? operators.ranges : operators.point, {left, right}, span, precision);
    }
    case Relation::IncludedIn: {
      const RangeOperators operators =
          timing.properly ? RangeOperators{"ProperIncludedIn", "ProperIn"} : RangeOperators{"IncludedIn", "In"};
      return apply(is_range(left) ? operators.ranges : operators.point, {left, right}, span, precision);
    }
    case Relation::Before:
      if (timing.offset != nullptr) return offset_before_or_after(timing, left, right);
      return apply(timing.or_on ? "SameOrBefore" : "Before", {left, right}, span, precision);
    case Relation::After:
      if (timing.offset != nullptr) return offset_before_or_after(timing, left, right);
      return apply(timing.or_on ? "SameOrAfter" : "After", {left, right}, span, precision);
    case Relation::Within:
      return within(timing, left, right);
    case Relation::Meets:
      return apply("Meets", {left, right}, span, precision);
    case Relation::MeetsBefore:
      return apply("MeetsBefore", {left, right}, span, precision);
    case Relation::MeetsAfter:
      return apply("MeetsAfter", {left, right}, span, precision);
    case Relation::Overlaps:
      return apply("Overlaps", {left, right}, span, precision);
    case Relation::OverlapsBefore:
      return apply("OverlapsBefore", {left, right}, span, precision);
    case Relation::OverlapsAfter:
      return apply("OverlapsAfter", {left, right}, span, precision);
    case Relation::Starts:
      return apply("Starts", {left, right}, span, precision);
    case Relation::Ends:
      return apply("Ends", {left, right}, span, precision);
  }
  return Typed::invalid();
}

Typed LibraryChecker::offset_before_or_after(const cql::Timing& timing, Typed left, Typed right) {
  const Span span = timing.span;
  const Precision precision = plan_precision(timing.precision);
  const bool is_before = timing.relation == cql::TimingRelation::Before;
  // Before measures from the end of the left to the start of the right, after the other way round.
  if (types().kind(left.type) == TypeKind::Interval) left = apply(is_before ? "End" : "Start", {left}, span);
  if (types().kind(right.type) == TypeKind::Interval) right = apply(is_before ? "Start" : "End", {right}, span);
  const Typed offset = check_quantity(*timing.offset);
  builder_.set_span(span);
  const Typed limit = apply(is_before ? "Subtract" : "Add", {right, offset}, span);
  if (!left.is_valid() || !limit.is_valid()) return Typed::invalid();
  // With a date and a date-time the limit takes the wider type.
  switch (timing.offset_qualifier) {
    case cql::OffsetQualifier::Exactly:
      return apply("SameAs", {left, limit}, span, precision);
    case cql::OffsetQualifier::OrMore:
      return apply(is_before ? "SameOrBefore" : "SameOrAfter", {left, limit}, span, precision);
    case cql::OffsetQualifier::MoreThan:
      return apply(is_before ? "Before" : "After", {left, limit}, span, precision);
    case cql::OffsetQualifier::OrLess:
    case cql::OffsetQualifier::LessThan: {
      const bool limit_closed = timing.offset_qualifier == cql::OffsetQualifier::OrLess;
      const std::uint8_t far = is_before ? Value::kLowClosed : Value::kHighClosed;
      const std::uint8_t near = is_before ? Value::kHighClosed : Value::kLowClosed;
      const auto flag = static_cast<std::uint8_t>((limit_closed ? far : 0) | (timing.or_on ? near : 0));
      const TypeId ends[] = {limit.type, right.type};
      const TypeId point = conversions_.common_type(ends);
      const Typed far_end = conversions_.convert(limit, point);
      const Typed near_end = conversions_.convert(right, point);
      const Typed range = builder_.node(NodeKind::Interval, types().interval_of(point),
                                        {is_before ? far_end : near_end, is_before ? near_end : far_end}, 0, flag);
      // A closed end that is null would reach to the end of time.
      return conjunction({apply("In", {left, range}, span, precision), negate(apply("IsNull", {right}, span), span)});
    }
  }
  return Typed::invalid();
}

Typed LibraryChecker::within(const cql::Timing& timing, Typed left, Typed right) {
  const Span span = timing.span;
  const Precision precision = plan_precision(timing.precision);
  Typed low = right;
  Typed high = right;
  if (types().kind(right.type) == TypeKind::Interval) {
    low = apply("Start", {right}, span);
    high = apply("End", {right}, span);
  }
  const Typed distance = check_quantity(*timing.offset);
  builder_.set_span(span);
  const Typed from = apply("Subtract", {low, distance}, span);
  const Typed to = apply("Add", {high, distance}, span);
  if (!from.is_valid() || !to.is_valid()) return Typed::invalid();
  const std::uint8_t flag = timing.properly ? 0 : static_cast<std::uint8_t>(Value::kLowClosed | Value::kHighClosed);
  const Typed range = builder_.node(NodeKind::Interval, types().interval_of(from.type), {from, to}, 0, flag);
  const bool left_is_interval = types().kind(left.type) == TypeKind::Interval;
  const Typed inside = apply(left_is_interval ? "IncludedIn" : "In", {left, range}, span, precision);
  return conjunction({inside, negate(apply("IsNull", {low}, span), span), negate(apply("IsNull", {high}, span), span)});
}

Typed LibraryChecker::check_membership(const cql::Membership& expression) {
  const bool is_in = expression.op == cql::MembershipOperator::In;
  const Typed element = check(is_in ? *expression.left : *expression.right);
  const Typed range = as_point_or_interval(check(is_in ? *expression.right : *expression.left));
  if (!element.is_valid() || !range.is_valid()) return Typed::invalid();
  const Span span = expression.span;
  const Precision precision = plan_precision(expression.precision);
  if (range.type == system_type::kValueSet || range.type == system_type::kCodeSystem) {
    const bool is_set = range.type == system_type::kValueSet;
    Typed codes = element;
    const bool many = types().kind(codes.type) == TypeKind::List;
    const std::string_view name =
        is_set ? (many ? "AnyInValueSet" : "InValueSet") : (many ? "AnyInCodeSystem" : "InCodeSystem");
    return apply(name, {codes, range}, span);
  }
  return is_in ? apply("In", {element, range}, span, precision) : apply("Contains", {range, element}, span, precision);
}

Typed LibraryChecker::check_between(const cql::Between& expression) {
  const Typed operand = check(*expression.operand);
  const Typed low = check(*expression.low);
  const Typed high = check(*expression.high);
  const Span span = expression.span;
  const Typed above = apply(expression.properly ? "Greater" : "GreaterOrEqual", {operand, low}, span);
  const Typed below = apply(expression.properly ? "Less" : "LessOrEqual", {operand, high}, span);
  return conjunction({above, below});
}

Typed LibraryChecker::duration(cql::DurationForm form, cql::Precision precision, Typed low, Typed high, Span span) {
  const bool is_duration = form == cql::DurationForm::Duration;
  if (precision == cql::Precision::Week) {
    return apply(is_duration ? "DurationInWeeksBetween" : "DifferenceInWeeksBetween", {low, high}, span);
  }
  return apply(is_duration ? "DurationBetween" : "DifferenceBetween", {low, high}, span, plan_precision(precision));
}

Typed LibraryChecker::check_duration_between(const cql::DurationBetween& expression) {
  const Typed low = check(*expression.low);
  const Typed high = check(*expression.high);
  return duration(expression.form, expression.precision, low, high, expression.span);
}

Typed LibraryChecker::check_duration_of(const cql::DurationOf& expression) {
  const Typed operand = check(*expression.operand);
  const Typed low = apply("Start", {operand}, expression.span);
  const Typed high = apply("End", {operand}, expression.span);
  return duration(expression.form, expression.precision, low, high, expression.span);
}

}  // namespace calx
