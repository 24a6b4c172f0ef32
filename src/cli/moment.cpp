#include "cli/moment.h"

#include <array>
#include <cstdio>
#include <cstdlib>

namespace calx::cli {

namespace {

std::string offset_text(long seconds) {
  if (seconds == 0) return "Z";
  const long minutes = (seconds < 0 ? -seconds : seconds) / 60;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%c%02ld:%02ld", seconds < 0 ? '-' : '+', minutes / 60, minutes % 60);
  return text.data();
}

/// "YYYY-MM-DD" by its form alone.
bool is_date(std::string_view text) {
  if (text.size() != 10) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_dash = i == 4 || i == 7;
    if (is_dash ? text[i] != '-' : (text[i] < '0' || text[i] > '9')) return false;
  }
  return true;
}

std::string local_offset(std::string_view date) {
  const std::string text(date);
  std::tm day{};
  day.tm_year = std::atoi(text.substr(0, 4).c_str()) - 1900;
  day.tm_mon = std::atoi(text.substr(5, 2).c_str()) - 1;
  day.tm_mday = std::atoi(text.substr(8, 2).c_str());
  day.tm_hour = 12;
  day.tm_isdst = -1;
  const std::time_t instant = std::mktime(&day);
  std::tm local{};
  localtime_r(&instant, &local);
  return offset_text(local.tm_gmtoff);
}

}  // namespace

std::string current_moment() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &local);
  return text.data() + offset_text(local.tm_gmtoff);
}

std::string complete_moment(std::string_view text, std::optional<std::string_view> offset) {
  std::string moment(text);
  if (text.size() < 10 || !is_date(text.substr(0, 10))) return moment;
  const std::string_view time = text.substr(10);
  if (!time.empty() && time.find_first_of("Zz+-") != std::string_view::npos) return moment;
  if (time.empty()) moment += "T23:59:59";
  moment += offset ? std::string(*offset) : local_offset(text.substr(0, 10));
  return moment;
}

}  // namespace calx::cli
