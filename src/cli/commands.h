#pragma once

#include <span>
#include <string_view>

#include "cli/arguments.h"

namespace calx::cli {

/// One subcommand: what it takes and what it does. Answers the exit code.
struct Command {
  const CommandSpec& spec;
  int (*run)(const Arguments& arguments);
};

const CommandSpec& assess_spec();
int run_assess(const Arguments& arguments);

const CommandSpec& test_spec();
int run_test(const Arguments& arguments);

const CommandSpec& check_spec();
int run_check(const Arguments& arguments);

/// The whole command line, without the program's name.
int run_command_line(std::span<const std::string_view> arguments);

}  // namespace calx::cli
