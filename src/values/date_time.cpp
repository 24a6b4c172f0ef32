#include "values/date_time.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/check.h"

namespace calx {

namespace {

// Packed components, most significant first: year 14 bits, month 4, day 5, hour 5, minute 6, second 6, millisecond 10.
// Components below the precision are zero bits, so values of one precision and moment have the same bits.
constexpr int kYearShift = 36;
constexpr int kMonthShift = 32;
constexpr int kDayShift = 27;
constexpr int kHourShift = 22;
constexpr int kMinuteShift = 16;
constexpr int kSecondShift = 10;

/// By Precision. Second and Millisecond are one precision for comparing, so both keep all bits.
constexpr std::array<int, 8> kComparisonShift = {0, kYearShift, kMonthShift, kDayShift, kHourShift, kMinuteShift, 0, 0};

constexpr std::int64_t kMillisecondsPerMinute = 60'000;
constexpr std::int64_t kMillisecondsPerHour = 60 * kMillisecondsPerMinute;
constexpr std::int64_t kMillisecondsPerDay = 24 * kMillisecondsPerHour;

constexpr std::int32_t kGreatestYear = 9999;
constexpr std::int32_t kGreatestOffset = 14 * 60;

int shift_of(Precision precision) {
  return kComparisonShift[static_cast<std::size_t>(precision)];
}

/// Second and Millisecond fall together.
Precision comparison_precision(Precision precision) {
  return precision == Precision::Millisecond ? Precision::Second : precision;
}

std::uint64_t pack(const DateTimeParts& parts) {
  auto field = [](std::int32_t component, int shift) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(component)) << shift;
  };
  std::uint64_t bits = field(parts.year, kYearShift);
  if (parts.precision >= Precision::Month) bits |= field(parts.month, kMonthShift);
  if (parts.precision >= Precision::Day) bits |= field(parts.day, kDayShift);
  if (parts.precision >= Precision::Hour) bits |= field(parts.hour, kHourShift);
  if (parts.precision >= Precision::Minute) bits |= field(parts.minute, kMinuteShift);
  if (parts.precision >= Precision::Second) bits |= field(parts.second, kSecondShift);
  if (parts.precision >= Precision::Millisecond) bits |= field(parts.millisecond, 0);
  return bits;
}

std::int64_t time_of_day(const DateTimeParts& parts) {
  return parts.hour * kMillisecondsPerHour + parts.minute * kMillisecondsPerMinute + parts.second * std::int64_t{1000} +
         parts.millisecond;
}

void set_time_of_day(DateTimeParts& parts, std::int64_t milliseconds) {
  parts.hour = static_cast<std::int32_t>(milliseconds / kMillisecondsPerHour);
  parts.minute = static_cast<std::int32_t>(milliseconds / kMillisecondsPerMinute % 60);
  parts.second = static_cast<std::int32_t>(milliseconds / 1000 % 60);
  parts.millisecond = static_cast<std::int32_t>(milliseconds % 1000);
}

std::int64_t floor_divide(std::int64_t a, std::int64_t positive_b) {
  const std::int64_t quotient = a / positive_b;
  return a % positive_b < 0 ? quotient - 1 : quotient;
}

/// The components as a clock `minutes` further east shows them.
DateTimeParts moved(DateTimeParts parts, std::int32_t minutes) {
  const std::int64_t local = time_of_day(parts) + minutes * kMillisecondsPerMinute;
  const std::int64_t days = floor_divide(local, kMillisecondsPerDay);
  if (days != 0) {
    const DateTimeParts day = parts_from_days(days_since_epoch(parts.year, parts.month, parts.day) + days);
    parts.year = day.year;
    parts.month = day.month;
    parts.day = day.day;
  }
  set_time_of_day(parts, local - days * kMillisecondsPerDay);
  return parts;
}

std::int32_t offset_of(const Value& value, std::int32_t default_offset) {
  return (value.flags & Value::kOffsetWritten) != 0 ? static_cast<std::int32_t>(value.extent) : default_offset;
}

Value packed_value(Kind kind, const DateTimeParts& parts) {
  Value value;
  value.kind = kind;
  value.bits = pack(parts);
  value.flags = static_cast<std::uint8_t>(parts.precision);
  if (kind == Kind::DateTime && parts.offset_written) {
    value.flags = static_cast<std::uint8_t>(value.flags | Value::kOffsetWritten);
    value.extent = static_cast<std::uint32_t>(parts.offset_minutes);
  }
  return value;
}

