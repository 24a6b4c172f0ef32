#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cql/token.h"
#include "diagnostics/diagnostics.h"
#include "diagnostics/source_text.h"

namespace calx::cql {

/// Cuts the text into tokens. What cannot be read is reported once and becomes a Bad token or the nearest good one.
Tokens lex(const SourceText& source, Diagnostics& diagnostics);

/// The value of a string or of a quoted or delimited name: without quotes, escapes replaced. Bad escapes were
/// reported by lex().
std::string unescape(std::string_view quoted);

/// The text in quotes with everything escaped that needs it: what unescape() undoes.
std::string escape(std::string_view value, char quote);

/// Whether the text is a name that can do without quotes, given the keywords that its place allows: NotAWord none,
/// Name those that are no reserved words, Reserved all.
bool is_plain_word(std::string_view text, WordUse allowed);

}  // namespace calx::cql
