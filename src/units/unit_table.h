#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/arena.h"
#include "values/comparison.h"
#include "values/decimal.h"
#include "values/text.h"
#include "values/value.h"

namespace calx {

/// What a unit text means. Calendar words (year(s), month(s), ... millisecond(s)) are CQL's calendar durations and are
/// not the definite UCUM durations ('a', 'mo'); above seconds they are comparable only with themselves.
enum class UnitClass : std::uint8_t { Unknown, Ucum, Calendar };

/// Interns unit texts. A table may extend a frozen one: the program has its own, each worker extends it with units met
/// only in data, and ids of the base stay valid. Id 0 is the unity '1'. One thread writes; a frozen base is shared.
class UnitTable final : public UnitComparer, public UnitNames {
 public:
  explicit UnitTable(const UnitTable* base = nullptr);

  UnitId intern(std::string_view text);
  std::string_view unit_text(UnitId unit) const override;
  UnitClass unit_class(UnitId unit) const;
  /// The calendar precision a time-valued unit stands for when it is added to a date ('year', 'years', 'a'; weeks come
  /// out as days with factor 7); nothing when it is no such unit.
  struct CalendarUnit {
    Precision precision = Precision::None;
    std::int64_t factor = 1;
  };
  std::optional<CalendarUnit> calendar_unit(UnitId unit) const;

  std::optional<int> compare_quantities(const Value& a, const Value& b) const override;
  bool equivalent_units(UnitId a, UnitId b) const override;

  /// Exact up to the one rounding at the end (eight digits). Nothing when the dimensions differ.
  std::optional<Decimal> convert(const Decimal& number, UnitId from, UnitId to) const;
  /// Unit of a product or quotient, in canonical UCUM spelling ('mg' / 'dL' -> 'mg/dL'; equal units cancel to '1').
  UnitId multiply(UnitId a, UnitId b);
  UnitId divide(UnitId a, UnitId b);

  /// Forgets the units that this table added to its base.
  void reset();

 private:
  struct Entry;
  const Entry& entry(UnitId unit) const;

  const UnitTable* base_;
  std::uint32_t first_;  // id of the first unit of this table
  std::deque<Entry> entries_;
  std::unordered_map<std::string, UnitId> ids_;
};

}  // namespace calx
