#include "render/cuda/cuda_renderer.h"

#include <algorithm>

#include "render/cuda/cuda_device.h"
#include "render/cuda/cuda_memory.h"
#include "render/cuda/frame_clock.h"
#include "render/cuda/frame_graph.h"
#include "render/cuda/gpu_head.h"
#include "render/cuda/kernels.h"
#include "render/cuda/lanes_cuda.h"
#include "render/frame.h"
#include "render/normals.h"

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
  render::FrameGraph fetch_exact, fetch_fast, draw_fast;
  render::FrameClock clock;  // of what is drawn

  ~Device() {
    if (stream != nullptr) cudaStreamDestroy(stream);
  }

  // CUDA remembers a device for each thread.
  [[nodiscard]] Status use() const { return check_cuda(cudaSetDevice(index), "starting"); }

  // Where the pixels of either kind of task go.
  template <typename Task>
  [[nodiscard]] Status give_buffers(Task& task) {
    const auto pixels = static_cast<std::size_t>(task.width) * static_cast<std::size_t>(task.height);
    TRIPTYCH_CHECK(color.reserve(3 * pixels * sizeof(float)));
    TRIPTYCH_CHECK(alpha.reserve(pixels * sizeof(float)));
    TRIPTYCH_CHECK(depth.reserve(pixels * sizeof(float)));
    task.color = color.as<float>();
    task.alpha = alpha.as<float>();
    task.depth = depth.as<float>();
    return {};
  }

  [[nodiscard]] Result<render::MarchTask> exact_task(const GpuHead& head, const Camera& camera,
                                                     const RenderOptions& options) {
    TRIPTYCH_CHECK(use());
    TRIPTYCH_CHECK(render::check_frame(camera, options));
    constexpr int most = render::CudaLanes::max_samples;
    if (options.coarse_samples < 4 || options.importance_samples < 1 || options.coarse_samples > most ||
        options.importance_samples > most) {
      return fail("the GPU takes 4 + 1 to 64 + 64 samples", {}, ErrorCode::usage);
    }
    render::MarchTask task;
    const render::DepthRange range = render::depth_range(head.near_depth, head.far_depth, camera);
    task.field = head.field;
    task.camera = render::ray_camera(camera);
    task.width = options.width;
    task.height = options.height;
    task.coarse = options.coarse_samples;
    task.importance = options.importance_samples;
    task.near_depth = range.near_depth;
    task.far_depth = range.far_depth;
    TRIPTYCH_CHECK(give_buffers(task));
    return task;
  }

  [[nodiscard]] Result<render::FastTask> fast_task(const GpuHead& head, const Camera& camera,
                                                   const RenderOptions& options) {
    TRIPTYCH_CHECK(use());
    TRIPTYCH_CHECK(render::check_frame(camera, options));
    render::FastTask task = render::fast_task(head.grid, {head.near_depth, head.far_depth}, camera, options);
    TRIPTYCH_CHECK(give_buffers(task));
    return task;
  }

  // A frame and its way to the host.
  template <typename Task>
  [[nodiscard]] Result<View> fetch(render::FrameGraph& graph, const Task& task) {
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
    return view;
  }

  // A frame that stays on the GPU.
  [[nodiscard]] Status draw(render::FrameGraph& graph, const render::FastTask& task, FrameTarget& target) {
    render::PackTask pack;
    pack.color = task.color;
    pack.count = task.width * task.height;
    TRIPTYCH_TRY(pack.pixels, target.begin(task.width, task.height, stream));
    clock.start(task.width, task.height, stream);
    const Status drawn = graph.launch(stream, [&]() -> Status {
      render::launch(task, stream);
      render::launch(pack, stream);
      return check_cuda(cudaGetLastError(), "starting a frame");
    });
    clock.stop(stream);
    target.set_timing(clock.newest());
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
  // Frames are recorded from this stream while heads are uploaded by the default one, which may not wait for
  // it.
  TRIPTYCH_CHECK(check_cuda(cudaStreamCreateWithFlags(&device->stream, cudaStreamNonBlocking), "starting"));
  return std::unique_ptr<CudaRenderer>(new CudaRenderer(std::move(device)));
}

Result<std::shared_ptr<const GpuHead>> CudaRenderer::upload(const Head& head, const BakedHead& baked) const {
  TRIPTYCH_CHECK(device_->use());
  return GpuHead::upload(head, baked);
}

Result<View> CudaRenderer::exact(const GpuHead& head, const Camera& camera, const RenderOptions& options,
                                 ThreadPool& pool) {
  TRIPTYCH_TRY(const render::MarchTask task, device_->exact_task(head, camera, options));
  TRIPTYCH_TRY(View view, device_->fetch(device_->fetch_exact, task));
  render::finish_depth(task.far_depth, view);
  render::lay_over(options.background, task.field.frustum, view);
  render::set_normals(options.normals, task.camera, view, pool);
  return view;
}

Result<View> CudaRenderer::fast(const GpuHead& head, const Camera& camera, const RenderOptions& options,
                                ThreadPool& pool) {
  TRIPTYCH_TRY(const render::FastTask task, device_->fast_task(head, camera, options));
  TRIPTYCH_TRY(View view, device_->fetch(device_->fetch_fast, task));
  render::set_normals(options.normals, task.camera, view, pool);
  return view;
}

Status CudaRenderer::draw_fast(const GpuHead& head, const Camera& camera, const RenderOptions& options,
                               FrameTarget& target) {
  TRIPTYCH_TRY(const render::FastTask task, device_->fast_task(head, camera, options));
  return device_->draw(device_->draw_fast, task, target);
}

}  // namespace triptych
