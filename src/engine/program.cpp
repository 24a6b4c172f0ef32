#include <algorithm>
#include <functional>
#include <utility>

#include "check/checker.h"
#include "cql/parser.h"
#include "diagnostics/diagnostics.h"
#include "diagnostics/render.h"
#include "engine/guideline_info.h"
#include "engine/include_order.h"
#include "engine/program_state.h"
#include "model/model_info.h"
#include "present/content_format.h"

namespace calx {

namespace {

constexpr Span kNoPlace{SourceId{0xFFFFFFFFU}, 0, 0};
constexpr std::string_view kGuidelineFile = "guideline.json";

bool is_in(std::string_view path, std::string_view folder, std::string_view ending) {
  return path.starts_with(folder) && path.ends_with(ending);
}

DiagnosticMessage message_of(const Diagnostic& diagnostic, const SourceSet& sources) {
  DiagnosticMessage message;
  if (sources.contains(diagnostic.span.source)) {
    const SourceText& source = sources.at(diagnostic.span.source);
    const LineColumn place = source.position(diagnostic.span.begin);
    message.file = source.name();
    message.line = place.line;
    message.column = place.column;
  }
  const DiagnosticInfo& info = diagnostic_info(diagnostic.kind);
  message.code = info.code;
  message.severity = severity_name(info.severity);
  message.message = diagnostic.message;
  message.rendered = render_text(diagnostic, sources, Colour::Off);
  return message;
}

}  // namespace

std::vector<std::string_view> Program::State::public_defines() const {
  std::vector<std::string_view> names;
  const PlanLibrary& shown = linked.plan.libraries[library];
  for (std::uint32_t i = 0; i < shown.define_count; ++i) {
    const Define& define = linked.plan.defines[shown.first_define + i];
    if (!define.is_private) names.push_back(define.name);
  }
  return names;
}

/// One run over all files of a guideline: every stage goes on with whatever the one before could read, so that one
/// mistake does not hide the others.
class Compilation {
 public:
  Compilation(const std::vector<SourceFile>& files, Program::State& state) : files_(files), state_(state) {}

  /// True when the program may be run.
  bool run() {
    add_sources();
    read_info();
    read_terminology();
    read_models();
    parse();
    check();
    read_views();
    check_json();
    if (diagnostics_.has_errors()) return false;
    state_.linked.plan = link(typed_);
    state_.library = *state_.linked.plan.find_library(state_.info.library);
    state_.info.content_hash = content_hash(files_);
    return true;
  }

  std::vector<DiagnosticMessage> messages() const {
    std::vector<DiagnosticMessage> messages;
    for (const Diagnostic* diagnostic : diagnostics_.sorted()) {
      messages.push_back(message_of(*diagnostic, state_.linked.sources));
    }
    if (const std::size_t more = diagnostics_.suppressed_count(); more > 0) {
      DiagnosticMessage message;
      message.severity = severity_name(Severity::Error);
      message.message = "... and " + std::to_string(more) + " more";
      message.rendered = message.message + "\n";
      messages.push_back(std::move(message));
    }
    return messages;
  }

 private:
  const SourceText* source_of(std::string_view path) const {
    const auto found = state_.files.find(path);
    return found == state_.files.end() ? nullptr : &state_.linked.sources.at(found->second);
  }

  void add_sources() {
    for (const SourceFile& file : files_) {
      if (file.text.size() > SourceText::kMaximumBytes) {
        diagnostics_.report(DiagnosticKind::SourceTooLarge, kNoPlace, file.path + ": the text has more than 64 MiB");
        continue;
      }
      state_.files.emplace(file.path, state_.linked.sources.add(file.path, file.text).id());
    }
  }

  void read_info() {
    if (const SourceText* source = source_of(kGuidelineFile)) {
      state_.info = read_guideline_info(*source, diagnostics_);
    } else {
      diagnostics_.report(DiagnosticKind::MissingContent, kNoPlace,
                          "guideline.json is missing: it names the guideline, its version and its public library");
    }
  }

  void read_terminology() {
    for (const auto& [path, id] : state_.files) {
      if (is_in(path, "valuesets/", ".json")) {
        state_.linked.terminology.add_resource(state_.linked.sources.at(id), diagnostics_);
      }
    }
    state_.linked.terminology.finish(diagnostics_);
  }

  void read_models() {
    for (const auto& [path, id] : state_.files) {
      if (is_in(path, "models/", ".xml")) {
        load_model_info(state_.linked.sources.at(id), state_.linked.types, diagnostics_);
      }
    }
  }

  /// A text of a library that is native (FHIRHelpers) is accepted and left alone.
  void parse() {
    for (const auto& [path, id] : state_.files) {
      if (!is_in(path, "cql/", ".cql")) continue;
      cql::Ast ast = cql::parse_library(state_.linked.sources.at(id), diagnostics_);
      const cql::QualifiedName& name = ast.library().name;
      if (name.parts.empty() || !is_native_library(name.last().text)) asts_.push_back(std::move(ast));
    }
  }

