#pragma once

namespace calx {

/// Prints what was expected to hold and where, then aborts: a broken invariant must never become a wrong answer.
[[noreturn]] void check_failed(const char* condition, const char* claim, const char* file, int line);

}  // namespace calx

/// Always on: an invariant of ours, with a sentence saying what must hold. Never used for bad input.
#define CALX_CHECK(condition, claim) \
  (static_cast<bool>(condition) ? static_cast<void>(0) : ::calx::check_failed(#condition, claim, __FILE__, __LINE__))

/// The same, compiled in debug builds only.
#ifdef NDEBUG
#define CALX_DCHECK(condition, claim) static_cast<void>(0)
#else
#define CALX_DCHECK(condition, claim) CALX_CHECK(condition, claim)
#endif
