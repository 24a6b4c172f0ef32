#include "operators/operator.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "diagnostics/diagnostics.h"
#include "operators/operator_table.h"
#include "values/date_time.h"
#include "values/decimal.h"
#include "values/text.h"

namespace calx {
namespace {

constexpr std::string_view kEnumerators[] = {
#define CALX_OPERATOR(id, name, elm, signature, null_rule, can_fail, cost, section, function) #id,
#include "operators/operators.def"
#undef CALX_OPERATOR
};

constexpr std::string_view kColors = R"({
  "resourceType": "ValueSet", "url": "http://example.org/colors",
  "expansion": {"contains": [
    {"system": "http://example.org/color", "code": "red"}, {"system": "http://example.org/color", "code": "green"}]}})";

constexpr std::int32_t kOffset = 60;

/// Everything an operator is called with; the request is of 2024-02-29T10:30:15.250+01:00.
class World {
 public:
  World() {
    const Value now = *parse_date_time("2024-02-29T10:30:15.250+01:00");
    Diagnostics diagnostics;
    EXPECT_TRUE(terminology.add_resource(kColors, "colors.json", diagnostics));
    terminology.finish(diagnostics);
    context = std::make_unique<OperatorContext>(
        OperatorContext{arena, units, types, terminology, now, kOffset, /*maximum_list=*/1000});
  }

  Arena arena;
  UnitTable units;
  Types types;
  Terminology terminology;
  std::unique_ptr<OperatorContext> context;
};

/// Reads values written much as CQL selectors: 1, 1L, 1.5, 'text', @2012-01-01T10, @T10:00, 5 'mg', 3 days,
/// 1 'mg':2 'mL', {1, 2}, Interval[1, null), uncertain[1, 3], Tuple{1, 2}, code(red), concept(red green),
/// valueset(url), system(url).
class Reader {
 public:
  Reader(std::string_view text, World& world) : text_(text), world_(world) {}

  Value read() {
    skip();
    if (take_word("null")) return Value::null();
    if (take_word("true")) return Value::boolean(true);
    if (take_word("false")) return Value::boolean(false);
    if (take_word("Interval")) return read_interval();
    if (take_word("uncertain")) return read_range();
    if (take_word("code")) return code(take_until('(', ')'));
    if (take_word("concept")) return read_concept();
    if (take_word("valueset")) return vocabulary(take_until('(', ')'), false);
    if (take_word("system")) return vocabulary(take_until('(', ')'), true);
    if (peek() == '{') return read_list();
    if (peek() == '\'') return world_.context->string(read_quoted());
    if (peek() == '@') return read_date();
    return read_number();
  }

  /// Operands are divided by semicolons.
  std::vector<Value> read_operands() {
    std::vector<Value> operands;
    skip();
    while (at_ < text_.size()) {
      operands.push_back(read());
      skip();
      if (peek() != ';') break;
      ++at_;
      skip();
    }
    EXPECT_EQ(at_, text_.size()) << text_;
    return operands;
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip() {
    while (peek() == ' ') ++at_;
  }
  bool take_word(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  std::string_view take_until(char open, char close) {
    EXPECT_EQ(peek(), open) << text_;
    const std::size_t begin = ++at_;
    while (at_ < text_.size() && text_[at_] != close) ++at_;
    return text_.substr(begin, at_++ - begin);
  }

  Value read_interval() {
    const bool low_closed = text_[at_++] == '[';
    const Value low = read();
    skip();
    EXPECT_EQ(text_[at_++], ',') << text_;
    const Value high = read();
    skip();
    const bool high_closed = text_[at_++] == ']';
    return world_.context->interval(low, high, low_closed, high_closed);
  }

  Value read_range() {
    Value range = read_interval();
    range.kind = Kind::IntegerRange;
    range.flags = 0;
    return range;
  }

  Value code(std::string_view word) {
    CodeData* data = world_.arena.make<CodeData>();
    data->system = "http://example.org/color";
    data->code = world_.arena.copy(word);
    return Value::code(data, world_.terminology.find_code(data->system, data->code));
  }

  Value read_concept() {
    std::string_view words = take_until('(', ')');
    std::vector<Value> codes;
    while (!words.empty()) {
      const std::size_t end = std::min(words.find(' '), words.size());
      codes.push_back(code(words.substr(0, end)));
      words.remove_prefix(std::min(end + 1, words.size()));
    }
    ConceptData* data = world_.arena.make<ConceptData>();
    data->codes = world_.arena.copy(std::span<const Value>(codes));
    return Value::of_pointer(Kind::Concept, data, 0);
  }

  Value vocabulary(std::string_view url, bool is_code_system) {
    VocabularyData* data = world_.arena.make<VocabularyData>();
    data->url = world_.arena.copy(url);
    data->is_code_system = is_code_system;
    const std::optional<ValueSetId> set = is_code_system ? std::nullopt : world_.terminology.find_value_set(url);
    return Value::of_pointer(Kind::Vocabulary, data, set ? set->value : 0);
  }

  Value read_list() {
    ++at_;
    std::vector<Value> elements;
    skip();
    while (peek() != '}' && at_ < text_.size()) {
      elements.push_back(read());
      skip();
      if (peek() == ',') ++at_;
      skip();
    }
    ++at_;
    return world_.context->list(elements);
  }

  std::string read_quoted() {
    std::string result;
    for (++at_; at_ < text_.size() && text_[at_] != '\''; ++at_) {
      if (text_[at_] == '\\') ++at_;
      result.push_back(text_[at_]);
    }
    ++at_;
    return result;
  }

  Value read_date() {
    const std::size_t begin = ++at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 ||
                                  std::string_view("-+:.").find(text_[at_]) != std::string_view::npos)) {
      ++at_;
    }
    const std::string_view date = text_.substr(begin, at_ - begin);
    std::optional<Value> value;
    if (date.starts_with('T')) {
      value = parse_time(date.substr(1));
    } else {
      value = date.find('T') == std::string_view::npos ? parse_date(date) : parse_date_time(date);
    }
    EXPECT_TRUE(value.has_value()) << date;
    return value.value_or(Value::null());
  }

