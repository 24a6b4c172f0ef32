#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "check/conversions.h"
#include "operators/operator.h"

namespace calx {

/// A chosen row of the operator table: what its type variables became.
struct OverloadChoice {
  OperatorId row{};
  std::vector<TypeId> operands;
  TypeId result;
  int cost = 0;
};

/// Chooses among the rows of one operator name by the types of the arguments.
class Overloads {
 public:
  Overloads(Conversions& conversions, Types& types);
  ~Overloads();

  /// Nothing when no row fits. Of equally cheap rows the first in the table wins, so `null + null` has one meaning.
  std::optional<OverloadChoice> choose(std::string_view name, std::span<const TypeId> arguments);
  /// Whether the table has the name at all.
  bool has(std::string_view name) const;
  /// "(Integer, Integer), (Decimal, Decimal), ..." for a diagnostic.
  std::string signatures(std::string_view name) const;

 private:
  struct Pattern;
  struct Signature;
  struct Signatures;
  struct Cache;

  static const Signature& signature_of(OperatorId id);
  std::optional<OverloadChoice> fit(OperatorId id, std::span<const TypeId> arguments);

  Conversions& conversions_;
  Types& types_;
  std::unique_ptr<Cache> cache_;
};

}  // namespace calx
