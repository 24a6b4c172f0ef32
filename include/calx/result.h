#pragma once

#include <cstdlib>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace calx {

/// Which of the environment's troubles an Error is; the command line maps each to an exit code.
enum class ErrorKind : unsigned char {
  Usage,      ///< wrong arguments
  File,       ///< cannot be opened, read, or is no file
  Format,     ///< the bytes are not what they should be: not JSON, not FHIR, truncated
  Limit,      ///< larger, deeper or longer than a stated limit
  Guideline,  ///< the guideline does not compile; its diagnostics say why
};

/// Trouble of the environment, in one sentence for a person: what was found, where, what was expected.
struct Error {
  ErrorKind kind = ErrorKind::Usage;
  std::string message;
};

/// A value or an Error. Member names are those of std::expected, which C++20 does not have.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& value() & { return checked(); }
  const T& value() const& { return const_cast<Result*>(this)->checked(); }
  T&& value() && { return std::move(checked()); }
  T& operator*() & { return checked(); }
  const T& operator*() const& { return const_cast<Result*>(this)->checked(); }
  T&& operator*() && { return std::move(checked()); }
  T* operator->() { return &checked(); }
  const T* operator->() const { return &const_cast<Result*>(this)->checked(); }

  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }

 private:
  T& checked() {
    if (state_.index() != 0) std::abort();  // reading the value of an error is our mistake, never the input's
    return *std::get_if<0>(&state_);
  }

  std::variant<T, Error> state_;
};

/// Success without a value, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), failed_(true) {}

  bool has_value() const { return !failed_; }
  explicit operator bool() const { return has_value(); }
  const Error& error() const& { return error_; }
  Error&& error() && { return std::move(error_); }

 private:
  Error error_;
  bool failed_ = false;
};

}  // namespace calx
