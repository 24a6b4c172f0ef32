#include "check/library_checker.h"

namespace calx {

QuerySource LibraryChecker::check_source(const cql::AliasedSource& source, bool& is_valid) {
  const Typed expression = check(*source.source);
  QuerySource result;
  result.slot = builder_.new_slot();
  result.expression = expression.node;
  Binding binding{source.alias.text, result.slot, expression.type, expression.is_valid()};
  if (expression.is_valid()) {
    Typed list = expression;
    if (list.type == system_type::kValueSet) {
      list = conversions_.convert(list, types().list_of(system_type::kCode));
      result.expression = list.node;
    }
    result.is_list = types().kind(list.type) == TypeKind::List;
    binding.type = result.is_list ? types().element_type(list.type) : list.type;
  }
  is_valid = is_valid && expression.is_valid();
  binding.span = source.alias.span;
  bind(binding);
  return result;
}

Typed LibraryChecker::check_query(const cql::Query& query) {
  QueryPlan plan;
  bool is_valid = true;
  const std::size_t outer_bindings = frame_.bindings.size();
  std::vector<ElementInfo> row;
  plan.singleton = true;
  // Several sources may be told apart by what they are to each other: Earlier, Later.
  if (query.sources.size() == 1) warn_of_unlike_alias(query.sources[0]);
  for (const cql::AliasedSource& source : query.sources) {
    plan.sources.push_back(check_source(source, is_valid));
    plan.singleton = plan.singleton && !plan.sources.back().is_list;
    row.push_back({source.alias.text, frame_.bindings.back().type});
    // Alone, the alias of a query without condition is what the grammar asks for.
    if (query.sources.size() > 1 && (query.return_clause != nullptr || query.aggregate != nullptr)) {
      frame_.bindings.back().unused_text = "the alias";
    }
  }
  for (const cql::LetItem& let : query.lets) {
    const Typed value = check(*let.value);
    is_valid = is_valid && value.is_valid();
    const std::uint32_t slot = builder_.new_slot();
    plan.lets.push_back({slot, value.node});
    bind({let.name.text, slot, value.type, value.is_valid(), let.name.span, "the definition"});
  }
  for (const cql::Relationship& relationship : query.relationships) {
    const std::size_t inner_bindings = frame_.bindings.size();
    QueryRelationship checked;
    checked.without = relationship.without;
    checked.source = check_source(relationship.source, is_valid);
    frame_.bindings.back().unused_text = "the alias";
    const Typed condition = check_as_type(*relationship.condition, system_type::kBoolean, "the condition of such that");
    is_valid = is_valid && condition.is_valid();
    checked.condition = condition.node;
    plan.relationships.push_back(checked);
    unbind(inner_bindings);
  }
  if (query.where != nullptr) {
    const Typed where = check_as_type(*query.where, system_type::kBoolean, "the condition of where");
    is_valid = is_valid && where.is_valid();
    plan.where = where.node;
  }

  TypeId element = row.empty() ? system_type::kAny : row[0].type;
  std::optional<TypeId> aggregate_type;
  if (query.aggregate != nullptr) {
    const cql::AggregateClause& clause = *query.aggregate;
    const Typed start = clause.starting != nullptr ? check(*clause.starting) : builder_.null_of(system_type::kAny);
    plan.aggregate_slot = builder_.new_slot();
    plan.distinct = clause.distinctness == cql::Distinctness::Distinct;
    is_valid = is_valid && start.is_valid();
    if (start.is_valid()) {
      // The accumulator has the type of the start, unless the step says more: null is refined by one look ahead.
      TypeId type = start.type;
      const std::size_t errors = diagnostics().error_count();
      bind({clause.accumulator.text, plan.aggregate_slot, type, true, clause.accumulator.span, "the accumulator"});
      Typed step = check(*clause.value);
      if (step.is_valid() && step.type != type) {
        const TypeId both[] = {type, step.type};
        type = conversions_.common_type(both);
        if (diagnostics().error_count() == errors && type != start.type) {
          frame_.bindings.back().type = type;
          step = check(*clause.value);
        }
      }
      is_valid = is_valid && step.is_valid();
      builder_.set_span(clause.span);
      plan.aggregate_start = conversions_.convert(start, type).node;
      plan.aggregate = step.is_valid() ? conversions_.convert(step, type).node : kNoNode;
      aggregate_type = type;
    }
  } else if (query.return_clause != nullptr) {
    const Typed result = check(*query.return_clause->value);
    is_valid = is_valid && result.is_valid();
    plan.result = result.node;
    plan.distinct = query.return_clause->distinctness != cql::Distinctness::All;
    element = result.type;
  } else if (query.sources.size() > 1) {
    builder_.set_span(query.span);
    element = types().tuple_of(row);
    std::vector<Typed> slots;
    for (const ElementInfo& info : types().tuple_elements(element)) {
      for (std::size_t index = 0; index < row.size(); ++index) {
        if (row[index].name == info.name) slots.push_back(builder_.local(plan.sources[index].slot, info.type));
      }
    }
    plan.result = builder_.node(NodeKind::Tuple, element, slots).node;
    plan.distinct = true;
  }
  unbind(outer_bindings);

  if (!query.sort.empty() && is_valid) {
    plan.sort_slot = builder_.new_slot();
    std::optional<Binding> outer_this = std::move(frame_.this_binding);
    const bool outer_names = frame_.this_elements_are_names;
    frame_.this_binding = Binding{"$this", plan.sort_slot, element, true};
    frame_.this_elements_are_names = true;
    for (const cql::SortItem& item : query.sort) {
      QuerySort sort;
      sort.descending = item.direction == cql::SortDirection::Descending;
      TypeId key = element;
      if (item.by != nullptr) {
        const Typed by = check(*item.by);
        is_valid = is_valid && by.is_valid();
        sort.expression = by.node;
        key = by.type;
      }
      // FHIR values are ordered as the System values that they convert to.
      if (is_valid && (types().kind(key) == TypeKind::Class || types().kind(key) == TypeKind::Choice)) {
        const Typed plain =
            sort.expression == kNoNode ? builder_.local(plan.sort_slot, element) : Typed{sort.expression, key};
        std::vector<TypeId> candidates;
        conversions_.add_candidates(key, candidates);
        for (TypeId candidate : candidates) {
          if (types().kind(candidate) != TypeKind::System) continue;
          builder_.set_span(item.span);
          sort.expression = conversions_.convert(plain, candidate).node;
          break;
        }
      }
      plan.sort.push_back(sort);
    }
    frame_.this_binding = std::move(outer_this);
    frame_.this_elements_are_names = outer_names;
  }
  if (!is_valid) return Typed::invalid();

  builder_.set_span(query.span);
  const TypeId type = aggregate_type ? *aggregate_type : plan.singleton ? element : types().list_of(element);
  return query_node(std::move(plan), type);
}

Typed LibraryChecker::check_code_path(const cql::Expression& path, TypeId resource, std::uint32_t& slot) {
  slot = builder_.new_slot();
  const auto walk = [&](const auto& self, const cql::Expression& step) -> Typed {
    if (const auto* identifier = step.try_as<cql::Identifier>()) {
      return property(builder_.local(slot, resource), identifier->name.text, step.span);
    }
    if (const auto* member = step.try_as<cql::Member>()) {
      const Typed target = self(self, *member->target);
      return target.is_valid() ? property(target, member->name.text, member->name.span) : target;
    }
    if (const auto* indexer = step.try_as<cql::Indexer>()) {
      const Typed target = self(self, *indexer->target);
      return apply("Indexer", {target, check(*indexer->index)}, step.span);
    }
    return unsupported(step.span, "a code path is made of element names and indexes");
  };
  return walk(walk, path);
}

Typed LibraryChecker::check_retrieve(const cql::Retrieve& retrieve) {
  std::optional<Typed> related;
  if (retrieve.context != nullptr) {
    related = check(*retrieve.context);
    if (!related->is_valid()) return *related;
    if (types().kind(related->type) == TypeKind::List) {
      diagnostics().report(
          DiagnosticKind::WrongType, retrieve.context->span,
          "the context of a retrieve is one resource or id, but this is " + types().name(related->type));
      return Typed::invalid();
    }
  }
  const std::optional<TypeId> type = resolve_type(*retrieve.type);
  if (!type) return Typed::invalid();
  if (types().kind(*type) != TypeKind::Class || !types().class_info(*type).is_resource) {
    diagnostics().report(DiagnosticKind::NotRetrievable, retrieve.type->span,
                         types().name(*type) + " is no resource, and only resources are retrieved");
    return Typed::invalid();
  }
  RetrievePlan plan;
  plan.resource = types().foundation(*type);
  std::vector<Typed> children;
  std::string_view code_path;
  Typed codes;
  if (retrieve.terminology != nullptr) {
    std::string_view path = types().class_info(*type).primary_code_path;
    Span path_span = retrieve.type->span;
    std::optional<Typed> longer_path;
    if (retrieve.code_path != nullptr) {
      path_span = retrieve.code_path->span;
      if (const auto* identifier = retrieve.code_path->try_as<cql::Identifier>()) {
        path = identifier->name.text;
      } else {
        longer_path = check_code_path(*retrieve.code_path, *type, plan.path_slot);
        if (!longer_path->is_valid()) return *longer_path;
      }
    }
    if (!longer_path) code_path = path;
    const std::optional<std::uint32_t> element =
        path.empty() || longer_path ? std::nullopt : types().element_index(plan.resource, path);
    if (!element && !longer_path) {
      diagnostics().report(DiagnosticKind::NoCodePath, path_span,
                           path.empty() ? types().name(*type) + " has no element that a retrieve by code would look at"
                                        : types().name(*type) + " has no element '" + std::string(path) + "'");
      return Typed::invalid();
    }
    plan.code_element = element.value_or(kNoElement);
    plan.by_equality = retrieve.comparator == cql::CodeComparator::Equal;
    codes = check(*retrieve.terminology);
    if (!codes.is_valid()) return codes;
    const TypeId wanted[] = {system_type::kValueSet,
                             system_type::kCodeSystem,
                             system_type::kCode,
                             system_type::kConcept,
                             types().list_of(system_type::kCode),
                             types().list_of(system_type::kConcept),
                             types().list_of(system_type::kString)};
    bool fits = codes.type == system_type::kAny;
    for (TypeId one : wanted) fits = fits || codes.type == one;
    for (TypeId one : wanted) {
      if (fits) break;
      if (one != system_type::kValueSet && conversions_.cost(codes.type, one) != Conversions::kNone) {
        codes = conversions_.convert(codes, one);
        fits = true;
      }
    }
    if (!fits) {
      diagnostics().report(DiagnosticKind::WrongType, retrieve.terminology->span,
                           "a retrieve is filtered by a value set, code, concept or list of codes, but this is " +
                               types().name(codes.type));
      return Typed::invalid();
    }
    children.push_back(codes);
    if (longer_path) children.push_back(*longer_path);
  }
  if (related) {
    plan.has_context = true;
    children.push_back(*related);
  }
  builder_.set_span(retrieve.span);
  library_.store.retrieves.push_back(plan);
  const Typed result = builder_.node(NodeKind::Retrieve, types().list_of(plan.resource), children,
                                     static_cast<std::uint32_t>(library_.store.retrieves.size() - 1));
  return model_retrieve(result, *type, code_path, codes);
}

}  // namespace calx
