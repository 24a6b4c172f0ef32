// One of the two files of the core that touch the file system: everything else is given texts.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "calx/engine.h"
#include "diagnostics/source_text.h"

namespace calx {

namespace {

struct Part {
  std::string_view folder;
  std::string_view ending;
};

constexpr std::array<Part, 6> kParts{{{"cql", ".cql"},
                                      {"models", ".xml"},
                                      {"valuesets", ".json"},
                                      {"views", ".json"},
                                      {"messages", ".json"},
                                      {"fhir", ".json"}}};

Error file_error(const std::string& path) {
  return {ErrorKind::File, path + ": " + std::strerror(errno)};
}

Result<std::string> read_text(int folder, const std::string& name, const std::string& shown) {
  const int file = openat(folder, name.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return file_error(shown);
  struct stat status{};
  std::string text;
  Result<std::string> result = std::string();
  if (fstat(file, &status) != 0) {
    result = file_error(shown);
  } else if (!S_ISREG(status.st_mode)) {
    result = Error{ErrorKind::File, shown + " is no regular file"};
  } else if (static_cast<std::uint64_t>(status.st_size) > SourceText::kMaximumBytes) {
    result = Error{ErrorKind::Limit, shown + " has more than 64 MiB, which no text of a guideline may have"};
  } else {
    text.resize(static_cast<std::size_t>(status.st_size));
    std::size_t filled = 0;
    while (filled < text.size()) {
      const ssize_t got = read(file, text.data() + filled, text.size() - filled);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) {
        result = file_error(shown);
        break;
      }
      if (got == 0) break;
      filled += static_cast<std::size_t>(got);
    }
    text.resize(filled);
    if (result) result = std::move(text);
  }
  close(file);
  return result;
}

}  // namespace

Result<std::vector<SourceFile>> read_guideline_folder(const std::string& folder) {
  const int root = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) {
    if (errno == ENOTDIR) return Error{ErrorKind::File, folder + " is no folder; a guideline is a folder"};
    return file_error(folder);
  }
  std::vector<SourceFile> files;
  std::vector<std::string> paths;
  struct stat status{};
  if (fstatat(root, "guideline.json", &status, 0) == 0) paths.emplace_back("guideline.json");
  for (const Part& part : kParts) {
    const std::string name(part.folder);
    const int inner = openat(root, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (inner < 0) continue;
    DIR* listing = fdopendir(inner);
    if (listing == nullptr) {
      close(inner);
      continue;
    }
    while (const dirent* entry = readdir(listing)) {
      const std::string_view file = entry->d_name;
      if (file.ends_with(part.ending) && !file.starts_with('.')) paths.push_back(name + "/" + std::string(file));
    }
    closedir(listing);
  }
  // The order is part of the content hash, so it must not be the file system's.
  std::sort(paths.begin(), paths.end());
  Result<std::vector<SourceFile>> result = std::vector<SourceFile>();
  for (std::string& path : paths) {
    Result<std::string> text = read_text(root, path, folder + "/" + path);
    if (!text) {
      close(root);
      return std::move(text).error();
    }
    files.push_back({std::move(path), std::move(*text)});
  }
  close(root);
  const bool is_guideline = std::any_of(files.begin(), files.end(), [](const SourceFile& file) {
    return file.path == "guideline.json" || file.path.starts_with("cql/");
  });
  if (!is_guideline) {
    return Error{ErrorKind::File, folder + " is no guideline: it has neither guideline.json nor cql/*.cql"};
  }
  return files;
}

}  // namespace calx
