#include "operators/functions.h"
#include "operators/numbers.h"
#include "operators/points.h"
#include "values/date_time.h"
#include "values/decimal.h"

namespace calx {

namespace {

constexpr std::int64_t kMillisecondsPerMinute = 60'000;
constexpr std::int64_t kMillisecondsPerHour = 3'600'000;
constexpr std::int64_t kMillisecondsPerDay = 86'400'000;

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
  const std::int64_t quotient = a / b;
  return a % b < 0 ? quotient - 1 : quotient;
}

/// A moment on the wall clock of its own offset: milliseconds since 1970-01-01T00:00 there.
struct LocalTime {
  std::int64_t milliseconds = 0;
  std::int32_t offset_minutes = 0;

  std::int64_t at_offset(std::int32_t offset) const {
    return milliseconds + std::int64_t{offset - offset_minutes} * kMillisecondsPerMinute;
  }
};

LocalTime local_time(const OperatorContext& context, const DateTimeParts& parts) {
  const std::int64_t days = days_since_epoch(parts.year, parts.month, parts.day);
  const std::int64_t seconds = (std::int64_t{parts.hour} * 60 + parts.minute) * 60 + parts.second;
  return {days * kMillisecondsPerDay + seconds * 1000 + parts.millisecond,
          parts.offset_written ? parts.offset_minutes : context.offset_minutes};
}

LocalTime earliest(const OperatorContext& context, const Value& value) {
  return local_time(context, parts_of(value));
}

/// A Date of full precision is a whole day when days are counted, and has all its moments when hours are.
LocalTime latest(const OperatorContext& context, const Value& value, Precision unit) {
  DateTimeParts parts = parts_of(value);
  const Precision precision = parts.precision;
  if (precision < Precision::Month) parts.month = 12;
  if (precision < Precision::Day) parts.day = days_in_month(parts.year, parts.month);
  if (value.kind != Kind::Date || unit > Precision::Day) {
    if (precision < Precision::Hour) parts.hour = 23;
    if (precision < Precision::Minute) parts.minute = 59;
    if (precision < Precision::Second) parts.second = 59;
    // Seconds and milliseconds are one component: 30 s are 30.000 s.
    if (precision < Precision::Second) parts.millisecond = 999;
  }
  return local_time(context, parts);
}

std::int64_t months_of(const DateTimeParts& parts) {
  return std::int64_t{parts.year} * 12 + parts.month;
}

/// Whole units from `a` to `b`, by calendar for years and months, by the clock of `a` otherwise.
std::int64_t duration(const LocalTime& a, const LocalTime& b, Precision unit) {
  const std::int64_t from = a.milliseconds;
  const std::int64_t to = b.at_offset(a.offset_minutes);
  if (to < from) return -duration(b, a, unit);
  switch (unit) {
    case Precision::Year:
    case Precision::Month: {
      const std::int64_t from_day = floor_divide(from, kMillisecondsPerDay);
      const std::int64_t to_day = floor_divide(to, kMillisecondsPerDay);
      const DateTimeParts start = parts_from_days(from_day);
      const DateTimeParts end = parts_from_days(to_day);
      std::int64_t months = months_of(end) - months_of(start);
      const std::int64_t start_clock = from - from_day * kMillisecondsPerDay;
      const std::int64_t end_clock = to - to_day * kMillisecondsPerDay;
      if (end.day < start.day || (end.day == start.day && end_clock < start_clock)) --months;
      return unit == Precision::Year ? months / 12 : months;
    }
    case Precision::None:
    case Precision::Day:
      return (to - from) / kMillisecondsPerDay;
    case Precision::Hour:
      return (to - from) / kMillisecondsPerHour;
    case Precision::Minute:
      return (to - from) / kMillisecondsPerMinute;
    case Precision::Second:
      return (to - from) / 1000;
    case Precision::Millisecond:
      return to - from;
  }
  return 0;
}

std::int64_t weeks_of(const LocalTime& time) {
  // 1970-01-01 was a Thursday; weeks start on Sunday.
  return floor_divide(floor_divide(time.milliseconds, kMillisecondsPerDay) + 4, 7);
}

/// Boundaries of the unit crossed from `a` to `b`: dates as written, clocks on the offset of `a`.
std::int64_t difference(const LocalTime& a, const LocalTime& b, Precision unit) {
  const std::int64_t to = b.at_offset(a.offset_minutes);
  const auto crossed = [&](std::int64_t length) {
    return floor_divide(to, length) - floor_divide(a.milliseconds, length);
  };
  switch (unit) {
    case Precision::Year:
    case Precision::Month: {
      const DateTimeParts start = parts_from_days(floor_divide(a.milliseconds, kMillisecondsPerDay));
      const DateTimeParts end = parts_from_days(floor_divide(b.milliseconds, kMillisecondsPerDay));
      return unit == Precision::Year ? end.year - start.year : months_of(end) - months_of(start);
    }
    case Precision::None:
    case Precision::Day:
      return floor_divide(b.milliseconds, kMillisecondsPerDay) - floor_divide(a.milliseconds, kMillisecondsPerDay);
    case Precision::Hour:
      return crossed(kMillisecondsPerHour);
    case Precision::Minute:
      return crossed(kMillisecondsPerMinute);
    case Precision::Second:
      return crossed(1000);
    case Precision::Millisecond:
      return crossed(1);
  }
  return 0;
}

/// The least and the greatest count that partial operands allow.
template <class Count>
Value uncertain_count(const OperatorContext& context, const Value& a, const Value& b, Precision unit,
                      const Count& count) {
  const std::int64_t least = count(latest(context, a, unit), earliest(context, b));
  const std::int64_t greatest = count(earliest(context, a), latest(context, b, unit));
  return integer_range(context, least, greatest);
}

Value duration_between(const OperatorContext& context, const Value& a, const Value& b, Precision unit) {
  return uncertain_count(context, a, b, unit,
                         [unit](const LocalTime& from, const LocalTime& to) { return duration(from, to, unit); });
}

Value weeks_between(const OperatorContext& context, const Value& a, const Value& b) {
  return uncertain_count(context, a, b, Precision::Day, [](const LocalTime& from, const LocalTime& to) {
    return duration(from, to, Precision::Day) / 7;
  });
}

Value with_parts(Kind kind, const DateTimeParts& parts) {
  if (kind == Kind::Date) return date_value(parts);
  return kind == Kind::Time ? time_value(parts) : date_time_value(parts);
}

/// The same moment on the clock of another offset, known as far as before.
DateTimeParts moved_to_offset(const OperatorContext& context, const DateTimeParts& parts, std::int32_t offset) {
  const std::int64_t milliseconds = local_time(context, parts).at_offset(offset);
  const std::int64_t day = floor_divide(milliseconds, kMillisecondsPerDay);
  const std::int64_t clock = milliseconds - day * kMillisecondsPerDay;
  DateTimeParts moved = parts_from_days(day);
  moved.hour = static_cast<std::int32_t>(clock / kMillisecondsPerHour);
  moved.minute = static_cast<std::int32_t>(clock / kMillisecondsPerMinute % 60);
  moved.second = static_cast<std::int32_t>(clock / 1000 % 60);
  moved.millisecond = static_cast<std::int32_t>(clock % 1000);
  moved.precision = parts.precision;
  moved.offset_written = true;
  moved.offset_minutes = offset;
  return moved;
}

Value add_quantity(const OperatorContext& context, const Value& date, const Value& quantity, int sign) {
  const std::optional<UnitTable::CalendarUnit> unit = context.units.calendar_unit(quantity.unit());
  if (!unit) {
    return context.fail("'" + std::string(context.units.unit_text(quantity.unit())) +
                        "' is no unit of time and cannot be added to a date or time");
  }
  Decimal number = decimal_of(quantity);
  Precision precision = unit->precision;
  std::int64_t factor = unit->factor * sign;
  // Only seconds have a fraction that counts; of any other unit the whole part is meant.
  if (precision == Precision::Second && number.scale != 0 && date.precision() == Precision::Millisecond) {
    const std::optional<Decimal> thousandfold = multiply(number, Decimal{1000, 0});
    if (thousandfold) {
      number = *thousandfold;
      precision = Precision::Millisecond;
    }
  }
  constexpr std::int64_t kGreatestCount = 1'000'000'000'000'000;
  const Int128 whole = truncate(number).coefficient;
  if (whole > kGreatestCount || whole < -kGreatestCount) return context.fail("a date or time is out of range");
  const std::optional<Value> result = add_to_date_time(date, static_cast<std::int64_t>(whole) * factor, precision);
  return result ? *result : context.fail("a date or time is out of range");
}

/// Components from most to least significant; the first null ends the precision, and nothing may follow it.
Value built(const OperatorContext& context, Kind kind, Operands operands, const Value& offset) {
  DateTimeParts parts;
  std::int32_t* const fields[] = {&parts.year,   &parts.month,  &parts.day,        &parts.hour,
                                  &parts.minute, &parts.second, &parts.millisecond};
  const int first = kind == Kind::Time ? 3 : 0;
  int known = 0;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (operands[i].is_null()) continue;
    if (static_cast<std::size_t>(known) != i) {
      return context.fail("a component of a date or time is given after one that is null");
    }
    *fields[static_cast<std::size_t>(first + known)] = operands[i].as_integer();
    ++known;
  }
  if (known == 0) return Value::null();
  parts.precision = static_cast<Precision>(first + known);
  const bool valid = parts.year >= 1 && parts.year <= 9999 && parts.month >= 1 && parts.month <= 12 && parts.day >= 1 &&
                     parts.day <= days_in_month(parts.year, parts.month) && parts.hour >= 0 && parts.hour <= 23 &&
                     parts.minute >= 0 && parts.minute <= 59 && parts.second >= 0 && parts.second <= 59 &&
                     parts.millisecond >= 0 && parts.millisecond <= 999;
  if (!valid) return context.fail("there is no such date or time");
  if (!offset.is_null()) {
    const std::optional<Decimal> minutes = multiply(decimal_of(offset), Decimal{60, 0});
    const Int128 whole = minutes ? truncate(*minutes).coefficient : 0;
    if (!minutes || whole > 14 * 60 || whole < -14 * 60) return context.fail("a timezone offset is out of range");
    parts.offset_written = true;
    parts.offset_minutes = static_cast<std::int32_t>(whole);
  }
  return with_parts(kind, parts);
}

}  // namespace

