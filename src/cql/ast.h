#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

#include "base/arena.h"
#include "base/check.h"
#include "diagnostics/source_text.h"

// The Ast says what the author wrote and nothing about meaning. Nodes live in the arena of their Ast, own nothing and
// are never changed after parsing. Text in them (string_view) points into the SourceText or the arena.
//
// A child that the grammar requires is never null: where parsing failed there stands an Invalid or InvalidType node,
// and the mistake has already been reported. A child that the grammar makes optional is null when it was not written;
// each is marked "or null". Parentheses leave no node.
//
//   switch (node.kind) {
//     case NodeKind::Between: return check_between(node.as<Between>());

namespace calx::cql {

enum class NodeKind : std::uint8_t {
#define CALX_AST_NODE(kind, family) kind,
#include "cql/ast_nodes.def"
#undef CALX_AST_NODE
};

enum class NodeFamily : std::uint8_t { Expression, TypeSpecifier, Declaration };

std::string_view node_kind_name(NodeKind kind);
NodeFamily node_family(NodeKind kind);

/// What every node begins with.
struct Node {
  NodeKind kind = NodeKind::Invalid;
  /// Levels below and including this node; a recursive walk needs as many frames. At most kMaximumDepth.
  std::uint16_t depth = 1;
  Span span;

  template <class T>
  const T& as() const {
    CALX_DCHECK(kind == T::kKind, "the node has the kind that is asked for");
    return static_cast<const T&>(*this);
  }
  template <class T>
  const T* try_as() const {
    return kind == T::kKind ? static_cast<const T*>(this) : nullptr;
  }
};

/// Nesting beyond this is a diagnostic. A node with a long list of children (and, or, +, &, union) is one level.
inline constexpr std::uint16_t kMaximumDepth = 1000;

struct Expression : Node {};
struct TypeSpecifier : Node {};
struct Declaration;

template <NodeKind K, class Family>
struct NodeOf : Family {
  static constexpr NodeKind kKind = K;
  NodeOf() { this->kind = K; }
};

template <NodeKind K>
using ExpressionOf = NodeOf<K, Expression>;
template <NodeKind K>
using TypeOf = NodeOf<K, TypeSpecifier>;

/// A name without its quotes and escapes, and where it stands. Empty after a syntax error.
struct Name {
  std::string_view text;
  Span span;
};

/// `A.B.C`: one or more parts.
struct QualifiedName {
  std::span<const Name> parts;
  Span span;

  const Name& last() const { return parts.back(); }
};

/// A string's value (unescaped) and the span of the literal; absent when the span is empty.
struct Text {
  std::string_view value;
  Span span;

