#include <algorithm>

#include "check/library_checker.h"
#include "cql/ast_children.h"

namespace calx {

TypedLibrary check_library(const cql::Library& library, const LibraryFinder& find_library,
                           const CheckContext& context) {
  return LibraryChecker(library, find_library, context).run();
}

bool is_native_library(std::string_view name) {
  return name == "FHIRHelpers";
}

LibraryChecker::LibraryChecker(const cql::Library& ast, const LibraryFinder& find_library, const CheckContext& context)
    : ast_(ast),
      find_library_(find_library),
      context_(context),
      builder_(context_, library_),
      conversions_(builder_),
      overloads_(conversions_, context_.types) {}

TypedLibrary LibraryChecker::run() {
  library_.source = ast_.source;
  stack_base_ = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  if (!ast_.name.parts.empty()) library_.name = keep(ast_.name.last().text);
  if (ast_.version.present()) library_.version = keep(ast_.version.value);
  declare_names();
  for (FunctionEntry& entry : functions_) check_function(entry);
  for (std::string_view name : by_dependency()) check_define(defines_.at(name));
  warn_of_unused_declarations();
  return std::move(library_);
}

void LibraryChecker::declare_names() {
  // Codes name their systems and concepts their codes, wherever those stand.
  const auto stage_of = [](cql::NodeKind kind) {
    if (kind == cql::NodeKind::CodeDeclaration) return 1;
    if (kind == cql::NodeKind::ConceptDeclaration) return 2;
    return kind == cql::NodeKind::UsingDeclaration || kind == cql::NodeKind::IncludeDeclaration ||
                   kind == cql::NodeKind::CodeSystemDeclaration || kind == cql::NodeKind::ValueSetDeclaration
               ? 0
               : 3;
  };
  for (int stage = 0; stage < 3; ++stage) {
    for (const cql::Declaration* declaration : ast_.declarations) {
      if (stage_of(declaration->kind) == stage) declare(*declaration, EvaluationContext::Patient);
    }
  }
  EvaluationContext evaluation_context = EvaluationContext::Patient;
  for (const cql::Declaration* declaration : ast_.declarations) {
    if (stage_of(declaration->kind) < 3) continue;
    if (const auto* stated = declaration->try_as<cql::ContextDeclaration>()) {
      const std::string_view name = stated->context.parts.empty() ? "" : stated->context.last().text;
      if (name == "Patient") {
        evaluation_context = EvaluationContext::Patient;
      } else if (name == "Unfiltered" || name == "Population") {
        evaluation_context = EvaluationContext::Unfiltered;
      } else if (name == "Practitioner") {
        evaluation_context = EvaluationContext::Practitioner;
      } else {
        diagnostics().report(
            DiagnosticKind::UnknownContext, stated->context.span,
            "there is no context '" + std::string(name) + "'; expected Patient, Practitioner or Unfiltered");
      }
    } else {
      declare(*declaration, evaluation_context);
    }
  }
}

void LibraryChecker::declare(const cql::Declaration& declaration, EvaluationContext evaluation_context) {
  builder_.set_span(declaration.span);
  switch (declaration.kind) {
    case cql::NodeKind::UsingDeclaration:
      return use_model(declaration.as<cql::UsingDeclaration>());
    case cql::NodeKind::IncludeDeclaration:
      return declare_include(declaration.as<cql::IncludeDeclaration>());
    case cql::NodeKind::CodeSystemDeclaration:
      return declare_code_system(declaration.as<cql::CodeSystemDeclaration>());
    case cql::NodeKind::ValueSetDeclaration:
      return declare_value_set(declaration.as<cql::ValueSetDeclaration>());
    case cql::NodeKind::CodeDeclaration:
      return declare_code(declaration.as<cql::CodeDeclaration>());
    case cql::NodeKind::ConceptDeclaration:
      return declare_concept(declaration.as<cql::ConceptDeclaration>());
    case cql::NodeKind::ParameterDeclaration:
      return declare_parameter(declaration.as<cql::ParameterDeclaration>());
    case cql::NodeKind::DefineDeclaration: {
      if (!claim_name(declaration)) return;
      DefineEntry entry;
      entry.declaration = &declaration.as<cql::DefineDeclaration>();
      entry.context = evaluation_context;
      entry.index = static_cast<std::uint32_t>(library_.defines.size());
      Define define;
      define.name = keep(declaration.name.text);
      define.context = evaluation_context;
      define.is_private = declaration.access == cql::Access::Private;
      define.span = declaration.span;
      for (const cql::Tag& tag : declaration.documentation.tags) {
        define.tags.push_back({keep(tag.name), keep(tag.value)});
      }
      library_.defines.push_back(std::move(define));
      defines_.emplace(declaration.name.text, entry);
      define_order_.push_back(declaration.name.text);
      return;
    }
    case cql::NodeKind::FunctionDeclaration: {
      const auto& stated = declaration.as<cql::FunctionDeclaration>();
      FunctionEntry entry;
      entry.declaration = &stated;
      entry.context = evaluation_context;
      entry.index = static_cast<std::uint32_t>(library_.functions.size());
      for (const cql::OperandDeclaration& operand : stated.operands) {
        const std::optional<TypeId> type = resolve_type(*operand.type);
        entry.is_valid = entry.is_valid && type.has_value();
        entry.operands.push_back(type.value_or(system_type::kAny));
      }
      const auto [first, last] = functions_by_name_.equal_range(declaration.name.text);
      for (auto at = first; at != last; ++at) {
        const FunctionEntry& other = functions_[at->second];
        if (other.operands == entry.operands) {
          diagnostics()
              .report(DiagnosticKind::DuplicateName, declaration.name.span,
                      "the function '" + std::string(declaration.name.text) + "' with these operands exists already")
              .label(other.declaration->name.span, "declared here first");
        }
      }
      Function function;
      function.name = keep(declaration.name.text);
      function.operands = entry.operands;
      function.fluent = stated.fluent;
      function.is_private = declaration.access == cql::Access::Private;
      function.span = declaration.span;
      library_.functions.push_back(std::move(function));
      functions_by_name_.emplace(declaration.name.text, entry.index);
      functions_.push_back(std::move(entry));
      return;
    }
    case cql::NodeKind::ContextDeclaration:
      return;
#define CALX_AST_NODE(kind, family) CALX_IGNORE_##family(kind)
#define CALX_IGNORE_Expression(kind) case cql::NodeKind::kind:
#define CALX_IGNORE_TypeSpecifier(kind) case cql::NodeKind::kind:
#define CALX_IGNORE_Declaration(kind)
#include "cql/ast_nodes.def"
#undef CALX_AST_NODE
#undef CALX_IGNORE_Expression
#undef CALX_IGNORE_TypeSpecifier
#undef CALX_IGNORE_Declaration
      return;
  }
}

bool LibraryChecker::claim_name(const cql::Declaration& declaration) {
  const auto [at, is_new] = declared_.emplace(declaration.name.text, declaration.name.span);
  if (!is_new) {
    diagnostics()
        .report(DiagnosticKind::DuplicateName, declaration.name.span,
                "the name '" + std::string(declaration.name.text) + "' is declared already in this library")
        .label(at->second, "declared here first");
  }
  return is_new;
}

void LibraryChecker::declare_include(const cql::IncludeDeclaration& declaration) {
  if (!claim_name(declaration) || declaration.library.parts.empty()) return;
  const std::string_view name = declaration.library.last().text;
  Include include;
  include.alias = declaration.name.text;
  include.is_native = is_native_library(name);
  if (!include.is_native) {
    include.library = find_library_(name, declaration.version.value);
    if (include.library == nullptr) {
      diagnostics().report(DiagnosticKind::UnknownLibrary, declaration.library.span,
                           "the library '" + std::string(name) + "' is not among the texts of this guideline");
    } else {
      if (declaration.version.present() && !include.library->version.empty() &&
          include.library->version != declaration.version.value) {
        diagnostics().report(DiagnosticKind::UnknownLibrary, declaration.version.span,
                             "version '" + std::string(declaration.version.value) + "' of the library '" +
                                 std::string(name) + "' is asked for, but version '" +
                                 std::string(include.library->version) + "' is there");
      }
      include.index = static_cast<std::uint32_t>(library_.includes.size());
      library_.includes.push_back(include.library->name);
    }
  }
  includes_.push_back(include);
}

void LibraryChecker::add_term(const cql::Declaration& declaration, TypeId type, const Value& value) {
  terms_by_name_.emplace(declaration.name.text, static_cast<std::uint32_t>(library_.terms.size()));
  library_.terms.push_back(
      {keep(declaration.name.text), type, value, declaration.access == cql::Access::Private, declaration.span});
}

void LibraryChecker::declare_code_system(const cql::CodeSystemDeclaration& declaration) {
  if (!claim_name(declaration)) return;
  const auto* data = context_.arena.make<VocabularyData>(keep(declaration.id.value), keep(declaration.version.value),
                                                         keep(declaration.name.text), true);
  add_term(declaration, system_type::kCodeSystem, Value::of_pointer(Kind::Vocabulary, data, 0));
}

void LibraryChecker::declare_value_set(const cql::ValueSetDeclaration& declaration) {
  if (!claim_name(declaration)) return;
  std::string url(declaration.id.value);
  if (declaration.version.present()) url += "|" + std::string(declaration.version.value);
  std::optional<ValueSetId> set = context_.terminology.find_value_set(url);
  if (!set && url.starts_with("urn:oid:")) {
    set = context_.terminology.find_value_set("http://cts.nlm.nih.gov/fhir/ValueSet/" + url.substr(8));
  }
  if (!set) {
    diagnostics()
        .report(DiagnosticKind::UnknownValueSet, declaration.id.span,
                "no ValueSet resource with the url '" + url + "' was found")
        .hint("put its JSON, with an expansion or listed codes, into the folder of value sets");
  }
  const auto* data = context_.arena.make<VocabularyData>(keep(declaration.id.value), keep(declaration.version.value),
                                                         keep(declaration.name.text), false);
  add_term(declaration, system_type::kValueSet,
           Value::of_pointer(Kind::Vocabulary, data, set.value_or(ValueSetId{}).value));
}

Value LibraryChecker::make_code(std::string_view code, const Value& system, std::optional<std::string_view> display) {
  auto* data = context_.arena.make<CodeData>();
  data->system = system.as_vocabulary().url;
  data->version = system.as_vocabulary().version;
  data->has_version = !data->version.empty();
  data->code = keep(code);
  if (display) {
    data->display = keep(*display);
    data->has_display = true;
  }
  return Value::code(data, context_.terminology.intern_code(data->system, data->code));
}

const Term* LibraryChecker::find_term(const cql::QualifiedName& name, TypeId type) {
  if (name.parts.empty()) return nullptr;
  used_.insert(name.parts[0].text);
  const TypedLibrary* owner = &library_;
  if (name.parts.size() == 2) {
    const Include* include = find_include(name.parts[0].text);
    owner = include == nullptr ? nullptr : include->library;
  }
  if (owner == &library_) {
    const auto found = terms_by_name_.find(name.last().text);
    if (found != terms_by_name_.end() && library_.terms[found->second].type == type) {
      return &library_.terms[found->second];
    }
  } else if (owner != nullptr) {
    for (const Term& term : owner->terms) {
      if (term.name == name.last().text && term.type == type) return &term;
    }
  }
  report_unknown_name(name.last().text, name.span);
  return nullptr;
}

void LibraryChecker::declare_code(const cql::CodeDeclaration& declaration) {
  if (!claim_name(declaration)) return;
  const Term* system = find_term(declaration.system, system_type::kCodeSystem);
  if (system == nullptr) return;
  const auto display =
      declaration.display.present() ? std::optional<std::string_view>(declaration.display.value) : std::nullopt;
  add_term(declaration, system_type::kCode, make_code(declaration.code.value, system->value, display));
}

void LibraryChecker::declare_concept(const cql::ConceptDeclaration& declaration) {
  if (!claim_name(declaration)) return;
  std::vector<Value> codes;
  for (const cql::QualifiedName& name : declaration.codes) {
    if (const Term* code = find_term(name, system_type::kCode)) codes.push_back(code->value);
  }
  auto* data = context_.arena.make<ConceptData>();
  data->codes = context_.arena.copy(std::span<const Value>(codes));
  data->has_display = declaration.display.present();
  data->display = keep(declaration.display.value);
  add_term(declaration, system_type::kConcept, Value::of_pointer(Kind::Concept, data, 0));
}

void LibraryChecker::declare_parameter(const cql::ParameterDeclaration& declaration) {
  if (!claim_name(declaration)) return;
  Parameter parameter;
  parameter.name = keep(declaration.name.text);
  parameter.span = declaration.span;
  parameter.type = system_type::kAny;
  std::optional<TypeId> type;
  if (declaration.type != nullptr) type = resolve_type(*declaration.type);
  if (declaration.default_value != nullptr) {
    builder_.start_frame(0);
    frame_ = {};
    Typed value = check(*declaration.default_value);
    if (type) value = expect(value, *type, declaration.default_value->span, "the default of the parameter");
    if (!type && value.is_valid()) type = value.type;
    parameter.default_value = value.node;
    parameter.local_count = builder_.slot_count();
  }
  parameter.type = type.value_or(system_type::kAny);
  parameters_by_name_.emplace(declaration.name.text, static_cast<std::uint32_t>(library_.parameters.size()));
  library_.parameters.push_back(parameter);
}

namespace {

/// The names that an expression mentions; whether they are defines is the caller's question.
void collect_names(const cql::Node& node, std::vector<std::string_view>& names) {
  if (const auto* identifier = node.try_as<cql::Identifier>()) names.push_back(identifier->name.text);
  cql::for_each_child(node, [&](const cql::Node& child) { collect_names(child, names); });
}

}  // namespace

/// Defines in an order in which most come after those they need: so a long chain of defines is no deep recursion.
std::vector<std::string_view> LibraryChecker::by_dependency() {
  struct Visit {
    std::string_view name;
    std::vector<std::string_view> needs;
    std::size_t next = 0;
  };
  std::vector<std::string_view> order;
  std::unordered_map<std::string_view, bool> seen;
  std::vector<Visit> open;
  const auto enter = [&](std::string_view name) {
    const auto found = defines_.find(name);
    if (found == defines_.end() || !seen.emplace(name, true).second) return;
    Visit visit;
    visit.name = name;
    collect_names(*found->second.declaration->expression, visit.needs);
    open.push_back(std::move(visit));
  };
  for (std::string_view name : define_order_) {
    enter(name);
    while (!open.empty()) {
      if (open.back().next == open.back().needs.size()) {
        order.push_back(open.back().name);
        open.pop_back();
      } else {
        enter(open.back().needs[open.back().next++]);
      }
    }
  }
  return order;
}

void LibraryChecker::check_define(DefineEntry& entry) {
  if (entry.state == State::Done) return;
  entry.state = State::InProgress;
  Frame outer = std::move(frame_);
  const std::uint32_t outer_slots = builder_.slot_count();
  const Span outer_span = builder_.span();
  frame_ = {};
  frame_.context = entry.context;
  builder_.start_frame(0);
  const Typed body = check(*entry.declaration->expression);
  Define& define = library_.defines[entry.index];
  define.body = body.node;
  define.type = body.type;
  define.local_count = builder_.slot_count();
  frame_ = std::move(outer);
  builder_.start_frame(outer_slots);
  builder_.set_span(outer_span);
  entry.state = State::Done;
}

void LibraryChecker::check_function(FunctionEntry& entry) {
  if (entry.state == State::Done) return;
  entry.state = State::InProgress;
  const cql::FunctionDeclaration& declaration = *entry.declaration;
  std::optional<TypeId> returns;
  if (declaration.returns != nullptr) returns = resolve_type(*declaration.returns);
  if (declaration.body == nullptr) {
    unsupported(declaration.span, "the external function '" + std::string(declaration.name.text) +
                                      "' has no implementation here; write its body in CQL");
    entry.is_valid = false;
    entry.state = State::Done;
    return;
  }
  Frame outer = std::move(frame_);
  const std::uint32_t outer_slots = builder_.slot_count();
  const Span outer_span = builder_.span();
  frame_ = {};
  frame_.context = entry.context;
  builder_.start_frame(0);
  for (std::size_t index = 0; index < declaration.operands.size(); ++index) {
    const cql::Name& operand = declaration.operands[index].name;
    bind({operand.text, builder_.new_slot(), entry.operands[index], entry.is_valid, operand.span, {}});
  }
  Typed body = check(*declaration.body);
  if (returns && body.is_valid()) body = expect(body, *returns, declaration.body->span, "the body of the function");
  Function& function = library_.functions[entry.index];
  function.body = body.node;
  function.result = body.type;
  function.local_count = builder_.slot_count();
  entry.is_valid = entry.is_valid && body.is_valid();
  frame_ = std::move(outer);
  builder_.start_frame(outer_slots);
  builder_.set_span(outer_span);
  entry.state = State::Done;
}

}  // namespace calx
