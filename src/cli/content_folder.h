#pragma once

#include <optional>
#include <string>

#include "calx/result.h"

namespace calx::cli {

/// The folder of the guideline to use: `guideline` when given, else the only one below the content folder, which is
/// `content`, or the environment's CALX_CONTENT, or ./content, or that of the source tree or installation which the
/// running binary belongs to.
Result<std::string> find_guideline(const std::optional<std::string>& guideline,
                                   const std::optional<std::string>& content);

}  // namespace calx::cli
