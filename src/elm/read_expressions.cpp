#include <algorithm>
#include <charconv>

#include "elm/reader.h"
#include "elm/shapes.h"
#include "operators/operator_table.h"

namespace calx {

namespace {

constexpr std::string_view kPrecisions[] = {"Year", "Month", "Week", "Day", "Hour", "Minute", "Second", "Millisecond"};

std::optional<cql::Precision> precision_of(std::string_view word) {
  const auto* found = std::find(std::begin(kPrecisions), std::end(kPrecisions), word);
  if (found == std::end(kPrecisions)) return std::nullopt;
  return static_cast<cql::Precision>(found - std::begin(kPrecisions));
}

bool is_calendar_unit(std::string_view unit) {
  if (unit.ends_with('s')) unit.remove_suffix(1);
  for (const std::string_view word : kPrecisions) {
    if (unit.size() == word.size() && (unit[0] | 0x20) == (word[0] | 0x20) && unit.substr(1) == word.substr(1)) {
      return unit[0] >= 'a';
    }
  }
  return false;
}

/// The name of an ELM type without its model.
std::string_view plain_type(std::string_view qualified) {
  const std::size_t end = qualified.rfind('}');
  return end == std::string_view::npos ? qualified : qualified.substr(end + 1);
}

bool is_operator(std::string_view node) {
  return std::ranges::any_of(overloads(node), [&](OperatorId id) { return operator_row(id).elm == node; });
}

}  // namespace

// ---- Nodes ------------------------------------------------------------------------------------------------------

const cql::Expression* ElmReader::expression(JsonValue node, std::string_view default_type) {
  std::string_view type = node["type"].text();
  if (type.empty()) type = default_type;
  if (!node.is_object() || type.empty()) {
    report(node, "an expression was expected here: an object with a member 'type'");
    return invalid(node);
  }
  if (depth_ >= cql::kMaximumDepth) {
    if (!too_deep_) {
      diagnostics_
          .report(DiagnosticKind::NestingTooDeep, span_of(node),
                  "expressions are nested deeper than the limit of " + std::to_string(cql::kMaximumDepth) + " levels")
          .hint("at " + path_text());
    }
    too_deep_ = true;
    return invalid(node);
  }
  const Span outer = locator_;
  if (node["locator"].is_string()) locator_ = span_of(node);
  ++depth_;
  const cql::Expression* result = dispatch(node, type);
  --depth_;
  locator_ = outer;
  return result;
}

const cql::Expression* ElmReader::member(JsonValue node, std::string_view key, std::string_view default_type) {
  const Step step(*this, key);
  const JsonValue value = node[key];
  if (!value) {
    report(node, "'" + std::string(key) + "' is missing");
    return invalid(node);
  }
  return expression(value, default_type);
}

const cql::Expression* ElmReader::optional_member(JsonValue node, std::string_view key) {
  return node[key].is_object() ? member(node, key) : nullptr;
}

std::vector<const cql::Expression*> ElmReader::members(JsonValue node, std::string_view key) {
  std::vector<const cql::Expression*> result;
  const Step step(*this, key);
  std::size_t index = 0;
  for (const auto [unused, item] : node[key]) {
    const Step place(*this, index++);
    result.push_back(expression(item));
  }
  return result;
}

const cql::Expression* ElmReader::dispatch(JsonValue node, std::string_view type) {
  if (type == "Null") return make<cql::NullLiteral>(node);
  if (type == "Literal") return literal(node);
  if (type == "And") return chain(node, type, cql::NaryOperator::And);
  if (type == "Or") return chain(node, type, cql::NaryOperator::Or);
  if (type == "Union") return chain(node, type, cql::NaryOperator::Union);
  if (type == "Implies") return binary(node, cql::BinaryOperator::Implies);
  if (type == "NotEqual") return binary(node, cql::BinaryOperator::NotEqual);
  if (type == "If") return if_expression(node);
  if (type == "Case") return case_expression(node);
  if (type == "ExpressionRef" || type == "ParameterRef" || type == "ValueSetRef" || type == "CodeSystemRef" ||
      type == "CodeRef" || type == "ConceptRef") {
    return library_reference(node);
  }
  if (type == "AliasRef" || type == "OperandRef" || type == "QueryLetRef") {
    const std::string_view name = required_text(node, "name");
    if (name == "$this") return special(node, cql::SpecialVariableKind::This);
    return local(node, name);
  }
  if (type == "IdentifierRef") {
    const std::string_view name = required_text(node, "name");
    if (name == "$this") return special(node, cql::SpecialVariableKind::This);
    // In a sort clause an identifier is an element of the row.
    if (in_sort_) return path_of(node, special(node, cql::SpecialVariableKind::This), name);
    return named(node, name);
  }
  if (type == "Current") {
    if (node["scope"].is_string()) return local(node, node["scope"].text());
    return special(node, cql::SpecialVariableKind::This);
  }
  if (type == "Iteration") return special(node, cql::SpecialVariableKind::Index);
  if (type == "Total") return special(node, cql::SpecialVariableKind::Total);
  if (type == "Property") return property(node);
  if (type == "FunctionRef") return call(node);
  if (type == "Query") return query(node);
  if (type == "ForEach" || type == "Filter") return scoped(node, type == "Filter");
  if (type == "Sort") return sorted(node);
  if (type == "Retrieve") return retrieve(node);
  if (type == "Is") return is_type(node);
  if (type == "As") return as_type(node);
  if (type == "Convert") return convert(node);
  if (type == "MinValue" || type == "MaxValue") return extent(node, type == "MaxValue");
  if (type == "Interval") return interval(node);
  if (type == "List") return list(node);
  if (type == "Tuple") {
    auto* tuple = make<cql::TupleSelector>(node);
    tuple->elements = elements(node);
    return tuple;
  }
  if (type == "Instance") {
    auto* instance = make<cql::InstanceSelector>(node);
    instance->type = named_type(required_text(node, "classType"), node);
    instance->elements = elements(node);
    return instance;
  }
  if (type == "Quantity") return quantity_expression(node);
  if (type == "Ratio") {
    auto* ratio = make<cql::RatioLiteral>(node);
    ratio->numerator = quantity(node["numerator"]);
    ratio->denominator = quantity(node["denominator"]);
    return ratio;
  }
  if (type == "Code") return code(node);
  if (type == "Concept") return concept_of(node);
  if (type == "Exists") {
    auto* unary = make<cql::Unary>(node);
    unary->op = cql::UnaryOperator::Exists;
    unary->operand = member(node, "operand");
    return unary;
  }
  if (type == "Date" || type == "DateTime" || type == "Time") {
    if (const cql::Expression* constant = date_time_constant(node, type)) return constant;
  }
  return operation(node, type);
}

// ---- Literals ---------------------------------------------------------------------------------------------------

const cql::Expression* ElmReader::number(JsonValue node, std::string_view type, std::string_view text) {
  const bool negative = text.starts_with('-');
  const std::string_view digits = keep(text.substr(negative || text.starts_with('+') ? 1 : 0));
  const bool well_formed =
      !digits.empty() && digits[0] >= '0' && digits[0] <= '9' &&
      std::ranges::all_of(digits, [&](char c) { return (c >= '0' && c <= '9') || (type == "Decimal" && c == '.'); }) &&
      std::ranges::count(digits, '.') <= 1;
  if (!well_formed) {
    report(node, "'" + std::string(text) + "' is no " + std::string(type));
    return invalid(node);
  }
  const cql::Expression* literal = nullptr;
  if (type == "Decimal") {
    auto* made = make<cql::DecimalLiteral>(node);
    made->digits = digits;
    literal = made;
  } else if (type == "Long") {
    auto* made = make<cql::LongLiteral>(node);
    made->digits = digits;
    literal = made;
  } else {
    auto* made = make<cql::IntegerLiteral>(node);
    made->digits = digits;
    literal = made;
  }
  if (!negative) return literal;
  auto* negated = make<cql::Unary>(node);
  negated->op = cql::UnaryOperator::Negate;
  negated->operand = literal;
  return negated;
}

const cql::Expression* ElmReader::literal(JsonValue node) {
  const std::string_view type = plain_type(required_text(node, "valueType"));
  const JsonValue value = node["value"];
  const std::string_view text = value.text();
  if (type == "String") {
    auto* literal = make<cql::StringLiteral>(node);
    literal->value = keep(text);
    return literal;
  }
  if (type == "Boolean") {
    auto* literal = make<cql::BooleanLiteral>(node);
    literal->value = text == "true" || value.is_true();
    if (!literal->value && text != "false" && value.kind() != JsonKind::Boolean) {
      report(node, "'" + std::string(text) + "' is no Boolean; expected true or false");
    }
    return literal;
  }
  if (type == "Integer" || type == "Long" || type == "Decimal") return number(node, type, text);
  if (type == "Date") {
    auto* literal = make<cql::DateLiteral>(node);
    literal->text = keep(text);
    return literal;
  }
  if (type == "DateTime") {
    auto* literal = make<cql::DateTimeLiteral>(node);
    literal->text = keep(text);
    return literal;
  }
  if (type == "Time") {
    auto* literal = make<cql::TimeLiteral>(node);
    literal->text = keep(text.starts_with('T') ? text.substr(1) : text);
    return literal;
  }
  report_unsupported(node, "a literal of the type '" + std::string(type) + "' is not known here");
  return invalid(node);
}

const cql::QuantityLiteral* ElmReader::quantity(JsonValue node) {
  auto* quantity = make<cql::QuantityLiteral>(node);
  quantity->number = keep(node["value"].text());
  quantity->unit = keep(node["unit"].text());
  quantity->form = !node["unit"].is_string()          ? cql::UnitForm::None
                   : is_calendar_unit(quantity->unit) ? cql::UnitForm::Calendar
                                                      : cql::UnitForm::Ucum;
  if (quantity->number.empty()) report(node, "a quantity has a number as its 'value'");
  return quantity;
}

const cql::Expression* ElmReader::quantity_expression(JsonValue node) {
  return quantity(node);
}

/// A date whose components are literals is a constant; nothing when it is not such.
const cql::Expression* ElmReader::date_time_constant(JsonValue node, std::string_view type) {
  struct Part {
    std::string_view key;
    std::string_view before;
    int width;
  };
  static constexpr Part kParts[] = {{"year", "", 4},    {"month", "-", 2},  {"day", "-", 2},        {"hour", "T", 2},
                                    {"minute", ":", 2}, {"second", ":", 2}, {"millisecond", ".", 3}};
  std::string text;
  bool ended = false;
  std::size_t count = 0;
  for (std::size_t i = type == "Time" ? 3 : 0; i < (type == "Date" ? 3U : 7U); ++i) {
    const JsonValue part = node[kParts[i].key];
    if (!part) {
      ended = true;
      continue;
    }
    int value = -1;
    const std::string_view digits = part["value"].text();
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool is_literal = part["type"].text() == "Literal" && plain_type(part["valueType"].text()) == "Integer";
    if (ended || !is_literal || value < 0) return nullptr;
    std::string padded = std::to_string(value);
    if (padded.size() > static_cast<std::size_t>(kParts[i].width)) return nullptr;
    padded.insert(0, static_cast<std::size_t>(kParts[i].width) - padded.size(), '0');
    if (count > 0 || kParts[i].key != "hour") text += kParts[i].before;
    text += padded;
    ++count;
  }
  if (count == 0) return nullptr;
  if (type == "Time") {
    auto* time = make<cql::TimeLiteral>(node);
    time->text = keep(text);
    return time;
  }
  if (type == "Date") {
    auto* date = make<cql::DateLiteral>(node);
    date->text = keep(text);
    return date;
  }
  if (count <= 3) text += 'T';
  if (const JsonValue offset = node["timezoneOffset"]) {
    // Hours as a decimal; only whole minutes have a literal form, and only behind a time.
    double hours = 0;
    const std::string_view digits = offset["value"].text();
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), hours);
    const double minutes = hours * 60;
    if (offset["type"].text() != "Literal" || error != std::errc() || count <= 3 || minutes < -14 * 60 ||
        minutes > 14 * 60 || minutes != static_cast<double>(static_cast<int>(minutes))) {
      return nullptr;
    }
    const int whole = static_cast<int>(minutes);
    const int distance = whole < 0 ? -whole : whole;
    text += whole < 0 ? '-' : '+';
    for (const int part : {distance / 60, distance % 60}) {
      if (text.back() >= '0' && text.back() <= '9') text += ':';
      text += static_cast<char>('0' + part / 10);
      text += static_cast<char>('0' + part % 10);
    }
  }
  auto* date_time = make<cql::DateTimeLiteral>(node);
  date_time->text = keep(text);
  return date_time;
}

