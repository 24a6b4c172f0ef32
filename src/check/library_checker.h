#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "check/checker.h"
#include "check/conversions.h"
#include "check/node_builder.h"
#include "check/overloads.h"
#include "cql/ast.h"

namespace calx {

struct Mapping;
struct MappingTest;
struct ModelElement;

/// Checks one library. Definitions are checked when they are first referred to, so their order does not matter and a
/// circle is found. The methods stand in files by subject: check_library.cpp, check_names.cpp, check_expressions.cpp,
/// check_queries.cpp, check_timing.cpp, check_calls.cpp, check_methods.cpp,
/// check_types.cpp.
class LibraryChecker {
 public:
  LibraryChecker(const cql::Library& ast, const LibraryFinder& find_library, const CheckContext& context);

  TypedLibrary run();

 private:
  enum class State : std::uint8_t { Waiting, InProgress, Done };

  struct Include {
    std::string_view alias;
    const TypedLibrary* library = nullptr;  // null: native, or missing and reported
    bool is_native = false;
    std::uint32_t index = 0;  // among TypedLibrary::includes
  };

  struct DefineEntry {
    const cql::DefineDeclaration* declaration = nullptr;
    EvaluationContext context = EvaluationContext::Patient;
    State state = State::Waiting;
    std::uint32_t index = 0;
  };

  struct FunctionEntry {
    const cql::FunctionDeclaration* declaration = nullptr;
    EvaluationContext context = EvaluationContext::Patient;
    State state = State::Waiting;
    std::uint32_t index = 0;
    std::vector<TypeId> operands;
    bool is_valid = true;
  };

  struct ModelUse {
    std::string_view alias;
    const Model* model = nullptr;
  };

  /// A name that an alias, let, operand or special variable gives to a local slot.
  struct Binding {
    std::string_view name;
    std::uint32_t slot = 0;
    TypeId type;
    bool is_valid = true;
    Span span{};
    std::string_view unused_text{};  // what it is, for the warning that nothing uses it; empty: none is given
    bool is_used = false;
  };

  /// What a frame (the body of one define, function or parameter) keeps to itself while another is checked.
  struct Frame {
    std::vector<Binding> bindings;
    std::optional<Binding> this_binding;  // $this; in a sort clause its elements are names too
    bool this_elements_are_names = false;
    std::optional<Binding> index_binding;
    std::optional<Binding> total_binding;
    EvaluationContext context = EvaluationContext::Patient;
  };

  // check_library.cpp
  void declare_names();
  void declare(const cql::Declaration& declaration, EvaluationContext context);
  void declare_include(const cql::IncludeDeclaration& declaration);
  void declare_code_system(const cql::CodeSystemDeclaration& declaration);
  void declare_value_set(const cql::ValueSetDeclaration& declaration);
  void declare_code(const cql::CodeDeclaration& declaration);
  void declare_concept(const cql::ConceptDeclaration& declaration);
  void declare_parameter(const cql::ParameterDeclaration& declaration);
  std::vector<std::string_view> by_dependency();
  void add_term(const cql::Declaration& declaration, TypeId type, const Value& value);
  bool claim_name(const cql::Declaration& declaration);
  void check_define(DefineEntry& entry);
  void check_function(FunctionEntry& entry);
  const Term* find_term(const cql::QualifiedName& name, TypeId type);
  Value make_code(std::string_view code, const Value& system, std::optional<std::string_view> display);
  std::string_view keep(std::string_view text) { return context_.arena.copy(text); }

