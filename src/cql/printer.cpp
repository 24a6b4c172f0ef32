#include "cql/printer.h"

#include <string_view>

#include "cql/ast_children.h"
#include "cql/lexer.h"
#include "cql/parser_state.h"

namespace calx::cql {
namespace {

constexpr Binding kPrimary = tighter(Binding::Prefix);
// Tighter than what ends only with its surroundings: if, distinct, a query.
constexpr Binding kClosed = tighter(Binding::Any);

constexpr std::string_view kPrecisionNames[] = {"year", "month",  "week",   "day",
                                                "hour", "minute", "second", "millisecond"};
constexpr std::string_view kComponentNames[] = {"year",   "month",       "week", "day",  "hour",          "minute",
                                                "second", "millisecond", "date", "time", "timezoneoffset"};
constexpr std::string_view kBinarySigns[] = {"-",  "*", "/",  "div", "mod", "^",       "<",         "<=",    ">",
                                             ">=", "=", "!=", "~",   "!~",  "implies", "intersect", "except"};
constexpr Binding kBinaryBindings[] = {Binding::Additive,
                                       Binding::Multiplicative,
                                       Binding::Multiplicative,
                                       Binding::Multiplicative,
                                       Binding::Multiplicative,
                                       Binding::Power,
                                       Binding::Comparison,
                                       Binding::Comparison,
                                       Binding::Comparison,
                                       Binding::Comparison,
                                       Binding::Equality,
                                       Binding::Equality,
                                       Binding::Equality,
                                       Binding::Equality,
                                       Binding::Implication,
                                       Binding::Set,
                                       Binding::Set};
constexpr std::string_view kNarySigns[] = {"and", "or", "xor", "+", "&", "union"};
constexpr Binding kNaryBindings[] = {Binding::Conjunction, Binding::Disjunction, Binding::Disjunction,
                                     Binding::Additive,    Binding::Additive,    Binding::Set};

struct UnaryForm {
  std::string_view name;    // for print_ast
  std::string_view before;  // text before the operand, or
  std::string_view after;   // behind it
  Binding binding;          // of the whole
  Binding operand;
};

constexpr UnaryForm kUnaryForms[] = {
    {"Negate", "-", "", Binding::Prefix, Binding::Prefix},
    {"Plus", "+", "", Binding::Prefix, Binding::Prefix},
    {"Not", "not ", "", Binding::Negation, Binding::Negation},
    {"Exists", "exists ", "", Binding::Existence, Binding::Existence},
    {"StartOf", "start of ", "", Binding::Prefix, Binding::Prefix},
    {"EndOf", "end of ", "", Binding::Prefix, Binding::Prefix},
    {"WidthOf", "width of ", "", Binding::Prefix, Binding::Prefix},
    {"SuccessorOf", "successor of ", "", Binding::Prefix, Binding::Prefix},
    {"PredecessorOf", "predecessor of ", "", Binding::Prefix, Binding::Prefix},
    {"SingletonFrom", "singleton from ", "", Binding::Prefix, Binding::Prefix},
    {"PointFrom", "point from ", "", Binding::Prefix, Binding::Prefix},
    {"Distinct", "distinct ", "", Binding::Any, Binding::Any},
    {"Flatten", "flatten ", "", Binding::Any, Binding::Any},
    {"IsNull", "", " is null", Binding::Type, Binding::Type},
    {"IsNotNull", "", " is not null", Binding::Type, Binding::Type},
    {"IsTrue", "", " is true", Binding::Type, Binding::Type},
    {"IsNotTrue", "", " is not true", Binding::Type, Binding::Type},
    {"IsFalse", "", " is false", Binding::Type, Binding::Type},
    {"IsNotFalse", "", " is not false", Binding::Type, Binding::Type},
};

constexpr std::string_view kRelationNames[] = {
    "SameAs", "SameOrBefore", "SameOrAfter", "Includes", "IncludedIn",     "Before",        "After",  "Within",
    "Meets",  "MeetsBefore",  "MeetsAfter",  "Overlaps", "OverlapsBefore", "OverlapsAfter", "Starts", "Ends"};

template <class Enum>
std::size_t at(Enum value) {
  return static_cast<std::size_t>(value);
}

const UnaryForm& form_of(UnaryOperator op) {
  return kUnaryForms[at(op)];
}

Binding binding_of(const Node& node) {
  switch (node.kind) {
    case NodeKind::Unary:
      return form_of(node.as<Unary>().op).binding;
    case NodeKind::Binary:
      return kBinaryBindings[at(node.as<Binary>().op)];
    case NodeKind::Nary:
      return kNaryBindings[at(node.as<Nary>().op)];
    case NodeKind::Membership:
      return Binding::Membership;
    case NodeKind::Timing:
      return Binding::Timing;
    case NodeKind::Between:
    case NodeKind::DurationBetween:
      return Binding::Between;
    case NodeKind::IsType:
    case NodeKind::AsType:
    case NodeKind::Retrieve:
      return Binding::Type;
    case NodeKind::DurationOf:
    case NodeKind::ComponentFrom:
    case NodeKind::TypeExtent:
    case NodeKind::ConvertToType:
    case NodeKind::ConvertToUnit:
      return Binding::Prefix;
    case NodeKind::Query:
    case NodeKind::SetAggregate:
    case NodeKind::If:
      return Binding::Any;
    case NodeKind::Invalid:
    case NodeKind::NullLiteral:
    case NodeKind::BooleanLiteral:
    case NodeKind::StringLiteral:
    case NodeKind::IntegerLiteral:
    case NodeKind::LongLiteral:
    case NodeKind::DecimalLiteral:
    case NodeKind::DateLiteral:
    case NodeKind::DateTimeLiteral:
    case NodeKind::TimeLiteral:
    case NodeKind::QuantityLiteral:
    case NodeKind::RatioLiteral:
    case NodeKind::IntervalSelector:
    case NodeKind::TupleSelector:
    case NodeKind::InstanceSelector:
    case NodeKind::ListSelector:
    case NodeKind::CodeSelector:
    case NodeKind::ConceptSelector:
    case NodeKind::Identifier:
    case NodeKind::ExternalConstant:
    case NodeKind::SpecialVariable:
    case NodeKind::Member:
    case NodeKind::FunctionCall:
    case NodeKind::MethodCall:
    case NodeKind::Indexer:
    case NodeKind::Case:
    case NodeKind::InvalidType:
    case NodeKind::NamedType:
    case NodeKind::ListType:
    case NodeKind::IntervalType:
    case NodeKind::TupleType:
    case NodeKind::ChoiceType:
    case NodeKind::UsingDeclaration:
    case NodeKind::IncludeDeclaration:
    case NodeKind::CodeSystemDeclaration:
    case NodeKind::ValueSetDeclaration:
    case NodeKind::CodeDeclaration:
    case NodeKind::ConceptDeclaration:
    case NodeKind::ParameterDeclaration:
    case NodeKind::ContextDeclaration:
    case NodeKind::DefineDeclaration:
    case NodeKind::FunctionDeclaration:
      return kPrimary;
  }
  return kPrimary;
}

bool is_qualified_name(const Node& node) {
  const Node* head = &node;
  while (const Member* member = head->try_as<Member>()) head = member->target;
  return head->kind == NodeKind::Identifier;
}

class Printer {
 public:
  std::string take() { return std::move(out_); }

