// Stands in for the CUDA part where no CUDA compiler was found (CMakeLists.txt).
#include "render/cuda/cuda_device.h"
#include "render/cuda/cuda_renderer.h"

namespace triptych {
namespace {

constexpr const char* absent = "this build has no CUDA part (nvcc was not found when it was configured)";

}  // namespace

void render::find_cuda_devices(std::vector<CudaDevice>& /*devices*/, std::string& reason) {
  reason = absent;
}

struct CudaRenderer::Device {};
CudaRenderer::CudaRenderer(std::unique_ptr<Device> device) : device_(std::move(device)) {}
CudaRenderer::~CudaRenderer() = default;
Result<std::unique_ptr<CudaRenderer>> CudaRenderer::create() {
  return fail(std::string("no CUDA device: ") + absent);
}
Result<std::shared_ptr<const GpuHead>> CudaRenderer::upload(const Head& /*head*/,
                                                            const BakedHead& /*baked*/) const {
  return fail(absent);
}
Result<View> CudaRenderer::exact(const GpuHead& /*head*/, const Camera& /*camera*/,
                                 const RenderOptions& /*options*/, ThreadPool& /*pool*/) {
  return fail(absent);
}
Result<View> CudaRenderer::fast(const GpuHead& /*head*/, const Camera& /*camera*/,
                                const RenderOptions& /*options*/, ThreadPool& /*pool*/) {
  return fail(absent);
}
Status CudaRenderer::draw_fast(const GpuHead& /*head*/, const Camera& /*camera*/,
                               const RenderOptions& /*options*/, FrameTarget& /*target*/) {
  return fail(absent);
}

}  // namespace triptych
