#include "record/conversions.h"

#include <array>

#include "base/check.h"

namespace calx {

namespace {

/// Slot numbers of the converted types. The FHIR types are compiled in, so one set serves every Types.
struct Slots {
  std::uint32_t coding_system, coding_version, coding_code, coding_display;
  std::uint32_t concept_coding, concept_text;
  std::uint32_t quantity_value, quantity_comparator, quantity_unit, quantity_system, quantity_code;
  std::uint32_t period_start, period_end;
  std::uint32_t range_low, range_high;
  std::uint32_t ratio_numerator, ratio_denominator;
  std::uint32_t primitive_value;
  TypeId interval_of_date_time, interval_of_quantity;
};

std::uint32_t slot(const Types& types, TypeId type, std::string_view name) {
  const std::optional<std::uint32_t> index = types.element_index(type, name);
  CALX_CHECK(index.has_value(), "the FHIR table has the elements of the converted types");
  return *index;
}

Slots find_slots(const Types& types) {
  Slots s{};
  s.coding_system = slot(types, fhir_type::kCoding, "system");
  s.coding_version = slot(types, fhir_type::kCoding, "version");
  s.coding_code = slot(types, fhir_type::kCoding, "code");
  s.coding_display = slot(types, fhir_type::kCoding, "display");
  s.concept_coding = slot(types, fhir_type::kCodeableConcept, "coding");
  s.concept_text = slot(types, fhir_type::kCodeableConcept, "text");
  s.quantity_value = slot(types, fhir_type::kQuantity, "value");
  s.quantity_comparator = slot(types, fhir_type::kQuantity, "comparator");
  s.quantity_unit = slot(types, fhir_type::kQuantity, "unit");
  s.quantity_system = slot(types, fhir_type::kQuantity, "system");
  s.quantity_code = slot(types, fhir_type::kQuantity, "code");
  s.period_start = slot(types, fhir_type::kPeriod, "start");
  s.period_end = slot(types, fhir_type::kPeriod, "end");
  s.range_low = slot(types, fhir_type::kRange, "low");
  s.range_high = slot(types, fhir_type::kRange, "high");
  s.ratio_numerator = slot(types, fhir_type::kRatio, "numerator");
  s.ratio_denominator = slot(types, fhir_type::kRatio, "denominator");
  s.primitive_value = slot(types, types.primitive_type(FhirPrimitive::String), "value");
  s.interval_of_date_time = *types.system_conversion(fhir_type::kPeriod);
  s.interval_of_quantity = *types.system_conversion(fhir_type::kRange);
  return s;
}

class Converter {
 public:
  explicit Converter(const ConversionContext& context) : context_(context), slots_(slots_of(context.types)) {}

  Value convert(const Value& value, TypeId target) const {
    if (value.is_null_or_failed()) return value;
    if (target == system_type::kValueSet) return value_set(value);
    if (context_.types.kind(target) == TypeKind::Choice) return among(value, target);
    if (value.kind != Kind::Instance) return of_primitive(value, target);
    const InstanceData& instance = value.as_instance();
    if (target == slots_.interval_of_quantity && context_.types.is_subtype(instance.type, fhir_type::kQuantity)) {
      return span_of(instance);
    }
    if (context_.types.system_conversion(instance.type) != target) return {};
    if (context_.types.class_info(instance.type).primitive != FhirPrimitive::None) {
      return convert(instance.slots[slots_.primitive_value], target);
    }
    if (target == system_type::kCode) return code(instance);
    if (target == system_type::kConcept) return concept_of(instance);
    if (target == system_type::kQuantity) return quantity(instance);
    if (target == system_type::kRatio) return ratio(instance);
    if (target == slots_.interval_of_date_time) return period(instance);
    return range(instance);
  }

 private:
  /// Whichever type the value is of decides; what has no System counterpart (a Reference) stays what it is.
  Value among(const Value& value, TypeId choice) const {
    const Types& types = context_.types;
    std::optional<TypeId> own;
    if (value.kind == Kind::Instance) {
      own = types.system_conversion(value.as_instance().type);
    } else if (value.origin != FhirPrimitive::None) {
      own = types.system_conversion(types.primitive_type(value.origin));
    }
    if (!own) return value;
    for (const TypeId option : types.choices(choice)) {
      if (types.is_subtype(*own, option)) return convert(value, *own);
    }
    return value;
  }