  void library(const Library& library) {
    if (!library.name.parts.empty()) {
      documentation(library.documentation);
      out_ += "library ";
      names(library.name);
      version(library.version);
      out_ += '\n';
    }
    for (const Declaration* declaration : library.declarations) {
      if (!out_.empty()) out_ += '\n';
      this->declaration(*declaration);
      out_ += '\n';
    }
  }

  void node(const Node& node) {
    switch (node_family(node.kind)) {
      case NodeFamily::Expression:
        return expression(node, Binding::Any);
      case NodeFamily::TypeSpecifier:
        return type(node);
      case NodeFamily::Declaration:
        return declaration(static_cast<const Declaration&>(node));
    }
  }

 private:
  void name(const Name& name, WordUse allowed = WordUse::NotAWord) {
    out_ += plain(name.text, allowed) ? std::string(name.text) : escape(name.text, '"');
  }

  // Whether the name needs no quotes, given which keywords may stand here.
  static bool plain(std::string_view text, WordUse allowed) {
    for (std::string_view word : {"on", "such", "less", "more", "included", "returns", "external", "Choice"}) {
      if (text == word) return false;
    }
    return is_plain_word(text, allowed);
  }

  void names(const QualifiedName& qualified) {
    for (std::size_t i = 0; i < qualified.parts.size(); ++i) {
      if (i > 0) out_ += '.';
      name(qualified.parts[i]);
    }
  }

  void version(const Text& text) {
    if (text.present()) out_ += " version " + escape(text.value, '\'');
  }

  void display(const Text& text) {
    if (text.present()) out_ += " display " + escape(text.value, '\'');
  }

  void documentation(const Documentation& documentation) {
    std::string_view text = documentation.text;
    while (!text.empty()) {
      std::size_t end = text.find('\n');
      std::string_view line = text.substr(0, end);
      out_ += line.empty() ? "//" : "// ";
      out_ += line;
      out_ += '\n';
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    for (const Tag& tag : documentation.tags) {
      out_ += "// @";
      out_ += tag.name;
      if (!tag.value.empty()) {
        out_ += ": ";
        out_ += tag.value;
      }
      out_ += '\n';
    }
  }

  void name_list(std::span<const QualifiedName> list) {
    out_ += "{ ";
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i > 0) out_ += ", ";
      names(list[i]);
    }
    out_ += " }";
  }

  void declaration(const Declaration& node) {
    documentation(node.documentation);
    bool is_private = node.access == Access::Private;
    std::string_view modifier = is_private ? "private " : "";
    if (const auto* model = node.try_as<UsingDeclaration>()) {
      out_ += "using ";
      names(model->model);
      version(model->version);
      called(*model, model->model);
    } else if (const auto* include = node.try_as<IncludeDeclaration>()) {
      out_ += "include ";
      names(include->library);
      version(include->version);
      called(*include, include->library);
    } else if (const auto* system = node.try_as<CodeSystemDeclaration>()) {
      head(modifier, "codesystem ", node);
      out_ += escape(system->id.value, '\'');
      version(system->version);
    } else if (const auto* set = node.try_as<ValueSetDeclaration>()) {
      head(modifier, "valueset ", node);
      out_ += escape(set->id.value, '\'');
      version(set->version);
      if (!set->code_systems.empty()) {
        out_ += " codesystems ";
        name_list(set->code_systems);
      }
    } else if (const auto* code = node.try_as<CodeDeclaration>()) {
      head(modifier, "code ", node);
      out_ += escape(code->code.value, '\'') + " from ";
      names(code->system);
      display(code->display);
    } else if (const auto* group = node.try_as<ConceptDeclaration>()) {
      head(modifier, "concept ", node);
      name_list(group->codes);
      display(group->display);
    } else if (const auto* parameter = node.try_as<ParameterDeclaration>()) {
      out_ += modifier;
      out_ += "parameter ";
      name(node.name);
      if (parameter->type != nullptr) {
        out_ += ' ';
        type(*parameter->type);
      }
      if (parameter->default_value != nullptr) {
        out_ += " default ";
        expression(*parameter->default_value, Binding::Any);
      }
    } else if (const auto* context = node.try_as<ContextDeclaration>()) {
      out_ += "context ";
      names(context->context);
    } else if (const auto* define = node.try_as<DefineDeclaration>()) {
      out_ += "define ";
      out_ += modifier;
      name(node.name);
      out_ += ":\n  ";
      expression(*define->expression, Binding::Any);
    } else {
      function(node.as<FunctionDeclaration>(), modifier);
    }
  }

