// Super-resolution against the definition written out directly (reference/README "Renderer"), in double
// precision.
#include "render/super_resolution.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "render/cpu/pair_convolution.h"
#include "render/renderer.h"
#include "support/analytic_head.h"

namespace triptych {
namespace {

using Convolution = SuperResolution::Convolution;

struct Map {  // planar
  int channels, size;
  std::vector<double> values;
  Map(int c, int s) : channels(c), size(s), values(static_cast<std::size_t>(c * s * s)) {}
  double& at(int c, int y, int x) { return values[static_cast<std::size_t>((c * size + y) * size + x)]; }
  [[nodiscard]] double get(int c, int y, int x) const {  // zeros outside
    if (y < 0 || x < 0 || y >= size || x >= size) return 0;
    return values[static_cast<std::size_t>((c * size + y) * size + x)];
  }
};

double weight(const Convolution& c, int o, int i, int y, int x) {
  return c.weights[static_cast<std::size_t>(((o * c.inputs + i) * c.kernel + y) * c.kernel + x)];
}

// out[Y] = sum over a of filter[a] * in[Y - before + a], in both directions; the filter is [1,3,3,1] / 8
// times 2 for each.
Map filtered(const Map& in, int before, int size) {
  const double filter[4] = {0.25, 0.75, 0.75, 0.25};
  Map out(in.channels, size);
  for (int c = 0; c < in.channels; ++c) {
    for (int y = 0; y < size; ++y) {
      for (int x = 0; x < size; ++x) {
        for (int a = 0; a < 16; ++a) {
          out.at(c, y, x) +=
              filter[a / 4] * filter[a % 4] * in.get(c, y - before + a / 4, x - before + a % 4);
        }
      }
    }
  }
  return out;
}

Map convolved(const Convolution& c, const Map& in, bool activate) {
  const int r = c.kernel / 2;
  Map out(c.outputs, c.upsample ? 2 * in.size + 1 : in.size);
  for (int o = 0; o < c.outputs; ++o) {
    for (int i = 0; i < c.inputs; ++i) {
      for (int y = 0; y < in.size; ++y) {
        for (int x = 0; x < in.size; ++x) {
          for (int k = 0; k < c.kernel * c.kernel; ++k) {
            const int ky = k / c.kernel, kx = k % c.kernel;
            if (c.upsample) {
              out.at(o, 2 * y + ky, 2 * x + kx) += weight(c, o, i, ky, kx) * in.get(i, y, x);
            } else {
              out.at(o, y, x) += weight(c, o, i, ky, kx) * in.get(i, y + ky - r, x + kx - r);
            }
          }
        }
      }
    }
  }
  if (c.upsample) out = filtered(out, 1, 2 * in.size);
  for (int o = 0; o < c.outputs; ++o) {
    for (int p = 0; p < out.size * out.size; ++p) {
      double& v = out.at(o, p / out.size, p % out.size);
      v += c.bias[static_cast<std::size_t>(o)];
      if (activate) v = (v < 0 ? 0.2 * v : v) * std::sqrt(2.0);
    }
  }
  return out;
}

Map upsampled(const Map& in) {
  Map spread(in.channels, 2 * in.size);
  for (int c = 0; c < in.channels; ++c) {
    for (int p = 0; p < in.size * in.size; ++p) {
      spread.at(c, 2 * (p / in.size), 2 * (p % in.size)) = in.get(c, p / in.size, p % in.size);
    }
  }
  return filtered(spread, 2, 2 * in.size);
}

Convolution convolution(int inputs, int outputs, int kernel, bool upsample, const std::string& name) {
  Convolution c{inputs, outputs, kernel, upsample, {}, {}};
  c.weights = test::formula_values(name, static_cast<std::size_t>(inputs * outputs * kernel * kernel));
  c.bias = test::formula_values(name + ".bias", static_cast<std::size_t>(outputs));
  return c;
}

SuperResolution network(int size) {
  SuperResolution net;
  net.blocks.push_back({convolution(32, 12, 3, true, "a"), convolution(12, 12, 3, false, "b"),
                        convolution(12, 3, 1, false, "c")});
  net.blocks.push_back(
      {convolution(12, 5, 3, true, "d"), convolution(5, 5, 3, false, "e"), convolution(5, 3, 1, false, "f")});
  net.input_size = size;
  net.output_size = 4 * size;
  return net;
}

TEST(SuperResolution, EqualsItsDefinition) {
  constexpr int size = 13;  // not a multiple of any vector
  const SuperResolution net = network(size);
  const std::vector<float> features = test::formula_values("features", std::size_t{32} * size * size);
  Map x(32, size), rgb(3, size);
  for (std::size_t i = 0; i < features.size(); ++i) x.values[i] = features[i];
  for (std::size_t i = 0; i < rgb.values.size(); ++i) rgb.values[i] = features[i];
  for (const SuperResolution::Block& block : net.blocks) {
    x = convolved(block.second, convolved(block.first, x, true), true);
    rgb = upsampled(rgb);
    const Map addition = convolved(block.to_rgb, x, false);
    for (std::size_t i = 0; i < rgb.values.size(); ++i) rgb.values[i] += addition.values[i];
  }
  ThreadPool pool(3);
  Progress progress;
  const auto result = render::super_resolve(net, features, pool, progress);
  ASSERT_TRUE(result);
  ASSERT_EQ(result->size(), rgb.values.size());
  double largest = 0, scale = 0;
  for (std::size_t i = 0; i < result->size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>((*result)[i]) - rgb.values[i]));
    scale = std::max(scale, std::abs(rgb.values[i]));
  }
  EXPECT_LT(largest / scale, 2e-6);
}

