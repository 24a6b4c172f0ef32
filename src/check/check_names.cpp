#include <algorithm>

#include "check/library_checker.h"

namespace calx {

Typed LibraryChecker::check_identifier(const cql::Identifier& identifier) {
  const std::string_view name = identifier.name.text;
  if (name.empty()) return Typed::invalid();
  if (std::optional<Typed> binding = find_binding(name)) return *binding;
  if (std::optional<Typed> declared = find_declared(name, identifier.span)) return *declared;
  if (name == "Patient" && frame_.context == EvaluationContext::Patient) {
    return builder_.node(NodeKind::ContextReference, context_type("Patient"), {});
  }
  if (name == "Practitioner" && frame_.context == EvaluationContext::Practitioner) {
    return builder_.node(NodeKind::ContextReference, context_type("Practitioner"), {});
  }
  if (find_include(name) != nullptr) {
    diagnostics().report(DiagnosticKind::WrongType, identifier.span,
                         "'" + std::string(name) + "' is an included library, not a value");
    return Typed::invalid();
  }
  report_unknown_name(name, identifier.span);
  return Typed::invalid();
}

std::optional<Typed> LibraryChecker::find_binding(std::string_view name) {
  if (frame_.this_binding && frame_.this_elements_are_names) {
    const Binding& element = *frame_.this_binding;
    if (!element.is_valid) return Typed::invalid();
    if (const std::optional<TypeId> type = property_type(element.type, name)) {
      return raw_property(builder_.local(element.slot, element.type), name, *type);
    }
  }
  for (auto binding = frame_.bindings.rbegin(); binding != frame_.bindings.rend(); ++binding) {
    if (binding->name != name) continue;
    binding->is_used = true;
    return binding->is_valid ? builder_.local(binding->slot, binding->type) : Typed::invalid();
  }
  return std::nullopt;
}

std::optional<Typed> LibraryChecker::find_declared(std::string_view name, Span span) {
  used_.insert(name);
  if (const auto found = defines_.find(name); found != defines_.end()) {
    DefineEntry& entry = found->second;
    if (entry.state == State::InProgress) {
      diagnostics()
          .report(DiagnosticKind::CircularDefinition, span,
                  "'" + std::string(name) + "' needs its own value: its definition leads back to it")
          .label(entry.declaration->name.span, "defined here");
      return Typed::invalid();
    }
    check_define(entry);
    const Define& define = library_.defines[entry.index];
    if (define.body == kNoNode) return Typed::invalid();
    return reference(NodeKind::DefineReference, define.type, LibraryReference::kSelf, entry.index);
  }
  if (const auto found = parameters_by_name_.find(name); found != parameters_by_name_.end()) {
    return reference(NodeKind::ParameterReference, library_.parameters[found->second].type, LibraryReference::kSelf,
                     found->second);
  }
  if (const auto found = terms_by_name_.find(name); found != terms_by_name_.end()) {
    const Term& term = library_.terms[found->second];
    return builder_.constant(term.value, term.type);
  }
  // A declaration that failed was reported where it stands.
  if (declared_.contains(name) && find_include(name) == nullptr) return Typed::invalid();
  return std::nullopt;
}

Typed LibraryChecker::reference(NodeKind kind, TypeId type, std::uint32_t include, std::uint32_t index,
                                std::span<const Typed> arguments) {
  library_.references.push_back({include, index});
  return builder_.node(kind, type, arguments, static_cast<std::uint32_t>(library_.references.size() - 1));
}

const LibraryChecker::Include* LibraryChecker::find_include(std::string_view alias) const {
  const auto found = std::ranges::find(includes_, alias, &Include::alias);
  return found == includes_.end() ? nullptr : &*found;
}

const LibraryChecker::Include* LibraryChecker::include_named_by(const cql::Expression& expression) {
  const auto* identifier = expression.try_as<cql::Identifier>();
  if (identifier == nullptr) return nullptr;
  for (const Binding& binding : frame_.bindings) {
    if (binding.name == identifier->name.text) return nullptr;
  }
  used_.insert(identifier->name.text);
  return find_include(identifier->name.text);
}

Typed LibraryChecker::check_member(const cql::Member& member) {
  if (const Include* include = include_named_by(*member.target)) return check_library_member(*include, member.name);
  const Typed target = check(*member.target);
  if (!target.is_valid() || member.name.text.empty()) return Typed::invalid();
  builder_.set_span(member.span);
  return property(target, member.name.text, member.name.span);
}

Typed LibraryChecker::check_library_member(const Include& include, const cql::Name& name) {
  if (include.library == nullptr) {
    if (include.is_native) report_unknown_name(name.text, name.span);
    return Typed::invalid();
  }
  const auto check_access = [&](bool is_private) {
    if (is_private) {
      diagnostics().report(
          DiagnosticKind::PrivateName, name.span,
          "'" + std::string(name.text) + "' is private to the library '" + std::string(include.library->name) + "'");
    }
    return !is_private;
  };
  std::vector<std::string_view> candidates;
  const TypedLibrary& library = *include.library;
  for (std::uint32_t index = 0; index < library.defines.size(); ++index) {
    const Define& define = library.defines[index];
    candidates.push_back(define.name);
    if (define.name != name.text) continue;
    if (!check_access(define.is_private) || define.body == kNoNode) return Typed::invalid();
    return reference(NodeKind::DefineReference, define.type, include.index, index);
  }
  for (std::uint32_t index = 0; index < library.parameters.size(); ++index) {
    candidates.push_back(library.parameters[index].name);
    if (library.parameters[index].name != name.text) continue;
    return reference(NodeKind::ParameterReference, library.parameters[index].type, include.index, index);
  }
  for (const Term& term : library.terms) {
    candidates.push_back(term.name);
    if (term.name != name.text) continue;
    if (!check_access(term.is_private)) return Typed::invalid();
    return builder_.constant(term.value, term.type);
  }
  diagnostics()
      .report(DiagnosticKind::UnknownName, name.span,
              "the library '" + std::string(library.name) + "' has no '" + std::string(name.text) + "'")
      .did_you_mean(nearest_name(name.text, candidates));
  return Typed::invalid();
}

void LibraryChecker::report_unknown_name(std::string_view name, Span span) {
  std::vector<std::string_view> candidates;
  if (!may_suggest()) {
    diagnostics().report(DiagnosticKind::UnknownName, span, "nothing here is called '" + std::string(name) + "'");
    return;
  }
  for (const Binding& binding : frame_.bindings) candidates.push_back(binding.name);
  for (const auto& [declared, unused] : declared_) candidates.push_back(declared);
  std::ranges::sort(candidates);
  diagnostics()
      .report(DiagnosticKind::UnknownName, span, "nothing here is called '" + std::string(name) + "'")
      .did_you_mean(nearest_name(name, candidates));
}

std::optional<TypeId> LibraryChecker::property_type(TypeId type, std::string_view name) {
  Types& all = types();
  switch (all.kind(type)) {
    case TypeKind::System: {
      struct SystemElement {
        TypeId owner;
        std::string_view name;
        TypeId type;
      };
      const SystemElement elements[] = {
          {system_type::kQuantity, "value", system_type::kDecimal},
          {system_type::kQuantity, "unit", system_type::kString},
          {system_type::kRatio, "numerator", system_type::kQuantity},
          {system_type::kRatio, "denominator", system_type::kQuantity},
          {system_type::kCode, "code", system_type::kString},
          {system_type::kCode, "system", system_type::kString},
          {system_type::kCode, "version", system_type::kString},
          {system_type::kCode, "display", system_type::kString},
          {system_type::kConcept, "codes", all.list_of(system_type::kCode)},
          {system_type::kConcept, "display", system_type::kString},
          {system_type::kValueSet, "id", system_type::kString},
          {system_type::kValueSet, "version", system_type::kString},
          {system_type::kValueSet, "name", system_type::kString},
          {system_type::kCodeSystem, "id", system_type::kString},
          {system_type::kCodeSystem, "version", system_type::kString},
          {system_type::kCodeSystem, "name", system_type::kString},
      };
      for (const SystemElement& element : elements) {
        if (element.owner == type && element.name == name) return element.type;
      }
      return std::nullopt;
    }
    case TypeKind::Class: {
      const std::optional<std::uint32_t> index = all.element_index(type, name);
      if (!index) return std::nullopt;
      return all.class_info(type).elements[*index].type;
    }
    case TypeKind::Tuple: {
      const std::optional<std::uint32_t> index = all.element_index(type, name);
      if (!index) return std::nullopt;
      return all.tuple_elements(type)[*index].type;
    }
    case TypeKind::Interval:
      if (name == "low" || name == "high") return all.element_type(type);
      if (name == "lowClosed" || name == "highClosed") return system_type::kBoolean;
      return std::nullopt;
    case TypeKind::Choice: {
      std::vector<TypeId> options;
      for (TypeId option : all.choices(type)) {
        if (const std::optional<TypeId> one = property_type(option, name)) options.push_back(*one);
      }
      if (options.empty()) return std::nullopt;
      return all.choice_of(options);
    }
    case TypeKind::List:
      return std::nullopt;
  }
  return std::nullopt;
}

Typed LibraryChecker::raw_property(Typed target, std::string_view name, TypeId type) {
  if (const std::optional<Typed> mapped = model_property(target, name, type)) return *mapped;
  library_.store.names.push_back(keep(name));
  const Typed result =
      builder_.node(NodeKind::Property, type, {target}, static_cast<std::uint32_t>(library_.store.names.size() - 1));
  const TypeKind kind = types().kind(target.type);
  if (result.is_valid() && (kind == TypeKind::Class || kind == TypeKind::Tuple)) {
    builder_.at(result).element = *types().element_index(target.type, name);
  }
  return result;
}

Typed LibraryChecker::property(Typed target, std::string_view name, Span span) {
  if (const std::optional<TypeId> type = property_type(target.type, name)) return raw_property(target, name, *type);
  if (types().kind(target.type) == TypeKind::List) {
    // Path traversal over a list: the element of each, nulls dropped, lists flattened.
    const TypeId element = types().element_type(target.type);
    if (property_type(element, name) || types().kind(element) == TypeKind::List) {
      const std::uint32_t slot = builder_.new_slot();
      const Typed body = property(builder_.local(slot, element), name, span);
      if (!body.is_valid()) return body;
      Typed mapped = builder_.node(NodeKind::ForEach, types().list_of(body.type), {target, body}, slot);
      builder_.at(mapped).flag = kForEachWithoutNulls;
      if (types().kind(body.type) == TypeKind::List) mapped = apply("Flatten", {mapped}, span);
      return mapped;
    }
  }
  // A FHIR value whose System counterpart has the element: the conversion is implied (Period.low is not, start is).
  std::vector<std::string_view> candidates;
  if (types().kind(target.type) == TypeKind::Class) {
    for (const ElementInfo& element : types().class_info(target.type).elements) candidates.push_back(element.name);
  } else if (types().kind(target.type) == TypeKind::Tuple) {
    for (const ElementInfo& element : types().tuple_elements(target.type)) candidates.push_back(element.name);
  }
  diagnostics()
      .report(DiagnosticKind::UnknownElement, span,
              types().name(target.type) + " has no element '" + std::string(name) + "'")
      .did_you_mean(nearest_name(name, candidates));
  return Typed::invalid();
}

}  // namespace calx
