#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "operators/operator.h"

namespace calx {

/// Values of which no two are surely equal, in the order of their arrival; two nulls are one. Long lists of texts,
/// codes and resources are searched by a hash that equal values share, others one by one.
class DistinctElements {
 public:
  explicit DistinctElements(const OperatorContext& context) : context_(context), comparison_(context.comparison()) {}
  DistinctElements(const OperatorContext& context, std::span<const Value> elements) : DistinctElements(context) {
    for (const Value& element : elements) add(element);
  }

  void add(const Value& value);
  bool contains(const Value& value) const;
  std::span<const Value> values() const { return values_; }

 private:
  bool is_same(const Value& a, const Value& b) const;

  std::uint64_t hash_of(const Value& value) const;

  const OperatorContext& context_;
  ComparisonContext comparison_;
  std::vector<Value> values_;
  bool has_quantity_ = false;
  std::unordered_multimap<std::uint64_t, std::uint32_t> by_hash_;  // empty while there are few
};

}  // namespace calx
