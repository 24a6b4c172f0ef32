#include <array>
#include <string>
#include <vector>

#include "calx/engine.h"
#include "cli/commands.h"
#include "cli/console.h"

namespace calx::cli {

namespace {

const std::array<Command, 3>& commands() {
  static const std::array<Command, 3> all{
      {{assess_spec(), run_assess}, {test_spec(), run_test}, {check_spec(), run_check}}};
  return all;
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  if (out.size() < width) out.append(width - out.size(), ' ');
  return out;
}

std::string overview() {
  std::string text =
      "calx " + std::string(engine_version()) + ": asks a clinical guideline about a patient's record\n\nusage:\n";
  for (const Command& command : commands()) {
    text += "  calx " + padded(std::string(command.spec.name) + " " + std::string(command.spec.operand), 18) +
            std::string(command.spec.summary) + "\n";
  }
  text +=
      "  calx help [COMMAND]    explain a command\n  calx --version         the version of calx\n\n"
      "Exit codes: 0 done, 1 mistakes in the guideline or failed cases, 2 wrong use, 3 the record cannot be read.\n";
  return text;
}

std::string help_of(const CommandSpec& spec) {
  std::string text = "calx " + std::string(spec.name) + ": " + std::string(spec.summary) + "\n\n" + usage_line(spec) +
                     "\n\n" + std::string(spec.details) + "\n";
  if (!spec.options.empty()) text += "\n";
  constexpr std::size_t kColumn = 29;
  for (const OptionSpec& option : spec.options) {
    text += padded("  " + std::string(option.name) + " " + std::string(option.value), kColumn);
    for (const char c : option.help) {
      text += c;
      if (c == '\n') text.append(kColumn, ' ');
    }
    text += "\n";
  }
  return text;
}

const Command* find_command(std::string_view name) {
  for (const Command& command : commands()) {
    if (command.spec.name == name) return &command;
  }
  return nullptr;
}

int unknown_command(std::string_view name) {
  std::vector<std::string_view> names{"help"};
  for (const Command& command : commands()) names.push_back(command.spec.name);
  const std::string_view near = nearest(name, names);
  complain("there is no command '" + std::string(name) + "'" +
           (near.empty() ? std::string() : "; did you mean '" + std::string(near) + "'?"));
  print_error("\n" + overview());
  return exit_code::kWrongUse;
}

}  // namespace

int run_command_line(std::span<const std::string_view> arguments) {
  if (arguments.empty()) {
    print_error(overview());
    return exit_code::kWrongUse;
  }
  const std::string_view name = arguments.front();
  const std::span<const std::string_view> rest = arguments.subspan(1);
  if (name == "--version" || name == "version") {
    print("calx " + std::string(engine_version()) + " (results format 1)\n");
    return exit_code::kDone;
  }
  if (name == "help" || name == "--help" || name == "-h") {
    if (rest.empty()) {
      print(overview());
      return exit_code::kDone;
    }
    const Command* command = find_command(rest.front());
    if (command == nullptr) return unknown_command(rest.front());
    print(help_of(command->spec));
    return exit_code::kDone;
  }
  const Command* command = find_command(name);
  if (command == nullptr) return unknown_command(name);
  for (const std::string_view argument : rest) {
    if (argument == "--") break;
    if (argument == "--help" || argument == "-h") {
      print(help_of(command->spec));
      return exit_code::kDone;
    }
  }
  const Result<Arguments> parsed = parse_arguments(command->spec, rest);
  if (!parsed) {
    complain(parsed.error().message);
    print_error(usage_line(command->spec) + "\n");
    return exit_code::kWrongUse;
  }
  return command->run(*parsed);
}

}  // namespace calx::cli
