#include <algorithm>
#include <cctype>

#include "check/library_checker.h"

namespace calx {

// What is correct and yet surely not meant. A warning never changes what a text means.

namespace {

bool is_null_literal(const cql::Expression& expression) {
  return expression.kind == cql::NodeKind::NullLiteral;
}

/// "Blood_pressureReading" -> blood, pressure, reading.
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words;
  bool was_lower = false;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalpha(byte) == 0) {
      was_lower = false;
      if (!words.empty() && !words.back().empty()) words.emplace_back();
      continue;
    }
    const bool is_upper = std::isupper(byte) != 0;
    if (words.empty() || (is_upper && was_lower)) words.emplace_back();
    words.back() += static_cast<char>(std::tolower(byte));
    was_lower = !is_upper;
  }
  std::erase_if(words, [](const std::string& word) { return word.empty(); });
  return words;
}

std::string initials_of(const std::vector<std::string>& words) {
  std::string initials;
  for (const std::string& word : words) initials += word[0];
  return initials;
}

/// Whether an alias may stand for its target: a word with the same beginning, or the letters of one in the other.
bool share_words(std::string_view alias, std::string_view target) {
  constexpr std::size_t kStem = 3;
  const std::vector<std::string> left = words_of(alias);
  const std::vector<std::string> right = words_of(target);
  if (left.empty() || right.empty()) return true;
  for (const std::string& a : left) {
    for (const std::string& b : right) {
      const std::size_t length = std::min({kStem, a.size(), b.size()});
      if (a.compare(0, length, b, 0, length) == 0) return true;
    }
  }
  const auto compact = [](const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += word;
    return text;
  };
  return compact(right).find(initials_of(left)) != std::string::npos && left.size() > 1
             ? true
             : initials_of(right).find(compact(left)) != std::string::npos ||
                   compact(left).find(initials_of(right)) != std::string::npos;
}

}  // namespace

void LibraryChecker::warn(DiagnosticKind kind, Span span, std::string message, std::string hint) {
  // Some expressions are checked twice, to find the type of an accumulator.
  if (!warned_.insert({static_cast<std::uint32_t>(kind), span.begin}).second) return;
  auto report = diagnostics().report(kind, span, std::move(message));
  if (!hint.empty()) report.hint(std::move(hint));
}

void LibraryChecker::bind(Binding binding) {
  if (!binding.name.empty()) {
    const auto outer = std::ranges::find(frame_.bindings, binding.name, &Binding::name);
    const auto declared = declared_.find(binding.name);
    if (outer != frame_.bindings.end() || declared != declared_.end()) {
      const Span hidden = outer != frame_.bindings.end() ? outer->span : declared->second;
      if (warned_.insert({static_cast<std::uint32_t>(DiagnosticKind::HiddenName), binding.span.begin}).second) {
        diagnostics()
            .report(DiagnosticKind::HiddenName, binding.span,
                    "'" + std::string(binding.name) + "' hides what has this name already")
            .label(hidden, "hidden from here on");
      }
    }
  }
  frame_.bindings.push_back(binding);
}

void LibraryChecker::unbind(std::size_t kept) {
  for (std::size_t index = kept; index < frame_.bindings.size(); ++index) {
    const Binding& binding = frame_.bindings[index];
    if (binding.is_used || binding.unused_text.empty() || !binding.is_valid || binding.name.empty()) continue;
    warn(DiagnosticKind::UnusedName, binding.span,
         std::string(binding.unused_text) + " '" + std::string(binding.name) + "' is never used");
  }
  frame_.bindings.resize(kept);
}

void LibraryChecker::warn_of_unlike_alias(const cql::AliasedSource& source) {
  constexpr std::size_t kShortest = 4;  // shorter ones are abbreviations, and say nothing either way
  if (source.alias.text.size() < kShortest) return;
  std::vector<std::string_view> targets;
  if (const auto* retrieve = source.source->try_as<cql::Retrieve>()) {
    const auto* type = retrieve->type->try_as<cql::NamedType>();
    if (type == nullptr || type->name.parts.empty()) return;
    targets.push_back(type->name.last().text);
    if (retrieve->terminology != nullptr) {
      if (const auto* term = retrieve->terminology->try_as<cql::Identifier>()) targets.push_back(term->name.text);
      if (const auto* term = retrieve->terminology->try_as<cql::Member>()) targets.push_back(term->name.text);
    }
  } else if (const auto* identifier = source.source->try_as<cql::Identifier>()) {
    targets.push_back(identifier->name.text);
  } else if (const auto* member = source.source->try_as<cql::Member>()) {
    targets.push_back(member->name.text);
  } else {
    return;
  }
  if (std::ranges::any_of(targets, [&](std::string_view target) { return share_words(source.alias.text, target); })) {
    return;
  }
  warn(DiagnosticKind::UnlikeAlias, source.alias.span,
       "the alias '" + std::string(source.alias.text) + "' has no word of '" + std::string(targets.back()) +
           "', which it stands for");
}