  Value read_number() {
    const std::size_t begin = at_;
    if (peek() == '-') ++at_;
    while (std::isdigit(static_cast<unsigned char>(peek())) != 0 || peek() == '.') ++at_;
    const std::string_view digits = text_.substr(begin, at_ - begin);
    const std::optional<Decimal> number = parse_decimal(digits);
    EXPECT_TRUE(number.has_value()) << "'" << text_.substr(begin) << "'";
    if (!number) {
      at_ = text_.size();
      return Value::null();
    }
    if (peek() == 'L') {
      ++at_;
      return Value::long_number(static_cast<std::int64_t>(number->coefficient));
    }
    if (peek() == ' ' && at_ + 1 < text_.size()) {
      const char next = text_[at_ + 1];
      if (next == '\'' || std::isalpha(static_cast<unsigned char>(next)) != 0) {
        ++at_;
        std::string unit;
        if (next == '\'') {
          unit = read_quoted();
        } else {
          while (std::isalpha(static_cast<unsigned char>(peek())) != 0) unit.push_back(text_[at_++]);
        }
        const Value quantity = quantity_value(*number, world_.units.intern(unit), world_.arena);
        if (peek() != ':') return quantity;
        ++at_;
        const Value ends[] = {quantity, read()};
        return Value::of_pointer(Kind::Ratio, world_.arena.copy(std::span<const Value>(ends)).data(), 0);
      }
    }
    if (digits.find('.') != std::string_view::npos) return decimal_value(*number, world_.arena);
    return Value::integer_number(static_cast<std::int32_t>(number->coefficient));
  }

  std::string_view text_;
  World& world_;
  std::size_t at_ = 0;
};

Precision precision_named(std::string_view name) {
  constexpr std::string_view kNames[] = {"none", "year", "month", "day", "hour", "minute", "second", "millisecond"};
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    if (kNames[i] == name) return static_cast<Precision>(i);
  }
  ADD_FAILURE() << "no precision is called " << name;
  return Precision::None;
}

/// What eval does around an operator.
Value apply(const World& world, OperatorId id, std::span<const Value> operands, const OperatorAttributes& attributes) {
  const OperatorRow& row = operator_row(id);
  if (row.null_rule == NullRule::Propagates) {
    for (const Value& operand : operands) {
      if (operand.is_null()) return Value::null();
    }
  }
  return row.evaluate(*world.context, operands, attributes);
}

