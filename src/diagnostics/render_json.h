#pragma once

#include <string>
#include <string_view>

#include "diagnostics/diagnostics.h"
#include "diagnostics/source_text.h"

namespace calx {

/// `{"format":1,"diagnostics":[{code, kind, severity, message, file, start, end, labels, hint}],"suppressed":n}`, in
/// the order of their places. Lines and columns count from 1, columns in code points; a diagnostic without a place has
/// none.
std::string render_json(const Diagnostics& diagnostics, const SourceSet& sources);

/// SARIF 2.1.0: one run of the tool `calx`, with a rule for every kind that was reported.
std::string render_sarif(const Diagnostics& diagnostics, const SourceSet& sources, std::string_view version);

}  // namespace calx
