// Errors are values: every fallible function returns Result<T> or Status. Exceptions of libraries are
// translated where we call them and never cross a thread, a C callback or the user interface.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace triptych {

enum class ErrorCode {
  failed,         // the work failed: exit status 1
  usage,          // the call is wrong: exit status 2
  cancelled,      // the user interrupted: exit status 130 or 143
  out_of_memory,  // as failed; callers that can shrink their work do so and try again
};

struct Error {
  std::string message;  // one sentence for the user: what, which file, what to do
  std::string detail;   // for the log and the "details" of a notice; may be empty
  ErrorCode code = ErrorCode::failed;
};

template <typename T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

[[nodiscard]] inline tl::unexpected<Error> fail(std::string message, std::string detail = {},
                                                ErrorCode code = ErrorCode::failed) {
  return tl::unexpected<Error>(Error{std::move(message), std::move(detail), code});
}

[[nodiscard]] inline tl::unexpected<Error> cancelled() {
  return fail("cancelled", {}, ErrorCode::cancelled);
}

}  // namespace triptych

// NOLINTBEGIN(bugprone-macro-parentheses): names and declarations, which parentheses would break
#define TRIPTYCH_JOIN_(a, b) a##b
#define TRIPTYCH_JOIN(a, b) TRIPTYCH_JOIN_(a, b)
#define TRIPTYCH_TRY_(result, target, expression)          \
  auto result = (expression);                              \
  if (!result) return tl::make_unexpected(result.error()); \
  target = std::move(*result)
// NOLINTEND(bugprone-macro-parentheses)

// TRIPTYCH_TRY(Image8 picture, load_picture(path)); assigns the value or returns the error to the caller.
#define TRIPTYCH_TRY(target, expression) \
  TRIPTYCH_TRY_(TRIPTYCH_JOIN(triptych_result_, __LINE__), target, expression)

// TRIPTYCH_CHECK(file.commit()); returns the error of a Status to the caller.
#define TRIPTYCH_CHECK(expression)                             \
  if (auto triptych_status = (expression); !triptych_status) { \
    return tl::make_unexpected(triptych_status.error());       \
  }                                                            \
  static_assert(true)
