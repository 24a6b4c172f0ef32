#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "elm/elm.h"
#include "elm/shapes.h"
#include "formats/json_writer.h"
#include "values/date_time.h"
#include "values/decimal.h"

namespace calx {

namespace {

constexpr std::string_view kHelpers = "FHIRHelpers";

class ElmWriter {
 public:
  ElmWriter(const TypedLibrary& library, const ElmWriteContext& context)
      : library_(library), store_(library.store), context_(context), types_(context.types) {
    for (std::string_view name : library.includes) {
      includes_.push_back(context.find_library(name, {}));
      std::string alias(name);
      while (is_declared(alias)) alias += '_';
      aliases_.push_back(std::move(alias));
    }
    while (is_declared(helpers_alias_)) helpers_alias_ += '_';
  }

  std::string run() {
    const std::string parameters = section([&] { write_parameters(); });
    const std::string statements = section([&] { write_statements(); });
    const std::string value_sets = section([&] { write_vocabularies(false); });
    const std::string codes = section([&] { write_codes(); });
    const std::string concepts = section([&] { write_concepts(); });
    const std::string code_systems = section([&] { write_vocabularies(true); });  // last: codes may need more of them

    out_ = JsonWriter(JsonWriter::Layout::Compact);
    out_.begin_object().key("library").begin_object();
    out_.key("identifier").begin_object();
    text("id", library_.name);
    if (!library_.version.empty()) text("version", library_.version);
    out_.end_object();
    out_.key("schemaIdentifier").begin_object();
    text("id", "urn:hl7-org:elm");
    text("version", "r1");
    out_.end_object();
    out_.key("usings").begin_object().key("def").begin_array();
    out_.begin_object();
    text("localIdentifier", "System");
    text("uri", kElmSystem);
    out_.end_object().begin_object();
    text("localIdentifier", "FHIR");
    text("uri", kElmFhir);
    text("version", "4.0.1");
    out_.end_object().end_array().end_object();
    write_includes();
    member("parameters", parameters);
    member("codeSystems", code_systems);
    member("valueSets", value_sets);
    member("codes", codes);
    member("concepts", concepts);
    out_.key("contexts").begin_object().key("def").begin_array();
    for (std::string_view name : contexts_) {
      out_.begin_object();
      text("name", name);
      out_.end_object();
    }
    out_.end_array().end_object();
    member("statements", statements);
    out_.end_object().end_object();
    return out_.take();
  }

 private:
  /// What a local slot is in ELM.
  struct Binding {
    enum class Form : std::uint8_t { Alias, Let, Operand, Row, Node, End } form = Form::Alias;
    std::string name;       // of the alias, let or operand; of End: low or high
    NodeId node = kNoNode;  // Node and End: what stands for the slot
  };

  // ---- Sections

  template <class Write>
  std::string section(Write write) {
    out_ = JsonWriter(JsonWriter::Layout::Compact);
    out_.begin_object().key("def").begin_array();
    write();
    out_.end_array().end_object();
    return out_.take();
  }

  void member(std::string_view key, const std::string& json) {
    if (json == R"({"def":[]})") return;
    out_.key(key).raw(json);
  }

  void text(std::string_view key, std::string_view value) { out_.key(key).string(value); }

  void access(bool is_private) { text("accessLevel", is_private ? "Private" : "Public"); }

  void write_includes() {
    if (!uses_helpers_ && library_.includes.empty()) return;
    out_.key("includes").begin_object().key("def").begin_array();
    if (uses_helpers_) {
      out_.begin_object();
      text("localIdentifier", helpers_alias_);
      text("path", kHelpers);
      text("version", "4.0.1");
      out_.end_object();
    }
    for (std::size_t i = 0; i < library_.includes.size(); ++i) {
      out_.begin_object();
      text("localIdentifier", aliases_[i]);
      text("path", library_.includes[i]);
      if (includes_[i] != nullptr && !includes_[i]->version.empty()) text("version", includes_[i]->version);
      out_.end_object();
    }
    out_.end_array().end_object();
  }

  void write_parameters() {
    for (const Parameter& parameter : library_.parameters) {
      out_.begin_object();
      text("name", parameter.name);
      access(false);
      locator(parameter.span);
      write_type_member("parameterType", "parameterTypeSpecifier", parameter.type);
      if (parameter.default_value != kNoNode) {
        start_frame();
        out_.key("default");
        write(parameter.default_value);
      }
      out_.end_object();
    }
  }

  static std::string_view context_name(EvaluationContext context) {
    switch (context) {
      case EvaluationContext::Patient:
        return "Patient";
      case EvaluationContext::Unfiltered:
        return "Unfiltered";
      case EvaluationContext::Practitioner:
        return "Practitioner";
    }
    return "Patient";
  }

  void use_context(std::string_view name) {
    if (std::find(contexts_.begin(), contexts_.end(), name) != contexts_.end()) return;
    contexts_.push_back(name);
    if (name == "Unfiltered") return;
    out_.begin_object();
    text("name", name);
    text("context", name);
    out_.key("expression").begin_object();
    text("type", "SingletonFrom");
    out_.key("operand").begin_object();
    text("type", "Retrieve");
    text("dataType", "{" + std::string(kElmFhir) + "}" + std::string(name));
    out_.end_object().end_object().end_object();
  }

