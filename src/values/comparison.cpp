#include "values/comparison.h"

#include <algorithm>
#include <cstddef>

#include "values/date_time.h"
#include "values/interval.h"
#include "values/wide_integer.h"

namespace calx {

namespace {

bool is_integer(Kind kind) {
  return kind == Kind::Integer || kind == Kind::Long;
}
bool is_number(Kind kind) {
  return is_integer(kind) || kind == Kind::Decimal;
}
bool is_calendar(Kind kind) {
  return kind == Kind::Date || kind == Kind::DateTime;
}
bool is_count(Kind kind) {
  return kind == Kind::Integer || kind == Kind::IntegerRange;
}

/// A number beside a Quantity is one of unit '1'. Its coefficient stays where it is.
Value as_quantity(Value value) {
  if (value.kind != Kind::Quantity) {
    value.kind = Kind::Quantity;
    value.extent = 0;
  }
  return value;
}

int compare_numbers(const Value& a, const Value& b) {
  if (is_integer(a.kind) && is_integer(b.kind)) {
    return a.integer < b.integer ? -1 : (a.integer > b.integer ? 1 : 0);
  }
  return compare(decimal_of(a), decimal_of(b));
}

std::optional<int> compare_counts(const Value& a, const Value& b) {
  const std::int64_t a_low = a.kind == Kind::IntegerRange ? a.low().integer : a.integer;
  const std::int64_t a_high = a.kind == Kind::IntegerRange ? a.high().integer : a.integer;
  const std::int64_t b_low = b.kind == Kind::IntegerRange ? b.low().integer : b.integer;
  const std::int64_t b_high = b.kind == Kind::IntegerRange ? b.high().integer : b.integer;
  if (a_high < b_low) return -1;
  if (a_low > b_high) return 1;
  if (a_low == a_high && b_low == b_high) return 0;
  return std::nullopt;
}

Truth is_zero(std::optional<int> order) {
  return order ? Truth::of(*order == 0) : Truth::unknown();
}

/// Elements of lists and instances: two nulls are equal, and a known difference decides.
Truth equal_elements(const Value& a, const Value& b, const ComparisonContext& context) {
  if (a.is_null() && b.is_null()) return Truth::of(true);
  return equal(a, b, context);
}

/// One level of a structured value, while it is compared.
class Level {
 public:
  explicit Level(const ComparisonContext& context) : budget_(context.budget) {
    if (budget_ != nullptr && ++budget_->depth > ComparisonBudget::kMaximumDepth) budget_->left = 0;
  }
  ~Level() {
    if (budget_ != nullptr) --budget_->depth;
  }
  Level(const Level&) = delete;
  Level& operator=(const Level&) = delete;

