// Memory in large pages.
#pragma once

#include <cstddef>
#include <cstdint>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace triptych::render {

// Wishes for large pages, where the system has them: what a sample reads lies pages of 4 KB apart, more than
// the processor remembers the places of.
inline void wish_for_large_pages([[maybe_unused]] void* memory, [[maybe_unused]] std::size_t bytes) {
#ifdef __linux__
  constexpr std::size_t page = 4096;
  const std::size_t ahead = (page - reinterpret_cast<std::uintptr_t>(memory) % page) % page;
  if (bytes <= ahead) return;
  (void)madvise(static_cast<char*>(memory) + ahead, bytes - ahead, MADV_HUGEPAGE);
#endif
}

}  // namespace triptych::render
