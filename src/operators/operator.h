#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/arena.h"
#include "model/types.h"
#include "terminology/terminology.h"
#include "units/unit_table.h"
#include "values/comparison.h"
#include "values/value.h"

namespace calx {

/// What an operator may use besides its operands. One per worker and request; lives for one evaluation.
struct OperatorContext {
  Arena& arena;
  UnitTable& units;
  const Types& types;
  const Terminology& terminology;
  Value now;                                        // DateTime with its offset: the request's instant
  std::int32_t offset_minutes = 0;                  // of `now`; stands in for a missing offset
  std::size_t maximum_list = 1'000'000;             // elements that expand and similar may make
  std::size_t maximum_text = std::size_t{1} << 26;  // bytes of one text
  ComparisonBudget* budget = nullptr;               // of all comparisons together; null: no limit

  ComparisonContext comparison() const { return {units, offset_minutes, budget}; }
  bool is_spent() const { return budget != nullptr && budget->left == 0; }
  /// A failure with this message (copied to the arena); eval adds the place.
  Value fail(std::string_view message) const;
  Value list(std::span<const Value> elements) const;  // copies
  Value interval(const Value& low, const Value& high, bool low_closed, bool high_closed) const;
  Value string(std::string_view text) const;  // copies; a failure when it is longer than a text may be
};

/// What a strict operator does with null operands. Failed operands always win and never reach the function.
enum class NullRule : std::uint8_t {
  Propagates,  // any null operand -> null, the function is not called
  Own,         // the function sees nulls
};

/// How expensive one application is, for ordering: reads a word, compares, walks a list, builds.
enum class CostClass : std::uint8_t { Constant, Compare, Linear, Heavy };

/// What a node adds to its operands: the precision of timing operators, the kind of a component, a target type.
struct OperatorAttributes {
  Precision precision = Precision::None;
  TypeId type;          // result type where a function must know it (convert, minimum, list of nulls)
  TypeId operand_type;  // static type of the first operand
};

using OperatorFunction = Value (*)(const OperatorContext&, std::span<const Value> operands, const OperatorAttributes&);

/// One row of operators.def: one overload of one CQL operator.
struct OperatorRow {
  std::string_view name;       // CQL's name of the operator or system function: "Add", "Overlaps", "Length"
  std::string_view elm;        // ELM node
  std::string_view signature;  // "(Integer, Integer) Integer"; T, U type variables; List<T>, Interval<T>; T... variadic
  NullRule null_rule = NullRule::Propagates;
  bool can_fail = false;
  CostClass cost = CostClass::Constant;
  std::string_view section;  // of CQL 1.5.3, appendix B: "B.16.1"
  OperatorFunction evaluate = nullptr;
};

/// The closed set of overloads, in the order of operators.def.
enum class OperatorId : std::uint16_t {
#define CALX_OPERATOR(id, name, elm, signature, null_rule, can_fail, cost, section, function) id,
#include "operators/operators.def"
#undef CALX_OPERATOR
};

std::span<const OperatorRow> operator_rows();
const OperatorRow& operator_row(OperatorId id);

}  // namespace calx
