#include "units/ucum.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>

namespace calx {

namespace {

constexpr std::size_t kGreatestLength = 256;
constexpr int kGreatestDepth = 32;
constexpr int kGreatestExponent = 100;
constexpr std::size_t kGreatestTerms = 64;
/// With these limits a comparison's products stay within a Natural.
constexpr std::size_t kGreatestFactorBits = 384;
constexpr int kGreatestPowerOfTen = 120;

enum class AtomKind : std::uint8_t {
  Base0,
  Base1,
  Base2,
  Base3,
  Base4,
  Base5,
  Base6,
  Arbitrary,
  Derived,
  Celsius,
  Fahrenheit,
  Reaumur,
  Log10,
  TwoLog10,
  LogE,
  Log2,
  MinusLog10,
  MinusLog100,
  MinusLog1000,
  MinusLog50000,
  HundredTangent,
  SquareRoot,
};

struct Atom {
  std::string_view code;
  bool is_metric;
  AtomKind kind;
  std::string_view value;
  std::string_view expression;
};

struct Prefix {
  std::string_view code;
  int base;
  int exponent;
};

#define CALX_UCUM_PREFIX(code, base, exponent)
#define CALX_UCUM_ATOM(code, is_metric, kind, value, expression) \
  Atom{code, is_metric, AtomKind::kind, value, expression},
constexpr Atom kAtoms[] = {
#include "units/ucum_table.inc"
};
#undef CALX_UCUM_PREFIX
#undef CALX_UCUM_ATOM

#define CALX_UCUM_PREFIX(code, base, exponent) Prefix{code, base, exponent},
#define CALX_UCUM_ATOM(code, is_metric, kind, value, expression)
constexpr Prefix kPrefixes[] = {
#include "units/ucum_table.inc"
};
#undef CALX_UCUM_PREFIX
#undef CALX_UCUM_ATOM

/// Sorted by bytes, as the generator writes them.
const Atom* find_atom(std::string_view code) {
  const Atom* found = std::lower_bound(std::begin(kAtoms), std::end(kAtoms), code,
                                       [](const Atom& atom, std::string_view wanted) { return atom.code < wanted; });
  return found != std::end(kAtoms) && found->code == code ? found : nullptr;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::optional<std::vector<UnitTerm>> parse() {
    if (text_.empty() || text_.size() > kGreatestLength) return std::nullopt;
    // A slash in front divides by the first component alone: "/min/mg" is 1/min/mg.
    const bool is_inverse = take('/');
    if (!read_component(is_inverse ? -1 : 1, 0) || !read_rest(1, 0) || at_ != text_.size()) return std::nullopt;
    return std::move(terms_);
  }

 private:
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  /// Components joined by . and /, from the left; `sign` is -1 below a slash.
  bool read_term(int sign, int depth) { return read_component(sign, depth) && read_rest(sign, depth); }

  bool read_rest(int sign, int depth) {
    while (at_ < text_.size() && text_[at_] != ')') {
      if (take('.')) {
        if (!read_component(sign, depth)) return false;
      } else if (take('/')) {
        if (!read_component(-sign, depth)) return false;
      } else {
        return false;
      }
    }
    return true;
  }

  bool read_component(int sign, int depth) {
    if (take('(')) {
      return depth < kGreatestDepth && read_term(sign, depth + 1) && take(')');
    }
    if (terms_.size() == kGreatestTerms) return false;
    UnitTerm term;
    term.exponent = sign;
    if (!read_symbol(term) || !read_annotation(term)) return false;
    if (term.symbol.empty() && term.annotation.empty()) return false;
    terms_.push_back(term);
    return true;
  }

  /// An integer, or an atom with its exponent. Digits belong to an atom within brackets and in 10* and 10^ only.
  bool read_symbol(UnitTerm& term) {
    const std::size_t first = at_;
    if (at_ < text_.size() && is_digit(text_[at_])) {
      while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
      const bool is_ten = text_.substr(first, at_ - first) == "10";
      if (!is_ten || !(take('*') || take('^'))) {
        term.symbol = text_.substr(first, at_ - first);
        return true;
      }
    } else {
      while (at_ < text_.size()) {
        const char c = text_[at_];
        if (c == '[') {
          const std::size_t end = text_.find(']', at_);
          if (end == std::string_view::npos) return false;
          at_ = end;
        } else if (is_digit(c) || c == '+' || c == '-' || c == '.' || c == '/' || c == '(' || c == ')' || c == '{' ||
                   c == '}' || c == ']' || c <= ' ' || c > '~') {
          break;
        }
        ++at_;
      }
    }
    term.symbol = text_.substr(first, at_ - first);
    return term.symbol.empty() || read_exponent(term);
  }

  bool read_exponent(UnitTerm& term) {
    bool is_negative = false;
    const bool has_sign = at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-');
    if (has_sign) is_negative = text_[at_++] == '-';
    const std::size_t first = at_;
    int exponent = 0;
    while (at_ < text_.size() && is_digit(text_[at_])) {
      exponent = std::min(exponent * 10 + (text_[at_] - '0'), kGreatestExponent + 1);
      ++at_;
    }
    if (at_ == first) return !has_sign;
    if (exponent > kGreatestExponent) return false;
    term.exponent *= is_negative ? -exponent : exponent;
    return true;
  }

  bool read_annotation(UnitTerm& term) {
    if (at_ >= text_.size() || text_[at_] != '{') return true;
    const std::size_t end = text_.find_first_of("{}", at_ + 1);
    if (end == std::string_view::npos || text_[end] != '}') return false;
    term.annotation = text_.substr(at_, end + 1 - at_);
    at_ = end + 1;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<UnitTerm> terms_;
};

bool is_within_limits(const UnitFactor& factor) {
  return !factor.numerator.has_overflowed() && !factor.denominator.has_overflowed() &&
         factor.numerator.bits() <= kGreatestFactorBits && factor.denominator.bits() <= kGreatestFactorBits &&
         std::abs(factor.exponent) <= kGreatestPowerOfTen;
}

/// Lowest terms, with the tens of either side in the exponent.
UnitFactor reduced(UnitFactor factor) {
  const Natural divisor = greatest_common_divisor(factor.numerator, factor.denominator);
  if (compare(divisor, Natural(1)) != 0) {
    factor.numerator = divide(factor.numerator, divisor).quotient;
    factor.denominator = divide(factor.denominator, divisor).quotient;
  }
  const auto take_tens = [](Natural& number) {
    int tens = 0;
    for (;;) {
      Natural tenth = number;
      if (tenth.is_zero() || tenth.divide_by(10) != 0) return tens;
      number = tenth;
      ++tens;
    }
  };
  factor.exponent += take_tens(factor.numerator);
  factor.exponent -= take_tens(factor.denominator);
  return factor;
}

std::optional<UnitFactor> power(UnitFactor base, int exponent) {
  if (exponent < 0) base = inverse(base);
  UnitFactor result;
  for (int i = std::abs(exponent); i > 0; --i) {
    result = result * base;
    if (!is_within_limits(result)) return std::nullopt;
  }
  return result;
}

/// Digits with an optional fraction and exponent, as the table writes its values.
UnitFactor factor_of_number(std::string_view text) {
  UnitFactor factor;
  factor.numerator = Natural(0);
  std::size_t at = 0;
  bool in_fraction = false;
  for (; at < text.size() && text[at] != 'e'; ++at) {
    if (text[at] == '.') {
      in_fraction = true;
      continue;
    }
    factor.numerator.multiply_by(10).add(static_cast<std::uint64_t>(text[at] - '0'));
    if (in_fraction) --factor.exponent;
  }
  if (at < text.size()) factor.exponent += std::atoi(text.data() + at + 1);
  return reduced(factor);
}

bool is_function(AtomKind kind) {
  return kind >= AtomKind::Celsius;
}

UnitFunction function_of(AtomKind kind) {
  return static_cast<UnitFunction>(static_cast<int>(UnitFunction::Celsius) + static_cast<int>(kind) -
                                   static_cast<int>(AtomKind::Celsius));
}

bool add_arbitrary(UnitMeasure& measure, UnitMeasure::Arbitrary added) {
  if (added.exponent == 0) return true;
  std::vector<UnitMeasure::Arbitrary> units;
  for (const UnitMeasure::Arbitrary& unit : measure.arbitrary) {
    if (unit.unit == added.unit) {
      added.exponent = static_cast<std::int16_t>(added.exponent + unit.exponent);
    } else if (unit.unit != 0) {
      units.push_back(unit);
    }
  }
  if (added.exponent != 0) units.push_back(added);
  if (units.size() > measure.arbitrary.size()) return false;
  std::sort(units.begin(), units.end(), [](const auto& a, const auto& b) { return a.unit < b.unit; });
  measure.arbitrary = {};
  std::copy(units.begin(), units.end(), measure.arbitrary.begin());
  return true;
}

/// Multiplies `product` by `measure` to the power of `exponent`.
bool multiply_measure(UnitMeasure& product, const UnitMeasure& measure, int exponent) {
  constexpr int kGreatestDimension = 1000;
  for (std::size_t i = 0; i < product.dimensions.size(); ++i) {
    const int dimension = product.dimensions[i] + measure.dimensions[i] * exponent;
    if (std::abs(dimension) > kGreatestDimension) return false;
    product.dimensions[i] = static_cast<std::int16_t>(dimension);
  }
  for (UnitMeasure::Arbitrary unit : measure.arbitrary) {
    const int unit_exponent = unit.exponent * exponent;
    if (std::abs(unit_exponent) > kGreatestDimension) return false;
    unit.exponent = static_cast<std::int16_t>(unit_exponent);
    if (unit.unit != 0 && !add_arbitrary(product, unit)) return false;
  }
  const std::optional<UnitFactor> factor = power(measure.factor, exponent);
  if (!factor) return false;
  product.factor = reduced(product.factor * *factor);
  return is_within_limits(product.factor);
}

std::optional<UnitMeasure> measure_of_atom(const Atom& atom) {
  UnitMeasure measure;
  if (atom.kind <= AtomKind::Base6) {
    measure.dimensions[static_cast<std::size_t>(atom.kind)] = 1;
    return measure;
  }
  if (atom.kind == AtomKind::Arbitrary) {
    measure.arbitrary[0] = {static_cast<std::uint16_t>(&atom - std::begin(kAtoms) + 1), 1};
    return measure;
  }
  const std::optional<std::vector<UnitTerm>> terms = parse_unit(atom.expression);
  if (!terms) return std::nullopt;
  std::optional<UnitMeasure> defined = measure_of(*terms);
  if (!defined) return std::nullopt;
  defined->factor = reduced(defined->factor * factor_of_number(atom.value));
  if (is_function(atom.kind)) defined->function = function_of(atom.kind);
  return defined;
}

struct Symbol {
  const Atom* atom = nullptr;
  const Prefix* prefix = nullptr;
};

std::optional<Symbol> find_symbol(std::string_view symbol) {
  if (const Atom* atom = find_atom(symbol)) return Symbol{atom, nullptr};
  for (const Prefix& prefix : kPrefixes) {
    if (!symbol.starts_with(prefix.code)) continue;
    const Atom* atom = find_atom(symbol.substr(prefix.code.size()));
    if (atom != nullptr && atom->is_metric) return Symbol{atom, &prefix};
  }
  return std::nullopt;
}

UnitFactor factor_of_prefix(const Prefix& prefix) {
  UnitFactor factor;
  if (prefix.base == 10) {
    factor.exponent = prefix.exponent;
  } else {
    factor.numerator.shift_left(static_cast<std::size_t>(prefix.exponent));
  }
  return factor;
}

std::optional<UnitMeasure> measure_of_symbol(std::string_view symbol) {
  if (is_digit(symbol.front()) && symbol.find_first_not_of("0123456789") == std::string_view::npos) {
    UnitMeasure measure;
    measure.factor.numerator = Natural(0);
    for (const char c : symbol) measure.factor.numerator.multiply_by(10).add(static_cast<std::uint64_t>(c - '0'));
    if (measure.factor.numerator.is_zero() || !is_within_limits(measure.factor)) return std::nullopt;
    measure.factor = reduced(measure.factor);
    return measure;
  }
  const std::optional<Symbol> found = find_symbol(symbol);
  if (!found) return std::nullopt;
  std::optional<UnitMeasure> measure = measure_of_atom(*found->atom);
  if (!measure || found->prefix == nullptr) return measure;
  UnitFactor& scaled = measure->function == UnitFunction::Linear ? measure->factor : measure->prefix;
  scaled = reduced(scaled * factor_of_prefix(*found->prefix));
  return is_within_limits(scaled) ? measure : std::nullopt;
}

}  // namespace

UnitFactor operator*(const UnitFactor& a, const UnitFactor& b) {
  return {a.numerator * b.numerator, a.denominator * b.denominator, a.exponent + b.exponent};
}

UnitFactor inverse(const UnitFactor& factor) {
  return {factor.denominator, factor.numerator, -factor.exponent};
}

int compare(const UnitFactor& a, const UnitFactor& b) {
  Natural left = a.numerator * b.denominator;
  Natural right = b.numerator * a.denominator;
  const int difference = a.exponent - b.exponent;
  (difference > 0 ? left : right).multiply_by_power_of_ten(static_cast<std::size_t>(std::abs(difference)));
  return compare(left, right);
}

std::optional<std::vector<UnitTerm>> parse_unit(std::string_view text) {
  return Parser(text).parse();
}

std::optional<UnitMeasure> measure_of(const std::vector<UnitTerm>& terms) {
  UnitMeasure product;
  for (const UnitTerm& term : terms) {
    if (term.symbol.empty()) continue;
    const std::optional<UnitMeasure> measure = measure_of_symbol(term.symbol);
    if (!measure) return std::nullopt;
    if (measure->function != UnitFunction::Linear) {
      const bool is_alone = std::all_of(terms.begin(), terms.end(), [&](const UnitTerm& other) {
        return &other == &term ? other.exponent == 1 : other.symbol.empty();
      });
      return is_alone ? measure : std::nullopt;
    }
    if (!multiply_measure(product, *measure, term.exponent)) return std::nullopt;
  }
  return product;
}

std::string product_text(const std::vector<UnitTerm>& a, const std::vector<UnitTerm>& b, bool is_quotient) {
  std::vector<UnitTerm> joined;
  const auto join = [&](const std::vector<UnitTerm>& terms, int sign) {
    for (UnitTerm term : terms) {
      if (term.symbol == "1" && term.annotation.empty()) continue;
      term.exponent *= sign;
      const auto same = std::find_if(joined.begin(), joined.end(), [&](const UnitTerm& other) {
        return other.symbol == term.symbol && other.annotation == term.annotation;
      });
      if (same == joined.end()) {
        joined.push_back(term);
      } else {
        same->exponent += term.exponent;
      }
    }
  };
  join(a, 1);
  join(b, is_quotient ? -1 : 1);

  const auto append = [](std::string& text, const UnitTerm& term, char separator, int exponent) {
    const bool is_repeated = term.symbol.empty() || (is_digit(term.symbol.back()) && is_digit(term.symbol.front()));
    for (int times = is_repeated ? exponent : 1; times > 0; --times) {
      if (separator == '/' || !text.empty()) text += separator;
      text += term.symbol;
      if (!is_repeated && exponent != 1) text += std::to_string(exponent);
      text += term.annotation;
    }
  };
  std::string text;
  for (const UnitTerm& term : joined) {
    if (term.exponent > 0) append(text, term, '.', term.exponent);
  }
  for (const UnitTerm& term : joined) {
    if (term.exponent < 0) append(text, term, '/', -term.exponent);
  }
  return text.empty() ? "1" : text;
}

}  // namespace calx