Value evaluate_date(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  return built(context, Kind::Date, operands, Value::null());
}

Value evaluate_date_time(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  const bool has_offset = operands.size() == 8;
  return built(context, Kind::DateTime, has_offset ? operands.first(7) : operands,
               has_offset ? operands[7] : Value::null());
}

Value evaluate_time(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  return built(context, Kind::Time, operands, Value::null());
}

Value evaluate_now(const OperatorContext& context, Operands, const OperatorAttributes&) {
  return context.now;
}

Value evaluate_date_from(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  DateTimeParts parts = parts_of(operands[0]);
  if (parts.precision > Precision::Day) parts.precision = Precision::Day;
  parts.hour = parts.minute = parts.second = parts.millisecond = 0;
  parts.offset_written = false;
  parts.offset_minutes = 0;
  return date_value(parts);
}

Value evaluate_time_from(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  DateTimeParts parts = parts_of(operands[0]);
  if (parts.precision < Precision::Hour) return Value::null();
  if (parts.offset_written && parts.offset_minutes != context.offset_minutes) {
    parts = moved_to_offset(context, parts, context.offset_minutes);
  }
  parts.year = parts.month = parts.day = 1;
  parts.offset_written = false;
  parts.offset_minutes = 0;
  return time_value(parts);
}

