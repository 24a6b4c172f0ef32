#include "cql/parser.h"

#include <algorithm>
#include <utility>

#include "cql/lexer.h"
#include "cql/parser_state.h"

namespace calx::cql {

Parser::Parser(const SourceText& source, Diagnostics& diagnostics)
    : source_(source), text_(source.text()), diagnostics_(diagnostics), tokens_(lex(source, diagnostics)) {
  end_ = tokens_.tokens.back();
}

const Token& Parser::token(std::size_t ahead) const {
  if (failed_) return end_;
  return tokens_.tokens[std::min(at_ + ahead, tokens_.tokens.size() - 1)];
}

bool Parser::at_word(std::string_view word, std::size_t ahead) const {
  const Token& found = token(ahead);
  return found.kind == TokenKind::Identifier && text(found) == word;
}

void Parser::advance() {
  if (!failed_ && at_ + 1 < tokens_.tokens.size()) ++at_;
}

bool Parser::accept(TokenKind wanted) {
  if (!at(wanted)) return false;
  advance();
  return true;
}

bool Parser::accept_word(std::string_view word) {
  if (!at_word(word)) return false;
  advance();
  return true;
}

bool Parser::expect(TokenKind wanted, std::string_view after) {
  if (accept(wanted)) return true;
  fail_expected(token_kind_description(wanted) + std::string(after));
  return false;
}

bool Parser::expect_word(std::string_view word, std::string_view after) {
  if (accept_word(word)) return true;
  fail_expected("'" + std::string(word) + "'" + std::string(after));
  return false;
}

bool Parser::expect_close(TokenKind wanted, const Token& open) {
  if (accept(wanted)) return true;
  if (failed_) return false;
  bool ended = at(TokenKind::EndOfText) || at_declaration();
  std::string message = ended ? describe(open) + " is never closed: expected " : "expected ";
  message += token_kind_description(wanted) + (ended ? ", found " : " or an operator, found ") + found();
  auto kind_of = ended ? DiagnosticKind::UnclosedBracket : DiagnosticKind::UnexpectedToken;
  if (!at(TokenKind::Bad)) diagnostics_.report(kind_of, place(), message).label(span(open), "opened here");
  failed_ = true;
  return false;
}

std::string Parser::describe(const Token& found) const {
  constexpr std::size_t kLongest = 40;
  if (found.kind == TokenKind::EndOfText) return token_kind_description(found.kind);
  if (found.kind == TokenKind::String)
    return found.length > kLongest ? "a string" : "the string " + std::string(text(found));
  if (found.length > kLongest) return token_kind_description(found.kind);
  std::string_view written = text(found);
  if (found.kind == TokenKind::QuotedIdentifier || found.kind == TokenKind::DelimitedIdentifier) {
    return std::string(written);
  }
  return "'" + std::string(written) + "'";
}

Span Parser::span_from(std::size_t begin) const {
  std::size_t end = at_ > 0 ? tokens_.tokens[at_ - 1].end() : 0;
  return source_.span(begin, end > begin ? end - begin : 0);
}

void Parser::fail_at(DiagnosticKind kind, Span place, std::string message, std::string hint) {
  if (failed_) return;
  failed_ = true;
  auto report = diagnostics_.report(kind, place, std::move(message));
  if (!hint.empty()) report.hint(std::move(hint));
}

void Parser::fail(DiagnosticKind kind, std::string message, std::string hint) {
  if (failed_) return;
  // An unreadable character has been reported by the lexer; what follows from it is no second mistake.
  if (at(TokenKind::Bad)) {
    failed_ = true;
    return;
  }
  fail_at(kind, place(), std::move(message), std::move(hint));
}

// Where something is missing at the end of a declaration, the place is behind its last token, not in the next one.
Span Parser::place() const {
  bool ended = at(TokenKind::EndOfText) || at_declaration();
  return ended && at_ > 0 ? source_.span(tokens_.tokens[at_ - 1].end(), 0) : span(token());
}

std::string Parser::found() const {
  return at_declaration() ? "the next declaration" : describe(token());
}

void Parser::fail_expected(std::string_view expected, std::string hint) {
  fail(DiagnosticKind::UnexpectedToken, "expected " + std::string(expected) + ", found " + found(), std::move(hint));
}

const Expression* Parser::invalid() {
  auto* node = make<Invalid>();
  node->span = source_.span(tokens_.tokens[at_].begin, 0);
  return node;
}

const TypeSpecifier* Parser::invalid_type() {
  auto* node = make<InvalidType>();
  node->span = source_.span(tokens_.tokens[at_].begin, 0);
  return node;
}

bool Parser::complete(Node& node, std::size_t begin) {
  node.span = span_from(begin);
  std::uint16_t deepest = 0;
  for_each_child(node, [&](const Node& child) { deepest = std::max(deepest, child.depth); });
  node.depth = static_cast<std::uint16_t>(deepest + 1);
  if (node.depth <= kMaximumDepth) return true;
  fail_at(DiagnosticKind::NestingTooDeep, source_.span(begin, 0),
          "this is nested more than " + std::to_string(kMaximumDepth) + " levels deep", "name parts of it in defines");
  return false;
}

const Expression* Parser::finish(Expression* node, std::size_t begin) {
  return complete(*node, begin) ? node : invalid();
}

const TypeSpecifier* Parser::finish_type(TypeSpecifier* node, std::size_t begin) {
  return complete(*node, begin) ? node : invalid_type();
}

std::span<const Expression* const> Parser::take_operands(std::size_t mark) {
  std::span<const Expression* const> pending(operands_.data() + mark, operands_.size() - mark);
  auto kept = arena_->copy(pending);
  operands_.resize(mark);
  return kept;
}

bool Parser::is_plain_name(TokenKind kind) {
  return kind == TokenKind::Identifier || kind == TokenKind::QuotedIdentifier || kind == TokenKind::DelimitedIdentifier;
}

bool Parser::is_reference_name(TokenKind kind) {
  return is_plain_name(kind) || word_use(kind) == WordUse::Name;
}

std::string_view Parser::unquoted(const Token& found) {
  std::string_view written = text(found);
  if (written.find('\\') != std::string_view::npos) return arena_->copy(unescape(written));
  // Closed unless the lexer has complained.
  char quote = written.front();
  written.remove_prefix(1);
  if (!written.empty() && written.back() == quote) written.remove_suffix(1);
  return written;
}

Name Parser::name_of(const Token& found) {
  bool quoted = found.kind == TokenKind::QuotedIdentifier || found.kind == TokenKind::DelimitedIdentifier;
  return {quoted ? unquoted(found) : text(found), span(found)};
}

Name Parser::declared_name(std::string_view what) {
  if (is_plain_name(kind())) {
    Name name = name_of(token());
    advance();
    return name;
  }
  if (word_use(kind()) != WordUse::NotAWord && !at_declaration()) {
    Name name = name_of(token());
    diagnostics_
        .report(DiagnosticKind::ReservedWordAsName, name.span,
                "'" + std::string(name.text) + "' is a keyword and cannot be " + std::string(what))
        .hint("in quotes it can: \"" + std::string(name.text) + "\"");
    advance();
    return name;
  }
  fail(DiagnosticKind::ExpectedName, "expected " + std::string(what) + ", found " + found());
  return {{}, source_.span(tokens_.tokens[at_].begin, 0)};
}

Name Parser::reference_name(std::string_view what) {
  if (!is_reference_name(kind()) || (!is_plain_name(kind()) && at_declaration())) return declared_name(what);
  Name name = name_of(token());
  advance();
  return name;
}

Name Parser::function_name() {
  if (word_use(kind()) != WordUse::NotAWord) {
    Name name = name_of(token());
    advance();
    return name;
  }
  return declared_name("the name of a function");
}

QualifiedName Parser::qualified_name(std::string_view what) {
  std::size_t begin = token().begin;
  std::vector<Name> parts;
  do {
    parts.push_back(reference_name(what));
  } while (accept(TokenKind::Dot));
  return {copy(parts), span_from(begin)};
}

Text Parser::string_text(std::string_view what) {
  if (!at(TokenKind::String)) {
    std::string hint;
    if (at(TokenKind::QuotedIdentifier)) hint = "strings stand between single quotes: '";
    fail_expected(std::string(what) + " (a string)", hint);
    return {};
  }
  Text result{unquoted(token()), span(token())};
  advance();
  return result;
}

Text Parser::optional_string_after(TokenKind keyword, std::string_view what) {
  return accept(keyword) ? string_text(what) : Text{};
}

Ast Parser::library() {
  Ast ast;
  arena_ = &ast.arena_;
  auto* library = make<Library>();
  read_library(*library);
  ast.library_ = library;
  return ast;
}

ExpressionAst Parser::expression() {
  ExpressionAst ast;
  arena_ = &ast.arena_;
  comma_taken_ = false;
  ast.root_ = parse();
  if (!at(TokenKind::EndOfText)) fail_expected("an operator or the end of the expression");
  return ast;
}

Ast parse_library(const SourceText& source, Diagnostics& diagnostics) {
  return Parser(source, diagnostics).library();
}

ExpressionAst parse_expression(const SourceText& source, Diagnostics& diagnostics) {
  return Parser(source, diagnostics).expression();
}

}  // namespace calx::cql