  // check_names.cpp
  /// Searching the nearest name is slow; a text full of unknown names gets suggestions for a few of them.
  bool may_suggest() { return ++suggestions_ * (declared_.size() + 100) <= 100'000; }
  Typed check_identifier(const cql::Identifier& identifier);
  Typed check_member(const cql::Member& member);
  std::optional<Typed> find_binding(std::string_view name);
  std::optional<Typed> find_declared(std::string_view name, Span span);
  Typed check_library_member(const Include& include, const cql::Name& name);
  const Include* find_include(std::string_view alias) const;
  const Include* include_named_by(const cql::Expression& expression);
  Typed reference(NodeKind kind, TypeId type, std::uint32_t include, std::uint32_t index,
                  std::span<const Typed> arguments = {});
  Typed property(Typed target, std::string_view name, Span span);
  std::optional<TypeId> property_type(TypeId type, std::string_view name);
  Typed raw_property(Typed target, std::string_view name, TypeId type);
  void report_unknown_name(std::string_view name, Span span);

  // check_types.cpp
  std::optional<TypeId> resolve_type(const cql::TypeSpecifier& specifier);
  std::optional<TypeId> resolve_named_type(const cql::QualifiedName& name);
  Typed check_is(const cql::IsType& expression);
  Typed check_as(const cql::AsType& expression);
  Typed check_convert(const cql::ConvertToType& expression);
  std::optional<Typed> instance_of_tuple(Typed tuple, TypeId type);
  Typed check_convert_unit(const cql::ConvertToUnit& expression);
  Typed check_extent(const cql::TypeExtent& expression);

  // check_expressions.cpp
  Typed check(const cql::Expression& expression);
  Typed dispatch(const cql::Expression& expression);
  Typed check_as_type(const cql::Expression& expression, TypeId type, std::string_view what);
  Typed expect(Typed value, TypeId type, Span span, std::string_view what);
  Typed check_literal(const cql::Expression& expression, bool negative = false);
  Typed check_quantity(const cql::QuantityLiteral& literal);
  Typed check_unary(const cql::Unary& expression);
  Typed check_binary(const cql::Binary& expression);
  Typed check_nary(const cql::Nary& expression);
  Typed check_union(std::span<const Typed> operands, Span span);
  Typed check_if(const cql::If& expression);
  Typed check_case(const cql::Case& expression);
  Typed check_interval(const cql::IntervalSelector& selector);
  Typed check_list(const cql::ListSelector& selector);
  Typed check_tuple(const cql::TupleSelector& selector);
  Typed check_instance(const cql::InstanceSelector& selector);
  Typed make_instance(TypeId type, std::span<const std::pair<std::string_view, Typed>> values);
  Typed check_code(const cql::CodeSelector& selector);
  Typed check_concept(const cql::ConceptSelector& selector);
  Typed check_indexer(const cql::Indexer& expression);
  Typed check_component(const cql::ComponentFrom& expression);
  Typed check_set_aggregate(const cql::SetAggregate& expression);
  Typed apply(std::string_view name, std::span<const Typed> operands, Span span, Precision precision = Precision::None);
  Typed apply(std::string_view name, std::initializer_list<Typed> operands, Span span,
              Precision precision = Precision::None) {
    return apply(name, std::span<const Typed>(operands.begin(), operands.size()), span, precision);
  }
  Typed negate(Typed truth, Span span);
  Typed conjunction(std::initializer_list<Typed> operands);
  Typed unsupported(Span span, std::string message);
  UnitId unit_of(cql::UnitForm form, std::string_view unit, Span span);

  // check_queries.cpp
  Typed check_query(const cql::Query& query);
  QuerySource check_source(const cql::AliasedSource& source, bool& is_valid);
  Typed check_code_path(const cql::Expression& path, TypeId resource, std::uint32_t& slot);
  Typed check_retrieve(const cql::Retrieve& retrieve);

  // check_timing.cpp
  Typed check_timing(const cql::Timing& timing);
  Typed check_membership(const cql::Membership& membership);
  Typed check_between(const cql::Between& between);
  Typed check_duration_between(const cql::DurationBetween& expression);
  Typed check_duration_of(const cql::DurationOf& expression);
  Typed duration(cql::DurationForm form, cql::Precision precision, Typed low, Typed high, Span span);
  Typed boundary(Typed operand, cql::Boundary boundary, Span span);
  Typed as_point_or_interval(Typed operand);
  Typed offset_before_or_after(const cql::Timing& timing, Typed left, Typed right);
  Typed within(const cql::Timing& timing, Typed left, Typed right);
  Typed membership(std::string_view point_operator, Typed point, Typed range, Span span, Precision precision);

  // check_calls.cpp
  Typed check_call(const cql::FunctionCall& call);
  Typed check_method(const cql::MethodCall& call);
  Typed check_system_call(const cql::Name& name, std::span<const Typed> arguments, Span span);
  struct FunctionMatch {
    const Include* include = nullptr;  // null: this library
    std::uint32_t index = 0;
    int cost = Conversions::kNone;
    bool is_ambiguous = false;
  };
  void match_functions(std::string_view name, std::span<const Typed> arguments, bool fluent_only,
                       const Include* include, FunctionMatch& best, bool& exists);
  Typed call_function(std::string_view name, const FunctionMatch& match, std::span<const Typed> arguments);
  std::optional<Typed> try_function(std::string_view name, std::span<const Typed> arguments, bool fluent_only,
                                    const Include* include, bool& exists);
  Typed check_age_call(std::string_view name, std::span<const Typed> arguments, Span span);
  Typed check_native_call(const cql::Name& name, std::span<const Typed> arguments, Span span);
  bool has_fluent_function(std::string_view name) const;
  std::optional<std::vector<Typed>> check_arguments(std::span<const cql::Expression* const> arguments);

  // warnings.cpp
  void warn(DiagnosticKind kind, Span span, std::string message, std::string hint = {});
  void bind(Binding binding);
  void unbind(std::size_t kept);
  void warn_of_unlike_alias(const cql::AliasedSource& source);
  void warn_of_null_comparison(const cql::Binary& expression);
  void warn_of_fixed_condition(const cql::Expression& condition, Span unreached_if_true, Span unreached_if_false);
  void warn_of_units(std::string_view name, std::span<const Typed> operands, Span span);
  void warn_of_unused_declarations();
  std::optional<UnitId> known_unit(Typed value);

  // check_methods.cpp
  std::optional<Typed> check_lazy_method(const cql::MethodCall& call, Typed target);
  std::optional<Typed> check_system_method(const cql::MethodCall& call, std::span<const Typed> arguments);
  Typed check_element_method(const cql::MethodCall& call, Typed target);
  Typed check_type_method(const cql::MethodCall& call, Typed target);
  std::optional<TypeId> type_argument(const cql::Expression& argument);
  Typed type_test(Typed value, TypeId type);
  Typed query_node(QueryPlan plan, TypeId type);

  // native_functions.cpp
  Typed calendar_unit(Typed unit);
  std::optional<Typed> native_function(std::string_view name, Typed argument);

  // model_mapping.cpp
  void use_model(const cql::UsingDeclaration& declaration);
  std::optional<TypeId> model_type(const cql::QualifiedName& name);
  /// Of what the name of a context is: a class of the first model used that has the context, or else FHIR's.
  TypeId context_type(std::string_view context);
  /// Nothing when no class of a loaded model is the target.
  std::optional<Typed> model_property(Typed target, std::string_view name, TypeId type);
  Typed model_element(Typed target, const ModelElement& element);
  bool is_plain(TypeId type);
  Typed mapped(Typed instance, std::string_view owner, std::string_view name, const Mapping& mapping, TypeId type);
  Typed items_where(Typed list, std::span<const MappingTest> tests);
  Typed kept_where(Typed list, std::uint32_t slot, Typed where);
  /// A FHIR value as what a loaded model says that it is.
  Typed fit(Typed value, TypeId type);
  /// A retrieve of the FHIR class as one of the model's class `type`; the same when that is none.
  Typed model_retrieve(Typed resources, TypeId type, std::string_view code_path, Typed codes);

  Diagnostics& diagnostics() { return context_.diagnostics; }
  Types& types() { return context_.types; }

  const cql::Library& ast_;
  const LibraryFinder& find_library_;
  CheckContext context_;
  TypedLibrary library_;
  NodeBuilder builder_;
  Conversions conversions_;
  Overloads overloads_;
  Frame frame_;
  std::vector<Include> includes_;
  std::unordered_map<std::string_view, DefineEntry> defines_;
  std::vector<std::string_view> define_order_;
  std::vector<FunctionEntry> functions_;
  std::unordered_multimap<std::string_view, std::uint32_t> functions_by_name_;
  std::unordered_map<std::string_view, std::uint32_t> terms_by_name_;
  std::unordered_map<std::string_view, std::uint32_t> parameters_by_name_;
  std::unordered_map<std::string_view, Span> declared_;
  std::unordered_set<std::string_view> used_;                 // declared names that something refers to
  std::set<std::pair<std::uint32_t, std::uint32_t>> warned_;  // kind and place
  std::uintptr_t stack_base_ = 0;
  bool stack_was_short_ = false;
  std::size_t suggestions_ = 0;
  bool uses_model_ = false;
  std::vector<ModelUse> models_;
};

Precision plan_precision(std::optional<cql::Precision> precision);

}  // namespace calx
