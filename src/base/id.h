#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace calx {

/// A number that names one thing of one kind; different tags do not mix.
template <class Tag>
struct Id {
  std::uint32_t value = 0;

  friend constexpr bool operator==(Id, Id) = default;
  friend constexpr auto operator<=>(Id, Id) = default;
};

using TypeId = Id<struct TypeTag>;          ///< a type of model/types.h
using NodeId = Id<struct NodeTag>;          ///< a node of a plan
using DefineId = Id<struct DefineTag>;      ///< a named expression of a plan
using FunctionId = Id<struct FunctionTag>;  ///< a function of a plan
using CodeId = Id<struct CodeTag>;          ///< a code the program mentions; 0 = none
using ValueSetId = Id<struct ValueSetTag>;  ///< an expanded value set or code system; 0 = none
using UnitId = Id<struct UnitTag>;          ///< a unit as written, in a UnitTable; 0 = the unity '1'
using SourceId = Id<struct SourceTag>;      ///< a source text of diagnostics

}  // namespace calx

template <class Tag>
struct std::hash<calx::Id<Tag>> {
  std::size_t operator()(calx::Id<Tag> id) const noexcept { return std::hash<std::uint32_t>{}(id.value); }
};
