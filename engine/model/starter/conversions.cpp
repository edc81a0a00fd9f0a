// Portraits and words as the starter network takes them, its outputs as the renderer does.
#include <algorithm>

#include "image/resample.h"
#include "model/starter/learned.h"
#include "model/starter/starter.h"

namespace triptych::starter {
namespace {

Plane plane_of(const at::Tensor& values) {  // [H, W, C]
  const at::Tensor x = values.to(at::kCPU, at::kFloat).contiguous();
  const float* data = x.const_data_ptr<float>();
  return {static_cast<int>(x.size(1)), static_cast<int>(x.size(0)), static_cast<int>(x.size(2)),
          std::vector<float>(data, data + x.numel())};
}

std::vector<float> floats_of(const at::Tensor& values) {
  const at::Tensor x = values.to(at::kFloat).contiguous();
  return {x.const_data_ptr<float>(), x.const_data_ptr<float>() + x.numel()};
}

}  // namespace

at::Tensor network_input(const Image8& picture, const ImageF& person, int size) {
  ImageF rgb = to_float(picture), mask = person;
  if (rgb.width != size) rgb = resize(rgb, size, size);
  if (mask.width != size) mask = resize(mask, size, size);
  at::Tensor input = at::empty({1, 4, size, size});
  float* out = input.data_ptr<float>();
  const std::size_t count = mask.pixels.size();
  for (std::size_t i = 0; i < count; ++i) {
    const float m = std::clamp(mask.pixels[i], 0.0F, 1.0F);
    for (std::size_t k = 0; k < 3; ++k) {
      out[k * count + i] = std::clamp(rgb.pixels[3 * i + k], 0.0F, 1.0F) * m + 0.5F * (1 - m);
    }
    out[3 * count + i] = m;
  }
  return input;
}

Decoder decoder_of(const nn::Weights& weights) {
  Decoder decoder;
  for (int i = 0; weights.contains("decoder." + std::to_string(i) + ".weight"); ++i) {
    const nn::Weights layer = weights.scope("decoder." + std::to_string(i));
    const at::Tensor& weight = layer["weight"];
    decoder.layers.push_back({static_cast<int>(weight.size(1)), static_cast<int>(weight.size(0)),
                              floats_of(weight), floats_of(layer["bias"])});
  }
  return decoder;
}

std::array<Plane, 3> templates_of(const nn::Weights& weights) {
  const at::Tensor& all = weights["template"];
  return {plane_of(all[0]), plane_of(all[1]), plane_of(all[2])};
}

Head to_head(const Planes& planes, const Camera& camera, std::shared_ptr<const Decoder> decoder,
             std::shared_ptr<const std::array<Plane, 3>> templates) {
  Head head;
  head.frame = Head::Frame::camera_frustum;
  head.camera = camera;
  const DepthRange range = depth_range(camera);
  head.near_depth = range.near;
  head.far_depth = range.far;
  head.planes = {plane_of(planes.front[0]), plane_of(planes.top[0]), plane_of(planes.side[0])};
  head.template_planes = std::move(templates);
  head.decoder = std::move(decoder);
  return head;
}

}  // namespace triptych::starter