// ---- Selectors --------------------------------------------------------------------------------------------------

const cql::Expression* ElmReader::interval(JsonValue node) {
  auto* interval = make<cql::IntervalSelector>(node);
  interval->low = node["low"] ? member(node, "low") : make<cql::NullLiteral>(node);
  interval->high = node["high"] ? member(node, "high") : make<cql::NullLiteral>(node);
  const auto flag = [&](std::string_view key) { return node[key].kind() != JsonKind::Boolean || node[key].is_true(); };
  interval->low_closed = flag("lowClosed");
  interval->high_closed = flag("highClosed");
  if (node["lowClosedExpression"] || node["highClosedExpression"]) {
    const auto value = [&](std::string_view key, bool constant) -> const cql::Expression* {
      if (node[key]) return member(node, key);
      auto* literal = make<cql::BooleanLiteral>(node);
      literal->value = constant;
      return literal;
    };
    interval->low_closed_value = value("lowClosedExpression", interval->low_closed);
    interval->high_closed_value = value("highClosedExpression", interval->high_closed);
  }
  return interval;
}

const cql::Expression* ElmReader::list(JsonValue node) {
  auto* list = make<cql::ListSelector>(node);
  list->elements = copy(members(node, "element"));
  // The type of the elements where it is said and not plain from them.
  const JsonValue stated = node["typeSpecifier"];
  const JsonValue type = !stated && list->elements.empty() ? node["resultTypeSpecifier"] : stated;
  if (type["type"].text() == "ListTypeSpecifier") {
    list->element_type = type_specifier(type["elementType"]);
  } else if (type.is_object()) {
    list->element_type = type_specifier(type);
  }
  return list;
}

