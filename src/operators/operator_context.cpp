#include "operators/operator.h"

namespace calx {

Value OperatorContext::fail(std::string_view message) const {
  Failure* failure = arena.make<Failure>();
  failure->message = arena.copy(message);
  return Value::failed(failure);
}

Value OperatorContext::list(std::span<const Value> elements) const {
  return Value::list(arena.copy(elements));
}

Value OperatorContext::interval(const Value& low, const Value& high, bool low_closed, bool high_closed) const {
  const Value ends[] = {low, high};
  return Value::interval(arena.copy(std::span<const Value>(ends)).data(), low_closed, high_closed);
}

Value OperatorContext::string(std::string_view text) const {
  if (text.size() > maximum_text) return fail("the text is longer than a text may be");
  return Value::string(arena.copy(text));
}

}  // namespace calx
