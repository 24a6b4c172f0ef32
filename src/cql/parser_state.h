#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "cql/ast.h"
#include "cql/ast_children.h"
#include "cql/token.h"
#include "diagnostics/diagnostics.h"

namespace calx::cql {

/// How tightly an operator binds; higher is tighter. From Additive on, operands are what the grammar calls terms:
/// queries, retrieves and the word operators need parentheses there.
enum class Binding : int {
  Any = 0,
  Implication,
  Disjunction,
  Conjunction,
  Membership,
  Equality,
  Timing,
  Comparison,
  Set,
  Between,
  Existence,
  Negation,
  Type,
  Additive,
  Multiplicative,
  Power,
  Prefix,
};

constexpr Binding tighter(Binding binding) {
  return static_cast<Binding>(static_cast<int>(binding) + 1);
}

/// The recursive descent itself; lives for one text. After a mistake that it cannot step over (fail), every look-ahead
/// answers EndOfText, so that all rules unwind by themselves, until the declaration loop calls recover().
class Parser {
 public:
  Parser(const SourceText& source, Diagnostics& diagnostics);

  Ast library();
  ExpressionAst expression();

 private:
  // ---- tokens (parser.cpp)
  const Token& token(std::size_t ahead = 0) const;
  TokenKind kind(std::size_t ahead = 0) const { return token(ahead).kind; }
  bool at(TokenKind wanted) const { return kind() == wanted; }
  /// A name-like token with exactly this text: the words that are keywords in one phrase only.
  bool at_word(std::string_view word, std::size_t ahead = 0) const;
  bool accept(TokenKind wanted);
  bool accept_word(std::string_view word);
  void advance();
  bool expect(TokenKind wanted, std::string_view after);
  bool expect_word(std::string_view word, std::string_view after);
  /// The partner of a bracket opened at `open`.
  bool expect_close(TokenKind wanted, const Token& open);
  std::string_view text(const Token& token) const { return text_.substr(token.begin, token.length); }
  std::string describe(const Token& token) const;
  /// What stands here, and where to point, in the words of a message.
  std::string found() const;
  Span place() const;
  Span span(const Token& token) const { return source_.span(token.begin, token.length); }
  /// From `begin` to the end of the last token taken.
  Span span_from(std::size_t begin) const;
  Span since(const Token& first) const { return span_from(first.begin); }

  // ---- mistakes (parser.cpp)
  /// Reports at the current token and gives up this declaration.
  void fail(DiagnosticKind kind, std::string message, std::string hint = {});
  void fail_at(DiagnosticKind kind, Span span, std::string message, std::string hint = {});
  void fail_expected(std::string_view expected, std::string hint = {});
  const Expression* invalid();
  const TypeSpecifier* invalid_type();

  // ---- nodes (parser.cpp)
  template <class T>
  T* make() {
    return arena_->make<T>();
  }
  /// Sets span and depth; over the depth limit it reports and returns false.
  bool complete(Node& node, std::size_t begin);
  const Expression* finish(Expression* node, std::size_t begin);
  const TypeSpecifier* finish_type(TypeSpecifier* node, std::size_t begin);
  template <class T>
  std::span<const T> copy(const std::vector<T>& items) {
    return arena_->copy(std::span<const T>(items));
  }
  /// Lists of children under construction share one stack: no allocation per list.
  std::span<const Expression* const> take_operands(std::size_t mark);

  // ---- names (parser.cpp)
  static bool is_plain_name(TokenKind kind);
  static bool is_reference_name(TokenKind kind);
  Name name_of(const Token& token);
  /// A declared name: any keyword is refused, but read on as the name.
  Name declared_name(std::string_view what);
  /// A name where keywords that are no reserved words are allowed too.
  Name reference_name(std::string_view what);
  Name function_name();
  QualifiedName qualified_name(std::string_view what);
  std::string_view unquoted(const Token& token);
  Text string_text(std::string_view what);
  Text optional_string_after(TokenKind keyword, std::string_view what);

  // ---- declarations (parse_declarations.cpp)
  bool at_declaration(std::size_t ahead = 0) const;
  bool at_declaration_index(std::size_t index) const;
  void recover();
  void read_library(Library& library);
  void library_line(Library& library);
  Declaration* declaration();
  Declaration* finish_declaration(Declaration* node, std::size_t begin);
  Declaration* using_declaration();
  Declaration* include_declaration();
  Declaration* code_system_declaration();
  Declaration* value_set_declaration();
  Declaration* code_declaration();
  Declaration* concept_declaration();
  Declaration* parameter_declaration();
  Declaration* context_declaration();
  Declaration* define_declaration();
  Declaration* function_declaration(bool fluent);
  std::span<const QualifiedName> name_list(std::string_view what);
  Documentation documentation(std::size_t index);