std::span<const cql::ElementSelector> ElmReader::elements(JsonValue node) {
  std::vector<cql::ElementSelector> result;
  const Step step(*this, "element");
  std::size_t index = 0;
  for (const auto [unused, element] : node["element"]) {
    const Step place(*this, index++);
    result.push_back({name_at(element, required_text(element, "name")), member(element, "value")});
  }
  return copy(result);
}

const cql::Expression* ElmReader::code(JsonValue node) {
  auto* code = make<cql::CodeSelector>(node);
  code->code = text_at(node["code"]);
  code->system = reference_name(node["system"]);
  code->display = text_at(node["display"]);
  return code;
}

const cql::Expression* ElmReader::concept_of(JsonValue node) {
  auto* made = make<cql::ConceptSelector>(node);
  std::vector<const cql::CodeSelector*> codes;
  for (const auto [unused, one] : node["code"]) codes.push_back(&code(one)->as<cql::CodeSelector>());
  made->codes = copy(codes);
  made->display = text_at(node["display"]);
  return made;
}

// ---- References -------------------------------------------------------------------------------------------------

const cql::Expression* ElmReader::named(JsonValue node, std::string_view name) {
  auto* identifier = make<cql::Identifier>(node);
  identifier->name = name_at(node, name);
  return identifier;
}

