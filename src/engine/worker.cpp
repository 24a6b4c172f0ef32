#include <utility>

#include "engine/program_state.h"
#include "engine/value_json.h"
#include "eval/evaluator.h"
#include "record/record.h"
#include "values/date_time.h"

namespace calx {

namespace {

/// The request's instant, with all components.
Result<Value> instant_of(const std::string& at) {
  const std::optional<Value> parsed = parse_date_time(at);
  if (!parsed) {
    return Error{ErrorKind::Usage,
                 "'" + at + "' is no date and time that exists; one is written like 2026-01-15T12:00:00Z"};
  }
  DateTimeParts parts = parts_of(*parsed);
  if (!parts.offset_written || parts.precision < Precision::Minute) {
    return Error{ErrorKind::Usage,
                 "the moment asked about, '" + at + "', needs a time and an offset, such as 2026-01-15T12:00:00Z"};
  }
  parts.precision = Precision::Millisecond;
  return date_time_value(parts);
}

}  // namespace

struct Worker::State {
  explicit State(Program of)
      : program(std::move(of)),
        units(&program.state().linked.units),
        decoder(program.state().linked.types, program.state().linked.terminology) {}

  std::string place_of(const Failure& failure) const {
    const LinkedProgram& linked = program.state().linked;
    if (failure.node >= linked.plan.store.nodes.size()) return {};
    const Span span = linked.plan.store.nodes[failure.node].span;
    if (!linked.sources.contains(span.source)) return {};
    const SourceText& source = linked.sources.at(span.source);
    const LineColumn place = source.position(span.begin);
    return source.name() + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
  }

  Program program;
  Arena arena{256 * 1024};
  UnitTable units;
  RecordDecoder decoder;
};

Worker::Worker(Program program) : state_(std::make_unique<State>(std::move(program))) {}
Worker::Worker(Worker&&) noexcept = default;
Worker& Worker::operator=(Worker&&) noexcept = default;
Worker::~Worker() = default;

Result<Evaluation> Worker::evaluate(std::string_view record_json, const Request& request) {
  const Program::State& program = state_->program.state();
  const LinkedProgram& linked = program.linked;
  Result<Value> now = instant_of(request.at);
  if (!now) return std::move(now).error();

  state_->arena.reset();
  state_->units.reset();
  RecordOptions options;
  options.subject = request.subject;
  Result<Record> record = state_->decoder.decode(record_json, options, state_->arena, state_->units);
  if (!record) return std::move(record).error();

  Evaluation evaluation;
  evaluation.subject = record->context_id();
  evaluation.at = request.at;
  Evaluator evaluator(linked, *record, state_->arena, state_->units, *now);
  const PlanLibrary& library = linked.plan.libraries[program.library];
  const ValueJsonOptions json_options{request.full_resources};
  for (std::uint32_t i = 0; i < library.define_count; ++i) {
    const DefineId id{library.first_define + i};
    const Define& define = linked.plan.defines[id.value];
    if (define.is_private) continue;
    const Value value = evaluator.evaluate(id);
    const Failure* failure = nullptr;
    std::string json = value_json(value, linked.types, state_->units, json_options, failure);
    if (failure == nullptr) {
      evaluation.results.emplace_back(define.name, std::move(json));
    } else {
      evaluation.errors.push_back(
          {std::string(define.name), std::string(failure->message), state_->place_of(*failure)});
    }
  }
  for (const Issue& issue : record->issues()) {
    evaluation.issues.push_back({issue.code, issue.severity, issue.where, issue.message});
  }
  for (const EvaluationMessage& message : evaluator.messages()) {
    if (message.severity == "Trace" || message.severity == "trace") continue;
    evaluation.issues.push_back({message.code, message.severity, {}, message.text});
  }
  return evaluation;
}

}  // namespace calx
