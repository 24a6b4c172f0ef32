// Bytes -> model. Whatever the bytes are: no crash, no undefined behaviour, a mistake is reported or the model can be
// walked, and every type that it names can be named, founded and compared.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "model/model_info.h"

namespace {

using namespace calx;

void walk(const Model& model, Types& types) {
  for (const auto& [name, type] : model.types) {
    if (name.empty() || types.name(type).empty()) std::abort();
    const TypeId foundation = types.foundation(type);
    if (types.foundation(foundation) != foundation) std::abort();
    if (!types.is_subtype(type, system_type::kAny)) std::abort();
  }
  for (const ModelClass& one : model.classes) {
    if (types.kind(one.foundation) != TypeKind::Class || types.model_class(one.foundation) != nullptr) std::abort();
    if (one.infos.size() != one.elements.size()) std::abort();
    for (const ModelElement& element : one.elements) {
      if (element.name.empty() || types.name(types.foundation(element.type)).empty()) std::abort();
    }
  }
  for (const ModelContext& context : model.contexts) {
    if (types.kind(context.type) != TypeKind::Class) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::string trouble;
  if (!parse_mapping(text, trouble) && trouble.empty()) std::abort();
  SourceSet sources;
  Types types;
  Diagnostics diagnostics;
  const bool is_loaded = load_model_info(sources.add("fuzz.xml", text), types, diagnostics);
  if (is_loaded == diagnostics.has_errors()) std::abort();
  if (is_loaded) {
    for (const std::shared_ptr<const Model>& model : types.models()) walk(*model, types);
  }
  return 0;
}
