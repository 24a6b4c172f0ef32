#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <vector>

#include "check/checker.h"
#include "cql/parser.h"
#include "diagnostics/render.h"
#include "plan/plan.h"

// tests/golden/check/*.cql: a text, or several after lines `// ---- Name.cql`, each able to include those before it;
// then a line `// EXPECTED` and what the checker says of them, as comments. A file called fail_* has an error; any
// other has none, but may have warnings. CALX_UPDATE_GOLDEN=1 writes the output into the files instead of comparing.

namespace calx {
namespace {

constexpr std::string_view kMarker = "\n// EXPECTED\n";
constexpr std::string_view kFileMarker = "// ---- ";

std::string read(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

std::string as_comment(std::string_view output) {
  std::string out;
  while (!output.empty()) {
    const std::size_t end = std::min(output.find('\n'), output.size());
    out += end == 0 ? "//" : "// ";
    out += output.substr(0, end);
    out += '\n';
    output.remove_prefix(std::min(end + 1, output.size()));
  }
  return out;
}

/// The texts of a golden file with their names.
std::vector<std::pair<std::string, std::string>> texts_of(const std::string& name, std::string_view input) {
  if (!input.starts_with(kFileMarker)) return {{name, std::string(input)}};
  std::vector<std::pair<std::string, std::string>> texts;
  while (!input.empty()) {
    std::size_t end = std::min(input.find('\n'), input.size() - 1) + 1;
    const std::string_view line = input.substr(0, end);
    input.remove_prefix(end);
    if (line.starts_with(kFileMarker)) {
      const std::string_view file = line.substr(kFileMarker.size());
      texts.emplace_back(file.substr(0, file.find('\n')), "");
    } else {
      texts.back().second += line;
    }
  }
  return texts;
}

TEST(Golden, Check) {
  const bool update = std::getenv("CALX_UPDATE_GOLDEN") != nullptr;
  std::vector<std::filesystem::path> files;
  const std::filesystem::path folder = std::filesystem::path(CALX_SOURCE_DIR) / "tests" / "golden" / "check";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".cql") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::set<std::string_view> seen;
  for (const std::filesystem::path& file : files) {
    const std::string whole = read(file);
    const std::size_t marker = whole.find(kMarker);
    const std::string input = whole.substr(0, marker == std::string::npos ? whole.size() : marker + 1);
    const std::string expected = marker == std::string::npos ? "" : whole.substr(marker + kMarker.size());

    LinkedProgram program;
    Diagnostics diagnostics;
    program.terminology.finish(diagnostics);
    std::deque<cql::Ast> asts;
    std::deque<TypedLibrary> libraries;
    const LibraryFinder find = [&](std::string_view name, std::string_view) -> const TypedLibrary* {
      const auto found = std::ranges::find(libraries, name, &TypedLibrary::name);
      return found == libraries.end() ? nullptr : &*found;
    };
    const CheckContext context{program.types, program.terminology, program.units, program.arena, diagnostics};
    for (auto& [name, text] : texts_of(file.filename().string(), input)) {
      asts.push_back(cql::parse_library(program.sources.add(name, text), diagnostics));
      libraries.push_back(check_library(asts.back().library(), find, context));
    }
    for (const Diagnostic& diagnostic : diagnostics.entries()) seen.insert(diagnostic_info(diagnostic.kind).name);
    const std::string rendered = render_text(diagnostics, program.sources, Colour::Off);
    EXPECT_EQ(diagnostics.has_errors(), file.filename().string().starts_with("fail_")) << file << "\n" << rendered;
    EXPECT_FALSE(diagnostics.empty()) << file << " shows no diagnostic";
    const std::string output = as_comment(rendered);
    if (update) {
      std::ofstream(file, std::ios::binary) << input << kMarker.substr(1) << output;
    } else {
      EXPECT_EQ(output, expected) << file;
    }
  }
  for (const DiagnosticInfo& info : all_diagnostics()) {
    // 1xxx: golden/parse. 3xxx: tests of those who read terminology, models and content. Libraries in a circle are
    // found by whoever orders them.
    if (!info.code.starts_with("CALX2") || info.kind == DiagnosticKind::CircularInclude) continue;
    EXPECT_TRUE(seen.contains(info.name)) << info.name << " has no golden file that shows it";
  }
}

}  // namespace
}  // namespace calx