  void head(std::string_view modifier, std::string_view word, const Declaration& node) {
    out_ += modifier;
    out_ += word;
    name(node.name);
    out_ += ": ";
  }

  void called(const Declaration& node, const QualifiedName& full) {
    if (node.name.text == full.last().text) return;
    out_ += " called ";
    name(node.name);
  }

  void function(const FunctionDeclaration& node, std::string_view modifier) {
    out_ += "define ";
    out_ += modifier;
    if (node.fluent) out_ += "fluent ";
    out_ += "function ";
    name(node.name);
    out_ += '(';
    for (std::size_t i = 0; i < node.operands.size(); ++i) {
      if (i > 0) out_ += ", ";
      name(node.operands[i].name);
      out_ += ' ';
      type(*node.operands[i].type);
    }
    out_ += ')';
    if (node.returns != nullptr) {
      out_ += " returns ";
      type(*node.returns);
    }
    out_ += ":\n  ";
    if (node.body == nullptr) {
      out_ += "external";
    } else {
      expression(*node.body, Binding::Any);
    }
  }

  void type(const Node& node) {
    if (const auto* named = node.try_as<NamedType>()) {
      for (std::size_t i = 0; i < named->name.parts.size(); ++i) {
        if (i > 0) out_ += '.';
        const Name& part = named->name.parts[i];
        bool type_word = part.text == "Code" || part.text == "Concept";
        if (type_word) {
          out_ += part.text;
        } else {
          name(part);
        }
      }
    } else if (const auto* list = node.try_as<ListType>()) {
      out_ += "List<";
      type(*list->element);
      out_ += '>';
    } else if (const auto* interval = node.try_as<IntervalType>()) {
      out_ += "Interval<";
      type(*interval->point);
      out_ += '>';
    } else if (const auto* tuple = node.try_as<TupleType>()) {
      out_ += "Tuple { ";
      for (std::size_t i = 0; i < tuple->elements.size(); ++i) {
        if (i > 0) out_ += ", ";
        name(tuple->elements[i].name);
        out_ += ' ';
        type(*tuple->elements[i].type);
      }
      out_ += " }";
    } else if (const auto* choice = node.try_as<ChoiceType>()) {
      out_ += "Choice<";
      for (std::size_t i = 0; i < choice->options.size(); ++i) {
        if (i > 0) out_ += ", ";
        type(*choice->options[i]);
      }
      out_ += '>';
    } else {
      out_ += "<unreadable>";
    }
  }

  void parenthesized(const Node& node) {
    out_ += '(';
    unparenthesized(node);
    out_ += ')';
  }

  void expression(const Node& node, Binding at_least) {
    if (binding_of(node) < at_least) return parenthesized(node);
    unparenthesized(node);
  }

  void list(std::span<const Expression* const> items) {
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out_ += ", ";
      expression(*items[i], Binding::Any);
    }
  }