  bool present() const { return span.length > 0; }
};

enum class Precision : std::uint8_t { Year, Month, Week, Day, Hour, Minute, Second, Millisecond };

// ---- Literals ---------------------------------------------------------------------------------------------------

/// Stands for an expression that could not be read; already reported.
struct Invalid : ExpressionOf<NodeKind::Invalid> {};

/// `null`
struct NullLiteral : ExpressionOf<NodeKind::NullLiteral> {};

/// `true`, `false`
struct BooleanLiteral : ExpressionOf<NodeKind::BooleanLiteral> {
  bool value = false;
};

/// `'text'`, unescaped.
struct StringLiteral : ExpressionOf<NodeKind::StringLiteral> {
  std::string_view value;
};

/// `42`: the digits as written, without sign (a minus is Unary Negate); range is the checker's question.
struct IntegerLiteral : ExpressionOf<NodeKind::IntegerLiteral> {
  std::string_view digits;
};

/// `42L`: the digits without the L.
struct LongLiteral : ExpressionOf<NodeKind::LongLiteral> {
  std::string_view digits;
};

/// `4.20`: digits and point as written.
struct DecimalLiteral : ExpressionOf<NodeKind::DecimalLiteral> {
  std::string_view digits;
};

/// `@2014`, `@2014-01`, `@2014-01-25`: the text after the @.
struct DateLiteral : ExpressionOf<NodeKind::DateLiteral> {
  std::string_view text;
};

/// `@2014T`, `@2014-01-25T14:30:14.559+01:00`, `...Z`: the text after the @, always with a T.
struct DateTimeLiteral : ExpressionOf<NodeKind::DateTimeLiteral> {
  std::string_view text;
};

/// `@T14:30`: the text after `@T`.
struct TimeLiteral : ExpressionOf<NodeKind::TimeLiteral> {
  std::string_view text;
};

enum class UnitForm : std::uint8_t {
  None,      ///< only inside a ratio: `1:8`
  Calendar,  ///< a word, `3 days`; `unit` holds the word as written
  Ucum,      ///< a string, `3 'd'`; `unit` holds its value
};

/// `6.5 'mg/dL'`, `3 days`: the number as written (without sign) and the unit.
struct QuantityLiteral : ExpressionOf<NodeKind::QuantityLiteral> {
  std::string_view number;
  UnitForm form = UnitForm::None;
  std::string_view unit;
  Precision calendar_unit = Precision::Year;  ///< when form is Calendar
};

/// `1 'mg' : 100 'mL'`
struct RatioLiteral : ExpressionOf<NodeKind::RatioLiteral> {
  const QuantityLiteral* numerator = nullptr;
  const QuantityLiteral* denominator = nullptr;
};

// ---- Selectors --------------------------------------------------------------------------------------------------

/// `Interval[low, high)`
struct IntervalSelector : ExpressionOf<NodeKind::IntervalSelector> {
  const Expression* low = nullptr;
  const Expression* high = nullptr;
  bool low_closed = true;
  bool high_closed = true;
  const Expression* low_closed_value = nullptr;   ///< or null; only ELM says it by an expression, and then both
  const Expression* high_closed_value = nullptr;  ///< or null
};

/// `name: value` in a tuple or instance.
struct ElementSelector {
  Name name;
  const Expression* value = nullptr;
};

/// `Tuple { a: 1 }`, `{ a: 1 }`, `{ : }`
struct TupleSelector : ExpressionOf<NodeKind::TupleSelector> {
  std::span<const ElementSelector> elements;
};

/// `Code { code: 'x' }`, `FHIR.Period { : }`
struct InstanceSelector : ExpressionOf<NodeKind::InstanceSelector> {
  const TypeSpecifier* type = nullptr;  ///< NamedType or InvalidType
  std::span<const ElementSelector> elements;
};

/// `{ 1, 2 }`, `List { 1 }`, `List<Integer> { }`
struct ListSelector : ExpressionOf<NodeKind::ListSelector> {
  const TypeSpecifier* element_type = nullptr;  ///< or null
  std::span<const Expression* const> elements;
};

/// `Code 'c' from "System" display 'd'`
struct CodeSelector : ExpressionOf<NodeKind::CodeSelector> {
  Text code;
  QualifiedName system;
  Text display;  ///< may be absent
};

/// `Concept { Code 'c' from "System" } display 'd'`
struct ConceptSelector : ExpressionOf<NodeKind::ConceptSelector> {
  std::span<const CodeSelector* const> codes;
  Text display;  ///< may be absent
};

// ---- Names and invocations --------------------------------------------------------------------------------------

/// A name by itself: define, parameter, alias, let, code, include alias, element of $this ...
struct Identifier : ExpressionOf<NodeKind::Identifier> {
  Name name;
};

/// `%context`, `%'long name'`
struct ExternalConstant : ExpressionOf<NodeKind::ExternalConstant> {
  Name name;
};

enum class SpecialVariableKind : std::uint8_t { This, Index, Total };

/// `$this`, `$index`, `$total`
struct SpecialVariable : ExpressionOf<NodeKind::SpecialVariable> {
  SpecialVariableKind variable = SpecialVariableKind::This;
};

/// `target.name`: an element, or a define of an included library.
struct Member : ExpressionOf<NodeKind::Member> {
  const Expression* target = nullptr;
  Name name;
};

/// `name(arguments)`
struct FunctionCall : ExpressionOf<NodeKind::FunctionCall> {
  Name name;
  std::span<const Expression* const> arguments;
  /// Only in what ELM says: the operator of that name, whatever functions the library declares.
  bool is_operator = false;
  std::optional<Precision> precision;  ///< of such an operator; not Week
};

/// `target.name(arguments)`: a fluent function, or a function of an included library.
struct MethodCall : ExpressionOf<NodeKind::MethodCall> {
  const Expression* target = nullptr;
  Name name;
  std::span<const Expression* const> arguments;
};

/// `target[index]`
struct Indexer : ExpressionOf<NodeKind::Indexer> {
  const Expression* target = nullptr;
  const Expression* index = nullptr;
};

// ---- Data -------------------------------------------------------------------------------------------------------

enum class CodeComparator : std::uint8_t { None, In, Equal, Equivalent };

/// `[context -> Type: path in terminology]`; all but the type may be missing.
struct Retrieve : ExpressionOf<NodeKind::Retrieve> {
  const Expression* context = nullptr;  ///< or null
  const TypeSpecifier* type = nullptr;  ///< NamedType or InvalidType
  /// or null; Identifier, or Member and Indexer (by a literal) above one. Only together with a comparator.
  const Expression* code_path = nullptr;
  CodeComparator comparator = CodeComparator::None;
  const Expression* terminology = nullptr;  ///< or null
};

/// `source alias` in from, with and without.
struct AliasedSource {
  const Expression* source = nullptr;
  Name alias;
  Span span;
};

/// `name: value` of a let clause.
struct LetItem {
  Name name;
  const Expression* value = nullptr;
};

/// `with source alias such that condition`, or without.
struct Relationship {
  bool without = false;
  AliasedSource source;
  const Expression* condition = nullptr;
  Span span;
};

enum class Distinctness : std::uint8_t { Unsaid, All, Distinct };

/// `aggregate distinct name starting 0: value`
struct AggregateClause {
  Distinctness distinctness = Distinctness::Unsaid;
  Name accumulator;
  const Expression* starting = nullptr;  ///< or null
  const Expression* value = nullptr;
  Span span;
};

/// `return all value`
struct ReturnClause {
  Distinctness distinctness = Distinctness::Unsaid;
  const Expression* value = nullptr;
  Span span;
};

enum class SortDirection : std::uint8_t { Ascending, Descending };

/// One `by` item. Its expression is resolved against $this of the query's result.
struct SortItem {
  const Expression* by = nullptr;  ///< null for `sort asc`: the element itself, and then the only item
  SortDirection direction = SortDirection::Ascending;
  Span span;
};

/// `from sources let ... with ... where ... return ... sort ...`; clauses not written are null or empty.
struct Query : ExpressionOf<NodeKind::Query> {
  bool has_from = false;  ///< written with `from` or several sources: only then the result of many sources is a tuple
  std::span<const AliasedSource> sources;
  std::span<const LetItem> lets;
  std::span<const Relationship> relationships;
  const Expression* where = nullptr;            ///< or null
  const AggregateClause* aggregate = nullptr;   ///< or null; never together with return_clause
  const ReturnClause* return_clause = nullptr;  ///< or null
  std::span<const SortItem> sort;
};

// ---- Operators --------------------------------------------------------------------------------------------------

enum class UnaryOperator : std::uint8_t {
  Negate,         ///< `-x`
  Plus,           ///< `+x`
  Not,            ///< `not x`
  Exists,         ///< `exists x`
  StartOf,        ///< `start of x`
  EndOf,          ///< `end of x`
  WidthOf,        ///< `width of x`
  SuccessorOf,    ///< `successor of x`
  PredecessorOf,  ///< `predecessor of x`
  SingletonFrom,  ///< `singleton from x`
  PointFrom,      ///< `point from x`
  Distinct,       ///< `distinct x`
  Flatten,        ///< `flatten x`
  IsNull,         ///< `x is null`
  IsNotNull,
  IsTrue,
  IsNotTrue,
  IsFalse,
  IsNotFalse,
};

struct Unary : ExpressionOf<NodeKind::Unary> {
  UnaryOperator op = UnaryOperator::Negate;
  const Expression* operand = nullptr;
};

enum class BinaryOperator : std::uint8_t {
  Subtract,
  Multiply,
  Divide,
  TruncatedDivide,  ///< `div`
  Modulo,           ///< `mod`
  Power,            ///< `^`
  Less,
  LessOrEqual,
  Greater,
  GreaterOrEqual,
  Equal,
  NotEqual,
  Equivalent,
  NotEquivalent,
  Implies,
  Intersect,
  Except,
};

struct Binary : ExpressionOf<NodeKind::Binary> {
  BinaryOperator op = BinaryOperator::Subtract;
  Span op_span;
  const Expression* left = nullptr;
  const Expression* right = nullptr;
};

enum class NaryOperator : std::uint8_t {
  And,
  Or,
  Xor,
  Add,          ///< `+`: means ((a + b) + c); lower it from left to right
  Concatenate,  ///< `&`
  Union,        ///< `union` and `|`
};

/// Two or more operands of one operator, however many were chained.
struct Nary : ExpressionOf<NodeKind::Nary> {
  NaryOperator op = NaryOperator::And;
  std::span<const Expression* const> operands;
};

enum class MembershipOperator : std::uint8_t {
  In,
  Contains,
};

/// `x in y`, `y contains x`, with an optional precision: `x in day of y`.
struct Membership : ExpressionOf<NodeKind::Membership> {
  MembershipOperator op = MembershipOperator::In;
  std::optional<Precision> precision;
  Span op_span;
  const Expression* left = nullptr;
  const Expression* right = nullptr;
};

enum class TimingRelation : std::uint8_t {
  SameAs,        ///< `same day as`
  SameOrBefore,  ///< `same day or before`
  SameOrAfter,   ///< `same day or after`
  Includes,      ///< `properly includes day of`
  IncludedIn,    ///< `properly during day of`, `included in`
  Before,        ///< `3 days or more before day of`, `on or before`, `before or on`
  After,
  Within,  ///< `properly within 3 days of`
  Meets,
  MeetsBefore,
  MeetsAfter,
  Overlaps,
  OverlapsBefore,
  OverlapsAfter,
  Starts,  ///< `starts day of`, as a relation of two intervals
  Ends,
};

enum class Boundary : std::uint8_t {
  None,
  Start,
  End,
};

enum class OffsetQualifier : std::uint8_t {
  Exactly,   ///< `3 days before`
  OrMore,    ///< `3 days or more before`
  OrLess,    ///< `3 days or less before`
  LessThan,  ///< `less than 3 days before`
  MoreThan,  ///< `more than 3 days before`
};

/// `left [starts|ends|occurs] phrase [start|end] right`. Fields that a relation does not have keep their defaults.
struct Timing : ExpressionOf<NodeKind::Timing> {
  TimingRelation relation = TimingRelation::SameAs;
  Boundary left_boundary = Boundary::None;   ///< `left starts ...` takes the start of left; `occurs` takes left itself
  Boundary right_boundary = Boundary::None;  ///< `... before start right`; `before start of right` is Unary StartOf
  bool properly = false;                     ///< Includes, IncludedIn, Within
  bool or_on = false;                        ///< Before, After: `on or before`, `before or on`
  std::optional<Precision> precision;
  OffsetQualifier offset_qualifier = OffsetQualifier::Exactly;
  const QuantityLiteral* offset = nullptr;  ///< Within: the distance. Before, After: the offset, or null
  Span op_span;                             ///< the whole phrase
  const Expression* left = nullptr;
  const Expression* right = nullptr;
};

/// `x properly between low and high`
struct Between : ExpressionOf<NodeKind::Between> {
  bool properly = false;
  const Expression* operand = nullptr;
  const Expression* low = nullptr;
  const Expression* high = nullptr;
};

enum class DurationForm : std::uint8_t {
  Duration,    ///< whole periods: `days between`, `duration in days`
  Difference,  ///< boundaries crossed: `difference in days`
};

/// `days between low and high`, `duration in days between ...`, `difference in days between ...`
struct DurationBetween : ExpressionOf<NodeKind::DurationBetween> {
  DurationForm form = DurationForm::Duration;
  Precision precision = Precision::Day;
  const Expression* low = nullptr;
  const Expression* high = nullptr;
};

/// `duration in days of interval`, `difference in days of interval`
struct DurationOf : ExpressionOf<NodeKind::DurationOf> {
  DurationForm form = DurationForm::Duration;
  Precision precision = Precision::Day;
  const Expression* operand = nullptr;
};

enum class DateTimeComponent : std::uint8_t {
  Year,
  Month,
  Week,
  Day,
  Hour,
  Minute,
  Second,
  Millisecond,
  Date,
  Time,
  TimezoneOffset,
};

/// `year from x`, `date from x`, `timezoneoffset from x`
struct ComponentFrom : ExpressionOf<NodeKind::ComponentFrom> {
  DateTimeComponent component = DateTimeComponent::Year;
  const Expression* operand = nullptr;
};

enum class SetAggregateOperator : std::uint8_t { Expand, Collapse };

/// `collapse x per day`, `expand x per 2 days`
struct SetAggregate : ExpressionOf<NodeKind::SetAggregate> {
  SetAggregateOperator op = SetAggregateOperator::Expand;
  const Expression* operand = nullptr;
  std::optional<Precision> per_precision;  ///< `per day`
  const Expression* per = nullptr;         ///< `per expression`, or null
};

/// `minimum Integer`, `maximum Date`
struct TypeExtent : ExpressionOf<NodeKind::TypeExtent> {
  bool maximum = false;
  const TypeSpecifier* type = nullptr;  ///< NamedType or InvalidType
};

/// `x is T`
struct IsType : ExpressionOf<NodeKind::IsType> {
  const Expression* operand = nullptr;
  const TypeSpecifier* type = nullptr;
};

/// `x as T` (null if it is not one), `cast x as T` (strict: a failure)
struct AsType : ExpressionOf<NodeKind::AsType> {
  bool strict = false;
  const Expression* operand = nullptr;
  const TypeSpecifier* type = nullptr;
};

/// `convert x to T`
struct ConvertToType : ExpressionOf<NodeKind::ConvertToType> {
  const Expression* operand = nullptr;
  const TypeSpecifier* type = nullptr;
};

/// `convert x to 'mg'`, `convert x to days`
struct ConvertToUnit : ExpressionOf<NodeKind::ConvertToUnit> {
  const Expression* operand = nullptr;
  UnitForm form = UnitForm::Ucum;
  std::string_view unit;
  Precision calendar_unit = Precision::Year;  ///< when form is Calendar
  Span unit_span;
};

/// `if condition then value else otherwise`
struct If : ExpressionOf<NodeKind::If> {
  const Expression* condition = nullptr;
  const Expression* then_value = nullptr;
  const Expression* else_value = nullptr;
};

/// `when condition then value`
struct CaseItem {
  const Expression* when = nullptr;
  const Expression* then_value = nullptr;
  Span span;
};

/// `case comparand when ... then ... else ... end`
struct Case : ExpressionOf<NodeKind::Case> {
  const Expression* comparand = nullptr;  ///< or null
  std::span<const CaseItem> items;
  const Expression* else_value = nullptr;
};

// ---- Types ------------------------------------------------------------------------------------------------------

/// Stands for a type that could not be read; already reported.
struct InvalidType : TypeOf<NodeKind::InvalidType> {};

/// `Integer`, `FHIR.Condition`
struct NamedType : TypeOf<NodeKind::NamedType> {
  QualifiedName name;
};

/// `List<T>`
struct ListType : TypeOf<NodeKind::ListType> {
  const TypeSpecifier* element = nullptr;
};

/// `Interval<T>`
struct IntervalType : TypeOf<NodeKind::IntervalType> {
  const TypeSpecifier* point = nullptr;
};

struct TupleTypeElement {
  Name name;
  const TypeSpecifier* type = nullptr;
};

/// `Tuple { a Integer, b String }`
struct TupleType : TypeOf<NodeKind::TupleType> {
  std::span<const TupleTypeElement> elements;
};

/// `Choice<A, B>`
struct ChoiceType : TypeOf<NodeKind::ChoiceType> {
  std::span<const TypeSpecifier* const> options;
};

// ---- Declarations -----------------------------------------------------------------------------------------------

/// `@name: value` in the comments before a declaration. The value may go on over further lines of the comment, until
/// the next tag or a blank line; its lines are joined by one space. A tag without a value has an empty one.
struct Tag {
  std::string_view name;
  std::string_view value;
  Span span;
};

/// The comments directly before a declaration, without comment signs.
struct Documentation {
  std::string_view text;  ///< what stands before the first tag, lines joined by '\n'
  std::span<const Tag> tags;

