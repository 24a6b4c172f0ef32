#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "calx/result.h"

namespace calx::cli {

struct OptionSpec {
  std::string_view name;   // "--at"
  std::string_view value;  // "DATE"; empty for a flag
  std::string_view help;
};

/// What a command takes; its help is made from this.
struct CommandSpec {
  std::string_view name;
  std::string_view operand;  // "RECORD"; every command takes one
  std::string_view summary;
  std::string_view details;
  std::vector<OptionSpec> options;
};

struct Arguments {
  std::string operand;
  std::map<std::string, std::string, std::less<>> options;

  std::optional<std::string> find(std::string_view option) const;
};

/// Kind Usage says what was found, and what was probably meant.
Result<Arguments> parse_arguments(const CommandSpec& command, std::span<const std::string_view> arguments);

std::string usage_line(const CommandSpec& command);

/// The candidate within a few edits of what was written; empty when none is near.
std::string_view nearest(std::string_view written, std::span<const std::string_view> candidates);

}  // namespace calx::cli
