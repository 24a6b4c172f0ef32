#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <unordered_set>

#include "formats/json_scanner.h"
#include "record/assembly.h"
#include "record/fhir_versions.h"
#include "record/record.h"
#include "values/date_time.h"
#include "values/decimal.h"

namespace calx {

namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::uint32_t kNoIndex = 0xFFFFFFFFU;
constexpr std::size_t kNoResource = std::numeric_limits<std::size_t>::max();

std::string_view trimmed_end(std::string_view text) {
  const std::size_t last = text.find_last_not_of(kBlanks);
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

bool is_blank(char c) {
  return kBlanks.find(c) != std::string_view::npos;
}

/// FHIR's code: no blank at the ends, none but single ones inside.
bool is_code(std::string_view text) {
  if (text.empty() || is_blank(text.front()) || is_blank(text.back())) return false;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (is_blank(text[i]) && is_blank(text[i - 1])) return false;
  }
  return true;
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

std::string_view kind_name(ondemand::json_type type) {
  switch (type) {
    case ondemand::json_type::array:
      return "a list";
    case ondemand::json_type::object:
      return "an object";
    case ondemand::json_type::number:
      return "a number";
    case ondemand::json_type::string:
      return "a string";
    case ondemand::json_type::boolean:
      return "true or false";
    case ondemand::json_type::null:
      return "null";
  }
  return "something else";
}

/// Text with padding behind it, as simdjson wants it; the memory is kept from record to record.
class PaddedBuffer {
 public:
  std::string_view assign(std::string_view text) {
    if (bytes_ == nullptr || text.size() > capacity_) {
      capacity_ = text.size() + text.size() / 4;
      bytes_.reset(new char[capacity_ + simdjson::SIMDJSON_PADDING]);
    }
    std::memcpy(bytes_.get(), text.data(), text.size());
    std::memset(bytes_.get() + text.size(), ' ', simdjson::SIMDJSON_PADDING);
    return {bytes_.get(), text.size()};
  }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
};

/// Reads the documents of one record into a DecodedRecord. Which elements of a class are decoded, and into which slot,
/// is asked in one place (find_key in decode_fields); a narrower table than the whole model can stand there.
class DocumentReader {
 public:
  DocumentReader(const Types& types, const ModelSlots& slots, std::size_t maximum_depth, Arena& arena, UnitTable& units,
                 DecodedRecord& out)
      : types_(types), slots_(slots), maximum_depth_(maximum_depth), arena_(arena), units_(units), out_(out) {}

  /// `padded` holds the same bytes as `input`, padding behind them. Values borrow from `input`.
  void set_input(std::string_view input, std::string_view padded) {
    input_ = input;
    padded_ = padded;
  }
  /// One JSON value that has been validated; begin and end are offsets of the input. `where` is the start of the
  /// sentence when it is no FHIR: "the record", "line 3".
  std::optional<Error> read(std::size_t begin, std::size_t end, const std::string& where, ondemand::parser& parser);

 private:
  struct Step {
    std::string_view key;
    std::uint32_t index = kNoIndex;
  };
  /// id and extensions of a primitive, kept until its value is known.
  struct Extra {
    const JsonKey* key;
    Value value;  // an Instance, or a list of Instances and nulls
  };
  struct NullItem {
    std::uint32_t element;
    std::uint32_t index;
  };

  std::string_view borrow(std::string_view padded) const {
    return input_.substr(static_cast<std::size_t>(padded.data() - padded_.data()), padded.size());
  }
  std::string_view token_of(ondemand::value& json);
  std::string_view string_of(ondemand::value& json);
  std::string_view key_of(ondemand::field& field);
  std::string_view resource_type_of(ondemand::object& object);

  void issue(std::string_view code, std::string_view severity, std::string message);
  void wrong_kind(std::string_view expected, ondemand::json_type found);
  void fail(ErrorKind kind, std::string message) {
    if (!error_) error_ = Error{kind, std::move(message)};
  }
  bool failed(simdjson::error_code code);
  bool too_deep(std::size_t depth);
  std::string path() const;

  void read_root(ondemand::object& object, const std::string& where);
  void read_bundle(ondemand::object& bundle, std::size_t depth);
  void read_entry(ondemand::object& entry, std::size_t number, std::size_t depth);
  void read_entry_resource(ondemand::value& json, std::size_t number, std::size_t depth);
  void add_resource(ondemand::object& object, const char* begin, TypeId type, std::size_t number, std::size_t depth);
  Value decode_resource(ondemand::object& object, const char* begin, TypeId type, std::size_t depth);
  Value decode_inner_resource(ondemand::value& json, std::size_t depth);
  Value decode_element(ondemand::value& json, const JsonKey& key, std::size_t depth);
  Value decode_list(ondemand::value& json, const JsonKey& key, std::size_t depth);
  Value decode_item(ondemand::value& json, TypeId type, std::size_t depth);
  Value decode_primitive(ondemand::value& json, FhirPrimitive primitive);
  Value decode_number(std::string_view token, FhirPrimitive primitive);
  Value decode_text(std::string_view text, FhirPrimitive primitive);
  Value decode_extra(ondemand::value& json, TypeId type, std::size_t depth);
  void read_extra(ondemand::value& json, const JsonKey& key, std::size_t depth);
  Value* decode_fields(ondemand::object& object, TypeId type, std::size_t depth);
  void add_extras(TypeId type, Value* slots, std::size_t first_extra, std::size_t first_null);
  Value with_extra(const Value& value, const Value& extra);
  Value instance(TypeId type, const Value* slots);
  void check_unit(const Value* slots);
  bool is_primitive(TypeId type) const {
    return type == system_type::kString || types_.class_info(type).primitive != FhirPrimitive::None;
  }

  const Types& types_;
  const ModelSlots& slots_;
  std::size_t maximum_depth_;
  Arena& arena_;
  UnitTable& units_;
  DecodedRecord& out_;

  std::string_view input_;
  std::string_view padded_;
  ondemand::document* document_ = nullptr;
  const char* document_end_ = nullptr;

  // Stacks, each level of the recursion owning the part above where it began.
  std::vector<Step> path_;  // from the resource on, or from the Bundle on outside of resources
  std::vector<Value> scratch_;
  std::vector<Extra> extras_;
  std::vector<NullItem> null_items_;

  bool in_resource_ = false;
  std::unordered_set<std::uint32_t> reported_units_;
  std::optional<Error> error_;
};

bool DocumentReader::failed(simdjson::error_code code) {
  if (code == simdjson::SUCCESS) return false;
  // The text has been validated, so this is not its fault in a way that a position would explain.
  fail(ErrorKind::Format, std::string("the record cannot be read: ") + simdjson::error_message(code));
  return true;
}

bool DocumentReader::too_deep(std::size_t depth) {
  if (depth <= maximum_depth_) return false;
  fail(ErrorKind::Limit, "the record is nested deeper than the limit of " + std::to_string(maximum_depth_) + " levels");
  return true;
}

std::string DocumentReader::path() const {
  std::string text;
  for (const Step& step : path_) {
    text += '.';
    text += step.key;
    if (step.index != kNoIndex) text += '[' + std::to_string(step.index) + ']';
  }
  return text;
}

void DocumentReader::issue(std::string_view code, std::string_view severity, std::string message) {
  if (in_resource_) {
    out_.add_issue(code, severity, path(), std::move(message), out_.resources.size());
  } else {
    out_.add_issue(code, severity, "Bundle" + path(), std::move(message), kNoResource);
  }
}

void DocumentReader::wrong_kind(std::string_view expected, ondemand::json_type found) {
  if (found == ondemand::json_type::null) {
    issue("element-null", "error", std::string(expected) + " was expected; null says nothing and is not allowed here");
  } else {
    issue("element-type", "error", std::string(expected) + " was expected, found " + std::string(kind_name(found)));
  }
}

std::string_view DocumentReader::token_of(ondemand::value& json) {
  return trimmed_end(json.raw_json_token());
}

std::string_view DocumentReader::string_of(ondemand::value& json) {
  const std::string_view token = token_of(json);
  if (token.size() < 2) return {};
  const std::string_view inside = token.substr(1, token.size() - 2);
  if (std::memchr(inside.data(), '\\', inside.size()) != nullptr) return unescape_json(inside, arena_);
  return borrow(inside);
}

std::string_view DocumentReader::key_of(ondemand::field& field) {
  const char* const begin = field.key().raw();
  const char* end = begin;
  bool has_escapes = false;
  for (; *end != '"'; ++end) {
    if (*end == '\\') {
      has_escapes = true;
      ++end;
    }
  }
  const std::string_view key(begin, static_cast<std::size_t>(end - begin));
  return has_escapes ? unescape_json(key, arena_) : borrow(key);
}

/// Nearly always the first key. Leaves the object at its start.
std::string_view DocumentReader::resource_type_of(ondemand::object& object) {
  std::string_view type;
  ondemand::value value;
  if (object.find_field_unordered("resourceType").get(value) == simdjson::SUCCESS) {
    ondemand::json_type kind{};
    if (value.type().get(kind) == simdjson::SUCCESS && kind == ondemand::json_type::string) type = string_of(value);
  }
  bool is_full = false;
  failed(object.reset().get(is_full));
  return type;
}

Value DocumentReader::decode_number(std::string_view token, FhirPrimitive primitive) {
  Value value;
  if (primitive == FhirPrimitive::Decimal) {
    const std::optional<Decimal> decimal = parse_decimal(token);
    if (!decimal) {
      issue("number-range", "error", "the number " + quoted(token) + " is beyond what a decimal holds");
      return {};
    }
    value = decimal_value(*decimal, arena_);
  } else {
    std::int64_t number = 0;
    const auto [end, code] = std::from_chars(token.data(), token.data() + token.size(), number);
    if (code == std::errc() && end != token.data() + token.size()) {
      issue("number-form", "error", "a whole number was expected, found " + quoted(token));
      return {};
    }
    const bool fits = code == std::errc() && number >= INT32_MIN && number <= INT32_MAX;
    const std::int64_t least = primitive == FhirPrimitive::PositiveInt   ? 1
                               : primitive == FhirPrimitive::UnsignedInt ? 0
                                                                         : INT32_MIN;
    if (!fits || number < least) {
      issue("number-range", "error", "the number " + quoted(token) + " is out of the range of its type");
      return {};
    }
    value = Value::integer_number(static_cast<std::int32_t>(number));
  }
  value.origin = primitive;
  return value;
}

Value DocumentReader::decode_text(std::string_view text, FhirPrimitive primitive) {
  std::optional<Value> value;
  switch (primitive) {
    case FhirPrimitive::Date:
      value = parse_date(text);
      break;
    case FhirPrimitive::DateTime:
    case FhirPrimitive::Instant:
      value = parse_date_time(text);
      break;
    case FhirPrimitive::Time:
      value = parse_time(text);
      if (!value) issue("time-unreadable", "error", quoted(text) + " is not a time");
      break;
    case FhirPrimitive::Code:
      if (is_code(text)) value = Value::string(text);
      if (!value)
        issue("code-form", "error", quoted(text) + " is not a code: it is empty or has blanks that codes lack");
      break;
    case FhirPrimitive::Id:
      if (!is_id(text)) issue("code-form", "warning", quoted(text) + " does not have the form of an id");
      value = Value::string(text);
      break;
    case FhirPrimitive::None:
    case FhirPrimitive::Base64Binary:
    case FhirPrimitive::Boolean:
    case FhirPrimitive::Canonical:
    case FhirPrimitive::Decimal:
    case FhirPrimitive::Integer:
    case FhirPrimitive::Markdown:
    case FhirPrimitive::Oid:
    case FhirPrimitive::PositiveInt:
    case FhirPrimitive::String:
    case FhirPrimitive::UnsignedInt:
    case FhirPrimitive::Uri:
    case FhirPrimitive::Url:
    case FhirPrimitive::Uuid:
    case FhirPrimitive::Xhtml:
      if (!text.empty()) value = Value::string(text);
      if (!value) issue("text-empty", "error", "an empty text says nothing; the element should be left out");
      break;
  }
  if (!value) {
    const bool is_date =
        primitive == FhirPrimitive::Date || primitive == FhirPrimitive::DateTime || primitive == FhirPrimitive::Instant;
    if (is_date) {
      issue("date-unreadable", "error",
            quoted(text) + " is not a date" + (primitive == FhirPrimitive::Date ? "" : " with time") +
                " that FHIR can write, or not one of the calendar");
    }
    return {};
  }
  value->origin = primitive;
  return *value;
}

Value DocumentReader::decode_primitive(ondemand::value& json, FhirPrimitive primitive) {
  ondemand::json_type kind{};
  if (failed(json.type().get(kind))) return {};
  const bool is_number = primitive == FhirPrimitive::Decimal || primitive == FhirPrimitive::Integer ||
                         primitive == FhirPrimitive::PositiveInt || primitive == FhirPrimitive::UnsignedInt;
  const auto expected = is_number                             ? ondemand::json_type::number
                        : primitive == FhirPrimitive::Boolean ? ondemand::json_type::boolean
                                                              : ondemand::json_type::string;
  if (kind != expected) {
    wrong_kind(kind_name(expected), kind);
    return {};
  }
  if (kind == ondemand::json_type::string) return decode_text(string_of(json), primitive);
  const std::string_view token = token_of(json);
  if (is_number) return decode_number(token, primitive);
  Value value = Value::boolean(token == "true");
  value.origin = primitive;
  return value;
}

Value DocumentReader::instance(TypeId type, const Value* slots) {
  InstanceData* data = arena_.make<InstanceData>();
  data->type = type;
  data->slot_count = static_cast<std::uint32_t>(types_.class_info(type).elements.size());
  data->slots = slots;
  return Value::instance(data);
}

Value DocumentReader::decode_item(ondemand::value& json, TypeId type, std::size_t depth) {
  if (type == system_type::kString) return decode_primitive(json, FhirPrimitive::None);
  const ClassInfo& info = types_.class_info(type);
  if (info.primitive != FhirPrimitive::None) return decode_primitive(json, info.primitive);
  if (info.is_resource) return decode_inner_resource(json, depth);
  ondemand::json_type kind{};
  if (failed(json.type().get(kind))) return {};
  if (kind != ondemand::json_type::object) {
    wrong_kind("an object", kind);
    return {};
  }
  ondemand::object object;
  if (failed(json.get_object().get(object))) return {};
  Value* const slots = decode_fields(object, type, depth + 1);
  if (slots == nullptr) return {};
  if (type == fhir_type::kReference) {
    out_.references.push_back(&slots[slots_.reference]);
  } else if (types_.is_subtype(type, fhir_type::kQuantity)) {
    check_unit(slots);
  }
  return instance(type, slots);
}

Value DocumentReader::decode_element(ondemand::value& json, const JsonKey& key, std::size_t depth) {
  return key.is_list ? decode_list(json, key, depth) : decode_item(json, key.type, depth);
}

Value DocumentReader::decode_list(ondemand::value& json, const JsonKey& key, std::size_t depth) {
  ondemand::json_type kind{};
  if (failed(json.type().get(kind))) return {};
  if (kind != ondemand::json_type::array) {
    wrong_kind("a list", kind);
    return {};
  }
  if (too_deep(depth + 1)) return {};
  ondemand::array array;
  if (failed(json.get_array().get(array))) return {};
  const bool of_primitives = is_primitive(key.type);
  const std::size_t first = scratch_.size();
  for (simdjson::simdjson_result<ondemand::value> result : array) {
    ondemand::value item;
    if (failed(result.get(item))) break;
    const auto index = static_cast<std::uint32_t>(scratch_.size() - first);
    path_.back().index = index;
    ondemand::json_type item_kind{};
    if (failed(item.type().get(item_kind))) break;
    Value value;
    if (of_primitives && item_kind == ondemand::json_type::null) {
      null_items_.push_back({key.element, index});  // fine when the list of extensions has something there
    } else {
      value = decode_item(item, key.type, depth + 1);
    }
    if (error_) break;
    scratch_.push_back(value);
  }
  path_.back().index = kNoIndex;
  const std::span<Value> items = arena_.copy(std::span<const Value>(scratch_).subspan(first));
  scratch_.resize(first);
  return items.empty() ? Value() : Value::list(items);
}

/// The class of a primitive stands for its id and extensions.
Value DocumentReader::decode_extra(ondemand::value& json, TypeId type, std::size_t depth) {
  ondemand::object object;
  if (failed(json.get_object().get(object))) return {};
  Value* const slots = decode_fields(object, type, depth + 1);
  return slots == nullptr ? Value() : instance(type, slots);
}

/// "_birthDate": an object; of a list, a list of objects and nulls.
void DocumentReader::read_extra(ondemand::value& json, const JsonKey& key, std::size_t depth) {
  ondemand::json_type kind{};
  if (failed(json.type().get(kind))) return;
  if (kind != (key.is_list ? ondemand::json_type::array : ondemand::json_type::object)) {
    wrong_kind(key.is_list ? "a list" : "an object", kind);
    return;
  }
  if (!key.is_list) {
    const Value extra = decode_extra(json, key.type, depth);
    extras_.push_back({&key, extra});
    return;
  }
  if (too_deep(depth + 1)) return;
  ondemand::array array;
  if (failed(json.get_array().get(array))) return;
  const std::size_t first = scratch_.size();
  for (simdjson::simdjson_result<ondemand::value> result : array) {
    ondemand::value item;
    if (failed(result.get(item))) break;
    path_.back().index = static_cast<std::uint32_t>(scratch_.size() - first);
    ondemand::json_type item_kind{};
    if (failed(item.type().get(item_kind))) break;
    Value extra;
    if (item_kind == ondemand::json_type::object) {
      extra = decode_extra(item, key.type, depth + 1);
    } else if (item_kind != ondemand::json_type::null) {
      wrong_kind("an object or null", item_kind);
    }
    if (error_) break;
    scratch_.push_back(extra);
  }
  path_.back().index = kNoIndex;
  const std::span<Value> items = arena_.copy(std::span<const Value>(scratch_).subspan(first));
  scratch_.resize(first);
  extras_.push_back({&key, Value::list(items)});
}

/// The slots of one object, or nullptr after an error.
Value* DocumentReader::decode_fields(ondemand::object& object, TypeId type, std::size_t depth) {
  if (too_deep(depth)) return nullptr;
  const ClassInfo& info = types_.class_info(type);
  Value* const slots = arena_.make_array<Value>(info.elements.size()).data();
  const std::size_t first_extra = extras_.size();
  const std::size_t first_null = null_items_.size();
  for (simdjson::simdjson_result<ondemand::field> result : object) {
    ondemand::field field;
    if (failed(std::move(result).get(field))) break;
    const std::string_view key = key_of(field);
    if (info.is_resource && key == "resourceType") continue;
    const bool is_extra = key.starts_with('_');
    const JsonKey* found = types_.find_key(type, is_extra ? key.substr(1) : key);
    // System strings (Element.id, the value of a primitive's class) have no extensions, and the latter no key.
    if (found != nullptr && found->type.value < system_type::kCount && (is_extra || found->key == "value")) {
      found = nullptr;
    }
    if (found != nullptr && is_extra && !is_primitive(found->type)) found = nullptr;
    path_.push_back({key, kNoIndex});
    if (found == nullptr) {
      const std::string_view version = version_of_element(info.name, key);
      if (!version.empty()) {
        out_.version.add(version,
                         std::string(info.name) + "." + std::string(key) + " is an element of " + std::string(version),
                         false);
      }
      issue("element-unknown", "warning",
            std::string(info.name) + " has no element " + quoted(key) + " in FHIR R4" +
                (version.empty() ? "" : "; " + std::string(version) + " has it"));
    } else if (is_extra) {
      read_extra(field.value(), *found, depth);
    } else if (const Value value = decode_element(field.value(), *found, depth); !value.is_null()) {
      if (slots[found->element].is_null()) {
        slots[found->element] = value;
      } else {
        issue("element-twice", "error", "the element has a value already; the first one is kept");
      }
    }
    path_.pop_back();
    if (error_) break;
  }
  if (error_) return nullptr;
  add_extras(type, slots, first_extra, first_null);
  return slots;
}

Value DocumentReader::with_extra(const Value& value, const Value& extra) {
  if (extra.kind != Kind::Instance) return value;
  const InstanceData& parts = extra.as_instance();
  const std::span<Value> slots = arena_.copy(std::span<const Value>(parts.slots, parts.slot_count));
  slots[slots_.primitive_value] = value;
  return instance(parts.type, slots.data());
}

void DocumentReader::add_extras(TypeId type, Value* slots, std::size_t first_extra, std::size_t first_null) {
  for (std::size_t i = first_extra; i < extras_.size(); ++i) {
    const Extra& extra = extras_[i];
    Value& slot = slots[extra.key->element];
    if (extra.value.is_null()) continue;
    if (!extra.key->is_list) {
      // In a choice, the value may be of another type than the one that the extensions are meant for.
      if (slot.is_null() ||
          (slot.kind != Kind::Instance && slot.origin == types_.class_info(extra.key->type).primitive)) {
        slot = with_extra(slot, extra.value);
      } else {
        path_.push_back({extra.key->key, kNoIndex});
        issue("element-twice", "error", "the extensions belong to another value than the one kept; they are left out");
        path_.pop_back();
      }
      continue;
    }
    const std::span<const Value> values = slot.kind == Kind::List ? slot.as_list() : std::span<const Value>();
    const std::span<const Value> extras = extra.value.as_list();
    const std::span<Value> items = arena_.make_array<Value>(std::max(values.size(), extras.size()));
    for (std::size_t k = 0; k < items.size(); ++k) {
      items[k] = with_extra(k < values.size() ? values[k] : Value(), k < extras.size() ? extras[k] : Value());
    }
    if (!items.empty()) slot = Value::list(items);
  }
  extras_.resize(first_extra);
  for (std::size_t i = first_null; i < null_items_.size(); ++i) {
    const NullItem item = null_items_[i];
    const Value& list = slots[item.element];
    if (list.kind != Kind::List || item.index >= list.as_list().size()) continue;
    if (!list.as_list()[item.index].is_null()) continue;
    path_.push_back({types_.class_info(type).elements[item.element].name, item.index});
    issue("element-null", "error", "null is allowed in a list only where an extension says why");
    path_.pop_back();
  }
  null_items_.resize(first_null);
}

/// A unit that UCUM does not know is reported once per record: a record has many quantities and few units.
void DocumentReader::check_unit(const Value* slots) {
  if (slots[slots_.quantity_value].is_null()) return;
  const std::string_view system = primitive_text(slots[slots_.quantity_system], types_, slots_);
  if (!system.empty() && system != "http://unitsofmeasure.org") return;
  std::string_view unit = primitive_text(slots[slots_.quantity_code], types_, slots_);
  const bool from_code = !unit.empty();
  if (!from_code) unit = primitive_text(slots[slots_.quantity_unit], types_, slots_);
  if (unit.empty()) return;
  const UnitId id = units_.intern(unit);
  if (units_.unit_class(id) != UnitClass::Unknown || !reported_units_.insert(id.value).second) return;
  path_.push_back({from_code ? "code" : "unit", kNoIndex});
  issue("unit-unknown", "warning",
        "UCUM has no unit " + quoted(unit) + "; such quantities compare only with the same unit");
  path_.pop_back();
}

Value DocumentReader::decode_resource(ondemand::object& object, const char* begin, TypeId type, std::size_t depth) {
  Value* const slots = decode_fields(object, type, depth);
  if (slots == nullptr) return {};
  const std::optional<std::uint32_t> modifier = types_.element_index(type, "modifierExtension");
  if (modifier && !slots[*modifier].is_null()) {
    path_.push_back({"modifierExtension", kNoIndex});
    issue("element-modifier", "warning", "an extension that changes the meaning of this resource is not understood");
    path_.pop_back();
  }
  // The object is read, so what comes next begins behind it: its end is the last brace before.
  const char* end = document_end_;
  const char* next = nullptr;
  if (document_->current_location().get(next) == simdjson::SUCCESS && next < document_end_) end = next;
  while (end > begin && end[-1] != '}') --end;
  ResourceOrigin* origin = arena_.make<ResourceOrigin>();
  origin->type = type;
  origin->type_name = types_.class_info(type).json_type;
  origin->id = primitive_text(slots[slots_.id], types_, slots_);
  origin->json = borrow({begin, static_cast<std::size_t>(end - begin)});
  InstanceData* data = arena_.make<InstanceData>();
  data->type = type;
  data->slot_count = static_cast<std::uint32_t>(types_.class_info(type).elements.size());
  data->slots = slots;
  data->resource = origin;
  return Value::instance(data);
}

/// Contained ones, and those in Parameters: values of their element, not resources of the record.
Value DocumentReader::decode_inner_resource(ondemand::value& json, std::size_t depth) {
  ondemand::json_type kind{};
  if (failed(json.type().get(kind))) return {};
  if (kind != ondemand::json_type::object) {
    wrong_kind("a resource", kind);
    return {};
  }
  const char* const begin = token_of(json).data();
  ondemand::object object;
  if (failed(json.get_object().get(object))) return {};
  const std::string_view name = resource_type_of(object);
  const std::optional<TypeId> type = types_.resource_by_json_type(name);
  if (!type) {
    issue("resource-type", "error",
          name.empty() ? "a resource without resourceType" : quoted(name) + " is no resource type of FHIR R4");
    return {};
  }
  return error_ ? Value() : decode_resource(object, begin, *type, depth + 1);
}

void DocumentReader::add_resource(ondemand::object& object, const char* begin, TypeId type, std::size_t number,
                                  std::size_t depth) {
  std::vector<Step> outer;
  outer.swap(path_);  // issues of a resource are named from the resource on
  in_resource_ = true;
  const Value value = decode_resource(object, begin, type, depth);
  in_resource_ = false;
  outer.swap(path_);
  if (value.is_null()) return;
  DecodedResource resource;
  resource.value = value;
  // Both are this reader's own and still private to it; they become read-only with the record.
  resource.slots = const_cast<Value*>(value.as_instance().slots);
  resource.origin = const_cast<ResourceOrigin*>(value.as_instance().resource);
  resource.entry = number;
  out_.resources.push_back(resource);
}

void DocumentReader::read_bundle(ondemand::object& bundle, std::size_t depth) {
  if (too_deep(depth)) return;
  for (simdjson::simdjson_result<ondemand::field> result : bundle) {
    ondemand::field field;
    if (failed(std::move(result).get(field))) return;
    if (key_of(field) != "entry") continue;
    path_.push_back({"entry", kNoIndex});
    ondemand::value& json = field.value();
    ondemand::json_type kind{};
    if (failed(json.type().get(kind))) return;
    if (kind != ondemand::json_type::array) {
      wrong_kind("a list", kind);
      path_.pop_back();
      continue;
    }
    ondemand::array entries;
    if (failed(json.get_array().get(entries))) return;
    std::size_t number = 0;
    for (simdjson::simdjson_result<ondemand::value> entry_result : entries) {
      ondemand::value entry_json;
      if (failed(entry_result.get(entry_json))) return;
      path_.back().index = static_cast<std::uint32_t>(number++);
      if (failed(entry_json.type().get(kind))) return;
      if (kind != ondemand::json_type::object) {
        wrong_kind("an object", kind);
        continue;
      }
      ondemand::object entry;
      if (failed(entry_json.get_object().get(entry))) return;
      read_entry(entry, number, depth + 2);
      if (error_) return;
    }
    path_.pop_back();
  }
}

void DocumentReader::read_entry(ondemand::object& entry, std::size_t number, std::size_t depth) {
  const std::size_t first = out_.resources.size();
  std::string_view full_url;
  bool has_resource = false;
  bool has_content = false;
  for (simdjson::simdjson_result<ondemand::field> result : entry) {
    ondemand::field field;
    if (failed(std::move(result).get(field))) return;
    const std::string_view key = key_of(field);
    ondemand::json_type kind{};
    if (failed(field.value().type().get(kind))) return;
    path_.push_back({key, kNoIndex});
    if (key == "fullUrl") {
      if (kind == ondemand::json_type::string) {
        full_url = string_of(field.value());
      } else {
        wrong_kind("a string", kind);
      }
    } else if (key == "resource") {
      has_resource = true;
      if (kind == ondemand::json_type::object) {
        read_entry_resource(field.value(), number, depth + 1);
      } else {
        wrong_kind("a resource", kind);
      }
    } else if (key == "content") {
      has_content = true;
    }
    path_.pop_back();
    if (error_) return;
  }
  if (has_content && !has_resource) {
    out_.version.add("DSTU1", "Bundle.entry.content is an element of DSTU1", false);
  }
  // A Bundle inside the entry has named its own resources.
  if (out_.resources.size() == first + 1 && out_.resources[first].full_url.empty()) {
    out_.resources[first].full_url = full_url;
  }
}

void DocumentReader::read_entry_resource(ondemand::value& json, std::size_t number, std::size_t depth) {
  const char* const begin = token_of(json).data();
  ondemand::object object;
  if (failed(json.get_object().get(object))) return;
  const std::string_view name = resource_type_of(object);
  if (error_) return;
  if (const std::optional<TypeId> type = types_.resource_by_json_type(name)) {
    if (*type == fhir_type::kBundle) {
      read_bundle(object, depth);
    } else {
      add_resource(object, begin, *type, number, depth);
    }
    return;
  }
  if (name.empty()) {
    ++out_.untyped;
    issue("resource-type", "error", "the resource has no resourceType; it is left out");
    return;
  }
  const std::string_view version = version_of_resource_type(name);
  if (!version.empty()) {
    out_.version.add(
        version, "Bundle" + path() + ": " + std::string(name) + " is a resource type of " + std::string(version), true);
  }
  issue("resource-type", "error", quoted(name) + " is no resource type of FHIR R4; it is left out");
}

void DocumentReader::read_root(ondemand::object& object, const std::string& where) {
  const char* begin = document_end_;
  std::string_view token;
  if (failed(document_->raw_json_token().get(token))) return;
  begin = token.data();
  const std::string_view name = resource_type_of(object);
  if (error_) return;
  if (const std::optional<TypeId> type = types_.resource_by_json_type(name)) {
    if (*type == fhir_type::kBundle) {
      read_bundle(object, 1);
    } else {
      add_resource(object, begin, *type, 0, 1);
    }
    return;
  }
  if (!name.empty()) {
    const std::string_view version = version_of_resource_type(name);
    fail(ErrorKind::Format,
         version.empty() ? where + " is JSON but not FHIR R4: " + quoted(name) + " is no resource type of it"
                         : where + " looks like FHIR " + std::string(version) + ", and only R4 (4.0.1) is read: " +
                               std::string(name) + " is a resource type of " + std::string(version));
    return;
  }
  std::string keys;
  std::size_t count = 0;
  for (simdjson::simdjson_result<ondemand::field> result : object) {
    ondemand::field field;
    if (failed(std::move(result).get(field))) return;
    if (++count > 5) {
      keys += ", ...";
      break;
    }
    keys += (count > 1 ? ", " : "") + quoted(key_of(field));
  }
  fail(ErrorKind::Format, where + " is JSON but not FHIR: it has no resourceType, found an object " +
                              (count == 0 ? "without keys" : "with the keys " + keys));
}

std::optional<Error> DocumentReader::read(std::size_t begin, std::size_t end, const std::string& where,
                                          ondemand::parser& parser) {
  const std::size_t room = padded_.size() + simdjson::SIMDJSON_PADDING - begin;
  ondemand::document document;
  if (failed(parser.iterate(padded_.data() + begin, end - begin, room).get(document))) return std::move(error_);
  document_ = &document;
  document_end_ = padded_.data() + end;
  ondemand::json_type kind{};
  if (failed(document.type().get(kind))) return std::move(error_);
  if (kind != ondemand::json_type::object) {
    fail(ErrorKind::Format,
         where + " is JSON but not FHIR: a resource was expected, found " + std::string(kind_name(kind)));
    return std::move(error_);
  }
  ondemand::object object;
  if (!failed(document.get_object().get(object))) read_root(object, where);
  path_.clear();
  return std::move(error_);
}

Error not_json(const JsonTrouble& trouble, std::string_view text) {
  const std::string place = describe(trouble, text);
  switch (trouble.kind) {
    case JsonTrouble::Kind::Empty:
      return {ErrorKind::Format, "the record is empty; FHIR R4 as JSON was expected"};
    case JsonTrouble::Kind::Truncated:
      return {ErrorKind::Format, "the record is cut off: " + place};
    case JsonTrouble::Kind::Encoding:
      return {ErrorKind::Format, "the record is not valid UTF-8: " + place};
    case JsonTrouble::Kind::Depth:
      return {ErrorKind::Limit, "the record is nested too deeply: " + place};
    case JsonTrouble::Kind::Syntax:
    case JsonTrouble::Kind::Trailing:
      break;
  }
  return {ErrorKind::Format, "the record is not JSON: " + place};
}

struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// The values of NDJSON, each on lines of its own; an error when one of them is broken or two share a line.
Result<std::vector<Range>> split_lines(std::string_view text, std::size_t maximum_depth) {
  std::vector<Range> ranges;
  std::size_t at = text.find_first_not_of(kBlanks);
  while (at != std::string_view::npos) {
    JsonScanner scanner(text, at, maximum_depth);
    JsonScanner::Event event = scanner.next();
    std::size_t end = scanner.offset();
    while (event != JsonScanner::Event::End && event != JsonScanner::Event::Trouble) {
      end = scanner.offset();
      event = scanner.next();
    }
    if (event == JsonScanner::Event::Trouble) return not_json(scanner.trouble(), text);
    ranges.push_back({at, end});
    at = text.find_first_not_of(kBlanks, end);
    if (at != std::string_view::npos && text.substr(end, at - end).find('\n') == std::string_view::npos) {
      return not_json({JsonTrouble::Kind::Trailing, at, "more text follows although the JSON value is complete"}, text);
    }
  }
  return ranges;
}

}  // namespace

struct RecordDecoder::State {
  explicit State(const Types& model) : types(model), slots(model) {}

