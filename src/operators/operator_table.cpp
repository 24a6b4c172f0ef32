#include "operators/operator_table.h"

#include <algorithm>
#include <array>

#include "operators/functions.h"

namespace calx {

namespace {

constexpr OperatorRow kRows[] = {
#define CALX_OPERATOR(id, name, elm, signature, null_rule, can_fail, cost, section, function) \
  {name, elm, signature, NullRule::null_rule, can_fail, CostClass::cost, section, &function},
#include "operators/operators.def"
#undef CALX_OPERATOR
};

constexpr std::size_t kCount = std::size(kRows);

// Rows by name, and within a name in the order of the table.
std::array<OperatorId, kCount> make_index() {
  std::array<OperatorId, kCount> index{};
  for (std::size_t i = 0; i < kCount; ++i) index[i] = static_cast<OperatorId>(i);
  std::stable_sort(index.begin(), index.end(),
                   [](OperatorId a, OperatorId b) { return operator_row(a).name < operator_row(b).name; });
  return index;
}

}  // namespace

std::span<const OperatorRow> operator_rows() {
  return kRows;
}

const OperatorRow& operator_row(OperatorId id) {
  return kRows[static_cast<std::size_t>(id)];
}

std::span<const OperatorId> overloads(std::string_view name) {
  static const std::array<OperatorId, kCount> index = make_index();
  const auto first =
      std::partition_point(index.begin(), index.end(), [&](OperatorId id) { return operator_row(id).name < name; });
  const auto last = std::find_if(first, index.end(), [&](OperatorId id) { return operator_row(id).name != name; });
  return {first, last};
}

}  // namespace calx
