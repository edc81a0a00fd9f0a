// The CUDA kernels' bodies, compiled for the host, against the scalar reference.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/safetensors.h"
#include "render/bake.h"
#include "render/block_runner.h"
#include "render/kernel.h"
#include "render/prepare.h"
#include "render/renderer.h"
#include "support/analytic_head.h"

namespace triptych {
namespace {

using render::BlockPosition;

struct Frame {
  std::vector<float> color, alpha, depth;
  Frame(int width, int height)
      : color(static_cast<std::size_t>(3 * width * height)),
        alpha(color.size() / 3),
        depth(color.size() / 3) {}
};

template <typename Task>
void aim(Task& task, Frame& frame, const Camera& camera, int width, int height) {
  task.camera = render::ray_camera(camera);
  task.width = width;
  task.height = height;
  task.near_depth = 2.25F;
  task.far_depth = 3.3F;
  task.color = frame.color.data();
  task.alpha = frame.alpha.data();
  task.depth = frame.depth.data();
}

double rms(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    sum += std::pow(static_cast<double>(a[i]) - static_cast<double>(b[i]), 2);
  return std::sqrt(sum / static_cast<double>(a.size()));
}

void march_blocks(const render::MarchTask& task) {
  std::vector<float> shared(render::shared_weights, std::nanf(""));  // of one block at a time
  ASSERT_LE(render::decoder_numbers(task.field), render::shared_weights);
  test::run_blocks(
      task.width, task.height,
      [&](const BlockPosition& at) { render::copy_decoder(task.field, at.thread, shared.data()); },
      [&](const BlockPosition& at) { render::march_pixel(task, at, shared.data()); });
}

TEST(CudaBody, MarchEqualsTheScalarKernel) {
  test::AnalyticHeadOptions options;
  options.front_size = 64;
  options.side_size = 32;
  for (const Head& head : {test::analytic_frustum_head(options), test::analytic_canonical_head(options)}) {
    const render::PreparedField field(head, false);
    Frame on_blocks(29, 19), scalar(29, 19);
    render::MarchTask task;
    task.field = field.view();
    aim(task, on_blocks, orbit_camera(20, -5), 29, 19);
    march_blocks(task);
    aim(task, scalar, orbit_camera(20, -5), 29, 19);
    for (int tile = 0; tile < 4 * 3; ++tile) render::scalar_kernel().march_tile(task, tile);
    EXPECT_LT(rms(on_blocks.color, scalar.color), 1e-4);
    EXPECT_LT(rms(on_blocks.alpha, scalar.alpha), 1e-4);
    EXPECT_LT(rms(on_blocks.depth, scalar.depth), 1e-4);
  }
}

// As the device holds them: all planes as halves but the front one, whose depths need more digits.
TEST(CudaBody, HalfPrecisionPlanesChangeLittle) {
  test::AnalyticHeadOptions options;
  options.front_size = 64;
  options.side_size = 32;
  const Head head = test::analytic_frustum_head(options);
  const render::PreparedField field(head, false);
  Frame half(24, 24), full(24, 24);
  render::MarchTask task;
  task.field = field.view();
  aim(task, full, orbit_camera(-15, 5), 24, 24);
  march_blocks(task);
  std::vector<std::vector<std::uint16_t>> copies;
  const auto to_half = [&](render::PlaneView& plane) {
    auto& copy = copies.emplace_back(plane.count);
    for (std::size_t i = 0; i < plane.count; ++i) copy[i] = float_to_half(plane.floats()[i]);
    plane.texels = copy.data();
    plane.half = true;
  };
  for (int i = 1; i < 3; ++i) to_half(task.field.planes[i]);
  for (auto& plane : task.field.template_planes) to_half(plane);
  aim(task, half, orbit_camera(-15, 5), 24, 24);
  march_blocks(task);
  EXPECT_LT(rms(half.color, full.color), 1e-2);
  EXPECT_GT(rms(half.color, full.color), 0);  // they were read
}

TEST(CudaBody, PacksColoursAsBytes) {
  const std::vector<float> color{0.5F, 0, 1.2F, 0.1F, -1, 0.4F};
  std::vector<std::uint32_t> pixels(3, 7);
  const render::PackTask task{color.data(), pixels.data(), 2};
  for (int thread = 0; thread < 3; ++thread) render::pack_pixel(task, thread);
  EXPECT_EQ(pixels[0], 0xFFFF0080U);  // alpha, blue, green, red; what is beyond 0..1 is clamped
  EXPECT_EQ(pixels[1], 0xFF66001AU);  // 0.4, 0, 0.1
  EXPECT_EQ(pixels[2], 7U);           // beyond the frame
}

TEST(CudaBody, BakedPathEqualsTheScalarKernel) {
  ThreadPool pool(2);
  Progress progress;
  for (const Head& head : {test::analytic_frustum_head(), test::analytic_canonical_head()}) {
    const auto baked = bake(head, pool, progress);
    ASSERT_TRUE(baked);
    Frame on_blocks(53, 41), scalar(53, 41);
    render::FastTask task;
    task.head = (*baked)->grid;
    aim(task, on_blocks, orbit_camera(10, 8), 53, 41);
    test::run_blocks(53, 41, [&](const BlockPosition& at) { render::fast_pixel(task, at); });
    aim(task, scalar, orbit_camera(10, 8), 53, 41);
    for (int tile = 0; tile < 4; ++tile)
      render::scalar_kernel().fast_tile(task, tile, render::fast_tile_side);
    EXPECT_GT(*std::max_element(scalar.alpha.begin(), scalar.alpha.end()), 0.9F);
    EXPECT_LT(rms(on_blocks.color, scalar.color), 1e-6);
    EXPECT_LT(rms(on_blocks.alpha, scalar.alpha), 1e-6);
    EXPECT_LT(rms(on_blocks.depth, scalar.depth), 1e-6);
  }
}

}  // namespace
}  // namespace triptych