std::optional<int> compare_bits(std::uint64_t a, std::uint64_t b, Precision a_precision, Precision b_precision,
                                Precision precision) {
  Precision common = std::min(a_precision, b_precision);
  bool is_enough = comparison_precision(a_precision) == comparison_precision(b_precision);
  if (precision != Precision::None && comparison_precision(precision) <= comparison_precision(common)) {
    common = precision;
    is_enough = true;
  }
  // A comparison at seconds or milliseconds is one of whole packed values; `same second as` names one precision only.
  const int shift = precision == Precision::Second && common == Precision::Second ? kSecondShift : shift_of(common);
  a >>= shift;
  b >>= shift;
  if (a != b) return a < b ? -1 : 1;
  if (!is_enough) return std::nullopt;
  return 0;
}

/// For an hour without minutes whose clocks differ by part of an hour: it spans two hours of the other clock.
std::optional<int> compare_ranges(const Value& a, const Value& b, Precision precision, std::int32_t default_offset) {
  std::int64_t unit = 1;
  if (precision == Precision::Hour) unit = kMillisecondsPerHour;
  if (precision == Precision::Minute) unit = kMillisecondsPerMinute;
  if (precision == Precision::Second) unit = 1000;
  const std::int64_t clock = default_offset * kMillisecondsPerMinute;
  const InstantRange left = instant_range(a, default_offset);
  const InstantRange right = instant_range(b, default_offset);
  const std::int64_t left_low = floor_divide(left.earliest + clock, unit);
  const std::int64_t left_high = floor_divide(left.latest + clock, unit);
  const std::int64_t right_low = floor_divide(right.earliest + clock, unit);
  const std::int64_t right_high = floor_divide(right.latest + clock, unit);
  if (left_high < right_low) return -1;
  if (left_low > right_high) return 1;
  if (left_low == left_high && right_low == right_high) return 0;
  return std::nullopt;
}

/// Reads exactly `count` digits.
bool read_digits(std::string_view text, std::size_t& at, std::size_t count, std::int32_t& number) {
  if (text.size() - at < count) return false;
  std::int32_t result = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const char c = text[at + i];
    if (c < '0' || c > '9') return false;
    result = result * 10 + (c - '0');
  }
  at += count;
  number = result;
  return true;
}

bool read_char(std::string_view text, std::size_t& at, char expected) {
  if (at >= text.size() || text[at] != expected) return false;
  ++at;
  return true;
}

bool read_date(std::string_view text, std::size_t& at, DateTimeParts& parts) {
  if (!read_digits(text, at, 4, parts.year) || parts.year < 1) return false;
  parts.precision = Precision::Year;
  if (!read_char(text, at, '-')) return true;
  if (!read_digits(text, at, 2, parts.month) || parts.month < 1 || parts.month > 12) return false;
  parts.precision = Precision::Month;
  if (!read_char(text, at, '-')) return true;
  if (!read_digits(text, at, 2, parts.day) || parts.day < 1) return false;
  parts.precision = Precision::Day;
  return parts.day <= days_in_month(parts.year, parts.month);
}

bool read_time(std::string_view text, std::size_t& at, DateTimeParts& parts) {
  if (!read_digits(text, at, 2, parts.hour) || parts.hour > 23) return false;
  parts.precision = Precision::Hour;
  if (!read_char(text, at, ':')) return true;
  if (!read_digits(text, at, 2, parts.minute) || parts.minute > 59) return false;
  parts.precision = Precision::Minute;
  if (!read_char(text, at, ':')) return true;
  if (!read_digits(text, at, 2, parts.second) || parts.second > 59) return false;
  parts.precision = Precision::Second;
  if (!read_char(text, at, '.')) return true;
  const std::size_t first = at;
  std::int32_t weight = 100;
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
    parts.millisecond += (text[at] - '0') * weight;
    weight /= 10;
    ++at;
  }
  parts.precision = Precision::Millisecond;
  return at != first;
}

bool read_offset(std::string_view text, std::size_t& at, DateTimeParts& parts) {
  if (read_char(text, at, 'Z')) {
    parts.offset_written = true;
    return true;
  }
  if (at >= text.size() || (text[at] != '+' && text[at] != '-')) return true;
  const bool is_west = text[at++] == '-';
  std::int32_t hours = 0;
  std::int32_t minutes = 0;
  if (!read_digits(text, at, 2, hours) || !read_char(text, at, ':') || !read_digits(text, at, 2, minutes)) return false;
  if (minutes > 59 || hours * 60 + minutes > kGreatestOffset) return false;
  parts.offset_minutes = is_west ? -(hours * 60 + minutes) : hours * 60 + minutes;
  parts.offset_written = true;
  return true;
}

