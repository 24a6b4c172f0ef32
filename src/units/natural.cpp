#include "units/natural.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/check.h"

namespace calx {

Natural::Natural(std::uint64_t value) {
  if (value != 0) push(value);
}

Natural Natural::of(UInt128 value) {
  Natural number;
  number.push(static_cast<std::uint64_t>(value));
  number.push(static_cast<std::uint64_t>(value >> 64));
  number.set_size(number.size_);
  return number;
}

Natural& Natural::operator=(const Natural& other) {
  std::copy_n(other.limbs_.begin(), other.size_, limbs_.begin());
  size_ = other.size_;
  overflowed_ = other.overflowed_;
  return *this;
}

void Natural::set_size(std::size_t size) {
  while (size > 0 && limbs_[size - 1] == 0) --size;
  size_ = size;
}

void Natural::push(std::uint64_t limb) {
  if (size_ == kLimbs) {
    overflowed_ = overflowed_ || limb != 0;
    return;
  }
  limbs_[size_++] = limb;
}

std::size_t Natural::bits() const {
  return size_ == 0 ? 0 : size_ * 64 - static_cast<std::size_t>(std::countl_zero(limbs_[size_ - 1]));
}

Natural& Natural::multiply_by(std::uint64_t factor) {
  UInt128 carry = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    carry += static_cast<UInt128>(limbs_[i]) * factor;
    limbs_[i] = static_cast<std::uint64_t>(carry);
    carry >>= 64;
  }
  if (carry != 0) push(static_cast<std::uint64_t>(carry));
  if (factor == 0) size_ = 0;
  return *this;
}

Natural& Natural::multiply_by_power_of_ten(std::size_t exponent) {
  constexpr std::size_t kStep = 19;  // the greatest power that a limb holds
  for (; exponent >= kStep && size_ != 0; exponent -= kStep) {
    multiply_by(static_cast<std::uint64_t>(power_of_ten(int{kStep})));
    if (overflowed_) return *this;
  }
  if (size_ != 0) multiply_by(static_cast<std::uint64_t>(power_of_ten(static_cast<int>(exponent % kStep))));
  return *this;
}

Natural& Natural::add(std::uint64_t number) {
  for (std::size_t i = 0; i < size_ && number != 0; ++i) {
    limbs_[i] += number;
    number = limbs_[i] < number ? 1 : 0;
  }
  if (number != 0) push(number);
  return *this;
}

std::uint64_t Natural::divide_by(std::uint64_t divisor) {
  UInt128 remainder = 0;
  for (std::size_t i = size_; i-- > 0;) {
    remainder = (remainder << 64) | limbs_[i];
    limbs_[i] = static_cast<std::uint64_t>(remainder / divisor);
    remainder %= divisor;
  }
  set_size(size_);
  return static_cast<std::uint64_t>(remainder);
}

Natural& Natural::shift_right(std::size_t bits) {
  const std::size_t whole = bits / 64;
  const std::size_t part = bits % 64;
  if (whole >= size_) {
    size_ = 0;
    return *this;
  }
  for (std::size_t i = 0; i + whole < size_; ++i) {
    std::uint64_t limb = limbs_[i + whole] >> part;
    if (part != 0 && i + whole + 1 < size_) limb |= limbs_[i + whole + 1] << (64 - part);
    limbs_[i] = limb;
  }
  set_size(size_ - whole);
  return *this;
}

Natural& Natural::shift_left(std::size_t bits) {
  if (size_ == 0) return *this;
  for (; bits >= 32; bits -= 32) multiply_by(std::uint64_t{1} << 32);
  return multiply_by(std::uint64_t{1} << bits);
}

std::size_t Natural::trailing_zero_bits() const {
  std::size_t index = 0;
  while (index < size_ && limbs_[index] == 0) ++index;
  if (index == size_) return index * 64;
  return index * 64 + static_cast<std::size_t>(std::countr_zero(limbs_[index]));
}