  void elements(std::span<const ElementSelector> items) {
    out_ += " { ";
    if (items.empty()) out_ += ':';
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out_ += ", ";
      name(items[i].name, WordUse::Name);
      out_ += ": ";
      expression(*items[i].value, Binding::Any);
    }
    out_ += " }";
  }

  void quantity(const QuantityLiteral& node) {
    out_ += node.number;
    unit(node.form, node.unit);
  }

  void unit(UnitForm form, std::string_view unit) {
    switch (form) {
      case UnitForm::None:
        return;
      case UnitForm::Calendar:
        out_ += ' ';
        out_ += unit;
        return;
      case UnitForm::Ucum:
        out_ += ' ';
        out_ += escape(unit, '\'');
        return;
    }
  }

  void code(const CodeSelector& node) {
    out_ += "Code " + escape(node.code.value, '\'') + " from ";
    names(node.system);
    display(node.display);
  }

  void unparenthesized(const Node& node) {
    switch (node.kind) {
      case NodeKind::Invalid:
        out_ += "<unreadable>";
        return;
      case NodeKind::NullLiteral:
        out_ += "null";
        return;
      case NodeKind::BooleanLiteral:
        out_ += node.as<BooleanLiteral>().value ? "true" : "false";
        return;
      case NodeKind::StringLiteral:
        out_ += escape(node.as<StringLiteral>().value, '\'');
        return;
      case NodeKind::IntegerLiteral:
        out_ += node.as<IntegerLiteral>().digits;
        return;
      case NodeKind::LongLiteral:
        out_ += node.as<LongLiteral>().digits;
        out_ += 'L';
        return;
      case NodeKind::DecimalLiteral:
        out_ += node.as<DecimalLiteral>().digits;
        return;
      case NodeKind::DateLiteral:
        out_ += '@';
        out_ += node.as<DateLiteral>().text;
        return;
      case NodeKind::DateTimeLiteral:
        out_ += '@';
        out_ += node.as<DateTimeLiteral>().text;
        return;
      case NodeKind::TimeLiteral:
        out_ += "@T";
        out_ += node.as<TimeLiteral>().text;
        return;
      case NodeKind::QuantityLiteral:
        return quantity(node.as<QuantityLiteral>());
      case NodeKind::RatioLiteral:
        quantity(*node.as<RatioLiteral>().numerator);
        out_ += " : ";
        return quantity(*node.as<RatioLiteral>().denominator);
      case NodeKind::IntervalSelector: {
        const auto& interval = node.as<IntervalSelector>();
        out_ += interval.low_closed ? "Interval[" : "Interval(";
        expression(*interval.low, Binding::Any);
        out_ += ", ";
        expression(*interval.high, Binding::Any);
        out_ += interval.high_closed ? ']' : ')';
        return;
      }
      case NodeKind::TupleSelector:
        out_ += "Tuple";
        return elements(node.as<TupleSelector>().elements);
      case NodeKind::InstanceSelector:
        type(*node.as<InstanceSelector>().type);
        return elements(node.as<InstanceSelector>().elements);
      case NodeKind::ListSelector: {
        const auto& selector = node.as<ListSelector>();
        if (selector.element_type != nullptr) {
          out_ += "List<";
          type(*selector.element_type);
          out_ += "> ";
        }
        out_ += "{ ";
        list(selector.elements);
        out_ += selector.elements.empty() ? "}" : " }";
        return;
      }
      case NodeKind::CodeSelector:
        return code(node.as<CodeSelector>());
      case NodeKind::ConceptSelector: {
        const auto& group = node.as<ConceptSelector>();
        out_ += "Concept { ";
        for (std::size_t i = 0; i < group.codes.size(); ++i) {
          if (i > 0) out_ += ", ";
          code(*group.codes[i]);
        }
        out_ += " }";
        return display(group.display);
      }
      case NodeKind::Identifier:
        return name(node.as<Identifier>().name);
      case NodeKind::ExternalConstant:
        out_ += '%';
        return name(node.as<ExternalConstant>().name);
      case NodeKind::SpecialVariable: {
        constexpr std::string_view kNames[] = {"$this", "$index", "$total"};
        out_ += kNames[at(node.as<SpecialVariable>().variable)];
        return;
      }
      case NodeKind::Member:
        expression(*node.as<Member>().target, kPrimary);
        out_ += '.';
        return name(node.as<Member>().name, WordUse::Name);
      case NodeKind::FunctionCall:
        name(node.as<FunctionCall>().name);
        out_ += '(';
        list(node.as<FunctionCall>().arguments);
        out_ += ')';
        return;
      case NodeKind::MethodCall:
        expression(*node.as<MethodCall>().target, kPrimary);
        out_ += '.';
        name(node.as<MethodCall>().name, WordUse::Reserved);
        out_ += '(';
        list(node.as<MethodCall>().arguments);
        out_ += ')';
        return;
      case NodeKind::Indexer:
        expression(*node.as<Indexer>().target, kPrimary);
        out_ += '[';
        expression(*node.as<Indexer>().index, Binding::Any);
        out_ += ']';
        return;
      case NodeKind::Retrieve:
        return retrieve(node.as<Retrieve>());
      case NodeKind::Query:
        return query(node.as<Query>());
      case NodeKind::Unary: {
        const auto& unary = node.as<Unary>();
        const UnaryForm& form = form_of(unary.op);
        out_ += form.before;
        expression(*unary.operand, form.operand);
        out_ += form.after;
        return;
      }
      case NodeKind::Binary: {
        const auto& binary = node.as<Binary>();
        Binding binding = binding_of(node);
        expression(*binary.left, binding);
        out_ += ' ';
        out_ += kBinarySigns[at(binary.op)];
        out_ += ' ';
        return expression(*binary.right, tighter(binding));
      }
      case NodeKind::Nary: {
        const auto& nary = node.as<Nary>();
        Binding binding = binding_of(node);
        // A chain within the chain was parenthesized: `(a or b) or c`.
        const auto* inner = nary.operands[0]->try_as<Nary>();
        bool same = inner != nullptr && inner->op == nary.op;
        expression(*nary.operands[0], same ? tighter(binding) : binding);
        for (const Expression* operand : nary.operands.subspan(1)) {
          out_ += ' ';
          out_ += kNarySigns[at(nary.op)];
          out_ += ' ';
          expression(*operand, tighter(binding));
        }
        return;
      }
      case NodeKind::Membership: {
        const auto& membership = node.as<Membership>();
        expression(*membership.left, Binding::Membership);
        out_ += membership.op == MembershipOperator::In ? " in " : " contains ";
        precision_of(membership.precision);
        return expression(*membership.right, tighter(Binding::Membership));
      }
      case NodeKind::Timing:
        return timing(node.as<Timing>());
      case NodeKind::Between: {
        const auto& between = node.as<Between>();
        expression(*between.operand, Binding::Between);
        out_ += between.properly ? " properly between " : " between ";
        expression(*between.low, Binding::Additive);
        out_ += " and ";
        return expression(*between.high, Binding::Additive);
      }
      case NodeKind::DurationBetween: {
        const auto& between = node.as<DurationBetween>();
        if (between.form == DurationForm::Difference) out_ += "difference in ";
        plural(between.precision);
        out_ += " between ";
        expression(*between.low, Binding::Additive);
        out_ += " and ";
        return expression(*between.high, Binding::Additive);
      }
      case NodeKind::DurationOf: {
        const auto& duration = node.as<DurationOf>();
        out_ += duration.form == DurationForm::Difference ? "difference in " : "duration in ";
        plural(duration.precision);
        out_ += " of ";
        return expression(*duration.operand, Binding::Prefix);
      }
      case NodeKind::ComponentFrom:
        out_ += kComponentNames[at(node.as<ComponentFrom>().component)];
        out_ += " from ";
        return expression(*node.as<ComponentFrom>().operand, Binding::Prefix);
      case NodeKind::SetAggregate: {
        const auto& aggregate = node.as<SetAggregate>();
        out_ += aggregate.op == SetAggregateOperator::Expand ? "expand " : "collapse ";
        expression(*aggregate.operand, kClosed);
        if (aggregate.per_precision) {
          out_ += " per ";
          out_ += kPrecisionNames[at(*aggregate.per_precision)];
        } else if (aggregate.per != nullptr) {
          out_ += " per ";
          expression(*aggregate.per, kClosed);
        }
        return;
      }
      case NodeKind::TypeExtent:
        out_ += node.as<TypeExtent>().maximum ? "maximum " : "minimum ";
        return type(*node.as<TypeExtent>().type);
      case NodeKind::IsType:
        expression(*node.as<IsType>().operand, Binding::Type);
        out_ += " is ";
        return type(*node.as<IsType>().type);
      case NodeKind::AsType: {
        const auto& as = node.as<AsType>();
        if (as.strict) out_ += "cast ";
        expression(*as.operand, as.strict ? Binding::Additive : Binding::Type);
        out_ += " as ";
        return type(*as.type);
      }
      case NodeKind::ConvertToType:
        out_ += "convert ";
        expression(*node.as<ConvertToType>().operand, kClosed);
        out_ += " to ";
        return type(*node.as<ConvertToType>().type);
      case NodeKind::ConvertToUnit:
        out_ += "convert ";
        expression(*node.as<ConvertToUnit>().operand, kClosed);
        out_ += " to";
        return unit(node.as<ConvertToUnit>().form, node.as<ConvertToUnit>().unit);
      case NodeKind::If:
        out_ += "if ";
        expression(*node.as<If>().condition, kClosed);
        out_ += " then ";
        expression(*node.as<If>().then_value, kClosed);
        out_ += " else ";
        return expression(*node.as<If>().else_value, Binding::Any);
      case NodeKind::Case: {
        const auto& choice = node.as<Case>();
        out_ += "case ";
        if (choice.comparand != nullptr) {
          expression(*choice.comparand, kClosed);
          out_ += ' ';
        }
        for (const CaseItem& item : choice.items) {
          out_ += "when ";
          expression(*item.when, kClosed);
          out_ += " then ";
          expression(*item.then_value, kClosed);
          out_ += ' ';
        }
        out_ += "else ";
        expression(*choice.else_value, kClosed);
        out_ += " end";
        return;
      }
      case NodeKind::InvalidType:
      case NodeKind::NamedType:
      case NodeKind::ListType:
      case NodeKind::IntervalType:
      case NodeKind::TupleType:
      case NodeKind::ChoiceType:
        return type(node);
      case NodeKind::UsingDeclaration:
      case NodeKind::IncludeDeclaration:
      case NodeKind::CodeSystemDeclaration:
      case NodeKind::ValueSetDeclaration:
      case NodeKind::CodeDeclaration:
      case NodeKind::ConceptDeclaration:
      case NodeKind::ParameterDeclaration:
      case NodeKind::ContextDeclaration:
      case NodeKind::DefineDeclaration:
      case NodeKind::FunctionDeclaration:
        return declaration(static_cast<const Declaration&>(node));
    }
  }

  void plural(Precision precision) {
    out_ += kPrecisionNames[at(precision)];
    out_ += 's';
  }

  void precision_of(const std::optional<Precision>& precision) {
    if (!precision) return;
    out_ += kPrecisionNames[at(*precision)];
    out_ += " of ";
  }

  void retrieve(const Retrieve& node) {
    out_ += '[';
    if (node.context != nullptr) {
      expression(*node.context, kPrimary);
      out_ += " -> ";
    }
    type(*node.type);
    if (node.terminology != nullptr) {
      out_ += ": ";
      if (node.code_path != nullptr) {
        constexpr std::string_view kComparators[] = {"", " in ", " = ", " ~ "};
        expression(*node.code_path, kPrimary);
        out_ += kComparators[at(node.comparator)];
      }
      bool bare = is_qualified_name(*node.terminology);
      expression(*node.terminology, bare ? Binding::Any : kPrimary);
    }
    out_ += ']';
  }

  void source(const AliasedSource& source) {
    bool bare = source.source->kind == NodeKind::Retrieve || is_qualified_name(*source.source);
    if (bare) {
      unparenthesized(*source.source);
    } else {
      parenthesized(*source.source);
    }
    out_ += ' ';
    name(source.alias);
  }

  void distinctness(Distinctness value) {
    switch (value) {
      case Distinctness::Unsaid:
        return;
      case Distinctness::All:
        out_ += "all ";
        return;
      case Distinctness::Distinct:
        out_ += "distinct ";
        return;
    }
  }

  void query(const Query& node) {
    if (node.has_from) out_ += "from ";
    for (std::size_t i = 0; i < node.sources.size(); ++i) {
      if (i > 0) out_ += ", ";
      source(node.sources[i]);
    }
    for (std::size_t i = 0; i < node.lets.size(); ++i) {
      out_ += i == 0 ? " let " : ", ";
      name(node.lets[i].name);
      out_ += ": ";
      expression(*node.lets[i].value, kClosed);
    }
    for (const Relationship& relationship : node.relationships) {
      out_ += relationship.without ? " without " : " with ";
      source(relationship.source);
      out_ += " such that ";
      expression(*relationship.condition, kClosed);
    }
    if (node.where != nullptr) {
      out_ += " where ";
      expression(*node.where, kClosed);
    }
    if (node.aggregate != nullptr) {
      out_ += " aggregate ";
      distinctness(node.aggregate->distinctness);
      name(node.aggregate->accumulator);
      if (node.aggregate->starting != nullptr) {
        NodeKind kind = node.aggregate->starting->kind;
        bool bare = kind == NodeKind::IntegerLiteral || kind == NodeKind::DecimalLiteral ||
                    kind == NodeKind::QuantityLiteral || kind == NodeKind::StringLiteral;
        out_ += " starting ";
        if (bare) {
          unparenthesized(*node.aggregate->starting);
        } else {
          parenthesized(*node.aggregate->starting);
        }
      }
      out_ += ": ";
      expression(*node.aggregate->value, kClosed);
    }
    if (node.return_clause != nullptr) {
      out_ += " return ";
      distinctness(node.return_clause->distinctness);
      // `return distinct x` would be the clause's own word.
      expression(*node.return_clause->value, kClosed);
    }
    for (std::size_t i = 0; i < node.sort.size(); ++i) {
      const SortItem& item = node.sort[i];
      if (i > 0) out_ += ", ";
      if (item.by == nullptr) {
        out_ += " sort";
      } else {
        if (i == 0) out_ += " sort by ";
        expression(*item.by, Binding::Additive);
      }
      out_ += item.direction == SortDirection::Ascending ? " asc" : " desc";
    }
  }

  void timing(const Timing& node) {
    expression(*node.left, Binding::Timing);
    if (node.left_boundary != Boundary::None) out_ += node.left_boundary == Boundary::Start ? " starts" : " ends";
    out_ += ' ';
    if (node.properly) out_ += "properly ";
    if (node.offset != nullptr && node.relation != TimingRelation::Within) {
      if (node.offset_qualifier == OffsetQualifier::LessThan) out_ += "less than ";
      if (node.offset_qualifier == OffsetQualifier::MoreThan) out_ += "more than ";
      quantity(*node.offset);
      if (node.offset_qualifier == OffsetQualifier::OrMore) out_ += " or more";
      if (node.offset_qualifier == OffsetQualifier::OrLess) out_ += " or less";
      out_ += ' ';
    }
    if (node.or_on) out_ += "on or ";
    bool same = false;
    switch (node.relation) {
      case TimingRelation::SameAs:
      case TimingRelation::SameOrBefore:
      case TimingRelation::SameOrAfter:
        out_ += "same ";
        same = true;
        if (node.precision) {
          out_ += kPrecisionNames[at(*node.precision)];
          out_ += ' ';
        }
        out_ += node.relation == TimingRelation::SameAs         ? "as "
                : node.relation == TimingRelation::SameOrBefore ? "or before "
                                                                : "or after ";
        break;
      case TimingRelation::Includes:
        out_ += "includes ";
        break;
      case TimingRelation::IncludedIn:
        out_ += "during ";
        break;
      case TimingRelation::Before:
        out_ += "before ";
        break;
      case TimingRelation::After:
        out_ += "after ";
        break;
      case TimingRelation::Within:
        out_ += "within ";
        quantity(*node.offset);
        out_ += " of ";
        break;
      case TimingRelation::Meets:
        out_ += "meets ";
        break;
      case TimingRelation::MeetsBefore:
        out_ += "meets before ";
        break;
      case TimingRelation::MeetsAfter:
        out_ += "meets after ";
        break;
      case TimingRelation::Overlaps:
        out_ += "overlaps ";
        break;
      case TimingRelation::OverlapsBefore:
        out_ += "overlaps before ";
        break;
      case TimingRelation::OverlapsAfter:
        out_ += "overlaps after ";
        break;
      case TimingRelation::Starts:
        out_ += "starts ";
        break;
      case TimingRelation::Ends:
        out_ += "ends ";
        break;
    }
    if (!same) precision_of(node.precision);
    if (node.right_boundary != Boundary::None) out_ += node.right_boundary == Boundary::Start ? "start " : "end ";
    // A number behind `starts`, or an operator behind `before start`, would be read as part of the phrase.
    bool careful = node.right_boundary != Boundary::None || node.relation == TimingRelation::Starts ||
                   node.relation == TimingRelation::Ends;
    bool bare = is_qualified_name(*node.right) || node.right->kind == NodeKind::IntervalSelector;
    if (careful && !bare) return parenthesized(*node.right);
    expression(*node.right, tighter(Binding::Timing));
  }

  std::string out_;
};