const cql::Expression* ElmReader::local(JsonValue node, std::string_view name) {
  return named(node, local_name(name));
}

const cql::Expression* ElmReader::special(JsonValue node, cql::SpecialVariableKind variable) {
  auto* made = make<cql::SpecialVariable>(node);
  made->variable = variable;
  return made;
}

const cql::Expression* ElmReader::library_reference(JsonValue node) {
  const std::string_view name = required_text(node, "name");
  if (!node["libraryName"].is_string()) return named(node, name);
  auto* member = make<cql::Member>(node);
  member->target = named(node, node["libraryName"].text());
  member->name = name_at(node, name);
  return member;
}

/// The elements of a path such as "medication.reference" or "coding[0].code".
const cql::Expression* ElmReader::path_of(JsonValue node, const cql::Expression* target, std::string_view path) {
  std::size_t at = 0;
  std::size_t steps = 0;
  while (at < path.size()) {
    if (++steps + depth_ > cql::kMaximumDepth) {
      report(node, "the path has more steps than the limit of " + std::to_string(cql::kMaximumDepth));
      return invalid(node);
    }
    if (path[at] == '[') {
      const std::size_t end = path.find(']', at);
      auto* indexer = make<cql::Indexer>(node);
      indexer->target = target;
      indexer->index =
          number(node, "Integer", path.substr(at + 1, (end == std::string_view::npos ? at : end) - at - 1));
      target = indexer;
      at = end == std::string_view::npos ? path.size() : end + 1;
      continue;
    }
    if (path[at] == '.') ++at;
    const std::size_t end = std::min(path.find_first_of(".[", at), path.size());
    auto* member = make<cql::Member>(node);
    member->target = target;
    member->name = name_at(node, path.substr(at, end - at));
    target = member;
    at = end;
  }
  return target;
}

