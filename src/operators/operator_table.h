#pragma once

#include <span>
#include <string_view>

#include "operators/operator.h"

namespace calx {

/// The rows of one CQL name, in the order of the table; none when the table does not have the name.
std::span<const OperatorId> overloads(std::string_view name);

}  // namespace calx