  void write_statements() {
    // The context of a function is not said by the checker: that of the first define that there is.
    use_context(library_.defines.empty() ? "Patient" : context_name(library_.defines.front().context));
    for (const Define& define : library_.defines) use_context(context_name(define.context));
    for (const Function& function : library_.functions) {
      out_.begin_object();
      text("type", "FunctionDef");
      text("name", function.name);
      text("context", contexts_.front());
      access(function.is_private);
      if (function.fluent) out_.key("fluent").boolean(true);
      locator(function.span);
      start_frame();
      out_.key("operand").begin_array();
      for (std::uint32_t i = 0; i < function.operands.size(); ++i) {
        const std::string name = local_name("operand", i);
        bindings_[i] = {Binding::Form::Operand, name, kNoNode};
        out_.begin_object();
        text("name", name);
        out_.key("operandTypeSpecifier");
        write_type(function.operands[i]);
        out_.end_object();
      }
      out_.end_array().key("expression");
      write(function.body);
      out_.end_object();
    }
    for (const Define& define : library_.defines) {
      out_.begin_object();
      text("name", define.name);
      text("context", context_name(define.context));
      access(define.is_private);
      locator(define.span);
      if (!define.tags.empty()) {
        out_.key("annotation").begin_array().begin_object();
        text("type", "Annotation");
        out_.key("t").begin_array();
        for (const DefineTag& tag : define.tags) {
          out_.begin_object();
          text("name", tag.name);
          text("value", tag.value);
          out_.end_object();
        }
        out_.end_array().end_object().end_array();
      }
      start_frame();
      out_.key("expression");
      write(define.body);
      out_.end_object();
    }
  }

  void write_vocabulary(std::string_view name, bool is_private, const VocabularyData& data) {
    out_.begin_object();
    text("name", name);
    text("id", data.url);
    if (!data.version.empty()) text("version", data.version);
    access(is_private);
    out_.end_object();
  }

  void write_vocabularies(bool code_systems) {
    const TypeId wanted = code_systems ? system_type::kCodeSystem : system_type::kValueSet;
    for (const Term& term : library_.terms) {
      if (term.type == wanted) write_vocabulary(term.name, term.is_private, term.value.as_vocabulary());
    }
    for (const auto& [name, data] : code_systems ? more_code_systems_ : more_value_sets_) {
      write_vocabulary(name, true, data);
    }
  }

  void write_codes() {
    for (const Term& term : library_.terms) {
      if (term.type != system_type::kCode) continue;
      const CodeData& code = term.value.as_code();
      out_.begin_object();
      text("name", term.name);
      text("id", code.code);
      if (code.has_display) text("display", code.display);
      access(term.is_private);
      out_.key("codeSystem").begin_object();
      text("name", code_system_of(code));
      out_.end_object().end_object();
    }
  }

  void write_concepts() {
    for (const Term& term : library_.terms) {
      if (term.type != system_type::kConcept) continue;
      out_.begin_object();
      text("name", term.name);
      if (concept_data(term.value).has_display) text("display", concept_data(term.value).display);
      access(term.is_private);
      out_.key("code").begin_array();
      for (const Value& code : concept_data(term.value).codes) {
        out_.begin_object();
        write_term_name(code.pointer);
        out_.end_object();
      }
      out_.end_array().end_object();
    }
  }

  // ---- Names

  void start_frame() { bindings_.clear(); }

  bool is_declared(std::string_view name) const {
    const auto is_it = [&](const auto& one) { return one.name == name; };
    return std::ranges::any_of(library_.defines, is_it) || std::ranges::any_of(library_.parameters, is_it) ||
           std::ranges::any_of(library_.terms, is_it) || std::ranges::find(aliases_, name) != aliases_.end();
  }

  std::string local_name(std::string_view word, std::uint32_t slot) const {
    std::string name = std::string(word) + std::to_string(slot);
    while (is_declared(name)) name += '_';
    return name;
  }

  std::string bind(std::uint32_t slot, Binding::Form form, std::string_view word) {
    std::string name = local_name(word, slot);
    bindings_[slot] = {form, name, kNoNode};
    return name;
  }

  struct FoundTerm {
    const Term* term = nullptr;
    std::string_view alias;  // of the included library that has it; empty: this library
  };

  FoundTerm find_term(const void* data) const {
    for (const Term& term : library_.terms) {
      if (term.value.pointer == data) return {&term, {}};
    }
    for (std::size_t i = 0; i < includes_.size(); ++i) {
      if (includes_[i] == nullptr) continue;
      for (const Term& term : includes_[i]->terms) {
        if (term.value.pointer == data && !term.is_private) return {&term, aliases_[i]};
      }
    }
    return {};
  }

  bool write_term_name(const void* data) {
    const FoundTerm found = find_term(data);
    if (found.term == nullptr) return false;
    text("name", found.term->name);
    if (!found.alias.empty()) text("libraryName", found.alias);
    return true;
  }

  std::string code_system_of(const CodeData& code) {
    for (const Term& term : library_.terms) {
      if (term.type == system_type::kCodeSystem && term.value.as_vocabulary().url == code.system &&
          term.value.as_vocabulary().version == code.version) {
        return std::string(term.name);
      }
    }
    return more(more_code_systems_, {code.system, code.version, {}, true});
  }

  /// A vocabulary that no declaration of this library names: declared by its URL.
  std::string more(std::map<std::string, VocabularyData>& known, const VocabularyData& data) const {
    std::string name(data.url);
    if (!data.version.empty()) name += "|" + std::string(data.version);
    while (is_declared(name)) name += '_';
    known.emplace(name, data);
    return name;
  }

  // ---- Types

  std::string qualified(TypeId type) const {
    if (types_.kind(type) == TypeKind::Class) {
      return "{" + std::string(kElmFhir) + "}" + std::string(types_.class_info(type).name);
    }
    std::string name = types_.name(type);
    if (name.starts_with("System.")) name = name.substr(7);
    return "{" + std::string(kElmSystem) + "}" + name;
  }

  bool is_named(TypeId type) const {
    return types_.kind(type) == TypeKind::Class || types_.kind(type) == TypeKind::System;
  }