void append_padded(std::string& text, std::int32_t number, int width) {
  std::array<char, 8> digits{};
  for (int i = width - 1; i >= 0; --i) {
    digits[static_cast<std::size_t>(i)] = static_cast<char>('0' + number % 10);
    number /= 10;
  }
  text.append(digits.data(), static_cast<std::size_t>(width));
}

/// How many of the finer unit make one of the coarser, by the shortest way (CQL 1.5.3, Add).
std::int64_t units_per(Precision finer, Precision coarser) {
  std::int64_t count = 1;
  Precision at = finer;
  while (at != coarser) {
    switch (at) {
      case Precision::Millisecond:
        count *= 1000;
        at = Precision::Second;
        break;
      case Precision::Second:
        count *= 60;
        at = Precision::Minute;
        break;
      case Precision::Minute:
        count *= 60;
        at = Precision::Hour;
        break;
      case Precision::Hour:
        count *= 24;
        at = Precision::Day;
        break;
      case Precision::Day:
        count *= coarser == Precision::Year ? 365 : 30;
        at = coarser;
        break;
      case Precision::Month:
        count *= 12;
        at = Precision::Year;
        break;
      case Precision::None:
      case Precision::Year:
        CALX_CHECK(false, "a coarser unit is reached from a finer one");
        return 1;
    }
  }
  return count;
}

std::int64_t milliseconds_of(Precision unit) {
  return unit == Precision::Millisecond ? 1 : units_per(Precision::Millisecond, unit);
}

bool add_months(DateTimeParts& parts, std::int64_t months) {
  constexpr std::int64_t kMonthsInRange = std::int64_t{kGreatestYear} * 12;
  if (months < -kMonthsInRange || months > kMonthsInRange) return false;
  const std::int64_t total = parts.year * std::int64_t{12} + (parts.month - 1) + months;
  if (total < 12 || total >= (kGreatestYear + 1) * std::int64_t{12}) return false;
  parts.year = static_cast<std::int32_t>(total / 12);
  parts.month = static_cast<std::int32_t>(total % 12 + 1);
  parts.day = std::min(parts.day, days_in_month(parts.year, parts.month));
  return true;
}

bool add_milliseconds(DateTimeParts& parts, std::int64_t milliseconds) {
  const std::int64_t local = time_of_day(parts) + milliseconds;
  const std::int64_t days = floor_divide(local, kMillisecondsPerDay);
  if (days != 0) {
    const std::int64_t day_number = days_since_epoch(parts.year, parts.month, parts.day) + days;
    if (day_number < days_since_epoch(1, 1, 1) || day_number > days_since_epoch(kGreatestYear, 12, 31)) return false;
    const DateTimeParts day = parts_from_days(day_number);
    parts.year = day.year;
    parts.month = day.month;
    parts.day = day.day;
  }
  set_time_of_day(parts, local - days * kMillisecondsPerDay);
  return true;
}

}  // namespace

Value date_value(const DateTimeParts& parts) {
  CALX_DCHECK(parts.precision >= Precision::Year && parts.precision <= Precision::Day, "a Date is known to year..day");
  return packed_value(Kind::Date, parts);
}

Value date_time_value(const DateTimeParts& parts) {
  CALX_DCHECK(parts.precision >= Precision::Year, "a DateTime is known to its year at least");
  return packed_value(Kind::DateTime, parts);
}

Value time_value(const DateTimeParts& parts) {
  CALX_DCHECK(parts.precision >= Precision::Hour, "a Time is known to its hour at least");
  Value value = packed_value(Kind::Time, parts);
  value.bits &= (std::uint64_t{1} << kDayShift) - 1;
  return value;
}

DateTimeParts parts_of(const Value& value) {
  CALX_DCHECK(value.kind == Kind::Date || value.kind == Kind::DateTime || value.kind == Kind::Time,
              "only dates and times have parts");
  auto field = [&](int shift, int width) {
    return static_cast<std::int32_t>((value.bits >> shift) & ((std::uint64_t{1} << width) - 1));
  };
  DateTimeParts parts;
  parts.precision = value.precision();
  if (value.kind != Kind::Time) {
    parts.year = field(kYearShift, 14);
    parts.month = std::max(field(kMonthShift, 4), 1);
    parts.day = std::max(field(kDayShift, 5), 1);
  }
  parts.hour = field(kHourShift, 5);
  parts.minute = field(kMinuteShift, 6);
  parts.second = field(kSecondShift, 6);
  parts.millisecond = field(0, 10);
  parts.offset_written = (value.flags & Value::kOffsetWritten) != 0;
  if (parts.offset_written) parts.offset_minutes = static_cast<std::int32_t>(value.extent);
  return parts;
}

