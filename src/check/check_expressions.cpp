#include <charconv>

#include "check/library_checker.h"
#include "values/date_time.h"
#include "values/decimal.h"

namespace calx {

Precision plan_precision(std::optional<cql::Precision> precision) {
  if (!precision) return Precision::None;
  switch (*precision) {
    case cql::Precision::Year:
      return Precision::Year;
    case cql::Precision::Month:
      return Precision::Month;
    case cql::Precision::Week:
      return Precision::Day;  // durations alone have weeks, and say so themselves
    case cql::Precision::Day:
      return Precision::Day;
    case cql::Precision::Hour:
      return Precision::Hour;
    case cql::Precision::Minute:
      return Precision::Minute;
    case cql::Precision::Second:
      return Precision::Second;
    case cql::Precision::Millisecond:
      return Precision::Millisecond;
  }
  return Precision::None;
}

Typed LibraryChecker::check(const cql::Expression& expression) {
  builder_.set_span(expression.span);
  // Expressions are bounded by the parser; functions and defines that need each other nest them further.
  constexpr std::uintptr_t kStackBytes = std::uintptr_t{4} << 20;
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  if ((here < stack_base_ ? stack_base_ - here : here - stack_base_) > kStackBytes) {
    if (!stack_was_short_) {
      diagnostics()
          .report(DiagnosticKind::NestingTooDeep, expression.span,
                  "definitions that need each other are nested too deep here")
          .hint("define first what the others need, or make the chain shorter");
    }
    stack_was_short_ = true;
    return Typed::invalid();
  }
  return dispatch(expression);
}

Typed LibraryChecker::dispatch(const cql::Expression& expression) {
  using AstKind = cql::NodeKind;
  switch (expression.kind) {
    case AstKind::Invalid:
      return Typed::invalid();
    case AstKind::NullLiteral:
    case AstKind::BooleanLiteral:
    case AstKind::StringLiteral:
    case AstKind::IntegerLiteral:
    case AstKind::LongLiteral:
    case AstKind::DecimalLiteral:
    case AstKind::DateLiteral:
    case AstKind::DateTimeLiteral:
    case AstKind::TimeLiteral:
    case AstKind::QuantityLiteral:
    case AstKind::RatioLiteral:
      return check_literal(expression);
    case AstKind::IntervalSelector:
      return check_interval(expression.as<cql::IntervalSelector>());
    case AstKind::TupleSelector:
      return check_tuple(expression.as<cql::TupleSelector>());
    case AstKind::InstanceSelector:
      return check_instance(expression.as<cql::InstanceSelector>());
    case AstKind::ListSelector:
      return check_list(expression.as<cql::ListSelector>());
    case AstKind::CodeSelector:
      return check_code(expression.as<cql::CodeSelector>());
    case AstKind::ConceptSelector:
      return check_concept(expression.as<cql::ConceptSelector>());
    case AstKind::Identifier:
      return check_identifier(expression.as<cql::Identifier>());
    case AstKind::ExternalConstant:
      return unsupported(expression.span, "external constants (%name) have no meaning outside a FHIRPath host");
    case AstKind::SpecialVariable: {
      const auto variable = expression.as<cql::SpecialVariable>().variable;
      const std::optional<Binding>& binding = variable == cql::SpecialVariableKind::This    ? frame_.this_binding
                                              : variable == cql::SpecialVariableKind::Index ? frame_.index_binding
                                                                                            : frame_.total_binding;
      if (!binding) {
        diagnostics().report(DiagnosticKind::UnknownName, expression.span,
                             "there is no element here that $this, $index or $total could stand for");
        return Typed::invalid();
      }
      return binding->is_valid ? builder_.local(binding->slot, binding->type) : Typed::invalid();
    }
    case AstKind::Member:
      return check_member(expression.as<cql::Member>());
    case AstKind::FunctionCall:
      return check_call(expression.as<cql::FunctionCall>());
    case AstKind::MethodCall:
      return check_method(expression.as<cql::MethodCall>());
    case AstKind::Indexer:
      return check_indexer(expression.as<cql::Indexer>());
    case AstKind::Retrieve:
      return check_retrieve(expression.as<cql::Retrieve>());
    case AstKind::Query:
      return check_query(expression.as<cql::Query>());
    case AstKind::Unary:
      return check_unary(expression.as<cql::Unary>());
    case AstKind::Binary:
      return check_binary(expression.as<cql::Binary>());
    case AstKind::Nary:
      return check_nary(expression.as<cql::Nary>());
    case AstKind::Membership:
      return check_membership(expression.as<cql::Membership>());
    case AstKind::Timing:
      return check_timing(expression.as<cql::Timing>());
    case AstKind::Between:
      return check_between(expression.as<cql::Between>());
    case AstKind::DurationBetween:
      return check_duration_between(expression.as<cql::DurationBetween>());
    case AstKind::DurationOf:
      return check_duration_of(expression.as<cql::DurationOf>());
    case AstKind::ComponentFrom:
      return check_component(expression.as<cql::ComponentFrom>());
    case AstKind::SetAggregate:
      return check_set_aggregate(expression.as<cql::SetAggregate>());
    case AstKind::TypeExtent:
      return check_extent(expression.as<cql::TypeExtent>());
    case AstKind::IsType:
      return check_is(expression.as<cql::IsType>());
    case AstKind::AsType:
      return check_as(expression.as<cql::AsType>());
    case AstKind::ConvertToType:
      return check_convert(expression.as<cql::ConvertToType>());
    case AstKind::ConvertToUnit:
      return check_convert_unit(expression.as<cql::ConvertToUnit>());
    case AstKind::If:
      return check_if(expression.as<cql::If>());
    case AstKind::Case:
      return check_case(expression.as<cql::Case>());
    case AstKind::InvalidType:
    case AstKind::NamedType:
    case AstKind::ListType:
    case AstKind::IntervalType:
    case AstKind::TupleType:
    case AstKind::ChoiceType:
    case AstKind::UsingDeclaration:
    case AstKind::IncludeDeclaration:
    case AstKind::CodeSystemDeclaration:
    case AstKind::ValueSetDeclaration:
    case AstKind::CodeDeclaration:
    case AstKind::ConceptDeclaration:
    case AstKind::ParameterDeclaration:
    case AstKind::ContextDeclaration:
    case AstKind::DefineDeclaration:
    case AstKind::FunctionDeclaration:
      break;
  }
  CALX_CHECK(false, "an expression is of an expression kind");
}

Typed LibraryChecker::unsupported(Span span, std::string message) {
  diagnostics().report(DiagnosticKind::UnsupportedConstruct, span, std::move(message));
  return Typed::invalid();
}

Typed LibraryChecker::expect(Typed value, TypeId type, Span span, std::string_view what) {
  if (!value.is_valid()) return value;
  if (conversions_.cost(value.type, type) == Conversions::kNone) {
    diagnostics().report(
        DiagnosticKind::WrongType, span,
        std::string(what) + " is " + types().name(value.type) + ", but " + types().name(type) + " was expected");
    return Typed::invalid();
  }
  return conversions_.convert(value, type);
}

Typed LibraryChecker::check_as_type(const cql::Expression& expression, TypeId type, std::string_view what) {
  return expect(check(expression), type, expression.span, what);
}

Typed LibraryChecker::apply(std::string_view name, std::span<const Typed> operands, Span span, Precision precision) {
  std::vector<TypeId> operand_types;
  for (const Typed& operand : operands) {
    if (!operand.is_valid()) return Typed::invalid();
    operand_types.push_back(operand.type);
  }
  builder_.set_span(span);
  warn_of_units(name, operands, span);
  const std::optional<OverloadChoice> choice = overloads_.choose(name, operand_types);
  if (!choice) {
    std::string given;
    for (TypeId type : operand_types) given += (given.empty() ? "" : ", ") + types().name(type);
    diagnostics()
        .report(DiagnosticKind::NoOverload, span, std::string(name) + " does not take (" + given + ")")
        .hint("it takes " + overloads_.signatures(name));
    return Typed::invalid();
  }
  std::vector<Typed> converted;
  for (std::size_t index = 0; index < operands.size(); ++index) {
    converted.push_back(conversions_.convert(operands[index], choice->operands[index]));
  }
  OperatorAttributes attributes;
  attributes.precision = precision;
  return builder_.operation(choice->row, choice->result, converted, attributes);
}

Typed LibraryChecker::negate(Typed truth, Span span) {
  return apply("Not", {truth}, span);
}

Typed LibraryChecker::conjunction(std::initializer_list<Typed> operands) {
  return builder_.node(NodeKind::And, system_type::kBoolean, operands);
}

UnitId LibraryChecker::unit_of(cql::UnitForm form, std::string_view unit, Span span) {
  if (form == cql::UnitForm::None) return UnitId{};
  const UnitId id = context_.units.intern(unit);
  if (form == cql::UnitForm::Ucum && context_.units.unit_class(id) == UnitClass::Unknown) {
    diagnostics().report(DiagnosticKind::UnitNotUcum, span,
                         "'" + std::string(unit) + "' is not a UCUM unit; expected one such as 'mg/dL'");
  }
  return id;
}

Typed LibraryChecker::check_quantity(const cql::QuantityLiteral& literal) {
  const std::optional<Decimal> number = parse_decimal(literal.number);
  if (!number) {
    diagnostics().report(DiagnosticKind::NumberOutOfRange, literal.span,
                         "the number " + std::string(literal.number) + " is beyond what a quantity holds");
    return Typed::invalid();
  }
  const UnitId unit = unit_of(literal.form, literal.unit, literal.span);
  return builder_.constant(quantity_value(*number, unit, context_.arena), system_type::kQuantity);
}

namespace {

/// Digits with their sign; nothing beyond the type's range. The minus belongs to the number here, since the least
/// value of a type has no positive counterpart.
std::optional<std::int64_t> signed_number(std::string_view digits, bool negative, std::uint64_t maximum) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || value > maximum + (negative ? 1 : 0)) return std::nullopt;
  return static_cast<std::int64_t>(negative ? ~value + 1 : value);
}

