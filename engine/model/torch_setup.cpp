#include "model/torch_setup.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace triptych {

void set_up_torch(int threads) {
#ifdef __GLIBC__
  // glibc maps blocks above 128 KB anew each time, and every page of an activation faults. mallopt counts in
  // int.
  constexpr int never = 1 << 30;
  mallopt(M_MMAP_THRESHOLD, never);
  mallopt(M_TRIM_THRESHOLD, never);
  mallopt(M_TOP_PAD, 64 << 20);
#endif
  if (threads > 0) at::set_num_threads(threads);
  at::globalContext().setFloat32MatmulPrecision("highest");
}

bool cpu_has_bf16() noexcept {
#if defined(__x86_64__) && defined(__GNUC__)
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
}

}  // namespace triptych
