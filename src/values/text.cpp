#include "values/text.h"

#include <algorithm>
#include <array>

#include "values/date_time.h"
#include "values/decimal.h"

namespace calx {

namespace {

constexpr std::array<std::string_view, 16> kCalendarWords = {
    "year", "years", "month",  "months",  "week",   "weeks",   "day",         "days",
    "hour", "hours", "minute", "minutes", "second", "seconds", "millisecond", "milliseconds"};

void append_quoted(std::string& text, std::string_view content) {
  text += '\'';
  for (const char c : content) {
    if (c == '\n') {
      text += "\\n";
    } else if (c == '\r') {
      text += "\\r";
    } else if (c == '\t') {
      text += "\\t";
    } else if (c == '\f') {
      text += "\\f";
    } else {
      if (c == '\'' || c == '\\') text += '\\';
      text += c;
    }
  }
  text += '\'';
}

/// A decimal shows that it is none of the integers.
std::string decimal_text(const Decimal& decimal) {
  std::string text = to_text(decimal);
  if (decimal.scale == 0) text += ".0";
  return text;
}

void append(std::string& text, const Value& value, const UnitNames& units);

void append_all(std::string& text, std::span<const Value> values, const UnitNames& units) {
  text += '{';
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i != 0) text += ", ";
    append(text, values[i], units);
  }
  text += '}';
}

void append_code(std::string& text, const CodeData& code) {
  text += "Code {code: ";
  append_quoted(text, code.code);
  text += ", system: ";
  append_quoted(text, code.system);
  if (code.has_version) {
    text += ", version: ";
    append_quoted(text, code.version);
  }
  if (code.has_display) {
    text += ", display: ";
    append_quoted(text, code.display);
  }
  text += '}';
}

void append(std::string& text, const Value& value, const UnitNames& units) {
  switch (value.kind) {
    case Kind::Null:
      text += "null";
      return;
    case Kind::Failed:
      text += "failed(";
      append_quoted(text, value.as_failure().message);
      text += ')';
      return;
    case Kind::Boolean:
      text += value.is_true() ? "true" : "false";
      return;
    case Kind::Integer:
      text += std::to_string(value.integer);
      return;
    case Kind::Long:
      text += std::to_string(value.integer);
      text += 'L';
      return;
    case Kind::Decimal:
      text += decimal_text(decimal_of(value));
      return;
    case Kind::String:
      append_quoted(text, value.as_string());
      return;
    case Kind::Date:
      text += '@';
      text += to_text_date_time(value);
      return;
    case Kind::DateTime:
      text += '@';
      text += to_text_date_time(value);
      if (value.precision() < Precision::Hour) text += 'T';
      return;
    case Kind::Time:
      text += "@T";
      text += to_text_date_time(value);
      return;
    case Kind::Quantity: {
      const std::string_view unit = units.unit_text(value.unit());
      text += to_text(decimal_of(value));
      text += ' ';
      if (std::find(kCalendarWords.begin(), kCalendarWords.end(), unit) != kCalendarWords.end()) {
        text += unit;
      } else {
        append_quoted(text, unit);
      }
      return;
    }
    case Kind::Ratio:
      append(text, value.low(), units);
      text += ':';
      append(text, value.high(), units);
      return;
    case Kind::Interval:
      text += "Interval";
      text += value.low_closed() ? '[' : '(';
      append(text, value.low(), units);
      text += ", ";
      append(text, value.high(), units);
      text += value.high_closed() ? ']' : ')';
      return;
    case Kind::Code:
      append_code(text, value.as_code());
      return;
    case Kind::Concept: {
      const ConceptData& data = concept_data(value);
      text += "Concept {codes: ";
      append_all(text, data.codes, units);
      if (data.has_display) {
        text += ", display: ";
        append_quoted(text, data.display);
      }
      text += '}';
      return;
    }
    case Kind::Vocabulary:
      text += value.as_vocabulary().is_code_system ? "CodeSystem {id: " : "ValueSet {id: ";
      append_quoted(text, value.as_vocabulary().url);
      text += '}';
      return;
    case Kind::List:
      append_all(text, value.as_list(), units);
      return;
    case Kind::Tuple:
      text += "Tuple#";
      text += std::to_string(value.tuple_type().value);
      text += ' ';
      append_all(text, value.tuple_elements(), units);
      return;
    case Kind::Instance: {
      const InstanceData& data = value.as_instance();
      text += "Instance#";
      text += std::to_string(data.type.value);
      text += ' ';
      append_all(text, {data.slots, data.slot_count}, units);
      return;
    }
    case Kind::IntegerRange:
      text += "Uncertain[";
      append(text, value.low(), units);
      text += ", ";
      append(text, value.high(), units);
      text += ']';
      return;
  }
}

}  // namespace

std::string debug_text(const Value& value, const UnitNames& units) {
  std::string text;
  append(text, value, units);
  return text;
}

}  // namespace calx