bool finer_than_decimal(std::string_view digits) {
  const std::size_t point = digits.find('.');
  return point != std::string_view::npos && digits.find_last_not_of('0') > point + kMaximumScale;
}

}  // namespace

Typed LibraryChecker::check_literal(const cql::Expression& expression, bool negative) {
  using AstKind = cql::NodeKind;
  const auto bad_number = [&](std::string_view type) {
    diagnostics().report(DiagnosticKind::NumberOutOfRange, expression.span,
                         "the number is beyond what " + std::string(type) + " holds");
    return Typed::invalid();
  };
  const auto date_like = [&](std::optional<Value> value, TypeId type, std::string_view text) {
    if (value) return builder_.constant(*value, type);
    diagnostics().report(DiagnosticKind::InvalidDateTime, expression.span,
                         "'" + std::string(text) + "' is no date or time that exists");
    return Typed::invalid();
  };
  if (expression.kind == AstKind::NullLiteral) return builder_.null_of(system_type::kAny);
  if (const auto* boolean = expression.try_as<cql::BooleanLiteral>()) return builder_.boolean(boolean->value);
  if (const auto* text = expression.try_as<cql::StringLiteral>()) {
    return builder_.constant(Value::string(keep(text->value)), system_type::kString);
  }
  if (const auto* number = expression.try_as<cql::IntegerLiteral>()) {
    const std::optional<std::int64_t> value = signed_number(number->digits, negative, 0x7FFFFFFF);
    if (!value) return bad_number("Integer");
    return builder_.constant(Value::of_integer(Kind::Integer, *value), system_type::kInteger);
  }
  if (const auto* number = expression.try_as<cql::LongLiteral>()) {
    const std::optional<std::int64_t> value = signed_number(number->digits, negative, 0x7FFFFFFFFFFFFFFF);
    if (!value) return bad_number("Long");
    return builder_.constant(Value::long_number(*value), system_type::kLong);
  }
  if (const auto* number = expression.try_as<cql::DecimalLiteral>()) {
    const std::optional<Decimal> value = parse_decimal(number->digits);
    if (!value) return bad_number("Decimal");
    if (finer_than_decimal(number->digits)) {
      diagnostics().report(DiagnosticKind::NumberOutOfRange, expression.span,
                           "the number has more than the 8 decimal places that Decimal holds");
      return Typed::invalid();
    }
    return builder_.constant(decimal_value(*value, context_.arena), system_type::kDecimal);
  }
  if (const auto* date = expression.try_as<cql::DateLiteral>()) {
    return date_like(parse_date(date->text), system_type::kDate, date->text);
  }
  if (const auto* date_time = expression.try_as<cql::DateTimeLiteral>()) {
    return date_like(parse_date_time(date_time->text), system_type::kDateTime, date_time->text);
  }
  if (const auto* time = expression.try_as<cql::TimeLiteral>()) {
    return date_like(parse_time(time->text), system_type::kTime, time->text);
  }
  if (const auto* quantity = expression.try_as<cql::QuantityLiteral>()) return check_quantity(*quantity);
  const auto& ratio = expression.as<cql::RatioLiteral>();
  return builder_.node(NodeKind::RatioOf, system_type::kRatio,
                       {check_quantity(*ratio.numerator), check_quantity(*ratio.denominator)});
}

