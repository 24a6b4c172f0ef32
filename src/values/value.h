#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/check.h"
#include "base/id.h"

namespace calx {

/// What a Value holds. CQL types and their FHIR counterparts; null is a kind, and so is a failure with its place.
enum class Kind : std::uint8_t {
  Null = 0,
  Failed = 1,
  Boolean,
  Integer,
  Long,
  Decimal,
  String,
  Date,
  DateTime,
  Time,
  Quantity,
  Ratio,
  Interval,
  Code,
  Concept,
  Vocabulary,
  List,
  Tuple,
  Instance,
  IntegerRange,
};

/// Which FHIR primitive a System value was read as; None = it never was one.
enum class FhirPrimitive : std::uint8_t {
  None = 0,
  Base64Binary,
  Boolean,
  Canonical,
  Code,
  Date,
  DateTime,
  Decimal,
  Id,
  Instant,
  Integer,
  Markdown,
  Oid,
  PositiveInt,
  String,
  Time,
  UnsignedInt,
  Uri,
  Url,
  Uuid,
  Xhtml,
};

/// Most significant component first; None stands for an operator that names no precision.
enum class Precision : std::uint8_t { None = 0, Year, Month, Day, Hour, Minute, Second, Millisecond };

struct Value;
struct InstanceData;
struct Failure;

/// A code as its source wrote it. Text borrows from input, arena or program.
struct CodeData {
  std::string_view system;
  std::string_view code;
  std::string_view display;
  std::string_view version;
  bool has_display = false;
  bool has_version = false;
};

/// A value set or code system used as a value.
struct VocabularyData {
  std::string_view url;
  std::string_view version;
  std::string_view name;
  bool is_code_system = false;
};

/// Sixteen bytes, trivially copyable, never owning: whatever a pointer names lives in an arena, the program or the
/// input, and outlives the value. The static type is in the plan, not here; only what differs from value to value is.
///
///   kind          payload
///   Failed        pointer -> Failure
///   Boolean       integer 0 or 1
///   Integer Long  integer
///   Decimal       integer = coefficient, scale 0-8; with kWide: pointer -> 128-bit coefficient
///   String        pointer -> UTF-8 bytes, extent = byte length
///   Date DateTime Time   bits = packed components (values/date_time.h), precision in flags, extent = offset in minutes
///   Quantity      as Decimal, extent = UnitId (the unit as written)
///   Ratio         pointer -> two Quantity values: numerator, denominator
///   Interval      pointer -> two values: low, high; closedness in flags
///   Code          pointer -> CodeData, extent = CodeId
///   Concept       pointer -> ConceptData
///   Vocabulary    pointer -> VocabularyData, extent = ValueSetId
///   List          pointer -> values, extent = count
///   Tuple         pointer -> slots, extent = TypeId of the tuple type (its elements in the type's order),
///                 flags and scale = their number
///   Instance      pointer -> InstanceData
///   IntegerRange  pointer -> two Integer values: an uncertain count between partial dates
struct Value {
  Kind kind = Kind::Null;
  FhirPrimitive origin = FhirPrimitive::None;
  std::uint8_t flags = 0;
  std::uint8_t scale = 0;
  std::uint32_t extent = 0;
  union {
    std::int64_t integer = 0;
    std::uint64_t bits;
    const void* pointer;
  };

  // flags of Decimal and Quantity
  static constexpr std::uint8_t kWide = 0x01;
  // flags of Date, DateTime, Time: precision in the low three bits
  static constexpr std::uint8_t kPrecisionMask = 0x07;
  static constexpr std::uint8_t kOffsetWritten = 0x08;
  // flags of Interval
  static constexpr std::uint8_t kLowClosed = 0x01;
  static constexpr std::uint8_t kHighClosed = 0x02;

  bool is_null() const { return kind == Kind::Null; }
  bool is_failed() const { return kind == Kind::Failed; }
  /// The two kinds that a strict operator passes on before looking at anything else.
  bool is_null_or_failed() const { return kind <= Kind::Failed; }
  bool is_true() const { return kind == Kind::Boolean && integer != 0; }
  bool is_false() const { return kind == Kind::Boolean && integer == 0; }

  bool as_boolean() const { return checked(Kind::Boolean).integer != 0; }
  std::int32_t as_integer() const { return static_cast<std::int32_t>(checked(Kind::Integer).integer); }
  std::int64_t as_long() const { return checked(Kind::Long).integer; }
  std::string_view as_string() const { return {static_cast<const char*>(checked(Kind::String).pointer), extent}; }
  std::span<const Value> as_list() const { return {static_cast<const Value*>(checked(Kind::List).pointer), extent}; }
  const CodeData& as_code() const { return *static_cast<const CodeData*>(checked(Kind::Code).pointer); }
  const VocabularyData& as_vocabulary() const {
    return *static_cast<const VocabularyData*>(checked(Kind::Vocabulary).pointer);
  }
  const InstanceData& as_instance() const { return *static_cast<const InstanceData*>(checked(Kind::Instance).pointer); }
  const Failure& as_failure() const { return *static_cast<const Failure*>(checked(Kind::Failed).pointer); }
  const Value* tuple_slots() const { return static_cast<const Value*>(checked(Kind::Tuple).pointer); }
  std::span<const Value> tuple_elements() const { return {tuple_slots(), flags + std::size_t{scale} * 256}; }
  TypeId tuple_type() const { return {checked(Kind::Tuple).extent}; }
  UnitId unit() const { return {checked(Kind::Quantity).extent}; }