 private:
  ComparisonBudget* budget_;
};

bool is_spent(const ComparisonContext& context) {
  return context.budget != nullptr && !context.budget->take();
}

Truth equal_sequences(std::span<const Value> a, std::span<const Value> b, const ComparisonContext& context) {
  if (a.size() != b.size()) return Truth::of(false);
  const Level level(context);
  Truth all = Truth::of(true);
  for (std::size_t i = 0; i < a.size(); ++i) {
    all = all & equal_elements(a[i], b[i], context);
    if (all.is_false) break;
  }
  return all;
}

Truth equal_tuples(const Value& a, const Value& b, const ComparisonContext& context) {
  const std::span<const Value> left = a.tuple_elements();
  const std::span<const Value> right = b.tuple_elements();
  if (left.size() != right.size()) return Truth::of(false);
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (left[i].is_null() != right[i].is_null()) return Truth::unknown();
  }
  return equal_sequences(left, right, context);
}

Truth equal_optional_texts(std::string_view a, bool has_a, std::string_view b, bool has_b) {
  if (!has_a && !has_b) return Truth::of(true);
  return has_a && has_b ? Truth::of(a == b) : Truth::unknown();
}

Truth equal_codes(const CodeData& a, const CodeData& b) {
  return Truth::of(a.code == b.code) & equal_optional_texts(a.system, !a.system.empty(), b.system, !b.system.empty()) &
         equal_optional_texts(a.version, a.has_version, b.version, b.has_version) &
         equal_optional_texts(a.display, a.has_display, b.display, b.has_display);
}

Truth equal_concepts(const ConceptData& a, const ConceptData& b, const ComparisonContext& context) {
  return equal_sequences(a.codes, b.codes, context) &
         equal_optional_texts(a.display, a.has_display, b.display, b.has_display);
}

/// The kind of the points as either of two intervals shows it.
Kind shared_point_kind(const Value& a, const Value& b) {
  const Kind kind = point_kind_of(a);
  return kind == Kind::Null ? point_kind_of(b) : kind;
}

bool is_closed_null(const Value& end, bool is_closed) {
  return is_closed && end.is_null();
}

Truth equal_intervals(const Value& a, const Value& b, const ComparisonContext& context) {
  const Kind kind = shared_point_kind(a, b);
  Int128 a_wide = 0;
  Int128 b_wide = 0;
  // Both reach to the end of their type, whichever it is.
  const bool is_one_start = is_closed_null(a.low(), a.low_closed()) && is_closed_null(b.low(), b.low_closed());
  const bool is_one_end = is_closed_null(a.high(), a.high_closed()) && is_closed_null(b.high(), b.high_closed());
  const Truth starts =
      is_one_start ? Truth::of(true) : equal(start_of(a, kind, a_wide), start_of(b, kind, b_wide), context);
  if (starts.is_false) return starts;
  const Truth ends = is_one_end ? Truth::of(true) : equal(end_of(a, kind, a_wide), end_of(b, kind, b_wide), context);
  return starts & ends;
}

bool equivalent_intervals(const Value& a, const Value& b, const ComparisonContext& context) {
  const Kind kind = shared_point_kind(a, b);
  Int128 a_wide = 0;
  Int128 b_wide = 0;
  return equivalent(start_of(a, kind, a_wide), start_of(b, kind, b_wide), context) &&
         equivalent(end_of(a, kind, a_wide), end_of(b, kind, b_wide), context);
}

/// The slots of a FHIR primitive that has an id or extensions: id, extension, value.
constexpr std::uint32_t kPrimitiveSlots = 3;
constexpr std::uint32_t kPrimitiveValueSlot = 2;

/// One side is a FHIR primitive with an id or extensions, the other the bare value of one: they differ in that at
/// least.
Truth equal_to_bare(const Value& instance, const Value& bare, const ComparisonContext& context) {
  const InstanceData& data = instance.as_instance();
  if (bare.origin == FhirPrimitive::None || data.slot_count != kPrimitiveSlots) return Truth::of(false);
  return equal(data.slots[kPrimitiveValueSlot], bare, context) & Truth::unknown();
}

Truth equal_instances(const InstanceData& a, const InstanceData& b, const ComparisonContext& context) {
  if (&a == &b || (a.slots == b.slots && a.slot_count == b.slot_count && a.type == b.type)) return Truth::of(true);
  if (a.type != b.type) return Truth::of(false);
  return equal_sequences({a.slots, a.slot_count}, {b.slots, b.slot_count}, context);
}

bool equivalent_sequences(std::span<const Value> a, std::span<const Value> b, const ComparisonContext& context) {
  const Level level(context);
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](const Value& left, const Value& right) { return equivalent(left, right, context); });
}

bool equivalent_codes(const CodeData& a, const CodeData& b) {
  return a.code == b.code && a.system == b.system;
}

bool has_equivalent_code(std::span<const Value> codes, const Value& code) {
  return std::any_of(codes.begin(), codes.end(), [&](const Value& candidate) {
    return candidate.kind == Kind::Code && code.kind == Kind::Code &&
           equivalent_codes(candidate.as_code(), code.as_code());
  });
}

bool equivalent_concepts(std::span<const Value> a, std::span<const Value> b) {
  return std::any_of(a.begin(), a.end(), [&](const Value& code) { return has_equivalent_code(b, code); });
}

std::span<const Value> codes_of(const Value& code_or_concept) {
  if (code_or_concept.kind == Kind::Concept) return concept_data(code_or_concept).codes;
  return {&code_or_concept, 1};
}

bool is_coded(Kind kind) {
  return kind == Kind::Code || kind == Kind::Concept;
}

bool equal_vocabularies(const VocabularyData& a, const VocabularyData& b) {
  return a.is_code_system == b.is_code_system && a.url == b.url && a.version == b.version;
}