Typed LibraryChecker::check_unary(const cql::Unary& expression) {
  using Op = cql::UnaryOperator;
  if (expression.op == Op::Exists) {
    const Typed operand = check(*expression.operand);
    if (!operand.is_valid()) return operand;
    builder_.set_span(expression.span);
    TypeId type = operand.type;
    if (type == system_type::kValueSet)
      return builder_.node(NodeKind::Exists, system_type::kBoolean,
                           {conversions_.convert(operand, types().list_of(system_type::kCode))});
    if (type != system_type::kAny && types().kind(type) != TypeKind::List) {
      if (types().kind(type) != TypeKind::Choice) {
        diagnostics().report(DiagnosticKind::WrongType, expression.operand->span,
                             "exists takes a list, but this is " + types().name(type));
        return Typed::invalid();
      }
    }
    return builder_.node(NodeKind::Exists, system_type::kBoolean, {operand});
  }
  const cql::NodeKind operand_kind = expression.operand->kind;
  if (expression.op == Op::Negate &&
      (operand_kind == cql::NodeKind::IntegerLiteral || operand_kind == cql::NodeKind::LongLiteral)) {
    return check_literal(*expression.operand, true);
  }
  const Typed operand = check(*expression.operand);
  const Span span = expression.span;
  switch (expression.op) {
    case Op::Negate:
      return apply("Negate", {operand}, span);
    case Op::Plus:
      return operand;
    case Op::Not:
      return apply("Not", {operand}, span);
    case Op::Exists:
      break;
    case Op::StartOf:
      return apply("Start", {operand}, span);
    case Op::EndOf:
      return apply("End", {operand}, span);
    case Op::WidthOf:
      return apply("Width", {operand}, span);
    case Op::SuccessorOf:
      return apply("Successor", {operand}, span);
    case Op::PredecessorOf:
      return apply("Predecessor", {operand}, span);
    case Op::SingletonFrom:
      return apply("SingletonFrom", {operand}, span);
    case Op::PointFrom:
      return apply("PointFrom", {operand}, span);
    case Op::Distinct:
      return apply("Distinct", {operand}, span);
    case Op::Flatten:
      return apply("Flatten", {operand}, span);
    case Op::IsNull:
      return apply("IsNull", {operand}, span);
    case Op::IsNotNull:
      return negate(apply("IsNull", {operand}, span), span);
    case Op::IsTrue:
      return apply("IsTrue", {operand}, span);
    case Op::IsNotTrue:
      return negate(apply("IsTrue", {operand}, span), span);
    case Op::IsFalse:
      return apply("IsFalse", {operand}, span);
    case Op::IsNotFalse:
      return negate(apply("IsFalse", {operand}, span), span);
  }
  return Typed::invalid();
}

