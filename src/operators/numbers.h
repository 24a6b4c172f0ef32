#pragma once

#include "operators/operator.h"

namespace calx {

// Arithmetic on two numbers or quantities of any mix, none of them null. The wider type decides; overflow, division
// by zero and units that do not fit give null. Uncertain counts are added, subtracted and multiplied end by end.
Value add_numbers(const OperatorContext& context, const Value& a, const Value& b);
Value subtract_numbers(const OperatorContext& context, const Value& a, const Value& b);
Value multiply_numbers(const OperatorContext& context, const Value& a, const Value& b);
Value divide_numbers(const OperatorContext& context, const Value& a, const Value& b);

/// Two Integer values low <= high: one Integer when they are the same, an uncertain count otherwise.
Value integer_range(const OperatorContext& context, std::int64_t low, std::int64_t high);

bool is_number(const Value& value);  // Integer, Long, Decimal, Quantity

}  // namespace calx
