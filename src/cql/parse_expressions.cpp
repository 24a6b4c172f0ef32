#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "cql/parser_state.h"

namespace calx::cql {
namespace {

enum class InfixForm : std::uint8_t { None, Binary, Nary, TypeTest, Between, Membership, Timing };

// How a token between two operands is read. `op` is a value of the form's own enumeration.
struct Infix {
  InfixForm form = InfixForm::None;
  Binding binding = Binding::Any;
  std::uint8_t op = 0;
};

constexpr std::size_t index_of(TokenKind kind) {
  return static_cast<std::size_t>(kind);
}

constexpr auto kInfixes = [] {
  std::array<Infix, 256> table{};
  auto binary = [&](TokenKind kind, Binding binding, BinaryOperator op) {
    table[index_of(kind)] = {InfixForm::Binary, binding, static_cast<std::uint8_t>(op)};
  };
  auto nary = [&](TokenKind kind, Binding binding, NaryOperator op) {
    table[index_of(kind)] = {InfixForm::Nary, binding, static_cast<std::uint8_t>(op)};
  };
  auto other = [&](TokenKind kind, InfixForm form, Binding binding) { table[index_of(kind)] = {form, binding, 0}; };

  binary(TokenKind::KeywordImplies, Binding::Implication, BinaryOperator::Implies);
  nary(TokenKind::KeywordOr, Binding::Disjunction, NaryOperator::Or);
  nary(TokenKind::KeywordXor, Binding::Disjunction, NaryOperator::Xor);
  nary(TokenKind::KeywordAnd, Binding::Conjunction, NaryOperator::And);
  table[index_of(TokenKind::KeywordIn)] = {InfixForm::Membership, Binding::Membership,
                                           static_cast<std::uint8_t>(MembershipOperator::In)};
  table[index_of(TokenKind::KeywordContains)] = {InfixForm::Membership, Binding::Membership,
                                                 static_cast<std::uint8_t>(MembershipOperator::Contains)};
  binary(TokenKind::Equal, Binding::Equality, BinaryOperator::Equal);
  binary(TokenKind::NotEqual, Binding::Equality, BinaryOperator::NotEqual);
  binary(TokenKind::Tilde, Binding::Equality, BinaryOperator::Equivalent);
  binary(TokenKind::NotTilde, Binding::Equality, BinaryOperator::NotEquivalent);
  binary(TokenKind::Less, Binding::Comparison, BinaryOperator::Less);
  binary(TokenKind::LessOrEqual, Binding::Comparison, BinaryOperator::LessOrEqual);
  binary(TokenKind::Greater, Binding::Comparison, BinaryOperator::Greater);
  binary(TokenKind::GreaterOrEqual, Binding::Comparison, BinaryOperator::GreaterOrEqual);
  nary(TokenKind::KeywordUnion, Binding::Set, NaryOperator::Union);
  nary(TokenKind::Bar, Binding::Set, NaryOperator::Union);
  binary(TokenKind::KeywordIntersect, Binding::Set, BinaryOperator::Intersect);
  binary(TokenKind::KeywordExcept, Binding::Set, BinaryOperator::Except);
  other(TokenKind::KeywordBetween, InfixForm::Between, Binding::Between);
  other(TokenKind::KeywordIs, InfixForm::TypeTest, Binding::Type);
  other(TokenKind::KeywordAs, InfixForm::TypeTest, Binding::Type);
  nary(TokenKind::Plus, Binding::Additive, NaryOperator::Add);
  nary(TokenKind::Ampersand, Binding::Additive, NaryOperator::Concatenate);
  binary(TokenKind::Minus, Binding::Additive, BinaryOperator::Subtract);
  binary(TokenKind::Star, Binding::Multiplicative, BinaryOperator::Multiply);
  binary(TokenKind::Slash, Binding::Multiplicative, BinaryOperator::Divide);
  binary(TokenKind::KeywordDiv, Binding::Multiplicative, BinaryOperator::TruncatedDivide);
  binary(TokenKind::KeywordMod, Binding::Multiplicative, BinaryOperator::Modulo);
  binary(TokenKind::Caret, Binding::Power, BinaryOperator::Power);
  return table;
}();

const Infix& infix_of(TokenKind kind) {
  return kInfixes[index_of(kind)];
}

struct PrefixWord {
  TokenKind first;
  TokenKind second;  // EndOfText: the first word alone
  UnaryOperator op;
  Binding operand;
};

// `not` and `exists` take what binds tighter; `of` and `from` phrases take one term; distinct and flatten take all.
constexpr PrefixWord kPrefixWords[] = {
    {TokenKind::Minus, TokenKind::EndOfText, UnaryOperator::Negate, Binding::Prefix},
    {TokenKind::Plus, TokenKind::EndOfText, UnaryOperator::Plus, Binding::Prefix},
    {TokenKind::KeywordNot, TokenKind::EndOfText, UnaryOperator::Not, Binding::Negation},
    {TokenKind::KeywordExists, TokenKind::EndOfText, UnaryOperator::Exists, Binding::Existence},
    {TokenKind::KeywordStart, TokenKind::KeywordOf, UnaryOperator::StartOf, Binding::Prefix},
    {TokenKind::KeywordEnd, TokenKind::KeywordOf, UnaryOperator::EndOf, Binding::Prefix},
    {TokenKind::KeywordWidth, TokenKind::KeywordOf, UnaryOperator::WidthOf, Binding::Prefix},
    {TokenKind::KeywordSuccessor, TokenKind::KeywordOf, UnaryOperator::SuccessorOf, Binding::Prefix},
    {TokenKind::KeywordPredecessor, TokenKind::KeywordOf, UnaryOperator::PredecessorOf, Binding::Prefix},
    {TokenKind::KeywordSingleton, TokenKind::KeywordFrom, UnaryOperator::SingletonFrom, Binding::Prefix},
    {TokenKind::KeywordPoint, TokenKind::KeywordFrom, UnaryOperator::PointFrom, Binding::Prefix},
    {TokenKind::KeywordDistinct, TokenKind::EndOfText, UnaryOperator::Distinct, Binding::Any},
    {TokenKind::KeywordFlatten, TokenKind::EndOfText, UnaryOperator::Flatten, Binding::Any},
};

}  // namespace

const Expression* Parser::parse_inner(bool commas) {
  bool saved_as = std::exchange(no_as_, false);
  bool saved_comma = std::exchange(comma_taken_, commas);
  int saved_queries = std::exchange(open_queries_, 0);
  const Expression* result = parse();
  open_queries_ = saved_queries;
  no_as_ = saved_as;
  comma_taken_ = saved_comma;
  return result;
}

const Expression* Parser::parse(Binding at_least) {
  std::size_t begin = token().begin;
  const Expression* left = prefix(at_least);
  while (true) {
    Binding binding = infix_binding();
    if (binding == Binding::Any || binding < at_least) return left;
    left = infix(left, begin, binding);
  }
}

// Any: no operator stands here.
Binding Parser::infix_binding() const {
  if (at(TokenKind::KeywordAs) && no_as_) return Binding::Any;
  const Infix& row = infix_of(kind());
  if (row.form != InfixForm::None) return row.binding;
  if (at(TokenKind::KeywordProperly) && kind(1) == TokenKind::KeywordBetween) return Binding::Between;
  return at_timing_phrase() ? Binding::Timing : Binding::Any;
}

const Expression* Parser::infix(const Expression* left, std::size_t begin, Binding binding) {
  const Infix& row = infix_of(kind());
  switch (row.form) {
    case InfixForm::Binary:
      return binary(static_cast<BinaryOperator>(row.op), left, begin, binding);
    case InfixForm::Nary:
      return nary(static_cast<NaryOperator>(row.op), left, begin, binding);
    case InfixForm::TypeTest:
      return type_test(left, begin);
    case InfixForm::Between:
      return between(left, begin);
    case InfixForm::Membership:
      return membership(static_cast<MembershipOperator>(row.op), left, begin);
    case InfixForm::None:
    case InfixForm::Timing:
      break;
  }
  return binding == Binding::Between ? between(left, begin) : timing(left, begin);
}

const Expression* Parser::binary(BinaryOperator op, const Expression* left, std::size_t begin, Binding binding) {
  auto* node = make<Binary>();
  node->op = op;
  node->op_span = span(token());
  node->left = left;
  advance();
  node->right = parse(tighter(binding));
  return finish(node, begin);
}

const Expression* Parser::nary(NaryOperator op, const Expression* left, std::size_t begin, Binding binding) {
  std::size_t mark = operands_.size();
  operands_.push_back(left);
  auto same = [&] {
    const Infix& row = infix_of(kind());
    return row.form == InfixForm::Nary && static_cast<NaryOperator>(row.op) == op;
  };
  while (same()) {
    advance();
    operands_.push_back(parse(tighter(binding)));
  }
  auto* node = make<Nary>();
  node->op = op;
  node->operands = take_operands(mark);
  return finish(node, begin);
}

const Expression* Parser::type_test(const Expression* left, std::size_t begin) {
  bool is = at(TokenKind::KeywordIs);
  advance();
  if (!is) {
    auto* node = make<AsType>();
    node->operand = left;
    node->type = type_specifier();
    return finish(node, begin);
  }
  bool negated = accept(TokenKind::KeywordNot);
  struct Row {
    TokenKind word;
    UnaryOperator plain;
    UnaryOperator negated;
  };
  static constexpr Row kRows[] = {
      {TokenKind::KeywordNull, UnaryOperator::IsNull, UnaryOperator::IsNotNull},
      {TokenKind::KeywordTrue, UnaryOperator::IsTrue, UnaryOperator::IsNotTrue},
      {TokenKind::KeywordFalse, UnaryOperator::IsFalse, UnaryOperator::IsNotFalse},
  };
  for (const Row& row : kRows) {
    if (!accept(row.word)) continue;
    auto* node = make<Unary>();
    node->op = negated ? row.negated : row.plain;
    node->operand = left;
    return finish(node, begin);
  }
  if (negated) {
    fail_expected("null, true or false after 'is not'", "for types write: not (x is T)");
    return invalid();
  }
  auto* node = make<IsType>();
  node->operand = left;
  node->type = type_specifier();
  return finish(node, begin);
}

const Expression* Parser::between(const Expression* left, std::size_t begin) {
  auto* node = make<Between>();
  node->properly = accept(TokenKind::KeywordProperly);
  node->operand = left;
  advance();
  node->low = parse(Binding::Additive);
  expect(TokenKind::KeywordAnd, " and the upper bound");
  node->high = parse(Binding::Additive);
  return finish(node, begin);
}

const Expression* Parser::membership(MembershipOperator op, const Expression* left, std::size_t begin) {
  auto* node = make<Membership>();
  node->op = op;
  node->left = left;
  std::size_t phrase = token().begin;
  advance();
  precision_of(node->precision);
  node->op_span = span_from(phrase);
  node->right = parse(tighter(Binding::Membership));
  return finish(node, begin);
}

const Expression* Parser::prefix(Binding at_least) {
  if (depth_ >= kMaximumDepth) {
    fail(DiagnosticKind::NestingTooDeep, "this is nested more than " + std::to_string(kMaximumDepth) + " levels deep",
         "name parts of it in defines");
    return invalid();
  }
  ++depth_;
  const Expression* result = prefix_of(at_least);
  --depth_;
  return result;
}

// In the place of a term the grammar wants parentheses; reported, and then read as if they were there.
bool Parser::refuse_in_term(Binding at_least) {
  if (at_least < Binding::Additive || failed_) return false;
  std::string what = at(TokenKind::LeftBracket) ? "a retrieve" : describe(token());
  diagnostics_.report(DiagnosticKind::UnexpectedToken, span(token()), what + " needs parentheses here")
      .hint("put the whole operand in parentheses");
  return true;
}

const Expression* Parser::prefix_of(Binding at_least) {
  for (const PrefixWord& word : kPrefixWords) {
    bool two = word.second != TokenKind::EndOfText;
    if (!at(word.first) || (two && kind(1) != word.second)) continue;
    if (word.operand == Binding::Negation || word.operand == Binding::Existence) refuse_in_term(at_least);
    return unary(word.op, two ? 2 : 1, word.operand);
  }
  if (kind(1) == TokenKind::KeywordFrom) {
    if (auto precision = singular_precision_at(0)) return component_from(static_cast<DateTimeComponent>(*precision));
    if (at(TokenKind::KeywordDate)) return component_from(DateTimeComponent::Date);
    if (at(TokenKind::KeywordTime)) return component_from(DateTimeComponent::Time);
    if (at(TokenKind::KeywordTimezoneOffset)) return component_from(DateTimeComponent::TimezoneOffset);
  }
  if (auto precision = plural_precision_at(0)) {
    std::size_t begin = token().begin;
    refuse_in_term(at_least);
    advance();
    if (!at(TokenKind::KeywordBetween)) {
      fail_expected("'between'");
      return invalid();
    }
    return duration_between(DurationForm::Duration, *precision, begin);
  }
  switch (kind()) {
    case TokenKind::KeywordDuration:
    case TokenKind::KeywordDifference:
      return duration();
    case TokenKind::KeywordCast:
      refuse_in_term(at_least);
      return cast();
    case TokenKind::KeywordConvert:
      return convert();
    case TokenKind::KeywordMinimum:
    case TokenKind::KeywordMaximum:
      return type_extent();
    case TokenKind::KeywordExpand:
    case TokenKind::KeywordCollapse:
      return set_aggregate();
    case TokenKind::KeywordIf:
      return if_then_else();
    case TokenKind::KeywordCase: {
      std::size_t begin = token().begin;
      const Expression* choice = case_of();
      while (at(TokenKind::Dot) || at(TokenKind::LeftBracket)) choice = postfix(choice, begin);
      return choice;
    }
    case TokenKind::KeywordFrom:
      refuse_in_term(at_least);
      return query(nullptr, token().begin, true);
    case TokenKind::LeftBracket: {
      refuse_in_term(at_least);
      std::size_t begin = token().begin;
      const Expression* data = retrieve();
      return at_least < Binding::Additive && at_alias() ? query(data, begin, false) : data;
    }
    default:  // a token that begins no phrase: one of a hundred kinds
      return primary(at_least);
  }
}

const Expression* Parser::unary(UnaryOperator op, std::size_t words, Binding operand) {
  std::size_t begin = token().begin;
  for (std::size_t i = 0; i < words; ++i) advance();
  auto* node = make<Unary>();
  node->op = op;
  node->operand = parse(operand);
  return finish(node, begin);
}

const Expression* Parser::component_from(DateTimeComponent component) {
  std::size_t begin = token().begin;
  advance();
  advance();
  auto* node = make<ComponentFrom>();
  node->component = component;
  node->operand = parse(Binding::Prefix);
  return finish(node, begin);
}

const Expression* Parser::duration() {
  std::size_t begin = token().begin;
  DurationForm form = at(TokenKind::KeywordDuration) ? DurationForm::Duration : DurationForm::Difference;
  advance();
  expect(TokenKind::KeywordIn, " and a precision");
  auto precision = plural_precision_at(0);
  if (!precision) {
    std::string hint;
    if (singular_precision_at(0)) hint = "write the plural: " + std::string(text(token())) + "s";
    fail(DiagnosticKind::ExpectedUnit, "expected a precision such as days, found " + found(), hint);
    return invalid();
  }
  advance();
  if (at(TokenKind::KeywordBetween)) return duration_between(form, *precision, begin);
  expect(TokenKind::KeywordOf, " or 'between'");
  auto* node = make<DurationOf>();
  node->form = form;
  node->precision = *precision;
  node->operand = parse(Binding::Prefix);
  return finish(node, begin);
}

const Expression* Parser::duration_between(DurationForm form, Precision precision, std::size_t begin) {
  advance();
  auto* node = make<DurationBetween>();
  node->form = form;
  node->precision = precision;
  node->low = parse(Binding::Additive);
  expect(TokenKind::KeywordAnd, " and the end of the period");
  node->high = parse(Binding::Additive);
  return finish(node, begin);
}

const Expression* Parser::cast() {
  std::size_t begin = token().begin;
  advance();
  auto* node = make<AsType>();
  node->strict = true;
  bool saved = std::exchange(no_as_, true);
  node->operand = parse();
  no_as_ = saved;
  expect(TokenKind::KeywordAs, " and a type");
  node->type = type_specifier();
  return finish(node, begin);
}

const Expression* Parser::convert() {
  std::size_t begin = token().begin;
  advance();
  const Expression* operand = parse();
  expect(TokenKind::KeywordTo, " and a type or unit");
  if (at_unit()) {
    auto* node = make<ConvertToUnit>();
    node->operand = operand;
    node->unit_span = span(token());
    read_unit(node->form, node->unit, node->calendar_unit);
    return finish(node, begin);
  }
  auto* node = make<ConvertToType>();
  node->operand = operand;
  node->type = type_specifier();
  return finish(node, begin);
}

const Expression* Parser::type_extent() {
  std::size_t begin = token().begin;
  auto* node = make<TypeExtent>();
  node->maximum = at(TokenKind::KeywordMaximum);
  advance();
  node->type = named_type();
  return finish(node, begin);
}

const Expression* Parser::set_aggregate() {
  std::size_t begin = token().begin;
  auto* node = make<SetAggregate>();
  node->op = at(TokenKind::KeywordExpand) ? SetAggregateOperator::Expand : SetAggregateOperator::Collapse;
  advance();
  node->operand = parse();
  if (accept(TokenKind::KeywordPer)) {
    auto precision = kind(1) == TokenKind::KeywordFrom ? std::nullopt : singular_precision_at(0);
    if (precision) {
      node->per_precision = precision;
      advance();
    } else {
      node->per = parse();
    }
  }
  return finish(node, begin);
}

const Expression* Parser::if_then_else() {
  std::size_t begin = token().begin;
  advance();
  auto* node = make<If>();
  node->condition = parse();
  expect(TokenKind::KeywordThen, " or an operator");
  node->then_value = parse();
  if (!accept(TokenKind::KeywordElse)) {
    fail_expected("'else' or an operator", "an if has both: if ... then ... else null");
  }
  node->else_value = parse();
  return finish(node, begin);
}

const Expression* Parser::case_of() {
  Token open = token();
  advance();
  auto* node = make<Case>();
  if (!at(TokenKind::KeywordWhen)) node->comparand = parse();
  std::vector<CaseItem> items;
  while (at(TokenKind::KeywordWhen)) {
    CaseItem item;
    std::size_t begin = token().begin;
    advance();
    item.when = parse();
    expect(TokenKind::KeywordThen, " or an operator");
    item.then_value = parse();
    item.span = span_from(begin);
    items.push_back(item);
  }
  if (items.empty()) fail_expected("'when'");
  node->items = copy(items);
  if (!accept(TokenKind::KeywordElse)) fail_expected("'when', 'else' or an operator", "a case always has an else");
  node->else_value = parse();
  if (!accept(TokenKind::KeywordEnd) && !failed_) {
    diagnostics_
        .report(DiagnosticKind::UnexpectedToken, span(token()), "expected 'end' or an operator, found " + found())
        .label(span(open), "this case is still open");
    failed_ = true;
  }
  return finish(node, open.begin);
}

}  // namespace calx::cql
