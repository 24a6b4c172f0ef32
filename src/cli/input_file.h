#pragma once

#include <cstdint>
#include <string>

#include "calx/result.h"

namespace calx::cli {

/// Largest file that is read whole: what the JSON reader can address.
inline constexpr std::uint64_t kLargestFile = (std::uint64_t{4} << 30) - 64;

/// The bytes of a file, or of standard input for "-". The size is looked at before anything is read.
Result<std::string> read_file(const std::string& path);

}  // namespace calx::cli
