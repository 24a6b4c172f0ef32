#pragma once

#include <optional>
#include <string_view>

#include "values/decimal.h"
#include "values/value.h"

namespace calx {

/// What equality and order need from above: units, and the request's offset for date-times without one.
/// `values` is below `units`, so the unit arithmetic comes in through this interface.
class UnitComparer {
 public:
  virtual ~UnitComparer() = default;
  /// -1, 0, 1 after exact conversion to one unit; nothing when the units cannot be compared.
  virtual std::optional<int> compare_quantities(const Value& a, const Value& b) const = 0;
  /// True when the codes mean one thing in UCUM or as CQL calendar words ('1' and '' too).
  virtual bool equivalent_units(UnitId a, UnitId b) const = 0;
  /// CQL `~`: converted to the coarser unit, then the numbers as decimals are equivalent. Without knowledge of factors
  /// only equivalent units have one.
  virtual bool equivalent_quantities(const Value& a, const Value& b) const;
  /// CQL `~` of ratios: one relation of numerator to denominator.
  virtual bool equivalent_ratios(const Value& a, const Value& b) const;
};

/// How much comparing one evaluation may still do. Values share their parts, so that a small program can make values
/// whose full comparison would never end; beyond the budget every answer is unknown, and whoever gave the budget fails.
struct ComparisonBudget {
  static constexpr std::uint32_t kMaximumDepth = 512;
  std::uint64_t left = 100'000'000;
  std::uint32_t depth = 0;

  /// Takes one step; false when there is none left.
  bool take() { return left != 0 && --left != 0; }
};

struct ComparisonContext {
  const UnitComparer& units;
  std::int32_t offset_minutes = 0;
  ComparisonBudget* budget = nullptr;  // null: no limit
};

/// CQL `=`: may be unknown. Lists, tuples, intervals, ratios, codes and concepts by the reference's rules (12.x).
/// Resources: the same one is equal, different type or id is not; else element by element. In a tuple an element that
/// only one side has makes the answer unknown whatever the others say, as the public CQL tests want it; elsewhere a
/// known difference decides.
Truth equal(const Value& a, const Value& b, const ComparisonContext& context);
/// CQL `~` of numbers: rounded to the fewer digits, trailing zeros apart.
bool equivalent_decimals(const Decimal& a, const Decimal& b);
/// CQL `~` of texts: case apart, any white space as good as any other.
bool equivalent_texts(std::string_view a, std::string_view b);
/// CQL `~`: never unknown.
bool equivalent(const Value& a, const Value& b, const ComparisonContext& context);
/// Bitwise sameness of content, for tests and caches.
bool identical(const Value& a, const Value& b);
/// Order of two values of one ordered type (numbers mix); nothing when uncertain or not comparable.
std::optional<int> compare(const Value& a, const Value& b, const ComparisonContext& context);

}  // namespace calx
