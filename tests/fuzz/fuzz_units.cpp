#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/check.h"
#include "units/ucum.h"
#include "units/unit_table.h"
#include "values/decimal.h"

/// The input is two unit texts with a line end between them: whatever they are, reading them ends, an order has its
/// mirror image, and the spelling of a product reads back as what it measures.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace calx;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t line_end = input.find('\n');
  const std::string_view first = input.substr(0, line_end);
  const std::string_view second = line_end == std::string_view::npos ? "mg/dL" : input.substr(line_end + 1);

  Arena arena(1024);
  UnitTable units;
  const UnitId a = units.intern(first);
  const UnitId b = units.intern(second);
  const Decimal number{123'456'789, 3};
  const Value left = quantity_value(number, a, arena);
  const Value right = quantity_value(number, b, arena);
  const std::optional<int> forth = units.compare_quantities(left, right);
  const std::optional<int> back = units.compare_quantities(right, left);
  CALX_CHECK(forth.has_value() == back.has_value(), "both sides of a comparison are known or none");
  CALX_CHECK(!forth || *forth == -*back, "an order has its mirror image");
  CALX_CHECK(units.equivalent_quantities(left, right) == units.equivalent_quantities(right, left),
             "equivalence is symmetric");
  units.convert(number, a, b);

  const std::optional<std::vector<UnitTerm>> left_terms = parse_unit(first);
  const std::optional<std::vector<UnitTerm>> right_terms = parse_unit(second);
  const std::string_view product = units.unit_text(units.multiply(a, b));
  units.divide(a, b);
  if (left_terms && right_terms) {
    const std::optional<UnitMeasure> left_measure = measure_of(*left_terms);
    const std::optional<UnitMeasure> right_measure = measure_of(*right_terms);
    const std::optional<std::vector<UnitTerm>> terms = parse_unit(product);
    if (left_measure && right_measure && terms) {
      const std::optional<UnitMeasure> measure = measure_of(*terms);
      if (measure && left_measure->function == UnitFunction::Linear &&
          right_measure->function == UnitFunction::Linear) {
        CALX_CHECK(compare(measure->factor, left_measure->factor * right_measure->factor) == 0,
                   "a product measures what its factors do");
      }
    }
  }
  return 0;
}