  void write_type(TypeId type) {
    out_.begin_object();
    switch (types_.kind(type)) {
      case TypeKind::System:
      case TypeKind::Class:
        text("type", "NamedTypeSpecifier");
        text("name", qualified(type));
        break;
      case TypeKind::List:
        text("type", "ListTypeSpecifier");
        out_.key("elementType");
        write_type(types_.element_type(type));
        break;
      case TypeKind::Interval:
        text("type", "IntervalTypeSpecifier");
        out_.key("pointType");
        write_type(types_.element_type(type));
        break;
      case TypeKind::Choice:
        text("type", "ChoiceTypeSpecifier");
        out_.key("choice").begin_array();
        for (TypeId option : types_.choices(type)) write_type(option);
        out_.end_array();
        break;
      case TypeKind::Tuple:
        text("type", "TupleTypeSpecifier");
        out_.key("element").begin_array();
        for (const ElementInfo& element : types_.tuple_elements(type)) {
          out_.begin_object();
          text("name", element.name);
          out_.key("elementType");
          write_type(element.type);
          out_.end_object();
        }
        out_.end_array();
        break;
    }
    out_.end_object();
  }

  void write_type_member(std::string_view named, std::string_view specified, TypeId type) {
    if (is_named(type)) {
      text(named, qualified(type));
    } else {
      out_.key(specified);
      write_type(type);
    }
  }

  // ---- Expressions

  void locator(Span span) {
    if (context_.sources == nullptr || !context_.sources->contains(span.source)) return;
    const SourceText& source = context_.sources->at(span.source);
    if (span.length == 0 || source.text().starts_with('{')) return;  // read from ELM: no place in a CQL text
    const LineColumn begin = source.position(span.begin);
    const LineColumn end = source.position(span.end() - 1);
    text("locator", std::to_string(begin.line) + ":" + std::to_string(begin.column) + "-" + std::to_string(end.line) +
                        ":" + std::to_string(end.column));
  }

  void begin(std::string_view type, const Node& node) {
    out_.begin_object();
    text("type", type);
    locator(node.span);
  }

  void begin(std::string_view type) {
    out_.begin_object();
    text("type", type);
  }

  void end() { out_.end_object(); }

  void part(std::string_view key, NodeId id) {
    out_.key(key);
    write(id);
  }

  void parts(std::string_view key, std::span<const NodeId> ids) {
    out_.key(key).begin_array();
    for (NodeId id : ids) write(id);
    out_.end_array();
  }

  void write_literal(std::string_view type, std::string_view value) {
    begin("Literal");
    text("valueType", "{" + std::string(kElmSystem) + "}" + std::string(type));
    text("value", value);
    end();
  }

  void integer_member(std::string_view key, std::int32_t value) {
    out_.key(key);
    write_literal("Integer", std::to_string(value));
  }

  void write_null(TypeId type) {
    if (type == system_type::kAny) {
      begin("Null");
      return end();
    }
    begin("As");
    out_.key("operand");
    begin("Null");
    end();
    write_type_member("asType", "asTypeSpecifier", type);
    end();
  }

  void write_date_time(const Value& value) {
    const DateTimeParts parts = parts_of(value);
    begin(value.kind == Kind::Date ? "Date" : value.kind == Kind::DateTime ? "DateTime" : "Time");
    const auto component = [&](Precision precision, std::string_view key, std::int32_t number) {
      if (parts.precision >= precision) integer_member(key, number);
    };
    if (value.kind != Kind::Time) {
      component(Precision::Year, "year", parts.year);
      component(Precision::Month, "month", parts.month);
      component(Precision::Day, "day", parts.day);
    }
    if (value.kind != Kind::Date) {
      component(Precision::Hour, "hour", parts.hour);
      component(Precision::Minute, "minute", parts.minute);
      component(Precision::Second, "second", parts.second);
      component(Precision::Millisecond, "millisecond", parts.millisecond);
    }
    if (value.kind == Kind::DateTime && parts.offset_written) {
      const std::optional<Decimal> hours = divide({parts.offset_minutes, 0}, {60, 0});
      out_.key("timezoneOffset");
      write_literal("Decimal", to_text(hours.value_or(Decimal{})));
    }
    end();
  }

  void quantity_members(const Value& value) {
    out_.key("value").number(to_text(decimal_of(value)));
    const std::string_view unit = context_.units.unit_text(value.unit());
    if (!unit.empty()) text("unit", unit);
  }

  void write_code(const Value& value) {
    const CodeData& code = value.as_code();
    text("code", code.code);
    out_.key("system").begin_object();
    text("name", code_system_of(code));
    out_.end_object();
    if (code.has_display) text("display", code.display);
  }

