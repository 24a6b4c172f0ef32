#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

#include "operators/functions.h"
#include "values/date_time.h"
#include "values/text.h"

namespace calx {
namespace {

// Intervals of small integers against the sets of points that they stand for, all pairs; and ends or dates that are
// not known against all that they may be.

using Set = std::set<std::int32_t>;

struct Sample {
  Value interval;
  Set points;
};

class IntervalOperators : public testing::Test {
 protected:
  std::vector<Sample> samples(std::int32_t from, std::int32_t to) {
    std::vector<Sample> result;
    for (std::int32_t low = from; low <= to; ++low) {
      for (std::int32_t high = low; high <= to; ++high) {
        for (int closedness = 0; closedness < 4; ++closedness) {
          const bool low_closed = (closedness & 1) != 0;
          const bool high_closed = (closedness & 2) != 0;
          Set points;
          for (std::int32_t p = low + (low_closed ? 0 : 1); p <= high - (high_closed ? 0 : 1); ++p) points.insert(p);
          if (points.empty()) continue;
          result.push_back(
              {context_.interval(Value::integer_number(low), Value::integer_number(high), low_closed, high_closed),
               points});
        }
      }
    }
    return result;
  }

  Value call(OperatorFunction function, const Value& a, const Value& b) {
    const Value operands[] = {a, b};
    return function(context_, Operands(operands), {});
  }

  std::string text(const Value& a, const Value& b) { return debug_text(a, units_) + " and " + debug_text(b, units_); }

  /// The interval of a set without gaps; nothing for any other.
  static std::optional<Set> whole(const Set& points) {
    if (points.empty() || *points.rbegin() - *points.begin() + 1 != static_cast<std::int32_t>(points.size())) return {};
    return points;
  }

  void expect_set(const Value& result, const std::optional<Set>& points, const std::string& what) {
    if (!points) {
      EXPECT_TRUE(result.is_null()) << what << " gives " << debug_text(result, units_);
      return;
    }
    ASSERT_EQ(result.kind, Kind::Interval) << what;
    const Value operands[] = {result};
    EXPECT_EQ(evaluate_start(context_, operands, {}).as_integer(), *points->begin()) << what;
    EXPECT_EQ(evaluate_end(context_, operands, {}).as_integer(), *points->rbegin()) << what;
  }