const cql::Expression* ElmReader::property(JsonValue node) {
  const std::string_view path = required_text(node, "path");
  const JsonValue scope = node["scope"];
  if (scope.is_string()) {
    const cql::Expression* target =
        scope.text() == "$this" ? special(node, cql::SpecialVariableKind::This) : local(node, scope.text());
    return path_of(node, target, path);
  }
  return path_of(node, member(node, "source"), path);
}

const cql::Expression* ElmReader::call(JsonValue node) {
  const cql::Name name = name_at(node, required_text(node, "name"));
  if (node["libraryName"].is_string()) {
    auto* call = make<cql::MethodCall>(node);
    call->target = named(node, node["libraryName"].text());
    call->name = name;
    call->arguments = copy(members(node, "operand"));
    return call;
  }
  auto* call = make<cql::FunctionCall>(node);
  call->name = name;
  call->arguments = copy(members(node, "operand"));
  return call;
}

// ---- Operators --------------------------------------------------------------------------------------------------

/// Nested binary nodes of one operator are one node, however many were chained; what is nested in the first operand is
/// read without recursion.
const cql::Expression* ElmReader::chain(JsonValue node, std::string_view type, cql::NaryOperator op) {
  std::vector<const cql::Expression*> operands;
  std::vector<JsonValue> pending{node};
  const bool is_logical = op != cql::NaryOperator::Union;
  while (!pending.empty()) {
    const JsonValue next = pending.back();
    pending.pop_back();
    const JsonValue children = next["operand"];
    if (next["type"].text() == type && children.size() >= 2) {
      std::vector<JsonValue> items;
      for (const auto [unused, item] : children) items.push_back(item);
      // A union of unions may have another type in its right operand; logic is the same however it is nested.
      if (is_logical || pending.empty()) {
        pending.insert(pending.end(), items.rbegin(), items.rend());
        continue;
      }
    }
    if (next["type"].text() == type && children.size() < 2) {
      report(next, "'" + std::string(type) + "' has two operands");
      continue;
    }
    const Step step(*this, "operand");
    const Step place(*this, operands.size());
    operands.push_back(expression(next));
  }
  if (operands.size() < 2) return invalid(node);
  auto* nary = make<cql::Nary>(node);
  nary->op = op;
  nary->operands = copy(operands);
  return nary;
}

const cql::Expression* ElmReader::binary(JsonValue node, cql::BinaryOperator op) {
  const std::vector<const cql::Expression*> operands = members(node, "operand");
  if (operands.size() != 2) {
    report(node, "this operator has two operands, but there are " + std::to_string(operands.size()));
    return invalid(node);
  }
  auto* binary = make<cql::Binary>(node);
  binary->op = op;
  binary->op_span = binary->span;
  binary->left = operands[0];
  binary->right = operands[1];
  return binary;
}

const cql::Expression* ElmReader::if_expression(JsonValue node) {
  auto* result = make<cql::If>(node);
  result->condition = member(node, "condition");
  result->then_value = member(node, "then");
  result->else_value = member(node, "else");
  return result;
}

const cql::Expression* ElmReader::case_expression(JsonValue node) {
  auto* result = make<cql::Case>(node);
  result->comparand = optional_member(node, "comparand");
  std::vector<cql::CaseItem> items;
  {
    const Step step(*this, "caseItem");
    std::size_t index = 0;
    for (const auto [unused, item] : node["caseItem"]) {
      const Step place(*this, index++);
      items.push_back({member(item, "when"), member(item, "then"), span_of(item)});
    }
  }
  result->items = copy(items);
  result->else_value = member(node, "else");
  return result;
}