// ---- the tree ----------------------------------------------------------------------------------------------------

class TreePrinter {
 public:
  std::string take() { return std::move(out_); }

  void library(const Library& library) {
    out_ += "Library";
    names(library.name);
    text(library.version);
    out_ += '\n';
    documentation(library.documentation, 1);
    for (const Declaration* declaration : library.declarations) node(*declaration, 1);
  }

  void node(const Node& node, std::size_t level) {
    out_.append(2 * level, ' ');
    out_ += node_kind_name(node.kind);
    attributes(node);
    out_ += '\n';
    if (node_family(node.kind) == NodeFamily::Declaration) {
      documentation(static_cast<const Declaration&>(node).documentation, level + 1);
    }
    for_each_child(node, [&](const Node& child) { this->node(child, level + 1); });
  }

 private:
  void word(std::string_view word) {
    out_ += ' ';
    out_ += word;
  }
  void quoted(std::string_view value) { word(escape(value, '\'')); }
  void name(const Name& name) { word(escape(name.text, '"')); }
  void names(const QualifiedName& qualified) {
    for (std::size_t i = 0; i < qualified.parts.size(); ++i) {
      out_ += i == 0 ? ' ' : '.';
      out_ += escape(qualified.parts[i].text, '"');
    }
  }
  void text(const Text& text) {
    if (text.present()) quoted(text.value);
  }
  void precision(const std::optional<Precision>& precision) {
    if (precision) word(kPrecisionNames[at(*precision)]);
  }
  void flag(bool set, std::string_view name) {
    if (set) word(name);
  }
  void unit(UnitForm form, std::string_view unit) {
    if (form == UnitForm::Calendar) word(unit);
    if (form == UnitForm::Ucum) quoted(unit);
  }
  void distinctness(Distinctness value) {
    flag(value == Distinctness::All, "all");
    flag(value == Distinctness::Distinct, "distinct");
  }

