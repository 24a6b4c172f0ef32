#include "cql/parser_state.h"

namespace calx::cql {

const TypeSpecifier* Parser::type_specifier() {
  if (++depth_ > kMaximumDepth) {
    fail(DiagnosticKind::NestingTooDeep, "this is nested more than " + std::to_string(kMaximumDepth) + " levels deep");
  }
  const TypeSpecifier* result;
  if ((at(TokenKind::KeywordList) || at(TokenKind::KeywordInterval)) && kind(1) == TokenKind::Less) {
    result = generic_type();
  } else if (at(TokenKind::KeywordTuple) && kind(1) == TokenKind::LeftBrace) {
    result = tuple_type();
  } else if (at_word("Choice") && kind(1) == TokenKind::Less) {
    result = choice_type();
  } else {
    result = named_type();
  }
  --depth_;
  return result;
}

const TypeSpecifier* Parser::named_type() {
  std::size_t begin = token().begin;
  std::vector<Name> parts;
  do {
    // Code and Concept are reserved words and types all the same.
    bool type_word = at(TokenKind::KeywordTypeCode) || at(TokenKind::KeywordTypeConcept);
    bool name = is_reference_name(kind()) && (is_plain_name(kind()) || !at_declaration());
    if (!type_word && !name) {
      std::string hint;
      if (at(TokenKind::KeywordList) || at(TokenKind::KeywordInterval)) {
        hint = "say of what, as in " + std::string(text(token())) + "<Integer>";
      }
      fail(DiagnosticKind::ExpectedType, "expected a type, found " + found(), hint);
      return invalid_type();
    }
    parts.push_back(name_of(token()));
    advance();
  } while (accept(TokenKind::Dot));
  auto* node = make<NamedType>();
  node->name = {copy(parts), span_from(begin)};
  return finish_type(node, begin);
}

const TypeSpecifier* Parser::generic_type() {
  std::size_t begin = token().begin;
  bool list = at(TokenKind::KeywordList);
  advance();
  Token open = token();
  advance();
  const TypeSpecifier* inner = type_specifier();
  expect_close(TokenKind::Greater, open);
  if (list) {
    auto* node = make<ListType>();
    node->element = inner;
    return finish_type(node, begin);
  }
  auto* node = make<IntervalType>();
  node->point = inner;
  return finish_type(node, begin);
}

const TypeSpecifier* Parser::tuple_type() {
  std::size_t begin = token().begin;
  advance();
  Token open = token();
  advance();
  std::vector<TupleTypeElement> elements;
  do {
    TupleTypeElement element;
    element.name = reference_name("the name of an element");
    element.type = type_specifier();
    elements.push_back(element);
  } while (accept(TokenKind::Comma));
  expect_close(TokenKind::RightBrace, open);
  auto* node = make<TupleType>();
  node->elements = copy(elements);
  return finish_type(node, begin);
}

const TypeSpecifier* Parser::choice_type() {
  std::size_t begin = token().begin;
  advance();
  Token open = token();
  advance();
  std::vector<const TypeSpecifier*> options;
  do {
    options.push_back(type_specifier());
  } while (accept(TokenKind::Comma));
  expect_close(TokenKind::Greater, open);
  auto* node = make<ChoiceType>();
  node->options = copy(options);
  return finish_type(node, begin);
}

}  // namespace calx::cql