/// One line: Enumerator [by precision] [as Type]: operand; operand => result. `failed` stands for any failure.
void run_case(std::string_view line, std::set<std::string_view>& covered) {
  World world;
  const std::size_t colon = line.find(':');
  const std::size_t arrow = line.rfind(" => ");
  ASSERT_TRUE(colon != std::string_view::npos && arrow != std::string_view::npos);
  std::string_view head = line.substr(0, colon);
  OperatorAttributes attributes;
  const std::string_view name = head.substr(0, head.find(' '));
  for (head.remove_prefix(name.size()); !head.empty();) {
    const bool by = head.starts_with(" by ");
    ASSERT_TRUE(by || head.starts_with(" as "));
    head.remove_prefix(4);
    const std::string_view word = head.substr(0, head.find(' '));
    if (by) {
      attributes.precision = precision_named(word);
    } else {
      attributes.type = *world.types.find("System", word);
    }
    head.remove_prefix(word.size());
  }
  const auto* enumerator = std::find(std::begin(kEnumerators), std::end(kEnumerators), name);
  ASSERT_NE(enumerator, std::end(kEnumerators)) << "no row is called " << name;
  covered.insert(*enumerator);
  const auto id = static_cast<OperatorId>(enumerator - std::begin(kEnumerators));
  const std::vector<Value> operands = Reader(line.substr(colon + 1, arrow - colon - 1), world).read_operands();
  const Value result = apply(world, id, operands, attributes);
  const std::string_view wanted = line.substr(arrow + 4);
  if (wanted == "failed") {
    EXPECT_TRUE(result.is_failed()) << debug_text(result, world.units);
    EXPECT_TRUE(operator_row(id).can_fail) << "the row says that it cannot fail";
    return;
  }
  const Value expected = Reader(wanted, world).read();
  if (expected.kind == result.kind && equal(expected, result, world.context->comparison()).is_true) return;
  EXPECT_EQ(debug_text(result, world.units), debug_text(expected, world.units));
}

TEST(Operators, GiveWhatTheCasesSayAndEveryRowHasOne) {
  std::ifstream file(std::string(CALX_SOURCE_DIR) + "/tests/operators/cases.txt");
  ASSERT_TRUE(file.is_open());
  std::set<std::string_view> covered;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (line.empty() || line.starts_with('#')) continue;
    SCOPED_TRACE("cases.txt:" + std::to_string(number) + ": " + line);
    run_case(line, covered);
  }
  for (std::string_view enumerator : kEnumerators) {
    EXPECT_TRUE(covered.contains(enumerator)) << enumerator << " has no case";
  }
}

TEST(Operators, AreFoundByName) {
  const std::span<const OperatorId> rows = overloads("Length");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0], OperatorId::LengthString);
  EXPECT_EQ(rows[1], OperatorId::LengthList);
  EXPECT_TRUE(overloads("NoSuchOperator").empty());
  for (std::size_t i = 0; i < operator_rows().size(); ++i) {
    const std::span<const OperatorId> found = overloads(operator_rows()[i].name);
    EXPECT_NE(std::find(found.begin(), found.end(), static_cast<OperatorId>(i)), found.end());
  }
}

TEST(Operators, ListsThatGrowPastTheLimitFail) {
  World world;
  const Value operands[] = {Reader("Interval[1, 1001]", world).read()};
  const Value result = apply(world, OperatorId::ExpandInterval, operands, {});
  ASSERT_TRUE(result.is_failed());
  const Value shorter[] = {Reader("Interval[1, 1000]", world).read()};
  EXPECT_EQ(apply(world, OperatorId::ExpandInterval, shorter, {}).as_list().size(), 1000U);
}

TEST(Operators, ChildrenAndDescendentsOfTuples) {
  World world;
  const TypeId inner_type = world.types.tuple_of({{"b", system_type::kInteger}});
  const TypeId outer_type =
      world.types.tuple_of({{"a", inner_type}, {"l", world.types.list_of(system_type::kInteger)}});
  const Value inner[] = {Value::integer_number(1)};
  const Value outer[] = {Value::tuple(inner, inner_type), Reader("{2, null, 3}", world).read()};
  const Value operands[] = {Value::tuple(outer, outer_type)};
  EXPECT_EQ(apply(world, OperatorId::Children, operands, {}).as_list().size(), 3U);
  EXPECT_EQ(apply(world, OperatorId::Descendents, operands, {}).as_list().size(), 4U);
}

TEST(Operators, LongListsAreDistinctInTheSameWay) {
  World world;
  std::vector<Value> values;
  for (std::int32_t i = 0; i < 300; ++i) {
    values.push_back(Value::integer_number(i % 40));
    values.push_back(decimal_value({(i % 40) * 10, 1}, world.arena));  // equal to the integer
    values.push_back(world.context->string("text " + std::to_string(i % 50)));
    values.push_back(Reader(i % 2 == 0 ? "code(red)" : "null", world).read());
  }
  const Value operands[] = {Value::list(values)};
  // 40 numbers, 50 texts, a code and a null.
  EXPECT_EQ(apply(world, OperatorId::Distinct, operands, {}).as_list().size(), 92U);
}

TEST(Operators, FailuresSayWhatWasWrong) {
  World world;
  const Value operands[] = {Reader("'a'", world).read(), Reader("'(a'", world).read()};
  const Value result = apply(world, OperatorId::Matches, operands, {});
  ASSERT_TRUE(result.is_failed());
  EXPECT_NE(result.as_failure().message.find("regular expression"), std::string_view::npos);
}

}  // namespace
}  // namespace calx
