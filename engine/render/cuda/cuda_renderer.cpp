#include "render/cuda/cuda_renderer.h"

#include <algorithm>

#include "render/cuda/cuda_device.h"
#include "render/cuda/cuda_memory.h"
#include "render/cuda/frame_graph.h"
#include "render/cuda/gpu_head.h"
#include "render/cuda/kernels.h"
#include "render/cuda/lanes_cuda.h"
#include "render/normals.h"
#include "render/prepare.h"

namespace triptych {

using render::check_cuda;
using DeviceBuffer = render::Buffer<render::DeviceMemory>;
using PinnedBuffer = render::Buffer<render::PinnedMemory>;

struct CudaRenderer::Device {
  int index = 0;  // of the CUDA runtime
  cudaStream_t stream = nullptr;
  DeviceBuffer color, alpha, depth;
  PinnedBuffer fetched;  // colour, alpha and depth of a frame
  // Of each kind of frame, which differ in their kernels and copies.
  render::FrameGraph fetch_exact, fetch_fast, draw_exact, draw_fast;

  ~Device() {
    if (stream != nullptr) cudaStreamDestroy(stream);
  }

  // CUDA remembers a device for each thread.
  [[nodiscard]] Status use() const { return check_cuda(cudaSetDevice(index), "starting"); }

  // Buffers of the frame's size, the camera and the depth range, for either kind of task.
  template <typename Task>
  [[nodiscard]] Status aim(Task& task, const GpuHead& head, const Camera& camera,
                           const RenderOptions& options) {
    TRIPTYCH_CHECK(use());
    if (!camera.valid()) return fail("the camera to render from is not a camera");
    // The same limits as the processor's.
    if (options.width < 1 || options.height < 1 || options.width > 8192 || options.height > 8192) {
      return fail("cannot render pictures of this size", {}, ErrorCode::usage);
    }
    const auto pixels = static_cast<std::size_t>(options.width) * static_cast<std::size_t>(options.height);
    TRIPTYCH_CHECK(color.reserve(3 * pixels * sizeof(float)));
    TRIPTYCH_CHECK(alpha.reserve(pixels * sizeof(float)));
    TRIPTYCH_CHECK(depth.reserve(pixels * sizeof(float)));
    const render::DepthRange range = render::depth_range(head.near_depth, head.far_depth, camera);
    task.camera = render::ray_camera(camera);
    task.width = options.width;
    task.height = options.height;
    task.near_depth = range.near_depth;
    task.far_depth = range.far_depth;
    task.color = color.as<float>();
    task.alpha = alpha.as<float>();
    task.depth = depth.as<float>();
    return {};
  }

  [[nodiscard]] Result<render::MarchTask> exact_task(const GpuHead& head, const Camera& camera,
                                                     const RenderOptions& options) {
    constexpr int most = render::CudaLanes::max_samples;
    if (options.coarse_samples < 4 || options.importance_samples < 1 || options.coarse_samples > most ||
        options.importance_samples > most) {
      return fail("the GPU takes 4 + 1 to 64 + 64 samples", {}, ErrorCode::usage);
    }
    render::MarchTask task;
    task.field = head.field;
    task.coarse = options.coarse_samples;
    task.importance = options.importance_samples;
    TRIPTYCH_CHECK(aim(task, head, camera, options));
    return task;
  }

  [[nodiscard]] Result<render::FastTask> fast_task(const GpuHead& head, const Camera& camera,
                                                   const RenderOptions& options) {
    render::FastTask task;
    task.head = head.grid;
    if (options.normals) task.head.step *= render::step_for_slopes;
    for (std::size_t c = 0; c < 3; ++c) task.background[c] = head.grid.frustum ? options.background[c] : 0;
    TRIPTYCH_CHECK(aim(task, head, camera, options));
    return task;
  }

  // A frame and its way to the host.
  template <typename Task>
  [[nodiscard]] Result<View> fetch(render::FrameGraph& graph, const Task& task, bool normals,
                                   ThreadPool& pool) {
    View view;
    const DeviceBuffer* const sources[] = {&color, &alpha, &depth};
    ImageF* const images[] = {&view.rgb, &view.alpha, &view.depth};
    for (ImageF* image : images) *image = ImageF(task.width, task.height, image == &view.rgb ? 3 : 1);
    const std::size_t pixels = view.alpha.pixels.size();
    TRIPTYCH_CHECK(fetched.reserve(5 * pixels * sizeof(float)));
    const Status launched = graph.launch(stream, [&]() -> Status {
      render::launch(task, stream);
      float* to = fetched.as<float>();
      for (std::size_t i = 0; i < 3; to += images[i]->pixels.size(), ++i) {
        TRIPTYCH_CHECK(
            check_cuda(cudaMemcpyAsync(to, sources[i]->as<float>(), images[i]->pixels.size() * sizeof(float),
                                       cudaMemcpyDeviceToHost, stream),
                       "sending a frame"));
      }
      return check_cuda(cudaGetLastError(), "starting a frame");
    });
    TRIPTYCH_CHECK(launched);
    TRIPTYCH_CHECK(check_cuda(cudaStreamSynchronize(stream), "rendering"));
    const float* from = fetched.as<float>();
    for (ImageF* image : images) {
      std::copy_n(from, image->pixels.size(), image->pixels.data());
      from += image->pixels.size();
    }
    if (normals) view.normal = render::normals_of(task.camera, view.depth, view.alpha, pool);
    return view;
  }

