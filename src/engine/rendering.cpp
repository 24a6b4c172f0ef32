#include "engine/program_state.h"
#include "present/assessment_text.h"

namespace calx {

namespace {

constexpr std::string_view kVersion = "0.1.0";

}  // namespace

std::string_view engine_version() {
  return kVersion;
}

Result<std::string> render_text(const Program& program, const Evaluation& evaluation, const TextOptions& options) {
  const Program::State& state = program.state();
  const auto loaded = state.views.find(options.view);
  if (loaded == state.views.end()) {
    return Error{ErrorKind::Usage, "the guideline has no view " + options.view};
  }
  const auto messages = state.messages.find(options.language);
  if (messages == state.messages.end()) {
    return Error{ErrorKind::Usage, "the guideline has no messages in the language '" + options.language + "'"};
  }
  const View* view = &loaded->second.view;
  View translated;
  if (loaded->second.language != options.language) {
    // Texts and templates are looked up when a view is read, so another language is another reading.
    Diagnostics diagnostics;
    translated = read_view(state.linked.sources.at(state.files.find(options.view)->second), messages->second,
                           state.public_defines(), diagnostics);
    view = &translated;
  }

  ShownAssessment shown;
  shown.subject = evaluation.subject;
  shown.at = evaluation.at;
  for (const auto& [define, json] : evaluation.results) shown.results.push_back({define, json});
  for (const Evaluation::Failure& failure : evaluation.errors) {
    shown.failures.push_back({failure.define, failure.message, failure.where});
  }
  for (const Evaluation::Issue& issue : evaluation.issues) {
    shown.issues.push_back({issue.severity, issue.where, issue.message});
  }
  const GuidelineInfo& info = state.info;
  shown.closing.push_back(info.title + " (" + info.id + ") " + info.version + ", calx " + std::string(kVersion));
  shown.closing.push_back(info.content_hash);
  if (!info.notice.empty()) shown.closing.push_back(info.notice);
  return render_assessment(*view, messages->second, shown, options.width, options.colour);
}

}  // namespace calx
