#include <string>

#include "cql/parser_state.h"

namespace calx::cql {
namespace {

bool is_number(TokenKind kind) {
  return kind == TokenKind::Integer || kind == TokenKind::Decimal;
}

// `a`, `a.b.c`: what may be a query's source without parentheses.
bool is_qualified_name(const Expression* node) {
  while (const Member* member = node->try_as<Member>()) node = member->target;
  return node->kind == NodeKind::Identifier;
}

bool is_literal(TokenKind kind) {
  return kind == TokenKind::KeywordNull || kind == TokenKind::KeywordTrue || kind == TokenKind::KeywordFalse ||
         kind == TokenKind::String || is_number(kind) || kind == TokenKind::Long || kind == TokenKind::Date ||
         kind == TokenKind::DateTime || kind == TokenKind::Time;
}

std::string operand_hint(TokenKind found, TokenKind previous) {
  if (previous == TokenKind::Equal && found == TokenKind::Equal) return "equality is a single =";
  if (previous == TokenKind::Less && found == TokenKind::Greater) return "not equal is written !=";
  if (previous == TokenKind::Bar && found == TokenKind::Bar) return "disjunction is written: or";
  if (previous == TokenKind::Ampersand && found == TokenKind::Ampersand) return "conjunction is written: and";
  return {};
}

}  // namespace

const Expression* Parser::primary(Binding at_least) {
  std::size_t begin = token().begin;
  const Expression* node = nullptr;
  bool parenthesized = false;
  if (at(TokenKind::LeftParenthesis)) {
    Token open = token();
    advance();
    node = parse_inner(false);
    expect_close(TokenKind::RightParenthesis, open);
    parenthesized = true;
  } else if (is_literal(kind())) {
    node = literal();
  } else if (at(TokenKind::This) || at(TokenKind::Index) || at(TokenKind::Total)) {
    auto* variable = make<SpecialVariable>();
    variable->variable = at(TokenKind::This)    ? SpecialVariableKind::This
                         : at(TokenKind::Index) ? SpecialVariableKind::Index
                                                : SpecialVariableKind::Total;
    advance();
    node = finish(variable, begin);
  } else if (accept(TokenKind::Percent)) {
    auto* constant = make<ExternalConstant>();
    if (at(TokenKind::String)) {
      constant->name = {unquoted(token()), span(token())};
      advance();
    } else {
      constant->name = reference_name("the name of an external constant");
    }
    node = finish(constant, begin);
  } else if (at(TokenKind::KeywordInterval)) {
    node = interval_selector();
  } else if (at(TokenKind::KeywordTuple)) {
    advance();
    node = tuple_selector(begin);
  } else if (at(TokenKind::KeywordList)) {
    node = list_selector();
  } else if (at(TokenKind::LeftBrace)) {
    node = braces();
  } else if (at(TokenKind::KeywordTypeCode) && kind(1) == TokenKind::String) {
    node = code_selector();
  } else if (at(TokenKind::KeywordTypeConcept) && kind(1) == TokenKind::LeftBrace &&
             kind(2) == TokenKind::KeywordTypeCode && kind(3) == TokenKind::String) {
    node = concept_selector();
  } else if (at_instance()) {
    node = instance_selector();
  } else if (is_reference_name(kind()) && (is_plain_name(kind()) || !at_declaration())) {
    node = name_or_call();
  } else {
    TokenKind previous = at_ > 0 ? tokens_.tokens[at_ - 1].kind : TokenKind::EndOfText;
    std::string hint = operand_hint(kind(), previous);
    if (hint.empty() && word_use(kind()) == WordUse::Reserved) {
      hint = "as a name it stands in quotes: \"" + std::string(text(token())) + "\"";
    }
    fail(DiagnosticKind::ExpectedExpression, "expected an expression, found " + found(), hint);
    return invalid();
  }
  const Expression* whole = node;
  while (at(TokenKind::Dot) || at(TokenKind::LeftBracket)) whole = postfix(whole, begin);
  bool source = (parenthesized && whole == node) || is_qualified_name(whole);
  return source && at_least < Binding::Additive && at_alias() ? query(whole, begin, false) : whole;
}

const Expression* Parser::postfix(const Expression* left, std::size_t begin) {
  if (at(TokenKind::LeftBracket)) {
    Token open = token();
    advance();
    auto* node = make<Indexer>();
    node->target = left;
    node->index = parse_inner(true);
    expect_close(TokenKind::RightBracket, open);
    return finish(node, begin);
  }
  advance();
  if (kind(1) == TokenKind::LeftParenthesis) {
    auto* node = make<MethodCall>();
    node->target = left;
    node->name = function_name();
    node->arguments = arguments();
    return finish(node, begin);
  }
  auto* node = make<Member>();
  node->target = left;
  node->name = reference_name("the name of an element");
  return finish(node, begin);
}

const Expression* Parser::name_or_call() {
  std::size_t begin = token().begin;
  Name name = reference_name("a name");
  if (at(TokenKind::LeftParenthesis)) {
    auto* node = make<FunctionCall>();
    node->name = name;
    node->arguments = arguments();
    return finish(node, begin);
  }
  auto* node = make<Identifier>();
  node->name = name;
  return finish(node, begin);
}

std::span<const Expression* const> Parser::arguments() {
  Token open = token();
  std::size_t mark = operands_.size();
  if (expect(TokenKind::LeftParenthesis, "")) {
    if (!at(TokenKind::RightParenthesis)) {
      do {
        operands_.push_back(parse_inner(true));
      } while (accept(TokenKind::Comma));
    }
    expect_close(TokenKind::RightParenthesis, open);
  }
  return take_operands(mark);
}

// A type's name directly before a brace.
bool Parser::at_instance() const {
  for (std::size_t ahead = 0;; ahead += 2) {
    TokenKind found = kind(ahead);
    bool type_word = found == TokenKind::KeywordTypeCode || found == TokenKind::KeywordTypeConcept;
    if (!is_reference_name(found) && !type_word) return false;
    if (kind(ahead + 1) == TokenKind::LeftBrace) return true;
    if (kind(ahead + 1) != TokenKind::Dot) return false;
  }
}

const Expression* Parser::instance_selector() {
  std::size_t begin = token().begin;
  auto* node = make<InstanceSelector>();
  node->type = named_type();
  element_selectors(node->elements);
  return finish(node, begin);
}

const Expression* Parser::tuple_selector(std::size_t begin) {
  auto* node = make<TupleSelector>();
  element_selectors(node->elements);
  return finish(node, begin);
}

void Parser::element_selectors(std::span<const ElementSelector>& elements) {
  Token open = token();
  if (!expect(TokenKind::LeftBrace, "")) return;
  if (at(TokenKind::Colon) && kind(1) == TokenKind::RightBrace) {
    advance();
    advance();
    return;
  }
  std::vector<ElementSelector> read;
  do {
    ElementSelector element;
    element.name = reference_name("the name of an element");
    expect(TokenKind::Colon, " and the element's value");
    element.value = parse_inner(true);
    read.push_back(element);
  } while (accept(TokenKind::Comma));
  elements = copy(read);
  expect_close(TokenKind::RightBrace, open);
}

const Expression* Parser::interval_selector() {
  std::size_t begin = token().begin;
  advance();
  Token open = token();
  auto* node = make<IntervalSelector>();
  if (!at(TokenKind::LeftBracket) && !at(TokenKind::LeftParenthesis)) {
    fail_expected("'[' or '(' and the bounds of the interval");
    return invalid();
  }
  node->low_closed = at(TokenKind::LeftBracket);
  advance();
  node->low = parse_inner(true);
  expect(TokenKind::Comma, " and the upper bound, or an operator");
  node->high = parse_inner(true);
  node->high_closed = at(TokenKind::RightBracket);
  if (!accept(TokenKind::RightParenthesis)) expect_close(TokenKind::RightBracket, open);
  return finish(node, begin);
}

const Expression* Parser::braces() {
  bool empty_tuple = kind(1) == TokenKind::Colon && kind(2) == TokenKind::RightBrace;
  bool named = is_reference_name(kind(1)) && kind(2) == TokenKind::Colon;
  return empty_tuple || named ? tuple_selector(token().begin) : list_selector();
}

const Expression* Parser::list_selector() {
  std::size_t begin = token().begin;
  auto* node = make<ListSelector>();
  if (accept(TokenKind::KeywordList) && at(TokenKind::Less)) {
    Token open = token();
    advance();
    node->element_type = type_specifier();
    expect_close(TokenKind::Greater, open);
  }
  Token open = token();
  std::size_t mark = operands_.size();
  if (expect(TokenKind::LeftBrace, " and the elements of the list") && !at(TokenKind::RightBrace)) {
    do {
      operands_.push_back(parse_inner(true));
    } while (accept(TokenKind::Comma));
  }
  node->elements = take_operands(mark);
  expect_close(TokenKind::RightBrace, open);
  return finish(node, begin);
}

const Expression* Parser::code_selector() {
  return code_selector_node();
}

const CodeSelector* Parser::code_selector_node() {
  std::size_t begin = token().begin;
  auto* node = make<CodeSelector>();
  expect(TokenKind::KeywordTypeCode, "");
  node->code = string_text("the code");
  expect(TokenKind::KeywordFrom, " and the code system");
  node->system = qualified_name("the name of a code system");
  node->display = optional_string_after(TokenKind::KeywordDisplay, "the display text");
  complete(*node, begin);
  return node;
}

const Expression* Parser::concept_selector() {
  std::size_t begin = token().begin;
  auto* node = make<ConceptSelector>();
  advance();
  Token open = token();
  advance();
  std::vector<const CodeSelector*> codes;
  do {
    codes.push_back(code_selector_node());
  } while (accept(TokenKind::Comma));
  node->codes = copy(codes);
  expect_close(TokenKind::RightBrace, open);
  node->display = optional_string_after(TokenKind::KeywordDisplay, "the display text");
  return finish(node, begin);
}

const Expression* Parser::literal() {
  std::size_t begin = token().begin;
  Token here = token();
  std::string_view written = text(here);
  if (is_number(here.kind)) return number(true);
  advance();
  if (here.kind == TokenKind::KeywordNull) return finish(make<NullLiteral>(), begin);
  if (here.kind == TokenKind::String) {
    auto* node = make<StringLiteral>();
    node->value = unquoted(here);
    return finish(node, begin);
  }
  if (here.kind == TokenKind::Long) {
    auto* node = make<LongLiteral>();
    node->digits = written.substr(0, written.size() - 1);
    return finish(node, begin);
  }
  if (here.kind == TokenKind::Date) {
    auto* node = make<DateLiteral>();
    node->text = written.substr(1);
    return finish(node, begin);
  }
  if (here.kind == TokenKind::DateTime) {
    auto* node = make<DateTimeLiteral>();
    node->text = written.substr(1);
    return finish(node, begin);
  }
  if (here.kind == TokenKind::Time) {
    auto* node = make<TimeLiteral>();
    node->text = written.substr(2);
    return finish(node, begin);
  }
  auto* node = make<BooleanLiteral>();
  node->value = here.kind == TokenKind::KeywordTrue;
  return finish(node, begin);
}

// A number, a quantity or, where a colon has no other meaning, a ratio.
const Expression* Parser::number(bool ratio) {
  std::size_t begin = token().begin;
  Token here = token();
  bool plain = kind(1) != TokenKind::String && !precision_at(1);
  bool ratio_follows = ratio && kind(plain ? 1 : 2) == TokenKind::Colon && is_number(kind(plain ? 2 : 3));
  if (ratio_follows) {
    auto* node = make<RatioLiteral>();
    node->numerator = quantity("a quantity");
    advance();
    node->denominator = quantity("a quantity");
    return finish(node, begin);
  }
  if (!plain) return quantity("a quantity");
  advance();
  if (here.kind == TokenKind::Decimal) {
    auto* node = make<DecimalLiteral>();
    node->digits = text(here);
    return finish(node, begin);
  }
  auto* node = make<IntegerLiteral>();
  node->digits = text(here);
  return finish(node, begin);
}

const QuantityLiteral* Parser::quantity(std::string_view what) {
  std::size_t begin = token().begin;
  auto* node = make<QuantityLiteral>();
  node->span = source_.span(tokens_.tokens[at_].begin, 0);
  if (!is_number(kind())) {
    fail_expected(what);
    return node;
  }
  node->number = text(token());
  advance();
  if (at_unit()) read_unit(node->form, node->unit, node->calendar_unit);
  complete(*node, begin);
  return node;
}

bool Parser::at_unit() const {
  return at(TokenKind::String) || precision_at(0).has_value();
}

void Parser::read_unit(UnitForm& form, std::string_view& unit, Precision& calendar) {
  if (auto precision = precision_at(0)) {
    form = UnitForm::Calendar;
    unit = text(token());
    calendar = *precision;
  } else {
    form = UnitForm::Ucum;
    unit = unquoted(token());
  }
  advance();
}

}  // namespace calx::cql
