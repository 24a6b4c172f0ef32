#include "operators/transcendental.h"

#include <cmath>

namespace calx {

namespace {

#if defined(__SIZEOF_FLOAT128__)
__extension__ using Real = __float128;
#else
using Real = long double;
#endif

Real real_of(const Decimal& decimal) {
  Real scale = 1;
  for (int i = 0; i < decimal.scale; ++i) scale *= 10;
  return static_cast<Real>(decimal.coefficient) / scale;
}

std::optional<Decimal> decimal_from(Real number) {
  constexpr Real kGreatest = 1e20L;
  if (!(number < kGreatest && number > -kGreatest)) return {};
  const Real scaled = number * 1e8L;
  const Real half = 0.5L;
  const Int128 coefficient = static_cast<Int128>(scaled < 0 ? scaled - half : scaled + half);
  return normalize(Decimal{coefficient, kMaximumScale});
}

// Series on a small argument, then squared back: e^x = (e^(x/1024))^1024. The caller keeps x in range.
Real exponential_of(Real x) {
  constexpr int kHalvings = 10;
  Real small = x;
  for (int i = 0; i < kHalvings; ++i) small /= 2;
  Real term = 1;
  Real rest = 0;  // e^small - 1, which keeps the digits that adding 1 would lose
  for (int i = 1; i < 30; ++i) {
    term *= small / static_cast<Real>(i);
    rest += term;
  }
  for (int i = 0; i < kHalvings; ++i) rest = rest * (rest + 2);
  return rest + 1;
}

// A good first guess, and two steps of Halley's method, each of which triples the digits.
Real logarithm_of(Real x) {
  Real y = static_cast<Real>(std::log(static_cast<long double>(x)));
  for (int i = 0; i < 2; ++i) {
    const Real e = exponential_of(y);
    y += 2 * (x - e) / (x + e);
  }
  return y;
}

// Beyond these, results are out of a decimal's range or round to zero.
constexpr Real kGreatestExponent = 47;
constexpr Real kLeastExponent = -47;

std::optional<Decimal> exponential_in_range(Real x) {
  if (x > kGreatestExponent) return {};
  if (x < kLeastExponent) return Decimal{0, 0};
  return decimal_from(exponential_of(x));
}

}  // namespace

std::optional<Decimal> natural_logarithm(const Decimal& number) {
  if (number.coefficient <= 0) return {};
  return decimal_from(logarithm_of(real_of(number)));
}

std::optional<Decimal> logarithm(const Decimal& number, const Decimal& base) {
  if (number.coefficient <= 0 || base.coefficient <= 0 || compare(base, Decimal{1, 0}) == 0) return {};
  return decimal_from(logarithm_of(real_of(number)) / logarithm_of(real_of(base)));
}

std::optional<Decimal> exponential(const Decimal& number) {
  return exponential_in_range(real_of(number));
}

std::optional<Decimal> power(const Decimal& base, const Decimal& exponent) {
  const Decimal whole = normalize(exponent);
  constexpr Int128 kGreatestLoop = 1'000'000;
  if (whole.scale == 0 && whole.coefficient <= kGreatestLoop && whole.coefficient >= -kGreatestLoop) {
    const bool inverse = whole.coefficient < 0;
    Int128 count = inverse ? -whole.coefficient : whole.coefficient;
    if (inverse && base.coefficient == 0) return {};
    Real result = 1;
    Real square = real_of(base);
    while (count != 0) {
      if (count % 2 != 0) result *= square;
      square *= square;
      count /= 2;
    }
    return decimal_from(inverse ? 1 / result : result);
  }
  if (base.coefficient < 0) return {};
  if (base.coefficient == 0) return exponent.coefficient > 0 ? std::optional(Decimal{0, 0}) : std::nullopt;
  return exponential_in_range(real_of(exponent) * logarithm_of(real_of(base)));
}

std::optional<Decimal> geometric_mean(std::span<const Decimal> numbers) {
  Real sum = 0;
  for (const Decimal& number : numbers) {
    if (number.coefficient < 0) return {};
    if (number.coefficient == 0) return Decimal{0, 0};
    sum += logarithm_of(real_of(number));
  }
  if (numbers.empty()) return {};
  return exponential_in_range(sum / static_cast<Real>(numbers.size()));
}

}  // namespace calx
