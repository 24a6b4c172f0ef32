#include <malloc.h>
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <string_view>
#include <vector>

#include "cli/commands.h"
#include "cli/console.h"

namespace {

struct Job {
  std::vector<std::string_view> arguments;
  int exit_code = calx::cli::exit_code::kBroken;
};

void* run(void* data) {
  auto& job = *static_cast<Job*>(data);
  // Nothing of ours throws; this is for third parties and the memory's end.
  try {
    job.exit_code = calx::cli::run_command_line(job.arguments);
  } catch (const std::bad_alloc&) {
    std::fputs("calx: out of memory\n", stderr);
  } catch (const std::exception& trouble) {
    std::fprintf(stderr, "calx: %s\n", trouble.what());
  }
  return nullptr;
}

}  // namespace

// Frees nothing: the process ends, and giving back every page of a compiled guideline would take a tenth of its time.
[[noreturn]] void leave(int code) {
  std::fflush(stderr);
#ifdef NDEBUG
  _exit(code);
#else
  std::exit(code);  // leak and coverage reports are written on the way out
#endif
}

int main(int count, char** values) {
  // One heap for all threads, grown in large steps: there is one that works, and it allocates early and frees late.
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_TOP_PAD, 16 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
  mallopt(M_MMAP_THRESHOLD, 64 << 20);
  std::signal(SIGPIPE, SIG_DFL);  // `calx ... | head` ends quietly
  Job job;
  job.arguments.assign(values + (count > 0 ? 1 : 0), values + count);
  // The depth limits of parser and evaluator are ours to keep, whatever stack the shell gives; pages are taken on use.
  constexpr std::size_t kStackBytes = std::size_t{512} << 20;
  pthread_attr_t attributes;
  pthread_t thread;
  if (pthread_attr_init(&attributes) != 0 || pthread_attr_setstacksize(&attributes, kStackBytes) != 0 ||
      pthread_create(&thread, &attributes, run, &job) != 0 || pthread_join(thread, nullptr) != 0) {
    std::fputs("calx: no thread could be started\n", stderr);
    return calx::cli::exit_code::kBroken;
  }
  if (std::fflush(stdout) != 0) {
    std::fputs("calx: the output could not be written\n", stderr);
    return calx::cli::exit_code::kBroken;
  }
  leave(job.exit_code);
}
