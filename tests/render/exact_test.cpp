// The exact march against the stored reference, and every kernel against the scalar one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/safetensors.h"
#include "render/kernel.h"
#include "render/prepare.h"
#include "render/renderer.h"
#include "support/analytic_head.h"

namespace triptych {
namespace {

using ::testing::HasSubstr;

constexpr const char* reference_file = TRIPTYCH_SOURCE_DIR "/tests/fixtures/reference/expected.safetensors";

test::AnalyticHeadOptions small() {
  test::AnalyticHeadOptions options;
  options.front_size = 96;
  options.side_size = 48;
  return options;
}

RenderOptions size(int width, int height) {
  RenderOptions options;
  options.width = width;
  options.height = height;
  options.normals = true;
  return options;
}

View exact(const Head& head, const Camera& camera, const RenderOptions& options,
           const std::string& kernel = {}, int threads = 2) {
  ThreadPool pool(threads);
  Progress progress;
  auto view = render_exact(head, camera, options, pool, progress, kernel);
  EXPECT_TRUE(view) << view.error().message;
  return view.value_or(View{});
}

double rms(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.size() != b.size() || a.empty()) return std::numeric_limits<double>::infinity();
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double d = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    sum += d * d;
  }
  return std::sqrt(sum / static_cast<double>(a.size()));
}

double deviation(const std::vector<float>& values) {
  double mean = 0;
  for (const float v : values) mean += v;
  mean /= static_cast<double>(values.size());
  return rms(values, std::vector<float>(values.size(), static_cast<float>(mean)));
}

// ---- the reference's renderer_only: a triplane and decoder by formula

Plane enlarged(const std::vector<float>& channels, int from, int to) {
  Plane plane{to, to, 32, std::vector<float>(static_cast<std::size_t>(to * to * 32))};
  const auto tap = [&](int i, int& low, int& high, float& f) {
    const float x = std::max(
        0.0F, (static_cast<float>(i) + 0.5F) * static_cast<float>(from) / static_cast<float>(to) - 0.5F);
    low = static_cast<int>(x);
    high = std::min(low + 1, from - 1);
    f = x - static_cast<float>(low);
  };
  for (int y = 0; y < to; ++y) {
    for (int x = 0; x < to; ++x) {
      int x0 = 0, x1 = 0, y0 = 0, y1 = 0;
      float fx = 0, fy = 0;
      tap(x, x0, x1, fx);
      tap(y, y0, y1, fy);
      for (int c = 0; c < 32; ++c) {
        const float* map = channels.data() + c * from * from;
        const float top = map[y0 * from + x0] * (1 - fx) + map[y0 * from + x1] * fx;
        const float bottom = map[y1 * from + x0] * (1 - fx) + map[y1 * from + x1] * fx;
        plane.texels[static_cast<std::size_t>((y * to + x) * 32 + c)] = top * (1 - fy) + bottom * fy;
      }
    }
  }
  return plane;
}

std::vector<float> filled(const std::string& name, std::size_t count, float scale) {
  std::vector<float> values = test::formula_values(name, count);
  for (float& v : values) v *= scale;
  return values;
}

Head reference_head() {
  Head head;
  const std::vector<float> triplane = test::formula_values("triplane", std::size_t{96} * 64 * 64);
  for (std::size_t p = 0; p < 3; ++p) {
    const auto first = triplane.begin() + static_cast<std::ptrdiff_t>(p * 32 * 64 * 64);
    head.planes[p] = enlarged({first, first + 32 * 64 * 64}, 64, 256);
  }
  const float root3 = std::sqrt(3.0F);
  Decoder decoder;
  decoder.activation = Decoder::Activation::softplus;
  decoder.layers.push_back({32, 64, filled("decoder.net.0.weight", 64 * 32, root3 / std::sqrt(32.0F)),
                            filled("decoder.net.0.bias", 64, 0.1F)});
  decoder.layers.push_back({64, 33, filled("decoder.net.2.weight", 33 * 64, 8 * root3 / 8.0F),
                            filled("decoder.net.2.bias", 33, 0.1F)});
  head.decoder = std::make_shared<const Decoder>(decoder);
  return head;
}

