#include <algorithm>
#include <vector>

#include "eval/evaluator.h"

namespace calx {

namespace {

/// A code as a resource carries it, whatever the element's FHIR type.
struct Coding {
  std::string_view system;
  std::string_view code;
  std::string_view version;
  std::string_view display;
  bool has_system = false;
};

/// Tests the codes of an element against what a retrieve asks for: a value set, code system, code, concept or list.
class CodeTest {
 public:
  CodeTest(const Value& wanted, bool by_equality, const Types& types, const Terminology& terminology)
      : wanted_(wanted), by_equality_(by_equality), types_(types), terminology_(terminology) {}

  bool matches(const Value& element) const {
    switch (element.kind) {
      case Kind::List:
        return std::ranges::any_of(element.as_list(), [this](const Value& one) { return matches(one); });
      case Kind::String:
        return matches_coding({{}, element.as_string(), {}, {}, false});
      case Kind::Instance:
        return matches_instance(element.as_instance());
      case Kind::Null:
      case Kind::Failed:
      case Kind::Boolean:
      case Kind::Integer:
      case Kind::Long:
      case Kind::Decimal:
      case Kind::Date:
      case Kind::DateTime:
      case Kind::Time:
      case Kind::Quantity:
      case Kind::Ratio:
      case Kind::Interval:
      case Kind::Code:
      case Kind::Concept:
      case Kind::Vocabulary:
      case Kind::Tuple:
      case Kind::IntegerRange:
        return false;
    }
    return false;
  }

 private:
  std::string_view text_of(const InstanceData& instance, std::string_view name) const {
    const std::optional<std::uint32_t> index = types_.element_index(instance.type, name);
    if (!index) return {};
    const Value& value = instance.slots[*index];
    if (value.kind == Kind::String) return value.as_string();
    if (value.kind == Kind::Instance) return text_of(value.as_instance(), "value");
    return {};
  }

  bool matches_instance(const InstanceData& instance) const {
    const std::string_view name = types_.class_info(instance.type).name;
    if (name == "CodeableConcept") {
      const std::optional<std::uint32_t> index = types_.element_index(instance.type, "coding");
      return index && matches(instance.slots[*index]);
    }
    if (name == "Coding") {
      Coding coding{text_of(instance, "system"), text_of(instance, "code"), text_of(instance, "version"),
                    text_of(instance, "display"), true};
      return matches_coding(coding);
    }
    if (types_.class_info(instance.type).primitive != FhirPrimitive::None) {
      return matches_coding({{}, text_of(instance, "value"), {}, {}, false});
    }
    return false;
  }

  bool matches_coding(const Coding& coding) const { return !coding.code.empty() && matches_wanted(coding, wanted_); }

  bool matches_wanted(const Coding& coding, const Value& wanted) const {
    switch (wanted.kind) {
      case Kind::Vocabulary:
        if (wanted.as_vocabulary().is_code_system) return coding.system == wanted.as_vocabulary().url;
        if (!coding.has_system) return terminology_.contains_code_text({wanted.extent}, coding.code);
        return terminology_.contains({wanted.extent}, terminology_.find_code(coding.system, coding.code));
      case Kind::Code: {
        const CodeData& code = wanted.as_code();
        if (code.code != coding.code || (coding.has_system && code.system != coding.system)) return false;
        return !by_equality_ || !code.has_version || code.version == coding.version;
      }
      case Kind::Concept:
        return std::ranges::any_of(concept_data(wanted).codes,
                                   [&](const Value& one) { return matches_wanted(coding, one); });
      case Kind::List:
        return std::ranges::any_of(wanted.as_list(), [&](const Value& one) { return matches_wanted(coding, one); });
      case Kind::String:
        return wanted.as_string() == coding.code;
      case Kind::Null:
      case Kind::Failed:
      case Kind::Boolean:
      case Kind::Integer:
      case Kind::Long:
      case Kind::Decimal:
      case Kind::Date:
      case Kind::DateTime:
      case Kind::Time:
      case Kind::Quantity:
      case Kind::Ratio:
      case Kind::Interval:
      case Kind::Tuple:
      case Kind::Instance:
      case Kind::IntegerRange:
        return false;
    }
    return false;
  }

  const Value& wanted_;
  bool by_equality_;
  const Types& types_;
  const Terminology& terminology_;
};

/// The id of the context that a value stands for: an id, a reference, a resource, or one that names its patient.
std::string_view context_id_of(const Value& value, const Types& types) {
  if (value.kind == Kind::String) {
    const std::string_view text = value.as_string();
    const std::size_t slash = text.rfind('/');
    return slash == std::string_view::npos ? text : text.substr(slash + 1);
  }
  if (value.kind != Kind::Instance) return {};
  const InstanceData& instance = value.as_instance();
  const std::string_view name = types.class_info(instance.type).name;
  const std::optional<std::uint32_t> index =
      types.element_index(instance.type, name == "Reference" ? "reference" : "id");
  return index ? context_id_of(instance.slots[*index], types) : std::string_view();
}

}  // namespace

Value Evaluator::visit_retrieve(const Node& node) {
  const RetrievePlan& retrieve = store_.retrieves[node.payload];
  const std::span<const NodeId> children = store_.children_of(node);
  const std::span<const Value> resources = record_.resources(retrieve.resource);
  if (retrieve.has_context) {
    const Value whose = visit(children.back());
    if (whose.is_failed()) return whose;
    if (whose.is_null()) return Value::list({});
    const std::string_view other = context_id_of(whose, program_.types);
    if (other != record_.context_id()) {
      return context_.fail("the record holds what belongs to '" + std::string(record_.context_id()) + "', not to '" +
                           std::string(other) + "'");
    }
  }
  if (children.size() == (retrieve.has_context ? 1U : 0U)) return Value::list(resources);
  const Value wanted = visit(children[0]);
  if (wanted.is_failed()) return wanted;
  if (wanted.is_null()) return Value::list({});
  const CodeTest test(wanted, retrieve.by_equality, program_.types, program_.terminology);
  const std::span<Value> kept = context_.arena.make_array<Value>(resources.size());
  std::size_t count = 0;
  for (const Value& resource : resources) {
    Value codes;
    if (retrieve.path_slot == kNoSlot) {
      codes = resource.as_instance().slots[retrieve.code_element];
    } else {
      locals_[retrieve.path_slot] = resource;
      codes = visit(children[1]);
      if (codes.is_failed()) return codes;
    }
    if (test.matches(codes)) kept[count++] = resource;
  }
  return Value::list(kept.first(count));
}

}  // namespace calx
