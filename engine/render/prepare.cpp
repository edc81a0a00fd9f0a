#include "render/prepare.h"

#include <algorithm>
#include <cmath>
#include <new>

namespace triptych::render {
namespace {

void set_camera(const Camera& camera, FieldView& view) {
  for (int row = 0; row < 3; ++row) {
    const Vec3 axis = camera.axis(row);
    const Vec3 origin = camera.origin();
    float* m = view.world_to_camera + 4 * row;
    double shift = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      m[i] = axis[i];
      shift -= static_cast<double>(axis[i]) * static_cast<double>(origin[i]);
    }
    m[3] = static_cast<float>(shift);
  }
  view.focal2_x = 2 * camera.intrinsics[0];
  view.focal2_y = 2 * camera.intrinsics[4];
}

}  // namespace

PlaneView PreparedField::keep(const Plane& plane, ThreadPool* pool) {
  constexpr std::size_t alignment = 64;
  const auto width = static_cast<std::size_t>(plane.width), height = static_cast<std::size_t>(plane.height),
             channels = static_cast<std::size_t>(plane.channels), stride = (channels + 7) / 8 * 8;
  const std::size_t bytes = (width * height * stride * sizeof(float) + alignment - 1) / alignment * alignment;
  auto* texels = static_cast<float*>(std::aligned_alloc(alignment, bytes));
  if (texels == nullptr) throw std::bad_alloc();
  planes_.emplace_back(texels);
  const auto copy_row = [&](std::size_t row, int) {
    for (std::size_t i = row * width; i < (row + 1) * width; ++i) {
      float* rest = std::copy_n(plane.texels.data() + i * channels, channels, texels + i * stride);
      std::fill(rest, texels + (i + 1) * stride, 0.0F);
    }
  };
  if (pool != nullptr) {
    pool->run(height, copy_row);
  } else {
    for (std::size_t row = 0; row < height; ++row) copy_row(row, 0);
  }
  return {texels, false, plane.width, plane.height, static_cast<int>(stride)};
}

PreparedField::PreparedField(const Head& head, bool features, ThreadPool* pool) {
  view_.frustum = head.frame == Head::Frame::camera_frustum;
  view_.softplus = head.decoder->activation == Decoder::Activation::softplus;
  view_.features = features;
  view_.channels = head.feature_channels();
  for (std::size_t i = 0; i < 3; ++i) {
    view_.planes[i] = keep(head.planes[i], pool);
    if (head.template_planes) view_.template_planes[i] = keep((*head.template_planes)[i], pool);
  }
  view_.box_scale = 2 / head.box_size;
  view_.near_depth = head.near_depth;
  view_.far_depth = head.far_depth;
  set_camera(head.camera, view_);

  const auto& layers = head.decoder->layers;
  std::size_t total = 0;
  for (const Decoder::Layer& layer : layers) total += layer.weights.size();
  weights_.resize(total);
  float* next = weights_.data();
  view_.layer_count = static_cast<int>(layers.size());
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto inputs = static_cast<std::size_t>(layers[i].inputs),
               outputs = static_cast<std::size_t>(layers[i].outputs);
    for (std::size_t in = 0; in < inputs; ++in) {
      for (std::size_t out = 0; out < outputs; ++out)
        next[in * outputs + out] = layers[i].weights[out * inputs + in];
    }
    view_.layers[i] = {next, layers[i].bias.data(), layers[i].inputs, layers[i].outputs};
    next += layers[i].weights.size();
  }
}

RayCamera ray_camera(const Camera& camera) {
  RayCamera result{};
  for (std::size_t i = 0; i < 3; ++i) {
    result.origin[i] = camera.origin()[i];
    result.right[i] = camera.axis(0)[i];
    result.down[i] = camera.axis(1)[i];
    result.forward[i] = camera.axis(2)[i];
  }
  result.focal_x = camera.intrinsics[0];
  result.focal_y = camera.intrinsics[4];
  result.centre_x = camera.intrinsics[2];
  result.centre_y = camera.intrinsics[5];
  return result;
}

DepthRange depth_range(float near_depth, float far_depth, const Camera& camera) {
  const Vec3 o = camera.origin();
  const float moved = std::hypot(o[0], o[1], o[2]) - orbit_radius;
  if (std::abs(moved) < 1e-3F) return {near_depth, far_depth};
  const float nearest = std::max(near_depth + moved, 1e-3F);
  return {nearest, std::max(far_depth + moved, nearest + 0.1F)};
}

}  // namespace triptych::render