bool is_white_space(char32_t c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

/// Small letters of the scripts whose capitals stand at a fixed distance; others are as they are.
char32_t folded(char32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 0x20 : c;
  if (c >= 0xC0 && c <= 0xDE && c != 0xD7) return c + 0x20;
  if ((c >= 0x100 && c <= 0x137 && c != 0x130 && c != 0x131) || (c >= 0x14A && c <= 0x177)) return c | 1;
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E)) return (c & 1) != 0 ? c + 1 : c;
  if (c == 0x178) return 0xFF;
  if (c >= 0x391 && c <= 0x3AB && c != 0x3A2) return c + 0x20;
  if (c == 0x3C2) return 0x3C3;
  if (c >= 0x410 && c <= 0x42F) return c + 0x20;
  if (c >= 0x400 && c <= 0x40F) return c + 0x50;
  if (c >= 0x1E00 && c <= 0x1E95) return c | 1;
  return c;
}

/// One code point from UTF-8; a byte that begins none stands for itself, above all code points.
char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  const std::size_t length =
      lead < 0x80 ? 1 : (lead >> 5 == 0x6 ? 2 : (lead >> 4 == 0xE ? 3 : (lead >> 3 == 0x1E ? 4 : 0)));
  constexpr char32_t kInvalid = 0x110000;
  if (length == 0 || at + length > text.size()) return kInvalid + byte(at++);
  char32_t code_point = length == 1 ? lead : lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return kInvalid + byte(at++);
    code_point = (code_point << 6) | (byte(at + i) & 0x3FU);
  }
  at += length;
  return code_point;
}

bool identical_sequences(std::span<const Value> a, std::span<const Value> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), identical);
}

bool identical_codes(const CodeData& a, const CodeData& b) {
  return a.system == b.system && a.code == b.code && a.has_display == b.has_display && a.display == b.display &&
         a.has_version == b.has_version && a.version == b.version;
}

}  // namespace

bool UnitComparer::equivalent_quantities(const Value& a, const Value& b) const {
  return equivalent_units(a.unit(), b.unit()) && equivalent_decimals(decimal_of(a), decimal_of(b));
}

bool UnitComparer::equivalent_ratios(const Value& a, const Value& b) const {
  if (!equivalent_units(a.low().unit(), b.low().unit()) || !equivalent_units(a.high().unit(), b.high().unit())) {
    return false;
  }
  // a.low / a.high = b.low / b.high, multiplied out; the scales of both sides are made one.
  const Decimal outer[2] = {decimal_of(a.low()), decimal_of(b.high())};
  const Decimal inner[2] = {decimal_of(b.low()), decimal_of(a.high())};
  const bool is_outer_negative = (outer[0].coefficient < 0) != (outer[1].coefficient < 0);
  const bool is_inner_negative = (inner[0].coefficient < 0) != (inner[1].coefficient < 0);
  const int outer_scale = outer[0].scale + outer[1].scale;
  const int inner_scale = inner[0].scale + inner[1].scale;
  const int scale = std::max(outer_scale, inner_scale);
  const auto product = [scale](const Decimal* factors, int own_scale) {
    // Eight zeros to each factor at most: 10^36 stays within 128 bits.
    const int missing = scale - own_scale;
    const int first = std::min(missing, int{kMaximumScale});
    return multiply_wide(magnitude(factors[0].coefficient * power_of_ten(first)),
                         magnitude(factors[1].coefficient * power_of_ten(missing - first)));
  };
  const UInt256 outer_product = product(outer, outer_scale);
  return outer_product == product(inner, inner_scale) &&
         (is_outer_negative == is_inner_negative || outer_product == UInt256{});
}

bool equivalent_decimals(const Decimal& a, const Decimal& b) {
  const Decimal left = normalize(a);
  const Decimal right = normalize(b);
  const std::uint8_t scale = std::min(left.scale, right.scale);
  return round_half_away(left, scale).coefficient == round_half_away(right, scale).coefficient;
}

bool equivalent_texts(std::string_view a, std::string_view b) {
  std::size_t a_at = 0;
  std::size_t b_at = 0;
  while (a_at < a.size() && b_at < b.size()) {
    const char32_t left = next_code_point(a, a_at);
    const char32_t right = next_code_point(b, b_at);
    if (left == right || folded(left) == folded(right)) continue;
    if (!is_white_space(left) || !is_white_space(right)) return false;
  }
  return a_at == a.size() && b_at == b.size();
}

