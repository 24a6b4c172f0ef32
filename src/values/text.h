#pragma once

#include <string>

#include "values/value.h"

namespace calx {

/// Gives the spelling of a unit; implemented by units/unit_table.h.
class UnitNames {
 public:
  virtual ~UnitNames() = default;
  virtual std::string_view unit_text(UnitId unit) const = 0;
};

/// A value for a person's eyes and for tests, in the manner of CQL selectors: Interval[1, 3), {1, 2}, 5.0 'mg'.
/// Not CQL's ToString (operators) and not the results JSON (engine).
std::string debug_text(const Value& value, const UnitNames& units);

}  // namespace calx
