// How long a test waits for what should come before it fails. Nothing that works takes nearly as long.
#pragma once

#include <chrono>

namespace triptych::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr std::chrono::seconds patience{600};
#else
inline constexpr std::chrono::seconds patience{90};
#endif

}  // namespace triptych::test
