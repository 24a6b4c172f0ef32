#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "cql/ast.h"
#include "diagnostics/diagnostics.h"
#include "diagnostics/source_text.h"
#include "formats/json.h"

namespace calx {

/// Makes the Ast of one ELM library. Declarations stand in read_library.cpp, expressions in read_expressions.cpp.
class ElmReader {
 public:
  ElmReader(const SourceText& source, Arena& arena, Diagnostics& diagnostics)
      : source_(source), arena_(arena), diagnostics_(diagnostics) {}

  cql::Library read(JsonValue root);

 private:
  /// One step of the JSON path while the members of a value are read.
  class Step {
   public:
    Step(ElmReader& reader, std::string_view key) : reader_(reader) { reader_.path_.push_back({key, 0}); }
    Step(ElmReader& reader, std::size_t index) : reader_(reader) { reader_.path_.push_back({{}, index}); }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;
    ~Step() { reader_.path_.pop_back(); }

   private:
    ElmReader& reader_;
  };

  struct PathPart {
    std::string_view key;  // empty: the index
    std::size_t index = 0;
  };

  // read_library.cpp
  void collect_names(JsonValue library);
  void read_usings(JsonValue usings);
  void read_includes(JsonValue includes);
  void read_code_systems(JsonValue list);
  void read_value_sets(JsonValue list);
  void read_codes(JsonValue list);
  void read_concepts(JsonValue list);
  void read_parameters(JsonValue list);
  void read_statements(JsonValue list);
  void read_function(JsonValue definition);
  void start_declaration(cql::Declaration& declaration, JsonValue definition, std::string_view name_key);
  cql::Documentation documentation(JsonValue definition);
  cql::QualifiedName reference_name(JsonValue reference);

  // types, in read_library.cpp
  const cql::TypeSpecifier* named_type(std::string_view qualified, JsonValue place);
  const cql::TypeSpecifier* type_specifier(JsonValue specifier);
  /// From the member `named` (a qualified name) or `specified` (a type specifier); null when there is neither.
  const cql::TypeSpecifier* type_member(JsonValue node, std::string_view named, std::string_view specified);
  const cql::TypeSpecifier* required_type(JsonValue node, std::string_view named, std::string_view specified);

  // read_expressions.cpp
  const cql::Expression* expression(JsonValue node, std::string_view default_type = {});
  const cql::Expression* dispatch(JsonValue node, std::string_view type);
  const cql::Expression* member(JsonValue node, std::string_view key, std::string_view default_type = {});
  const cql::Expression* optional_member(JsonValue node, std::string_view key);
  std::vector<const cql::Expression*> members(JsonValue node, std::string_view key);
  const cql::Expression* literal(JsonValue node);
  const cql::Expression* number(JsonValue node, std::string_view type, std::string_view text);
  const cql::QuantityLiteral* quantity(JsonValue node);
  const cql::Expression* quantity_expression(JsonValue node);
  const cql::Expression* interval(JsonValue node);
  const cql::Expression* list(JsonValue node);
  std::span<const cql::ElementSelector> elements(JsonValue node);
  const cql::Expression* code(JsonValue node);
  const cql::Expression* concept_of(JsonValue node);
  const cql::Expression* named(JsonValue node, std::string_view name);
  const cql::Expression* local(JsonValue node, std::string_view name);
  const cql::Expression* special(JsonValue node, cql::SpecialVariableKind variable);
  const cql::Expression* library_reference(JsonValue node);
  const cql::Expression* path_of(JsonValue node, const cql::Expression* target, std::string_view path);
  const cql::Expression* property(JsonValue node);
  const cql::Expression* call(JsonValue node);
  const cql::Expression* chain(JsonValue node, std::string_view type, cql::NaryOperator op);
  const cql::Expression* binary(JsonValue node, cql::BinaryOperator op);
  const cql::Expression* if_expression(JsonValue node);
  const cql::Expression* case_expression(JsonValue node);
  const cql::Expression* is_type(JsonValue node);
  const cql::Expression* as_type(JsonValue node);
  const cql::Expression* convert(JsonValue node);
  const cql::Expression* extent(JsonValue node, bool maximum);
  const cql::Expression* retrieve(JsonValue node);
  const cql::Expression* query(JsonValue node);
  const cql::Expression* scoped(JsonValue node, bool is_filter);
  const cql::Expression* sorted(JsonValue node);
  std::span<const cql::SortItem> sort_items(JsonValue sort);
  const cql::Expression* date_time_constant(JsonValue node, std::string_view type);
  const cql::Expression* operation(JsonValue node, std::string_view type);
  const cql::Expression* operator_call(JsonValue node, std::string_view name,
                                       std::span<const cql::Expression* const> operands,
                                       std::optional<cql::Precision> precision = {});

  std::string path_text() const;
  void report(JsonValue place, std::string message);
  void report_unsupported(JsonValue place, std::string message);
  /// The node's locator where it has one, else that of the node around it, else the node itself.
  Span span_of(JsonValue node) const;
  std::string_view keep(std::string_view text) { return arena_.copy(text); }
  std::string_view required_text(JsonValue node, std::string_view key);
  cql::Name name_at(JsonValue place, std::string_view text) { return {keep(text), span_of(place)}; }
  cql::Text text_at(JsonValue value);
  /// A local name that is that of a declaration too gets another one: the reference says which it means.
  std::string_view local_name(std::string_view name);

  template <class T>
  T* make(JsonValue node) {
    T* made = arena_.make<T>();
    made->span = span_of(node);
    return made;
  }
  template <class T>
  std::span<const T> copy(const std::vector<T>& items) {
    return arena_.copy(std::span<const T>(items));
  }
  const cql::Expression* invalid(JsonValue node) { return make<cql::Invalid>(node); }

  const SourceText& source_;
  Arena& arena_;
  Diagnostics& diagnostics_;
  std::vector<PathPart> path_;
  std::vector<const cql::Declaration*> declarations_;
  std::vector<std::pair<std::string_view, std::string_view>> models_;  // uri, name
  std::unordered_set<std::string_view> names_;                         // of declarations and includes
  Span locator_;                                                       // of the nearest node around that has one
  std::size_t depth_ = 0;
  bool too_deep_ = false;
  bool in_sort_ = false;
};

}  // namespace calx
