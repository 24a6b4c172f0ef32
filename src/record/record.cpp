#include "record/record.h"

namespace calx {

std::span<const Value> Record::resources(TypeId type) const {
  const auto found = by_type_.find(type.value);
  if (found == by_type_.end()) return {};
  return found->second;
}

}  // namespace calx