Typed LibraryChecker::check_binary(const cql::Binary& expression) {
  using Op = cql::BinaryOperator;
  warn_of_null_comparison(expression);
  const Typed left = check(*expression.left);
  const Typed right = check(*expression.right);
  const Span span = expression.span;
  switch (expression.op) {
    case Op::Subtract:
      return apply("Subtract", {left, right}, span);
    case Op::Multiply:
      return apply("Multiply", {left, right}, span);
    case Op::Divide:
      return apply("Divide", {left, right}, span);
    case Op::TruncatedDivide:
      return apply("TruncatedDivide", {left, right}, span);
    case Op::Modulo:
      return apply("Modulo", {left, right}, span);
    case Op::Power:
      return apply("Power", {left, right}, span);
    case Op::Less:
      return apply("Less", {left, right}, span);
    case Op::LessOrEqual:
      return apply("LessOrEqual", {left, right}, span);
    case Op::Greater:
      return apply("Greater", {left, right}, span);
    case Op::GreaterOrEqual:
      return apply("GreaterOrEqual", {left, right}, span);
    case Op::Equal:
      return apply("Equal", {left, right}, span);
    case Op::NotEqual:
      return negate(apply("Equal", {left, right}, span), span);
    case Op::Equivalent:
      return apply("Equivalent", {left, right}, span);
    case Op::NotEquivalent:
      return negate(apply("Equivalent", {left, right}, span), span);
    case Op::Implies: {
      const Typed premise = expect(left, system_type::kBoolean, expression.left->span, "the left side of implies");
      const Typed conclusion =
          expect(right, system_type::kBoolean, expression.right->span, "the right side of implies");
      builder_.set_span(span);
      return builder_.node(NodeKind::Implies, system_type::kBoolean, {premise, conclusion});
    }
    case Op::Intersect:
      return apply("Intersect", {left, right}, span);
    case Op::Except:
      return apply("Except", {left, right}, span);
  }
  return Typed::invalid();
}

