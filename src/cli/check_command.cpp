#include "calx/engine.h"
#include "cli/commands.h"
#include "cli/console.h"

namespace calx::cli {

namespace {

std::string counted(std::size_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

}  // namespace

const CommandSpec& check_spec() {
  static const CommandSpec spec{"check",
                                "DIR",
                                "compile a guideline and report every mistake in it",
                                "DIR is the guideline's folder, the one with guideline.json. No case is run.",
                                {}};
  return spec;
}

int run_check(const Arguments& arguments) {
  const Result<std::vector<SourceFile>> files = read_guideline_folder(arguments.operand);
  if (!files) {
    complain(files.error().message);
    return exit_code::kWrongUse;
  }
  std::vector<DiagnosticMessage> diagnostics;
  const std::optional<Program> program = Program::compile(*files, diagnostics);
  std::size_t warnings = 0;
  for (const DiagnosticMessage& diagnostic : diagnostics) {
    print(diagnostic.rendered);
    if (diagnostic.severity == "warning") ++warnings;
  }
  const std::size_t errors = diagnostics.size() - warnings;
  std::string summary = counted(files->size(), "file") + ": ";
  summary += errors == 0 ? "no mistake" : counted(errors, "mistake");
  if (warnings > 0) summary += ", " + counted(warnings, "warning");
  print(painted(summary, program ? "32" : "31") + "\n");
  if (program) {
    const GuidelineInfo& info = program->info();
    print(info.id + " " + info.version + ", " + counted(program->defines().size(), "define") + ", " +
          info.content_hash + "\n");
  }
  return program ? exit_code::kDone : exit_code::kMistakes;
}

}  // namespace calx::cli