std::optional<Value> parse_date(std::string_view text) {
  DateTimeParts parts;
  std::size_t at = 0;
  if (!read_date(text, at, parts) || at != text.size()) return std::nullopt;
  return date_value(parts);
}

std::optional<Value> parse_date_time(std::string_view text) {
  DateTimeParts parts;
  std::size_t at = 0;
  if (!read_date(text, at, parts)) return std::nullopt;
  if (read_char(text, at, 'T') && at != text.size()) {
    if (parts.precision != Precision::Day) return std::nullopt;
    if (!read_time(text, at, parts) || !read_offset(text, at, parts)) return std::nullopt;
  }
  if (at != text.size()) return std::nullopt;
  return date_time_value(parts);
}

std::optional<Value> parse_time(std::string_view text) {
  DateTimeParts parts;
  std::size_t at = 0;
  if (!read_time(text, at, parts) || at != text.size()) return std::nullopt;
  return time_value(parts);
}

std::string to_text_date_time(const Value& value) {
  const DateTimeParts parts = parts_of(value);
  std::string text;
  if (value.kind != Kind::Time) {
    append_padded(text, parts.year, 4);
    if (parts.precision >= Precision::Month) {
      text += '-';
      append_padded(text, parts.month, 2);
    }
    if (parts.precision >= Precision::Day) {
      text += '-';
      append_padded(text, parts.day, 2);
    }
    if (parts.precision >= Precision::Hour) text += 'T';
  }
  if (parts.precision >= Precision::Hour) append_padded(text, parts.hour, 2);
  if (parts.precision >= Precision::Minute) {
    text += ':';
    append_padded(text, parts.minute, 2);
  }
  if (parts.precision >= Precision::Second) {
    text += ':';
    append_padded(text, parts.second, 2);
  }
  if (parts.precision >= Precision::Millisecond) {
    text += '.';
    append_padded(text, parts.millisecond, 3);
  }
  if (parts.offset_written && parts.precision >= Precision::Hour) {
    const std::int32_t size = std::abs(parts.offset_minutes);
    if (size == 0) {
      text += 'Z';
    } else {
      text += parts.offset_minutes < 0 ? '-' : '+';
      append_padded(text, size / 60, 2);
      text += ':';
      append_padded(text, size % 60, 2);
    }
  }
  return text;
}

std::optional<int> compare_date_times(const Value& a, const Value& b, Precision precision,
                                      std::int32_t default_offset) {
  const Precision a_precision = a.precision();
  const Precision b_precision = b.precision();
  if (a.kind == Kind::Time || b.kind == Kind::Time) {
    return a.kind == b.kind ? compare_bits(a.bits, b.bits, a_precision, b_precision, precision) : std::nullopt;
  }
  const bool is_clock_comparison = precision == Precision::None || precision >= Precision::Hour;
  const bool a_has_clock = a_precision >= Precision::Hour;
  const bool b_has_clock = b_precision >= Precision::Hour;
  if (!is_clock_comparison || (!a_has_clock && !b_has_clock)) {
    return compare_bits(a.bits, b.bits, a_precision, b_precision, precision);
  }
  const std::int32_t a_offset = offset_of(a, default_offset);
  const std::int32_t b_offset = offset_of(b, default_offset);
  if (a_has_clock && b_has_clock && a_offset == b_offset) {
    return compare_bits(a.bits, b.bits, a_precision, b_precision, precision);
  }
  // A date without a clock is one of the request's clock, to which the others are moved.
  const std::int32_t a_move = a_has_clock ? default_offset - a_offset : 0;
  const std::int32_t b_move = b_has_clock ? default_offset - b_offset : 0;
  if ((a_precision == Precision::Hour && a_move % 60 != 0) || (b_precision == Precision::Hour && b_move % 60 != 0)) {
    return compare_ranges(a, b, precision, default_offset);
  }
  const std::uint64_t a_bits = a_move == 0 ? a.bits : pack(moved(parts_of(a), a_move));
  const std::uint64_t b_bits = b_move == 0 ? b.bits : pack(moved(parts_of(b), b_move));
  return compare_bits(a_bits, b_bits, a_precision, b_precision, precision);
}

