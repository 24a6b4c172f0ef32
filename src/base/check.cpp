#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace calx {

void check_failed(const char* condition, const char* claim, const char* file, int line) {
  std::fprintf(stderr, "calx: internal error: %s:%d: '%s' must hold: %s\n", file, line, condition, claim);
  std::abort();
}

}  // namespace calx
