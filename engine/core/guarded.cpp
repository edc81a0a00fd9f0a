#include "core/guarded.h"

#include <algorithm>
#include <array>
#include <exception>
#include <new>
#include <string_view>

namespace triptych {
namespace {

// LibTorch (on the processor and on CUDA) and OpenCV have exceptions of their own for it.
bool tells_of_memory(std::string_view text) {
  constexpr std::array<std::string_view, 4> phrases{"allocate memory", "not enough memory", "out of memory",
                                                    "Insufficient memory"};
  return std::ranges::any_of(
      phrases, [&](std::string_view phrase) { return text.find(phrase) != std::string_view::npos; });
}

}  // namespace

Error error_of_exception() {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return {"out of memory", {}, ErrorCode::out_of_memory};
  } catch (const std::exception& exception) {
    const std::string text = exception.what();
    return {text.substr(0, text.find('\n')), text,
            tells_of_memory(text) ? ErrorCode::out_of_memory : ErrorCode::failed};
  } catch (...) {
    return {"a library gave no reason", {}, ErrorCode::failed};
  }
}

Error as_sentence(const std::string& what, Error error) {
  if (error.code == ErrorCode::out_of_memory) {
    error.message = what.empty() ? "out of memory; close other programs or ask for a smaller size"
                                 : what + ": out of memory; close other programs or choose a smaller model";
  } else {
    error.message = (what.empty() ? "unexpected failure" : what) + ": " + error.message;
  }
  return error;
}

}  // namespace triptych
