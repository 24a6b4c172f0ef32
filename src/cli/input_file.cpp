#include "cli/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace calx::cli {

namespace {

Error too_large(const std::string& shown) {
  return {ErrorKind::Limit, shown + " is larger than 4 GB, the most that one record may have"};
}

Result<std::string> read_all(int file, const std::string& shown, std::size_t expected) {
  std::string text;
  // One byte more than expected, so that the end is seen without growing.
  text.resize(expected + 1);
  std::size_t filled = 0;
  for (;;) {
    if (filled == text.size()) text.resize(std::max<std::size_t>(text.size() * 2, 64 * 1024));
    const ssize_t got = read(file, text.data() + filled, text.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error{ErrorKind::File, shown + " cannot be read: " + std::strerror(errno)};
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
    if (filled > kLargestFile) return too_large(shown);
  }
  text.resize(filled);
  return text;
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  if (path == "-") return read_all(STDIN_FILENO, "standard input", 64 * 1024);
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    if (errno == ENOENT) return Error{ErrorKind::File, "there is no file " + path};
    return Error{ErrorKind::File, path + " cannot be opened: " + std::strerror(errno)};
  }
  struct stat status{};
  Result<std::string> result = std::string();
  if (fstat(file, &status) != 0) {
    result = Error{ErrorKind::File, path + " cannot be read: " + std::strerror(errno)};
  } else if (S_ISDIR(status.st_mode)) {
    result = Error{ErrorKind::File, path + " is a directory; a file was expected"};
  } else if (static_cast<std::uint64_t>(status.st_size) > kLargestFile) {
    result = too_large(path);
  } else {
    result = read_all(file, path, static_cast<std::size_t>(status.st_size));
  }
  close(file);
  return result;
}

}  // namespace calx::cli
