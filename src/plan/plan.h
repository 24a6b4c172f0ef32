#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "diagnostics/source_text.h"
#include "model/types.h"
#include "plan/typed_library.h"
#include "terminology/terminology.h"
#include "units/unit_table.h"

namespace calx {

struct PlanLibrary {
  std::string_view name;
  std::string_view version;
  SourceId source;
  std::uint32_t first_define = 0;
  std::uint32_t define_count = 0;
};

/// All libraries of one guideline as dense nodes; references are plain numbers into defines, functions, parameters.
struct Plan {
  NodeStore store;
  std::vector<PlanLibrary> libraries;
  std::vector<Define> defines;
  std::vector<Function> functions;
  std::vector<Parameter> parameters;

  std::optional<std::uint32_t> find_library(std::string_view name) const;
  std::optional<DefineId> find_define(std::uint32_t library, std::string_view name) const;
};

/// Libraries in an order in which each comes after those it includes.
Plan link(const std::vector<TypedLibrary>& libraries);

/// The stable text form of a plan: one define after another, an indented node a line.
std::string print_plan(const Plan& plan, const Types& types, const UnitTable& units);

/// What a guideline or set of libraries became: immutable, shared by threads. It owns everything its values and names
/// point to.
struct LinkedProgram {
  SourceSet sources;
  Arena arena;
  Types types;
  Terminology terminology;
  UnitTable units;
  Plan plan;
};

}  // namespace calx
