// Compiled with the flags of this instruction set (CMakeLists.txt); called only where the processor has it.
#include "render/cpu/kernel_body.h"
#include "render/cpu/lanes_hwy.h"

namespace triptych::render {

const Kernel& avx512_kernel() {
  static const Kernel kernel = make_kernel<HwyLanes>("avx512");
  return kernel;
}

}  // namespace triptych::render
