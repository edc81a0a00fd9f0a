// Where exceptions of libraries end: what a verb or a thread runs gives an error instead.
#pragma once

#include <type_traits>
#include <utility>

#include "core/error.h"

namespace triptych {

// The exception that is being handled, as an error. Only inside of a catch block.
[[nodiscard]] Error error_of_exception();

// Runs `work`, which gives a Result.
template <typename Work>
[[nodiscard]] std::invoke_result_t<Work> guarded(Work&& work) {
  try {
    return std::forward<Work>(work)();
  } catch (...) {
    return tl::unexpected<Error>(error_of_exception());
  }
}

}  // namespace triptych
