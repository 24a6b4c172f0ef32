#include "cli/loaded_guideline.h"

#include "cli/console.h"

namespace calx::cli {

LoadedGuideline load_guideline(const std::string& folder) {
  const Result<std::vector<SourceFile>> files = read_guideline_folder(folder);
  if (!files) {
    complain(files.error().message);
    return {std::nullopt, exit_code::kWrongUse};
  }
  std::vector<DiagnosticMessage> diagnostics;
  std::optional<Program> program = Program::compile(*files, diagnostics);
  if (program) return {std::move(program), exit_code::kDone};
  std::size_t errors = 0;
  for (const DiagnosticMessage& diagnostic : diagnostics) {
    if (diagnostic.severity == "warning") continue;
    print_error(diagnostic.rendered);
    ++errors;
  }
  complain("the guideline " + folder + " does not compile: " + std::to_string(errors) +
           (errors == 1 ? " mistake" : " mistakes") + "; `calx check " + folder + "` shows everything");
  return {std::nullopt, exit_code::kMistakes};
}

}  // namespace calx::cli
