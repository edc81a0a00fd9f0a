// From the triplane to the picture: the Head that the model makes (decoder, super-resolution with its style
// folded in) shown by the plain reference renderer must be what the authors' code shows.
#include <c10/core/InferenceMode.h>

#include "model/parity.h"
#include "model/reference/encoder.h"
#include "model/reference/head_parts.h"
#include "render/renderer.h"
#include "support/formula.h"
#include "support/reference_renderer.h"

namespace triptych::test {
namespace {

Head head_of(const at::Tensor& planes) {
  Head head;
  head.planes = reference::planes_of(planes);
  head.decoder = std::make_shared<Decoder>(reference::make_decoder(formula_renderer()));
  head.super_resolution =
      std::make_shared<SuperResolution>(reference::fold_super_resolution(formula_renderer()));
  return head;
}

Camera camera_of(const std::string& name) {
  const at::Tensor numbers = expected(name);
  const float* values = numbers.data_ptr<float>();
  Camera camera;
  std::copy_n(values, 16, camera.camera_to_world.begin());
  std::copy_n(values + 16, 9, camera.intrinsics.begin());
  return camera;
}

void expect_close(const at::Tensor& actual, const std::string& name) {
  const double rms = relative_rms(actual, expected(name));
  std::printf("%-22s %.2e\n", name.c_str(), rms);
  EXPECT_LT(rms, rendered_tolerance) << name;
}

void expect_view(const ReferenceView& view, const std::string& name) {
  expect_close(view.feature.slice(1, 0, at::nullopt, 2).slice(2, 0, at::nullopt, 2), name + ".feature");
  expect_close(view.feature.slice(0, 0, 3), name + ".raw");
  expect_close(view.depth, name + ".depth");
}

// The program's own renderer, whose pictures are 0..1.
void expect_rendered(const Head& head, const std::string& name) {
  ThreadPool pool(2);
  Progress progress;
  const auto view = render_exact(head, camera_of(name + ".camera"), {}, pool, progress);
  ASSERT_TRUE(view) << view.error().message;
  const at::Tensor picture =
      at::tensor(at::ArrayRef<float>(view->rgb.pixels)).view({512, 512, 3}).permute({2, 0, 1});
  const double rms = relative_rms(picture, (expected(name + ".image") * 0.5 + 0.5).clamp(0, 1));
  std::printf("%-22s %.2e  by render_exact\n", name.c_str(), rms);
  EXPECT_LT(rms, rendered_tolerance) << name;
}

TEST(RendererParity, WithoutTheEncoder) {
  const c10::InferenceMode inference;
  const at::Tensor planes = at::upsample_bilinear2d(formula_values("triplane", {1, 96, 64, 64}), {256, 256},
                                                    /*align_corners=*/false);
  expect_view(render_reference(head_of(planes), camera_of("renderer_only.camera")), "renderer_only");
}

TEST(RendererParity, ViewsOfAnEdit) {
  const c10::InferenceMode inference;
  const nn::Weights& w = formula_encoder();
  const at::Tensor picture = reference::with_pixel_indices(formula_picture("input", reference::picture_edge));
  const at::Tensor tokens =
      reference::prompt_tokens(w, formula_picture("reference", reference::reference_edge) * 2);
  const at::Tensor detail = reference::prompt_features(w, tokens, reference::high_features(w, picture));
  const at::Tensor low =
      reference::low_features(w, reference::low_deeplab(w, reference::low_resnet(w, picture)));
  const Head head = head_of(reference::triplane(w, detail, low));
  for (const std::string name : {"view0", "view1"}) {
    const ReferenceView view = render_reference(head, camera_of(name + ".camera"));
    expect_view(view, name);
    expect_close(view.image, name + ".image");
    expect_rendered(head, name);
  }
}

TEST(RendererParity, CamerasFollowTheReference) {
  for (const std::string name : {"view0", "view1"}) {
    const at::Tensor angles = expected(name + ".yaw_pitch") * (180 / std::numbers::pi);
    const Camera stored = camera_of(name + ".camera");
    const Camera made = orbit_camera(angles[0].item<float>(), angles[1].item<float>());
    for (std::size_t i = 0; i < 16; ++i)
      EXPECT_NEAR(made.camera_to_world[i], stored.camera_to_world[i], 2e-6);
    for (std::size_t i = 0; i < 9; ++i) EXPECT_NEAR(made.intrinsics[i], stored.intrinsics[i], 2e-6);
  }
}

}  // namespace
}  // namespace triptych::test