const cql::Expression* ElmReader::is_type(JsonValue node) {
  auto* result = make<cql::IsType>(node);
  result->operand = member(node, "operand");
  result->type = required_type(node, "isType", "isTypeSpecifier");
  return result;
}

const cql::Expression* ElmReader::as_type(JsonValue node) {
  auto* result = make<cql::AsType>(node);
  result->operand = member(node, "operand");
  result->type = required_type(node, "asType", "asTypeSpecifier");
  result->strict = node["strict"].is_true();
  return result;
}

const cql::Expression* ElmReader::convert(JsonValue node) {
  auto* result = make<cql::ConvertToType>(node);
  result->operand = member(node, "operand");
  result->type = required_type(node, "toType", "toTypeSpecifier");
  return result;
}

const cql::Expression* ElmReader::extent(JsonValue node, bool maximum) {
  auto* result = make<cql::TypeExtent>(node);
  result->maximum = maximum;
  result->type = named_type(required_text(node, "valueType"), node);
  return result;
}

const cql::Expression* ElmReader::operator_call(JsonValue node, std::string_view name,
                                                std::span<const cql::Expression* const> operands,
                                                std::optional<cql::Precision> precision) {
  auto* call = make<cql::FunctionCall>(node);
  call->name = name_at(node, name);
  call->arguments = arena_.copy(operands);
  call->is_operator = true;
  call->precision = precision;
  return call;
}

const cql::Expression* ElmReader::operation(JsonValue node, std::string_view type) {
  if (!is_operator(type) && type != "Coalesce" && type != "Message" && type != "CalculateAge") {
    report_unsupported(node, "the ELM node '" + std::string(type) + "' is not known here");
    return invalid(node);
  }
  std::vector<const cql::Expression*> operands;
  if (const ElmShape* shape = find_elm_shape(type)) {
    std::string_view rest = shape->members;
    std::size_t missing = 0;
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      const std::string_view key = rest.substr(0, comma);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
      const std::string_view alternative = key == "valueset"     ? "valuesetExpression"
                                           : key == "codesystem" ? "codesystemExpression"
                                                                 : key;
      const std::string_view used = node[key] ? key : alternative;
      if (!node[used]) {
        ++missing;
        continue;
      }
      for (; missing > 0; --missing) operands.push_back(make<cql::NullLiteral>(node));  // a gap between components
      operands.push_back(member(node, used,
                                key == "valueset"     ? std::string_view("ValueSetRef")
                                : key == "codesystem" ? std::string_view("CodeSystemRef")
                                                      : std::string_view()));
    }
    // `Slice` means up to the end when it has none, and CQL's own functions have no other form.
    if (type == "Slice" && operands.size() == 2) operands.push_back(make<cql::NullLiteral>(node));
    if (type == "Message") {
      for (; operands.size() < 5;) operands.push_back(make<cql::NullLiteral>(node));
    }
  } else if (node["operand"].is_array()) {
    operands = members(node, "operand");
  } else if (node["operand"]) {
    operands.push_back(member(node, "operand"));
  }
  const std::string_view word = node["precision"].is_string() ? node["precision"].text() : std::string_view();
  std::optional<cql::Precision> precision = precision_of(word);
  if (!word.empty() && !precision && type != "DateTimeComponentFrom") {
    report(node, "'" + std::string(word) + "' is no precision");
  }
  if (type == "CalculateAge" || type == "CalculateAgeAt") {
    const std::string unit = word.empty() ? "Year" : std::string(word);
    return operator_call(node, "CalculateAgeIn" + unit + "s" + (type == "CalculateAgeAt" ? "At" : ""), operands);
  }
  std::string_view name = type;
  if (precision == cql::Precision::Week) {
    if (type == "DurationBetween") name = "DurationInWeeksBetween";
    if (type == "DifferenceBetween") name = "DifferenceInWeeksBetween";
    if (name == type) report(node, "'" + std::string(type) + "' has no precision Week");
    precision.reset();
  }
  if (type == "Concatenate" && operands.size() > 2) {
    const cql::Expression* joined = operands[0];
    for (std::size_t i = 1; i < operands.size(); ++i) {
      const cql::Expression* const pair[] = {joined, operands[i]};
      joined = operator_call(node, type, pair);
    }
    return joined;
  }
  return operator_call(node, name, operands, precision);
}