Truth equal(const Value& a, const Value& b, const ComparisonContext& context) {
  if (a.is_null_or_failed() || b.is_null_or_failed() || is_spent(context)) return Truth::unknown();
  if (a.kind != b.kind) {
    if (is_number(a.kind) && is_number(b.kind)) return Truth::of(compare_numbers(a, b) == 0);
    if (is_calendar(a.kind) && is_calendar(b.kind)) return is_zero(compare(a, b, context));
    if (is_count(a.kind) && is_count(b.kind)) return is_zero(compare_counts(a, b));
    if ((a.kind == Kind::Quantity && is_number(b.kind)) || (is_number(a.kind) && b.kind == Kind::Quantity)) {
      return is_zero(context.units.compare_quantities(as_quantity(a), as_quantity(b)));
    }
    if (a.kind == Kind::Instance) return equal_to_bare(a, b, context);
    if (b.kind == Kind::Instance) return equal_to_bare(b, a, context);
    return Truth::of(false);
  }
  switch (a.kind) {
    case Kind::Boolean:
    case Kind::Integer:
    case Kind::Long:
      return Truth::of(a.integer == b.integer);
    case Kind::Decimal:
      return Truth::of(compare_numbers(a, b) == 0);
    case Kind::String:
      return Truth::of(a.as_string() == b.as_string());
    case Kind::Date:
    case Kind::DateTime:
    case Kind::Time:
      return is_zero(compare_date_times(a, b, Precision::None, context.offset_minutes));
    case Kind::Quantity:
      return is_zero(context.units.compare_quantities(a, b));
    case Kind::Ratio:
      return equal(a.low(), b.low(), context) & equal(a.high(), b.high(), context);
    case Kind::Interval:
      return equal_intervals(a, b, context);
    case Kind::Code:
      return equal_codes(a.as_code(), b.as_code());
    case Kind::Concept:
      return equal_concepts(concept_data(a), concept_data(b), context);
    case Kind::Vocabulary:
      return Truth::of(equal_vocabularies(a.as_vocabulary(), b.as_vocabulary()));
    case Kind::List:
      return equal_sequences(a.as_list(), b.as_list(), context);
    case Kind::Tuple:
      return equal_tuples(a, b, context);
    case Kind::Instance:
      return equal_instances(a.as_instance(), b.as_instance(), context);
    case Kind::IntegerRange:
      return is_zero(compare_counts(a, b));
    case Kind::Null:
    case Kind::Failed:
      break;
  }
  return Truth::unknown();
}

bool equivalent(const Value& a, const Value& b, const ComparisonContext& context) {
  if (a.is_null_or_failed() || b.is_null_or_failed()) return a.is_null() && b.is_null();
  if (is_spent(context)) return false;
  if (a.kind != b.kind) {
    if (is_number(a.kind) && is_number(b.kind)) return equivalent_decimals(decimal_of(a), decimal_of(b));
    if ((a.kind == Kind::Quantity && is_number(b.kind)) || (is_number(a.kind) && b.kind == Kind::Quantity)) {
      return context.units.equivalent_quantities(as_quantity(a), as_quantity(b));
    }
    if (is_coded(a.kind) && is_coded(b.kind)) return equivalent_concepts(codes_of(a), codes_of(b));
    return equal(a, b, context).is_true;
  }
  switch (a.kind) {
    case Kind::Decimal:
      return equivalent_decimals(decimal_of(a), decimal_of(b));
    case Kind::String:
      return equivalent_texts(a.as_string(), b.as_string());
    case Kind::Quantity:
      return context.units.equivalent_quantities(a, b);
    case Kind::Ratio:
      if (a.low().kind != Kind::Quantity || a.high().kind != Kind::Quantity || b.low().kind != Kind::Quantity ||
          b.high().kind != Kind::Quantity) {
        return equivalent(a.low(), b.low(), context) && equivalent(a.high(), b.high(), context);
      }
      return context.units.equivalent_ratios(a, b);
    case Kind::Interval:
      return equivalent_intervals(a, b, context);
    case Kind::Code:
      return equivalent_codes(a.as_code(), b.as_code());
    case Kind::Concept:
      return equivalent_concepts(codes_of(a), codes_of(b));
    case Kind::List:
      return equivalent_sequences(a.as_list(), b.as_list(), context);
    case Kind::Tuple:
      return equivalent_sequences(a.tuple_elements(), b.tuple_elements(), context);
    case Kind::Instance: {
      const InstanceData& left = a.as_instance();
      const InstanceData& right = b.as_instance();
      return left.type == right.type &&
             equivalent_sequences({left.slots, left.slot_count}, {right.slots, right.slot_count}, context);
    }
    case Kind::Boolean:
    case Kind::Integer:
    case Kind::Long:
    case Kind::Date:
    case Kind::DateTime:
    case Kind::Time:
    case Kind::Vocabulary:
    case Kind::IntegerRange:
    case Kind::Null:
    case Kind::Failed:
      break;
  }
  return equal(a, b, context).is_true;
}

