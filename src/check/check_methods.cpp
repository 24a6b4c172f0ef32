#include <algorithm>
#include <array>

#include "check/library_checker.h"
#include "values/decimal.h"

namespace calx {

// FHIRPath functions in method position, `X.where(...)`, mean CQL's own operators (CQL 1.5.3, appendix I "FHIRPath
// Function Translation"). A fluent function of the author's with the same name comes first; the caller has looked.

namespace {

/// A method that is one operator of the table, the target its first operand.
struct OperatorMethod {
  std::string_view method;
  std::string_view operation;
};

constexpr std::array kOperatorMethods{
    OperatorMethod{"abs", "Abs"},
    OperatorMethod{"allTrue", "AllTrue"},
    OperatorMethod{"anyTrue", "AnyTrue"},
    OperatorMethod{"ceiling", "Ceiling"},
    OperatorMethod{"children", "Children"},
    OperatorMethod{"convertsToBoolean", "ConvertsToBoolean"},
    OperatorMethod{"convertsToDate", "ConvertsToDate"},
    OperatorMethod{"convertsToDateTime", "ConvertsToDateTime"},
    OperatorMethod{"convertsToDecimal", "ConvertsToDecimal"},
    OperatorMethod{"convertsToInteger", "ConvertsToInteger"},
    OperatorMethod{"convertsToLong", "ConvertsToLong"},
    OperatorMethod{"convertsToQuantity", "ConvertsToQuantity"},
    OperatorMethod{"convertsToString", "ConvertsToString"},
    OperatorMethod{"convertsToTime", "ConvertsToTime"},
    OperatorMethod{"count", "Count"},
    OperatorMethod{"descendants", "Descendents"},
    OperatorMethod{"descendents", "Descendents"},
    OperatorMethod{"distinct", "Distinct"},
    OperatorMethod{"endsWith", "EndsWith"},
    OperatorMethod{"exclude", "Except"},
    OperatorMethod{"exp", "Exp"},
    OperatorMethod{"first", "First"},
    OperatorMethod{"floor", "Floor"},
    OperatorMethod{"highBoundary", "HighBoundary"},
    OperatorMethod{"intersect", "Intersect"},
    OperatorMethod{"last", "Last"},
    OperatorMethod{"length", "Length"},
    OperatorMethod{"ln", "Ln"},
    OperatorMethod{"log", "Log"},
    OperatorMethod{"lowBoundary", "LowBoundary"},
    OperatorMethod{"lower", "Lower"},
    OperatorMethod{"matches", "Matches"},
    OperatorMethod{"memberOf", "InValueSet"},
    OperatorMethod{"not", "Not"},
    OperatorMethod{"power", "Power"},
    OperatorMethod{"precision", "Precision"},
    OperatorMethod{"replaceMatches", "ReplaceMatches"},
    OperatorMethod{"round", "Round"},
    OperatorMethod{"single", "SingletonFrom"},
    OperatorMethod{"skip", "Skip"},
    OperatorMethod{"startsWith", "StartsWith"},
    OperatorMethod{"subsetOf", "IncludedIn"},
    OperatorMethod{"substring", "Substring"},
    OperatorMethod{"supersetOf", "Includes"},
    OperatorMethod{"tail", "Tail"},
    OperatorMethod{"take", "Take"},
    OperatorMethod{"toBoolean", "ToBoolean"},
    OperatorMethod{"toDate", "ToDate"},
    OperatorMethod{"toDateTime", "ToDateTime"},
    OperatorMethod{"toDecimal", "ToDecimal"},
    OperatorMethod{"toInteger", "ToInteger"},
    OperatorMethod{"toLong", "ToLong"},
    OperatorMethod{"toQuantity", "ToQuantity"},
    OperatorMethod{"toString", "ToString"},
    OperatorMethod{"toTime", "ToTime"},
    OperatorMethod{"truncate", "Truncate"},
    OperatorMethod{"upper", "Upper"},
};

/// Methods whose argument is asked about each element, as $this.
constexpr std::array<std::string_view, 6> kElementMethods{"aggregate", "all", "exists", "repeat", "select", "where"};
/// Methods whose argument names a type.
constexpr std::array<std::string_view, 3> kTypeMethods{"as", "is", "ofType"};

}  // namespace

std::optional<Typed> LibraryChecker::check_lazy_method(const cql::MethodCall& call, Typed target) {
  const std::string_view name = call.name.text;
  if (std::ranges::find(kElementMethods, name) != kElementMethods.end() && !call.arguments.empty()) {
    return check_element_method(call, target);
  }
  if (std::ranges::find(kTypeMethods, name) != kTypeMethods.end() && call.arguments.size() == 1) {
    return check_type_method(call, target);
  }
  return std::nullopt;
}

std::optional<TypeId> LibraryChecker::type_argument(const cql::Expression& argument) {
  std::vector<cql::Name> parts;
  const auto add_parts = [&](const auto& self, const cql::Expression& expression) -> bool {
    if (const auto* identifier = expression.try_as<cql::Identifier>()) {
      parts.push_back(identifier->name);
      return true;
    }
    if (const auto* member = expression.try_as<cql::Member>()) {
      if (!self(self, *member->target)) return false;
      parts.push_back(member->name);
      return true;
    }
    if (const auto* text = expression.try_as<cql::StringLiteral>()) {
      std::string_view rest = text->value;
      for (std::size_t dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
        parts.push_back({rest.substr(0, dot), expression.span});
        rest.remove_prefix(dot + 1);
      }
      parts.push_back({rest, expression.span});
      return true;
    }
    return false;
  };
  if (!add_parts(add_parts, argument)) {
    diagnostics().report(DiagnosticKind::ExpectedType, argument.span, "expected the name of a type here");
    return std::nullopt;
  }
  return resolve_named_type({parts, argument.span});
}

Typed LibraryChecker::type_test(Typed value, TypeId type) {
  library_.store.types.push_back(types().foundation(type));
  return builder_.node(NodeKind::Is, system_type::kBoolean, {value},
                       static_cast<std::uint32_t>(library_.store.types.size() - 1));
}

Typed LibraryChecker::query_node(QueryPlan plan, TypeId type) {
  library_.store.queries.push_back(std::move(plan));
  return builder_.node(NodeKind::Query, type, {}, static_cast<std::uint32_t>(library_.store.queries.size() - 1));
}

Typed LibraryChecker::check_type_method(const cql::MethodCall& call, Typed target) {
  const std::optional<TypeId> type = type_argument(*call.arguments[0]);
  if (!type) return Typed::invalid();
  builder_.set_span(call.span);
  if (call.name.text == "is") return type_test(target, *type);
  if (call.name.text == "as") return builder_.node(NodeKind::As, *type, {target});
  if (types().kind(target.type) != TypeKind::List) {
    return builder_.node(NodeKind::As, *type, {target});
  }
  QueryPlan plan;
  const std::uint32_t slot = builder_.new_slot();
  const Typed element = builder_.local(slot, types().element_type(target.type));
  plan.sources.push_back({slot, target.node, true});
  plan.where = type_test(element, *type).node;
  plan.result = builder_.node(NodeKind::As, *type, {element}).node;
  return query_node(std::move(plan), types().list_of(*type));
}

Typed LibraryChecker::check_element_method(const cql::MethodCall& call, Typed target) {
  const std::string_view name = call.name.text;
  const Span span = call.span;
  if (target.type == system_type::kValueSet) {
    target = conversions_.convert(target, types().list_of(system_type::kCode));
  }
  const bool is_list = types().kind(target.type) == TypeKind::List;
  if (!is_list && (name == "all" || name == "repeat" || name == "exists" || name == "aggregate")) {
    target = apply("ToList", {target}, span);
  }
  const bool many = types().kind(target.type) == TypeKind::List;
  const TypeId element = many ? types().element_type(target.type) : target.type;
  const std::uint32_t slot = builder_.new_slot();

  const std::optional<Binding> outer_this = frame_.this_binding;
  const std::optional<Binding> outer_total = frame_.total_binding;
  const bool outer_names = frame_.this_elements_are_names;
  frame_.this_binding = Binding{"$this", slot, element, true};
  frame_.this_elements_are_names = true;
  const auto leave = [&] {
    frame_.this_binding = outer_this;
    frame_.total_binding = outer_total;
    frame_.this_elements_are_names = outer_names;
    builder_.set_span(span);
  };

  QueryPlan plan;
  plan.sources.push_back({slot, target.node, many});
  plan.singleton = !many;
  if (name == "aggregate") {
    const Typed start = call.arguments.size() > 1 ? check(*call.arguments[1]) : builder_.null_of(system_type::kAny);
    plan.aggregate_slot = builder_.new_slot();
    if (!start.is_valid()) {
      leave();
      return start;
    }
    frame_.total_binding = Binding{"$total", plan.aggregate_slot, start.type, true};
    Typed step = check(*call.arguments[0]);
    TypeId type = start.type;
    if (step.is_valid() && step.type != type) {
      const TypeId both[] = {type, step.type};
      type = conversions_.common_type(both);
      frame_.total_binding->type = type;
      step = check(*call.arguments[0]);
    }
    leave();
    if (!step.is_valid()) return step;
    plan.aggregate_start = conversions_.convert(start, type).node;
    plan.aggregate = conversions_.convert(step, type).node;
    return query_node(std::move(plan), type);
  }
  const bool is_condition = name == "where" || name == "exists" || name == "all";
  const Typed body = is_condition ? check_as_type(*call.arguments[0], system_type::kBoolean, "the condition")
                                  : check(*call.arguments[0]);
  leave();
  if (!body.is_valid()) return body;
  if (name == "where" || name == "exists") {
    plan.where = body.node;
    const Typed query = query_node(std::move(plan), target.type);
    return name == "where" ? query : builder_.node(NodeKind::Exists, system_type::kBoolean, {query});
  }
  if (name == "all") {
    return apply("AllTrue", {builder_.node(NodeKind::ForEach, types().list_of(body.type), {target, body}, slot)}, span);
  }
  if (name == "select" && !many) {
    plan.result = body.node;
    return query_node(std::move(plan), body.type);
  }
  if (name == "repeat") {
    const bool nested = types().kind(body.type) == TypeKind::List;
    const TypeId found = nested ? types().element_type(body.type) : body.type;
    const TypeId both[] = {element, found};
    const TypeId type = conversions_.common_type(both);
    return builder_.node(NodeKind::ForEach, types().list_of(type), {target, body}, slot, kForEachRepeat);
  }
  const Typed mapped =
      builder_.node(NodeKind::ForEach, types().list_of(body.type), {target, body}, slot, kForEachWithoutNulls);
  return types().kind(body.type) == TypeKind::List ? apply("Flatten", {mapped}, span) : mapped;
}

std::optional<Typed> LibraryChecker::check_system_method(const cql::MethodCall& call,
                                                         std::span<const Typed> arguments) {
  const std::string_view name = call.name.text;
  const Span span = call.span;
  const Typed target = arguments[0];
  if (const auto* found = std::ranges::find(kOperatorMethods, name, &OperatorMethod::method);
      found != kOperatorMethods.end()) {
    return apply(found->operation, arguments, span);
  }
  if (arguments.size() == 1) {
    if (name == "exists") return builder_.node(NodeKind::Exists, system_type::kBoolean, {target});
    if (name == "empty") return negate(builder_.node(NodeKind::Exists, system_type::kBoolean, {target}), span);
    if (name == "hasValue") return negate(apply("IsNull", {target}, span), span);
    if (name == "sqrt") {
      return apply("Power", {target, builder_.constant(decimal_value({5, 1}, context_.arena), system_type::kDecimal)},
                   span);
    }
    if (name == "allFalse" || name == "anyFalse") {
      const Typed truths = expect(target, types().list_of(system_type::kBoolean), span, "the target");
      if (!truths.is_valid()) return truths;
      const std::uint32_t slot = builder_.new_slot();
      const Typed body = negate(builder_.local(slot, system_type::kBoolean), span);
      return apply(name == "allFalse" ? "AllTrue" : "AnyTrue",
                   {builder_.node(NodeKind::ForEach, truths.type, {truths, body}, slot)}, span);
    }
    if (name == "isDistinct") {
      return apply("Equal", {apply("Count", {target}, span), apply("Count", {apply("Distinct", {target}, span)}, span)},
                   span);
    }
    return std::nullopt;
  }
  if (arguments.size() != 2) return std::nullopt;
  const Typed other = arguments[1];
  if (name == "union") return check_union(arguments, span);
  if (name == "combine") {
    const TypeId both[] = {target.type, other.type};
    const TypeId type = conversions_.common_type(both);
    const Typed lists = builder_.node(NodeKind::List, types().list_of(type),
                                      {conversions_.convert(target, type), conversions_.convert(other, type)});
    return apply("Flatten", {lists}, span);
  }
  if (name == "indexOf") return apply("PositionOf", {other, target}, span);
  if (name == "lastIndexOf") return apply("LastPositionOf", {other, target}, span);
  if (name == "contains") {
    // Of texts: whether one holds the other. Of lists and intervals: CQL's own contains.
    const bool is_text = conversions_.cost(target.type, system_type::kString) != Conversions::kNone;
    if (!is_text) return apply("Contains", {target, other}, span);
    return apply("GreaterOrEqual",
                 {apply("PositionOf", {other, target}, span),
                  builder_.constant(Value::integer_number(0), system_type::kInteger)},
                 span);
  }
  if (name == "trace") {
    const Typed shown = overloads_.choose("ToString", std::array{target.type}) ? apply("ToString", {target}, span)
                                                                               : builder_.null_of(system_type::kString);
    return builder_.node(NodeKind::Message, target.type,
                         {target, builder_.boolean(true), expect(other, system_type::kString, span, "the name"),
                          builder_.constant(Value::string("Trace"), system_type::kString), shown});
  }
  return std::nullopt;
}

}  // namespace calx