Typed LibraryChecker::check_nary(const cql::Nary& expression) {
  using Op = cql::NaryOperator;
  std::vector<Typed> operands;
  operands.reserve(expression.operands.size());
  const bool logical = expression.op == Op::And || expression.op == Op::Or || expression.op == Op::Xor;
  for (const cql::Expression* operand : expression.operands) {
    operands.push_back(logical ? check_as_type(*operand, system_type::kBoolean, "an operand of and, or, xor")
                               : check(*operand));
  }
  builder_.set_span(expression.span);
  switch (expression.op) {
    case Op::And:
      return builder_.node(NodeKind::And, system_type::kBoolean, operands);
    case Op::Or:
      return builder_.node(NodeKind::Or, system_type::kBoolean, operands);
    case Op::Union:
      return check_union(operands, expression.span);
    case Op::Xor:
    case Op::Add:
    case Op::Concatenate:
      break;
  }
  Typed result = operands[0];
  for (std::size_t index = 1; index < operands.size(); ++index) {
    if (!result.is_valid() || !operands[index].is_valid()) {
      result = Typed::invalid();
      continue;
    }
    std::string_view name = "Xor";
    if (expression.op == Op::Concatenate) name = "ConcatenateOrEmpty";
    if (expression.op == Op::Add) {
      // `+` joins strings too; CQL has one syntax and two operators.
      const int left = conversions_.cost(result.type, system_type::kString);
      const int right = conversions_.cost(operands[index].type, system_type::kString);
      const auto is_text = [](int cost) { return cost == Conversions::kExact || cost == Conversions::kSimple; };
      name = is_text(left) || is_text(right) ? "Concatenate" : "Add";
    }
    result = apply(name, {result, operands[index]}, expression.span);
  }
  return result;
}

Typed LibraryChecker::check_union(std::span<const Typed> operands, Span span) {
  // Lists of different elements unite to a list of a choice; intervals take the operator's own rows.
  std::vector<TypeId> elements;
  bool lists = false;
  for (const Typed& operand : operands) {
    if (!operand.is_valid()) return Typed::invalid();
    if (types().kind(operand.type) == TypeKind::List) {
      lists = true;
      elements.push_back(types().element_type(operand.type));
    } else if (operand.type == system_type::kValueSet) {
      lists = true;
      elements.push_back(system_type::kCode);
    }
  }
  Typed result = operands[0];
  if (!lists) {
    for (std::size_t index = 1; index < operands.size(); ++index)
      result = apply("Union", {result, operands[index]}, span);
    return result;
  }
  TypeId element = elements[0];
  bool same = true;
  for (TypeId other : elements) same = same && (other == element || other == system_type::kAny);
  if (!same) element = types().choice_of(elements);
  const TypeId type = types().list_of(element);
  std::vector<Typed> converted;
  for (const Typed& operand : operands) {
    converted.push_back(expect(operand, type, span, "an operand of union"));
  }
  result = converted[0];
  for (std::size_t index = 1; index < converted.size(); ++index)
    result = apply("Union", {result, converted[index]}, span);
  return result.is_valid() ? Typed{result.node, type} : result;
}

