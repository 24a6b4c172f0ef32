#include <string>
#include <utility>

#include "cql/parser_state.h"

namespace calx::cql {

const Expression* Parser::retrieve() {
  Token open = token();
  advance();
  auto* node = make<Retrieve>();
  std::size_t ahead = 0;
  while (is_reference_name(kind(ahead)) && kind(ahead + 1) == TokenKind::Dot) ahead += 2;
  if (is_reference_name(kind(ahead)) && kind(ahead + 1) == TokenKind::Arrow) {
    std::size_t begin = token().begin;
    node->context = name_or_call();
    while (at(TokenKind::Dot)) node->context = postfix(node->context, begin);
    expect(TokenKind::Arrow, "");
  }
  node->type = named_type();
  if (accept(TokenKind::Colon)) {
    if (at_code_path()) {
      node->code_path = code_path();
      node->comparator = at(TokenKind::KeywordIn) ? CodeComparator::In
                         : at(TokenKind::Equal)   ? CodeComparator::Equal
                                                  : CodeComparator::Equivalent;
      advance();
    }
    node->terminology = parse_inner(true);
  }
  expect_close(TokenKind::RightBracket, open);
  return finish(node, open.begin);
}

bool Parser::at_code_path() const {
  if (!is_reference_name(kind())) return false;
  std::size_t ahead = 1;
  while (true) {
    if (kind(ahead) == TokenKind::Dot && is_reference_name(kind(ahead + 1))) {
      ahead += 2;
    } else if (kind(ahead) == TokenKind::LeftBracket && kind(ahead + 2) == TokenKind::RightBracket) {
      ahead += 3;
    } else {
      break;
    }
  }
  TokenKind found = kind(ahead);
  return found == TokenKind::KeywordIn || found == TokenKind::Equal || found == TokenKind::Tilde;
}

const Expression* Parser::code_path() {
  std::size_t begin = token().begin;
  auto* first = make<Identifier>();
  first->name = reference_name("the name of an element");
  const Expression* path = finish(first, begin);
  while (at(TokenKind::Dot) || at(TokenKind::LeftBracket)) {
    bool literal = kind(1) == TokenKind::Integer || kind(1) == TokenKind::Decimal || kind(1) == TokenKind::String;
    if (at(TokenKind::LeftBracket) && !literal) {
      advance();
      fail_expected("a number or a string: the index in a code path");
      return invalid();
    }
    path = postfix(path, begin);
  }
  return path;
}

// A name after a possible source, unless it is the first word of a phrase.
bool Parser::at_alias() const {
  if (!is_plain_name(kind())) return false;
  bool phrase = (at_word("included") && kind(1) == TokenKind::KeywordIn) ||
                (at_word("on") && kind(1) == TokenKind::KeywordOr) || (at_word("less") && at_word("than", 1)) ||
                (at_word("more") && at_word("than", 1)) || (at_word("such") && at_word("that", 1));
  return !phrase;
}

const Expression* Parser::query_source() {
  std::size_t begin = token().begin;
  if (at(TokenKind::LeftBracket)) return retrieve();
  if (at(TokenKind::LeftParenthesis)) {
    Token open = token();
    advance();
    const Expression* inner = parse_inner(false);
    expect_close(TokenKind::RightParenthesis, open);
    return inner;
  }
  if (!is_reference_name(kind()) || (!is_plain_name(kind()) && at_declaration())) {
    fail(DiagnosticKind::ExpectedExpression,
         "expected a retrieve, a name or an expression in parentheses, found " + found());
    return invalid();
  }
  auto* first = make<Identifier>();
  first->name = reference_name("a name");
  const Expression* source = finish(first, begin);
  if (at(TokenKind::LeftParenthesis)) {
    fail_expected("an alias", "a call as a source stands in parentheses itself");
    return source;
  }
  while (at(TokenKind::Dot)) source = postfix(source, begin);
  return source;
}

AliasedSource Parser::aliased_source(std::string_view clause) {
  AliasedSource result;
  std::size_t begin = token().begin;
  result.source = query_source();
  if (at_alias()) {
    result.alias = declared_name("an alias");
  } else if (word_use(kind()) != WordUse::NotAWord && kind(1) != TokenKind::EndOfText && !at_word("such")) {
    result.alias = declared_name("an alias");
  } else {
    fail(DiagnosticKind::ExpectedName,
         "expected an alias for the source of '" + std::string(clause) + "', found " + found());
    result.alias = {{}, source_.span(tokens_.tokens[at_].begin, 0)};
  }
  result.span = span_from(begin);
  return result;
}

// With `from`, at that word; without, behind the first source.
const Expression* Parser::query(const Expression* first, std::size_t begin, bool from) {
  auto* node = make<Query>();
  std::vector<AliasedSource> sources;
  if (from) {
    advance();
    do {
      sources.push_back(aliased_source("from"));
    } while (accept(TokenKind::Comma));
  } else {
    AliasedSource source;
    source.source = first;
    source.alias = declared_name("an alias");
    source.span = span_from(begin);
    sources.push_back(source);
    // Elsewhere a comma separates the elements of what the query stands in.
    while (!comma_taken_ && accept(TokenKind::Comma)) sources.push_back(aliased_source("from"));
  }
  node->has_from = from || sources.size() > 1;
  node->sources = copy(sources);
  ++open_queries_;
  query_clauses(*node);
  --open_queries_;
  return finish(node, begin);
}

void Parser::query_clauses(Query& query) {
  if (at(TokenKind::KeywordLet)) let_clause(query);
  if (at(TokenKind::KeywordWith) || at(TokenKind::KeywordWithout)) relationships(query);
  if (accept(TokenKind::KeywordWhere)) query.where = parse();
  if (at(TokenKind::KeywordAggregate)) {
    aggregate_clause(query);
  } else if (at(TokenKind::KeywordReturn)) {
    return_clause(query);
  }
  if (at(TokenKind::KeywordSort)) sort_clause(query);
  misplaced_clause();
}

// The clauses have one order; a clause behind its place would otherwise be called an unexpected word. A query inside a
// clause of another ends where it cannot go on: `let x: A a return a.b return x` is two queries.
void Parser::misplaced_clause() {
  if (open_queries_ > 1) return;
  constexpr TokenKind kClauses[] = {TokenKind::KeywordLet,   TokenKind::KeywordWith,   TokenKind::KeywordWithout,
                                    TokenKind::KeywordWhere, TokenKind::KeywordReturn, TokenKind::KeywordAggregate,
                                    TokenKind::KeywordSort};
  for (TokenKind clause : kClauses) {
    if (!at(clause)) continue;
    fail(DiagnosticKind::UnexpectedToken, "'" + std::string(text(token())) + "' stands in the wrong place",
         "the order is: sources, let, with or without, where, then return or aggregate, sort; each once but with");
  }
}

void Parser::let_clause(Query& query) {
  advance();
  std::vector<LetItem> items;
  bool saved = std::exchange(comma_taken_, true);
  do {
    LetItem item;
    item.name = declared_name("the name of a let");
    expect(TokenKind::Colon, " after the name of the let");
    item.value = parse();
    items.push_back(item);
  } while (accept(TokenKind::Comma));
  comma_taken_ = saved;
  query.lets = copy(items);
}

void Parser::relationships(Query& query) {
  std::vector<Relationship> read;
  while (at(TokenKind::KeywordWith) || at(TokenKind::KeywordWithout)) {
    Relationship relationship;
    std::size_t begin = token().begin;
    relationship.without = at(TokenKind::KeywordWithout);
    advance();
    relationship.source = aliased_source(relationship.without ? "without" : "with");
    expect_word("such", " that ...");
    expect_word("that", " after 'such'");
    relationship.condition = parse();
    relationship.span = span_from(begin);
    read.push_back(relationship);
  }
  query.relationships = copy(read);
}

Distinctness Parser::distinctness() {
  if (accept(TokenKind::KeywordAll)) return Distinctness::All;
  if (accept(TokenKind::KeywordDistinct)) return Distinctness::Distinct;
  return Distinctness::Unsaid;
}

void Parser::aggregate_clause(Query& query) {
  std::size_t begin = token().begin;
  advance();
  auto* clause = arena_->make<AggregateClause>();
  clause->distinctness = distinctness();
  clause->accumulator = declared_name("the name of the accumulator");
  if (accept(TokenKind::KeywordStarting)) {
    if (at(TokenKind::Integer) || at(TokenKind::Decimal)) {
      clause->starting = number(false);
    } else if (at(TokenKind::String)) {
      clause->starting = literal();
    } else if (at(TokenKind::LeftParenthesis)) {
      clause->starting = query_source();
    } else {
      fail_expected("a number, a quantity, a string or parentheses after 'starting'");
    }
  }
  expect(TokenKind::Colon, " and the value of the aggregate");
  clause->value = parse();
  clause->span = span_from(begin);
  query.aggregate = clause;
}

void Parser::return_clause(Query& query) {
  std::size_t begin = token().begin;
  advance();
  auto* clause = arena_->make<ReturnClause>();
  clause->distinctness = distinctness();
  clause->value = parse();
  clause->span = span_from(begin);
  query.return_clause = clause;
}

bool Parser::accept_direction(SortDirection& direction) {
  if (accept(TokenKind::KeywordAsc) || accept(TokenKind::KeywordAscending)) {
    direction = SortDirection::Ascending;
    return true;
  }
  if (accept(TokenKind::KeywordDesc) || accept(TokenKind::KeywordDescending)) {
    direction = SortDirection::Descending;
    return true;
  }
  return false;
}

void Parser::sort_clause(Query& query) {
  std::size_t begin = token().begin;
  advance();
  std::vector<SortItem> items;
  if (accept(TokenKind::KeywordBy)) {
    bool saved = std::exchange(comma_taken_, true);
    do {
      SortItem item;
      std::size_t start = token().begin;
      item.by = parse(Binding::Additive);
      accept_direction(item.direction);
      item.span = span_from(start);
      items.push_back(item);
    } while (accept(TokenKind::Comma));
    comma_taken_ = saved;
  } else {
    SortItem item;
    if (!accept_direction(item.direction)) fail_expected("'by', 'asc' or 'desc' after 'sort'");
    item.span = span_from(begin);
    items.push_back(item);
  }
  query.sort = copy(items);
}

}  // namespace calx::cql
