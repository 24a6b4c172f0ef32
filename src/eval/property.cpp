#include "eval/evaluator.h"
#include "values/decimal.h"

namespace calx {

Value property_of(const Value& value, std::string_view name, const Types& types, const UnitTable& units, Arena& arena) {
  const auto optional_text = [](bool present, std::string_view text) {
    return present ? Value::string(text) : Value::null();
  };
  switch (value.kind) {
    case Kind::Instance: {
      const InstanceData& instance = value.as_instance();
      const std::optional<std::uint32_t> index = types.element_index(instance.type, name);
      return index ? instance.slots[*index] : Value::null();
    }
    case Kind::Tuple: {
      const std::optional<std::uint32_t> index = types.element_index(value.tuple_type(), name);
      return index ? value.tuple_slots()[*index] : Value::null();
    }
    case Kind::Interval:
      if (name == "low") return value.low();
      if (name == "high") return value.high();
      if (name == "lowClosed") return Value::boolean(value.low_closed());
      if (name == "highClosed") return Value::boolean(value.high_closed());
      return Value::null();
    case Kind::Quantity:
      if (name == "value") return decimal_value(decimal_of(value), arena);
      if (name == "unit") return Value::string(units.unit_text(value.unit()));
      return Value::null();
    case Kind::Ratio:
      if (name == "numerator") return value.low();
      if (name == "denominator") return value.high();
      return Value::null();
    case Kind::Code: {
      const CodeData& code = value.as_code();
      if (name == "code") return optional_text(!code.code.empty(), code.code);
      if (name == "system") return optional_text(!code.system.empty(), code.system);
      if (name == "display") return optional_text(code.has_display, code.display);
      if (name == "version") return optional_text(code.has_version, code.version);
      return Value::null();
    }
    case Kind::Concept: {
      const ConceptData& data = concept_data(value);
      if (name == "codes") return Value::list(data.codes);
      if (name == "display") return optional_text(data.has_display, data.display);
      return Value::null();
    }
    case Kind::Vocabulary: {
      const VocabularyData& vocabulary = value.as_vocabulary();
      if (name == "id") return Value::string(vocabulary.url);
      if (name == "version") return optional_text(!vocabulary.version.empty(), vocabulary.version);
      if (name == "name") return Value::string(vocabulary.name);
      return Value::null();
    }
    case Kind::Boolean:
    case Kind::Integer:
    case Kind::Long:
    case Kind::Decimal:
    case Kind::String:
    case Kind::Date:
    case Kind::DateTime:
    case Kind::Time:
      // The value of a FHIR primitive that carries nothing else.
      if (name == "value" && value.origin != FhirPrimitive::None) {
        Value bare = value;
        bare.origin = FhirPrimitive::None;
        return bare;
      }
      return Value::null();
    case Kind::Null:
    case Kind::Failed:
    case Kind::List:
    case Kind::IntegerRange:
      return Value::null();
  }
  return Value::null();
}

namespace {

/// The System type of a value that is no instance, list, interval, tuple or FHIR primitive.
TypeId system_type_of(Kind kind) {
  switch (kind) {
    case Kind::Boolean:
      return system_type::kBoolean;
    case Kind::Integer:
    case Kind::IntegerRange:
      return system_type::kInteger;
    case Kind::Long:
      return system_type::kLong;
    case Kind::Decimal:
      return system_type::kDecimal;
    case Kind::String:
      return system_type::kString;
    case Kind::Date:
      return system_type::kDate;
    case Kind::DateTime:
      return system_type::kDateTime;
    case Kind::Time:
      return system_type::kTime;
    case Kind::Quantity:
      return system_type::kQuantity;
    case Kind::Ratio:
      return system_type::kRatio;
    case Kind::Code:
      return system_type::kCode;
    case Kind::Concept:
      return system_type::kConcept;
    case Kind::Vocabulary:
      return system_type::kVocabulary;
    case Kind::Null:
    case Kind::Failed:
    case Kind::Interval:
    case Kind::List:
    case Kind::Tuple:
    case Kind::Instance:
      return system_type::kAny;
  }
  return system_type::kAny;
}

}  // namespace

bool is_of_type(const Value& value, TypeId type, const Types& types) {
  if (type == system_type::kAny) return true;
  if (value.is_null()) return false;
  switch (types.kind(type)) {
    case TypeKind::Choice:
      for (TypeId option : types.choices(type)) {
        if (is_of_type(value, option, types)) return true;
      }
      return false;
    case TypeKind::List:
      if (value.kind != Kind::List) return false;
      for (const Value& element : value.as_list()) {
        if (!element.is_null() && !is_of_type(element, types.element_type(type), types)) return false;
      }
      return true;
    case TypeKind::Interval:
      if (value.kind != Kind::Interval) return false;
      for (const Value* end : {&value.low(), &value.high()}) {
        if (!end->is_null() && !is_of_type(*end, types.element_type(type), types)) return false;
      }
      return true;
    case TypeKind::Tuple: {
      if (value.kind != Kind::Tuple) return false;
      if (value.tuple_type() == type) return true;
      const auto wanted = types.tuple_elements(type);
      const auto given = types.tuple_elements(value.tuple_type());
      if (wanted.size() != given.size()) return false;
      for (std::size_t index = 0; index < wanted.size(); ++index) {
        if (wanted[index].name != given[index].name) return false;
        const Value& element = value.tuple_slots()[index];
        if (!element.is_null() && !is_of_type(element, wanted[index].type, types)) return false;
      }
      return true;
    }
    case TypeKind::Class:
      if (value.kind == Kind::Instance) return types.is_subtype(value.as_instance().type, type);
      if (value.origin == FhirPrimitive::None) return false;
      if (types.class_info(type).primitive != FhirPrimitive::None) {
        return types.class_info(type).primitive == value.origin ||
               types.is_subtype(types.primitive_type(value.origin), type);
      }
      return types.is_subtype(types.primitive_type(value.origin), type);
    case TypeKind::System:
      if (value.origin != FhirPrimitive::None) return false;
      if (value.kind == Kind::Vocabulary) {
        return type == system_type::kVocabulary ||
               type == (value.as_vocabulary().is_code_system ? system_type::kCodeSystem : system_type::kValueSet);
      }
      return types.is_subtype(system_type_of(value.kind), type);
  }
  return false;
}

}  // namespace calx