Typed LibraryChecker::check_if(const cql::If& expression) {
  warn_of_fixed_condition(*expression.condition, expression.else_value->span, expression.then_value->span);
  const Typed condition = check_as_type(*expression.condition, system_type::kBoolean, "the condition of if");
  const Typed then_value = check(*expression.then_value);
  const Typed else_value = check(*expression.else_value);
  if (!condition.is_valid() || !then_value.is_valid() || !else_value.is_valid()) return Typed::invalid();
  builder_.set_span(expression.span);
  const Typed branches[] = {then_value, else_value};
  const TypeId type = conversions_.common_type_of(branches);
  return builder_.node(NodeKind::If, type,
                       {condition, conversions_.convert(then_value, type), conversions_.convert(else_value, type)});
}

Typed LibraryChecker::check_case(const cql::Case& expression) {
  std::vector<Typed> children;
  std::vector<Typed> values;
  std::vector<Typed> conditions;
  Typed comparand;
  std::uint32_t slot = 0;
  if (expression.comparand != nullptr) {
    comparand = check(*expression.comparand);
    slot = builder_.new_slot();
    if (!comparand.is_valid()) return comparand;
  }
  for (const cql::CaseItem& item : expression.items) {
    if (expression.comparand == nullptr) {
      const bool is_last = &item == &expression.items.back();
      const cql::CaseItem* next = is_last ? nullptr : &item + 1;
      warn_of_fixed_condition(*item.when, next != nullptr ? next->span : expression.else_value->span,
                              item.then_value->span);
      conditions.push_back(check_as_type(*item.when, system_type::kBoolean, "the condition of when"));
    } else {
      const Typed when = check(*item.when);
      builder_.set_span(item.span);
      conditions.push_back(apply("Equal", {builder_.local(slot, comparand.type), when}, item.span));
    }
    values.push_back(check(*item.then_value));
  }
  values.push_back(check(*expression.else_value));
  for (const Typed& value : values) {
    if (!value.is_valid()) return Typed::invalid();
  }
  const TypeId type = conversions_.common_type_of(values);
  builder_.set_span(expression.span);
  if (expression.comparand != nullptr) children.push_back(comparand);
  for (std::size_t index = 0; index < conditions.size(); ++index) {
    children.push_back(conditions[index]);
    children.push_back(conversions_.convert(values[index], type));
  }
  children.push_back(conversions_.convert(values.back(), type));
  return builder_.node(expression.comparand != nullptr ? NodeKind::CaseOf : NodeKind::Case, type, children, slot);
}

Typed LibraryChecker::check_interval(const cql::IntervalSelector& selector) {
  Typed low = check(*selector.low);
  Typed high = check(*selector.high);
  if (!low.is_valid() || !high.is_valid()) return Typed::invalid();
  builder_.set_span(selector.span);
  const auto system = [&](Typed end) {
    if (types().kind(end.type) != TypeKind::Class) return end;
    const std::optional<TypeId> type = types().system_conversion(end.type);
    return type ? conversions_.convert(end, *type) : end;
  };
  low = system(low);
  high = system(high);
  const TypeId ends[] = {low.type, high.type};
  TypeId point = conversions_.common_type(ends);
  if (types().kind(point) == TypeKind::Choice) {
    diagnostics().report(DiagnosticKind::WrongType, selector.span,
                         "the ends of an interval are of one type, but these are " + types().name(low.type) + " and " +
                             types().name(high.type));
    return Typed::invalid();
  }
  if (selector.low_closed_value != nullptr) {
    const Typed low_closed = check_as_type(*selector.low_closed_value, system_type::kBoolean, "lowClosed");
    const Typed high_closed = check_as_type(*selector.high_closed_value, system_type::kBoolean, "highClosed");
    if (!low_closed.is_valid() || !high_closed.is_valid()) return Typed::invalid();
    builder_.set_span(selector.span);
    return builder_.node(
        NodeKind::IntervalDynamic, types().interval_of(point),
        {conversions_.convert(low, point), conversions_.convert(high, point), low_closed, high_closed});
  }
  const auto flag = static_cast<std::uint8_t>((selector.low_closed ? Value::kLowClosed : 0) |
                                              (selector.high_closed ? Value::kHighClosed : 0));
  return builder_.node(NodeKind::Interval, types().interval_of(point),
                       {conversions_.convert(low, point), conversions_.convert(high, point)}, 0, flag);
}

