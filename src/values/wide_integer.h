#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace calx {

__extension__ using Int128 = __int128;
__extension__ using UInt128 = unsigned __int128;

/// 10^0 .. 10^38, the powers that 128 signed bits hold.
inline constexpr std::array<Int128, 39> kPowersOfTen = [] {
  std::array<Int128, 39> powers{};
  powers[0] = 1;
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

constexpr Int128 power_of_ten(int exponent) {
  return kPowersOfTen[static_cast<std::size_t>(exponent)];
}

constexpr UInt128 magnitude(Int128 value) {
  return value < 0 ? ~static_cast<UInt128>(value) + 1 : static_cast<UInt128>(value);
}

/// A product of two 128-bit numbers.
struct UInt256 {
  UInt128 high = 0;
  UInt128 low = 0;

  friend constexpr bool operator==(const UInt256&, const UInt256&) = default;
  friend constexpr bool operator<(const UInt256& a, const UInt256& b) {
    return a.high != b.high ? a.high < b.high : a.low < b.low;
  }
};

UInt256 multiply_wide(UInt128 a, UInt128 b);

/// Quotient rounded half up (the caller keeps the sign, so: half away from zero). The divisor is not zero and below
/// 2^127; the caller knows that the quotient may exceed 128 bits and looks at `high`.
UInt256 divide_rounded(const UInt256& dividend, UInt128 divisor);

}  // namespace calx
