#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "values/wide_integer.h"

namespace calx {

/// A natural number of up to 2,048 bits on the stack: what exact unit factors and their products need. Beyond that it
/// has overflowed, which sticks to everything computed from it; the caller looks before it uses a result.
class Natural {
 public:
  Natural() = default;
  Natural(std::uint64_t value);
  static Natural of(UInt128 value);
  Natural(const Natural& other) { *this = other; }
  Natural& operator=(const Natural& other);

  bool is_zero() const { return size_ == 0 && !overflowed_; }
  bool has_overflowed() const { return overflowed_; }
  std::size_t bits() const;
  std::size_t limbs() const { return size_; }
  std::uint64_t limb(std::size_t index) const { return limbs_[index]; }

  Natural& multiply_by(std::uint64_t factor);
  Natural& multiply_by_power_of_ten(std::size_t exponent);
  Natural& add(std::uint64_t number);
  /// Divides in place and returns the remainder.
  std::uint64_t divide_by(std::uint64_t divisor);
  Natural& shift_right(std::size_t bits);
  Natural& shift_left(std::size_t bits);
  std::size_t trailing_zero_bits() const;

  friend Natural operator*(const Natural& a, const Natural& b);
  friend Natural operator+(const Natural& a, const Natural& b);
  /// a is not less than b.
  friend Natural operator-(const Natural& a, const Natural& b);
  /// -1, 0, 1.
  friend int compare(const Natural& a, const Natural& b);

 private:
  void set_size(std::size_t size);
  void push(std::uint64_t limb);

  static constexpr std::size_t kLimbs = 32;

  std::array<std::uint64_t, kLimbs> limbs_;  // least significant first, only the first size_ are set
  std::size_t size_ = 0;
  bool overflowed_ = false;
};

struct Division {
  Natural quotient;
  Natural remainder;
};
/// The divisor is not zero.
Division divide(const Natural& dividend, const Natural& divisor);
Natural greatest_common_divisor(Natural a, Natural b);

}  // namespace calx