// ---- Data and queries -------------------------------------------------------------------------------------------

const cql::Expression* ElmReader::retrieve(JsonValue node) {
  auto* result = make<cql::Retrieve>(node);
  result->type = named_type(required_text(node, "dataType"), node);
  result->context = optional_member(node, "context");
  for (const std::string_view key : {"id", "dateRange", "dateProperty", "dateLowProperty", "idProperty"}) {
    if (node[key] && (key != "idProperty" || node["id"])) {
      report_unsupported(node, "a retrieve by '" + std::string(key) + "' is not evaluated; CQL text has none");
      return invalid(node);
    }
  }
  for (const std::string_view key : {"include", "codeFilter", "dateFilter", "otherFilter"}) {
    if (node[key].size() > 0) {
      report_unsupported(node, "a retrieve with '" + std::string(key) + "' is not evaluated; CQL text has none");
      return invalid(node);
    }
  }
  if (!node["codes"]) return result;
  // What expands a value set only to look codes up in it is a membership.
  const JsonValue codes = node["codes"];
  result->terminology = codes["type"].text() == "ExpandValueSet" && codes["operand"].is_object()
                            ? member(codes, "operand")
                            : member(node, "codes");
  const std::string_view comparator = node["codeComparator"].text();
  if (node["codeProperty"].is_string()) {
    // A path of several steps starts at the resource.
    const std::string_view path = node["codeProperty"].text();
    const std::size_t first = std::min(path.find_first_of(".["), path.size());
    result->code_path = path_of(node, named(node, path.substr(0, first)), path.substr(first));
  }
  result->comparator = comparator == "="   ? cql::CodeComparator::Equal
                       : comparator == "~" ? cql::CodeComparator::Equivalent
                                           : cql::CodeComparator::In;
  if (!comparator.empty() && comparator != "=" && comparator != "~" && comparator != "in") {
    report(node, "'" + std::string(comparator) + "' is no way to compare codes; expected in, = or ~");
  }
  return result;
}

std::span<const cql::SortItem> ElmReader::sort_items(JsonValue sort) {
  std::vector<cql::SortItem> items;
  const Step step(*this, "sort");
  const Step by_step(*this, "by");
  std::size_t index = 0;
  for (const auto [unused, by] : sort["by"]) {
    const Step place(*this, index++);
    cql::SortItem item;
    item.span = span_of(by);
    const std::string_view direction = by["direction"].text();
    if (direction.starts_with("desc")) item.direction = cql::SortDirection::Descending;
    if (!direction.starts_with("asc") && !direction.starts_with("desc")) {
      report(by, "'" + std::string(direction) + "' is no direction; expected ascending or descending");
    }
    const std::string_view type = by["type"].text();
    const bool outer = in_sort_;
    in_sort_ = true;
    if (by["path"].is_string()) {
      item.by = path_of(by, special(by, cql::SpecialVariableKind::This), by["path"].text());
    } else if (by["expression"]) {
      item.by = member(by, "expression");
    } else if (type == "ByColumn" || type == "ByExpression") {
      report(by, "'path' or 'expression' is missing");
    }
    in_sort_ = outer;
    items.push_back(item);
  }
  return copy(items);
}

