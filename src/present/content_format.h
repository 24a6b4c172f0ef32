#pragma once

#include <string_view>

#include "diagnostics/diagnostics.h"
#include "diagnostics/source_text.h"
#include "formats/json.h"

namespace calx {

/// The place of a JSON value in its text.
Span span_of(const JsonValue& value, const SourceText& source);

/// Whether a content file is JSON; reports where it is not.
bool is_json(const SourceText& source, Diagnostics& diagnostics);

/// Parses a content file and looks at its `format`; reports what is wrong and answers Missing then. `document` is where
/// the values live.
JsonValue read_content(const SourceText& source, int format, Result<JsonDocument>& document, Diagnostics& diagnostics);

}  // namespace calx