  /// The first tag of that name, or null.
  const Tag* find(std::string_view name) const;
};

enum class Access : std::uint8_t { Public, Private };

/// What every declaration begins with. The name is empty for a context, the local name for using and include.
struct Declaration : Node {
  Name name;
  Access access = Access::Public;
  Documentation documentation;
};

template <NodeKind K>
using DeclarationOf = NodeOf<K, Declaration>;

/// `using FHIR version '4.0.1' called F`; `name` is the alias, or the last part of the model's name.
struct UsingDeclaration : DeclarationOf<NodeKind::UsingDeclaration> {
  QualifiedName model;
  Text version;
};

/// `include A.B version '1' called C`; `name` is the alias, or the last part of the library's name.
struct IncludeDeclaration : DeclarationOf<NodeKind::IncludeDeclaration> {
  QualifiedName library;
  Text version;
};

/// `codesystem "LOINC": 'http://loinc.org' version '2.7'`
struct CodeSystemDeclaration : DeclarationOf<NodeKind::CodeSystemDeclaration> {
  Text id;
  Text version;
};

/// `valueset "V": 'url' version '1' codesystems { "S", L."T" }`
struct ValueSetDeclaration : DeclarationOf<NodeKind::ValueSetDeclaration> {
  Text id;
  Text version;
  std::span<const QualifiedName> code_systems;
};

/// `code "C": '123' from "S" display 'd'`
struct CodeDeclaration : DeclarationOf<NodeKind::CodeDeclaration> {
  Text code;
  QualifiedName system;
  Text display;
};

/// `concept "C": { "A", L."B" } display 'd'`
struct ConceptDeclaration : DeclarationOf<NodeKind::ConceptDeclaration> {
  std::span<const QualifiedName> codes;
  Text display;
};

/// `parameter "P" Interval<DateTime> default ...`
struct ParameterDeclaration : DeclarationOf<NodeKind::ParameterDeclaration> {
  const TypeSpecifier* type = nullptr;        ///< or null
  const Expression* default_value = nullptr;  ///< or null
};

/// `context Patient`, `context FHIR.Patient`; holds for the defines that follow.
struct ContextDeclaration : DeclarationOf<NodeKind::ContextDeclaration> {
  QualifiedName context;
};

/// `define "D": expression`
struct DefineDeclaration : DeclarationOf<NodeKind::DefineDeclaration> {
  const Expression* expression = nullptr;
};

struct OperandDeclaration {
  Name name;
  const TypeSpecifier* type = nullptr;
};

/// `define fluent function f(a Integer) returns T: body`
struct FunctionDeclaration : DeclarationOf<NodeKind::FunctionDeclaration> {
  bool fluent = false;
  std::span<const OperandDeclaration> operands;
  const TypeSpecifier* returns = nullptr;  ///< or null
  const Expression* body = nullptr;        ///< null exactly for `external`
};

/// One parsed text. Declarations in the order of the source; those that could not be read at all are missing.
struct Library {
  SourceId source;
  QualifiedName name;  ///< no parts if the text has no library line
  Text version;
  Documentation documentation;
  std::span<const Declaration* const> declarations;
};

/// Owns the nodes of one text; movable, nodes keep their address. The SourceText must live as long. Frozen once
/// parsed: any number of threads may read it.
class Ast {
 public:
  const Library& library() const { return *library_; }

 private:
  friend class Parser;
  Arena arena_;
  const Library* library_ = nullptr;
};

/// The same for a text that is one expression.
class ExpressionAst {
 public:
  const Expression& root() const { return *root_; }

 private:
  friend class Parser;
  Arena arena_;
  const Expression* root_ = nullptr;
};

}  // namespace calx::cql
