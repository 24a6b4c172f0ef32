#include <charconv>

#include "calx/engine.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/content_folder.h"
#include "cli/input_file.h"
#include "cli/loaded_guideline.h"
#include "cli/moment.h"

namespace calx::cli {

namespace {

constexpr std::size_t kNarrowest = 40;
constexpr std::size_t kWidest = 1000;

int wrong_use(const std::string& message) {
  complain(message);
  print_error(usage_line(assess_spec()) + "\n");
  return exit_code::kWrongUse;
}

std::optional<std::size_t> parse_width(const std::string& text) {
  std::size_t width = 0;
  const auto [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), width);
  if (trouble != std::errc() || end != text.data() + text.size() || width < kNarrowest || width > kWidest) {
    return std::nullopt;
  }
  return width;
}

}  // namespace

const CommandSpec& assess_spec() {
  static const CommandSpec spec{
      "assess",
      "RECORD",
      "assess one patient's record",
      "RECORD is FHIR R4 JSON: a Bundle, a resource, or resources as lines (NDJSON); - is standard input.",
      {
          {"--guideline", "DIR", "the guideline's folder; else the only one below the content folder"},
          {"--content", "DIR", "the content folder; else CALX_CONTENT, ./content, or the one installed with calx"},
          {"--at", "DATE",
           "the moment asked about, such as 2026-01-15T12:00:00Z; a date alone means the end of that day, a missing\n"
           "offset is that of local time; else now"},
          {"--subject", "ID", "id of the patient, when the record has several"},
          {"--format", "text|json", "text for a person (the default) or results for a program"},
          {"--view", "NAME", "which of the guideline's views the text follows; else assessment"},
          {"--resources", "full|reference", "in JSON, resources whole or as references (the default)"},
          {"--width", "N", "columns of the text; else those of the terminal"},
      }};
  return spec;
}

int run_assess(const Arguments& arguments) {
  const std::string format = arguments.find("--format").value_or("text");
  if (format != "text" && format != "json") {
    return wrong_use("--format is text or json, but '" + format + "' was given");
  }
  const std::string resources = arguments.find("--resources").value_or("reference");
  if (resources != "full" && resources != "reference") {
    return wrong_use("--resources is full or reference, but '" + resources + "' was given");
  }
  TextOptions options;
  options.colour = has_colour();
  options.width = output_width();
  if (const std::optional<std::string> width = arguments.find("--width")) {
    const std::optional<std::size_t> parsed = parse_width(*width);
    if (!parsed) return wrong_use("--width is a number from 40 to 1000, but '" + *width + "' was given");
    options.width = *parsed;
  }
  if (const std::optional<std::string> view = arguments.find("--view")) options.view = "views/" + *view + ".json";

  const Result<std::string> folder = find_guideline(arguments.find("--guideline"), arguments.find("--content"));
  if (!folder) {
    complain(folder.error().message);
    return exit_code::kWrongUse;
  }
  // The record is looked at first: whoever mistyped its name should not wait for anything.
  const Result<std::string> record = read_file(arguments.operand);
  if (!record) {
    complain(record.error().message);
    return exit_code::kUnreadableRecord;
  }
  const LoadedGuideline guideline = load_guideline(*folder);
  if (!guideline.program) return guideline.exit_code;

  Request request;
  const std::optional<std::string> at = arguments.find("--at");
  request.at = at ? complete_moment(*at) : current_moment();
  request.subject = arguments.find("--subject").value_or("");
  request.full_resources = resources == "full";
  Worker worker(*guideline.program);
  const Result<Evaluation> evaluation = worker.evaluate(*record, request);
  if (!evaluation) {
    if (evaluation.error().kind == ErrorKind::Usage) return wrong_use(evaluation.error().message);
    const std::string name = arguments.operand == "-" ? "standard input" : arguments.operand;
    complain(name + ": " + evaluation.error().message);
    return exit_code::kUnreadableRecord;
  }
  if (format == "json") {
    print(results_json(*evaluation, guideline.program->info(), true));
    return exit_code::kDone;
  }
  const Result<std::string> text = render_text(*guideline.program, *evaluation, options);
  if (!text) return wrong_use(text.error().message);
  print(*text);
  return exit_code::kDone;
}

}  // namespace calx::cli
