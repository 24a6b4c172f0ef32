#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace calx {

// Positions of CQL strings count Unicode code points; texts are UTF-8.

/// Bytes before code point number `index`; nothing when the text has fewer.
std::optional<std::size_t> byte_offset(std::string_view text, std::size_t index);
std::size_t code_point_count(std::string_view text);
/// Case without locale: Latin, Greek and Cyrillic letters that have a single counterpart; all else stays.
std::string upper_case(std::string_view text);
std::string lower_case(std::string_view text);

}  // namespace calx
