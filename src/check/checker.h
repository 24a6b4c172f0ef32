#pragma once

#include <functional>
#include <string_view>

#include "base/arena.h"
#include "cql/ast.h"
#include "diagnostics/diagnostics.h"
#include "diagnostics/source_text.h"
#include "model/types.h"
#include "plan/typed_library.h"
#include "terminology/terminology.h"
#include "units/unit_table.h"

namespace calx {

/// Conversions that CQL leaves to the environment (CQL 1.5.3, Developer's Guide "Promotion and Demotion"): off, since
/// they hide mistakes.
struct Promotions {
  bool list_promotion = false;      // a value becomes the list of itself
  bool list_demotion = false;       // singleton from, implied
  bool interval_promotion = false;  // a point becomes the interval that holds it alone
  bool interval_demotion = false;   // point from, implied
};

/// What checking reads and adds to: types and units made by the text, codes it mentions, and the arena that outlives
/// the program. One compilation, one thread.
struct CheckContext {
  Types& types;
  Terminology& terminology;
  UnitTable& units;
  Arena& arena;
  Diagnostics& diagnostics;
  /// A retrieve of a profile's class keeps only resources that claim the profile in meta.profile.
  bool check_profiles = false;
  Promotions promotions = {};
};

/// Finds a library that was checked before, by the name an include writes; null when there is none.
using LibraryFinder = std::function<const TypedLibrary*(std::string_view name, std::string_view version)>;

/// Resolves every name, type, overload and conversion of a library. Every mistake is reported; the result may be run
/// only when none was an error.
TypedLibrary check_library(const cql::Library& library, const LibraryFinder& find_library, const CheckContext& context);

/// The names of the libraries that a text includes and that are not built in (FHIRHelpers is).
bool is_native_library(std::string_view name);

}  // namespace calx
