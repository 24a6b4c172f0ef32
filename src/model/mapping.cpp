#include "model/model.h"

namespace calx {

namespace {

/// mapping := '%value' steps | '%parent' steps | Function '(' mapping ')'
/// step := '.' name tests ; test := '[' path '=' quoted { ',' path '=' quoted } ']'
class MappingParser {
 public:
  MappingParser(std::string_view text, std::string& trouble) : text_(text), trouble_(trouble) {}

  std::optional<std::vector<MappingCase>> parse() {
    std::vector<MappingCase> cases;
    do {
      MappingCase one;
      // "System.Concept:FHIRHelpers.ToConcept(%value)"; a type has neither percent sign nor bracket.
      const std::size_t colon = text_.find(':', at_);
      const std::size_t other = text_.find_first_of("%([;", at_);
      if (colon != std::string_view::npos && colon < other) {
        one.type = std::string(text_.substr(at_, colon - at_));
        at_ = colon + 1;
      }
      if (!mapping(one.mapping)) return std::nullopt;
      cases.push_back(std::move(one));
    } while (take(';') && at_ < text_.size());
    if (at_ < text_.size()) return fail("nothing more");
    if (cases.size() > 1) {
      for (const MappingCase& one : cases) {
        if (one.type.empty()) return fail("a type before each alternative");
      }
    } else {
      cases[0].type.clear();
    }
    return cases;
  }

 private:
  std::nullopt_t fail(std::string_view expected) {
    trouble_ = "expected " + std::string(expected) + " at character " + std::to_string(at_ + 1);
    return std::nullopt;
  }

  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool take(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  static bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  }

  std::string_view name() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_name_character(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  bool mapping(Mapping& result) {
    if (!take('%')) {
      const std::size_t begin = at_;
      do {
        if (name().empty()) return fail("%value, %parent or a function"), false;
      } while (take('.'));
      if (!result.function.empty()) return fail("one function"), false;
      result.function = std::string(text_.substr(begin, at_ - begin));
      if (!take('(')) return fail("'('"), false;
      if (!mapping(result)) return false;
      if (!take(')')) return fail("')'"), false;
      return true;
    }
    if (take("parent")) {
      result.from_parent = true;
    } else if (!take("value")) {
      return fail("%value or %parent"), false;
    }
    while (take('.')) {
      MappingStep step;
      step.name = std::string(name());
      if (step.name.empty()) return fail("the name of an element"), false;
      take("[x]");
      if (take('[')) {
        do {
          MappingTest test;
          if (!this->test(test)) return false;
          step.tests.push_back(std::move(test));
        } while (take(','));
        if (!take(']')) return fail("']'"), false;
      }
      result.steps.push_back(std::move(step));
    }
    return true;
  }

  bool test(MappingTest& result) {
    do {
      const std::string_view step = name();
      if (step.empty()) return fail("the name of an element"), false;
      result.path.emplace_back(step);
    } while (take('.'));
    if (!take('=') || !take('\'')) return fail("= and a quoted text"), false;
    const std::size_t end = text_.find('\'', at_);
    if (end == std::string_view::npos) return fail("a closing quote"), false;
    result.value = std::string(text_.substr(at_, end - at_));
    at_ = end + 1;
    return true;
  }

  std::string_view text_;
  std::string& trouble_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<std::vector<MappingCase>> parse_mapping(std::string_view target, std::string& trouble) {
  return MappingParser(target, trouble).parse();
}

}  // namespace calx