  void documentation(const Documentation& documentation, std::size_t level) {
    if (!documentation.text.empty()) {
      out_.append(2 * level, ' ');
      out_ += "text";
      quoted(documentation.text);
      out_ += '\n';
    }
    for (const Tag& tag : documentation.tags) {
      out_.append(2 * level, ' ');
      out_ += '@';
      out_ += tag.name;
      quoted(tag.value);
      out_ += '\n';
    }
  }

  void elements(std::span<const ElementSelector> items) {
    for (const ElementSelector& item : items) name(item.name);
  }

  void query(const Query& query) {
    flag(query.has_from, "from");
    for (const AliasedSource& source : query.sources) name(source.alias);
    for (const LetItem& item : query.lets) {
      word("let");
      name(item.name);
    }
    for (const Relationship& relationship : query.relationships) {
      word(relationship.without ? "without" : "with");
      name(relationship.source.alias);
    }
    flag(query.where != nullptr, "where");
    if (query.aggregate != nullptr) {
      word("aggregate");
      distinctness(query.aggregate->distinctness);
      name(query.aggregate->accumulator);
      flag(query.aggregate->starting != nullptr, "starting");
    }
    if (query.return_clause != nullptr) {
      word("return");
      distinctness(query.return_clause->distinctness);
    }
    for (const SortItem& item : query.sort) {
      word(item.by == nullptr ? "sort" : "by");
      word(item.direction == SortDirection::Ascending ? "asc" : "desc");
    }
  }