  void write_constant(const Value& value, TypeId type) {
    switch (value.kind) {
      case Kind::Boolean:
        return write_literal("Boolean", value.is_true() ? "true" : "false");
      case Kind::Integer:
        return write_literal("Integer", std::to_string(value.integer));
      case Kind::Long:
        return write_literal("Long", std::to_string(value.integer));
      case Kind::Decimal:
        return write_literal("Decimal", to_text(decimal_of(value)));
      case Kind::String:
        return write_literal("String", value.as_string());
      case Kind::Date:
      case Kind::DateTime:
      case Kind::Time:
        return write_date_time(value);
      case Kind::Quantity:
        begin("Quantity");
        quantity_members(value);
        return end();
      case Kind::Ratio:
        begin("Ratio");
        out_.key("numerator").begin_object();
        quantity_members(value.low());
        out_.end_object().key("denominator").begin_object();
        quantity_members(value.high());
        out_.end_object();
        return end();
      case Kind::Code:
        if (find_term(value.pointer).term != nullptr) {
          begin("CodeRef");
          write_term_name(value.pointer);
        } else {
          begin("Code");
          write_code(value);
        }
        return end();
      case Kind::Concept:
        if (find_term(value.pointer).term != nullptr) {
          begin("ConceptRef");
          write_term_name(value.pointer);
        } else {
          begin("Concept");
          out_.key("code").begin_array();
          for (const Value& code : concept_data(value).codes) {
            out_.begin_object();
            write_code(code);
            out_.end_object();
          }
          out_.end_array();
          if (concept_data(value).has_display) text("display", concept_data(value).display);
        }
        return end();
      case Kind::Vocabulary: {
        const VocabularyData& data = value.as_vocabulary();
        begin(data.is_code_system ? "CodeSystemRef" : "ValueSetRef");
        if (!write_term_name(value.pointer)) {
          text("name", more(data.is_code_system ? more_code_systems_ : more_value_sets_, data));
        }
        if (!data.is_code_system) out_.key("preserve").boolean(true);
        return end();
      }
      case Kind::Interval:
        begin("Interval");
        out_.key("lowClosed").boolean(value.low_closed()).key("highClosed").boolean(value.high_closed());
        out_.key("low");
        write_constant(value.low(), types_.element_type(type));
        out_.key("high");
        write_constant(value.high(), types_.element_type(type));
        return end();
      case Kind::List:
        begin("List");
        out_.key("element").begin_array();
        for (const Value& element : value.as_list()) write_constant(element, types_.element_type(type));
        out_.end_array();
        return end();
      case Kind::Null:
      case Kind::Failed:
      case Kind::Tuple:
      case Kind::Instance:
      case Kind::IntegerRange:
        return write_null(type);
    }
  }

  void write_local(std::uint32_t slot, const Node& node) {
    const Binding& binding = bindings_[slot];
    switch (binding.form) {
      case Binding::Form::Alias:
        begin("AliasRef", node);
        break;
      case Binding::Form::Let:
        begin("QueryLetRef", node);
        break;
      case Binding::Form::Operand:
        begin("OperandRef", node);
        break;
      case Binding::Form::Row:
        begin("IdentifierRef", node);
        text("name", "$this");
        return end();
      case Binding::Form::Node:
        return write(binding.node);
      case Binding::Form::End: {
        const Binding copy = binding;
        begin("Property", node);
        text("path", copy.name);
        part("source", copy.node);
        return end();
      }
    }
    text("name", binding.name);
    end();
  }

  void write(NodeId id) {
    if (id == kNoNode) return write_null(system_type::kAny);
    const Node& node = store_.node(id);
    const std::span<const NodeId> children = store_.children_of(node);
    switch (node.kind) {
      case NodeKind::Constant:
        return write_constant(store_.constants[node.payload], node.type);
      case NodeKind::Operator:
        return write_operator(node, children);
      case NodeKind::And:
        return write_chain("And", node, children);
      case NodeKind::Or:
        return write_chain("Or", node, children);
      case NodeKind::Implies:
        begin("Implies", node);
        parts("operand", children);
        return end();
      case NodeKind::If:
        begin("If", node);
        part("condition", children[0]);
        part("then", children[1]);
        part("else", children[2]);
        return end();
      case NodeKind::Case:
        begin("Case", node);
        write_case_items(children);
        return end();
      case NodeKind::CaseOf:
        return write_case_of(node, children);
      case NodeKind::Coalesce:
      case NodeKind::CoalesceList:
        begin("Coalesce", node);
        parts("operand", children);
        return end();
      case NodeKind::List:
        begin("List", node);
        out_.key("typeSpecifier");
        write_type(node.type);
        parts("element", children);
        return end();
      case NodeKind::Tuple: {
        begin("Tuple", node);
        out_.key("element").begin_array();
        const std::span<const ElementInfo> infos = types_.tuple_elements(node.type);
        for (std::size_t i = 0; i < children.size(); ++i) element(infos[i].name, children[i]);
        out_.end_array();
        return end();
      }
      case NodeKind::Instance: {
        begin("Instance", node);
        text("classType", qualified(node.type));
        out_.key("element").begin_array();
        for (std::size_t i = 0; i < children.size(); ++i) {
          element(types_.class_info(node.type).elements[store_.elements[node.payload][i]].name, children[i]);
        }
        out_.end_array();
        return end();
      }
      case NodeKind::Interval:
        begin("Interval", node);
        out_.key("lowClosed").boolean((node.flag & Value::kLowClosed) != 0);
        out_.key("highClosed").boolean((node.flag & Value::kHighClosed) != 0);
        part("low", children[0]);
        part("high", children[1]);
        return end();
      case NodeKind::IntervalDynamic:
        begin("Interval", node);
        part("low", children[0]);
        part("lowClosedExpression", children[2]);
        part("high", children[1]);
        part("highClosedExpression", children[3]);
        return end();
      case NodeKind::CodeOf:
        return write_instance(node, children, {"code", "system", "display", "version"});
      case NodeKind::ConceptOf:
        return write_instance(node, children, {"codes", "display"});
      case NodeKind::QuantityOf:
        return write_instance(node, children, {"value", "unit"});
      case NodeKind::RatioOf: {
        const Node& low = store_.node(children[0]);
        const Node& high = store_.node(children[1]);
        const auto is_quantity = [&](const Node& one) {
          return one.kind == NodeKind::Constant && store_.constants[one.payload].kind == Kind::Quantity;
        };
        if (!is_quantity(low) || !is_quantity(high))
          return write_instance(node, children, {"numerator", "denominator"});
        begin("Ratio", node);
        out_.key("numerator").begin_object();
        quantity_members(store_.constants[low.payload]);
        out_.end_object().key("denominator").begin_object();
        quantity_members(store_.constants[high.payload]);
        out_.end_object();
        return end();
      }
      case NodeKind::Query:
        return write_query(node, store_.queries[node.payload]);
      case NodeKind::Exists:
        begin("Exists", node);
        part("operand", children[0]);
        return end();
      case NodeKind::Retrieve:
        return write_retrieve(node, children);
      case NodeKind::ForEach:
        return write_for_each(node, children);
      case NodeKind::ForEachEnd:
        return write_for_each_end(node, children);
      case NodeKind::DefineReference:
      case NodeKind::ParameterReference:
      case NodeKind::FunctionCall:
        return write_reference(node, children);
      case NodeKind::ContextReference:
        begin("ExpressionRef", node);
        text("name", types_.kind(node.type) == TypeKind::Class ? types_.class_info(node.type).name : "Patient");
        return end();
      case NodeKind::Local:
        return write_local(node.payload, node);
      case NodeKind::Property:
        return write_property(node, children[0]);
      case NodeKind::Is:
        begin("Is", node);
        part("operand", children[0]);
        write_type_member("isType", "isTypeSpecifier", store_.types[node.payload]);
        return end();
      case NodeKind::As:
      case NodeKind::Cast:
        begin("As", node);
        out_.key("strict").boolean(node.kind == NodeKind::Cast);
        part("operand", children[0]);
        write_type_member("asType", "asTypeSpecifier", node.type);
        return end();
      case NodeKind::ToSystem:
        return write_to_system(node, children[0]);
      case NodeKind::Message: {
        begin("Message", node);
        const std::string_view keys[] = {"source", "condition", "code", "severity", "message"};
        for (std::size_t i = 0; i < children.size(); ++i) part(keys[i], children[i]);
        return end();
      }
    }
  }

