#pragma once

#include <optional>
#include <span>

#include "check/node_builder.h"
#include "model/types.h"

namespace calx {

/// Implicit conversions of CQL 1.5.3 (Author's Guide, "Implicit Conversions"; FHIR by the model's own): what they cost,
/// and the nodes that do them. Lower cost wins an overload; the numbers order the specification's precedence.
class Conversions {
 public:
  static constexpr int kNone = -1;
  static constexpr int kExact = 0;
  static constexpr int kSubtype = 1;
  static constexpr int kFromNull = 2;
  static constexpr int kChoice = 3;
  static constexpr int kSimple = 4;   // Integer to Decimal, FHIR primitive to System
  static constexpr int kComplex = 5;  // FHIR.Quantity to Quantity, Code to Concept

  explicit Conversions(NodeBuilder& builder) : builder_(builder), types_(builder.types()) {}

  /// kNone when there is no implicit conversion.
  int cost(TypeId from, TypeId to) const;
  /// The specification's type precedence, for choosing among overloads that convert equally: simple types first, then
  /// tuples, classes, intervals, lists, choices.
  int category(TypeId type) const;
  /// The node as `to`; the conversion must exist.
  Typed convert(Typed expression, TypeId to);

  /// The one type of several branches or elements: the type all convert to, or else a choice of them.
  TypeId common_type(std::span<const TypeId> types) const;
  /// The same of expressions: an empty list without a type says nothing, and becomes what the others are.
  TypeId common_type_of(std::span<const Typed> expressions) const;

  /// System types that a type reaches by implicit conversion, itself first: candidates for a type variable.
  void add_candidates(TypeId type, std::vector<TypeId>& candidates) const;

 private:
  static constexpr int kIntervalPromotion = 12;
  static constexpr int kListDemotion = 14;
  static constexpr int kIntervalDemotion = 16;
  static constexpr int kListPromotion = 18;

  int plain_cost(TypeId from, TypeId to) const;
  int promotion_cost(TypeId from, TypeId to) const;
  Typed promote(Typed expression, TypeId to);
  int simple_cost(TypeId from, TypeId to) const;
  bool is_untyped_empty_list(Typed expression) const;

  NodeBuilder& builder_;
  Types& types_;
};

}  // namespace calx