struct Marched {
  std::vector<float> features, alpha, depth;
};
Marched march_features(const Head& head, const Camera& camera, const render::Kernel& kernel) {
  const render::PreparedField field(head, true);
  Marched out{std::vector<float>(32 * 128 * 128), std::vector<float>(128 * 128),
              std::vector<float>(128 * 128)};
  render::MarchTask task;
  task.field = field.view();
  task.camera = render::ray_camera(camera);
  task.width = task.height = 128;
  task.near_depth = head.near_depth;
  task.far_depth = head.far_depth;
  task.color = out.features.data();
  task.alpha = out.alpha.data();
  task.depth = out.depth.data();
  ThreadPool pool(2);
  pool.run(16 * 16, [&](std::size_t tile, int) { kernel.march_tile(task, static_cast<int>(tile)); });
  return out;
}

TEST(ExactMarch, AgreesWithTheReference) {
  const auto reader = SafetensorsReader::open(reference_file);
  ASSERT_TRUE(reader) << reader.error().message;
  const auto numbers = reader->floats("renderer_only.camera");
  const auto depth = reader->floats("renderer_only.depth");
  const auto features = reader->floats("renderer_only.feature");
  const auto raw = reader->floats("renderer_only.raw");
  ASSERT_TRUE(numbers && depth && features && raw);
  Camera camera;
  std::copy_n(numbers->begin(), 16, camera.camera_to_world.begin());
  std::copy_n(numbers->begin() + 16, 9, camera.intrinsics.begin());
  const Head head = reference_head();
  for (const render::Kernel* kernel : render::usable_kernels()) {
    const Marched out = march_features(head, camera, *kernel);
    std::vector<float> thinned, first_three;
    for (std::size_t c = 0; c < 32; ++c) {
      for (std::size_t y = 0; y < 128; y += 2) {
        for (std::size_t x = 0; x < 128; x += 2)
          thinned.push_back(2 * out.features[(c * 128 + y) * 128 + x] - 1);
      }
    }
    for (std::size_t i = 0; i < std::size_t{3} * 128 * 128; ++i)
      first_three.push_back(2 * out.features[i] - 1);
    EXPECT_LT(rms(thinned, *features) / deviation(*features), 5e-4) << kernel->name;
    EXPECT_LT(rms(first_three, *raw) / deviation(*raw), 5e-4) << kernel->name;
    EXPECT_LT(rms(out.depth, *depth) / deviation(*depth), 5e-4) << kernel->name;
  }
}

// ---- kernels, threads, sizes

TEST(ExactMarch, EveryKernelEqualsTheScalarOne) {
  for (const Head& head : {test::analytic_frustum_head(small()), test::analytic_canonical_head(small())}) {
    for (const float yaw : {0.0F, 35.0F}) {
      const Camera camera = orbit_camera(yaw, -10);
      const View yardstick = exact(head, camera, size(64, 64), "scalar");
      for (const std::string& kernel : cpu_kernels()) {
        const View view = exact(head, camera, size(64, 64), kernel);
        EXPECT_LT(rms(view.rgb.pixels, yardstick.rgb.pixels), 1e-4) << kernel;
        EXPECT_LT(rms(view.alpha.pixels, yardstick.alpha.pixels), 1e-4) << kernel;
        EXPECT_LT(rms(view.depth.pixels, yardstick.depth.pixels), 1e-4) << kernel;
      }
    }
  }
}