  void element(std::string_view name, NodeId value) {
    out_.begin_object();
    text("name", name);
    part("value", value);
    out_.end_object();
  }

  bool is_null(NodeId id) const {
    const Node& node = store_.node(id);
    return node.kind == NodeKind::Constant && store_.constants[node.payload].is_null();
  }

  void write_instance(const Node& node, std::span<const NodeId> children,
                      std::initializer_list<std::string_view> names) {
    begin("Instance", node);
    text("classType", qualified(node.type));
    out_.key("element").begin_array();
    std::size_t i = 0;
    for (std::string_view name : names) {
      if (!is_null(children[i])) element(name, children[i]);
      ++i;
    }
    out_.end_array();
    end();
  }

  /// ELM's logic is binary: ((a or b) or c), written without recursion.
  void write_chain(std::string_view type, const Node& node, std::span<const NodeId> children) {
    if (children.size() < 2) return write(children[0]);
    for (std::size_t i = children.size() - 1; i > 0; --i) {
      begin(type, node);
      out_.key("operand").begin_array();
    }
    write(children[0]);
    for (std::size_t i = 1; i < children.size(); ++i) {
      write(children[i]);
      out_.end_array();
      end();
    }
  }

  void write_case_items(std::span<const NodeId> children) {
    out_.key("caseItem").begin_array();
    for (std::size_t i = 0; i + 1 < children.size(); i += 2) {
      out_.begin_object();
      part("when", children[i]);
      part("then", children[i + 1]);
      out_.end_object();
    }
    out_.end_array();
    part("else", children.back());
  }

  void write_case_of(const Node& node, std::span<const NodeId> children) {
    const auto compares = [&](NodeId id) {
      const Node& condition = store_.node(id);
      if (condition.kind != NodeKind::Operator || operator_row(condition.op).name != "Equal") return false;
      const Node& left = store_.node(store_.children_of(condition)[0]);
      return left.kind == NodeKind::Local && left.payload == node.payload;
    };
    bool simple = true;
    for (std::size_t i = 1; i + 1 < children.size(); i += 2) simple = simple && compares(children[i]);
    begin("Case", node);
    if (!simple) {
      bindings_[node.payload] = {Binding::Form::Node, {}, children[0]};
      write_case_items(children.subspan(1));
      return end();
    }
    part("comparand", children[0]);
    out_.key("caseItem").begin_array();
    for (std::size_t i = 1; i + 1 < children.size(); i += 2) {
      out_.begin_object();
      part("when", store_.children_of(store_.node(children[i]))[1]);
      part("then", children[i + 1]);
      out_.end_object();
    }
    out_.end_array();
    part("else", children.back());
    end();
  }

  static std::string_view precision_name(Precision precision) {
    constexpr std::string_view kNames[] = {"", "Year", "Month", "Day", "Hour", "Minute", "Second", "Millisecond"};
    return kNames[static_cast<std::size_t>(precision)];
  }

  void write_operator(const Node& node, std::span<const NodeId> children) {
    const OperatorRow& row = operator_row(node.op);
    begin(row.elm, node);
    if (row.name.find("InWeeks") != std::string_view::npos) {
      text("precision", "Week");
    } else if (node.attributes.precision != Precision::None) {
      text("precision", precision_name(node.attributes.precision));
    }
    if (row.name == "MinValue" || row.name == "MaxValue") {
      text("valueType", qualified(node.type));
      return end();
    }
    if (row.name == "ConcatenateOrEmpty") {
      out_.key("operand").begin_array();
      for (NodeId child : children) {
        begin("Coalesce");
        out_.key("operand").begin_array();
        write(child);
        write_literal("String", "");
        out_.end_array();
        end();
      }
      out_.end_array();
      return end();
    }
    if (row.name == "Skip" || row.name == "Take" || row.name == "Tail") {
      part("source", children[0]);
      out_.key("startIndex");
      if (row.name == "Skip") {
        write(children[1]);
      } else {
        write_literal("Integer", row.name == "Take" ? "0" : "1");
      }
      out_.key("endIndex");
      if (row.name == "Take") {
        begin("Coalesce");
        out_.key("operand").begin_array();
        write(children[1]);
        write_literal("Integer", "0");
        out_.end_array();
        end();
      } else {
        write_null(system_type::kInteger);
      }
      return end();
    }
    if (const ElmShape* shape = find_elm_shape(row.elm)) {
      std::string_view rest = shape->members;
      for (NodeId child : children) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        const std::string_view key = rest.substr(0, comma);
        rest.remove_prefix(std::min(comma + 1, rest.size()));
        const bool is_named_set = store_.node(child).kind == NodeKind::Constant && !is_null(child);
        if (key == "valueset" && !is_named_set) {
          part("valuesetExpression", child);
        } else if (key == "codesystem" && !is_named_set) {
          part("codesystemExpression", child);
        } else {
          part(key, child);
        }
      }
      return end();
    }
    if (is_unary_elm(row.elm)) {
      part("operand", children[0]);
    } else if (!children.empty()) {
      parts("operand", children);
    }
    end();
  }

