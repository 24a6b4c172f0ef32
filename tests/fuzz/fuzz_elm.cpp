#include <cstddef>
#include <cstdint>
#include <string>

#include "elm/elm.h"
#include "plan/plan.h"

// Any bytes as ELM JSON: read, checked, and what is valid written and read again, which must be valid too.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace calx;
  LinkedProgram program;
  Diagnostics diagnostics;
  program.terminology.finish(diagnostics);
  const LibraryFinder find = [](std::string_view, std::string_view) -> const TypedLibrary* { return nullptr; };
  const CheckContext context{program.types, program.terminology, program.units, program.arena, diagnostics};
  const SourceText& source = program.sources.add("fuzz.json", std::string(reinterpret_cast<const char*>(data), size));
  const TypedLibrary library = read_elm(source, find, context);
  if (diagnostics.has_errors()) return 0;
  const SourceText& again =
      program.sources.add("again.json", write_elm(library, {find, program.types, program.units, nullptr}));
  read_elm(again, find, context);
  if (diagnostics.has_errors()) __builtin_trap();
  return 0;
}