  const TypedLibrary* find_typed(std::string_view name) const {
    const auto found =
        std::find_if(typed_.begin(), typed_.end(), [&](const TypedLibrary& t) { return t.name == name; });
    return found == typed_.end() ? nullptr : &*found;
  }

  void check() {
    std::vector<const cql::Library*> libraries;
    for (const cql::Ast& ast : asts_) libraries.push_back(&ast.library());
    const IncludeOrder includes = order_by_includes(libraries, diagnostics_);
    typed_.reserve(libraries.size());  // the checker keeps pointers to those before
    const LibraryFinder find = [this](std::string_view name, std::string_view) { return find_typed(name); };
    LinkedProgram& linked = state_.linked;
    for (const std::size_t index : includes.order) {
      Diagnostics found;
      typed_.push_back(check_library(*libraries[index], find,
                                     {linked.types, linked.terminology, linked.units, linked.arena, found}));
      for (const Diagnostic& entry : found.entries()) {
        // The library at the end of a circle is there, only not checked yet; the circle is reported already.
        const bool is_circle =
            entry.kind == DiagnosticKind::UnknownLibrary &&
            std::find(includes.circular.begin(), includes.circular.end(), entry.span) != includes.circular.end();
        if (!is_circle) report(entry);
      }
    }
    const SourceText* source = source_of(kGuidelineFile);
    if (source != nullptr && !state_.info.library.empty() && find_typed(state_.info.library) == nullptr) {
      std::vector<std::string_view> names;
      for (const TypedLibrary& typed : typed_) names.push_back(typed.name);
      diagnostics_
          .report(DiagnosticKind::UnknownLibrary, library_span(*source),
                  "the public library '" + state_.info.library + "' is not among the texts of this guideline")
          .did_you_mean(nearest_name(state_.info.library, names));
    }
  }

  void report(const Diagnostic& entry) {
    Diagnostics::Report report = diagnostics_.report(entry.kind, entry.span, entry.message);
    for (const DiagnosticLabel& label : entry.labels) report.label(label.span, label.message);
    if (!entry.hint.empty()) report.hint(entry.hint);
  }

  void read_views() {
    for (const auto& [path, id] : state_.files) {
      if (!is_in(path, "messages/", ".json")) continue;
      const std::string language = path.substr(9, path.size() - 9 - 5);
      state_.messages.emplace(language, Messages::read(state_.linked.sources.at(id), diagnostics_));
    }
    const TypedLibrary* library = find_typed(state_.info.library);
    if (library == nullptr) return;  // reported; every define of a view would be reported too
    std::vector<std::string_view> defines;
    for (const Define& define : library->defines) {
      if (!define.is_private) defines.push_back(define.name);
    }
    for (const auto& [path, id] : state_.files) {
      if (!is_in(path, "views/", ".json")) continue;
      const SourceText& source = state_.linked.sources.at(id);
      const std::string language = language_of_view(source);
      const auto messages = state_.messages.find(language);
      if (!language.empty() && messages == state_.messages.end()) {
        diagnostics_.report(DiagnosticKind::MissingContent, source.span(0, 0),
                            "the view's messages, messages/" + language + ".json, are missing");
        continue;
      }
      const Messages none;
      View view = read_view(source, language.empty() ? none : messages->second, defines, diagnostics_);
      state_.views.emplace(path, LoadedView{language, std::move(view)});
    }
  }

  void check_json() {
    for (const auto& [path, id] : state_.files) {
      if (!is_in(path, "fhir/", ".json")) continue;
      is_json(state_.linked.sources.at(id), diagnostics_);
    }
  }

  const std::vector<SourceFile>& files_;
  Program::State& state_;
  Diagnostics diagnostics_;
  std::vector<cql::Ast> asts_;
  std::vector<TypedLibrary> typed_;
};

std::optional<Program> Program::compile(const std::vector<SourceFile>& files,
                                        std::vector<DiagnosticMessage>& diagnostics) {
  auto state = std::make_shared<State>();
  Compilation compilation(files, *state);
  const bool is_sound = compilation.run();
  diagnostics = compilation.messages();
  if (!is_sound) return std::nullopt;
  Program program;
  program.state_ = std::move(state);
  return program;
}

const GuidelineInfo& Program::info() const {
  return state_->info;
}

std::vector<DefineInfo> Program::defines() const {
  std::vector<DefineInfo> infos;
  const Plan& plan = state_->linked.plan;
  const PlanLibrary& shown = plan.libraries[state_->library];
  for (std::uint32_t i = 0; i < shown.define_count; ++i) {
    const Define& define = plan.defines[shown.first_define + i];
    if (define.is_private) continue;
    DefineInfo info{std::string(define.name), state_->linked.types.name(define.type), {}};
    for (const DefineTag& tag : define.tags) info.tags.emplace_back(tag.name, tag.value);
    infos.push_back(std::move(info));
  }
  return infos;
}

std::optional<std::string_view> Program::text_of(std::string_view path) const {
  const auto found = state_->files.find(path);
  if (found == state_->files.end()) return std::nullopt;
  return state_->linked.sources.at(found->second).text();
}

}  // namespace calx
