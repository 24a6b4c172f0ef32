#include "check/overloads.h"

#include <algorithm>
#include <deque>
#include <unordered_map>

#include "base/check.h"
#include "operators/operator_table.h"

namespace calx {

/// A type of a signature: a System type, a type variable, or a list or interval of a pattern.
struct Overloads::Pattern {
  enum class Form : std::uint8_t { System, Variable, List, Interval } form = Form::System;
  TypeId type;
  char variable = 'T';
  const Pattern* element = nullptr;
};

struct Overloads::Signature {
  std::vector<const Pattern*> operands;
  const Pattern* result = nullptr;
};

/// All signatures, read once for the process; a pattern keeps its address.
struct Overloads::Signatures {
  std::deque<Pattern> patterns;
  std::vector<Signature> by_row;
};

/// What was chosen before: a library asks the same few questions again and again.
struct Overloads::Cache {
  struct Key {
    std::string_view name;
    std::vector<TypeId> arguments;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const {
      std::size_t hash = std::hash<std::string_view>{}(key.name);
      for (TypeId type : key.arguments) hash = (hash ^ type.value) * 0x9E3779B97F4A7C15ULL;
      return hash;
    }
  };
  std::unordered_map<Key, std::optional<OverloadChoice>, Hash> choices;
};

namespace {

constexpr std::string_view kSystemNames[] = {"Any",     "Boolean",    "Integer",  "Long",      "Decimal", "String",
                                             "Date",    "DateTime",   "Time",     "Quantity",  "Ratio",   "Code",
                                             "Concept", "Vocabulary", "ValueSet", "CodeSystem"};

/// Reads "(List<T>, Integer) T"; the text is ours, so a mistake in it is a broken invariant.
template <class Pattern>
class SignatureReader {
 public:
  SignatureReader(std::string_view text, std::deque<Pattern>& patterns) : text_(text), patterns_(patterns) {}

