#pragma once

#include <string>
#include <vector>

#include "formats/json.h"

namespace calx::cli {

/// Where a result is not what a case expects; both sides as JSON or in words.
struct Difference {
  std::string path;  // "Treatments[id T01].verdict"
  std::string expected;
  std::string actual;
};

/// Compares a result with what a case says of it:
///   a text, number, truth or null   equal; a text also equals the code of a Code, a Concept's, or a reference
///   an object                       the keys it lists match
///   an array                        the same number of items, each matching in order
///   {"contains": [...], "excludes": [...], "count": n}   each item is matched by some entry, by none, and how many
///   {"oneOf": [...]}, {"not": x}, {"like": "text"}       like: part of any text inside, whatever the letter case
void compare_expected(const JsonValue& expected, const JsonValue& actual, const std::string& path,
                      std::vector<Difference>& differences);

}  // namespace calx::cli
