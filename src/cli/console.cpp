#include "cli/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace calx::cli {

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void print_error(std::string_view text) {
  std::fflush(stdout);  // so that both streams on one terminal stay in order
  std::fwrite(text.data(), 1, text.size(), stderr);
}

void complain(std::string_view message) {
  print_error("calx: " + std::string(message) + "\n");
}

bool has_colour() {
  static const bool on = [] {
    const char* no_colour = std::getenv("NO_COLOR");
    const char* terminal = std::getenv("TERM");
    return isatty(STDOUT_FILENO) == 1 && (no_colour == nullptr || *no_colour == '\0') &&
           (terminal == nullptr || std::string_view(terminal) != "dumb");
  }();
  return on;
}

std::size_t output_width() {
  constexpr std::size_t kUsual = 100;
  constexpr std::size_t kWidest = 120;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUsual;
  return std::min<std::size_t>(size.ws_col, kWidest);
}

std::string painted(std::string_view text, std::string_view colour) {
  if (!has_colour()) return std::string(text);
  return "\x1b[" + std::string(colour) + "m" + std::string(text) + "\x1b[0m";
}

}  // namespace calx::cli
