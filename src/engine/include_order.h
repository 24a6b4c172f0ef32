#pragma once

#include <cstddef>
#include <vector>

#include "cql/ast.h"
#include "diagnostics/diagnostics.h"

namespace calx {

/// In which order libraries are checked, so that each comes after those it includes.
struct IncludeOrder {
  std::vector<std::size_t> order;  // indices of the libraries
  std::vector<Span> circular;      // names in include declarations that close a circle; already reported
};

/// Reports circles and libraries of one name. Native libraries and ones that are not there are left to the checker.
IncludeOrder order_by_includes(const std::vector<const cql::Library*>& libraries, Diagnostics& diagnostics);

}  // namespace calx