void LibraryChecker::warn_of_null_comparison(const cql::Binary& expression) {
  using Op = cql::BinaryOperator;
  switch (expression.op) {
    case Op::Equal:
    case Op::NotEqual:
      if (!is_null_literal(*expression.left) && !is_null_literal(*expression.right)) return;
      warn(DiagnosticKind::AlwaysNull, expression.span, "a comparison with null is always null",
           expression.op == Op::Equal ? "write `is null`" : "write `is not null`");
      return;
    case Op::Less:
    case Op::LessOrEqual:
    case Op::Greater:
    case Op::GreaterOrEqual:
      if (!is_null_literal(*expression.left) && !is_null_literal(*expression.right)) return;
      warn(DiagnosticKind::AlwaysNull, expression.span, "a comparison with null is always null");
      return;
    case Op::Subtract:
    case Op::Multiply:
    case Op::Divide:
    case Op::TruncatedDivide:
    case Op::Modulo:
    case Op::Power:
    case Op::Equivalent:
    case Op::NotEquivalent:
    case Op::Implies:
    case Op::Intersect:
    case Op::Except:
      return;
  }
}

void LibraryChecker::warn_of_fixed_condition(const cql::Expression& condition, Span unreached_if_true,
                                             Span unreached_if_false) {
  const auto* boolean = condition.try_as<cql::BooleanLiteral>();
  if (boolean == nullptr && !is_null_literal(condition)) return;
  const bool is_true = boolean != nullptr && boolean->value;
  const Span span = is_true ? unreached_if_true : unreached_if_false;
  warn(DiagnosticKind::UnreachableBranch, span,
       std::string("this is never reached, since the condition is always ") + (is_true ? "true" : "false"));
}

std::optional<UnitId> LibraryChecker::known_unit(Typed value) {
  if (!value.is_valid() || value.type != system_type::kQuantity) return std::nullopt;
  const Node& node = builder_.at(value);
  const NodeStore& store = library_.store;
  if (node.kind == NodeKind::Constant) {
    const Value& constant = store.constants[node.payload];
    return constant.kind == Kind::Quantity ? std::optional(constant.unit()) : std::nullopt;
  }
  if (node.kind != NodeKind::Operator || node.child_count == 0) return std::nullopt;
  const std::string_view name = operator_row(node.op).name;
  if (name == "ConvertQuantity") {
    const Node& unit = store.node(store.children_of(node)[1]);
    if (unit.kind != NodeKind::Constant || store.constants[unit.payload].kind != Kind::String) return std::nullopt;
    return context_.units.intern(store.constants[unit.payload].as_string());
  }
  if (name == "Add" || name == "Subtract" || name == "Negate" || name == "Abs") {
    return known_unit({store.children_of(node)[0], system_type::kQuantity});
  }
  return std::nullopt;
}

void LibraryChecker::warn_of_units(std::string_view name, std::span<const Typed> operands, Span span) {
  static constexpr std::string_view kOneUnit[] = {"Add",  "Subtract",    "Equal",   "Equivalent",
                                                  "Less", "LessOrEqual", "Greater", "GreaterOrEqual"};
  if (operands.size() != 2 || std::ranges::find(kOneUnit, name) == std::end(kOneUnit)) return;
  const std::optional<UnitId> left = known_unit(operands[0]);
  const std::optional<UnitId> right = known_unit(operands[1]);
  if (!left || !right) return;
  const Value one = quantity_value({1, 0}, *left, context_.arena);
  const Value other = quantity_value({1, 0}, *right, context_.arena);
  if (context_.units.compare_quantities(one, other)) return;
  warn(DiagnosticKind::UnitMismatch, span,
       "'" + std::string(context_.units.unit_text(*left)) + "' does not go together with '" +
           std::string(context_.units.unit_text(*right)) + "': the result is " +
           (name == "Equivalent" ? "false" : "null") + ", whatever the numbers are");
}

void LibraryChecker::warn_of_unused_declarations() {
  for (const cql::Declaration* declaration : ast_.declarations) {
    const std::string_view name = declaration->name.text;
    const bool is_include = declaration->kind == cql::NodeKind::IncludeDeclaration;
    if (name.empty() || used_.contains(name)) continue;
    if (is_include) {
      // Their fluent functions are called without their name, and FHIRHelpers works unseen.
      const Include* include = find_include(name);
      if (include == nullptr || include->is_native || include->library == nullptr) continue;
      if (std::ranges::any_of(include->library->functions, &Function::fluent)) continue;
      warn(DiagnosticKind::UnusedName, declaration->name.span,
           "the included library '" + std::string(name) + "' is never used");
    } else if (declaration->access == cql::Access::Private) {
      warn(DiagnosticKind::UnusedName, declaration->name.span, "'" + std::string(name) + "' is private and never used");
    }
  }
}

}  // namespace calx