  void timing(const Timing& timing) {
    constexpr std::string_view kBoundaries[] = {"", "start", "end"};
    constexpr std::string_view kQualifiers[] = {"exactly", "or more", "or less", "less than", "more than"};
    word(kRelationNames[at(timing.relation)]);
    flag(timing.properly, "properly");
    flag(timing.or_on, "or on");
    precision(timing.precision);
    if (timing.offset != nullptr) word(kQualifiers[at(timing.offset_qualifier)]);
    if (timing.left_boundary != Boundary::None) {
      word("left");
      word(kBoundaries[at(timing.left_boundary)]);
    }
    if (timing.right_boundary != Boundary::None) {
      word("right");
      word(kBoundaries[at(timing.right_boundary)]);
    }
  }

  void declared(const Declaration& node) {
    if (node.kind != NodeKind::ContextDeclaration) name(node.name);
    flag(node.access == Access::Private, "private");
  }

  void attributes(const Node& node) {
    switch (node.kind) {
      case NodeKind::Invalid:
      case NodeKind::NullLiteral:
      case NodeKind::RatioLiteral:
      case NodeKind::ListType:
      case NodeKind::IntervalType:
      case NodeKind::ChoiceType:
      case NodeKind::InvalidType:
      case NodeKind::Indexer:
      case NodeKind::IsType:
      case NodeKind::ConvertToType:
      case NodeKind::If:
        return;
      case NodeKind::BooleanLiteral:
        return word(node.as<BooleanLiteral>().value ? "true" : "false");
      case NodeKind::StringLiteral:
        return quoted(node.as<StringLiteral>().value);
      case NodeKind::IntegerLiteral:
        return word(node.as<IntegerLiteral>().digits);
      case NodeKind::LongLiteral:
        return word(node.as<LongLiteral>().digits);
      case NodeKind::DecimalLiteral:
        return word(node.as<DecimalLiteral>().digits);
      case NodeKind::DateLiteral:
        return word(node.as<DateLiteral>().text);
      case NodeKind::DateTimeLiteral:
        return word(node.as<DateTimeLiteral>().text);
      case NodeKind::TimeLiteral:
        return word(node.as<TimeLiteral>().text);
      case NodeKind::QuantityLiteral:
        word(node.as<QuantityLiteral>().number);
        return unit(node.as<QuantityLiteral>().form, node.as<QuantityLiteral>().unit);
      case NodeKind::IntervalSelector:
        word(node.as<IntervalSelector>().low_closed ? "[" : "(");
        return word(node.as<IntervalSelector>().high_closed ? "]" : ")");
      case NodeKind::TupleSelector:
        return elements(node.as<TupleSelector>().elements);
      case NodeKind::InstanceSelector:
        return elements(node.as<InstanceSelector>().elements);
      case NodeKind::ListSelector:
        return flag(node.as<ListSelector>().element_type != nullptr, "of");
      case NodeKind::CodeSelector: {
        const auto& code = node.as<CodeSelector>();
        quoted(code.code.value);
        names(code.system);
        return text(code.display);
      }
      case NodeKind::ConceptSelector:
        return text(node.as<ConceptSelector>().display);
      case NodeKind::Identifier:
        return name(node.as<Identifier>().name);
      case NodeKind::ExternalConstant:
        return name(node.as<ExternalConstant>().name);
      case NodeKind::SpecialVariable: {
        constexpr std::string_view kNames[] = {"$this", "$index", "$total"};
        return word(kNames[at(node.as<SpecialVariable>().variable)]);
      }
      case NodeKind::Member:
        return name(node.as<Member>().name);
      case NodeKind::FunctionCall:
        return name(node.as<FunctionCall>().name);
      case NodeKind::MethodCall:
        return name(node.as<MethodCall>().name);
      case NodeKind::Retrieve: {
        constexpr std::string_view kComparators[] = {"", "in", "=", "~"};
        const auto& retrieve = node.as<Retrieve>();
        flag(retrieve.context != nullptr, "context");
        flag(retrieve.code_path != nullptr, "path");
        if (retrieve.comparator != CodeComparator::None) word(kComparators[at(retrieve.comparator)]);
        return flag(retrieve.terminology != nullptr, "terminology");
      }
      case NodeKind::Query:
        return query(node.as<Query>());
      case NodeKind::Unary:
        return word(form_of(node.as<Unary>().op).name);
      case NodeKind::Binary:
        return word(kBinarySigns[at(node.as<Binary>().op)]);
      case NodeKind::Nary:
        return word(kNarySigns[at(node.as<Nary>().op)]);
      case NodeKind::Membership:
        word(node.as<Membership>().op == MembershipOperator::In ? "in" : "contains");
        return precision(node.as<Membership>().precision);
      case NodeKind::Timing:
        return timing(node.as<Timing>());
      case NodeKind::Between:
        return flag(node.as<Between>().properly, "properly");
      case NodeKind::DurationBetween:
        flag(node.as<DurationBetween>().form == DurationForm::Difference, "difference");
        return precision(node.as<DurationBetween>().precision);
      case NodeKind::DurationOf:
        flag(node.as<DurationOf>().form == DurationForm::Difference, "difference");
        return precision(node.as<DurationOf>().precision);
      case NodeKind::ComponentFrom:
        return word(kComponentNames[at(node.as<ComponentFrom>().component)]);
      case NodeKind::SetAggregate:
        word(node.as<SetAggregate>().op == SetAggregateOperator::Expand ? "expand" : "collapse");
        return precision(node.as<SetAggregate>().per_precision);
      case NodeKind::TypeExtent:
        return word(node.as<TypeExtent>().maximum ? "maximum" : "minimum");
      case NodeKind::AsType:
        return flag(node.as<AsType>().strict, "strict");
      case NodeKind::ConvertToUnit:
        return unit(node.as<ConvertToUnit>().form, node.as<ConvertToUnit>().unit);
      case NodeKind::Case:
        return flag(node.as<Case>().comparand != nullptr, "comparand");
      case NodeKind::NamedType:
        return names(node.as<NamedType>().name);
      case NodeKind::TupleType:
        for (const TupleTypeElement& element : node.as<TupleType>().elements) name(element.name);
        return;
      case NodeKind::UsingDeclaration:
        declared(node.as<UsingDeclaration>());
        names(node.as<UsingDeclaration>().model);
        return text(node.as<UsingDeclaration>().version);
      case NodeKind::IncludeDeclaration:
        declared(node.as<IncludeDeclaration>());
        names(node.as<IncludeDeclaration>().library);
        return text(node.as<IncludeDeclaration>().version);
      case NodeKind::CodeSystemDeclaration:
        declared(node.as<CodeSystemDeclaration>());
        text(node.as<CodeSystemDeclaration>().id);
        return text(node.as<CodeSystemDeclaration>().version);
      case NodeKind::ValueSetDeclaration:
        declared(node.as<ValueSetDeclaration>());
        text(node.as<ValueSetDeclaration>().id);
        text(node.as<ValueSetDeclaration>().version);
        for (const QualifiedName& system : node.as<ValueSetDeclaration>().code_systems) names(system);
        return;
      case NodeKind::CodeDeclaration:
        declared(node.as<CodeDeclaration>());
        text(node.as<CodeDeclaration>().code);
        names(node.as<CodeDeclaration>().system);
        return text(node.as<CodeDeclaration>().display);
      case NodeKind::ConceptDeclaration:
        declared(node.as<ConceptDeclaration>());
        for (const QualifiedName& code : node.as<ConceptDeclaration>().codes) names(code);
        return text(node.as<ConceptDeclaration>().display);
      case NodeKind::ParameterDeclaration:
        declared(node.as<ParameterDeclaration>());
        flag(node.as<ParameterDeclaration>().type != nullptr, "typed");
        return flag(node.as<ParameterDeclaration>().default_value != nullptr, "default");
      case NodeKind::ContextDeclaration:
        return names(node.as<ContextDeclaration>().context);
      case NodeKind::DefineDeclaration:
        return declared(node.as<DefineDeclaration>());
      case NodeKind::FunctionDeclaration: {
        const auto& function = node.as<FunctionDeclaration>();
        declared(function);
        flag(function.fluent, "fluent");
        for (const OperandDeclaration& operand : function.operands) name(operand.name);
        flag(function.returns != nullptr, "returns");
        return flag(function.body == nullptr, "external");
      }
    }
  }

  std::string out_;
};

}  // namespace

std::string print(const Library& library) {
  Printer printer;
  printer.library(library);
  return printer.take();
}

std::string print(const Node& node) {
  Printer printer;
  printer.node(node);
  return printer.take();
}

std::string print_ast(const Library& library) {
  TreePrinter printer;
  printer.library(library);
  return printer.take();
}

std::string print_ast(const Node& node) {
  TreePrinter printer;
  printer.node(node, 0);
  return printer.take();
}

std::string print_tokens(const Tokens& tokens, const SourceText& source) {
  std::string out;
  for (const Token& token : tokens.tokens) {
    LineColumn place = source.position(token.begin);
    out += std::to_string(place.line) + ":" + std::to_string(place.column) + " ";
    out += token_kind_name(token.kind);
    if (token.length > 0) {
      out += ' ';
      out += source.text().substr(token.begin, token.length);
    }
    out += '\n';
  }
  return out;
}

}  // namespace calx::cql
