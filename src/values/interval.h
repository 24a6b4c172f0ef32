#pragma once

#include "base/arena.h"
#include "values/value.h"
#include "values/wide_integer.h"

namespace calx {

/// Kind of the interval's points as its ends show it; Null when both ends are null.
Kind point_kind_of(const Value& interval);

/// CQL's Start and End: a closed end is itself, and the least or greatest value of the type when it is null; an open
/// end is the next or the previous value, and unknown (null) when it is null. `point_kind` is used when the ends do not
/// show it; when nobody knows, a closed null is unknown too. Null also where an open end has no neighbour in the type.
Value start_of(const Value& interval, Kind point_kind, Arena& arena);
Value end_of(const Value& interval, Kind point_kind, Arena& arena);

/// The same without an arena: a wide coefficient is put in `wide`, which the result then points to.
Value start_of(const Value& interval, Kind point_kind, Int128& wide);
Value end_of(const Value& interval, Kind point_kind, Int128& wide);

}  // namespace calx