TEST(SuperResolution, InBf16IsCloseAndTheSameForAnyNumberOfThreads) {
  if (render::pair_convolution() == nullptr) GTEST_SKIP() << "this processor has no AVX512-BF16";
  constexpr int size = 13;
  const SuperResolution net = network(size);
  const std::vector<float> features = test::formula_values("features", std::size_t{32} * size * size);
  ThreadPool one(1), three(3);
  Progress progress;
  const auto full = render::super_resolve(net, features, one, progress);
  const auto half = render::super_resolve(net, features, one, progress, true);
  const auto again = render::super_resolve(net, features, three, progress, true);
  ASSERT_TRUE(full && half && again);
  EXPECT_EQ(*half, *again);
  double error = 0, power = 0;
  for (std::size_t i = 0; i < full->size(); ++i) {
    error += std::pow(static_cast<double>((*half)[i]) - static_cast<double>((*full)[i]), 2);
    power += std::pow(static_cast<double>((*full)[i]), 2);
  }
  EXPECT_LT(std::sqrt(error / power), 5e-3);
  EXPECT_GT(error, 0);  // it was bf16
}

// The largest float is beyond what bf16 can hold; it meets a channel of zeros here, so fp32 has no trouble.
TEST(SuperResolution, WhatBf16CannotHoldIsDoneAgainInFp32) {
  if (render::pair_convolution() == nullptr) GTEST_SKIP() << "this processor has no AVX512-BF16";
  constexpr std::size_t size = 13;
  SuperResolution net = network(size);
  net.blocks[0].first.weights[0] = std::numeric_limits<float>::max();
  std::vector<float> features = test::formula_values("features", 32 * size * size);
  std::fill_n(features.begin(), size * size, 0.0F);
  ThreadPool pool(2);
  Progress progress;
  const auto full = render::super_resolve(net, features, pool, progress);
  const auto half = render::super_resolve(net, features, pool, progress, true);
  ASSERT_TRUE(full && half);
  EXPECT_TRUE(std::ranges::all_of(*full, [](float v) { return std::isfinite(v); }));
  EXPECT_EQ(*half, *full);
}

TEST(SuperResolution, EndsBetweenTwoLayersWhenItIsCancelled) {
  constexpr std::size_t size = 13;
  const SuperResolution net = network(size);
  const std::vector<float> features = test::formula_values("features", 32 * size * size);
  ThreadPool pool(2);
  // What the work tells of itself until it ends, if it is cancelled when it tells for the `last` time.
  const auto told_until = [&](int last) {
    Progress progress;
    int told = 0;
    progress.set_listener([&](const Progress::Snapshot&) {
      if (++told == last) progress.cancel();
    });
    const auto result = render::super_resolve(net, features, pool, progress);
    EXPECT_EQ(result.has_value(), last == 0);
    EXPECT_TRUE(result || result.error().code == ErrorCode::cancelled);
    return told;
  };
  EXPECT_EQ(told_until(0), 5) << "the start and four layers";
  EXPECT_EQ(told_until(2), 2) << "after the first layer";
  EXPECT_EQ(told_until(3), 3);
}

TEST(SuperResolution, IsPartOfTheExactPictureAndStopsWhenCancelled) {
  Head head = test::analytic_canonical_head();
  head.super_resolution = std::make_shared<const SuperResolution>(network(16));
  ThreadPool pool(2);
  Progress progress;
  RenderOptions options;
  options.width = options.height = 48;
  const auto view = render_exact(head, orbit_camera(0, 0), options, pool, progress);
  ASSERT_TRUE(view) << view.error().message;
  EXPECT_EQ(view->rgb.width, 48);
  EXPECT_EQ(view->depth.height, 48);
  progress.cancel();
  const std::vector<float> features(std::size_t{32} * 16 * 16);
  const auto stopped = render::super_resolve(*head.super_resolution, features, pool, progress);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::cancelled);
}

// As View says of every head: nothing between the head and what is behind it, however the picture is
// enlarged.
TEST(SuperResolution, DepthAlphaAndNormalsKeepTheirRanges) {
  Head head = test::analytic_canonical_head();
  const RenderOptions small{.width = 16, .height = 16, .super_resolution = false};
  RenderOptions options{.width = 96, .height = 96, .normals = true};
  ThreadPool pool(2);
  Progress progress;
  const auto plain = render_exact(head, orbit_camera(20, 5), small, pool, progress);
  head.super_resolution = std::make_shared<const SuperResolution>(network(16));
  const auto view = render_exact(head, orbit_camera(20, 5), options, pool, progress);
  ASSERT_TRUE(plain && view);
  const auto& depths = plain->depth.pixels;
  int seen = 0, empty = 0;
  for (std::size_t i = 0; i < view->alpha.pixels.size(); ++i) {
    const float alpha = view->alpha.pixels[i], depth = view->depth.pixels[i];
    ASSERT_TRUE(alpha >= 0 && alpha <= 1) << alpha;
    const float* n = &view->normal.pixels[3 * i];
    if (alpha < 1.0F / 512) {
      ++empty;
      ASSERT_EQ(depth, head.far_depth);
      ASSERT_EQ(std::hypot(n[0], n[1], n[2]), 0);
      continue;
    }
    ++seen;
    ASSERT_TRUE(std::any_of(depths.begin(), depths.end(), [&](float d) {
      return std::abs(d - depth) < 1e-4F;
    })) << depth;
    const float length = std::hypot(n[0], n[1], n[2]);
    ASSERT_TRUE(length == 0 || std::abs(length - 1) < 1e-4F) << length;
  }
  EXPECT_GT(seen, 1000);
  EXPECT_GT(empty, 100);
}

}  // namespace
}  // namespace triptych
