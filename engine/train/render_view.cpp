#include "train/render_view.h"

#include <c10/core/GradMode.h>

#include "train/image_tensor.h"
#include "train/objective.h"

namespace triptych::train {
namespace {

using at::Tensor;

constexpr std::int64_t coarse_count = 24, fine_count = 16;

}  // namespace

// The inverse of the weights' cumulative distribution, evenly spaced.
Tensor importance(const Tensor& edges, const Tensor& weights, std::int64_t count) {
  const Tensor padded = at::constant_pad_nd(weights, {1, 1});
  const std::int64_t n = weights.size(2);
  const Tensor wide = at::maximum(padded.narrow(2, 0, n), padded.narrow(2, 2, n));
  const Tensor smooth = 0.5 * weights + 0.5 * at::maximum(weights, wide) + 1e-3;
  const Tensor cumulative = at::cumsum(smooth / smooth.sum(2, true), 2).contiguous();
  const Tensor u = ((at::arange(count, at::kFloat) + 0.5) / count)
                       .expand({weights.size(0), weights.size(1), count})
                       .contiguous();
  const Tensor bin = at::searchsorted(cumulative, u).clamp_max(n - 1);
  const Tensor before = at::constant_pad_nd(cumulative, {1, 0}).gather(2, bin),
               after = cumulative.gather(2, bin);
  const Tensor low = edges.gather(2, bin), high = edges.gather(2, bin + 1);
  return low + (high - low) * ((u - before) / (after - before).clamp_min(1e-6)).clamp(0, 1);
}

starter::PictureMaps encode_frame(const starter::NetworkConfig& network, const nn::Weights& compute,
                                  const Frame& frame) {
  const ImageF input = network_input(frame, Exposure::identity(), network.picture, nullptr);
  return starter::encode_picture(network, compute, channels_first(input).unsqueeze(0),
                                 starter::camera_tensor({&frame.camera, 1}));
}

ViewRays view_rays(const Camera& camera, int size) {
  const Tensor line = (at::arange(size, at::kFloat) + 0.5) / size;
  const Tensor x =
      ((line - camera.intrinsics[2]) / camera.intrinsics[0]).view({1, size}).expand({size, size});
  const Tensor y =
      ((line - camera.intrinsics[5]) / camera.intrinsics[4]).view({size, 1}).expand({size, size});
  const Tensor local = at::stack({x, y, at::ones({size, size})}, 2).view({1, -1, 3});
  const Tensor length = local.norm(2, {2}, true);
  const Tensor pose = starter::camera_tensor({&camera, 1}).narrow(1, 0, 16).view({4, 4});
  const Tensor turn = pose.narrow(0, 0, 3).narrow(1, 0, 3);
  const Tensor origin =
      pose.narrow(0, 0, 3).select(1, 3).view({1, 1, 3}).expand({1, local.size(1), 3}).contiguous();
  return {origin, at::matmul(local / length, turn.t()).contiguous(), 1 / length.squeeze(2)};
}

RenderedView render_view(const nn::Weights& master, const starter::Planes& planes, const Camera& picture,
                         const Camera& camera, int size) {
  const c10::NoGradGuard no_grad;
  Batch batch;
  batch.cameras = starter::camera_tensor({&picture, 1});
  batch.ranges = {starter::depth_range(picture)};
  const ViewRays rays = view_rays(camera, size);
  RayBatch lines;
  lines.origins = rays.origins;
  lines.directions = rays.directions;
  const starter::DepthRange range = starter::depth_range(camera);
  const Tensor coarse = at::linspace(range.near, range.far, coarse_count)
                            .expand({1, rays.origins.size(1), coarse_count})
                            .contiguous();
  const MarchOutput first = march_planes(master, planes, batch, lines, coarse, true);
  const Tensor fine = importance(coarse, first.weights, fine_count);
  const Tensor distances = std::get<0>(at::cat({coarse, fine}, 2).sort(2));
  const MarchOutput seen = march_planes(master, planes, batch, lines, distances);
  const Tensor alpha = seen.alpha.unsqueeze(2);
  RenderedView view;
  view.color = (seen.colour + (1 - alpha)).clamp(0, 1).view({size, size, 3});
  view.alpha = seen.alpha.view({size, size});
  view.depth = (seen.depth / seen.alpha.clamp_min(1e-3) * rays.cosine).view({size, size});
  return view;
}

Image8 to_picture(const Tensor& values) {
  const Tensor rgb =
      values.dim() == 2 ? values.unsqueeze(2).expand({values.size(0), values.size(1), 3}) : values;
  const Tensor bytes = (rgb.clamp(0, 1) * 255 + 0.5).to(at::kByte).contiguous();
  Image8 image(static_cast<int>(rgb.size(1)), static_cast<int>(rgb.size(0)), 3);
  std::copy_n(bytes.const_data_ptr<std::uint8_t>(), image.pixels.size(), image.pixels.begin());
  return image;
}

}  // namespace triptych::train
