#pragma once

#include <string>
#include <string_view>

#include "base/arena.h"
#include "check/checker.h"
#include "cql/ast.h"
#include "diagnostics/diagnostics.h"
#include "diagnostics/source_text.h"
#include "model/types.h"
#include "plan/typed_library.h"
#include "units/unit_table.h"

namespace calx {

/// What the writer looks up besides the library: the libraries that it includes, types, units, and the texts that spans
/// point into (null: no locators are written).
struct ElmWriteContext {
  const LibraryFinder& find_library;
  const Types& types;
  const UnitTable& units;
  const SourceSet* sources = nullptr;
};

/// One library as ELM JSON (schema r1). Every name of it is declared in it; FHIR conversions become calls of
/// FHIRHelpers.
std::string write_elm(const TypedLibrary& library, const ElmWriteContext& context);

/// Whether a text is meant as ELM JSON: an object with a member `library`.
bool looks_like_elm(std::string_view text);

/// ELM JSON as the Ast of the CQL that means the same, so that the checker gives it types, overloads and conversions as
/// it does to text. Nodes live in `arena`, text in it points into `source` or `arena`. Spans point to the locator of a
/// node, or to the node itself. Every mistake is in `diagnostics`, with the JSON path where it is of the form.
cql::Library read_elm_syntax(const SourceText& source, Arena& arena, Diagnostics& diagnostics);

/// The same, checked. Libraries that it includes are checked before and found by `find_library`.
TypedLibrary read_elm(const SourceText& source, const LibraryFinder& find_library, const CheckContext& context);

}  // namespace calx
