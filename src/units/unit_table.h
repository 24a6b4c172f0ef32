#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
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

/// What a unit text means. Calendar words (year(s), month(s), ... millisecond(s)) are CQL's calendar durations. Years
/// and months compare only with each other and are not the definite 'a' and 'mo'; weeks and below are UCUM's 'wk', 'd',
/// 'h', 'min', 's', 'ms' (CQL 1.5.3, Equal). Unknown units, and special ones in a product, compare with nothing.
enum class UnitClass : std::uint8_t { Unknown, Ucum, Calendar };

/// Interns unit texts ('' is '1'). A table may extend a frozen one: the program has its own, each worker extends it
/// with units met only in data, and ids of the base stay valid. Id 0 is the unity '1'. One thread writes; a frozen base
/// is shared.
class UnitTable final : public UnitComparer, public UnitNames {
 public:
  explicit UnitTable(const UnitTable* base = nullptr);
  ~UnitTable() override;
  UnitTable(UnitTable&&) noexcept;
  UnitTable& operator=(UnitTable&&) noexcept;

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
  bool equivalent_quantities(const Value& a, const Value& b) const override;
  bool equivalent_ratios(const Value& a, const Value& b) const override;

  /// True when the dimensions agree, so that numbers can be compared or converted.
  bool commensurable(UnitId a, UnitId b) const;
  /// A unit on a scale with another zero or a logarithmic one (Cel, [pH], dB): no arithmetic (CQL 1.5.3, Add).
  bool is_special(UnitId unit) const;
  /// Exact up to the one rounding at the end (eight digits, no trailing zeros). Nothing when the dimensions differ, the
  /// result is out of range, or a year or month would become a definite duration. Logarithmic scales are not exact.
  std::optional<Decimal> convert(const Decimal& number, UnitId from, UnitId to) const;
  /// Unit of a product or quotient, in canonical UCUM spelling ('mg' / 'dL' -> 'mg/dL'; equal units cancel to '1').
  UnitId multiply(UnitId a, UnitId b);
  UnitId divide(UnitId a, UnitId b);

  /// Forgets the units that this table added to its base.
  void reset();

 private:
  struct Entry;
  const Entry& entry(UnitId unit) const;
  std::optional<UnitId> find(std::string_view text) const;
  UnitId intern_product(UnitId a, UnitId b, bool is_quotient);

  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  const UnitTable* base_;
  std::uint32_t first_;  // id of the first unit of this table
  std::vector<std::unique_ptr<const Entry>> entries_;
  std::unordered_map<std::string, UnitId, TextHash, std::equal_to<>> ids_;
};

}  // namespace calx
