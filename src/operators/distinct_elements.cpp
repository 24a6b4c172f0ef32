#include "operators/distinct_elements.h"

#include <algorithm>
#include <functional>
#include <string_view>

namespace calx {

namespace {

constexpr std::size_t kFew = 16;

std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
  std::uint64_t hash = (a ^ (b + 0x9E3779B97F4A7C15ULL)) * 0xBF58476D1CE4E5B9ULL;
  return hash ^ (hash >> 29);
}

// Equal values have equal hashes. Kinds that may equal another kind (numbers, counts and quantities; dates and
// date-times, at any offset) share one.
std::uint64_t hash_of(const Value& value) {
  const auto kind = static_cast<std::uint64_t>(value.kind);
  switch (value.kind) {
    case Kind::Boolean:
      return mixed(kind, static_cast<std::uint64_t>(value.integer));
    case Kind::String:
      return mixed(kind, std::hash<std::string_view>{}(value.as_string()));
    case Kind::Code:
      return mixed(kind, std::hash<std::string_view>{}(value.as_code().code));
    case Kind::Instance: {
      // The first element of a resource is its id.
      const InstanceData& data = value.as_instance();
      return mixed(mixed(kind, data.type.value), data.slot_count == 0 ? 0 : hash_of(data.slots[0]));
    }
    case Kind::List:
      return mixed(kind, value.extent);
    case Kind::Null:
    case Kind::Failed:
    case Kind::Ratio:
    case Kind::Interval:
    case Kind::Concept:
    case Kind::Vocabulary:
    case Kind::Tuple:
      return kind;
    case Kind::Integer:
    case Kind::Long:
    case Kind::Decimal:
    case Kind::Quantity:
    case Kind::IntegerRange:
    case Kind::Date:
    case Kind::DateTime:
    case Kind::Time:
      return static_cast<std::uint64_t>(Kind::Decimal);
  }
  return 0;
}

}  // namespace

bool DistinctElements::is_same(const Value& a, const Value& b) const {
  if (a.is_null() || b.is_null()) return a.is_null() && b.is_null();
  return equal(a, b, comparison_).is_true;
}

bool DistinctElements::contains(const Value& value) const {
  if (by_hash_.empty()) {
    return std::any_of(values_.begin(), values_.end(), [&](const Value& other) { return is_same(other, value); });
  }
  const auto [first, last] = by_hash_.equal_range(hash_of(value));
  return std::any_of(first, last, [&](const auto& entry) { return is_same(values_[entry.second], value); });
}

void DistinctElements::add(const Value& value) {
  if (contains(value)) return;
  values_.push_back(value);
  if (values_.size() <= kFew) return;
  if (by_hash_.empty()) {
    for (std::uint32_t i = 0; i < values_.size(); ++i) by_hash_.emplace(hash_of(values_[i]), i);
  } else {
    by_hash_.emplace(hash_of(value), static_cast<std::uint32_t>(values_.size() - 1));
  }
}

}  // namespace calx
