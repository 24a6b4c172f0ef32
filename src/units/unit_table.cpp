#include "units/unit_table.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/check.h"
#include "units/ucum.h"

namespace calx {

namespace {

struct CalendarWord {
  std::string_view singular;
  std::string_view plural;
  std::string_view ucum;
  Precision precision;
  std::int64_t factor;
};

constexpr std::array<CalendarWord, 8> kCalendarWords = {{
    {"year", "years", "a", Precision::Year, 1},
    {"month", "months", "mo", Precision::Month, 1},
    {"week", "weeks", "wk", Precision::Day, 7},
    {"day", "days", "d", Precision::Day, 1},
    {"hour", "hours", "h", Precision::Hour, 1},
    {"minute", "minutes", "min", Precision::Minute, 1},
    {"second", "seconds", "s", Precision::Second, 1},
    {"millisecond", "milliseconds", "ms", Precision::Millisecond, 1},
}};

const CalendarWord* calendar_word(std::string_view text) {
  for (const CalendarWord& word : kCalendarWords) {
    if (text == word.singular || text == word.plural) return &word;
  }
  return nullptr;
}

/// An exact number: sign, numerator / denominator * 10^exponent.
struct Rational {
  bool is_negative = false;
  Natural numerator;
  Natural denominator = 1;
  int exponent = 0;
};

void scale_up(Natural& number, int tens) {
  number.multiply_by_power_of_ten(static_cast<std::size_t>(tens));
}

/// Nothing when the numbers are wider than what exact arithmetic holds.
std::optional<int> compare(const Rational& a, const Rational& b) {
  const int a_sign = a.numerator.is_zero() ? 0 : (a.is_negative ? -1 : 1);
  const int b_sign = b.numerator.is_zero() ? 0 : (b.is_negative ? -1 : 1);
  if (a_sign != b_sign) return a_sign < b_sign ? -1 : 1;
  Natural left = a.numerator * b.denominator;
  Natural right = b.numerator * a.denominator;
  const int difference = a.exponent - b.exponent;
  scale_up(difference > 0 ? left : right, std::abs(difference));
  if (left.has_overflowed() || right.has_overflowed()) return std::nullopt;
  return a_sign < 0 ? compare(right, left) : compare(left, right);
}

Rational rational_of(const Decimal& decimal) {
  return {decimal.coefficient < 0, Natural::of(magnitude(decimal.coefficient)), 1, -decimal.scale};
}

Rational multiplied(const Rational& number, const UnitFactor& factor) {
  return {number.is_negative, number.numerator * factor.numerator, number.denominator * factor.denominator,
          number.exponent + factor.exponent};
}

/// Adds `hundredths` / 100.
Rational shifted(const Rational& number, std::int64_t hundredths) {
  constexpr int kExponent = -2;
  Rational sum = number;
  Natural offset = number.denominator;
  offset.multiply_by(static_cast<std::uint64_t>(std::abs(hundredths)));
  if (number.exponent > kExponent) {
    scale_up(sum.numerator, number.exponent - kExponent);
    sum.exponent = kExponent;
  } else {
    scale_up(offset, kExponent - number.exponent);
  }
  const bool is_offset_negative = hundredths < 0;
  if (sum.is_negative == is_offset_negative) {
    sum.numerator = sum.numerator + offset;
  } else if (compare(sum.numerator, offset) >= 0) {
    sum.numerator = sum.numerator - offset;
  } else {
    sum.numerator = offset - sum.numerator;
    sum.is_negative = is_offset_negative;
  }
  return sum;
}

/// Half away from zero at the eighth digit; nothing out of CQL's range.
std::optional<Decimal> rounded(Rational number) {
  const int power = number.exponent + kMaximumScale;
  scale_up(power > 0 ? number.numerator : number.denominator, std::abs(power));
  if (number.numerator.has_overflowed() || number.denominator.has_overflowed()) return std::nullopt;
  Division division = divide(number.numerator, number.denominator);
  if (compare(division.remainder + division.remainder, number.denominator) >= 0) division.quotient.add(1);
  if (division.quotient.bits() > 126) return std::nullopt;
  const Natural& quotient = division.quotient;
  UInt128 size = quotient.limbs() > 0 ? quotient.limb(0) : 0;
  if (quotient.limbs() > 1) size |= static_cast<UInt128>(quotient.limb(1)) << 64;
  const Int128 coefficient = static_cast<Int128>(size);
  const Decimal result{number.is_negative ? -coefficient : coefficient, kMaximumScale};
  if (!is_representable(result)) return std::nullopt;
  return normalize(result);
}

/// Where an affine scale has its zero, in hundredths of its own degrees.
std::optional<std::int64_t> offset_hundredths(UnitFunction function) {
  switch (function) {
    case UnitFunction::Linear:
      return 0;
    case UnitFunction::Celsius:
      return 27'315;
    case UnitFunction::Fahrenheit:
      return 45'967;
    case UnitFunction::Reaumur:
      return 21'852;
    case UnitFunction::Log10:
    case UnitFunction::TwoLog10:
    case UnitFunction::LogE:
    case UnitFunction::Log2:
    case UnitFunction::MinusLog10:
    case UnitFunction::MinusLog100:
    case UnitFunction::MinusLog1000:
    case UnitFunction::MinusLog50000:
    case UnitFunction::HundredTangent:
    case UnitFunction::SquareRoot:
      break;
  }
  return std::nullopt;
}

bool is_affine(UnitFunction function) {
  return offset_hundredths(function).has_value();
}

/// The number in base units; the scale is linear or affine.
Rational in_base_units(const Decimal& number, const UnitMeasure& measure) {
  const Rational written = rational_of(number);
  if (measure.function == UnitFunction::Linear) return multiplied(written, measure.factor);
  return multiplied(shifted(multiplied(written, measure.prefix), *offset_hundredths(measure.function)), measure.factor);
}

Rational from_base_units(const Rational& number, const UnitMeasure& measure) {
  const Rational reference = multiplied(number, inverse(measure.factor));
  if (measure.function == UnitFunction::Linear) return reference;
  return multiplied(shifted(reference, -*offset_hundredths(measure.function)), inverse(measure.prefix));
}

// Logarithms and roots of exact numbers are not exact; these scales alone go through floating point. Slopes are of
// angles in radians, which is the base unit, whatever their reference is written in.

long double approximate(const Natural& number) {
  long double result = 0;
  for (std::size_t i = number.limbs(); i-- > 0;) {
    result = result * 18'446'744'073'709'551'616.0L + static_cast<long double>(number.limb(i));
  }
  return result;
}

long double approximate(const UnitFactor& factor) {
  return approximate(factor.numerator) / approximate(factor.denominator) *
         std::pow(10.0L, static_cast<long double>(factor.exponent));
}

long double approximate_in_base_units(long double number, const UnitMeasure& measure) {
  const long double x = number * approximate(measure.prefix);
  const long double factor = approximate(measure.factor);
  switch (measure.function) {
    case UnitFunction::Linear:
      return x * factor;
    case UnitFunction::Celsius:
    case UnitFunction::Fahrenheit:
    case UnitFunction::Reaumur:
      return (x + static_cast<long double>(*offset_hundredths(measure.function)) / 100) * factor;
    case UnitFunction::Log10:
      return std::pow(10.0L, x) * factor;
    case UnitFunction::TwoLog10:
      return std::pow(10.0L, x / 2) * factor;
    case UnitFunction::LogE:
      return std::exp(x) * factor;
    case UnitFunction::Log2:
      return std::exp2(x) * factor;
    case UnitFunction::MinusLog10:
      return std::pow(10.0L, -x) * factor;
    case UnitFunction::MinusLog100:
      return std::pow(100.0L, -x) * factor;
    case UnitFunction::MinusLog1000:
      return std::pow(1'000.0L, -x) * factor;
    case UnitFunction::MinusLog50000:
      return std::pow(50'000.0L, -x) * factor;
    case UnitFunction::HundredTangent:
      return std::atan(x / 100);
    case UnitFunction::SquareRoot:
      return x * x * factor;
  }
  return x;
}

long double approximate_from_base_units(long double base, const UnitMeasure& measure) {
  const long double reference = base / approximate(measure.factor);
  const auto in_function = [&]() -> long double {
    switch (measure.function) {
      case UnitFunction::Linear:
        return reference;
      case UnitFunction::Celsius:
      case UnitFunction::Fahrenheit:
      case UnitFunction::Reaumur:
        return reference - static_cast<long double>(*offset_hundredths(measure.function)) / 100;
      case UnitFunction::Log10:
        return std::log10(reference);
      case UnitFunction::TwoLog10:
        return 2 * std::log10(reference);
      case UnitFunction::LogE:
        return std::log(reference);
      case UnitFunction::Log2:
        return std::log2(reference);
      case UnitFunction::MinusLog10:
        return -std::log10(reference);
      case UnitFunction::MinusLog100:
        return -std::log10(reference) / 2;
      case UnitFunction::MinusLog1000:
        return -std::log10(reference) / 3;
      case UnitFunction::MinusLog50000:
        return -std::log10(reference) / std::log10(50'000.0L);
      case UnitFunction::HundredTangent:
        return 100 * std::tan(base);
      case UnitFunction::SquareRoot:
        return std::sqrt(reference);
    }
    return reference;
  };
  return in_function() / approximate(measure.prefix);
}

std::optional<Decimal> convert_approximately(const Decimal& number, const UnitMeasure& from, const UnitMeasure& to) {
  const long double written =
      static_cast<long double>(number.coefficient) / static_cast<long double>(power_of_ten(number.scale));
  const long double result = approximate_from_base_units(approximate_in_base_units(written, from), to);
  constexpr long double kLimit = 1e20L;
  if (!std::isfinite(result) || std::abs(result) >= kLimit) return std::nullopt;
  std::array<char, 64> text{};
  const int length = std::snprintf(text.data(), text.size(), "%.8Lf", result);
  const std::optional<Decimal> decimal = parse_decimal(std::string_view(text.data(), static_cast<std::size_t>(length)));
  if (!decimal) return std::nullopt;
  return normalize(*decimal);
}

/// Units that differ by powers of ten only, which is nearly all that records mix: no wide arithmetic. Nothing when they
/// do not, or when the shifted number might leave 128 bits.
std::optional<int> compare_by_shifting(const Decimal& a, const UnitFactor& a_factor, const Decimal& b,
                                       const UnitFactor& b_factor) {
  if (compare(a_factor.numerator, b_factor.numerator) != 0 ||
      compare(a_factor.denominator, b_factor.denominator) != 0) {
    return std::nullopt;
  }
  constexpr int kGreatestShift = 10;  // 28 digits and these stay below 10^38
  const int difference = (a_factor.exponent - a.scale) - (b_factor.exponent - b.scale);
  if (std::abs(difference) >= kGreatestShift) return std::nullopt;
  const Int128 left = a.coefficient * power_of_ten(difference > 0 ? difference : 0);
  const Int128 right = b.coefficient * power_of_ten(difference < 0 ? -difference : 0);
  return left < right ? -1 : (left > right ? 1 : 0);
}

/// One scale but for the prefix: dB and B, of one reference.
bool is_same_scale(const UnitMeasure& a, const UnitMeasure& b) {
  return a.function == b.function && a.has_same_dimensions(b) && compare(a.factor, b.factor) == 0;
}

}  // namespace

struct UnitTable::Entry {
  std::string text;
  UnitClass unit_class = UnitClass::Unknown;
  /// Of calendar words: their definite counterpart's ('a' for year), used only where CQL lets them mix.
  UnitMeasure measure;
  const CalendarWord* word = nullptr;

  /// Years and months, which have no fixed length.
  bool is_variable() const { return word != nullptr && word->precision <= Precision::Month; }
  std::int64_t months() const { return word->precision == Precision::Year ? 12 : 1; }
  bool has_measure() const { return unit_class != UnitClass::Unknown && !is_variable(); }
};

UnitTable::UnitTable(const UnitTable* base)
    : base_(base), first_(base == nullptr ? 0 : base->first_ + static_cast<std::uint32_t>(base->entries_.size())) {
  if (base == nullptr) intern("1");
}

UnitTable::~UnitTable() = default;
UnitTable::UnitTable(UnitTable&&) noexcept = default;
UnitTable& UnitTable::operator=(UnitTable&&) noexcept = default;

const UnitTable::Entry& UnitTable::entry(UnitId unit) const {
  const UnitTable* table = this;
  while (unit.value < table->first_) table = table->base_;
  CALX_CHECK(unit.value - table->first_ < table->entries_.size(), "a unit is one of the table's");
  return *table->entries_[unit.value - table->first_];
}

std::optional<UnitId> UnitTable::find(std::string_view text) const {
  for (const UnitTable* table = this; table != nullptr; table = table->base_) {
    const auto found = table->ids_.find(text);
    if (found != table->ids_.end()) return found->second;
  }
  return std::nullopt;
}

UnitId UnitTable::intern(std::string_view text) {
  if (text.empty()) text = "1";
  if (const std::optional<UnitId> known = find(text)) return *known;
  auto added = std::make_unique<Entry>();
  added->text = text;
  added->word = calendar_word(text);
  const std::optional<std::vector<UnitTerm>> terms = parse_unit(added->word != nullptr ? added->word->ucum : text);
  std::optional<UnitMeasure> measure = terms ? measure_of(*terms) : std::nullopt;
  if (measure) {
    added->measure = *measure;
    added->unit_class = added->word != nullptr ? UnitClass::Calendar : UnitClass::Ucum;
  }
  const UnitId id{first_ + static_cast<std::uint32_t>(entries_.size())};
  entries_.push_back(std::move(added));
  ids_.emplace(text, id);
  return id;
}

std::string_view UnitTable::unit_text(UnitId unit) const {
  return entry(unit).text;
}

UnitClass UnitTable::unit_class(UnitId unit) const {
  return entry(unit).unit_class;
}

std::optional<UnitTable::CalendarUnit> UnitTable::calendar_unit(UnitId unit) const {
  const Entry& known = entry(unit);
  for (const CalendarWord& word : kCalendarWords) {
    if (known.word == &word || known.text == word.ucum) return CalendarUnit{word.precision, word.factor};
  }
  return std::nullopt;
}

bool UnitTable::commensurable(UnitId a, UnitId b) const {
  const Entry& left = entry(a);
  const Entry& right = entry(b);
  if (left.unit_class == UnitClass::Unknown || right.unit_class == UnitClass::Unknown) return false;
  if (left.is_variable() || right.is_variable()) return left.is_variable() && right.is_variable();
  return left.measure.has_same_dimensions(right.measure);
}

bool UnitTable::is_special(UnitId unit) const {
  return entry(unit).measure.function != UnitFunction::Linear;
}

std::optional<int> UnitTable::compare_quantities(const Value& a, const Value& b) const {
  const Decimal left_number = decimal_of(a);
  const Decimal right_number = decimal_of(b);
  if (a.unit() == b.unit()) {
    if (entry(a.unit()).unit_class == UnitClass::Unknown) return std::nullopt;
    return compare(left_number, right_number);
  }
  if (!commensurable(a.unit(), b.unit())) return std::nullopt;
  const Entry& left = entry(a.unit());
  const Entry& right = entry(b.unit());
  if (left.is_variable()) {
    const UnitFactor left_months{static_cast<std::uint64_t>(left.months()), 1, 0};
    const UnitFactor right_months{static_cast<std::uint64_t>(right.months()), 1, 0};
    return compare(multiplied(rational_of(left_number), left_months),
                   multiplied(rational_of(right_number), right_months));
  }
  if (left.measure.function == UnitFunction::Linear && right.measure.function == UnitFunction::Linear) {
    const std::optional<int> order =
        compare_by_shifting(left_number, left.measure.factor, right_number, right.measure.factor);
    if (order) return order;
  }
  if (is_affine(left.measure.function) && is_affine(right.measure.function)) {
    return compare(in_base_units(left_number, left.measure), in_base_units(right_number, right.measure));
  }
  // On one logarithmic scale the order is that of the written numbers; two different ones have no exact order.
  if (!is_same_scale(left.measure, right.measure)) return std::nullopt;
  return compare(multiplied(rational_of(left_number), left.measure.prefix),
                 multiplied(rational_of(right_number), right.measure.prefix));
}

bool UnitTable::equivalent_units(UnitId a, UnitId b) const {
  if (a == b) return true;
  const Entry& left = entry(a);
  const Entry& right = entry(b);
  if (left.word != nullptr && left.word == right.word) return true;
  if (!left.has_measure() || !right.has_measure()) return false;
  return is_same_scale(left.measure, right.measure) && compare(left.measure.prefix, right.measure.prefix) == 0;
}

bool UnitTable::equivalent_quantities(const Value& a, const Value& b) const {
  const Decimal left_number = decimal_of(a);
  const Decimal right_number = decimal_of(b);
  if (equivalent_units(a.unit(), b.unit())) return equivalent_decimals(left_number, right_number);
  const Entry& left = entry(a.unit());
  const Entry& right = entry(b.unit());
  if (left.unit_class == UnitClass::Unknown || right.unit_class == UnitClass::Unknown) return false;
  if (!left.measure.has_same_dimensions(right.measure)) return false;

  // Years and months: with each other by 12, with 'a' and 'mo' by those, with anything shorter as 365 and 30 days.
  UnitMeasure left_measure = left.measure;
  UnitMeasure right_measure = right.measure;
  if (left.is_variable() && right.is_variable()) {
    left_measure.factor = {static_cast<std::uint64_t>(left.months()), 1, 0};
    right_measure.factor = {static_cast<std::uint64_t>(right.months()), 1, 0};
  } else if (left.is_variable() || right.is_variable()) {
    const Entry& definite = left.is_variable() ? right : left;
    const Entry& variable = left.is_variable() ? left : right;
    constexpr std::uint64_t kSecondsPerDay = 86'400;
    const UnitFactor four_weeks{28 * kSecondsPerDay, 1, 0};
    if (compare(definite.measure.factor, four_weeks) < 0) {
      const std::uint64_t days = variable.word->precision == Precision::Year ? 365 : 30;
      (left.is_variable() ? left_measure : right_measure).factor = {days * kSecondsPerDay, 1, 0};
    }
  }

  const auto converted = [](const Decimal& number, const UnitMeasure& from, const UnitMeasure& to) {
    if (is_affine(from.function) && is_affine(to.function)) {
      return rounded(from_base_units(in_base_units(number, from), to));
    }
    return convert_approximately(number, from, to);
  };
  const bool is_left_coarser =
      compare(left_measure.factor * left_measure.prefix, right_measure.factor * right_measure.prefix) >= 0;
  if (is_left_coarser) {
    const std::optional<Decimal> number = converted(right_number, right_measure, left_measure);
    return number && equivalent_decimals(left_number, *number);
  }
  const std::optional<Decimal> number = converted(left_number, left_measure, right_measure);
  return number && equivalent_decimals(*number, right_number);
}

bool UnitTable::equivalent_ratios(const Value& a, const Value& b) const {
  const std::array<const Value*, 4> parts = {&a.low(), &a.high(), &b.low(), &b.high()};
  std::array<const Entry*, 4> entries{};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    entries[i] = &entry(parts[i]->unit());
    if (!entries[i]->has_measure() || entries[i]->measure.function != UnitFunction::Linear) {
      return UnitComparer::equivalent_ratios(a, b);
    }
  }
  if (!entries[0]->measure.has_same_dimensions(entries[2]->measure) ||
      !entries[1]->measure.has_same_dimensions(entries[3]->measure)) {
    return false;
  }
  const auto product = [&](std::size_t first, std::size_t second) {
    const Rational left = in_base_units(decimal_of(*parts[first]), entries[first]->measure);
    const Rational right = in_base_units(decimal_of(*parts[second]), entries[second]->measure);
    return Rational{left.is_negative != right.is_negative, left.numerator * right.numerator,
                    left.denominator * right.denominator, left.exponent + right.exponent};
  };
  return compare(product(0, 3), product(2, 1)) == 0;
}

std::optional<Decimal> UnitTable::convert(const Decimal& number, UnitId from, UnitId to) const {
  if (from == to) return number;
  if (!commensurable(from, to)) return std::nullopt;
  const Entry& source = entry(from);
  const Entry& target = entry(to);
  if (source.word != nullptr && source.word == target.word) return number;
  if (source.is_variable()) {
    const UnitFactor factor{static_cast<std::uint64_t>(source.months()), static_cast<std::uint64_t>(target.months()),
                            0};
    return rounded(multiplied(rational_of(number), factor));
  }
  if (!is_affine(source.measure.function) || !is_affine(target.measure.function)) {
    if (is_same_scale(source.measure, target.measure)) {
      return rounded(
          multiplied(multiplied(rational_of(number), source.measure.prefix), inverse(target.measure.prefix)));
    }
    return convert_approximately(number, source.measure, target.measure);
  }
  return rounded(from_base_units(in_base_units(number, source.measure), target.measure));
}

UnitId UnitTable::intern_product(UnitId a, UnitId b, bool is_quotient) {
  const Entry& left = entry(a);
  const Entry& right = entry(b);
  if (is_quotient && equivalent_units(a, b)) return UnitId{0};
  if (b.value == 0) return a;
  if (a.value == 0 && !is_quotient) return b;
  // Weeks and shorter are what UCUM has under other names; years and months are not, and make no unit of UCUM.
  const auto terms_of = [](const Entry& known) -> std::optional<std::vector<UnitTerm>> {
    if (known.word == nullptr) return parse_unit(known.text);
    return known.is_variable() ? std::nullopt : parse_unit(known.word->ucum);
  };
  const std::optional<std::vector<UnitTerm>> left_terms = terms_of(left);
  const std::optional<std::vector<UnitTerm>> right_terms = terms_of(right);
  if (!left_terms || !right_terms) return intern(left.text + (is_quotient ? "/" : ".") + right.text);
  return intern(product_text(*left_terms, *right_terms, is_quotient));
}

UnitId UnitTable::multiply(UnitId a, UnitId b) {
  return intern_product(a, b, false);
}

UnitId UnitTable::divide(UnitId a, UnitId b) {
  return intern_product(a, b, true);
}

void UnitTable::reset() {
  entries_.clear();
  ids_.clear();
  if (base_ == nullptr) intern("1");
}

}  // namespace calx
