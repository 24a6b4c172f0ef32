#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "diagnostics/source_text.h"

namespace calx::cql {

enum class TokenKind : std::uint8_t {
#define CALX_TOKEN(kind, description) kind,
#define CALX_PUNCTUATION(kind, text) kind,
#define CALX_KEYWORD(kind, text, use) kind,
#include "cql/tokens.def"
};

/// Whether a word may also be a name.
enum class WordUse : std::uint8_t {
  NotAWord,  ///< punctuation, literals
  Name,      ///< keyword, and a name where the grammar leaves no doubt
  Reserved,  ///< keyword only; quoted it is a name
};

std::string_view token_kind_name(TokenKind kind);
/// For messages: the text in quotes, or the description.
std::string token_kind_description(TokenKind kind);
WordUse word_use(TokenKind kind);

struct Token {
  TokenKind kind = TokenKind::EndOfText;
  std::uint32_t begin = 0;
  std::uint32_t length = 0;

  std::uint32_t end() const { return begin + length; }
};

/// With its signs. `before` is the index of the token that follows it.
struct Comment {
  std::uint32_t begin = 0;
  std::uint32_t length = 0;
  std::uint32_t before = 0;
};

/// All tokens of one text in order, the last one EndOfText; comments aside, for documentation and the formatter.
struct Tokens {
  std::vector<Token> tokens;
  std::vector<Comment> comments;
};

}  // namespace calx::cql