Typed LibraryChecker::check_list(const cql::ListSelector& selector) {
  std::vector<Typed> elements;
  std::optional<TypeId> stated;
  if (selector.element_type != nullptr) {
    stated = resolve_type(*selector.element_type);
    if (!stated) return Typed::invalid();
  }
  for (const cql::Expression* element : selector.elements) {
    elements.push_back(stated ? check_as_type(*element, *stated, "an element of the list") : check(*element));
    if (!elements.back().is_valid()) return Typed::invalid();
  }
  builder_.set_span(selector.span);
  const TypeId type = stated ? *stated : conversions_.common_type_of(elements);
  for (Typed& element : elements) element = conversions_.convert(element, type);
  return builder_.node(NodeKind::List, types().list_of(type), elements);
}

Typed LibraryChecker::check_tuple(const cql::TupleSelector& selector) {
  constexpr std::size_t kMostElements = 10'000;
  if (selector.elements.size() > kMostElements) {
    return unsupported(selector.span, "a tuple has at most 10,000 elements");
  }
  std::vector<ElementInfo> infos;
  std::vector<std::pair<std::string_view, Typed>> values;
  bool is_valid = true;
  for (const cql::ElementSelector& element : selector.elements) {
    const Typed value = check(*element.value);
    for (const auto& [name, unused] : values) {
      if (name == element.name.text) {
        diagnostics().report(DiagnosticKind::DuplicateName, element.name.span,
                             "the tuple has the element '" + std::string(name) + "' already");
        is_valid = false;
      }
    }
    is_valid = is_valid && value.is_valid();
    values.emplace_back(element.name.text, value);
    infos.push_back({element.name.text, value.type});
  }
  if (!is_valid) return Typed::invalid();
  builder_.set_span(selector.span);
  const TypeId type = types().tuple_of(infos);
  std::vector<Typed> ordered;
  for (const ElementInfo& info : types().tuple_elements(type)) {
    for (const auto& [name, value] : values) {
      if (name == info.name) ordered.push_back(value);
    }
  }
  return builder_.node(NodeKind::Tuple, type, ordered);
}

Typed LibraryChecker::check_instance(const cql::InstanceSelector& selector) {
  const std::optional<TypeId> type = resolve_type(*selector.type);
  if (!type) return Typed::invalid();
  std::vector<std::pair<std::string_view, Typed>> values;
  bool is_valid = true;
  for (const cql::ElementSelector& element : selector.elements) {
    const std::string_view name = element.name.text;
    const std::optional<TypeId> element_type = property_type(*type, name);
    if (!element_type) {
      property({builder_.null_of(*type).node, *type}, name, element.name.span);
      is_valid = false;
      continue;
    }
    if (std::ranges::find(values, name, &std::pair<std::string_view, Typed>::first) != values.end()) {
      diagnostics().report(DiagnosticKind::DuplicateName, element.name.span,
                           "the element '" + std::string(name) + "' is given already");
      is_valid = false;
    }
    values.emplace_back(name, check_as_type(*element.value, *element_type, "the element '" + std::string(name) + "'"));
    is_valid = is_valid && values.back().second.is_valid();
  }
  if (!is_valid) return Typed::invalid();
  builder_.set_span(selector.span);
  const Typed instance = make_instance(*type, values);
  return instance.is_valid()
             ? instance
             : unsupported(selector.span, "an instance of " + types().name(*type) + " cannot be written like this yet");
}

