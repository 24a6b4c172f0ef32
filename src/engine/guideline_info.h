#pragma once

#include "calx/engine.h"
#include "diagnostics/diagnostics.h"
#include "diagnostics/source_text.h"

namespace calx {

/// Reads guideline.json, format 1: id, version, title, library, and optionally notice. The hash is not its business.
GuidelineInfo read_guideline_info(const SourceText& source, Diagnostics& diagnostics);

/// Where guideline.json names the public library.
Span library_span(const SourceText& source);

/// "sha256:..." over path, length and bytes of every file, in the order of the paths.
std::string content_hash(const std::vector<SourceFile>& files);

}  // namespace calx
