// Training marches through planes with code of its own (train/march), people see them through render/. Both
// must show the same head, or what was learned is not what is seen.
#include <gtest/gtest.h>

#include "model/starter/starter.h"
#include "render/renderer.h"
#include "support/formula.h"
#include "train/render_view.h"

namespace triptych::train {
namespace {

constexpr int size = 32;
constexpr std::int64_t features = 8;

// [edge, edge, channels], each channel another wave, so that no two axes, channels or planes look alike. Half
// a texel aside they are clearly different, between two samples of a ray they are not.
at::Tensor waves(std::int64_t edge, std::int64_t channels, double start, double pace = 1) {
  const at::Tensor line = (at::arange(edge, at::kDouble) + 0.5) * (2.0 / static_cast<double>(edge)) - 1;
  const at::Tensor column = line.view({1, edge, 1}), row = line.view({edge, 1, 1});
  const at::Tensor k = at::arange(channels, at::kDouble), phase = k + start;
  const at::Tensor across = at::sin(pace * (2 + 0.25 * k) * column + 1.3 * phase);
  const at::Tensor down = at::cos(pace * (3 - 0.2 * k) * row - 0.7 * phase);
  return (across * down).to(at::kFloat).contiguous();
}

// A wavy surface at the depth of a head, nothing before it, and colours by the picture and by the decoder.
starter::Planes wavy_planes() {
  at::Tensor front = waves(64, features + 5, 0, 2);
  front.select(2, features).mul_(0.1).add_(2.7);      // depth
  front.narrow(2, features + 1, 3).mul_(1.5);         // colour
  front.select(2, features + 4).mul_(0.5).sub_(3.0);  // mask: the space before the surface is clear
  return {front.unsqueeze(0), waves(32, features, 20).unsqueeze(0), waves(32, features, 40).unsqueeze(0)};
}

nn::Weights decoder_and_template() {
  constexpr std::int64_t width = 16;
  nn::Weights weights;
  weights.set("decoder.0.weight", 0.8 * test::formula_values("decoder.0.weight", {width, features + 3}));
  weights.set("decoder.0.bias", at::zeros({width}));
  weights.set("decoder.1.weight", 0.4 * test::formula_values("decoder.1.weight", {5, width}));
  weights.set("decoder.1.bias", at::zeros({5}));
  weights.set("template",
              at::stack({waves(8, features, 60), waves(8, features, 80), waves(8, features, 100)}));
  return weights;
}

at::Tensor tensor_of(const ImageF& image) {
  return at::from_blob(const_cast<float*>(image.pixels.data()), {image.height, image.width, image.channels},
                       at::kFloat)
      .clone();
}

double mean_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).abs().mean().item<double>();
}

// The two place their samples differently, and training takes 40 a ray: that makes .0009 in colour and .0007
// in depth. Half a texel in any plane makes .0035 or more in colour, swapped axes .04, and a range of depths
// that is .05 off .018.
TEST(Agreement, TrainingAndTheRendererShowTheSameHead) {
  const starter::Planes planes = wavy_planes();
  const nn::Weights weights = decoder_and_template();
  const Camera picture = orbit_camera(10, 5);
  const Head head =
      starter::to_head(planes, picture, std::make_shared<const Decoder>(starter::decoder_of(weights)),
                       std::make_shared<const std::array<Plane, 3>>(starter::templates_of(weights)));
  RenderOptions options;
  options.width = options.height = size;
  options.coarse_samples = options.importance_samples = 128;
  ThreadPool pool(2);
  Progress progress;
  for (const Camera& camera : {picture, orbit_camera(30, 5)}) {
    const auto shown = render_exact(head, camera, options, pool, progress);
    ASSERT_TRUE(shown) << shown.error().message;
    const RenderedView seen = render_view(weights, planes, picture, camera, size);
    const at::Tensor cosine = view_rays(camera, size).cosine.view({size, size});
    EXPECT_LT(mean_difference(seen.color, tensor_of(shown->rgb)), 0.0013);
    EXPECT_LT(mean_difference(seen.alpha, tensor_of(shown->alpha).squeeze(2)), 0.0005);
    EXPECT_LT(mean_difference(seen.depth, tensor_of(shown->depth).squeeze(2) * cosine), 0.0012);
    EXPECT_GT(seen.alpha.min().item<double>(), 0.9) << "every ray meets the surface";
    EXPECT_GT(seen.color.std().item<double>(), 0.1) << "and sees its colours";
  }
}

}  // namespace
}  // namespace triptych::train