const cql::Expression* ElmReader::query(JsonValue node) {
  auto* result = make<cql::Query>(node);
  const bool outer_sort = in_sort_;
  in_sort_ = false;
  const auto aliased = [&](JsonValue source) {
    cql::AliasedSource made;
    made.source = member(source, "expression");
    made.alias = name_at(source, local_name(required_text(source, "alias")));
    made.span = span_of(source);
    return made;
  };
  std::vector<cql::AliasedSource> sources;
  {
    const Step step(*this, "source");
    std::size_t index = 0;
    for (const auto [unused, source] : node["source"]) {
      const Step place(*this, index++);
      sources.push_back(aliased(source));
    }
  }
  if (sources.empty()) {
    report(node, "a query has at least one source");
    return invalid(node);
  }
  result->sources = copy(sources);
  result->has_from = sources.size() > 1;
  std::vector<cql::LetItem> lets;
  {
    const Step step(*this, "let");
    std::size_t index = 0;
    for (const auto [unused, let] : node["let"]) {
      const Step place(*this, index++);
      const cql::Expression* value = member(let, "expression");
      lets.push_back({name_at(let, local_name(required_text(let, "identifier"))), value});
    }
  }
  result->lets = copy(lets);
  std::vector<cql::Relationship> relationships;
  {
    const Step step(*this, "relationship");
    std::size_t index = 0;
    for (const auto [unused, relationship] : node["relationship"]) {
      const Step place(*this, index++);
      cql::Relationship made;
      made.without = relationship["type"].text() == "Without";
      if (!made.without && relationship["type"].text() != "With") {
        report(relationship, "a relationship is of type With or Without");
      }
      made.source = aliased(relationship);
      made.condition = member(relationship, "suchThat");
      made.span = span_of(relationship);
      relationships.push_back(made);
    }
  }
  result->relationships = copy(relationships);
  result->where = optional_member(node, "where");
  if (const JsonValue aggregate = node["aggregate"]; aggregate.is_object()) {
    const Step step(*this, "aggregate");
    auto* clause = arena_.make<cql::AggregateClause>();
    clause->span = span_of(aggregate);
    clause->distinctness = aggregate["distinct"].is_true() ? cql::Distinctness::Distinct : cql::Distinctness::All;
    clause->accumulator = name_at(aggregate, local_name(required_text(aggregate, "identifier")));
    clause->starting = optional_member(aggregate, "starting");
    clause->value = member(aggregate, "expression");
    result->aggregate = clause;
  } else if (const JsonValue returned = node["return"]; returned.is_object()) {
    const Step step(*this, "return");
    auto* clause = arena_.make<cql::ReturnClause>();
    clause->span = span_of(returned);
    const JsonValue distinct = returned["distinct"];
    clause->distinctness = distinct.kind() == JsonKind::Boolean && !distinct.is_true() ? cql::Distinctness::All
                                                                                       : cql::Distinctness::Distinct;
    clause->value = member(returned, "expression");
    result->return_clause = clause;
  } else if (sources.size() > 1) {
    // The tuple of the sources, with the names that they have in ELM.
    auto* tuple = make<cql::TupleSelector>(node);
    std::vector<cql::ElementSelector> parts;
    std::size_t index = 0;
    for (const auto [unused, source] : node["source"]) {
      parts.push_back({name_at(source, source["alias"].text()), named(source, sources[index++].alias.text)});
    }
    tuple->elements = copy(parts);
    auto* clause = arena_.make<cql::ReturnClause>();
    clause->span = tuple->span;
    clause->distinctness = cql::Distinctness::Distinct;
    clause->value = tuple;
    result->return_clause = clause;
  }
  if (node["sort"].is_object()) result->sort = sort_items(node["sort"]);
  in_sort_ = outer_sort;
  return result;
}

/// ForEach and Filter: a query over one source.
const cql::Expression* ElmReader::scoped(JsonValue node, bool is_filter) {
  auto* result = make<cql::Query>(node);
  cql::AliasedSource source;
  source.source = member(node, "source");
  source.alias =
      name_at(node, local_name(node["scope"].is_string() ? node["scope"].text() : std::string_view("$scope")));
  source.span = result->span;
  result->sources = arena_.copy(std::span<const cql::AliasedSource>(&source, 1));
  if (is_filter) {
    result->where = member(node, "condition");
  } else {
    auto* clause = arena_.make<cql::ReturnClause>();
    clause->span = result->span;
    clause->distinctness = cql::Distinctness::All;
    clause->value = member(node, "element");
    result->return_clause = clause;
  }
  return result;
}

const cql::Expression* ElmReader::sorted(JsonValue node) {
  auto* result = make<cql::Query>(node);
  cql::AliasedSource source;
  source.source = member(node, "source");
  source.alias = name_at(node, "$row");
  source.span = result->span;
  result->sources = arena_.copy(std::span<const cql::AliasedSource>(&source, 1));
  result->sort = sort_items(node);
  return result;
}

}  // namespace calx
