#include "operators/functions.h"

namespace calx {

Value evaluate_not(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  return (!truth_of(operands[0])).to_value();
}

Value evaluate_xor(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  return Value::boolean(operands[0].is_true() != operands[1].is_true());
}

Value evaluate_is_null(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  return Value::boolean(operands[0].is_null());
}

Value evaluate_is_true(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  return Value::boolean(operands[0].is_true());
}

Value evaluate_is_false(const OperatorContext&, Operands operands, const OperatorAttributes&) {
  return Value::boolean(operands[0].is_false());
}

}  // namespace calx