  const Types& types;
  ModelSlots slots;
  ondemand::parser parser;
  simdjson::dom::parser validator;
  PaddedBuffer buffer;
};

RecordDecoder::RecordDecoder(const Types& types, const Terminology& /*for filters by code while decoding*/)
    : state_(std::make_unique<State>(types)) {}

RecordDecoder::~RecordDecoder() = default;

Result<Record> RecordDecoder::decode(std::string_view input, const RecordOptions& options, Arena& arena,
                                     UnitTable& units) {
  if (input.size() > options.maximum_bytes) {
    return Error{ErrorKind::Limit, "the record has " + std::to_string(input.size()) + " bytes; the limit is " +
                                       std::to_string(options.maximum_bytes)};
  }
  input.remove_prefix(byte_order_mark(input));
  const std::size_t maximum_depth = std::min(options.maximum_depth, kDepthCeiling);
  const std::string_view padded = state_->buffer.assign(input);

  // Strict: the whole text is validated first, as on-demand reading does not look at what it skips.
  std::vector<Range> documents{{0, input.size()}};
  simdjson::error_code code = state_->validator.allocate(padded.size(), maximum_depth + 1);
  if (code == simdjson::SUCCESS) {
    code = state_->validator.parse(padded.data(), padded.size(), false).error();
  }
  if (code == simdjson::MEMALLOC || code == simdjson::CAPACITY) {
    return Error{ErrorKind::Limit,
                 "there is not enough memory for a record of " + std::to_string(input.size()) + " bytes"};
  }
  if (code != simdjson::SUCCESS) {
    // Without trouble of its own, simdjson has refused a number that it cannot hold, and we can.
    if (const std::optional<JsonTrouble> trouble = find_json_trouble(input, 0, maximum_depth)) {
      if (trouble->kind != JsonTrouble::Kind::Trailing) return not_json(*trouble, input);
      Result<std::vector<Range>> lines = split_lines(input, maximum_depth);
      if (!lines) return std::move(lines).error();
      documents = std::move(*lines);
    }
  }
  if (state_->parser.allocate(std::max<std::size_t>(padded.size(), 32), maximum_depth + 8) != simdjson::SUCCESS) {
    return Error{ErrorKind::Limit,
                 "there is not enough memory for a record of " + std::to_string(input.size()) + " bytes"};
  }
  DecodedRecord decoded;
  DocumentReader reader(state_->types, state_->slots, maximum_depth, arena, units, decoded);
  reader.set_input(input, padded);
  for (const Range& document : documents) {
    const std::string where =
        documents.size() == 1 ? "the record"
                              : "line " + std::to_string(position_at(input, document.begin).line) + " of the record";
    if (std::optional<Error> error = reader.read(document.begin, document.end, where, state_->parser)) {
      return std::move(*error);
    }
  }
  return assemble_record(decoded, options, state_->types, state_->slots, arena);
}

}  // namespace calx
