// Bytes -> record. Whatever the bytes are: no crash, no undefined behaviour, and what comes out can be walked and
// converted. A text that our scanner calls JSON must not be refused for its syntax, and the reverse.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "formats/json.h"
#include "formats/json_scanner.h"
#include "record/conversions.h"
#include "record/record.h"

namespace {

using namespace calx;

/// Touches every text and number, so that a pointer gone wrong shows.
std::size_t walk(const Value& value, const ConversionContext& context) {
  std::size_t sum = static_cast<std::size_t>(value.kind);
  if (value.kind == Kind::String) {
    for (const char c : value.as_string()) sum += static_cast<unsigned char>(c);
  } else if (value.kind == Kind::List) {
    for (const Value& item : value.as_list()) sum += walk(item, context);
  } else if (value.kind == Kind::Instance) {
    const InstanceData& instance = value.as_instance();
    if (instance.slot_count != context.types.class_info(instance.type).elements.size()) std::abort();
    for (std::uint32_t i = 0; i < instance.slot_count; ++i) sum += walk(instance.slots[i], context);
    if (instance.resource != nullptr) {
      const std::string_view json = instance.resource->json;
      if (json.empty() || json.front() != '{' || json.back() != '}') std::abort();
    }
    if (const std::optional<TypeId> target = context.types.system_conversion(instance.type)) {
      sum += static_cast<std::size_t>(to_system(value, *target, context).kind);
    }
  }
  return sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Types types;
  static const Terminology terminology;
  static RecordDecoder decoder(types, terminology);
  static Arena arena;
  arena.reset();
  UnitTable units;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  RecordOptions options;
  options.patient_required = false;
  const Result<Record> record = decoder.decode(text, options, arena, units);
  const bool is_json = !find_json_trouble(text, byte_order_mark(text), options.maximum_depth).has_value();
  if (!record) {
    const std::string& message = record.error().message;
    if (message.empty() || (is_json && message.starts_with("the record is not JSON"))) std::abort();
    if (message.starts_with("the record cannot be read")) std::abort();
    return 0;
  }
  const ConversionContext context{arena, units, types, terminology};
  std::size_t sum = record->issues().size();
  for (std::uint32_t id = system_type::kCount; types.kind(TypeId{id}) == TypeKind::Class; ++id) {
    for (const Value& value : record->resources(TypeId{id})) sum += walk(value, context);
  }
  return sum == 0xFFFFFFFFU ? 1 : 0;  // so that the walk is not left out
}
