#include "operators/functions.h"
#include "operators/points.h"

namespace calx {

namespace {

bool has_range(Operands operands) {
  return operands[0].kind == Kind::IntegerRange || operands[1].kind == Kind::IntegerRange;
}

}  // namespace

Value evaluate_equal(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  if (has_range(operands)) return same(context, operands[0], operands[1], Precision::None).to_value();
  return equal(operands[0], operands[1], context.comparison()).to_value();
}

Value evaluate_equivalent(const OperatorContext& context, Operands operands, const OperatorAttributes&) {
  if (operands[0].is_null() || operands[1].is_null()) {
    return Value::boolean(operands[0].is_null() && operands[1].is_null());
  }
  if (has_range(operands)) {
    return Value::boolean(same(context, operands[0], operands[1], Precision::None).is_true);
  }
  return Value::boolean(equivalent(operands[0], operands[1], context.comparison()));
}

Value evaluate_less(const OperatorContext& context, Operands operands, const OperatorAttributes& attributes) {
  return less(context, operands[0], operands[1], attributes.precision).to_value();
}

Value evaluate_less_or_equal(const OperatorContext& context, Operands operands, const OperatorAttributes& attributes) {
  return less_or_equal(context, operands[0], operands[1], attributes.precision).to_value();
}

Value evaluate_greater(const OperatorContext& context, Operands operands, const OperatorAttributes& attributes) {
  return less(context, operands[1], operands[0], attributes.precision).to_value();
}

Value evaluate_greater_or_equal(const OperatorContext& context, Operands operands,
                                const OperatorAttributes& attributes) {
  return less_or_equal(context, operands[1], operands[0], attributes.precision).to_value();
}

}  // namespace calx