  void write_property(const Node& node, NodeId target) {
    const std::string_view path = store_.names[node.payload];
    const Node& source = store_.node(target);
    if (source.kind == NodeKind::Local) {
      const Binding& binding = bindings_[source.payload];
      if (binding.form == Binding::Form::Row) {
        begin("IdentifierRef", node);
        text("name", path);
        return end();
      }
      if (binding.form == Binding::Form::Alias) {
        begin("Property", node);
        text("path", path);
        text("scope", binding.name);
        return end();
      }
    }
    begin("Property", node);
    text("path", path);
    part("source", target);
    end();
  }

  void write_reference(const Node& node, std::span<const NodeId> children) {
    const LibraryReference& reference = library_.references[node.payload];
    const bool is_own = reference.include == LibraryReference::kSelf;
    const TypedLibrary* owner = is_own ? &library_ : includes_[reference.include];
    CALX_CHECK(owner != nullptr, "a library that another one refers to is found");
    std::string_view name;
    if (node.kind == NodeKind::DefineReference) {
      begin("ExpressionRef", node);
      name = owner->defines[reference.index].name;
    } else if (node.kind == NodeKind::ParameterReference) {
      begin("ParameterRef", node);
      name = owner->parameters[reference.index].name;
    } else {
      begin("FunctionRef", node);
      name = owner->functions[reference.index].name;
    }
    text("name", name);
    if (!is_own) text("libraryName", aliases_[reference.include]);
    if (node.kind == NodeKind::FunctionCall) {
      out_.key("signature").begin_array();
      for (TypeId operand : owner->functions[reference.index].operands) write_type(operand);
      out_.end_array();
      parts("operand", children);
    }
    end();
  }

  // ---- FHIR conversions

  /// Cheap enough to be written once per alternative.
  bool is_cheap(NodeId id) const {
    const Node& node = store_.node(id);
    if (node.kind == NodeKind::Local) {
      const auto found = bindings_.find(node.payload);
      return found == bindings_.end() ||
             (found->second.form != Binding::Form::Node && found->second.form != Binding::Form::End);
    }
    if (node.kind == NodeKind::Property || node.kind == NodeKind::As) return is_cheap(store_.children_of(node)[0]);
    return node.kind == NodeKind::DefineReference || node.kind == NodeKind::ParameterReference;
  }

  std::string helper_of(TypeId system) const {
    if (types_.kind(system) == TypeKind::Interval) return "ToInterval";
    return "To" + types_.name(system).substr(7);  // behind "System."
  }

  /// The call of FHIRHelpers for a value of the class, and what takes its result on to `to`.
  template <class WriteValue>
  void write_helper(TypeId from, TypeId to, WriteValue value) {
    const TypeId system = *types_.system_conversion(from);
    uses_helpers_ = true;
    const bool goes_on = system != to && types_.kind(to) == TypeKind::System && to != system_type::kAny;
    if (goes_on) {
      begin(helper_of(to));
      out_.key("operand");
    }
    begin("FunctionRef");
    text("libraryName", helpers_alias_);
    text("name", helper_of(system));
    out_.key("operand").begin_array();
    value();
    out_.end_array();
    end();
    if (goes_on) end();
  }

  void write_alternatives(const Node& node, TypeId from, const auto& value) {
    if (types_.kind(from) != TypeKind::Choice) {
      if (types_.kind(from) == TypeKind::Class && types_.system_conversion(from)) {
        return write_helper(from, node.type, value);
      }
      return value();
    }
    begin("Case", node);
    out_.key("caseItem").begin_array();
    const auto item = [&](TypeId option, const auto& then) {
      out_.begin_object().key("when");
      begin("Is");
      out_.key("operand");
      value();
      write_type_member("isType", "isTypeSpecifier", option);
      end();
      out_.key("then");
      then();
      out_.end_object();
    };
    for (TypeId option : types_.choices(from)) {
      const auto as_option = [&] {
        begin("As");
        out_.key("operand");
        value();
        write_type_member("asType", "asTypeSpecifier", option);
        end();
      };
      const std::optional<TypeId> system =
          types_.kind(option) == TypeKind::Class ? types_.system_conversion(option) : std::nullopt;
      if (system) {
        if (!reaches(*system, node.type)) continue;
        item(option, [&] { write_helper(option, node.type, as_option); });
      } else if (reaches(option, node.type)) {
        item(option, as_option);
      }
    }
    out_.end_array().key("else");
    write_null(node.type);
    end();
  }

  /// Whether a value of the System type is one of `to`, or becomes one by a conversion that CQL has.
  bool reaches(TypeId system, TypeId to) const {
    if (to == system_type::kAny || types_.is_subtype(system, to)) return true;
    if (types_.kind(to) == TypeKind::Choice) {
      return std::ranges::any_of(types_.choices(to), [&](TypeId option) { return types_.is_subtype(system, option); });
    }
    const std::pair<TypeId, TypeId> conversions[] = {
        {system_type::kInteger, system_type::kLong},     {system_type::kInteger, system_type::kDecimal},
        {system_type::kInteger, system_type::kQuantity}, {system_type::kLong, system_type::kDecimal},
        {system_type::kDecimal, system_type::kQuantity}, {system_type::kDate, system_type::kDateTime},
        {system_type::kCode, system_type::kConcept}};
    return std::ranges::find(conversions, std::pair(system, to)) != std::end(conversions);
  }

