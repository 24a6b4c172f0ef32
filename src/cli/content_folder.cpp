#include "cli/content_folder.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <vector>

namespace calx::cli {

namespace {

namespace fs = std::filesystem;

bool is_folder(const fs::path& path) {
  std::error_code trouble;
  return fs::is_directory(path, trouble);
}

/// A content folder may be given itself or by its guidelines folder.
fs::path guidelines_of(const fs::path& content) {
  const fs::path inner = content / "guidelines";
  return is_folder(inner) ? inner : content;
}

std::vector<std::string> guidelines_in(const fs::path& folder) {
  std::vector<std::string> found;
  std::error_code trouble;
  for (fs::directory_iterator at(folder, trouble); !trouble && at != fs::directory_iterator(); at.increment(trouble)) {
    std::error_code absent;
    if (fs::is_regular_file(at->path() / "guideline.json", absent)) found.push_back(at->path().string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::optional<fs::path> default_content() {
  std::vector<fs::path> places{"content"};
  std::error_code trouble;
  if (const fs::path self = fs::read_symlink("/proc/self/exe", trouble); !trouble) {
    const fs::path folder = self.parent_path();
    places.push_back(folder / ".." / ".." / "content");              // build/<preset>/calx
    places.push_back(folder / ".." / "share" / "calx" / "content");  // <prefix>/bin/calx
  }
  for (const fs::path& place : places) {
    if (is_folder(place / "guidelines")) return place.lexically_normal();
  }
  return std::nullopt;
}

}  // namespace

Result<std::string> find_guideline(const std::optional<std::string>& guideline,
                                   const std::optional<std::string>& content) {
  if (guideline) return *guideline;
  std::optional<fs::path> folder;
  if (content) {
    folder = *content;
  } else if (const char* named = std::getenv("CALX_CONTENT"); named != nullptr && *named != '\0') {
    folder = named;
  } else {
    folder = default_content();
  }
  if (!folder) {
    return Error{ErrorKind::Usage, "no content folder was found; name a guideline with --guideline DIR"};
  }
  if (!is_folder(*folder)) return Error{ErrorKind::Usage, folder->string() + " is no folder"};
  const std::vector<std::string> found = guidelines_in(guidelines_of(*folder));
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    return Error{ErrorKind::Usage, "there is no guideline (a folder with guideline.json) in " +
                                       guidelines_of(*folder).string() + "; name one with --guideline DIR"};
  }
  std::string names;
  for (const std::string& name : found) names += "\n  " + name;
  return Error{ErrorKind::Usage, "there are several guidelines; choose one with --guideline DIR:" + names};
}

}  // namespace calx::cli
