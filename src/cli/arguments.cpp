#include "cli/arguments.h"

#include <algorithm>

namespace calx::cli {

namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::string quoted(std::string_view text) {
  return "'" + std::string(text) + "'";
}

}  // namespace

std::optional<std::string> Arguments::find(std::string_view option) const {
  const auto found = options.find(option);
  if (found == options.end()) return std::nullopt;
  return found->second;
}

std::string_view nearest(std::string_view written, std::span<const std::string_view> candidates) {
  std::string_view best;
  std::size_t best_distance = written.size() / 3 + 2;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(written, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string usage_line(const CommandSpec& command) {
  std::string line = "usage: calx " + std::string(command.name) + " " + std::string(command.operand);
  for (const OptionSpec& option : command.options) {
    line += " [" + std::string(option.name);
    if (!option.value.empty()) line += " " + std::string(option.value);
    line += "]";
  }
  return line;
}

Result<Arguments> parse_arguments(const CommandSpec& command, std::span<const std::string_view> arguments) {
  Arguments parsed;
  bool has_operand = false;
  bool options_ended = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (!options_ended && argument == "--") {
      options_ended = true;
      continue;
    }
    if (options_ended || argument == "-" || !argument.starts_with('-')) {
      if (has_operand) {
        return Error{ErrorKind::Usage, "calx " + std::string(command.name) + " takes one " +
                                           std::string(command.operand) + ", but " + quoted(argument) +
                                           " was given after " + quoted(parsed.operand)};
      }
      parsed.operand = argument;
      has_operand = true;
      continue;
    }
    const std::size_t equals = argument.find('=');
    const std::string_view name = argument.substr(0, equals);
    const auto option = std::find_if(command.options.begin(), command.options.end(),
                                     [&](const OptionSpec& known) { return known.name == name; });
    if (option == command.options.end()) {
      std::vector<std::string_view> names;
      for (const OptionSpec& known : command.options) names.push_back(known.name);
      std::string message = "calx " + std::string(command.name) + " has no option " + quoted(name);
      if (const std::string_view near = nearest(name, names); !near.empty())
        message += "; did you mean " + quoted(near) + "?";
      return Error{ErrorKind::Usage, std::move(message)};
    }
    std::string value;
    if (option->value.empty()) {
      if (equals != std::string_view::npos) {
        return Error{ErrorKind::Usage, "the option " + quoted(name) + " takes no value"};
      }
    } else if (equals != std::string_view::npos) {
      value = argument.substr(equals + 1);
    } else if (i + 1 < arguments.size()) {
      value = arguments[++i];
    } else {
      return Error{ErrorKind::Usage, "the option " + quoted(name) + " needs a value: " + std::string(option->value)};
    }
    if (!parsed.options.emplace(name, std::move(value)).second) {
      return Error{ErrorKind::Usage, "the option " + quoted(name) + " is given twice"};
    }
  }
  if (!has_operand) {
    return Error{ErrorKind::Usage, "calx " + std::string(command.name) + " needs a " + std::string(command.operand)};
  }
  return parsed;
}

}  // namespace calx::cli
