#include <algorithm>

#include "check/library_checker.h"

namespace calx {

std::optional<std::vector<Typed>> LibraryChecker::check_arguments(std::span<const cql::Expression* const> arguments) {
  std::vector<Typed> checked;
  bool is_valid = true;
  for (const cql::Expression* argument : arguments) {
    checked.push_back(check(*argument));
    is_valid = is_valid && checked.back().is_valid();
  }
  if (!is_valid) return std::nullopt;
  return checked;
}

bool LibraryChecker::has_fluent_function(std::string_view name) const {
  const auto is_it = [&](const auto& function) { return function.fluent && function.name == name; };
  return std::ranges::any_of(library_.functions, is_it) || std::ranges::any_of(includes_, [&](const Include& include) {
           return include.library != nullptr && std::ranges::any_of(include.library->functions, is_it);
         });
}

Typed LibraryChecker::check_call(const cql::FunctionCall& call) {
  const std::optional<std::vector<Typed>> arguments = check_arguments(call.arguments);
  if (!arguments) return Typed::invalid();
  builder_.set_span(call.span);
  if (call.is_operator) {
    return call.precision ? apply(call.name.text, *arguments, call.span, plan_precision(call.precision))
                          : check_system_call(call.name, *arguments, call.span);
  }
  bool exists = false;
  if (std::optional<Typed> result = try_function(call.name.text, *arguments, false, nullptr, exists)) return *result;
  if (exists && !overloads_.has(call.name.text)) {
    std::string given;
    for (const Typed& argument : *arguments) given += (given.empty() ? "" : ", ") + types().name(argument.type);
    diagnostics().report(DiagnosticKind::NoOverload, call.span,
                         "the function '" + std::string(call.name.text) + "' does not take (" + given + ")");
    return Typed::invalid();
  }
  return check_system_call(call.name, *arguments, call.span);
}

Typed LibraryChecker::check_method(const cql::MethodCall& call) {
  if (const Include* include = include_named_by(*call.target)) {
    const std::optional<std::vector<Typed>> arguments = check_arguments(call.arguments);
    if (!arguments) return Typed::invalid();
    builder_.set_span(call.span);
    if (include->is_native) return check_native_call(call.name, *arguments, call.span);
    if (include->library == nullptr) return Typed::invalid();
    bool exists = false;
    if (std::optional<Typed> result = try_function(call.name.text, *arguments, false, include, exists)) return *result;
    std::string given;
    for (const Typed& argument : *arguments) given += (given.empty() ? "" : ", ") + types().name(argument.type);
    std::vector<std::string_view> names;
    for (const Function& function : include->library->functions) names.push_back(function.name);
    diagnostics()
        .report(exists ? DiagnosticKind::NoOverload : DiagnosticKind::UnknownFunction, call.name.span,
                "the library '" + std::string(include->library->name) + "' has no function '" +
                    std::string(call.name.text) + "'" + (exists ? " that takes (" + given + ")" : ""))
        .did_you_mean(exists ? "" : nearest_name(call.name.text, names));
    return Typed::invalid();
  }
  // A fluent call: the target is the first argument.
  const Typed target = check(*call.target);
  if (target.is_valid() && !has_fluent_function(call.name.text)) {
    builder_.set_span(call.span);
    if (std::optional<Typed> result = check_lazy_method(call, target)) return *result;
  }
  const std::optional<std::vector<Typed>> rest = check_arguments(call.arguments);
  if (!target.is_valid() || !rest) return Typed::invalid();
  std::vector<Typed> arguments{target};
  arguments.insert(arguments.end(), rest->begin(), rest->end());
  builder_.set_span(call.span);
  bool exists = false;
  FunctionMatch match;
  match_functions(call.name.text, arguments, true, nullptr, match, exists);
  for (const Include& include : includes_) {
    if (include.library != nullptr) match_functions(call.name.text, arguments, true, &include, match, exists);
  }
  if (match.cost != Conversions::kNone) return call_function(call.name.text, match, arguments);
  if (std::optional<Typed> result = check_system_method(call, arguments)) return *result;
  if (overloads_.has(call.name.text)) return check_system_call(call.name, arguments, call.span);
  diagnostics().report(
      DiagnosticKind::UnknownFunction, call.name.span,
      exists ? "no fluent function '" + std::string(call.name.text) + "' takes " + types().name(target.type) + " first"
             : "there is no fluent function '" + std::string(call.name.text) + "'");
  return Typed::invalid();
}

std::optional<Typed> LibraryChecker::try_function(std::string_view name, std::span<const Typed> arguments,
                                                  bool fluent_only, const Include* include, bool& exists) {
  FunctionMatch match;
  match_functions(name, arguments, fluent_only, include, match, exists);
  if (match.cost == Conversions::kNone) return std::nullopt;
  return call_function(name, match, arguments);
}

void LibraryChecker::match_functions(std::string_view name, std::span<const Typed> arguments, bool fluent_only,
                                     const Include* include, FunctionMatch& best, bool& exists) {
  const auto consider = [&](std::uint32_t index, const std::vector<TypeId>& operands) {
    exists = true;
    if (operands.size() != arguments.size()) return;
    int total = 0;
    for (std::size_t operand = 0; operand < operands.size(); ++operand) {
      const int cost = conversions_.cost(arguments[operand].type, operands[operand]);
      if (cost == Conversions::kNone) return;
      // Conversions weigh; only between equals does the category of the type decide.
      total += cost * 64 + (cost == Conversions::kExact ? 0 : conversions_.category(operands[operand]));
    }
    if (best.cost == Conversions::kNone || total < best.cost) {
      best = {include, index, total, false};
    } else if (total == best.cost && best.include == include) {
      best.is_ambiguous = true;
    }
  };
  if (include == nullptr) {
    const auto [first, last] = functions_by_name_.equal_range(name);
    for (auto at = first; at != last; ++at) {
      const FunctionEntry& entry = functions_[at->second];
      if (!fluent_only || entry.declaration->fluent) consider(at->second, entry.operands);
    }
  } else {
    for (std::uint32_t index = 0; index < include->library->functions.size(); ++index) {
      const Function& function = include->library->functions[index];
      if (function.name != name || function.is_private || (fluent_only && !function.fluent)) continue;
      consider(index, function.operands);
    }
  }
}

Typed LibraryChecker::call_function(std::string_view name, const FunctionMatch& match,
                                    std::span<const Typed> arguments) {
  if (match.is_ambiguous) {
    std::string given;
    for (const Typed& argument : arguments) given += (given.empty() ? "" : ", ") + types().name(argument.type);
    diagnostics()
        .report(DiagnosticKind::AmbiguousCall, builder_.span(),
                "several functions '" + std::string(name) + "' take (" + given + ") equally well")
        .hint("say which by a cast: `x as T`");
    return Typed::invalid();
  }
  const Function* function = nullptr;
  std::uint32_t index = match.index;
  if (match.include == nullptr) {
    used_.insert(name);
    FunctionEntry& entry = functions_[index];
    if (entry.state == State::InProgress) {
      diagnostics()
          .report(DiagnosticKind::CircularDefinition, builder_.span(),
                  "the function '" + std::string(name) + "' calls itself; CQL has no recursion")
          .label(entry.declaration->name.span, "declared here");
      return Typed::invalid();
    }
    check_function(entry);
    if (!entry.is_valid) return Typed::invalid();
    function = &library_.functions[entry.index];
    index = entry.index;
  } else {
    function = &match.include->library->functions[index];
    if (function->body == kNoNode) return Typed::invalid();
  }
  std::vector<Typed> converted;
  for (std::size_t operand = 0; operand < arguments.size(); ++operand) {
    converted.push_back(conversions_.convert(arguments[operand], function->operands[operand]));
  }
  return reference(NodeKind::FunctionCall, function->result,
                   match.include == nullptr ? LibraryReference::kSelf : match.include->index, index, converted);
}

Typed LibraryChecker::check_system_call(const cql::Name& name, std::span<const Typed> arguments, Span span) {
  const std::string_view word = name.text;
  if (word == "Coalesce" && !arguments.empty()) {
    if (arguments.size() == 1 && types().kind(arguments[0].type) == TypeKind::List) {
      return builder_.node(NodeKind::CoalesceList, types().element_type(arguments[0].type), arguments);
    }
    std::vector<TypeId> argument_types;
    for (const Typed& argument : arguments) argument_types.push_back(argument.type);
    const TypeId type = conversions_.common_type(argument_types);
    std::vector<Typed> converted;
    for (const Typed& argument : arguments) converted.push_back(conversions_.convert(argument, type));
    return builder_.node(NodeKind::Coalesce, type, converted);
  }
  if (word == "Message" && arguments.size() == 5) {
    return builder_.node(NodeKind::Message, arguments[0].type,
                         {arguments[0], expect(arguments[1], system_type::kBoolean, span, "the condition of Message"),
                          expect(arguments[2], system_type::kString, span, "the code of Message"),
                          expect(arguments[3], system_type::kString, span, "the severity of Message"),
                          expect(arguments[4], system_type::kString, span, "the message of Message")});
  }
  if (word == "Exists" && arguments.size() == 1) {
    return builder_.node(NodeKind::Exists, system_type::kBoolean, arguments);
  }
  if ((word == "And" || word == "Or" || word == "Implies") && arguments.size() == 2) {
    const NodeKind kind = word == "And" ? NodeKind::And : word == "Or" ? NodeKind::Or : NodeKind::Implies;
    return builder_.node(kind, system_type::kBoolean,
                         {expect(arguments[0], system_type::kBoolean, span, "the first operand"),
                          expect(arguments[1], system_type::kBoolean, span, "the second operand")});
  }
  if (word == "IsNotNull" && arguments.size() == 1) return negate(apply("IsNull", arguments, span), span);
  if (word == "NotEqual" && arguments.size() == 2) return negate(apply("Equal", arguments, span), span);
  if (word.starts_with("AgeIn") || word.starts_with("CalculateAgeIn")) return check_age_call(word, arguments, span);
  if (!overloads_.has(word)) {
    std::vector<std::string_view> names;
    for (const OperatorRow& row : operator_rows()) names.push_back(row.name);
    for (const FunctionEntry& entry : functions_) names.push_back(entry.declaration->name.text);
    diagnostics()
        .report(DiagnosticKind::UnknownFunction, name.span, "there is no function '" + std::string(word) + "'")
        .did_you_mean(nearest_name(word, names));
    return Typed::invalid();
  }
  return apply(word, arguments, span);
}

Typed LibraryChecker::check_age_call(std::string_view name, std::span<const Typed> arguments, Span span) {
  const bool is_calculation = name.starts_with("Calculate");
  std::string_view unit = name.substr(name.find("AgeIn") + 5);
  const bool at = unit.ends_with("At");
  if (at) unit.remove_suffix(2);
  struct Unit {
    std::string_view word;
    Precision precision;
  };
  static constexpr Unit kUnits[] = {{"Years", Precision::Year},    {"Months", Precision::Month},
                                    {"Weeks", Precision::Day},     {"Days", Precision::Day},
                                    {"Hours", Precision::Hour},    {"Minutes", Precision::Minute},
                                    {"Seconds", Precision::Second}};
  const auto* found = std::ranges::find(kUnits, unit, &Unit::word);
  const std::size_t expected = (is_calculation ? 1U : 0U) + (at ? 1U : 0U);
  if (found == std::end(kUnits) || arguments.size() != expected) {
    diagnostics().report(DiagnosticKind::UnknownFunction, span,
                         "there is no function '" + std::string(name) + "' with " + std::to_string(arguments.size()) +
                             " operands; expected AgeInYears() and the like");
    return Typed::invalid();
  }
  Typed birth;
  if (is_calculation) {
    birth = as_point_or_interval(arguments[0]);
  } else {
    const TypeId patient = *types().find("FHIR", "Patient");
    birth = as_point_or_interval(property(builder_.node(NodeKind::ContextReference, patient, {}), "birthDate", span));
  }
  if (!birth.is_valid()) return birth;
  Typed as_of =
      at ? as_point_or_interval(arguments.back()) : apply(birth.type == system_type::kDate ? "Today" : "Now", {}, span);
  if (!as_of.is_valid()) return as_of;
  // A birth date known to the day is asked about on a date: the time of day does not make anyone older.
  if (birth.type == system_type::kDate && as_of.type == system_type::kDateTime && found->precision <= Precision::Day) {
    as_of = apply("DateFrom", {as_of}, span);
  }
  if (unit == "Weeks") return apply("CalculateAgeInWeeksAt", {birth, as_of}, span);
  return apply("CalculateAgeAt", {birth, as_of}, span, found->precision);
}

Typed LibraryChecker::check_native_call(const cql::Name& name, std::span<const Typed> arguments, Span span) {
  // FHIRHelpers 4.0.x: every conversion is the one that the engine does by itself, under its published name.
  const std::string_view word = name.text;
  if (arguments.size() == 1) {
    const Typed argument = arguments[0];
    const TypeId date_times = types().interval_of(system_type::kDateTime);
    const TypeId quantities = types().interval_of(system_type::kQuantity);
    struct Native {
      std::string_view name;
      TypeId type;
    };
    const Native natives[] = {{"ToString", system_type::kString},
                              {"ToBoolean", system_type::kBoolean},
                              {"ToInteger", system_type::kInteger},
                              {"ToDecimal", system_type::kDecimal},
                              {"ToDate", system_type::kDate},
                              {"ToDateTime", system_type::kDateTime},
                              {"ToTime", system_type::kTime},
                              {"ToQuantity", system_type::kQuantity},
                              {"ToRatio", system_type::kRatio},
                              {"ToCode", system_type::kCode},
                              {"ToConcept", system_type::kConcept},
                              {"ToInterval", date_times},
                              {"ToInterval", quantities}};
    for (const Native& native : natives) {
      if (native.name == word && conversions_.cost(argument.type, native.type) != Conversions::kNone) {
        return conversions_.convert(argument, native.type);
      }
    }
    if (word == "ToValue") {
      std::vector<TypeId> candidates;
      conversions_.add_candidates(argument.type, candidates);
      std::vector<TypeId> systems;
      for (TypeId option :
           types().kind(argument.type) == TypeKind::Choice
               ? std::vector<TypeId>(types().choices(argument.type).begin(), types().choices(argument.type).end())
               : std::vector<TypeId>{argument.type}) {
        const std::optional<TypeId> system =
            types().kind(option) == TypeKind::Class ? types().system_conversion(option) : std::nullopt;
        systems.push_back(system.value_or(option));
      }
      return builder_.node(NodeKind::ToSystem, types().choice_of(systems), {argument});
    }
    if (const std::optional<Typed> result = native_function(word, argument)) return *result;
  }
  diagnostics().report(DiagnosticKind::UnknownFunction, span,
                       "FHIRHelpers has no function '" + std::string(word) + "' for this operand");
  return Typed::invalid();
}

}  // namespace calx
