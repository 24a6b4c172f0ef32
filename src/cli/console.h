#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "calx/result.h"

namespace calx::cli {

/// What the process ends with (docs/results.md).
namespace exit_code {
inline constexpr int kDone = 0;
inline constexpr int kMistakes = 1;  // in the guideline, or failed cases
inline constexpr int kWrongUse = 2;
inline constexpr int kUnreadableRecord = 3;
inline constexpr int kBroken = 70;  // out of memory, or our own fault
}  // namespace exit_code

void print(std::string_view text);
/// "calx: ..." on standard error.
void complain(std::string_view message);
void print_error(std::string_view text);

/// Colour only on a terminal, and never when NO_COLOR is set (no-color.org).
bool has_colour();
/// Columns of the terminal, at most 120; 100 when standard output is none.
std::size_t output_width();

/// The text in colour if there is any: "31" red, "32" green, "1" bold.
std::string painted(std::string_view text, std::string_view colour);

}  // namespace calx::cli
