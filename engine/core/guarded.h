// Where exceptions of libraries end: what a verb, a thread or a network runs gives an error instead.
#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include "core/error.h"

namespace triptych {

// The exception that is being handled, as it says itself; only inside of a catch block. `message`: the first
// line, because LibTorch goes on with a backtrace; `detail`: all of it. Memory that ran out has its code
// whichever library says so.
[[nodiscard]] Error error_of_exception();

// Such an error as a sentence for the user, which starts with `what` was done ("encoding the picture");
// empty: nobody knows.
[[nodiscard]] Error as_sentence(const std::string& what, Error error);

// Runs `work`, which gives a Result; what it throws becomes say(error_of_exception()).
template <typename Say, typename Work>
[[nodiscard]] std::invoke_result_t<Work> guarded_saying(const Say& say, Work&& work) {
  try {
    return std::forward<Work>(work)();
  } catch (...) {
    return tl::unexpected<Error>(say(error_of_exception()));
  }
}

template <typename Work>
[[nodiscard]] std::invoke_result_t<Work> guarded(const std::string& what, Work&& work) {
  return guarded_saying([&](Error error) { return as_sentence(what, std::move(error)); },
                        std::forward<Work>(work));
}

template <typename Work>
[[nodiscard]] std::invoke_result_t<Work> guarded(Work&& work) {
  return guarded(std::string(), std::forward<Work>(work));
}

}  // namespace triptych
