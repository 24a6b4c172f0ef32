#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <vector>

#include "cql/test_support.h"

// tests/golden/parse/*.cql: a text, then a line `// EXPECTED` and the expected output as comments. For a file called
// fail_* that is its diagnostics, and it must have an error; for any other its tree, and it must have none.
// CALX_UPDATE_GOLDEN=1 writes the output into the files instead of comparing.

namespace calx::cql {
namespace {

constexpr std::string_view kMarker = "\n// EXPECTED\n";

std::vector<std::filesystem::path> golden_files() {
  std::vector<std::filesystem::path> files;
  std::filesystem::path folder = std::filesystem::path(CALX_SOURCE_DIR) / "tests" / "golden" / "parse";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".cql") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

std::string read(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

std::string as_comment(std::string_view output) {
  std::string out;
  while (!output.empty()) {
    std::size_t end = std::min(output.find('\n'), output.size());
    std::string_view line = output.substr(0, end);
    out += line.empty() ? "//" : "// ";
    out += line;
    out += '\n';
    output.remove_prefix(std::min(end + 1, output.size()));
  }
  return out;
}

TEST(Golden, Parse) {
  bool update = std::getenv("CALX_UPDATE_GOLDEN") != nullptr;
  std::set<std::string_view> seen;
  for (const std::filesystem::path& file : golden_files()) {
    std::string whole = read(file);
    std::size_t marker = whole.find(kMarker);
    std::string input = whole.substr(0, marker == std::string::npos ? whole.size() : marker + 1);
    std::string expected = marker == std::string::npos ? "" : whole.substr(marker + kMarker.size());

    SourceSet sources;
    Diagnostics diagnostics;
    const SourceText& source = sources.add(file.filename().string(), input);
    Ast ast = parse_library(source, diagnostics);
    for (const Diagnostic& diagnostic : diagnostics.entries()) seen.insert(diagnostic_info(diagnostic.kind).name);
    bool should_fail = file.filename().string().starts_with("fail_");
    EXPECT_EQ(diagnostics.has_errors(), should_fail) << file << "\n" << render_text(diagnostics, sources, Colour::Off);
    std::string output =
        as_comment(should_fail ? render_text(diagnostics, sources, Colour::Off) : print_ast(ast.library()));
    if (update) {
      std::ofstream(file, std::ios::binary) << input << kMarker.substr(1) << output;
    } else {
      EXPECT_EQ(output, expected) << file;
    }
  }
  for (const DiagnosticInfo& info : all_diagnostics()) {
    if (!info.code.starts_with("CALX1")) continue;
    // 64 MiB are no golden file: Lexer.TextOverTheLimitIsRefused.
    if (info.kind == DiagnosticKind::SourceTooLarge) continue;
    EXPECT_TRUE(seen.contains(info.name)) << info.name << " has no golden file that shows it";
  }
}

}  // namespace
}  // namespace calx::cql
