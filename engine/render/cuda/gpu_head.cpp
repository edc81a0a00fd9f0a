#include "render/cuda/gpu_head.h"

#include <algorithm>
#include <string>
#include <vector>

#include "core/safetensors.h"
#include "render/bake.h"
#include "render/cuda/blocks.h"
#include "render/prepare.h"

namespace triptych {

Status GpuHead::put_plane(render::PlaneView& plane, bool half, Buffer& buffer) {
  const std::size_t count = plane.count;
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

Status GpuHead::put_decoder() {
  std::vector<float> numbers;
  for (int i = 0; i < field.layer_count; ++i) {
    const render::LayerView& layer = field.layers[i];
    numbers.insert(numbers.end(), layer.weights, layer.weights + layer.inputs * layer.outputs);
    numbers.insert(numbers.end(), layer.bias, layer.bias + layer.outputs);
  }
  TRIPTYCH_CHECK(decoder_.upload(numbers.data(), numbers.size() * sizeof(float)));
  const float* next = decoder_.as<float>();
  for (int i = 0; i < field.layer_count; ++i) {
    render::LayerView& layer = field.layers[i];
    layer.weights = next;
    layer.bias = next + layer.inputs * layer.outputs;
    next = layer.bias + layer.outputs;
  }
  return {};
}

Status GpuHead::put_field(const Head& head) {
  const render::PreparedField prepared(head, false);
  field = prepared.view();
  if (render::decoder_numbers(field) > render::shared_weights)
    return fail("the decoder is too large for the GPU");
  // Kernels read four numbers at once, and what follows the features begins at such a four.
  if (field.frustum && field.channels % 4 != 0)
    return fail("the GPU takes heads whose features are a multiple of 4, not " +
                std::to_string(field.channels));
  for (std::size_t i = 0; i < 3; ++i) {
    TRIPTYCH_CHECK(put_plane(field.planes[i], !(field.frustum && i == 0), planes_[i]));
    if (field.template_planes[i].texels == nullptr) continue;
    TRIPTYCH_CHECK(put_plane(field.template_planes[i], true, planes_[3 + i]));
  }
  return put_decoder();
}

Status GpuHead::put_grid(const BakedHead& baked) {
  grid = baked.grid;
  const std::size_t nodes = baked.bricks.size() * render::brick_nodes;
  TRIPTYCH_CHECK(nodes_.upload(baked.nodes.get(), nodes * sizeof(std::uint32_t)));
  TRIPTYCH_CHECK(bricks_.upload(baked.bricks.data(), baked.bricks.size() * sizeof(std::int32_t)));
  grid.nodes = nodes_.as<std::uint32_t>();
  grid.bricks = bricks_.as<std::int32_t>();
  return {};
}

Result<std::shared_ptr<const GpuHead>> GpuHead::upload(const Head& head, const BakedHead& baked) {
  TRIPTYCH_CHECK(head.check());
  auto result = std::make_shared<GpuHead>();
  TRIPTYCH_CHECK(result->put_field(head));
  TRIPTYCH_CHECK(result->put_grid(baked));
  const render::DepthRange range = render::orbit_range(head);
  result->near_depth = range.near_depth;
  result->far_depth = range.far_depth;
  return result;
}

}  // namespace triptych