  bool take(char wanted) {
    skip();
    if (at_ >= text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  const Pattern* read_type() {
    skip();
    const std::size_t begin = at_;
    while (at_ < text_.size() && std::isalnum(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
    const std::string_view word = text_.substr(begin, at_ - begin);
    Pattern pattern;
    if (word == "List" || word == "Interval") {
      pattern.form = word == "List" ? Pattern::Form::List : Pattern::Form::Interval;
      CALX_CHECK(take('<'), "a signature of operators.def has < after List and Interval");
      pattern.element = read_type();
      CALX_CHECK(take('>'), "a signature of operators.def closes its <");
    } else if (word.size() == 1) {
      pattern.form = Pattern::Form::Variable;
      pattern.variable = word[0];
    } else {
      const auto* found = std::ranges::find(kSystemNames, word);
      CALX_CHECK(found != std::end(kSystemNames), "a signature of operators.def names System types only");
      pattern.type = TypeId{static_cast<std::uint32_t>(found - std::begin(kSystemNames))};
    }
    patterns_.push_back(pattern);
    return &patterns_.back();
  }

 private:
  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == ',')) ++at_;
  }

  std::string_view text_;
  std::deque<Pattern>& patterns_;
  std::size_t at_ = 0;
};

/// Operators that need an order or a point: their type variable is a System type, never a class or a choice.
bool needs_ordered_type(std::string_view name) {
  return name == "Less" || name == "LessOrEqual" || name == "Greater" || name == "GreaterOrEqual" || name == "Min" ||
         name == "Max";
}

}  // namespace

Overloads::Overloads(Conversions& conversions, Types& types)
    : conversions_(conversions), types_(types), cache_(std::make_unique<Cache>()) {}

Overloads::~Overloads() = default;

const Overloads::Signature& Overloads::signature_of(OperatorId id) {
  static const Signatures all = [] {
    Signatures signatures;
    for (const OperatorRow& row : operator_rows()) {
      SignatureReader<Pattern> reader(row.signature, signatures.patterns);
      Signature read;
      CALX_CHECK(reader.take('('), "a signature of operators.def starts with (");
      while (!reader.take(')')) read.operands.push_back(reader.read_type());
      read.result = reader.read_type();
      signatures.by_row.push_back(std::move(read));
    }
    return signatures;
  }();
  return all.by_row[static_cast<std::size_t>(id)];
}

bool Overloads::has(std::string_view name) const {
  return !overloads(name).empty();
}

std::string Overloads::signatures(std::string_view name) const {
  std::string text;
  for (OperatorId id : overloads(name)) {
    const std::string_view signature = operator_row(id).signature;
    if (!text.empty()) text += ", ";
    text += signature.substr(0, signature.rfind(')') + 1);
  }
  return text;
}

std::optional<OverloadChoice> Overloads::choose(std::string_view name, std::span<const TypeId> arguments) {
  const std::span<const OperatorId> rows = overloads(name);
  if (rows.empty()) return std::nullopt;
  Cache::Key key{operator_row(rows[0]).name, {arguments.begin(), arguments.end()}};
  if (const auto found = cache_->choices.find(key); found != cache_->choices.end()) return found->second;
  std::optional<OverloadChoice> best;
  for (OperatorId id : rows) {
    std::optional<OverloadChoice> fitted = fit(id, arguments);
    if (fitted && (!best || fitted->cost < best->cost)) best = std::move(fitted);
    if (best && best->cost == Conversions::kExact) break;
  }
  cache_->choices.emplace(std::move(key), best);
  return best;
}

std::optional<OverloadChoice> Overloads::fit(OperatorId id, std::span<const TypeId> arguments) {
  const OperatorRow& row = operator_row(id);
  const Signature& signature = signature_of(id);
  if (signature.operands.size() != arguments.size()) return std::nullopt;

  // What each type variable may become: collected from the arguments that mention it.
  std::vector<TypeId> candidates[2];
  bool has_variable[2] = {false, false};
  const auto variable_index = [](char variable) { return variable == 'U' ? 1U : 0U; };
  const auto collect = [&](const auto& self, const Pattern& pattern, TypeId argument) -> void {
    switch (pattern.form) {
      case Pattern::Form::System:
        return;
      case Pattern::Form::Variable: {
        has_variable[variable_index(pattern.variable)] = true;
        conversions_.add_candidates(argument, candidates[variable_index(pattern.variable)]);
        return;
      }
      case Pattern::Form::List:
      case Pattern::Form::Interval: {
        std::vector<TypeId> shapes;
        conversions_.add_candidates(argument, shapes);
        if (argument == system_type::kValueSet) shapes.push_back(types_.list_of(system_type::kCode));
        const TypeKind wanted = pattern.form == Pattern::Form::List ? TypeKind::List : TypeKind::Interval;
        bool any = false;
        for (TypeId shape : shapes) {
          if (types_.kind(shape) != wanted) continue;
          any = true;
          self(self, *pattern.element, types_.element_type(shape));
        }
        if (!any) self(self, *pattern.element, system_type::kAny);
        return;
      }
    }
  };
  for (std::size_t index = 0; index < arguments.size(); ++index) {
    collect(collect, *signature.operands[index], arguments[index]);
  }
  // A variable that only the result has (none today) or that only nulls mention is Any.
  for (std::size_t index = 0; index < 2; ++index) {
    if (candidates[index].empty()) candidates[index].push_back(system_type::kAny);
  }

  const auto substitute = [&](const auto& self, const Pattern& pattern, const TypeId* bound) -> TypeId {
    switch (pattern.form) {
      case Pattern::Form::System:
        return pattern.type;
      case Pattern::Form::Variable:
        return bound[variable_index(pattern.variable)];
      case Pattern::Form::List:
        return types_.list_of(self(self, *pattern.element, bound));
      case Pattern::Form::Interval:
        return types_.interval_of(self(self, *pattern.element, bound));
    }
    return system_type::kAny;
  };
  const auto has_interval_of_variable = [](const Pattern& pattern) {
    return pattern.form == Pattern::Form::Interval && pattern.element->form == Pattern::Form::Variable;
  };
  const bool ordered = needs_ordered_type(row.name) || std::ranges::any_of(signature.operands, [&](const Pattern* p) {
                         return has_interval_of_variable(*p);
                       });

  std::optional<OverloadChoice> best;
  for (TypeId first : candidates[0]) {
    for (TypeId second : candidates[1]) {
      const TypeId bound[2] = {first, second};
      int penalty = 0;
      if (has_variable[0]) {
        const TypeKind kind = types_.kind(first);
        if (ordered && (kind == TypeKind::Class || kind == TypeKind::Choice)) continue;
        if (kind == TypeKind::Choice) penalty = 20;  // last resort: compare what the values turn out to be
      }
      OverloadChoice choice;
      choice.row = id;
      choice.cost = penalty;
      bool fits = true;
      for (std::size_t index = 0; index < arguments.size() && fits; ++index) {
        const TypeId wanted = substitute(substitute, *signature.operands[index], bound);
        const int cost = conversions_.cost(arguments[index], wanted);
        fits = cost != Conversions::kNone;
        choice.cost += cost;
        choice.operands.push_back(wanted);
      }
      // Where nothing has to be converted, no other alternative is better: First of a list of choices is a choice.
      if (fits && choice.cost == penalty) choice.cost = Conversions::kExact;
      if (!fits || (best && best->cost <= choice.cost)) continue;
      choice.result = substitute(substitute, *signature.result, bound);
      best = std::move(choice);
    }
  }
  return best;
}

}  // namespace calx
