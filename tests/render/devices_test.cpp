// What the user is told of a GPU that cannot be used.
#include <gmock/gmock.h>

#include "render/cuda/cuda_device.h"

namespace triptych {
namespace {

using testing::HasSubstr;

TEST(CudaDevices, AnOldDriverIsToldWithBothVersionsAndWhatToDo) {
  EXPECT_EQ(render::driver_reason(11080, 12040),
            "the NVIDIA driver is too old (it offers CUDA 11.8, this program needs 12.4); update it to use "
            "the GPU");
  EXPECT_THAT(render::driver_reason(9020, 13000), HasSubstr("CUDA 9.2, this program needs 13.0"));
}

TEST(CudaDevices, NoDriverIsNotCalledAnOldOne) {
  EXPECT_EQ(render::driver_reason(0, 12040), "no NVIDIA driver is installed");
}

}  // namespace
}  // namespace triptych
