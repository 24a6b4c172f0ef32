#pragma once

#include <string_view>

namespace calx {

// What only other versions of FHIR have, so that a record of such a version is refused by name instead of being half
// understood. Empty = R4 has it, or no version known here.

/// "DSTU2", "STU3", "DSTU2 or STU3", "R4B or R5", "R5".
std::string_view version_of_resource_type(std::string_view resource_type);
/// For an element that R4 does not have.
std::string_view version_of_element(std::string_view type, std::string_view json_key);
/// By the marks that some profiles carry in their URL.
std::string_view version_of_profile(std::string_view url);
/// By a version number: "3.0.2" is STU3; empty for 4.0.x.
std::string_view version_of_number(std::string_view number);

}  // namespace calx
