#include "operators/distinct_elements.h"

#include <algorithm>
#include <functional>
#include <string_view>

#include "operators/points.h"
#include "values/date_time.h"
#include "values/decimal.h"

namespace calx {

namespace {

constexpr std::size_t kFew = 16;

std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
  std::uint64_t hash = (a ^ (b + 0x9E3779B97F4A7C15ULL)) * 0xBF58476D1CE4E5B9ULL;
  return hash ^ (hash >> 29);
}

/// Numbers that are equal hash alike, whatever their kind and trailing zeros.
std::uint64_t hash_of_number(Decimal number) {
  while (number.scale > 0 && number.coefficient % 10 == 0) {
    number.coefficient /= 10;
    --number.scale;
  }
  return mixed(static_cast<std::uint64_t>(number.coefficient), number.scale);
}

}  // namespace

// Equal values have equal hashes; what cannot be told apart by a hash of its own shares one.
std::uint64_t DistinctElements::hash_of(const Value& value) const {
  const auto kind = static_cast<std::uint64_t>(value.kind);
  const auto all = [&](std::uint64_t hash, std::span<const Value> elements) {
    // Deep values are told apart by their first parts well enough.
    for (const Value& element : elements.first(std::min<std::size_t>(elements.size(), 8))) {
      hash = mixed(hash, element.kind == Kind::Tuple ? 0 : hash_of(element));
    }
    return hash;
  };
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
    case Kind::Tuple:
      return all(kind, value.tuple_elements());
    case Kind::Interval: {
      // By its ends, openness resolved, as equality compares them.
      const Bound ends[] = {start_of(context_, value), end_of(context_, value)};
      std::uint64_t hash = kind;
      for (const Bound& end : ends) hash = mixed(hash, end.is_finite() ? hash_of(end.value) : 0);
      return hash;
    }
    case Kind::Date:
    case Kind::DateTime:
    case Kind::Time:
      // Dates and date-times may be equal, at whatever offset they are written.
      return static_cast<std::uint64_t>(instant_range(value, comparison_.offset_minutes).earliest);
    case Kind::Integer:
    case Kind::Long:
    case Kind::Decimal:
      return hash_of_number(decimal_of(value));
    case Kind::Null:
    case Kind::Failed:
    case Kind::Ratio:
    case Kind::Concept:
    case Kind::Vocabulary:
    case Kind::Quantity:
    case Kind::IntegerRange:
      return kind;
  }
  return 0;
}

bool DistinctElements::is_same(const Value& a, const Value& b) const {
  if (a.is_null() || b.is_null()) return a.is_null() && b.is_null();
  return equal(a, b, comparison_).is_true;
}

bool DistinctElements::contains(const Value& value) const {
  // A quantity may equal a plain number, which hashes by itself.
  const bool is_number = value.kind == Kind::Integer || value.kind == Kind::Long || value.kind == Kind::Decimal;
  if (by_hash_.empty() || value.kind == Kind::Quantity || (has_quantity_ && is_number)) {
    return std::any_of(values_.begin(), values_.end(), [&](const Value& other) { return is_same(other, value); });
  }
  const auto [first, last] = by_hash_.equal_range(hash_of(value));
  return std::any_of(first, last, [&](const auto& entry) { return is_same(values_[entry.second], value); });
}

void DistinctElements::add(const Value& value) {
  if (contains(value)) return;
  if (comparison_.budget != nullptr && comparison_.budget->left == 0) return;
  has_quantity_ = has_quantity_ || value.kind == Kind::Quantity;
  values_.push_back(value);
  if (values_.size() <= kFew) return;
  if (by_hash_.empty()) {
    for (std::uint32_t i = 0; i < values_.size(); ++i) by_hash_.emplace(hash_of(values_[i]), i);
  } else {
    by_hash_.emplace(hash_of(value), static_cast<std::uint32_t>(values_.size() - 1));
  }
}

}  // namespace calx