  /// FHIRHelpers.ToValueSet: the value set that a url names, with or without |version.
  Value value_set(const Value& url) const {
    const Value& plain = url.kind == Kind::Instance ? url.as_instance().slots[slots_.primitive_value] : url;
    if (plain.kind != Kind::String) return {};
    const std::string_view text = plain.as_string();
    const std::size_t bar = text.find('|');
    const std::optional<ValueSetId> known = context_.terminology.find_value_set(text);
    const auto* data = context_.arena.make<VocabularyData>(
        text.substr(0, bar), bar == std::string_view::npos ? std::string_view() : text.substr(bar + 1),
        std::string_view(), false);
    return Value::of_pointer(Kind::Vocabulary, data, known.value_or(ValueSetId{}).value);
  }

  static const Slots& slots_of(const Types& types) {
    static const Slots slots = find_slots(types);
    return slots;
  }

  Value of_primitive(const Value& value, TypeId target) const {
    if (value.origin == FhirPrimitive::None) return matches(value.kind, target) ? value : Value();
    if (context_.types.system_conversion(context_.types.primitive_type(value.origin)) != target) return {};
    Value plain = value;
    plain.origin = FhirPrimitive::None;
    return plain;
  }

  static bool matches(Kind kind, TypeId target) {
    switch (kind) {
      case Kind::Boolean:
        return target == system_type::kBoolean;
      case Kind::Integer:
        return target == system_type::kInteger;
      case Kind::Decimal:
        return target == system_type::kDecimal;
      case Kind::String:
        return target == system_type::kString;
      case Kind::Date:
        return target == system_type::kDate;
      case Kind::DateTime:
        return target == system_type::kDateTime;
      case Kind::Time:
        return target == system_type::kTime;
      case Kind::Quantity:
        return target == system_type::kQuantity;
      case Kind::Ratio:
        return target == system_type::kRatio;
      case Kind::Code:
        return target == system_type::kCode;
      case Kind::Concept:
        return target == system_type::kConcept;
      case Kind::Null:
      case Kind::Failed:
      case Kind::Long:
      case Kind::Interval:
      case Kind::Vocabulary:
      case Kind::List:
      case Kind::Tuple:
      case Kind::Instance:
      case Kind::IntegerRange:
        return false;
    }
    return false;
  }

  /// A slot that holds a primitive, with or without extensions; null when it is missing.
  Value primitive(const InstanceData& instance, std::uint32_t index) const {
    const Value& value = instance.slots[index];
    return value.kind == Kind::Instance ? value.as_instance().slots[slots_.primitive_value] : value;
  }

  std::string_view text(const InstanceData& instance, std::uint32_t index) const {
    const Value value = primitive(instance, index);
    return value.kind == Kind::String ? value.as_string() : std::string_view();
  }

  Value code(const InstanceData& coding) const {
    CodeData* data = context_.arena.make<CodeData>();
    data->system = text(coding, slots_.coding_system);
    data->code = text(coding, slots_.coding_code);
    data->version = text(coding, slots_.coding_version);
    data->has_version = primitive(coding, slots_.coding_version).kind == Kind::String;
    data->display = text(coding, slots_.coding_display);
    data->has_display = primitive(coding, slots_.coding_display).kind == Kind::String;
    return Value::code(data, context_.terminology.find_code(data->system, data->code));
  }

  Value concept_of(const InstanceData& concept_) const {
    ConceptData* data = context_.arena.make<ConceptData>();
    data->display = text(concept_, slots_.concept_text);
    data->has_display = primitive(concept_, slots_.concept_text).kind == Kind::String;
    const Value& codings = concept_.slots[slots_.concept_coding];
    if (codings.kind == Kind::List) {
      const std::span<Value> codes = context_.arena.make_array<Value>(codings.as_list().size());
      std::size_t count = 0;
      for (const Value& coding : codings.as_list()) {
        if (coding.kind == Kind::Instance) codes[count++] = code(coding.as_instance());
      }
      data->codes = codes.first(count);
    }
    return Value::of_pointer(Kind::Concept, data, 0);
  }