  // A frame that stays on the GPU. `over`: its colours are not yet over the background.
  template <typename Task>
  [[nodiscard]] Status draw(render::FrameGraph& graph, const Task& task, bool over,
                            const RenderOptions& options, FrameTarget& target) {
    render::PackTask pack;
    pack.color = task.color;
    pack.alpha = task.alpha;
    pack.count = task.width * task.height;
    for (std::size_t c = 0; c < 3; ++c) pack.background[c] = over ? options.background[c] : 0;
    TRIPTYCH_TRY(pack.pixels, target.begin(task.width, task.height, stream));
    const Status drawn = graph.launch(stream, [&]() -> Status {
      render::launch(task, stream);
      render::launch(pack, stream);
      return check_cuda(cudaGetLastError(), "starting a frame");
    });
    const Status ended = target.end(stream);
    TRIPTYCH_CHECK(drawn);
    return ended;
  }
};

CudaRenderer::CudaRenderer(std::unique_ptr<Device> device) : device_(std::move(device)) {}
CudaRenderer::~CudaRenderer() = default;

Result<std::unique_ptr<CudaRenderer>> CudaRenderer::create() {
  std::vector<CudaDevice> devices;
  std::string reason;
  render::find_cuda_devices(devices, reason);
  if (devices.empty()) return fail("no CUDA device: " + reason);
  const auto best = std::max_element(
      devices.begin(), devices.end(),
      [](const CudaDevice& a, const CudaDevice& b) { return a.memory_bytes < b.memory_bytes; });
  auto device = std::make_unique<Device>();
  device->index = best->index;
  TRIPTYCH_CHECK(device->use());
  TRIPTYCH_CHECK(check_cuda(cudaStreamCreate(&device->stream), "starting"));
  return std::unique_ptr<CudaRenderer>(new CudaRenderer(std::move(device)));
}

Result<std::shared_ptr<const GpuHead>> CudaRenderer::upload(const Head& head, const BakedHead& baked) const {
  TRIPTYCH_CHECK(device_->use());
  return GpuHead::upload(head, baked);
}

Result<View> CudaRenderer::exact(const GpuHead& head, const Camera& camera, const RenderOptions& options,
                                 ThreadPool& pool) {
  TRIPTYCH_TRY(const render::MarchTask task, device_->exact_task(head, camera, options));
  TRIPTYCH_TRY(View view, device_->fetch(device_->fetch_exact, task, options.normals, pool));
  for (std::size_t i = 0; i < view.alpha.pixels.size(); ++i) {
    const float behind = task.field.frustum ? 1 - view.alpha.pixels[i] : 0;
    for (std::size_t c = 0; c < 3; ++c) {
      float& color = view.rgb.pixels[3 * i + c];
      color = std::clamp(color + behind * options.background[c], 0.0F, 1.0F);
    }
    if (view.alpha.pixels[i] < render::visible_alpha) view.depth.pixels[i] = task.far_depth;
  }
  return view;
}

Result<View> CudaRenderer::fast(const GpuHead& head, const Camera& camera, const RenderOptions& options,
                                ThreadPool& pool) {
  TRIPTYCH_TRY(const render::FastTask task, device_->fast_task(head, camera, options));
  return device_->fetch(device_->fetch_fast, task, options.normals, pool);
}

Status CudaRenderer::draw_exact(const GpuHead& head, const Camera& camera, const RenderOptions& options,
                                FrameTarget& target) {
  TRIPTYCH_TRY(const render::MarchTask task, device_->exact_task(head, camera, options));
  return device_->draw(device_->draw_exact, task, task.field.frustum, options, target);
}

Status CudaRenderer::draw_fast(const GpuHead& head, const Camera& camera, const RenderOptions& options,
                               FrameTarget& target) {
  TRIPTYCH_TRY(const render::FastTask task, device_->fast_task(head, camera, options));
  return device_->draw(device_->draw_fast, task, false, options, target);
}

}  // namespace triptych
