#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

#include "cql/test_support.h"

namespace calx::cql {
namespace {

struct Case {
  std::string place;
  std::string text;
  std::string invalid;  // as the suite marks it: syntax, semantic, true (an error when run), or empty
};

std::filesystem::path suite_folder() {
  const char* shared = std::getenv("CALX_SHARED");
  std::filesystem::path base =
      shared != nullptr ? std::filesystem::path(shared) : std::filesystem::path(CALX_SOURCE_DIR) / ".." / "shared";
  return base / "conformance" / "cql-tests";
}

std::string unescape_xml(std::string_view text) {
  struct Entity {
    std::string_view name;
    char value;
  };
  constexpr Entity kEntities[] = {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}};
  std::string out;
  while (!text.empty()) {
    std::size_t taken = 1;
    char value = text.front();
    for (const Entity& entity : kEntities) {
      if (!text.starts_with(entity.name)) continue;
      taken = entity.name.size();
      value = entity.value;
    }
    out += value;
    text.remove_prefix(taken);
  }
  return out;
}

// The files hold <expression ...>text</expression> and <output>text</output> and nothing that needs a real reader.
std::vector<Case> read_cases(const std::filesystem::path& file, std::string_view element) {
  std::ifstream stream(file, std::ios::binary);
  std::string all{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  std::vector<Case> cases;
  std::string open = "<" + std::string(element);
  std::string close = "</" + std::string(element) + ">";
  for (std::size_t at = all.find(open); at != std::string::npos; at = all.find(open, at + 1)) {
    std::size_t head = all.find('>', at);
    std::size_t end = all.find(close, at);
    if (head == std::string::npos || end == std::string::npos || head > end) continue;
    Case found;
    std::string attributes = all.substr(at, head - at);
    std::size_t invalid = attributes.find("invalid=\"");
    if (invalid != std::string::npos) {
      found.invalid = attributes.substr(invalid + 9, attributes.find('"', invalid + 9) - invalid - 9);
    }
    if (found.invalid == "false") found.invalid.clear();
    found.text = unescape_xml(all.substr(head + 1, end - head - 1));
    found.place = file.filename().string() + " at byte " + std::to_string(at);
    cases.push_back(found);
  }
  return cases;
}

TEST(Conformance, EveryValidExpressionParsesAndRoundTrips) {
  if (!std::filesystem::is_directory(suite_folder())) {
    std::cout << "SKIPPED 0 of 0 conformance files: no folder " << suite_folder() << "; set CALX_SHARED\n";
    GTEST_SKIP();
  }
  std::size_t parsed = 0;
  std::size_t skipped = 0;
  for (const auto& entry : std::filesystem::directory_iterator(suite_folder())) {
    if (entry.path().extension() != ".xml") continue;
    for (std::string_view element : {"expression", "output"}) {
      for (const Case& found : read_cases(entry.path(), element)) {
        if (found.invalid == "syntax" || found.invalid == "semantic" || found.text.empty()) {
          ++skipped;
          continue;
        }
        SCOPED_TRACE(found.place);
        expect_round_trip(found.text);
        ++parsed;
      }
    }
  }
  std::cout << "parsed " << parsed << " texts of the conformance suite, " << skipped << " marked invalid\n";
  EXPECT_GT(parsed, 1000U);
}

}  // namespace
}  // namespace calx::cql
