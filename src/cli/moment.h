#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace calx::cli {

/// The clock, in local time with its offset: "2026-01-15T12:00:00+01:00".
std::string current_moment();

/// A moment that the engine takes: a date alone means the end of that day (what was recorded on it counts), a missing
/// offset is that of local time on the day, or `offset` when given. Anything else is left as it is, for the engine to
/// judge.
std::string complete_moment(std::string_view text, std::optional<std::string_view> offset = std::nullopt);

}  // namespace calx::cli
