#include "check/library_checker.h"
#include "model/model.h"
#include "operators/operator_table.h"

namespace calx {

std::optional<TypeId> LibraryChecker::resolve_type(const cql::TypeSpecifier& specifier) {
  if (const auto* named = specifier.try_as<cql::NamedType>()) return resolve_named_type(named->name);
  if (const auto* list = specifier.try_as<cql::ListType>()) {
    const std::optional<TypeId> element = resolve_type(*list->element);
    return element ? std::optional(types().list_of(*element)) : std::nullopt;
  }
  if (const auto* interval = specifier.try_as<cql::IntervalType>()) {
    const std::optional<TypeId> point = resolve_type(*interval->point);
    return point ? std::optional(types().interval_of(*point)) : std::nullopt;
  }
  if (const auto* tuple = specifier.try_as<cql::TupleType>()) {
    std::vector<ElementInfo> elements;
    for (const cql::TupleTypeElement& element : tuple->elements) {
      const std::optional<TypeId> type = resolve_type(*element.type);
      if (!type) return std::nullopt;
      elements.push_back({element.name.text, *type});
    }
    return types().tuple_of(std::move(elements));
  }
  if (const auto* choice = specifier.try_as<cql::ChoiceType>()) {
    std::vector<TypeId> options;
    for (const cql::TypeSpecifier* option : choice->options) {
      const std::optional<TypeId> type = resolve_type(*option);
      if (!type) return std::nullopt;
      options.push_back(*type);
    }
    return types().choice_of(options);
  }
  return std::nullopt;  // InvalidType: reported by the parser
}

std::optional<TypeId> LibraryChecker::resolve_named_type(const cql::QualifiedName& name) {
  if (name.parts.empty()) return std::nullopt;
  if (const std::optional<TypeId> type = model_type(name)) return type;
  std::string_view model;
  std::string path;
  for (std::size_t index = 0; index < name.parts.size(); ++index) {
    const std::string_view part = name.parts[index].text;
    if (index == 0 && name.parts.size() > 1 && (part == "FHIR" || part == "System")) {
      model = part;
      continue;
    }
    if (!path.empty()) path += '.';
    path += part;
  }
  // An unqualified name means the model's type where it has one (FHIR.Quantity), as the reference translator reads it.
  if (model.empty() && uses_model_) {
    if (const std::optional<TypeId> type = types().find("FHIR", path)) return type;
  }
  // Beside a loaded model, FHIR's types are there by their full name only, as long as the text does not use FHIR too.
  const bool by_full_name = model.empty() && !models_.empty() && !uses_model_;
  if (const std::optional<TypeId> type = types().find(by_full_name ? "System" : model, path)) return type;
  diagnostics().report(DiagnosticKind::UnknownType, name.span,
                       "there is no type '" + path + "' in " +
                           (models_.empty() ? "" : models_.front().model->name + ", ") + "FHIR 4.0.1 or System");
  return std::nullopt;
}

Typed LibraryChecker::check_is(const cql::IsType& expression) {
  const Typed operand = check(*expression.operand);
  const std::optional<TypeId> type = resolve_type(*expression.type);
  if (!operand.is_valid() || !type) return Typed::invalid();
  builder_.set_span(expression.span);
  return type_test(operand, *type);
}

Typed LibraryChecker::check_as(const cql::AsType& expression) {
  const Typed operand = check(*expression.operand);
  const std::optional<TypeId> type = resolve_type(*expression.type);
  if (!operand.is_valid() || !type) return Typed::invalid();
  builder_.set_span(expression.span);
  const int forth = conversions_.cost(operand.type, *type);
  const int back = conversions_.cost(*type, operand.type);
  if (forth == Conversions::kNone && back == Conversions::kNone) {
    diagnostics().report(DiagnosticKind::ImpossibleCast, expression.span,
                         "a value of " + types().name(operand.type) + " is never " + types().name(*type));
    return Typed::invalid();
  }
  return builder_.node(expression.strict ? NodeKind::Cast : NodeKind::As, *type, {operand});
}

Typed LibraryChecker::check_convert(const cql::ConvertToType& expression) {
  const Typed operand = check(*expression.operand);
  const std::optional<TypeId> type = resolve_type(*expression.type);
  if (!operand.is_valid() || !type) return Typed::invalid();
  builder_.set_span(expression.span);
  if (conversions_.cost(operand.type, *type) != Conversions::kNone) return conversions_.convert(operand, *type);
  const std::string full = types().name(*type);
  const std::string name = "To" + full.substr(full.rfind('.') + 1);
  const bool from_tuple = types().kind(operand.type) == TypeKind::Tuple;
  if (types().kind(*type) == TypeKind::System && overloads_.has(name) && !from_tuple) {
    return apply(name, {operand}, expression.span);
  }
  if (types().kind(operand.type) == TypeKind::Tuple) {
    if (const std::optional<Typed> instance = instance_of_tuple(operand, *type)) return *instance;
  }
  diagnostics().report(DiagnosticKind::WrongType, expression.span,
                       "there is no conversion from " + types().name(operand.type) + " to " + full);
  return Typed::invalid();
}

std::optional<Typed> LibraryChecker::instance_of_tuple(Typed tuple, TypeId type) {
  std::vector<std::pair<std::string_view, Typed>> values;
  for (const ElementInfo& element : types().tuple_elements(tuple.type)) {
    const std::optional<TypeId> wanted = property_type(type, element.name);
    if (!wanted || conversions_.cost(element.type, *wanted) == Conversions::kNone) return std::nullopt;
    values.emplace_back(element.name, conversions_.convert(raw_property(tuple, element.name, element.type), *wanted));
  }
  const Typed instance = make_instance(type, values);
  if (!instance.is_valid()) return std::nullopt;
  const Typed is_null = builder_.operation(OperatorId::IsNull, system_type::kBoolean, std::span(&tuple, 1), {});
  return builder_.node(NodeKind::If, type, {is_null, builder_.null_of(type), instance});
}

Typed LibraryChecker::check_convert_unit(const cql::ConvertToUnit& expression) {
  const Typed operand = check(*expression.operand);
  if (!operand.is_valid()) return operand;
  builder_.set_span(expression.span);
  unit_of(expression.form, expression.unit, expression.unit_span);
  return apply("ConvertQuantity",
               {operand, builder_.constant(Value::string(keep(expression.unit)), system_type::kString)},
               expression.span);
}

Typed LibraryChecker::check_extent(const cql::TypeExtent& expression) {
  const std::optional<TypeId> type = resolve_type(*expression.type);
  if (!type) return Typed::invalid();
  builder_.set_span(expression.span);
  const auto rows = overloads(expression.maximum ? "MaxValue" : "MinValue");
  const TypeId ordered[] = {system_type::kInteger,  system_type::kLong, system_type::kDecimal, system_type::kDate,
                            system_type::kDateTime, system_type::kTime, system_type::kQuantity};
  const std::optional<TypeId> system =
      types().kind(*type) == TypeKind::Class ? types().system_conversion(*type) : std::nullopt;
  for (TypeId known : ordered) {
    if (known == system && !rows.empty()) return builder_.operation(rows[0], *system, {}, {});
    if (known == *type && !rows.empty()) return builder_.operation(rows[0], *type, {}, {});
  }
  diagnostics().report(DiagnosticKind::WrongType, expression.type->span,
                       types().name(*type) + " has no " + (expression.maximum ? "maximum" : "minimum"));
  return Typed::invalid();
}

}  // namespace calx
