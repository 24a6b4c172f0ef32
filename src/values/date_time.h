#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "values/value.h"

namespace calx {

/// The components of a Date, DateTime or Time, known down to `precision` (a Time starts at Hour). Components below
/// the precision are their least value. The offset stays as written; without one, the request's applies.
struct DateTimeParts {
  std::int32_t year = 1;
  std::int32_t month = 1;
  std::int32_t day = 1;
  std::int32_t hour = 0;
  std::int32_t minute = 0;
  std::int32_t second = 0;
  std::int32_t millisecond = 0;
  Precision precision = Precision::Millisecond;
  bool offset_written = false;
  std::int32_t offset_minutes = 0;
};

Value date_value(const DateTimeParts& parts);       // precision Year..Day
Value date_time_value(const DateTimeParts& parts);  // precision Year..Millisecond
Value time_value(const DateTimeParts& parts);       // precision Hour..Millisecond
DateTimeParts parts_of(const Value& value);

/// Only days that exist: 2023-02-30 is nothing. ISO forms of CQL literals (without @) and of FHIR
/// (2014, 2014-01, 2014-01-01, 2014-01-01T10:00:00.000+01:00; fractions of any length are cut to milliseconds).
std::optional<Value> parse_date(std::string_view text);
std::optional<Value> parse_date_time(std::string_view text);  // also CQL's "2014T", "2014-01T"
std::optional<Value> parse_time(std::string_view text);       // without the T
/// ISO text at its precision: "2014-01", "2014-01-01T10:00:00.000+01:00", "10:30". DateTimes of date precision print
/// without a T as FHIR does; CQL's ToString form is the same but for the T (date_time_operators has it).
std::string to_text_date_time(const Value& value);

/// Comparison down to `precision` (None = all components; second and millisecond count as one there).
/// -1/0/1, or nothing when uncertain. `default_offset` (minutes) stands in for a missing one; two DateTimes are
/// normalised to one offset first when they are compared at hours or finer (CQL 1.5.3, 22.x "Timezone").
std::optional<int> compare_date_times(const Value& a, const Value& b, Precision precision, std::int32_t default_offset);

/// Adds `count` units of `unit` by the calendar: month ends clipped, a partial date keeps its precision. Units finer
/// than the precision are first turned into it, what is left over is dropped (25 months added to a year are two years;
/// a month counts 30 days, a year 12 months or 365 days). Nothing when the result leaves year 1..9999, or the day for a
/// Time, and for calendar units of a Time.
std::optional<Value> add_to_date_time(const Value& value, std::int64_t count, Precision unit);

std::int64_t days_since_epoch(std::int32_t year, std::int32_t month,
                              std::int32_t day);  // proleptic Gregorian, 1970-01-01 = 0
DateTimeParts parts_from_days(std::int64_t days);
bool is_leap_year(std::int32_t year);
std::int32_t days_in_month(std::int32_t year, std::int32_t month);

/// The least and greatest full instants that a partial value allows, as milliseconds since the epoch in UTC (of a Time:
/// since midnight). A second without milliseconds is one instant, as it is for comparisons (CQL 1.5.3, DateTime).
struct InstantRange {
  std::int64_t earliest = 0;
  std::int64_t latest = 0;
};
InstantRange instant_range(const Value& value, std::int32_t default_offset);

}  // namespace calx
