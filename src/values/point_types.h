#pragma once

#include <optional>

#include "base/arena.h"
#include "values/value.h"
#include "values/wide_integer.h"

namespace calx {

// The steps of the types that intervals are made of (CQL 1.5.3, Successor, Predecessor, Minimum, Maximum): 1 for
// Integer and Long, 10^-8 for Decimal and Quantity (its unit stays), the value's own precision for dates and times.

/// Nothing at the end of the type's range and for values of types without steps.
std::optional<Value> successor(const Value& value, Arena& arena);
std::optional<Value> predecessor(const Value& value, Arena& arena);

/// The same without an arena: a wide coefficient is put in `wide`, which the result then points to.
std::optional<Value> successor(const Value& value, Int128& wide);
std::optional<Value> predecessor(const Value& value, Int128& wide);

/// Quantities are of unit '1', date-times of the request's offset. Nothing for types without steps.
std::optional<Value> minimum_value(Kind kind);
std::optional<Value> maximum_value(Kind kind);

}  // namespace calx