TEST(ExactMarch, ThreeLayersAndOddSizesEqualTheScalarKernel) {
  test::AnalyticHeadOptions options = small();
  options.hidden = 48;
  options.extra_layer = true;
  options.front_size = 61;
  const Head head = test::analytic_frustum_head(options);
  RenderOptions render = size(37, 21);
  render.coarse_samples = 13;
  render.importance_samples = 29;
  const View yardstick = exact(head, orbit_camera(-20, 5), render, "scalar");
  for (const std::string& kernel : cpu_kernels()) {
    EXPECT_LT(rms(exact(head, orbit_camera(-20, 5), render, kernel).rgb.pixels, yardstick.rgb.pixels), 1e-4)
        << kernel;
  }
}

TEST(ExactMarch, OneThreadOrManyAreBitEqualAndSoIsTheSameViewTwice) {
  for (const Head& head : {test::analytic_frustum_head(small()), test::analytic_canonical_head(small())}) {
    for (const std::string& kernel : cpu_kernels()) {
      const View one = exact(head, orbit_camera(15, 3), size(37, 21), kernel, 1);
      for (const int threads : {2, 5}) {
        const View many = exact(head, orbit_camera(15, 3), size(37, 21), kernel, threads);
        EXPECT_EQ(one.rgb.pixels, many.rgb.pixels) << kernel << " " << threads;
        EXPECT_EQ(one.alpha.pixels, many.alpha.pixels) << kernel << " " << threads;
        EXPECT_EQ(one.depth.pixels, many.depth.pixels) << kernel << " " << threads;
        EXPECT_EQ(one.normal.pixels, many.normal.pixels) << kernel << " " << threads;
      }
    }
  }
}

TEST(ExactMarch, ShowsTheHead) {
  for (const Head& head : {test::analytic_frustum_head(small()), test::analytic_canonical_head(small())}) {
    const View view = exact(head, orbit_camera(0, 0), size(64, 64));
    EXPECT_GT(view.alpha.at(32, 32), 0.98F);  // the nose
    EXPECT_LT(view.alpha.at(2, 2), 0.02F);    // beside the head
    EXPECT_NEAR(view.depth.at(32, 32), 2.49F, 0.05F);
    EXPECT_NEAR(view.rgb.at(32, 36, 0), 0.8F, 0.12F);  // skin
    EXPECT_GT(view.rgb.at(32, 36, 0), view.rgb.at(32, 36, 2) + 0.15F);
    EXPECT_LT(view.rgb.at(32, 13, 0), 0.5F);  // hair
    EXPECT_GT(view.normal.at(32, 40, 2), 0.6F);
    const View side = exact(head, orbit_camera(180, 0), size(64, 64));
    EXPECT_LT(side.rgb.at(32, 32, 0), 0.55F);  // the back of the head is hair
  }
}

TEST(ExactMarch, BackgroundIsSeenWhereNothingIs) {
  RenderOptions options = size(16, 16);
  options.background = {0.25F, 0.5F, 0.75F};
  const View view = exact(test::analytic_frustum_head(small()), orbit_camera(0, 0), options);
  EXPECT_NEAR(view.rgb.at(0, 0, 0), 0.25F, 0.02F);
  EXPECT_NEAR(view.rgb.at(0, 0, 2), 0.75F, 0.02F);
}

// ---- edges

TEST(ExactMarch, EmptyHeadIsAllBackground) {
  Head head = test::analytic_frustum_head(small());
  for (std::size_t i = 28; i < head.planes[0].texels.size(); i += 29) head.planes[0].texels[i] = -1000;
  const View view = exact(head, orbit_camera(0, 0), size(8, 8));
  for (const float v : view.alpha.pixels) EXPECT_EQ(v, 0);
  for (const float v : view.rgb.pixels) EXPECT_EQ(v, 1);
  for (const float v : view.depth.pixels) EXPECT_EQ(v, head.far_depth);
  for (const float v : view.normal.pixels) EXPECT_EQ(v, 0);
}