Natural operator*(const Natural& a, const Natural& b) {
  Natural product;
  product.overflowed_ = a.overflowed_ || b.overflowed_;
  if (a.size_ == 0 || b.size_ == 0) return product;
  if (a.size_ + b.size_ > Natural::kLimbs) {
    product.overflowed_ = true;
    return product;
  }
  std::fill_n(product.limbs_.begin(), a.size_ + b.size_, std::uint64_t{0});
  for (std::size_t i = 0; i < a.size_; ++i) {
    UInt128 carry = 0;
    for (std::size_t j = 0; j < b.size_; ++j) {
      carry += static_cast<UInt128>(a.limbs_[i]) * b.limbs_[j] + product.limbs_[i + j];
      product.limbs_[i + j] = static_cast<std::uint64_t>(carry);
      carry >>= 64;
    }
    product.limbs_[i + b.size_] = static_cast<std::uint64_t>(carry);
  }
  product.set_size(a.size_ + b.size_);
  return product;
}

Natural operator+(const Natural& a, const Natural& b) {
  Natural sum;
  sum.overflowed_ = a.overflowed_ || b.overflowed_;
  UInt128 carry = 0;
  for (std::size_t i = 0; i < std::max(a.size_, b.size_); ++i) {
    carry += i < a.size_ ? a.limbs_[i] : 0;
    carry += i < b.size_ ? b.limbs_[i] : 0;
    sum.push(static_cast<std::uint64_t>(carry));
    carry >>= 64;
  }
  if (carry != 0) sum.push(static_cast<std::uint64_t>(carry));
  return sum;
}

Natural operator-(const Natural& a, const Natural& b) {
  CALX_DCHECK(compare(a, b) >= 0, "a natural number is not less than what is taken from it");
  Natural difference;
  difference.overflowed_ = a.overflowed_ || b.overflowed_;
  std::uint64_t borrow = 0;
  for (std::size_t i = 0; i < a.size_; ++i) {
    const UInt128 taken = (i < b.size_ ? UInt128{b.limbs_[i]} : UInt128{0}) + borrow;
    borrow = a.limbs_[i] < taken ? 1 : 0;
    difference.limbs_[i] = static_cast<std::uint64_t>(a.limbs_[i] - taken);
  }
  difference.set_size(a.size_);
  return difference;
}

int compare(const Natural& a, const Natural& b) {
  if (a.size_ != b.size_) return a.size_ < b.size_ ? -1 : 1;
  for (std::size_t i = a.size_; i-- > 0;) {
    if (a.limbs_[i] != b.limbs_[i]) return a.limbs_[i] < b.limbs_[i] ? -1 : 1;
  }
  return 0;
}

Division divide(const Natural& dividend, const Natural& divisor) {
  CALX_CHECK(!divisor.is_zero(), "nothing is divided by zero");
  Division division;
  if (divisor.limbs() == 1) {
    division.quotient = dividend;
    division.remainder = Natural(division.quotient.divide_by(divisor.limb(0)));
    return division;
  }
  // The leading bits that are fewer than the divisor's are the first remainder; the others come down one by one.
  const std::size_t bits = dividend.bits();
  const std::size_t first = std::min(bits, divisor.bits() - 1);
  division.remainder = dividend;
  division.remainder.shift_right(bits - first);
  for (std::size_t at = bits - first; at-- > 0;) {
    division.remainder.shift_left(1);
    if (((dividend.limb(at / 64) >> (at % 64)) & 1) != 0) division.remainder.add(1);
    division.quotient.shift_left(1);
    if (compare(division.remainder, divisor) >= 0) {
      division.remainder = division.remainder - divisor;
      division.quotient.add(1);
    }
  }
  return division;
}

Natural greatest_common_divisor(Natural a, Natural b) {
  if (a.is_zero()) return b;
  if (b.is_zero()) return a;
  const std::size_t shared = std::min(a.trailing_zero_bits(), b.trailing_zero_bits());
  a.shift_right(a.trailing_zero_bits());
  while (!b.is_zero()) {
    b.shift_right(b.trailing_zero_bits());
    if (compare(a, b) > 0) std::swap(a, b);
    b = b - a;
  }
  return a.shift_left(shared);
}

}  // namespace calx
