// Functions of FHIRHelpers beyond the conversions that FHIR types have anyway.
#include "check/library_checker.h"

namespace calx {

Typed LibraryChecker::calendar_unit(Typed unit) {
  struct Word {
    std::string_view ucum;
    std::string_view calendar;
  };
  static constexpr Word kWords[] = {{"ms", "millisecond"}, {"s", "second"}, {"min", "minute"}, {"h", "hour"},
                                    {"d", "day"},          {"wk", "week"},  {"mo", "month"},   {"a", "year"}};
  std::vector<Typed> cases;
  for (const Word& word : kWords) {
    cases.push_back(
        apply("Equal", {unit, builder_.constant(Value::string(word.ucum), system_type::kString)}, builder_.span()));
    cases.push_back(builder_.constant(Value::string(word.calendar), system_type::kString));
  }
  cases.push_back(unit);
  return builder_.node(NodeKind::Case, system_type::kString, cases);
}

std::optional<Typed> LibraryChecker::native_function(std::string_view name, Typed argument) {
  const auto is_text = conversions_.cost(argument.type, system_type::kString) != Conversions::kNone;
  if (name == "ToCalendarUnit" && is_text) return calendar_unit(conversions_.convert(argument, system_type::kString));
  if (name == "ToValueSet" && is_text) {
    return builder_.node(NodeKind::ToSystem, system_type::kValueSet,
                         {conversions_.convert(argument, system_type::kString)});
  }
  if (!types().is_subtype(argument.type, fhir_type::kQuantity)) return std::nullopt;
  if (name == "ToInterval") {
    return builder_.node(NodeKind::ToSystem, types().interval_of(system_type::kQuantity), {argument});
  }
  if (name != "ToQuantityIgnoringComparator") return std::nullopt;
  const Span place = builder_.span();
  const auto text = [&](std::string_view element) {
    return conversions_.convert(property(argument, element, place), system_type::kString);
  };
  const Typed unit =
      builder_.node(NodeKind::Coalesce, system_type::kString,
                    {text("code"), text("unit"), builder_.constant(Value::string("1"), system_type::kString)});
  const Typed value = conversions_.convert(property(argument, "value", place), system_type::kDecimal);
  const Typed is_missing = apply("IsNull", {value}, place);
  return builder_.node(NodeKind::If, system_type::kQuantity,
                       {is_missing, builder_.null_of(system_type::kQuantity),
                        builder_.node(NodeKind::QuantityOf, system_type::kQuantity, {value, calendar_unit(unit)})});
}

}  // namespace calx
