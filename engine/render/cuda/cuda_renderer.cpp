#include "render/cuda/cuda_renderer.h"

#include <cuda_runtime_api.h>

#include <algorithm>

#include "core/safetensors.h"
#include "render/bake.h"
#include "render/cuda/blocks.h"
#include "render/cuda/cuda_device.h"
#include "render/cuda/kernels.h"
#include "render/normals.h"
#include "render/prepare.h"

namespace triptych {
namespace {

Status check(cudaError_t error, const char* doing) {
  if (error == cudaSuccess) return {};
  const ErrorCode code = error == cudaErrorMemoryAllocation ? ErrorCode::out_of_memory : ErrorCode::failed;
  return fail(std::string("the GPU failed while ") + doing + " (" + cudaGetErrorString(error) + ")", {},
              code);
}

// Device memory that grows as needed and is kept.
class Buffer {
 public:
  Buffer() = default;
  ~Buffer() { cudaFree(data_); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  Buffer(Buffer&&) = delete;
  Buffer& operator=(Buffer&&) = delete;

  [[nodiscard]] Status reserve(std::size_t bytes) {
    if (bytes <= size_) return {};
    cudaFree(data_);
    data_ = nullptr;
    size_ = 0;
    TRIPTYCH_CHECK(check(cudaMalloc(&data_, bytes), "reserving memory"));
    size_ = bytes;
    return {};
  }
  [[nodiscard]] Status upload(const void* from, std::size_t bytes) {
    TRIPTYCH_CHECK(reserve(bytes));
    return check(cudaMemcpy(data_, from, bytes, cudaMemcpyHostToDevice), "receiving a head");
  }
  template <typename T>
  [[nodiscard]] T* as() const {
    return static_cast<T*>(data_);
  }

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace

struct CudaRenderer::Device {
  cudaStream_t stream = nullptr;
  Buffer planes[6], decoder, nodes, bricks, color, alpha, depth;
  render::FieldView field;
  render::BakedView grid;
  float near_depth = 0, far_depth = 1;
  bool has_head = false;

  ~Device() {
    if (stream != nullptr) cudaStreamDestroy(stream);
  }

  [[nodiscard]] Status put_plane(render::PlaneView& plane, bool half, Buffer& buffer) const {
    const auto count = static_cast<std::size_t>(plane.width) * static_cast<std::size_t>(plane.height) *
                       static_cast<std::size_t>(plane.channels);
    if (half) {
      std::vector<std::uint16_t> halves(count);
      std::transform(plane.floats(), plane.floats() + count, halves.begin(), float_to_half);
      TRIPTYCH_CHECK(buffer.upload(halves.data(), count * sizeof(std::uint16_t)));
    } else {
      TRIPTYCH_CHECK(buffer.upload(plane.floats(), count * sizeof(float)));
    }
    plane.texels = buffer.as<void>();
    plane.half = half;
    return {};
  }

  [[nodiscard]] Status put_decoder() {
    std::vector<float> numbers;
    for (int i = 0; i < field.layer_count; ++i) {
      const render::LayerView& layer = field.layers[i];
      numbers.insert(numbers.end(), layer.weights, layer.weights + layer.inputs * layer.outputs);
      numbers.insert(numbers.end(), layer.bias, layer.bias + layer.outputs);
    }
    TRIPTYCH_CHECK(decoder.upload(numbers.data(), numbers.size() * sizeof(float)));
    const float* next = decoder.as<float>();
    for (int i = 0; i < field.layer_count; ++i) {
      render::LayerView& layer = field.layers[i];
      layer.weights = next;
      layer.bias = next + layer.inputs * layer.outputs;
      next = layer.bias + layer.outputs;
    }
    return {};
  }

  // Buffers of the frame's size, the camera and the depth range, for either kind of task.
  template <typename Task>
  [[nodiscard]] Status aim(Task& task, const Camera& camera, const RenderOptions& options) {
    if (!has_head) return fail("no head has been given to the GPU");
    if (!camera.valid()) return fail("the camera to render from is not a camera");
    if (options.width < 1 || options.height < 1 || options.width > 8192 || options.height > 8192) {
      return fail("cannot render pictures of this size", {}, ErrorCode::usage);
    }
    const auto pixels = static_cast<std::size_t>(options.width) * static_cast<std::size_t>(options.height);
    TRIPTYCH_CHECK(color.reserve(3 * pixels * sizeof(float)));
    TRIPTYCH_CHECK(alpha.reserve(pixels * sizeof(float)));
    TRIPTYCH_CHECK(depth.reserve(pixels * sizeof(float)));
    const render::DepthRange range = render::depth_range(near_depth, far_depth, camera);
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

  [[nodiscard]] Result<View> fetch(const render::RayCamera& camera, int width, int height, ThreadPool& pool) {
    TRIPTYCH_CHECK(check(cudaGetLastError(), "starting a frame"));
    View view;
    const auto copy = [&](const Buffer& buffer, ImageF& image, int channels) {
      image = ImageF(width, height, channels);
      return check(cudaMemcpyAsync(image.pixels.data(), buffer.as<float>(),
                                   image.pixels.size() * sizeof(float), cudaMemcpyDeviceToHost, stream),
                   "sending a frame");
    };
    TRIPTYCH_CHECK(copy(color, view.rgb, 3));
    TRIPTYCH_CHECK(copy(alpha, view.alpha, 1));
    TRIPTYCH_CHECK(copy(depth, view.depth, 1));
    TRIPTYCH_CHECK(check(cudaStreamSynchronize(stream), "rendering"));
    view.normal = render::normals_of(camera, view.depth, view.alpha, pool);
    return view;
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
  TRIPTYCH_CHECK(check(cudaSetDevice(best->index), "starting"));
  auto device = std::make_unique<Device>();
  TRIPTYCH_CHECK(check(cudaStreamCreate(&device->stream), "starting"));
  return std::unique_ptr<CudaRenderer>(new CudaRenderer(std::move(device)));
}

Status CudaRenderer::upload(const Head& head, const BakedHead& baked) {
  TRIPTYCH_CHECK(head.check());
  Device& d = *device_;
  d.has_head = false;
  const render::PreparedField prepared(head, false);
  d.field = prepared.view();
  if (render::decoder_numbers(d.field) > render::shared_weights)
    return fail("the decoder is too large for the GPU");
  const bool frustum = d.field.frustum;
  for (std::size_t i = 0; i < 3; ++i) {
    TRIPTYCH_CHECK(d.put_plane(d.field.planes[i], !(frustum && i == 0), d.planes[i]));
    if (d.field.template_planes[i].texels == nullptr) continue;
    TRIPTYCH_CHECK(d.put_plane(d.field.template_planes[i], true, d.planes[3 + i]));
  }
  TRIPTYCH_CHECK(d.put_decoder());
  d.grid = baked.grid;
  TRIPTYCH_CHECK(
      d.nodes.upload(baked.nodes.get(), baked.bricks.size() * render::brick_nodes * sizeof(std::uint32_t)));
  TRIPTYCH_CHECK(d.bricks.upload(baked.bricks.data(), baked.bricks.size() * sizeof(std::int32_t)));
  d.grid.nodes = d.nodes.as<std::uint32_t>();
  d.grid.bricks = d.bricks.as<std::int32_t>();
  d.near_depth = head.near_depth;
  d.far_depth = head.far_depth;
  d.has_head = true;
  return {};
}

Result<View> CudaRenderer::exact(const Camera& camera, const RenderOptions& options, ThreadPool& pool) {
  constexpr int most = render::CudaLanes::max_samples;
  if (options.coarse_samples < 4 || options.importance_samples < 1 || options.coarse_samples > most ||
      options.importance_samples > most) {
    return fail("the GPU takes 4 + 1 to 64 + 64 samples", {}, ErrorCode::usage);
  }
  render::MarchTask task;
  task.field = device_->field;
  task.coarse = options.coarse_samples;
  task.importance = options.importance_samples;
  TRIPTYCH_CHECK(device_->aim(task, camera, options));
  render::launch_march(task, device_->stream);
  TRIPTYCH_TRY(View view, device_->fetch(task.camera, task.width, task.height, pool));
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

Result<View> CudaRenderer::fast(const Camera& camera, const RenderOptions& options, ThreadPool& pool) {
  render::FastTask task;
  task.head = device_->grid;
  for (std::size_t c = 0; c < 3; ++c) task.background[c] = task.head.frustum ? options.background[c] : 0;
  TRIPTYCH_CHECK(device_->aim(task, camera, options));
  render::launch_fast(task, device_->stream);
  return device_->fetch(task.camera, task.width, task.height, pool);
}

}  // namespace triptych