Typed LibraryChecker::make_instance(TypeId type, std::span<const std::pair<std::string_view, Typed>> values) {
  const auto find = [&](std::string_view name, TypeId element_type) {
    for (const auto& [given, value] : values) {
      if (given == name) return value;
    }
    return builder_.null_of(element_type);
  };
  if (type == system_type::kQuantity) {
    return builder_.node(NodeKind::QuantityOf, type,
                         {find("value", system_type::kDecimal), find("unit", system_type::kString)});
  }
  if (type == system_type::kCode) {
    return builder_.node(NodeKind::CodeOf, type,
                         {find("code", system_type::kString), find("system", system_type::kString),
                          find("display", system_type::kString), find("version", system_type::kString)});
  }
  if (type == system_type::kConcept) {
    return builder_.node(NodeKind::ConceptOf, type,
                         {find("codes", types().list_of(system_type::kCode)), find("display", system_type::kString)});
  }
  if (type == system_type::kRatio) {
    return builder_.node(NodeKind::RatioOf, type,
                         {find("numerator", system_type::kQuantity), find("denominator", system_type::kQuantity)});
  }
  if (types().kind(type) != TypeKind::Class) return Typed::invalid();
  if (types().model_class(type) != nullptr) {
    return unsupported(builder_.span(), "instances of a loaded model are not made; make one of the FHIR class");
  }
  std::vector<Typed> ordered;
  std::vector<std::uint32_t> indexes;
  for (const auto& [name, value] : values) {
    indexes.push_back(*types().element_index(type, name));
    ordered.push_back(value);
  }
  library_.store.elements.push_back(std::move(indexes));
  return builder_.node(NodeKind::Instance, type, ordered,
                       static_cast<std::uint32_t>(library_.store.elements.size() - 1));
}

Typed LibraryChecker::check_code(const cql::CodeSelector& selector) {
  const Term* system = find_term(selector.system, system_type::kCodeSystem);
  if (system == nullptr) return Typed::invalid();
  const auto display =
      selector.display.present() ? std::optional<std::string_view>(selector.display.value) : std::nullopt;
  return builder_.constant(make_code(selector.code.value, system->value, display), system_type::kCode);
}

Typed LibraryChecker::check_concept(const cql::ConceptSelector& selector) {
  std::vector<Value> codes;
  for (const cql::CodeSelector* code : selector.codes) {
    const Typed checked = check_code(*code);
    if (!checked.is_valid()) return checked;
    codes.push_back(library_.store.constants[builder_.at(checked).payload]);
  }
  auto* data = context_.arena.make<ConceptData>();
  data->codes = context_.arena.copy(std::span<const Value>(codes));
  data->has_display = selector.display.present();
  data->display = keep(selector.display.value);
  return builder_.constant(Value::of_pointer(Kind::Concept, data, 0), system_type::kConcept);
}

Typed LibraryChecker::check_indexer(const cql::Indexer& expression) {
  const Typed target = check(*expression.target);
  const Typed index = check(*expression.index);
  return apply("Indexer", {target, index}, expression.span);
}

Typed LibraryChecker::check_component(const cql::ComponentFrom& expression) {
  using Component = cql::DateTimeComponent;
  const Typed operand = check(*expression.operand);
  const Span span = expression.span;
  const auto component = [&](Precision precision) {
    return apply("DateTimeComponentFrom", {operand}, span, precision);
  };
  switch (expression.component) {
    case Component::Year:
      return component(Precision::Year);
    case Component::Month:
      return component(Precision::Month);
    case Component::Week:
      return unsupported(span, "CQL has no week of a date; expected year, month or day");
    case Component::Day:
      return component(Precision::Day);
    case Component::Hour:
      return component(Precision::Hour);
    case Component::Minute:
      return component(Precision::Minute);
    case Component::Second:
      return component(Precision::Second);
    case Component::Millisecond:
      return component(Precision::Millisecond);
    case Component::Date:
      return apply("DateFrom", {operand}, span);
    case Component::Time:
      return apply("TimeFrom", {operand}, span);
    case Component::TimezoneOffset:
      return apply("TimezoneOffsetFrom", {operand}, span);
  }
  return Typed::invalid();
}

Typed LibraryChecker::check_set_aggregate(const cql::SetAggregate& expression) {
  const Typed operand = check(*expression.operand);
  const std::string_view name = expression.op == cql::SetAggregateOperator::Expand ? "Expand" : "Collapse";
  if (!operand.is_valid()) return operand;
  Typed per = builder_.null_of(system_type::kQuantity);
  if (expression.per != nullptr) {
    per = check_as_type(*expression.per, system_type::kQuantity, "the width after per");
  } else if (expression.per_precision) {
    static constexpr std::string_view kWords[] = {"year", "month",  "week",   "day",
                                                  "hour", "minute", "second", "millisecond"};
    const UnitId unit = context_.units.intern(kWords[static_cast<std::size_t>(*expression.per_precision)]);
    per = builder_.constant(quantity_value({1, 0}, unit, context_.arena), system_type::kQuantity);
  }
  return apply(name, {operand, per}, expression.span);
}

}  // namespace calx
