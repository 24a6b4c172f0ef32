#pragma once

#include <optional>
#include <string>

#include "calx/engine.h"

namespace calx::cli {

/// A compiled guideline, or the exit code to end with; what went wrong is on standard error then.
struct LoadedGuideline {
  std::optional<Program> program;
  int exit_code = 0;
};

LoadedGuideline load_guideline(const std::string& folder);

}  // namespace calx::cli