  /// Ends of an Interval, Ratio (numerator, denominator) or IntegerRange.
  const Value& low() const { return static_cast<const Value*>(pointer)[0]; }
  const Value& high() const { return static_cast<const Value*>(pointer)[1]; }
  bool low_closed() const { return (flags & kLowClosed) != 0; }
  bool high_closed() const { return (flags & kHighClosed) != 0; }

  Precision precision() const { return static_cast<Precision>(flags & kPrecisionMask); }

  static Value null() { return {}; }
  static Value boolean(bool value) { return of_integer(Kind::Boolean, value ? 1 : 0); }
  static Value integer_number(std::int32_t value) { return of_integer(Kind::Integer, value); }
  static Value long_number(std::int64_t value) { return of_integer(Kind::Long, value); }
  /// Borrows the text.
  static Value string(std::string_view text) {
    return of_pointer(Kind::String, text.data(), static_cast<std::uint32_t>(text.size()));
  }
  /// Borrows the elements.
  static Value list(std::span<const Value> elements) {
    return of_pointer(Kind::List, elements.data(), static_cast<std::uint32_t>(elements.size()));
  }
  /// Borrows the slots, at most 65,535 of them.
  static Value tuple(std::span<const Value> slots, TypeId type) {
    CALX_DCHECK(slots.size() <= 0xFFFF, "a tuple's size fits sixteen bits");
    Value value = of_pointer(Kind::Tuple, slots.data(), type.value);
    value.flags = static_cast<std::uint8_t>(slots.size() & 0xFF);
    value.scale = static_cast<std::uint8_t>(slots.size() >> 8);
    return value;
  }
  static Value code(const CodeData* data, CodeId id) { return of_pointer(Kind::Code, data, id.value); }
  static Value instance(const InstanceData* data) { return of_pointer(Kind::Instance, data, 0); }
  static Value failed(const Failure* failure) { return of_pointer(Kind::Failed, failure, 0); }
  /// `ends` are two values that outlive the interval.
  static Value interval(const Value* ends, bool low_closed, bool high_closed) {
    Value value = of_pointer(Kind::Interval, ends, 0);
    value.flags = static_cast<std::uint8_t>((low_closed ? kLowClosed : 0) | (high_closed ? kHighClosed : 0));
    return value;
  }

  static Value of_integer(Kind kind, std::int64_t integer) {
    Value value;
    value.kind = kind;
    value.integer = integer;
    return value;
  }
  static Value of_pointer(Kind kind, const void* pointer, std::uint32_t extent) {
    Value value;
    value.kind = kind;
    value.extent = extent;
    value.pointer = pointer;
    return value;
  }

 private:
  const Value& checked([[maybe_unused]] Kind expected) const {
    CALX_DCHECK(kind == expected, "a value is read as the kind that it holds");
    return *this;
  }
};

static_assert(sizeof(Value) == 16);

/// Codes that mean one thing, in the order written.
struct ConceptData {
  std::span<const Value> codes;  // each a Code
  std::string_view display;
  bool has_display = false;
};

/// A FHIR complex value or resource: one slot per element of its type (model/types.h gives the numbers), null where
/// the JSON has none. `resource` is set on resources only and names where it came from (record/record.h).
/// A FHIR primitive that carries an id or extensions beside its value is an Instance of the primitive's type with the
/// slots of its elements (id, extension, value); one that does not is the bare System value with an origin.
struct InstanceData {
  TypeId type;
  std::uint32_t slot_count = 0;
  const Value* slots = nullptr;
  const struct ResourceOrigin* resource = nullptr;
};

/// A failure that travels like a value: what went wrong, and where in the guideline (filled in by eval).
struct Failure {
  std::string_view message;
  std::uint32_t node = 0xFFFFFFFFU;  // NodeId of the plan, or this when not known yet
};

inline const ConceptData& concept_data(const Value& value) {
  CALX_DCHECK(value.kind == Kind::Concept, "a value is read as the kind that it holds");
  return *static_cast<const ConceptData*>(value.pointer);
}

/// CQL's three-valued boolean in two bits: is-true and is-false, unknown = neither. The encoding makes the logical
/// operators bitwise: and = (t&t, f|f), or = (t|t, f&f), not = swap. A failure is a Kind and never a Truth.
struct Truth {
  bool is_true = false;
  bool is_false = false;

  static Truth of(bool value) { return {value, !value}; }
  static Truth unknown() { return {}; }
  bool is_unknown() const { return !is_true && !is_false; }
  Value to_value() const { return is_unknown() ? Value::null() : Value::boolean(is_true); }

  friend Truth operator&(Truth a, Truth b) { return {a.is_true && b.is_true, a.is_false || b.is_false}; }
  friend Truth operator|(Truth a, Truth b) { return {a.is_true || b.is_true, a.is_false && b.is_false}; }
  friend Truth operator!(Truth a) { return {a.is_false, a.is_true}; }
  friend bool operator==(Truth, Truth) = default;
};

inline Truth truth_of(const Value& value) {
  return {value.is_true(), value.is_false()};
}

}  // namespace calx