bool identical(const Value& a, const Value& b) {
  if (a.kind != b.kind || a.origin != b.origin) return false;
  switch (a.kind) {
    case Kind::Null:
      return true;
    case Kind::Failed:
      return a.as_failure().message == b.as_failure().message && a.as_failure().node == b.as_failure().node;
    case Kind::Boolean:
    case Kind::Integer:
    case Kind::Long:
      return a.integer == b.integer;
    case Kind::Decimal:
    case Kind::Quantity:
      return a.extent == b.extent && a.scale == b.scale && decimal_of(a).coefficient == decimal_of(b).coefficient;
    case Kind::String:
      return a.as_string() == b.as_string();
    case Kind::Date:
    case Kind::DateTime:
    case Kind::Time:
      return a.bits == b.bits && a.flags == b.flags && a.extent == b.extent;
    case Kind::Ratio:
    case Kind::Interval:
    case Kind::IntegerRange:
      return a.flags == b.flags && identical(a.low(), b.low()) && identical(a.high(), b.high());
    case Kind::Code:
      return a.extent == b.extent && identical_codes(a.as_code(), b.as_code());
    case Kind::Concept: {
      const ConceptData& left = concept_data(a);
      const ConceptData& right = concept_data(b);
      return left.has_display == right.has_display && left.display == right.display &&
             identical_sequences(left.codes, right.codes);
    }
    case Kind::Vocabulary:
      return equal_vocabularies(a.as_vocabulary(), b.as_vocabulary()) &&
             a.as_vocabulary().name == b.as_vocabulary().name;
    case Kind::List:
      return identical_sequences(a.as_list(), b.as_list());
    case Kind::Tuple:
      return a.extent == b.extent && identical_sequences(a.tuple_elements(), b.tuple_elements());
    case Kind::Instance: {
      const InstanceData& left = a.as_instance();
      const InstanceData& right = b.as_instance();
      return &left == &right || (left.type == right.type && left.resource == right.resource &&
                                 identical_sequences({left.slots, left.slot_count}, {right.slots, right.slot_count}));
    }
  }
  return false;
}

std::optional<int> compare(const Value& a, const Value& b, const ComparisonContext& context) {
  if (is_spent(context)) return std::nullopt;
  if (is_number(a.kind) && is_number(b.kind)) return compare_numbers(a, b);
  if ((is_calendar(a.kind) && is_calendar(b.kind)) || (a.kind == Kind::Time && b.kind == Kind::Time)) {
    return compare_date_times(a, b, Precision::None, context.offset_minutes);
  }
  if (is_count(a.kind) && is_count(b.kind)) return compare_counts(a, b);
  if (a.kind == Kind::String && b.kind == Kind::String) {
    // Bytes of UTF-8 stand in the order of the code points.
    const int order = a.as_string().compare(b.as_string());
    return order < 0 ? -1 : (order > 0 ? 1 : 0);
  }
  if ((a.kind == Kind::Quantity && (b.kind == Kind::Quantity || is_number(b.kind))) ||
      (is_number(a.kind) && b.kind == Kind::Quantity)) {
    return context.units.compare_quantities(as_quantity(a), as_quantity(b));
  }
  return std::nullopt;
}

}  // namespace calx
