#include "values/date_time.h"

#include <vector>

#include <gtest/gtest.h>

namespace calx {
namespace {

Value date(std::string_view text) {
  const std::optional<Value> parsed = parse_date(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed.value_or(Value::null());
}

Value date_time(std::string_view text) {
  const std::optional<Value> parsed = parse_date_time(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed.value_or(Value::null());
}

Value time(std::string_view text) {
  const std::optional<Value> parsed = parse_time(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed.value_or(Value::null());
}

std::string order(const Value& a, const Value& b, Precision precision = Precision::None, std::int32_t offset = 0) {
  const std::optional<int> result = compare_date_times(a, b, precision, offset);
  if (!result) return "unknown";
  return *result < 0 ? "before" : (*result > 0 ? "after" : "same");
}

std::string sum(const Value& value, std::int64_t count, Precision unit) {
  const std::optional<Value> result = add_to_date_time(value, count, unit);
  return result ? to_text_date_time(*result) : "nothing";
}

TEST(DateTime, ParsesAndPrintsAsWritten) {
  for (const std::string_view text : {"2014", "2014-01", "2014-01-31", "0001-01-01", "9999-12-31", "2024-02-29"}) {
    EXPECT_EQ(to_text_date_time(date(text)), text);
    EXPECT_EQ(to_text_date_time(date_time(text)), text);
  }
  for (const std::string_view text :
       {"2014-01-01T10", "2014-01-01T10:30", "2014-01-01T10:30:59", "2014-01-01T10:00:00.000", "2014-01-01T00:00:00Z",
        "2014-01-01T10:00:00.000+01:00", "2014-01-01T10:00:00.000-05:30", "2014-01-01T10:00+14:00"}) {
    EXPECT_EQ(to_text_date_time(date_time(text)), text);
  }
  for (const std::string_view text : {"10", "10:30", "23:59:59", "00:00:00.000"}) {
    EXPECT_EQ(to_text_date_time(time(text)), text);
  }
  EXPECT_EQ(to_text_date_time(date_time("2014T")), "2014");
  EXPECT_EQ(to_text_date_time(date_time("2014-01T")), "2014-01");
  EXPECT_EQ(to_text_date_time(date_time("2014-01-01T10:00:00.1")), "2014-01-01T10:00:00.100");
  EXPECT_EQ(to_text_date_time(date_time("2014-01-01T10:00:00.123999999Z")), "2014-01-01T10:00:00.123Z");
}

TEST(DateTime, RefusesWhatIsNoDay) {
  for (const std::string_view text :
       {"", "20", "20145", "2014-", "2014-13", "2014-00", "2014-1", "2014-02-29", "2014-04-31", "2014-01-00",
        "2014-01-32", "1900-02-29", "0000", "-2014", "2014/01/01", " 2014", "2014-01-01 ", "20140101"}) {
    EXPECT_FALSE(parse_date(text).has_value()) << text;
    EXPECT_FALSE(parse_date_time(text).has_value()) << text;
  }
  EXPECT_FALSE(parse_date("2014-01-01T").has_value());
  for (const std::string_view text :
       {"2014T10", "2014-01T10", "2014-01-01T24", "2014-01-01T10:60", "2014-01-01T10:00:60", "2014-01-01T10:00:00.",
        "2014-01-01T10:00:00+1", "2014-01-01T10:00:00+0100", "2014-01-01T10:00:00+14:01", "2014-01-01T10:00:00+10:60",
        "2014-01-01TZ", "2014-01-01Z", "2014-01-01T10:", "2014-01-01T10:00:00ZZ", "2014-01-01t10"}) {
    EXPECT_FALSE(parse_date_time(text).has_value()) << text;
  }
  for (const std::string_view text : {"", "1", "24", "T10", "10:3", "10:30:", "10:30Z", "10:30:00.x"}) {
    EXPECT_FALSE(parse_time(text).has_value()) << text;
  }
}

TEST(DateTime, ComparesByTheCoarserPrecision) {
  EXPECT_EQ(order(date("2014"), date("2014")), "same");
  EXPECT_EQ(order(date("2014"), date("2014-02")), "unknown");
  EXPECT_EQ(order(date("2013"), date("2014-02-15")), "before");
  EXPECT_EQ(order(date_time("2012-01-01"), date_time("2012-01-01T12")), "unknown");
  EXPECT_EQ(order(date("2012-01-01"), date_time("2012-01-02T12")), "before");
  EXPECT_EQ(order(time("10"), time("10:30")), "unknown");
  EXPECT_EQ(order(time("09"), time("10:30")), "before");
}

TEST(DateTime, SecondsAndMillisecondsAreOnePrecision) {
  EXPECT_EQ(order(date_time("2012-01-01T10:00:30"), date_time("2012-01-01T10:00:30.000")), "same");
  EXPECT_EQ(order(date_time("2012-01-01T10:00:30"), date_time("2012-01-01T10:00:30.500")), "before");
  EXPECT_EQ(order(time("10:00:30.500"), time("10:00:30")), "after");
  EXPECT_EQ(order(time("10:00:30.500"), time("10:00:30.700"), Precision::Second), "same");
  EXPECT_EQ(order(time("10:00:30.500"), time("10:00:30.700"), Precision::Millisecond), "before");
  EXPECT_EQ(order(time("10:00"), time("10:00:30.700"), Precision::Second), "unknown");
}

TEST(DateTime, AnOperatorsPrecisionCutsTheComparison) {
  EXPECT_EQ(order(date("2014-01-01"), date("2014-12-31"), Precision::Year), "same");
  EXPECT_EQ(order(date("2014"), date("2014-12-31"), Precision::Year), "same");
  EXPECT_EQ(order(date("2014"), date("2014-12-31"), Precision::Month), "unknown");
  EXPECT_EQ(order(date("2014"), date("2015-12-31"), Precision::Day), "before");
}

TEST(DateTime, OffsetsCountFromTheHourOn) {
  const Value utc = date_time("2014-01-01T00:30:00.000Z");
  const Value east = date_time("2014-01-01T01:30:00.000+01:00");
  EXPECT_EQ(order(utc, east), "same");
  EXPECT_EQ(order(utc, east, Precision::Hour), "same");
  const Value west = date_time("2013-12-31T23:30:00.000-01:00");
  EXPECT_EQ(order(utc, west), "same");
  EXPECT_EQ(order(utc, west, Precision::Day), "after");  // the written days
  const Value local = date_time("2014-01-01T00:30:00.000");
  EXPECT_EQ(order(utc, local, Precision::None, 0), "same");
  EXPECT_EQ(order(utc, local, Precision::None, 60), "after");
  EXPECT_EQ(order(date_time("2014-01-01T10+05:30"), date_time("2014-01-01T04Z")), "unknown");
  EXPECT_EQ(order(date_time("2014-01-01T10+05:30"), date_time("2014-01-01T06Z")), "before");
  EXPECT_EQ(order(date_time("0001-01-01T00:00:00.000+14:00"), date_time("0001-01-01T00:00:00.000Z")), "before");
  EXPECT_EQ(order(date_time("9999-12-31T23:59:59.999-14:00"), date_time("9999-12-31T23:59:59.999Z")), "after");
}

TEST(DateTime, AddsByTheCalendar) {
  EXPECT_EQ(sum(date("2012-01-31"), 1, Precision::Month), "2012-02-29");
  EXPECT_EQ(sum(date("2012-02-29"), 1, Precision::Year), "2013-02-28");
  EXPECT_EQ(sum(date("2012-03-31"), -1, Precision::Month), "2012-02-29");
  EXPECT_EQ(sum(date_time("2005-05-10"), 10, Precision::Month), "2006-03-10");
  EXPECT_EQ(sum(date_time("2016-06-10"), 21, Precision::Day), "2016-07-01");
  EXPECT_EQ(sum(date_time("2016-06-10T05:05:05"), 55, Precision::Second), "2016-06-10T05:06:00");
  EXPECT_EQ(sum(date_time("2016-06-10T05:05:05.005"), 995, Precision::Millisecond), "2016-06-10T05:05:06.000");
  EXPECT_EQ(sum(date_time("2016-12-31T23:59:59.999+05:00"), 1, Precision::Millisecond),
            "2017-01-01T00:00:00.000+05:00");
  EXPECT_EQ(sum(time("15:59:59.999"), 300, Precision::Minute), "20:59:59.999");
  EXPECT_EQ(sum(time("15:59:59.000"), -1, Precision::Millisecond), "15:59:58.999");
}

TEST(DateTime, PartialDatesTakeWholeUnitsOnly) {
  EXPECT_EQ(sum(date("2014"), 24, Precision::Month), "2016");
  EXPECT_EQ(sum(date("2014"), 25, Precision::Month), "2016");
  EXPECT_EQ(sum(date("2014"), -25, Precision::Month), "2012");
  EXPECT_EQ(sum(date("2014"), 364, Precision::Day), "2014");
  EXPECT_EQ(sum(date("2014"), 365, Precision::Day), "2015");
  EXPECT_EQ(sum(date("2014-05"), 59, Precision::Day), "2014-06");
  EXPECT_EQ(sum(date_time("2005-05-10"), 25, Precision::Hour), "2005-05-11");
  EXPECT_EQ(sum(date("2014-05-10"), 23, Precision::Hour), "2014-05-10");
  EXPECT_EQ(sum(date_time("2014"), std::int64_t{365} * 24 * 3600 * 1000, Precision::Millisecond), "2015");
}

TEST(DateTime, LeavesTheCalendarAsNothing) {
  EXPECT_EQ(sum(date("9999-12-31"), 1, Precision::Day), "nothing");
  EXPECT_EQ(sum(date("0001-01-01"), -1, Precision::Day), "nothing");
  EXPECT_EQ(sum(date("0001"), -1, Precision::Year), "nothing");
  EXPECT_EQ(sum(date("9999"), 1, Precision::Year), "nothing");
  EXPECT_EQ(sum(date("2000"), INT64_MAX, Precision::Year), "nothing");
  EXPECT_EQ(sum(date("2000-01-01"), INT64_MIN, Precision::Day), "nothing");
  EXPECT_EQ(sum(date_time("2000-01-01T00:00:00.000"), INT64_MAX, Precision::Millisecond), "nothing");
  EXPECT_EQ(sum(time("23:59:59.999"), 1, Precision::Millisecond), "nothing");
  EXPECT_EQ(sum(time("10"), 1, Precision::Day), "nothing");
}

// Small world: a calendar with few members in every place, small enough to try all pairs.

struct Moment {
  Value value;
  std::int64_t earliest;
  std::int64_t latest;
};

constexpr std::int32_t kRequestOffset = 60;

/// Counts days one by one, independent of the closed formula.
std::int64_t counted_days(std::int32_t year, std::int32_t month, std::int32_t day) {
  std::int64_t days = 0;
  for (std::int32_t y = 1970; y < year; ++y) days += (y % 4 == 0 && y % 100 != 0) || y % 400 == 0 ? 366 : 365;
  for (std::int32_t m = 1; m < month; ++m) days += days_in_month(year, m);
  return days + day - 1;
}

std::int64_t milliseconds(const DateTimeParts& parts) {
  const std::int64_t minutes = (counted_days(parts.year, parts.month, parts.day) * 24 + parts.hour) * 60 + parts.minute;
  return (minutes * 60 + parts.second) * 1000 + parts.millisecond;
}

void add_moments(std::vector<Moment>& moments, DateTimeParts parts, const std::vector<DateTimeParts>& offsets) {
  DateTimeParts last = parts;
  if (parts.precision < Precision::Month) last.month = 12;
  if (parts.precision < Precision::Day) last.day = days_in_month(last.year, last.month);
  if (parts.precision < Precision::Hour) last.hour = 23;
  if (parts.precision < Precision::Minute) last.minute = 59;
  if (parts.precision < Precision::Second) {
    last.second = 59;
    last.millisecond = 999;
  }
  for (const DateTimeParts& offset : offsets) {
    parts.offset_written = parts.precision >= Precision::Hour && offset.offset_written;
    parts.offset_minutes = parts.offset_written ? offset.offset_minutes : 0;
    const std::int64_t east = (parts.offset_written ? parts.offset_minutes : kRequestOffset) * std::int64_t{60'000};
    moments.push_back({date_time_value(parts), milliseconds(parts) - east, milliseconds(last) - east});
    if (parts.precision < Precision::Hour) break;
  }
}

std::vector<Moment> small_world() {
  std::vector<DateTimeParts> offsets(4);
  offsets[1].offset_written = true;
  offsets[2].offset_written = true;
  offsets[2].offset_minutes = 60;
  offsets[3].offset_written = true;
  offsets[3].offset_minutes = -330;
  std::vector<Moment> moments;
  auto at = [&](DateTimeParts& parts, Precision precision) {
    parts.precision = precision;
    DateTimeParts known = parts;
    if (precision < Precision::Month) known.month = 1;
    if (precision < Precision::Day) known.day = 1;
    if (precision < Precision::Hour) known.hour = 0;
    if (precision < Precision::Minute) known.minute = 0;
    if (precision < Precision::Second) known.second = 0;
    if (precision < Precision::Millisecond) known.millisecond = 0;
    add_moments(moments, known, offsets);
  };
  DateTimeParts parts;
  for (parts.year = 2019; parts.year <= 2020; ++parts.year) {
    at(parts, Precision::Year);
    for (const std::int32_t month : {1, 2, 12}) {
      parts.month = month;
      at(parts, Precision::Month);
      for (const std::int32_t day : {1, 28, 29, 31}) {
        if (day > days_in_month(parts.year, month)) continue;
        parts.day = day;
        at(parts, Precision::Day);
        for (const std::int32_t hour : {0, 18, 23}) {
          parts.hour = hour;
          at(parts, Precision::Hour);
          parts.minute = 30;
          at(parts, Precision::Minute);
          parts.second = 59;
          at(parts, Precision::Second);
          for (const std::int32_t millisecond : {0, 999}) {
            parts.millisecond = millisecond;
            at(parts, Precision::Millisecond);
          }
        }
      }
    }
  }
  return moments;
}

TEST(DateTimeSmallWorld, InstantRangesAreCountedOnes) {
  for (const Moment& moment : small_world()) {
    const InstantRange range = instant_range(moment.value, kRequestOffset);
    ASSERT_EQ(range.earliest, moment.earliest) << to_text_date_time(moment.value);
    ASSERT_EQ(range.latest, moment.latest) << to_text_date_time(moment.value);
  }
}

/// Known exactly when every instant of one side stands so to every instant of the other; equal when they are the same.
TEST(DateTimeSmallWorld, AllPairsCompareAsTheirInstantsDo) {
  const std::vector<Moment> moments = small_world();
  for (const Moment& a : moments) {
    for (const Moment& b : moments) {
      std::optional<int> expected;
      if (a.latest < b.earliest) {
        expected = -1;
      } else if (a.earliest > b.latest) {
        expected = 1;
      } else if (a.earliest == b.earliest && a.latest == b.latest) {
        expected = 0;
      }
      ASSERT_EQ(compare_date_times(a.value, b.value, Precision::None, kRequestOffset), expected)
          << to_text_date_time(a.value) << " and " << to_text_date_time(b.value);
    }
  }
}

/// The reference's own words: component by component down to the precision named, on one clock.
TEST(DateTimeSmallWorld, AllPairsCompareByComponentsAtEachPrecision) {
  std::vector<Value> values;
  for (const Moment& moment : small_world()) {
    if ((moment.value.flags & Value::kOffsetWritten) == 0) values.push_back(moment.value);
  }
  auto components = [](const Value& value) {
    const DateTimeParts parts = parts_of(value);
    return std::vector<std::int32_t>{parts.year,   parts.month,  parts.day,        parts.hour,
                                     parts.minute, parts.second, parts.millisecond};
  };
  for (const Precision precision : {Precision::Year, Precision::Month, Precision::Day, Precision::Hour,
                                    Precision::Minute, Precision::Millisecond}) {
    for (const Value& a : values) {
      for (const Value& b : values) {
        const std::vector<std::int32_t> left = components(a);
        const std::vector<std::int32_t> right = components(b);
        std::optional<int> expected = 0;
        for (int place = 1; place <= static_cast<int>(precision); ++place) {
          // A second without milliseconds has zero of them.
          const Precision needed = place == 7 ? Precision::Second : static_cast<Precision>(place);
          const bool a_known = a.precision() >= needed;
          const bool b_known = b.precision() >= needed;
          if (!a_known && !b_known) break;
          if (a_known != b_known) {
            expected = std::nullopt;
            break;
          }
          const auto index = static_cast<std::size_t>(place - 1);
          if (left[index] != right[index]) {
            expected = left[index] < right[index] ? -1 : 1;
            break;
          }
        }
        ASSERT_EQ(compare_date_times(a, b, precision, 0), expected)
            << to_text_date_time(a) << " and " << to_text_date_time(b) << " at " << static_cast<int>(precision);
      }
    }
  }
}

TEST(DateTimeSmallWorld, DaysFollowEachOther) {
  DateTimeParts day;
  day.precision = Precision::Day;
  std::int64_t number = days_since_epoch(1, 1, 1);
  EXPECT_EQ(days_since_epoch(1970, 1, 1), 0);
  while (day.year <= 2400) {
    const DateTimeParts back = parts_from_days(number);
    ASSERT_EQ(days_since_epoch(day.year, day.month, day.day), number);
    ASSERT_TRUE(back.year == day.year && back.month == day.month && back.day == day.day) << number;
    const Value value = date_value(day);
    if (++day.day > days_in_month(day.year, day.month)) {
      day.day = 1;
      if (++day.month > 12) {
        day.month = 1;
        ++day.year;
      }
    }
    ++number;
    if (day.year >= 1890 && day.year <= 2110) {
      ASSERT_EQ(add_to_date_time(value, 1, Precision::Day)->bits, date_value(day).bits);
      ASSERT_EQ(add_to_date_time(date_value(day), -1, Precision::Day)->bits, value.bits);
    }
  }
}

TEST(DateTimeSmallWorld, MonthsAreClippedToTheirEnd) {
  for (std::int32_t month = 1; month <= 12; ++month) {
    for (std::int32_t day = 1; day <= days_in_month(2020, month); ++day) {
      for (std::int64_t count = -30; count <= 30; ++count) {
        DateTimeParts parts;
        parts.year = 2020;
        parts.month = month;
        parts.day = day;
        parts.precision = Precision::Day;
        const DateTimeParts sum = parts_of(*add_to_date_time(date_value(parts), count, Precision::Month));
        std::int32_t year = 2020;
        std::int64_t expected_month = month + count;
        while (expected_month < 1) {
          expected_month += 12;
          --year;
        }
        while (expected_month > 12) {
          expected_month -= 12;
          ++year;
        }
        ASSERT_EQ(sum.year, year);
        ASSERT_EQ(sum.month, expected_month);
        ASSERT_EQ(sum.day, std::min(day, days_in_month(year, sum.month)));
      }
    }
  }
}

}  // namespace
}  // namespace calx