  /// What a comparator says: `< 5 mg` is Interval[null, 5 mg). Without one, the interval of that one quantity.
  Value span_of(const InstanceData& fhir) const {
    const std::string_view comparator = text(fhir, slots_.quantity_comparator);
    const Value one = quantity(fhir, false);
    if (comparator.empty()) return pair(Kind::Interval, one, one);
    const std::span<Value> ends = context_.arena.make_array<Value>(2);
    const bool is_upper = comparator.front() == '<';
    ends[is_upper ? 1 : 0] = one;
    const bool is_closed = comparator.size() > 1;
    return Value::interval(ends.data(), is_upper || is_closed, !is_upper || is_closed);
  }

  Value quantity(const InstanceData& fhir, bool refuses_comparator = true) const {
    Value number = primitive(fhir, slots_.quantity_value);
    if (number.kind != Kind::Decimal) return {};
    if (refuses_comparator && !primitive(fhir, slots_.quantity_comparator).is_null()) {
      Failure* failure = context_.arena.make<Failure>();
      failure->message = "FHIR Quantity value has a comparator and cannot be converted to a System.Quantity value.";
      return Value::failed(failure);
    }
    const std::string_view system = text(fhir, slots_.quantity_system);
    const std::string_view code = text(fhir, slots_.quantity_code);
    const std::string_view words = text(fhir, slots_.quantity_unit);
    const bool is_ucum = system.empty() || system == "http://unitsofmeasure.org" ||
                         system == "http://hl7.org/fhirpath/CodeSystem/calendar-units";
    std::string_view unit = is_ucum ? code : words;
    if (unit.empty()) unit = is_ucum ? words : code;
    if (unit.empty()) unit = "1";
    number.kind = Kind::Quantity;
    number.origin = FhirPrimitive::None;
    number.extent = context_.units.intern(is_ucum ? calendar_unit(unit) : unit).value;
    return number;
  }

  static std::string_view calendar_unit(std::string_view unit) {
    constexpr std::array<std::array<std::string_view, 2>, 8> kUnits = {{{"ms", "millisecond"},
                                                                        {"s", "second"},
                                                                        {"min", "minute"},
                                                                        {"h", "hour"},
                                                                        {"d", "day"},
                                                                        {"wk", "week"},
                                                                        {"mo", "month"},
                                                                        {"a", "year"}}};
    for (const auto& [ucum, calendar] : kUnits) {
      if (unit == ucum) return calendar;
    }
    return unit;
  }

  Value quantity_slot(const InstanceData& instance, std::uint32_t index) const {
    return convert(instance.slots[index], system_type::kQuantity);
  }

  Value pair(Kind kind, const Value& first, const Value& second) const {
    if (first.is_failed()) return first;
    if (second.is_failed()) return second;
    const std::span<Value> ends = context_.arena.make_array<Value>(2);
    ends[0] = first;
    ends[1] = second;
    return kind == Kind::Interval ? Value::interval(ends.data(), true, true) : Value::of_pointer(kind, ends.data(), 0);
  }

  Value period(const InstanceData& fhir) const {
    const Value start = convert(fhir.slots[slots_.period_start], system_type::kDateTime);
    const Value end = convert(fhir.slots[slots_.period_end], system_type::kDateTime);
    Value interval = pair(Kind::Interval, start, end);
    if (start.is_null()) interval.flags = static_cast<std::uint8_t>(interval.flags & ~Value::kLowClosed);
    return interval;
  }

  Value range(const InstanceData& fhir) const {
    return pair(Kind::Interval, quantity_slot(fhir, slots_.range_low), quantity_slot(fhir, slots_.range_high));
  }

  Value ratio(const InstanceData& fhir) const {
    const Value numerator = quantity_slot(fhir, slots_.ratio_numerator);
    const Value denominator = quantity_slot(fhir, slots_.ratio_denominator);
    if (numerator.is_null() || denominator.is_null()) return {};
    return pair(Kind::Ratio, numerator, denominator);
  }

  const ConversionContext& context_;
  const Slots& slots_;
};

}  // namespace

Value to_system(const Value& fhir_value, TypeId target, const ConversionContext& context) {
  return Converter(context).convert(fhir_value, target);
}

}  // namespace calx
