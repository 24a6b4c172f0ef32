#pragma once

#include <span>

#include "operators/operator.h"

namespace calx {

using Operands = std::span<const Value>;

// The functions that rows name; several rows may share one, as values say what they are.
#define CALX_OPERATOR(id, name, elm, signature, null_rule, can_fail, cost, section, function) \
  Value function(const OperatorContext& context, Operands operands, const OperatorAttributes& attributes);
#include "operators/operators.def"
#undef CALX_OPERATOR

}  // namespace calx