std::optional<Value> add_to_date_time(const Value& value, std::int64_t count, Precision unit) {
  DateTimeParts parts = parts_of(value);
  if (unit == Precision::None) return std::nullopt;
  if (value.kind == Kind::Time && unit < Precision::Hour) return std::nullopt;
  if (unit > parts.precision) {
    count /= units_per(unit, parts.precision);
    unit = parts.precision;
  }
  if (unit <= Precision::Month) {
    constexpr std::int64_t kMonthsInRange = std::int64_t{kGreatestYear} * 12;
    if (count < -kMonthsInRange || count > kMonthsInRange) return std::nullopt;
    if (!add_months(parts, unit == Precision::Year ? count * 12 : count)) return std::nullopt;
  } else {
    constexpr std::int64_t kMillisecondsInRange = std::int64_t{kGreatestYear + 1} * 366 * kMillisecondsPerDay;
    const std::int64_t size = milliseconds_of(unit);
    if (count < -kMillisecondsInRange / size || count > kMillisecondsInRange / size) return std::nullopt;
    if (value.kind == Kind::Time) {
      const std::int64_t total = time_of_day(parts) + count * size;
      if (total < 0 || total >= kMillisecondsPerDay) return std::nullopt;
      set_time_of_day(parts, total);
    } else if (!add_milliseconds(parts, count * size)) {
      return std::nullopt;
    }
  }
  Value result = value.kind == Kind::Date       ? date_value(parts)
                 : value.kind == Kind::DateTime ? date_time_value(parts)
                                                : time_value(parts);
  result.origin = value.origin;
  return result;
}

std::int64_t days_since_epoch(std::int32_t year, std::int32_t month, std::int32_t day) {
  // Years that begin in March put the leap day last, so that the days before a month follow one formula.
  const std::int64_t shifted_year = month > 2 ? year : year - 1;
  const std::int64_t month_index = month > 2 ? month - 3 : month + 9;
  const std::int64_t leap_days =
      floor_divide(shifted_year, 4) - floor_divide(shifted_year, 100) + floor_divide(shifted_year, 400);
  const std::int64_t days_before_month = (153 * month_index + 2) / 5;
  constexpr std::int64_t kEpoch = 719'468;  // days from 0000-03-01 to 1970-01-01
  return shifted_year * 365 + leap_days + days_before_month + (day - 1) - kEpoch;
}

DateTimeParts parts_from_days(std::int64_t days) {
  constexpr std::int64_t kDaysPerCycle = 146'097;  // 400 years
  const std::int64_t from_march = days + 719'468;
  const std::int64_t cycle = floor_divide(from_march, kDaysPerCycle);
  const std::int64_t day_of_cycle = from_march - cycle * kDaysPerCycle;
  const std::int64_t year_of_cycle =
      (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36524 - day_of_cycle / 146096) / 365;
  const std::int64_t day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
  const std::int64_t month_index = (5 * day_of_year + 2) / 153;
  DateTimeParts parts;
  parts.precision = Precision::Day;
  parts.day = static_cast<std::int32_t>(day_of_year - (153 * month_index + 2) / 5 + 1);
  parts.month = static_cast<std::int32_t>(month_index < 10 ? month_index + 3 : month_index - 9);
  parts.year = static_cast<std::int32_t>(cycle * 400 + year_of_cycle + (parts.month <= 2 ? 1 : 0));
  return parts;
}

bool is_leap_year(std::int32_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

std::int32_t days_in_month(std::int32_t year, std::int32_t month) {
  constexpr std::array<std::int32_t, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  CALX_DCHECK(month >= 1 && month <= 12, "months are 1 to 12");
  return kDays[static_cast<std::size_t>(month - 1)] + (month == 2 && is_leap_year(year) ? 1 : 0);
}

InstantRange instant_range(const Value& value, std::int32_t default_offset) {
  const DateTimeParts parts = parts_of(value);
  if (value.kind == Kind::Time) {
    const std::int64_t earliest = time_of_day(parts);
    const std::int64_t length = parts.precision >= Precision::Second ? 1 : milliseconds_of(parts.precision);
    return {earliest, earliest + length - 1};
  }
  const std::int64_t offset = offset_of(value, default_offset) * kMillisecondsPerMinute;
  const std::int64_t first_day = days_since_epoch(parts.year, parts.month, parts.day);
  const std::int64_t earliest = first_day * kMillisecondsPerDay + time_of_day(parts) - offset;
  switch (parts.precision) {
    case Precision::Year:
      return {earliest, earliest + (is_leap_year(parts.year) ? 366 : 365) * kMillisecondsPerDay - 1};
    case Precision::Month:
      return {earliest, earliest + days_in_month(parts.year, parts.month) * kMillisecondsPerDay - 1};
    case Precision::Day:
    case Precision::Hour:
    case Precision::Minute:
      return {earliest, earliest + milliseconds_of(parts.precision) - 1};
    case Precision::Second:
    case Precision::Millisecond:
    case Precision::None:
      break;
  }
  return {earliest, earliest};
}

}  // namespace calx