  // ---- types (parse_types.cpp)
  const TypeSpecifier* type_specifier();
  const TypeSpecifier* named_type();
  const TypeSpecifier* generic_type();
  const TypeSpecifier* tuple_type();
  const TypeSpecifier* choice_type();

  // ---- expressions (parse_expressions.cpp)
  const Expression* parse(Binding at_least = Binding::Any);
  /// Inside brackets the restrictions of the surrounding expression end. `commas` says whether a comma separates.
  const Expression* parse_inner(bool commas);
  Binding infix_binding() const;
  const Expression* infix(const Expression* left, std::size_t begin, Binding binding);
  const Expression* nary(NaryOperator op, const Expression* left, std::size_t begin, Binding binding);
  const Expression* binary(BinaryOperator op, const Expression* left, std::size_t begin, Binding binding);
  const Expression* type_test(const Expression* left, std::size_t begin);
  const Expression* between(const Expression* left, std::size_t begin);
  const Expression* membership(MembershipOperator op, const Expression* left, std::size_t begin);
  const Expression* prefix(Binding at_least);
  const Expression* prefix_of(Binding at_least);
  const Expression* unary(UnaryOperator op, std::size_t words, Binding operand);
  const Expression* component_from(DateTimeComponent component);
  const Expression* duration();
  const Expression* duration_between(DurationForm form, Precision precision, std::size_t begin);
  const Expression* cast();
  const Expression* convert();
  const Expression* type_extent();
  const Expression* set_aggregate();
  const Expression* if_then_else();
  const Expression* case_of();
  const Expression* postfix(const Expression* left, std::size_t begin);
  bool refuse_in_term(Binding at_least);

  // ---- primaries (parse_terms.cpp)
  const Expression* primary(Binding at_least);
  const Expression* name_or_call();
  const Expression* instance_selector();
  const Expression* interval_selector();
  const Expression* tuple_selector(std::size_t begin);
  const Expression* list_selector();
  const Expression* braces();
  const Expression* code_selector();
  const CodeSelector* code_selector_node();
  const Expression* concept_selector();
  void element_selectors(std::span<const ElementSelector>& elements);
  std::span<const Expression* const> arguments();
  const Expression* literal();
  const Expression* number(bool ratio);
  const QuantityLiteral* quantity(std::string_view what);
  bool at_unit() const;
  void read_unit(UnitForm& form, std::string_view& unit, Precision& calendar);
  bool at_instance() const;

  // ---- data (parse_queries.cpp)
  const Expression* retrieve();
  bool at_code_path() const;
  const Expression* code_path();
  bool at_alias() const;
  AliasedSource aliased_source(std::string_view clause);
  const Expression* query_source();
  const Expression* query(const Expression* first, std::size_t begin, bool from);
  void query_clauses(Query& query);
  void misplaced_clause();
  void let_clause(Query& query);
  void relationships(Query& query);
  void aggregate_clause(Query& query);
  void return_clause(Query& query);
  void sort_clause(Query& query);
  Distinctness distinctness();
  bool accept_direction(SortDirection& direction);

  // ---- timing (timing_phrases.cpp)
  bool at_timing_phrase() const;
  bool at_phrase_name(std::size_t ahead) const;
  const Expression* timing(const Expression* left, std::size_t begin);
  void timing_phrase(Timing& node);
  void timing_offset(Timing& node);
  void same_phrase(Timing& node);
  void before_or_after_phrase(Timing& node);
  void precision_of(std::optional<Precision>& precision);
  void right_boundary(Timing& node);
  std::optional<Precision> precision_at(std::size_t ahead) const;
  std::optional<Precision> singular_precision_at(std::size_t ahead) const;
  std::optional<Precision> plural_precision_at(std::size_t ahead) const;

  const SourceText& source_;
  std::string_view text_;
  Diagnostics& diagnostics_;
  Tokens tokens_;
  Arena* arena_ = nullptr;
  std::size_t at_ = 0;
  bool failed_ = false;
  int depth_ = 0;
  bool no_as_ = false;       // inside `cast ... as`
  bool comma_taken_ = true;  // a comma belongs to the surrounding list, not to a query's sources
  int open_queries_ = 0;     // queries around this place, up to the next bracket
  Token end_;                // what look-ahead answers after fail()
  std::vector<const Expression*> operands_;
};

}  // namespace calx::cql