  Arena arena_;
  UnitTable units_;
  Types types_;
  Terminology terminology_;
  OperatorContext context_{arena_, units_, types_, terminology_, Value::null(), 0};
};

struct Relation {
  const char* name;
  OperatorFunction function;
  bool (*holds)(const Set& a, const Set& b);
};

bool contains(const Set& whole, const Set& part) {
  return std::includes(whole.begin(), whole.end(), part.begin(), part.end());
}

bool overlap(const Set& a, const Set& b) {
  return std::any_of(a.begin(), a.end(), [&](std::int32_t point) { return b.contains(point); });
}

constexpr Relation kRelations[] = {
    {"before", evaluate_before, [](const Set& a, const Set& b) { return *a.rbegin() < *b.begin(); }},
    {"after", evaluate_after, [](const Set& a, const Set& b) { return *a.begin() > *b.rbegin(); }},
    {"on or before", evaluate_same_or_before, [](const Set& a, const Set& b) { return *a.rbegin() <= *b.begin(); }},
    {"on or after", evaluate_same_or_after, [](const Set& a, const Set& b) { return *a.begin() >= *b.rbegin(); }},
    {"same as", evaluate_same_as, [](const Set& a, const Set& b) { return a == b; }},
    {"includes", evaluate_includes_interval, [](const Set& a, const Set& b) { return contains(a, b); }},
    {"included in", evaluate_included_in_interval, [](const Set& a, const Set& b) { return contains(b, a); }},
    {"properly includes", evaluate_proper_includes_interval,
     [](const Set& a, const Set& b) { return contains(a, b) && a != b; }},
    {"properly included in", evaluate_proper_included_in_interval,
     [](const Set& a, const Set& b) { return contains(b, a) && a != b; }},
    {"overlaps", evaluate_overlaps, overlap},
    {"overlaps before", evaluate_overlaps_before,
     [](const Set& a, const Set& b) { return overlap(a, b) && *a.begin() < *b.begin(); }},
    {"overlaps after", evaluate_overlaps_after,
     [](const Set& a, const Set& b) { return overlap(a, b) && *a.rbegin() > *b.rbegin(); }},
    {"meets before", evaluate_meets_before, [](const Set& a, const Set& b) { return *a.rbegin() + 1 == *b.begin(); }},
    {"meets after", evaluate_meets_after, [](const Set& a, const Set& b) { return *b.rbegin() + 1 == *a.begin(); }},
    {"meets", evaluate_meets,
     [](const Set& a, const Set& b) { return *a.rbegin() + 1 == *b.begin() || *b.rbegin() + 1 == *a.begin(); }},
    {"starts", evaluate_starts, [](const Set& a, const Set& b) { return *a.begin() == *b.begin() && contains(b, a); }},
    {"ends", evaluate_ends, [](const Set& a, const Set& b) { return *a.rbegin() == *b.rbegin() && contains(b, a); }},
};

TEST_F(IntervalOperators, AgreeWithSetsOfPoints) {
  const std::vector<Sample> all = samples(1, 5);
  for (const Sample& a : all) {
    for (const Sample& b : all) {
      for (const Relation& relation : kRelations) {
        const Value result = call(relation.function, a.interval, b.interval);
        ASSERT_EQ(result.kind, Kind::Boolean);
        EXPECT_EQ(result.as_boolean(), relation.holds(a.points, b.points))
            << relation.name << ": " << text(a.interval, b.interval);
      }
      Set joined = a.points;
      joined.insert(b.points.begin(), b.points.end());
      Set shared;
      Set left;
      for (std::int32_t point : a.points) (b.points.contains(point) ? shared : left).insert(point);
      expect_set(call(evaluate_union_interval, a.interval, b.interval), whole(joined), text(a.interval, b.interval));
      expect_set(call(evaluate_intersect_interval, a.interval, b.interval), whole(shared),
                 text(a.interval, b.interval));
      expect_set(call(evaluate_except_interval, a.interval, b.interval), whole(left), text(a.interval, b.interval));
    }
    for (std::int32_t point = 0; point <= 6; ++point) {
      EXPECT_EQ(call(evaluate_in_interval, Value::integer_number(point), a.interval).as_boolean(),
                a.points.contains(point));
    }
  }
}

TEST_F(IntervalOperators, AnAnswerAboutAnUnknownEndHoldsWhateverItIs) {
  const std::vector<Sample> all = samples(1, 4);
  for (std::int32_t low = 1; low <= 4; ++low) {
    const Value open = context_.interval(Value::integer_number(low), Value::null(), true, false);
    for (const Sample& b : all) {
      for (const Relation& relation : kRelations) {
        const Value result = call(relation.function, open, b.interval);
        const Value reversed = call(relation.function, b.interval, open);
        for (std::int32_t high = low; high <= 6; ++high) {
          Set points;
          for (std::int32_t point = low; point <= high; ++point) points.insert(point);
          if (!result.is_null()) {
            EXPECT_EQ(result.as_boolean(), relation.holds(points, b.points))
                << relation.name << ": " << text(open, b.interval);
          }
          if (!reversed.is_null()) {
            EXPECT_EQ(reversed.as_boolean(), relation.holds(b.points, points))
                << relation.name << ": " << text(b.interval, open);
          }
        }
      }
    }
  }
}

TEST_F(IntervalOperators, UncertainDurationsHoldEveryDurationAndNoMore) {
  constexpr std::string_view kDates[] = {"2023-12-30", "2023-12-31", "2024-01-01", "2024-02-28",
                                         "2024-02-29", "2024-12-31", "2025-01-01"};
  for (Precision unit : {Precision::Year, Precision::Month, Precision::Day}) {
    OperatorAttributes attributes;
    attributes.precision = unit;
    for (OperatorFunction function : {evaluate_duration_between, evaluate_difference_between}) {
      for (std::string_view text : kDates) {
        const Value date = *parse_date(text);
        for (bool first : {true, false}) {
          const auto between = [&](const Value& other) {
            const Value operands[] = {first ? date : other, first ? other : date};
            return function(context_, Operands(operands), attributes);
          };
          const Value result = between(*parse_date("2024"));
          std::int32_t least = 1'000'000;
          std::int32_t greatest = -1'000'000;
          for (std::int64_t day = days_since_epoch(2024, 1, 1); day <= days_since_epoch(2024, 12, 31); ++day) {
            DateTimeParts parts = parts_from_days(day);
            parts.precision = Precision::Day;
            const std::int32_t count = between(date_value(parts)).as_integer();
            least = std::min(least, count);
            greatest = std::max(greatest, count);
          }
          const bool range = result.kind == Kind::IntegerRange;
          EXPECT_EQ((range ? result.low() : result).as_integer(), least) << text;
          EXPECT_EQ((range ? result.high() : result).as_integer(), greatest) << text;
        }
      }
    }
  }
}

}  // namespace
}  // namespace calx
