#include <algorithm>
#include <limits>
#include <vector>

#include "operators/functions.h"
#include "operators/numbers.h"
#include "operators/points.h"
#include "operators/transcendental.h"
#include "values/decimal.h"

namespace calx {

namespace {

std::vector<Value> known_elements(const Value& list) {
  std::vector<Value> result;
  if (list.is_null()) return result;
  for (const Value& element : list.as_list()) {
    if (!element.is_null()) result.push_back(element);
  }
  return result;
}

/// A number or quantity like `model`, in its unit.
Value like(const OperatorContext& context, const Value& model, const std::optional<Decimal>& number) {
  if (!number) return Value::null();
  if (model.kind == Kind::Quantity) return quantity_value(*number, model.unit(), context.arena);
  return decimal_value(*number, context.arena);
}

Value sum_of(const OperatorContext& context, std::span<const Value> elements) {
  Value sum = elements.front();
  for (const Value& element : elements.subspan(1)) {
    sum = add_numbers(context, sum, element);
    if (sum.is_null()) break;
  }
  return sum;
}

/// The element that all others are not before (Min) or not after (Max); null when partial dates leave it open.
Value extreme(const OperatorContext& context, const Value& list, bool greatest) {
  const std::vector<Value> elements = known_elements(list);
  if (elements.empty()) return Value::null();
  Value best = elements.front();
  for (const Value& element : elements) {
    const Truth better =
        greatest ? less(context, best, element, Precision::None) : less(context, element, best, Precision::None);
    if (better.is_true) best = element;
  }
  for (const Value& element : elements) {
    const Truth holds = greatest ? less_or_equal(context, element, best, Precision::None)
                                 : less_or_equal(context, best, element, Precision::None);
    if (!holds.is_true) return Value::null();
  }
  return best;
}

/// Numbers of one unit, that of the first; nothing when units do not fit or a count is uncertain.
std::optional<std::vector<Decimal>> numbers_of(const OperatorContext& context, std::span<const Value> elements) {
  std::vector<Decimal> numbers;
  numbers.reserve(elements.size());
  for (const Value& element : elements) {
    if (!is_number(element)) return {};
    Decimal number = decimal_of(element);
    const Value& first = elements.front();
    if (element.kind == Kind::Quantity && first.kind == Kind::Quantity && element.unit() != first.unit() &&
        !context.units.equivalent_units(element.unit(), first.unit())) {
      const std::optional<Decimal> converted = context.units.convert(number, element.unit(), first.unit());
      if (!converted) return {};
      number = *converted;
    }
    numbers.push_back(number);
  }
  return numbers;
}

/// Sum of squared distances from the mean over `divisor`, as numerator / denominator / 10^(2 scale), exact.
struct Spread {
  Int128 numerator = 0;
  Int128 denominator = 1;
  int scale = 0;
};

// With d = x - x1: sum (x - mean)^2 = (n sum d^2 - (sum d)^2) / n. Whole numbers throughout, so nothing is rounded.
std::optional<Spread> spread_of(std::span<const Decimal> numbers, Int128 divisor) {
  std::uint8_t scale = 0;
  for (const Decimal& number : numbers) scale = std::max(scale, number.scale);
  const auto scaled = [scale](Decimal number, Int128& out) {
    for (; number.scale < scale; ++number.scale) {
      if (__builtin_mul_overflow(number.coefficient, Int128{10}, &number.coefficient)) return false;
    }
    out = number.coefficient;
    return true;
  };
  Int128 first = 0;
  if (!scaled(numbers.front(), first)) return {};
  Int128 sum = 0;
  Int128 squares = 0;
  for (const Decimal& number : numbers) {
    Int128 distance = 0;
    Int128 square = 0;
    if (!scaled(number, distance)) return {};
    distance -= first;
    if (__builtin_mul_overflow(distance, distance, &square) || __builtin_add_overflow(squares, square, &squares) ||
        __builtin_add_overflow(sum, distance, &sum)) {
      return {};
    }
  }
  const Int128 count = static_cast<Int128>(numbers.size());
  Int128 squared_sum = 0;
  Spread spread;
  if (__builtin_mul_overflow(squares, count, &squares) || __builtin_mul_overflow(sum, sum, &squared_sum)) return {};
  spread.numerator = squares - squared_sum;
  spread.denominator = count * divisor;
  spread.scale = 2 * scale;
  return spread;
}

/// numerator / denominator / 10^scale in units of 10^-digits, rounded half up (it is never negative).
std::optional<Int128> at_digits(const Spread& spread, int digits) {
  Int128 numerator = spread.numerator;
  Int128 denominator = spread.denominator;
  for (int i = spread.scale; i < digits; ++i) {
    if (__builtin_mul_overflow(numerator, Int128{10}, &numerator)) return {};
  }
  for (int i = digits; i < spread.scale; ++i) {
    if (__builtin_mul_overflow(denominator, Int128{10}, &denominator)) return {};
  }
  return (numerator + denominator / 2) / denominator;
}

Int128 square_root(Int128 number) {
  if (number <= 0) return 0;
  Int128 low = 0;
  Int128 high = Int128{1} << 63;
  while (low < high) {
    const Int128 middle = low + (high - low + 1) / 2;
    if (middle <= number / middle) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  // Rounded to the nearest: the next half is passed when number > low * (low + 1).
  return number - low * low > low ? low + 1 : low;
}

std::optional<Decimal> variance_of(std::span<const Decimal> numbers, Int128 divisor) {
  const std::optional<Spread> spread = spread_of(numbers, divisor);
  if (!spread) return {};
  const std::optional<Int128> coefficient = at_digits(*spread, kMaximumScale);
  if (!coefficient) return {};
  const Decimal result = normalize(Decimal{*coefficient, kMaximumScale});
  return is_representable(result) ? std::optional(result) : std::nullopt;
}

std::optional<Decimal> deviation_of(std::span<const Decimal> numbers, Int128 divisor) {
  const std::optional<Spread> spread = spread_of(numbers, divisor);
  if (!spread) return {};
  // The root has half the digits; with sixteen below the point its eighth is exact. Large spreads have no such digits
  // to spare and do not need them.
  if (const std::optional<Int128> fine = at_digits(*spread, 2 * kMaximumScale)) {
    return normalize(Decimal{square_root(*fine), kMaximumScale});
  }
  const std::optional<Int128> coarse = at_digits(*spread, kMaximumScale);
  if (!coarse) return {};
  return normalize(Decimal{square_root(*coarse), kMaximumScale / 2});
}

enum class Statistic { Variance, Deviation };

Value statistic(const OperatorContext& context, const Value& list, Statistic which, bool population) {
  const std::vector<Value> elements = known_elements(list);
  if (elements.empty() || (!population && elements.size() < 2)) return Value::null();
  const std::optional<std::vector<Decimal>> numbers = numbers_of(context, elements);
  if (!numbers) return Value::null();
  const Int128 divisor = static_cast<Int128>(elements.size()) - (population ? 0 : 1);
  return like(context, elements.front(),
              which == Statistic::Variance ? variance_of(*numbers, divisor) : deviation_of(*numbers, divisor));
}

}  // namespace

Value evaluate_count(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  return Value::integer_number(static_cast<std::int32_t>(known_elements(operands[0]).size()));
}

Value evaluate_sum(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  const std::vector<Value> elements = known_elements(operands[0]);
  return elements.empty() ? Value::null() : sum_of(context, elements);
}

Value evaluate_product(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  const std::vector<Value> elements = known_elements(operands[0]);
  if (elements.empty()) return Value::null();
  Value product = elements.front();
  for (const Value& element : std::span(elements).subspan(1)) {
    product = multiply_numbers(context, product, element);
    if (product.is_null()) break;
  }
  return product;
}

Value evaluate_min(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  return extreme(context, operands[0], false);
}

Value evaluate_max(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  return extreme(context, operands[0], true);
}

Value evaluate_avg(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  const std::vector<Value> elements = known_elements(operands[0]);
  if (elements.empty()) return Value::null();
  const Value sum = sum_of(context, elements);
  if (!is_number(sum)) return Value::null();
  return like(context, sum, divide(decimal_of(sum), Decimal{static_cast<Int128>(elements.size()), 0}));
}

Value evaluate_median(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  const std::vector<Value> elements = known_elements(operands[0]);
  if (elements.empty()) return Value::null();
  std::optional<std::vector<Decimal>> numbers = numbers_of(context, elements);
  if (!numbers) return Value::null();
  std::sort(numbers->begin(), numbers->end(), [](const Decimal& a, const Decimal& b) { return compare(a, b) < 0; });
  const std::size_t middle = numbers->size() / 2;
  if (numbers->size() % 2 != 0) return like(context, elements.front(), (*numbers)[middle]);
  const std::optional<Decimal> sum = add((*numbers)[middle - 1], (*numbers)[middle]);
  return like(context, elements.front(), sum ? divide(*sum, Decimal{2, 0}) : std::nullopt);
}

Value evaluate_mode(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  const std::vector<Value> elements = known_elements(operands[0]);
  Value best;
  std::ptrdiff_t most = 0;
  for (const Value& element : elements) {
    const std::ptrdiff_t times = std::count_if(elements.begin(), elements.end(), [&](const Value& other) {
      return equal(element, other, context.comparison()).is_true;
    });
    if (times > most) {
      most = times;
      best = element;
    }
  }
  return best;
}

Value evaluate_variance(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  return statistic(context, operands[0], Statistic::Variance, false);
}

Value evaluate_population_variance(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  return statistic(context, operands[0], Statistic::Variance, true);
}

Value evaluate_std_dev(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  return statistic(context, operands[0], Statistic::Deviation, false);
}

Value evaluate_population_std_dev(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  return statistic(context, operands[0], Statistic::Deviation, true);
}

Value evaluate_geometric_mean(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  const std::vector<Value> elements = known_elements(operands[0]);
  if (elements.empty()) return Value::null();
  const std::optional<std::vector<Decimal>> numbers = numbers_of(context, elements);
  return numbers ? like(context, elements.front(), geometric_mean(*numbers)) : Value::null();
}

Value evaluate_all_true(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  const std::vector<Value> elements = known_elements(operands[0]);
  return Value::boolean(std::all_of(elements.begin(), elements.end(), [](const Value& v) { return v.is_true(); }));
}

Value evaluate_any_true(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  const std::vector<Value> elements = known_elements(operands[0]);
  return Value::boolean(std::any_of(elements.begin(), elements.end(), [](const Value& v) { return v.is_true(); }));
}

}  // namespace calx
