#include "engine/value_json.h"

#include <string_view>

#include "formats/json_writer.h"
#include "record/record.h"
#include "values/date_time.h"
#include "values/decimal.h"

namespace calx {

namespace {

class ValueWriter {
 public:
  ValueWriter(const Types& types, const UnitTable& units, const ValueJsonOptions& options)
      : types_(types), units_(units), options_(options) {}

  void write(const Value& value) {
    switch (value.kind) {
      case Kind::Null:
        out_.null();
        return;
      case Kind::Failed:
        failure_ = &value.as_failure();
        out_.null();
        return;
      case Kind::Boolean:
        out_.boolean(value.as_boolean());
        return;
      case Kind::Integer:
      case Kind::Long:
      case Kind::Decimal:
        out_.number(to_text(decimal_of(value)));
        return;
      case Kind::String:
        out_.string(value.as_string());
        return;
      case Kind::Date:
      case Kind::DateTime:
      case Kind::Time:
        out_.string(to_text_date_time(value));
        return;
      case Kind::Quantity:
        write_quantity(value);
        return;
      case Kind::Ratio:
        out_.begin_object().key("numerator");
        write(value.low());
        out_.key("denominator");
        write(value.high());
        out_.end_object();
        return;
      case Kind::Interval:
        write_interval(value, value.low_closed(), value.high_closed());
        return;
      case Kind::IntegerRange:
        write_interval(value, true, true);
        return;
      case Kind::Code:
        write_code(value.as_code());
        return;
      case Kind::Concept:
        write_concept(concept_data(value));
        return;
      case Kind::Vocabulary:
        write_vocabulary(value.as_vocabulary());
        return;
      case Kind::List:
        out_.begin_array();
        for (const Value& element : value.as_list()) write(element);
        out_.end_array();
        return;
      case Kind::Tuple:
        write_tuple(value);
        return;
      case Kind::Instance:
        write_instance(value.as_instance());
        return;
    }
  }

  std::string take() { return out_.take(); }
  const Failure* failure() const { return failure_; }

 private:
  void write_quantity(const Value& value) {
    out_.begin_object().key("value").number(to_text(decimal_of(value)));
    out_.key("unit").string(units_.unit_text(value.unit())).end_object();
  }

  void write_interval(const Value& value, bool low_closed, bool high_closed) {
    out_.begin_object().key("low");
    write(value.low());
    out_.key("high");
    write(value.high());
    out_.key("lowClosed").boolean(low_closed).key("highClosed").boolean(high_closed).end_object();
  }

  /// A text that the source did not give is null, so that the keys are always the same.
  void write_text(std::string_view key, std::string_view text, bool is_there) {
    out_.key(key);
    if (is_there) {
      out_.string(text);
    } else {
      out_.null();
    }
  }

  void write_code(const CodeData& code) {
    out_.begin_object();
    write_text("code", code.code, true);
    write_text("system", code.system, !code.system.empty());
    write_text("display", code.display, code.has_display);
    if (code.has_version) write_text("version", code.version, true);
    out_.end_object();
  }

  void write_concept(const ConceptData& data) {
    out_.begin_object().key("codes").begin_array();
    for (const Value& code : data.codes) write(code);
    out_.end_array();
    write_text("display", data.display, data.has_display);
    out_.end_object();
  }

  void write_vocabulary(const VocabularyData& vocabulary) {
    out_.begin_object().key(vocabulary.is_code_system ? "codeSystem" : "valueSet").string(vocabulary.url);
    if (!vocabulary.version.empty()) out_.key("version").string(vocabulary.version);
    if (!vocabulary.name.empty()) out_.key("name").string(vocabulary.name);
    out_.end_object();
  }

  void write_tuple(const Value& value) {
    out_.begin_object();
    const std::span<const Value> slots = value.tuple_elements();
    const std::span<const ElementInfo> elements = types_.tuple_elements(value.tuple_type());
    for (std::size_t i = 0; i < slots.size() && i < elements.size(); ++i) {
      out_.key(elements[i].name);
      write(slots[i]);
    }
    out_.end_object();
  }

