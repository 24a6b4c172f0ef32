#include <algorithm>
#include <string>

#include "cql/parser_state.h"

// The phrases between two operands: `starts 3 days or more before day of end`. Words that matter nowhere else (on,
// less, more, than, included) are ordinary names to the lexer.

namespace calx::cql {
namespace {

struct PrecisionWord {
  TokenKind singular;
  TokenKind plural;
  Precision precision;
};

constexpr PrecisionWord kPrecisions[] = {
    {TokenKind::KeywordYear, TokenKind::KeywordYears, Precision::Year},
    {TokenKind::KeywordMonth, TokenKind::KeywordMonths, Precision::Month},
    {TokenKind::KeywordWeek, TokenKind::KeywordWeeks, Precision::Week},
    {TokenKind::KeywordDay, TokenKind::KeywordDays, Precision::Day},
    {TokenKind::KeywordHour, TokenKind::KeywordHours, Precision::Hour},
    {TokenKind::KeywordMinute, TokenKind::KeywordMinutes, Precision::Minute},
    {TokenKind::KeywordSecond, TokenKind::KeywordSeconds, Precision::Second},
    {TokenKind::KeywordMillisecond, TokenKind::KeywordMilliseconds, Precision::Millisecond},
};

constexpr TokenKind kPhraseWords[] = {
    TokenKind::KeywordStarts, TokenKind::KeywordEnds,     TokenKind::KeywordOccurs,   TokenKind::KeywordSame,
    TokenKind::KeywordBefore, TokenKind::KeywordAfter,    TokenKind::KeywordWithin,   TokenKind::KeywordDuring,
    TokenKind::KeywordMeets,  TokenKind::KeywordOverlaps, TokenKind::KeywordIncludes, TokenKind::KeywordProperly,
};

// What may follow `starts`, `ends` or `occurs` when it says which boundary of the left operand is meant.
constexpr TokenKind kBoundaryPhraseWords[] = {
    TokenKind::KeywordSame,   TokenKind::KeywordBefore, TokenKind::KeywordAfter,
    TokenKind::KeywordWithin, TokenKind::KeywordDuring, TokenKind::KeywordProperly,
};

bool among(std::span<const TokenKind> kinds, TokenKind kind) {
  return std::ranges::find(kinds, kind) != kinds.end();
}

bool is_number(TokenKind kind) {
  return kind == TokenKind::Integer || kind == TokenKind::Decimal;
}

}  // namespace

std::optional<Precision> Parser::singular_precision_at(std::size_t ahead) const {
  auto row = std::ranges::find(kPrecisions, kind(ahead), &PrecisionWord::singular);
  if (row == std::end(kPrecisions)) return std::nullopt;
  return row->precision;
}

std::optional<Precision> Parser::plural_precision_at(std::size_t ahead) const {
  auto row = std::ranges::find(kPrecisions, kind(ahead), &PrecisionWord::plural);
  if (row == std::end(kPrecisions)) return std::nullopt;
  return row->precision;
}

std::optional<Precision> Parser::precision_at(std::size_t ahead) const {
  auto singular = singular_precision_at(ahead);
  return singular ? singular : plural_precision_at(ahead);
}

// `on or`, `less than`, `more than`, `included in`, or the number of `3 days before`.
bool Parser::at_phrase_name(std::size_t ahead) const {
  if (kind(ahead) == TokenKind::Identifier) {
    return (at_word("included", ahead) && kind(ahead + 1) == TokenKind::KeywordIn) ||
           (at_word("on", ahead) && kind(ahead + 1) == TokenKind::KeywordOr) ||
           ((at_word("less", ahead) || at_word("more", ahead)) && at_word("than", ahead + 1));
  }
  if (!is_number(kind(ahead))) return false;
  TokenKind next = kind(ahead + 1);
  return next == TokenKind::String || precision_at(ahead + 1) || next == TokenKind::KeywordOr ||
         next == TokenKind::KeywordBefore || next == TokenKind::KeywordAfter || at_word("on", ahead + 1);
}

bool Parser::at_timing_phrase() const {
  return among(kPhraseWords, kind()) || at_phrase_name(0);
}

const Expression* Parser::timing(const Expression* left, std::size_t begin) {
  auto* node = make<Timing>();
  node->left = left;
  std::size_t phrase = token().begin;
  timing_phrase(*node);
  node->op_span = span_from(phrase);
  node->right = parse(tighter(Binding::Timing));
  return finish(node, begin);
}

void Parser::timing_phrase(Timing& node) {
  bool boundary = false;
  if (at(TokenKind::KeywordStarts) || at(TokenKind::KeywordEnds) || at(TokenKind::KeywordOccurs)) {
    bool start = at(TokenKind::KeywordStarts);
    bool occurs = at(TokenKind::KeywordOccurs);
    boundary = among(kBoundaryPhraseWords, kind(1)) || at_phrase_name(1);
    advance();
    if (!boundary && !occurs) {
      node.relation = start ? TimingRelation::Starts : TimingRelation::Ends;
      return precision_of(node.precision);
    }
    if (!occurs) node.left_boundary = start ? Boundary::Start : Boundary::End;
    boundary = true;
  }
  node.properly = accept(TokenKind::KeywordProperly);
  bool included = at_word("included");
  if (at(TokenKind::KeywordDuring) || included) {
    advance();
    if (included) expect(TokenKind::KeywordIn, " after 'included'");
    node.relation = TimingRelation::IncludedIn;
    return precision_of(node.precision);
  }
  if (accept(TokenKind::KeywordWithin)) {
    node.relation = TimingRelation::Within;
    node.offset = quantity("the distance, such as 3 days");
    expect(TokenKind::KeywordOf, " after the distance");
    return right_boundary(node);
  }
  if (!boundary && accept(TokenKind::KeywordIncludes)) {
    node.relation = TimingRelation::Includes;
    precision_of(node.precision);
    return right_boundary(node);
  }
  if (node.properly) {
    return fail(
        DiagnosticKind::InvalidTimingPhrase,
        "'properly' goes with includes, during, included in, within and between, not with " + describe(token()));
  }
  if (accept(TokenKind::KeywordSame)) return same_phrase(node);
  bool meets = at(TokenKind::KeywordMeets);
  if (!boundary && (meets || at(TokenKind::KeywordOverlaps))) {
    advance();
    node.relation = meets ? TimingRelation::Meets : TimingRelation::Overlaps;
    if (accept(TokenKind::KeywordBefore)) {
      node.relation = meets ? TimingRelation::MeetsBefore : TimingRelation::OverlapsBefore;
    } else if (accept(TokenKind::KeywordAfter)) {
      node.relation = meets ? TimingRelation::MeetsAfter : TimingRelation::OverlapsAfter;
    }
    return precision_of(node.precision);
  }
  before_or_after_phrase(node);
}

void Parser::same_phrase(Timing& node) {
  if (auto precision = singular_precision_at(0)) {
    node.precision = precision;
    advance();
  }
  if (accept(TokenKind::KeywordAs)) {
    node.relation = TimingRelation::SameAs;
  } else if (at(TokenKind::KeywordOr) && kind(1) == TokenKind::KeywordBefore) {
    node.relation = TimingRelation::SameOrBefore;
    advance();
    advance();
  } else if (at(TokenKind::KeywordOr) && kind(1) == TokenKind::KeywordAfter) {
    node.relation = TimingRelation::SameOrAfter;
    advance();
    advance();
  } else {
    return fail(DiagnosticKind::InvalidTimingPhrase,
                "expected 'as', 'or before' or 'or after' after 'same', found " + found());
  }
  right_boundary(node);
}

// The number with its `or more`, `or less`, `less than`, `more than`.
void Parser::timing_offset(Timing& node) {
  if (is_number(kind())) {
    node.offset = quantity("a quantity");
    if (!at(TokenKind::KeywordOr)) return;
    if (at_word("more", 1)) {
      node.offset_qualifier = OffsetQualifier::OrMore;
    } else if (at_word("less", 1)) {
      node.offset_qualifier = OffsetQualifier::OrLess;
    } else {
      advance();
      return fail(DiagnosticKind::InvalidTimingPhrase,
                  "expected 'more' or 'less' after the quantity and 'or', found " + found());
    }
    advance();
    advance();
  } else if ((at_word("less") || at_word("more")) && at_word("than", 1)) {
    node.offset_qualifier = at_word("less") ? OffsetQualifier::LessThan : OffsetQualifier::MoreThan;
    advance();
    advance();
    node.offset = quantity("a quantity such as 3 days");
  }
}

void Parser::before_or_after_phrase(Timing& node) {
  timing_offset(node);
  if (at_word("on") && kind(1) == TokenKind::KeywordOr) {
    node.or_on = true;
    advance();
    advance();
  }
  if (!at(TokenKind::KeywordBefore) && !at(TokenKind::KeywordAfter)) {
    return fail(DiagnosticKind::InvalidTimingPhrase, "expected 'before' or 'after', found " + found());
  }
  node.relation = at(TokenKind::KeywordBefore) ? TimingRelation::Before : TimingRelation::After;
  advance();
  if (!node.or_on && at(TokenKind::KeywordOr) && at_word("on", 1)) {
    node.or_on = true;
    advance();
    advance();
  }
  precision_of(node.precision);
  right_boundary(node);
}

// `day of`
void Parser::precision_of(std::optional<Precision>& precision) {
  if (kind(1) != TokenKind::KeywordOf) return;
  auto plural = plural_precision_at(0);
  if (plural) {
    diagnostics_
        .report(DiagnosticKind::ExpectedUnit, span(token()), "a precision stands in the singular, found " + found())
        .hint("write " + std::string(text(token()).substr(0, token().length - 1)) + " of");
  }
  auto found = precision_at(0);
  if (!found) return;
  precision = found;
  advance();
  advance();
}

// `start` or `end` before the right operand. `start of x` is an operand, and a lone `start` may be a name.
void Parser::right_boundary(Timing& node) {
  if (!at(TokenKind::KeywordStart) && !at(TokenKind::KeywordEnd)) return;
  TokenKind next = kind(1);
  bool operand_follows = is_plain_name(next) || next == TokenKind::LeftParenthesis || next == TokenKind::LeftBrace ||
                         next == TokenKind::KeywordInterval || next == TokenKind::This || next == TokenKind::Date ||
                         next == TokenKind::DateTime || next == TokenKind::Time || next == TokenKind::Percent;
  // `f(start (x))` cannot be told from a call; the grammar prefers the boundary as well.
  if (!operand_follows || at_declaration(1)) return;
  node.right_boundary = at(TokenKind::KeywordStart) ? Boundary::Start : Boundary::End;
  advance();
}

}  // namespace calx::cql
