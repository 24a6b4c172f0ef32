#pragma once

#include <cstdint>
#include <string>

#include "diagnostics/diagnostics.h"
#include "diagnostics/source_text.h"

namespace calx {

enum class Colour : std::uint8_t { Off, On };

/// `name:line:column: error[CALX1101]: message`, the source line, a caret underline, labels and hint.
std::string render_text(const Diagnostic& diagnostic, const SourceSet& sources, Colour colour);

/// All of them in the order of their places, then one line with how many were left out, if any.
std::string render_text(const Diagnostics& diagnostics, const SourceSet& sources, Colour colour);

}  // namespace calx