  void write_instance(const InstanceData& instance) {
    if (instance.resource != nullptr) {
      write_resource(*instance.resource);
      return;
    }
    if (const Value* value = primitive_value(instance)) {
      write(*value);
      return;
    }
    out_.begin_object();
    const std::span<const ElementInfo> elements = types_.elements(instance.type);
    for (std::uint32_t i = 0; i < instance.slot_count && i < elements.size(); ++i) {
      write_element(instance.type, i, elements[i].name, instance.slots[i]);
    }
    out_.end_object();
  }

  void write_resource(const ResourceOrigin& origin) {
    if (options_.full_resources && !origin.json.empty()) {
      out_.raw(origin.json);
      return;
    }
    if (origin.id.empty()) {
      out_.begin_object().key("reference").null().key("type").string(origin.type_name).end_object();
      return;
    }
    out_.begin_object()
        .key("reference")
        .string(std::string(origin.type_name) + "/" + std::string(origin.id))
        .end_object();
  }

  /// The slot with the value of a FHIR primitive that has an id or extensions beside it; null for all other classes.
  const Value* primitive_value(const InstanceData& instance) const {
    if (types_.kind(instance.type) != TypeKind::Class) return nullptr;
    if (types_.class_info(instance.type).primitive == FhirPrimitive::None) return nullptr;
    const std::optional<std::uint32_t> index = types_.element_index(instance.type, "value");
    return index && *index < instance.slot_count ? &instance.slots[*index] : nullptr;
  }

  bool is_extended_primitive(const Value& value) const {
    return value.kind == Kind::Instance && primitive_value(value.as_instance()) != nullptr;
  }

  /// As FHIR JSON spells it: choices by the type of their value, what a primitive has besides its value under _key.
  void write_element(TypeId owner, std::uint32_t index, std::string_view name, const Value& value) {
    if (value.is_null()) return;
    const std::string key = key_of(owner, index, name, value);
    out_.key(key);
    write(value);
    if (is_extended_primitive(value)) {
      out_.key("_" + key);
      write_extensions(value);
    } else if (value.kind == Kind::List) {
      bool any = false;
      for (const Value& element : value.as_list()) any = any || is_extended_primitive(element);
      if (!any) return;
      out_.key("_" + key).begin_array();
      for (const Value& element : value.as_list()) write_extensions(element);
      out_.end_array();
    }
  }

  void write_extensions(const Value& value) {
    if (!is_extended_primitive(value)) {
      out_.null();
      return;
    }
    const InstanceData& instance = value.as_instance();
    const Value* inner = primitive_value(instance);
    const std::span<const ElementInfo> elements = types_.elements(instance.type);
    out_.begin_object();
    for (std::uint32_t i = 0; i < instance.slot_count && i < elements.size(); ++i) {
      if (&instance.slots[i] != inner) write_element(instance.type, i, elements[i].name, instance.slots[i]);
    }
    out_.end_object();
  }

  std::string key_of(TypeId owner, std::uint32_t index, std::string_view name, const Value& value) const {
    if (types_.kind(owner) != TypeKind::Class) return std::string(name);
    const TypeId type = value.kind == Kind::Instance          ? value.as_instance().type
                        : value.origin != FhirPrimitive::None ? types_.primitive_type(value.origin)
                                                              : system_type::kAny;
    std::string_view only;
    std::size_t count = 0;
    for (const JsonKey& key : types_.class_info(owner).keys) {
      if (key.element != index) continue;
      ++count;
      only = key.key;
      if (key.type == type) return std::string(key.key);
    }
    return std::string(count == 1 ? only : name);
  }

  const Types& types_;
  const UnitTable& units_;
  const ValueJsonOptions& options_;
  JsonWriter out_;
  const Failure* failure_ = nullptr;
};

}  // namespace

std::string value_json(const Value& value, const Types& types, const UnitTable& units, const ValueJsonOptions& options,
                       const Failure*& failure) {
  ValueWriter writer(types, units, options);
  writer.write(value);
  failure = writer.failure();
  return writer.take();
}

}  // namespace calx