Value evaluate_today(const OperatorContext& context, Operands, const OperatorAttributes& attributes) {
  return evaluate_date_from(context, Operands(&context.now, 1), attributes);
}

Value evaluate_time_of_day(const OperatorContext& context, Operands, const OperatorAttributes& attributes) {
  return evaluate_time_from(context, Operands(&context.now, 1), attributes);
}

Value evaluate_timezone_offset_from(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  const DateTimeParts parts = parts_of(operands[0]);
  const std::int32_t minutes = parts.offset_written ? parts.offset_minutes : context.offset_minutes;
  const std::optional<Decimal> hours = divide(Decimal{minutes, 0}, Decimal{60, 0});
  return hours ? decimal_value(*hours, context.arena) : Value::null();
}

Value evaluate_component_from(const OperatorContext&, Operands operands, const OperatorAttributes& attributes) {
  const DateTimeParts parts = parts_of(operands[0]);
  if (parts.precision < attributes.precision) return Value::null();
  switch (attributes.precision) {
    case Precision::None:
      return Value::null();
    case Precision::Year:
      return Value::integer_number(parts.year);
    case Precision::Month:
      return Value::integer_number(parts.month);
    case Precision::Day:
      return Value::integer_number(parts.day);
    case Precision::Hour:
      return Value::integer_number(parts.hour);
    case Precision::Minute:
      return Value::integer_number(parts.minute);
    case Precision::Second:
      return Value::integer_number(parts.second);
    case Precision::Millisecond:
      return Value::integer_number(parts.millisecond);
  }
  return Value::null();
}

Value evaluate_duration_between(const OperatorContext& context, Operands operands,
                                const OperatorAttributes& attributes) {
  return duration_between(context, operands[0], operands[1], attributes.precision);
}

Value evaluate_duration_in_weeks_between(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  return weeks_between(context, operands[0], operands[1]);
}

Value evaluate_difference_between(const OperatorContext& context, Operands operands,
                                  const OperatorAttributes& attributes) {
  const Precision unit = attributes.precision;
  return uncertain_count(context, operands[0], operands[1], unit,
                         [unit](const LocalTime& from, const LocalTime& to) { return difference(from, to, unit); });
}

Value evaluate_difference_in_weeks_between(const OperatorContext& context, Operands operands,
                                           const OperatorAttributes&) {
  return uncertain_count(context, operands[0], operands[1], Precision::Day,
                         [](const LocalTime& from, const LocalTime& to) { return weeks_of(to) - weeks_of(from); });
}

Value evaluate_age_now(const OperatorContext& context, Operands operands, const OperatorAttributes& attributes) {
  const Value now = operands[0].kind == Kind::Date ? evaluate_today(context, {}, attributes) : context.now;
  return duration_between(context, operands[0], now, attributes.precision);
}

Value evaluate_age_in_weeks_now(const OperatorContext& context, Operands operands,
                                const OperatorAttributes& attributes) {
  const Value now = operands[0].kind == Kind::Date ? evaluate_today(context, {}, attributes) : context.now;
  return weeks_between(context, operands[0], now);
}

Value evaluate_add_to_date(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  return add_quantity(context, operands[0], operands[1], 1);
}

Value evaluate_subtract_from_date(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  return add_quantity(context, operands[0], operands[1], -1);
}

}  // namespace calx