  void write_to_system(const Node& node, NodeId operand) {
    const TypeId from = store_.node(operand).type;
    const auto value = [&] { write(operand); };
    if (types_.kind(from) != TypeKind::Choice || is_cheap(operand)) return write_alternatives(node, from, value);
    // Asked once: a query over the one value.
    const std::string name = local_name("value", store_.node(operand).first_child + 10'000);
    begin("Query", node);
    out_.key("source").begin_array().begin_object();
    text("alias", name);
    part("expression", operand);
    out_.end_object().end_array().key("return").begin_object().key("distinct").boolean(false).key("expression");
    write_alternatives(node, from, [&] {
      begin("AliasRef");
      text("name", name);
      end();
    });
    out_.end_object();
    end();
  }

  // ---- Data and queries

  /// "medication.reference" of a code path that was checked to nodes over the resource.
  std::string path_text(NodeId id) const {
    const Node& node = store_.node(id);
    const std::span<const NodeId> children = store_.children_of(node);
    const auto join = [](std::string left, std::string_view right) {
      return left.empty() ? std::string(right) : right.empty() ? left : left + "." + std::string(right);
    };
    if (node.kind == NodeKind::Property) return join(path_text(children[0]), store_.names[node.payload]);
    if (node.kind == NodeKind::ForEach) return join(path_text(children[0]), path_text(children[1]));
    if (node.kind == NodeKind::Operator && operator_row(node.op).name == "Indexer") {
      const Node& index = store_.node(children[1]);
      if (index.kind == NodeKind::Constant && store_.constants[index.payload].kind == Kind::Integer) {
        return path_text(children[0]) + "[" + std::to_string(store_.constants[index.payload].integer) + "]";
      }
    }
    return children.empty() ? std::string() : path_text(children[0]);
  }

  void write_retrieve(const Node& node, std::span<const NodeId> children) {
    const RetrievePlan& plan = store_.retrieves[node.payload];
    const ClassInfo& resource = types_.class_info(plan.resource);
    begin("Retrieve", node);
    text("dataType", qualified(plan.resource));
    if (resource.is_resource) {
      text("templateId", std::string(kElmFhir) + "/StructureDefinition/" + std::string(resource.name));
    }
    if (plan.has_context) {
      part("context", children.back());
      children = children.first(children.size() - 1);
    }
    if (children.empty()) return end();
    const NodeId codes = children[0];
    const TypeId type = store_.node(codes).type;
    text("codeProperty", plan.code_element != kNoElement ? std::string(resource.elements[plan.code_element].name)
                                                         : path_text(children.back()));
    const bool is_vocabulary = type == system_type::kValueSet || type == system_type::kCodeSystem;
    text("codeComparator", plan.by_equality ? "=" : is_vocabulary ? "in" : "~");
    out_.key("codes");
    if (type == system_type::kCode) {
      begin("ToList");
      part("operand", codes);
      end();
    } else if (type == system_type::kConcept) {
      begin("Property");
      text("path", "codes");
      part("source", codes);
      end();
    } else if (type == system_type::kValueSet) {
      begin("ExpandValueSet");
      part("operand", codes);
      end();
    } else {
      write(codes);
    }
    end();
  }

  void source(std::string_view alias, NodeId expression) {
    out_.begin_object();
    text("alias", alias);
    part("expression", expression);
    out_.end_object();
  }

  void write_for_each(const Node& node, std::span<const NodeId> children) {
    const std::string alias = bind(node.payload, Binding::Form::Alias, "item");
    if ((node.flag & kForEachRepeat) != 0) {
      begin("Repeat", node);
      part("source", children[0]);
      text("scope", alias);
      part("element", children[1]);
      return end();
    }
    begin("Query", node);
    out_.key("source").begin_array();
    source(alias, children[0]);
    out_.end_array();
    if ((node.flag & kForEachWithoutNulls) != 0) {
      out_.key("where");
      begin("Not");
      out_.key("operand");
      begin("IsNull");
      part("operand", children[1]);
      end();
      end();
    }
    out_.key("return").begin_object().key("distinct").boolean(false);
    part("expression", children[1]);
    out_.end_object();
    end();
  }

  void write_for_each_end(const Node& node, std::span<const NodeId> children) {
    const auto end_part = [&](std::string_view key, std::string_view which, std::string_view closed_key,
                              std::string_view closed) {
      bindings_[node.payload] = {Binding::Form::End, std::string(which), children[0]};
      part(key, children[1]);
      out_.key(closed_key);
      begin("Property");
      text("path", closed);
      part("source", children[0]);
      end();
    };
    begin("If", node);
    out_.key("condition");
    begin("IsNull");
    part("operand", children[0]);
    end();
    out_.key("then");
    write_null(node.type);
    out_.key("else");
    begin("Interval", node);
    end_part("low", "low", "lowClosedExpression", "lowClosed");
    end_part("high", "high", "highClosedExpression", "highClosed");
    end();
    end();
  }

  /// Whether the expression uses the slot other than for one of its elements.
  bool has_bare_use(NodeId id, std::uint32_t slot) const {
    if (id == kNoNode) return false;
    const Node& node = store_.node(id);
    if (node.kind == NodeKind::Local) return node.payload == slot;
    const std::span<const NodeId> children = store_.children_of(node);
    if (node.kind == NodeKind::Property) {
      const Node& target = store_.node(children[0]);
      return target.kind != NodeKind::Local && has_bare_use(children[0], slot);
    }
    if (node.kind == NodeKind::Query) return true;  // its own scope: an identifier there need not be the row's
    return std::ranges::any_of(children, [&](NodeId child) { return has_bare_use(child, slot); });
  }

  static std::string_view direction(const QuerySort& sort) { return sort.descending ? "desc" : "asc"; }

  void write_query(const Node& node, const QueryPlan& query) {
    const bool needs_keys = std::ranges::any_of(
        query.sort, [&](const QuerySort& sort) { return has_bare_use(sort.expression, query.sort_slot); });
    if (!needs_keys) {
      begin("Query", node);
      write_clauses(query);
      if (!query.sort.empty()) {
        bindings_[query.sort_slot] = {Binding::Form::Row, {}, kNoNode};
        out_.key("sort").begin_object().key("by").begin_array();
        for (const QuerySort& sort : query.sort) write_sort(sort, query.sort_slot);
        out_.end_array().end_object();
      }
      return end();
    }
    // Keys that need the whole row become columns beside it: sorted by these, and then dropped.
    const std::string row = bind(query.sort_slot, Binding::Form::Alias, "row");
    const std::string sorted = local_name("sorted", query.sort_slot);
    begin("Query", node);
    out_.key("source").begin_array().begin_object();
    text("alias", sorted);
    out_.key("expression");
    begin("Query", node);
    out_.key("source").begin_array().begin_object();
    text("alias", row);
    out_.key("expression");
    begin("Query", node);
    write_clauses(query);
    end();
    out_.end_object().end_array();
    out_.key("return").begin_object().key("distinct").boolean(false).key("expression");
    begin("Tuple");
    out_.key("element").begin_array();
    const auto alias_ref = [&] {
      begin("AliasRef");
      text("name", row);
      end();
    };
    out_.begin_object();
    text("name", "row");
    out_.key("value");
    alias_ref();
    out_.end_object();
    for (std::size_t i = 0; i < query.sort.size(); ++i) {
      out_.begin_object();
      text("name", "key" + std::to_string(i));
      out_.key("value");
      if (query.sort[i].expression == kNoNode) {
        alias_ref();
      } else {
        write(query.sort[i].expression);
      }
      out_.end_object();
    }
    out_.end_array();
    end();
    out_.end_object().key("sort").begin_object().key("by").begin_array();
    for (std::size_t i = 0; i < query.sort.size(); ++i) {
      begin("ByColumn");
      text("path", "key" + std::to_string(i));
      text("direction", direction(query.sort[i]));
      end();
    }
    out_.end_array().end_object();
    end();
    out_.end_object().end_array();
    out_.key("return").begin_object().key("distinct").boolean(false).key("expression");
    begin("Property");
    text("path", "row");
    text("scope", sorted);
    end();
    out_.end_object();
    end();
  }

  void write_sort(const QuerySort& sort, std::uint32_t slot) {
    if (sort.expression == kNoNode) {
      begin("ByDirection");
    } else {
      const Node& key = store_.node(sort.expression);
      const bool is_column = key.kind == NodeKind::Property &&
                             store_.node(store_.children_of(key)[0]).kind == NodeKind::Local &&
                             store_.node(store_.children_of(key)[0]).payload == slot;
      begin(is_column ? "ByColumn" : "ByExpression");
      if (is_column) {
        text("path", store_.names[key.payload]);
      } else {
        part("expression", sort.expression);
      }
    }
    text("direction", direction(sort));
    end();
  }

  void write_clauses(const QueryPlan& query) {
    out_.key("source").begin_array();
    for (const QuerySource& one : query.sources) {
      source(bind(one.slot, Binding::Form::Alias, "alias"), one.expression);
    }
    out_.end_array();
    if (!query.lets.empty()) {
      out_.key("let").begin_array();
      for (const QueryLet& let : query.lets) {
        out_.begin_object();
        text("identifier", bind(let.slot, Binding::Form::Let, "let"));
        part("expression", let.expression);
        out_.end_object();
      }
      out_.end_array();
    }
    if (!query.relationships.empty()) {
      out_.key("relationship").begin_array();
      for (const QueryRelationship& relationship : query.relationships) {
        begin(relationship.without ? "Without" : "With");
        text("alias", bind(relationship.source.slot, Binding::Form::Alias, "alias"));
        part("expression", relationship.source.expression);
        part("suchThat", relationship.condition);
        end();
      }
      out_.end_array();
    }
    if (query.where != kNoNode) part("where", query.where);
    if (query.aggregate != kNoNode) {
      out_.key("aggregate").begin_object();
      text("identifier", bind(query.aggregate_slot, Binding::Form::Let, "total"));
      out_.key("distinct").boolean(query.distinct);
      part("expression", query.aggregate);
      part("starting", query.aggregate_start);
      out_.end_object();
    } else if (query.result != kNoNode) {
      out_.key("return").begin_object().key("distinct").boolean(query.distinct);
      part("expression", query.result);
      out_.end_object();
    }
  }

  const TypedLibrary& library_;
  const NodeStore& store_;
  const ElmWriteContext& context_;
  const Types& types_;
  std::vector<const TypedLibrary*> includes_;
  std::vector<std::string> aliases_;  // of the includes: no declaration may have the same name
  std::string helpers_alias_{kHelpers};
  JsonWriter out_;
  std::map<std::uint32_t, Binding> bindings_;
  std::map<std::string, VocabularyData> more_code_systems_;
  std::map<std::string, VocabularyData> more_value_sets_;
  std::vector<std::string_view> contexts_;
  bool uses_helpers_ = false;
};

}  // namespace

std::string write_elm(const TypedLibrary& library, const ElmWriteContext& context) {
  return ElmWriter(library, context).run();
}

}  // namespace calx
