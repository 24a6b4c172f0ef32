#pragma once

#include <cstdint>
#include <string>

namespace calx {

/// A mistake of a guideline's author, ready to be shown: `rendered` is the text with the source line and the caret.
struct DiagnosticMessage {
  std::string file;
  std::uint32_t line = 0;    ///< from 1; 0 = the file as a whole
  std::uint32_t column = 0;  ///< in code points, from 1
  std::string code;          ///< "CALX2001"
  std::string severity;      ///< "error", "warning", "unsupported"
  std::string message;
  std::string rendered;
};

}  // namespace calx
