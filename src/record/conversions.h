#pragma once

#include "base/arena.h"
#include "model/types.h"
#include "terminology/terminology.h"
#include "units/unit_table.h"
#include "values/value.h"

namespace calx {

struct ConversionContext {
  Arena& arena;
  UnitTable& units;
  const Types& types;
  const Terminology& terminology;
};

/// What the library FHIRHelpers 4.0.1 makes of a FHIR value; `target` is Types::system_conversion of its type.
///
///   primitive        the System value without its origin (of one with extensions: its value)
///   Coding           Code, with the CodeId that the terminology knows
///   CodeableConcept  Concept, its text as display
///   Quantity         Quantity; a comparator makes it a failure. Unit: the code, else the unit text, else '1'; of a
///                    unit system other than UCUM the unit text. Durations become calendar units ('a' -> 'year').
///   Period           Interval<DateTime>, closed; open at the start when the start is missing (unknown, not unbounded)
///   Range            Interval<Quantity>, closed
///   Ratio            Ratio; null when an end is missing
///
/// Null stays null, a failure stays a failure, and a value of another type (a choice held something else) is null.
Value to_system(const Value& fhir_value, TypeId target, const ConversionContext& context);

}  // namespace calx