TEST(ExactMarch, CameraInsideTheHeadStaysFinite) {
  for (const Head& head : {test::analytic_frustum_head(small()), test::analytic_canonical_head(small())}) {
    const View view = exact(head, orbit_camera(0, 0, 40, 0.02F, {0, 0, 1}), size(16, 16));
    for (const float v : view.rgb.pixels) EXPECT_TRUE(std::isfinite(v));
    for (const float v : view.depth.pixels) EXPECT_TRUE(std::isfinite(v));
  }
}

TEST(ExactMarch, ASinglePixelAndLongStripsWork) {
  const Head head = test::analytic_frustum_head(small());
  EXPECT_GT(exact(head, orbit_camera(0, 0), size(1, 1)).alpha.at(0, 0), 0.9F);
  EXPECT_EQ(exact(head, orbit_camera(0, 0), size(1, 65)).rgb.height, 65);
}

// Part of a picture, by a camera that sees only that: its rays meet in other packets and tiles.
TEST(ExactMarch, PixelsDoNotDependOnTheirNeighbours) {
  constexpr int full = 64, left = 21, top = 17, width = 30, height = 27;
  for (const Head& head : {test::analytic_frustum_head(small()), test::analytic_canonical_head(small())}) {
    Camera camera = orbit_camera(25, 5);
    const View whole = exact(head, camera, size(full, full));
    camera.intrinsics[0] *= static_cast<float>(full) / width;
    camera.intrinsics[2] = (camera.intrinsics[2] * full - left) / width;
    camera.intrinsics[4] *= static_cast<float>(full) / height;
    camera.intrinsics[5] = (camera.intrinsics[5] * full - top) / height;
    const View part = exact(head, camera, size(width, height));
    std::vector<float> expected;
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width * 3; ++x) expected.push_back(whole.rgb.at(left + x / 3, top + y, x % 3));
    }
    EXPECT_LT(rms(part.rgb.pixels, expected), 2e-5);
  }
}

TEST(ExactMarch, TheWidestPicturesWork) {
  const Head head = test::analytic_frustum_head(small());
  RenderOptions options = size(4096, 2);
  options.coarse_samples = options.importance_samples = 8;
  const View view = exact(head, orbit_camera(0, 0), options);
  EXPECT_GT(view.alpha.at(2048, 1), 0.9F);
  EXPECT_LT(view.alpha.at(10, 1), 0.02F);
}

TEST(ExactMarch, WrongCallsAreRefused) {
  ThreadPool pool(1);
  Progress progress;
  Head head = test::analytic_frustum_head(small());
  const auto message = [&](const RenderOptions& options, const std::string& kernel = {}) {
    const auto view = render_exact(head, orbit_camera(0, 0), options, pool, progress, kernel);
    return view ? std::string("rendered") : view.error().message;
  };
  EXPECT_THAT(message(size(0, 5)), HasSubstr("0x5"));
  EXPECT_THAT(message(size(8, 100000)), HasSubstr("100000"));
  EXPECT_THAT(message(size(8, 8), "mmx"), HasSubstr("mmx"));
  RenderOptions options = size(8, 8);
  options.coarse_samples = 1000;
  EXPECT_THAT(message(options), HasSubstr("1000"));
  const auto shared = head.decoder;
  Decoder decoder = *shared;
  decoder.layers[1].weights[3] = std::numeric_limits<float>::quiet_NaN();
  head.decoder = std::make_shared<const Decoder>(decoder);
  EXPECT_THAT(message(size(8, 8)), HasSubstr("NaN"));
  head.decoder = shared;
  EXPECT_EQ(message(size(8, 8)), "rendered");
  head.planes[2].texels[5] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(message(size(8, 8)), HasSubstr("NaN"));
}

TEST(ExactMarch, StopsWhenCancelled) {
  ThreadPool pool(1);
  Progress progress;
  progress.cancel();
  const auto view =
      render_exact(test::analytic_frustum_head(small()), orbit_camera(0, 0), size(512, 512), pool, progress);
  ASSERT_FALSE(view);
  EXPECT_EQ(view.error().code, ErrorCode::cancelled);
}

}  // namespace
}  // namespace triptych
