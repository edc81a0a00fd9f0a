#include <hwy/targets.h>

#include "render/kernel.h"

namespace triptych::render {

namespace {

std::vector<const Kernel*> find_kernels() {
  const auto targets = static_cast<std::int64_t>(hwy::SupportedTargets());
  std::vector<const Kernel*> kernels;
  if ((targets & HWY_AVX3) != 0) kernels.push_back(&avx512_kernel());
  if ((targets & HWY_AVX2) != 0) kernels.push_back(&avx2_kernel());
  if ((targets & HWY_SSE4) != 0) kernels.push_back(&sse4_kernel());
  kernels.push_back(&scalar_kernel());
  return kernels;
}

}  // namespace

const std::vector<const Kernel*>& usable_kernels() {
  static const std::vector<const Kernel*> kernels = find_kernels();
  return kernels;
}

}  // namespace triptych::render
