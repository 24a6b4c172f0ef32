// Classes of loaded models: what a text says of them becomes paths, filters and conversions over FHIR classes, so that
// nothing but FHIR R4 leaves the checker.
#include <algorithm>

#include "check/library_checker.h"
#include "model/model.h"

namespace calx {

namespace {

/// Whether a path starts with the element that the class itself is: "reaction" in AllergyIntolerance.Reaction.
bool is_own_step(std::string_view class_name, std::string_view step) {
  const std::size_t dot = class_name.rfind('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view last = class_name.substr(dot + 1);
  return last.size() == step.size() && last.substr(1) == step.substr(1) && (last[0] | 0x20) == (step[0] | 0x20);
}

std::string version_of(const std::string& version) {
  return version.empty() ? "" : " " + version;
}

}  // namespace

void LibraryChecker::use_model(const cql::UsingDeclaration& declaration) {
  const std::string_view name = declaration.model.parts.empty() ? "" : declaration.model.last().text;
  const std::string_view version = declaration.version.present() ? declaration.version.value : "";
  if (name == "System") return;
  if (name == "FHIR") {
    uses_model_ = true;
    if (version.empty() || version == "4.0.0" || version == "4.0.1" || version == "4.3.0") return;
    diagnostics().report(DiagnosticKind::UnknownModel, declaration.version.span,
                         "FHIR " + std::string(version) + " is not built in; expected 4.0.1, 4.0.0 or 4.3.0");
    return;
  }
  // Without a version, the one loaded last.
  std::string loaded = "FHIR 4.0.1, System";
  std::vector<std::string_view> names{"FHIR", "System"};
  const Model* found = nullptr;
  for (const std::shared_ptr<const Model>& model : types().models()) {
    loaded += ", " + model->name + version_of(model->version);
    names.push_back(model->name);
    if (model->name == name && (version.empty() || model->version == version)) found = model.get();
  }
  if (found != nullptr) {
    const std::string_view alias = declaration.name.text.empty() ? name : declaration.name.text;
    models_.push_back({alias, found});
    return;
  }
  const bool is_other_version = std::ranges::find(names, name) != names.end();
  auto report = diagnostics().report(
      DiagnosticKind::UnknownModel, is_other_version ? declaration.version.span : declaration.model.span,
      "the model '" + std::string(name) + (version.empty() ? "" : "' of version '" + std::string(version)) +
          "' is not loaded; there are " + loaded);
  const std::string_view nearest = is_other_version ? "" : nearest_name(name, names);
  if (!nearest.empty()) {
    report.did_you_mean(nearest);
  } else {
    report.hint("other models are loaded from their model info");
  }
}

std::optional<TypeId> LibraryChecker::model_type(const cql::QualifiedName& name) {
  std::string path;
  for (const cql::Name& part : name.parts) path += (path.empty() ? "" : ".") + std::string(part.text);
  for (const ModelUse& use : models_) {
    if (path.size() > use.alias.size() && path.starts_with(use.alias) && path[use.alias.size()] == '.') {
      if (const std::optional<TypeId> type = use.model->find(path.substr(use.alias.size() + 1))) return type;
    }
    if (const std::optional<TypeId> type = use.model->find(path)) return type;
  }
  return std::nullopt;
}

TypeId LibraryChecker::context_type(std::string_view context) {
  const TypeId fhir = *types().find("FHIR", context);
  for (const ModelUse& use : models_) {
    const ModelContext* found = use.model->context(context);
    if (found != nullptr && types().foundation(found->type) == fhir) return found->type;
  }
  return fhir;
}

std::optional<Typed> LibraryChecker::model_property(Typed target, std::string_view name, TypeId type) {
  const auto element_of = [&](TypeId owner) -> const ModelElement* {
    const ModelClass* model_class = types().model_class(owner);
    if (model_class == nullptr) return nullptr;
    const auto found = std::ranges::find(model_class->elements, name, &ModelElement::name);
    return found == model_class->elements.end() ? nullptr : &*found;
  };
  if (const ModelElement* element = element_of(target.type)) return model_element(target, *element);
  if (types().kind(target.type) != TypeKind::Choice) return std::nullopt;
  const std::vector<TypeId> options(types().choices(target.type).begin(), types().choices(target.type).end());
  if (std::ranges::none_of(options, [&](TypeId option) { return element_of(option) != nullptr; })) return std::nullopt;
  // Profiles of one FHIR class cannot be told apart by a value: the first that has the element speaks for them.
  std::vector<TypeId> seen;
  std::vector<std::pair<TypeId, Typed>> branches;
  for (const TypeId option : options) {
    const std::optional<TypeId> option_type = property_type(option, name);
    const TypeId foundation = types().foundation(option);
    if (!option_type || std::ranges::find(seen, foundation) != seen.end()) continue;
    seen.push_back(foundation);
    const Typed as = builder_.node(NodeKind::As, option, {target});
    const Typed value = raw_property(as, name, *option_type);
    if (!value.is_valid()) return value;
    branches.emplace_back(option, value);
  }
  Typed result = builder_.null_of(type);
  for (auto branch = branches.rbegin(); branch != branches.rend(); ++branch) {
    result = builder_.node(NodeKind::If, type, {type_test(target, branch->first), branch->second, result});
  }
  return result;
}

Typed LibraryChecker::model_element(Typed target, const ModelElement& element) {
  const Typed instance{target.node, types().foundation(target.type)};
  const std::string_view owner = types().class_info(target.type).name;
  const bool shows_value = element.cases.empty() || std::ranges::any_of(element.cases, [](const MappingCase& one) {
                             return !one.mapping.from_parent;
                           });
  if (shows_value && !property_type(instance.type, element.name)) {
    diagnostics().report(DiagnosticKind::UnknownElement, builder_.span(),
                         "the model info does not say where " + types().name(instance.type) + " has what it calls '" +
                             std::string(owner) + "." + element.name + "'");
    return Typed::invalid();
  }
  if (element.cases.empty()) return fit(property(instance, element.name, builder_.span()), element.type);
  if (element.cases.size() == 1) return mapped(instance, owner, element.name, element.cases[0].mapping, element.type);
  // The later alternatives say something special (a value set in an extension) and come first: the plain one is never
  // null, an empty CodeableConcept is a Concept without codes.
  std::vector<Typed> alternatives;
  for (auto one = element.cases.rbegin(); one != element.cases.rend(); ++one) {
    const std::size_t dot = one->type.find('.');
    const std::optional<TypeId> type = types().find("System", one->type.substr(dot == std::string::npos ? 0 : dot + 1));
    const Typed value = mapped(instance, owner, element.name, one->mapping, type.value_or(element.type));
    if (!value.is_valid()) return value;
    alternatives.push_back(value);
  }
  return builder_.node(NodeKind::Coalesce, element.type, alternatives);
}

bool LibraryChecker::is_plain(TypeId type) {
  if (types().kind(type) == TypeKind::List) return is_plain(types().element_type(type));
  return types().kind(type) == TypeKind::System && !property_type(type, "value");
}

Typed LibraryChecker::mapped(Typed instance, std::string_view owner, std::string_view name, const Mapping& mapping,
                             TypeId type) {
  Typed value = mapping.from_parent ? instance : property(instance, name, builder_.span());
  for (const MappingStep& step : mapping.steps) {
    if (!value.is_valid()) return value;
    // An id is a System value in FHIR already; and some model infos start a nested class's path at its resource.
    if (step.name == "value" && is_plain(value.type)) continue;
    if (&step == mapping.steps.data() && is_own_step(owner, step.name) && !property_type(instance.type, step.name))
      continue;
    value = property(value, step.name, builder_.span());
    if (!step.tests.empty()) value = items_where(value, step.tests);
  }
  if (!value.is_valid()) return value;
  if (types().kind(value.type) == TypeKind::List && types().kind(type) != TypeKind::List) {
    value = apply("SingletonFrom", {value}, builder_.span());
  }
  if (mapping.function.ends_with("ToValueSet")) return builder_.node(NodeKind::ToSystem, type, {value});
  return fit(value, type);
}

Typed LibraryChecker::items_where(Typed list, std::span<const MappingTest> tests) {
  if (!list.is_valid()) return list;
  if (types().kind(list.type) != TypeKind::List) list = apply("ToList", {list}, builder_.span());
  const std::uint32_t slot = builder_.new_slot();
  const Typed item = builder_.local(slot, types().element_type(list.type));
  std::vector<Typed> conditions;
  for (const MappingTest& test : tests) {
    Typed found = item;
    for (const std::string& step : test.path) {
      if (found.is_valid()) found = property(found, step, builder_.span());
    }
    const Typed wanted = builder_.constant(Value::string(keep(test.value)), system_type::kString);
    const bool is_list = found.is_valid() && types().kind(found.type) == TypeKind::List;
    found = fit(found, is_list ? types().list_of(system_type::kString) : system_type::kString);
    conditions.push_back(is_list ? apply("In", {wanted, found}, builder_.span())
                                 : apply("Equal", {found, wanted}, builder_.span()));
    if (!conditions.back().is_valid()) return Typed::invalid();
  }
  const Typed where =
      conditions.size() == 1 ? conditions[0] : builder_.node(NodeKind::And, system_type::kBoolean, conditions);
  return kept_where(list, slot, where);
}

Typed LibraryChecker::kept_where(Typed list, std::uint32_t slot, Typed where) {
  if (!list.is_valid() || !where.is_valid()) return Typed::invalid();
  QueryPlan plan;
  plan.sources.push_back({slot, list.node, true});
  plan.where = where.node;
  return query_node(std::move(plan), list.type);
}

Typed LibraryChecker::fit(Typed value, TypeId type) {
  if (!value.is_valid() || value.type == type) return value;
  const TypeId wanted = types().foundation(type);
  if (types().is_subtype(value.type, wanted)) return {value.node, type};
  const bool from_list = types().kind(value.type) == TypeKind::List;
  const bool to_list = types().kind(wanted) == TypeKind::List;
  if (from_list && !to_list) return fit(apply("SingletonFrom", {value}, builder_.span()), type);
  if (!from_list && to_list) {
    const Typed list = apply("ToList", {fit(value, types().element_type(wanted))}, builder_.span());
    return {list.node, type};
  }
  if (from_list) {
    const std::uint32_t slot = builder_.new_slot();
    const Typed body = fit(builder_.local(slot, types().element_type(value.type)), types().element_type(wanted));
    return {builder_.node(NodeKind::ForEach, wanted, {value, body}, slot).node, type};
  }
  const TypeKind from = types().kind(value.type);
  if (types().kind(wanted) == TypeKind::Choice && (from == TypeKind::Choice || from == TypeKind::Class)) {
    return {builder_.node(NodeKind::ToSystem, wanted, {value}).node, type};
  }
  if (conversions_.cost(value.type, wanted) != Conversions::kNone) {
    return {conversions_.convert(value, wanted).node, type};
  }
  return {builder_.node(NodeKind::As, wanted, {value}).node, type};
}

Typed LibraryChecker::model_retrieve(Typed resources, TypeId type, std::string_view code_path, Typed codes) {
  const ModelClass* model_class = types().model_class(type);
  if (model_class == nullptr || !resources.is_valid()) return resources;
  const TypeId resource = model_class->foundation;
  Typed result{resources.node, types().list_of(type)};
  // What was not done is often said of a whole value set, named in an extension of the code.
  const auto element = std::ranges::find(model_class->elements, code_path, &ModelElement::name);
  if (codes.is_valid() && codes.type == system_type::kValueSet && element != model_class->elements.end()) {
    for (const MappingCase& one : element->cases) {
      if (one.type != "System.ValueSet") continue;
      library_.store.retrieves.push_back({.resource = resource});
      const Typed all = builder_.node(NodeKind::Retrieve, types().list_of(type), {},
                                      static_cast<std::uint32_t>(library_.store.retrieves.size() - 1));
      const std::uint32_t slot = builder_.new_slot();
      const Typed set =
          mapped(builder_.local(slot, resource), model_class->name, element->name, one.mapping, system_type::kValueSet);
      const Span place = builder_.span();
      const Typed is_same = apply("Equal", {property(set, "id", place), property(codes, "id", place)}, place);
      const Typed both[] = {result, kept_where(all, slot, is_same)};
      result = check_union(both, place);
      break;
    }
  }
  if (!context_.check_profiles || model_class->profile.empty()) return result;
  // meta.profile may name a version: url|version.
  const std::uint32_t slot = builder_.new_slot();
  const Span place = builder_.span();
  const Typed profiles = fit(property(property(builder_.local(slot, resource), "meta", place), "profile", place),
                             types().list_of(system_type::kString));
  const auto text = [&](const std::string& value) {
    return builder_.constant(Value::string(keep(value)), system_type::kString);
  };
  const std::uint32_t profile_slot = builder_.new_slot();
  const Typed profile = builder_.local(profile_slot, system_type::kString);
  const Typed is_it = builder_.node(NodeKind::Or, system_type::kBoolean,
                                    {apply("Equal", {profile, text(model_class->profile)}, place),
                                     apply("StartsWith", {profile, text(model_class->profile + "|")}, place)});
  const Typed any = builder_.node(NodeKind::Exists, system_type::kBoolean, {kept_where(profiles, profile_slot, is_it)});
  return kept_where(result, slot, any);
}

}  // namespace calx
