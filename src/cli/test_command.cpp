#include <algorithm>
#include <filesystem>

#include "calx/engine.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/expectations.h"
#include "cli/input_file.h"
#include "cli/loaded_guideline.h"
#include "cli/moment.h"

namespace calx::cli {

namespace {

namespace fs = std::filesystem;

std::vector<std::string> case_names(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code trouble;
  for (fs::directory_iterator at(folder, trouble); !trouble && at != fs::directory_iterator(); at.increment(trouble)) {
    std::error_code unknown;
    if (at->is_directory(unknown)) names.push_back(at->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Difference trouble_with(const std::string& file, const std::string& message) {
  return {file, "readable", message};
}

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// Pieces of at most `width` columns, cut after a space where there is one.
std::vector<std::string> pieces_of(const std::string& text, std::size_t width) {
  std::vector<std::string> pieces(1);
  std::size_t used = 0;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = std::min(text.find(' ', at), text.size());
    if (end < text.size()) ++end;
    std::string word = text.substr(at, end - at);
    at = end;
    if (used > 0 && used + columns(word) > width + 1) {
      pieces.emplace_back();
      used = 0;
    }
    while (columns(word) > width + 1) {
      std::size_t cut = width;
      while (cut > 0 && cut < word.size() && (static_cast<unsigned char>(word[cut]) & 0xC0U) == 0x80U) --cut;
      pieces.back() += word.substr(0, cut);
      pieces.emplace_back();
      word.erase(0, cut);
    }
    pieces.back() += word;
    used += columns(word);
  }
  for (std::string& piece : pieces) {
    while (piece.ends_with(' ')) piece.pop_back();
  }
  return pieces;
}

void print_side_by_side(const std::string& expected, const std::string& actual, std::size_t width) {
  constexpr std::size_t kMargin = 8;  // indent and the bar between
  const std::size_t half = (std::max<std::size_t>(width, 60) - kMargin) / 2;
  const std::vector<std::string> left = pieces_of(expected, half);
  const std::vector<std::string> right = pieces_of(actual, half);
  for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    const std::string text = i < left.size() ? left[i] : std::string();
    const std::size_t used = columns(text);
    print("      " + text + std::string(used < half ? half - used : 0, ' ') + " | " +
          (i < right.size() ? right[i] : std::string()) + "\n");
  }
}

/// Compares one case; what could not even be evaluated is a difference too.
std::vector<Difference> run_case(const fs::path& folder, Worker& worker, const Program& program) {
  const Result<std::string> expected_text = read_file((folder / "expected.json").string());
  if (!expected_text) return {trouble_with("expected.json", expected_text.error().message)};
  const Result<JsonDocument> expected = JsonDocument::parse(*expected_text);
  if (!expected) return {trouble_with("expected.json", expected.error().message)};
  const Result<std::string> record = read_file((folder / "patient.json").string());
  if (!record) return {trouble_with("patient.json", record.error().message)};

  const JsonValue root = expected->root();
  if (!root["at"].is_string()) return {trouble_with("expected.json", "it needs \"at\", the moment asked about")};
  Request request;
  request.at = complete_moment(root["at"].text(), "Z");
  request.subject = root["subject"].text();
  const Result<Evaluation> evaluation = worker.evaluate(*record, request);
  if (!evaluation) return {trouble_with("patient.json", evaluation.error().message)};

  const std::string document_text = results_json(*evaluation, program.info(), false);
  const Result<JsonDocument> document = JsonDocument::parse(document_text, document_text.size());
  if (!document) return {trouble_with("results", document.error().message)};
  const JsonValue actual = document->root();
  std::vector<Difference> differences;
  for (const auto& [define, value] : root["results"]) {
    const std::string name(define);
    if (const JsonValue failure = actual["errors"][define]) {
      differences.push_back(
          {name, std::string(value.raw()),
           "failed: " + std::string(failure["message"].text()) + " (" + std::string(failure["where"].text()) + ")"});
    } else if (!actual["results"][define]) {
      differences.push_back({name, std::string(value.raw()), "the guideline has no such define"});
    } else {
      compare_expected(value, actual["results"][define], name, differences);
    }
  }
  for (const std::string_view part : {"errors", "issues"}) {
    if (root[part]) compare_expected(root[part], actual[part], std::string(part), differences);
  }
  for (const auto& [define, failure] : actual["errors"]) {
    if (!root["errors"][define] && !root["results"][define]) {
      differences.push_back(
          {std::string(define), "a value",
           "failed: " + std::string(failure["message"].text()) + " (" + std::string(failure["where"].text()) + ")"});
    }
  }
  return differences;
}

}  // namespace

const CommandSpec& test_spec() {
  static const CommandSpec spec{
      "test",
      "DIR",
      "run the cases of a guideline",
      "DIR is the guideline's folder. Every folder below cases/ is one case: patient.json and expected.json.",
      {{"--case", "NAME", "only cases whose name contains NAME"}}};
  return spec;
}

int run_test(const Arguments& arguments) {
  const LoadedGuideline guideline = load_guideline(arguments.operand);
  if (!guideline.program) return guideline.exit_code;
  const fs::path folder = fs::path(arguments.operand) / "cases";
  std::vector<std::string> names = case_names(folder);
  if (names.empty()) {
    complain("there are no cases in " + folder.string());
    return exit_code::kWrongUse;
  }
  if (const std::optional<std::string> wanted = arguments.find("--case")) {
    const std::vector<std::string_view> all(names.begin(), names.end());
    const std::string near(nearest(*wanted, all));
    std::erase_if(names, [&](const std::string& name) { return name.find(*wanted) == std::string::npos; });
    if (names.empty()) {
      complain("no case has '" + *wanted + "' in its name" + (near.empty() ? "" : "; did you mean '" + near + "'?"));
      return exit_code::kWrongUse;
    }
  }
  Worker worker(*guideline.program);
  const std::size_t width = output_width();
  std::size_t failed = 0;
  for (const std::string& name : names) {
    const std::vector<Difference> differences = run_case(folder / name, worker, *guideline.program);
    if (differences.empty()) {
      print(painted("ok", "32") + "    " + name + "\n");
      continue;
    }
    ++failed;
    print(painted("FAIL", "31") + "  " + name + "\n");
    for (const Difference& difference : differences) {
      print("    " + painted(difference.path, "1") + "\n");
      print_side_by_side(difference.expected, difference.actual, width);
    }
  }
  const std::size_t passed = names.size() - failed;
  const std::string totals = std::to_string(names.size()) + (names.size() == 1 ? " case: " : " cases: ") +
                             std::to_string(passed) + " passed, " + std::to_string(failed) + " failed" +
                             (failed > 0 ? " (left what the case expects, right what was found)" : "");
  print(painted(totals, failed == 0 ? "32" : "31") + "\n");
  return failed == 0 ? exit_code::kDone : exit_code::kMistakes;
}

}  // namespace calx::cli
