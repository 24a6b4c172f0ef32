#include "values/wide_integer.h"

#include "base/check.h"

namespace calx {

UInt256 multiply_wide(UInt128 a, UInt128 b) {
  constexpr UInt128 kLowMask = 0xFFFFFFFFFFFFFFFFU;
  const UInt128 a_low = a & kLowMask;
  const UInt128 a_high = a >> 64;
  const UInt128 b_low = b & kLowMask;
  const UInt128 b_high = b >> 64;
  const UInt128 low = a_low * b_low;
  const UInt128 middle = a_high * b_low + (low >> 64);  // at most 2^128 - 2^64: no carry is lost
  const UInt128 middle_low = (middle & kLowMask) + a_low * b_high;
  UInt256 product;
  product.low = (middle_low << 64) | (low & kLowMask);
  product.high = a_high * b_high + (middle >> 64) + (middle_low >> 64);
  return product;
}

UInt256 divide_rounded(const UInt256& dividend, UInt128 divisor) {
  CALX_DCHECK(divisor != 0 && (divisor >> 127) == 0, "a divisor is positive and leaves room for one shift");
  UInt256 quotient;
  UInt128 remainder = 0;
  if (dividend.high == 0) {
    quotient.low = dividend.low / divisor;
    remainder = dividend.low % divisor;
  } else {
    quotient.high = dividend.high / divisor;
    remainder = dividend.high % divisor;
    for (int bit = 127; bit >= 0; --bit) {
      remainder = (remainder << 1) | ((dividend.low >> bit) & 1);
      if (remainder >= divisor) {
        remainder -= divisor;
        quotient.low |= static_cast<UInt128>(1) << bit;
      }
    }
  }
  if (remainder >= divisor - remainder) {
    quotient.low += 1;
    if (quotient.low == 0) quotient.high += 1;
  }
  return quotient;
}

}  // namespace calx
