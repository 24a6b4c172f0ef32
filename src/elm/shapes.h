#pragma once

#include <string_view>

namespace calx {

/// Where an operator node of ELM keeps its operands: the names of its members in the order of the operator table,
/// separated by commas. Most nodes have one member `operand`, an object for one and an array for several; those are
/// not listed and have none.
struct ElmShape {
  std::string_view node;
  std::string_view members;
};

const ElmShape* find_elm_shape(std::string_view node);

/// ELM nodes with one `operand` object. All other nodes without a shape have an array.
bool is_unary_elm(std::string_view node);

inline constexpr std::string_view kElmSystem = "urn:hl7-org:elm-types:r1";
inline constexpr std::string_view kElmFhir = "http://hl7.org/fhir";

}  // namespace calx
