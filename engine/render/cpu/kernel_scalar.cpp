#include "render/cpu/kernel_body.h"

namespace triptych::render {

const Kernel& scalar_kernel() {
  static const Kernel kernel = make_kernel<ScalarLanes>("scalar");
  return kernel;
}

}  // namespace triptych::render
