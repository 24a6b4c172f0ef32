#pragma once

#include <string>

#include "model/types.h"
#include "units/unit_table.h"
#include "values/value.h"

namespace calx {

/// How a result's value is written (docs/results.md).
struct ValueJsonOptions {
  bool full_resources = false;  // resources whole, as the record wrote them, instead of as references
};

/// The compact JSON of a value. `failure` is set when a failure is somewhere inside; the text is of no use then.
std::string value_json(const Value& value, const Types& types, const UnitTable& units, const ValueJsonOptions& options,
                       const Failure*& failure);

}  // namespace calx
