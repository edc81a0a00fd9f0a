// Where importance samples lie: as many in each bin as its weight asks for, evenly inside it.
#include "render/sampling.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "render/lanes_scalar.h"

namespace triptych::render {
namespace {

constexpr int coarse = 48, bins = coarse - 3;
constexpr float near_depth = 2.25F, far_depth = 3.3F;
constexpr float step = (far_depth - near_depth) / (coarse - 1), first_edge = near_depth + step;

std::vector<float> depths_of(const std::vector<float>& weights, int count) {
  std::vector<float> depths(static_cast<std::size_t>(count));
  importance_depths<ScalarLanes>(weights.data(), coarse, near_depth, far_depth, count, depths.data());
  return depths;
}

// The weights of a surface at bin 20, with some haze before it.
std::vector<float> surface() {
  std::vector<float> weights(coarse, 0.0F);
  weights[8] = 0.02F;
  weights[20] = 0.6F;
  weights[21] = 0.3F;
  weights[22] = 0.05F;
  return weights;
}

TEST(ImportanceSampling, BinsGetTheirShareAndSamplesSpreadEvenlyInside) {
  constexpr int count = 20000;
  const std::vector<float> weights = surface(), depths = depths_of(weights, count);
  double total = 0;
  for (int j = 0; j < bins; ++j) total += static_cast<double>(bin_weight(weights.data(), j));
  std::vector<double> members(bins, 0), inside(bins, 0), squares(bins, 0);
  for (const float depth : depths) {
    const double position = static_cast<double>(depth - first_edge) / static_cast<double>(step);
    const int bin = std::clamp(static_cast<int>(position), 0, bins - 1);
    const auto index = static_cast<std::size_t>(bin);
    members[index] += 1;
    inside[index] += position - bin;
    squares[index] += (position - bin) * (position - bin);
  }
  double chi_square = 0;
  for (int j = 0; j < bins; ++j) {
    const auto index = static_cast<std::size_t>(j);
    const double expected = count * static_cast<double>(bin_weight(weights.data(), j)) / total;
    chi_square += std::pow(members[index] - expected, 2) / expected;
    EXPECT_NEAR(inside[index] / members[index], 0.5, 0.02) << j;       // mean and mean square
    EXPECT_NEAR(squares[index] / members[index], 1.0 / 3, 0.02) << j;  // of an even spread
  }
  EXPECT_LT(chi_square, 5);  // drawn at random it would be near 44; strata do better
}

TEST(ImportanceSampling, NothingSeenMeansEvenSpacing) {
  const std::vector<float> depths = depths_of(std::vector<float>(coarse, 0.0F), 48);
  const float spacing = step * bins / 48;
  for (std::size_t i = 0; i < depths.size(); ++i) {
    EXPECT_NEAR(depths[i], first_edge + spacing * (static_cast<float>(i) + 0.5F), 1e-5F);
  }
}

TEST(ImportanceSampling, DepthsAscendInsideTheRangeWhateverTheWeights) {
  for (const int where : {0, 1, 30, 45, 46}) {
    std::vector<float> weights(coarse, 0.0F);
    weights[static_cast<std::size_t>(where)] = 1;
    const std::vector<float> depths = depths_of(weights, 128);
    EXPECT_TRUE(std::is_sorted(depths.begin(), depths.end()));
    EXPECT_GE(depths.front(), first_edge);
    EXPECT_LE(depths.back(), first_edge + step * bins + 1e-5F);
    const float middle = depths[64], here = first_edge + step * (static_cast<float>(where) - 0.5F);
    if (where > 1 && where < 45) {  // half of them lie within two bins of the weight
      EXPECT_NEAR(middle, here, 2 * step);
    }
  }
}

// As much of a lane type (lanes_scalar.h) as sampling takes.
struct FourLanes {
  static constexpr int width = 4;
  static constexpr int max_samples = 128;
  using F = float __attribute__((vector_size(16)));
  using I = std::int32_t __attribute__((vector_size(16)));
  static F set(float v) { return F{v, v, v, v}; }
  static F load(const float* p) {
    F v;
    std::memcpy(&v, p, sizeof(v));
    return v;
  }
  static void store(I v, std::int32_t* p) { std::memcpy(p, &v, sizeof(v)); }
  static I to_int(F v) { return __builtin_convertvector(v, I); }
  static I less(F a, F b) { return a < b; }
  static F select(I m, F a, F b) { return m != 0 ? a : b; }
};

// Kernels with vectors look for all bins at once.
TEST(ImportanceSampling, VectorsFindTheSameDepthsToTheBit) {
  std::mt19937 random(5);
  std::uniform_real_distribution<float> weight(0, 0.3F);
  for (const int samples : {4, 5, 12, 48, 128}) {
    for (const int count : {1, 7, 48, 64, 65, 128}) {
      std::vector<float> weights(static_cast<std::size_t>(samples));
      for (float& w : weights) w = std::max(0.0F, weight(random) - 0.2F);
      std::vector<float> one(static_cast<std::size_t>(count)), many(one);
      importance_depths<ScalarLanes>(weights.data(), samples, near_depth, far_depth, count, one.data());
      importance_depths<FourLanes>(weights.data(), samples, near_depth, far_depth, count, many.data());
      EXPECT_EQ(one, many) << samples << " + " << count;
    }
  }
}

TEST(MergedDepths, AscendAndKnowWhatWasEvaluated) {
  const float first[3] = {1, 2, 4}, second[4] = {0.5F, 2, 3, 5};
  const int slots[3] = {7, 8, -1};  // the third was behind what is opaque
  float merged[7];
  int order[7];
  merge_depths<ScalarLanes>(first, slots, 3, second, 4, merged, order);
  const float depths[7] = {0.5F, 1, 2, 2, 3, 4, 5};
  const int expected[7] = {-1, 7, 8, -1, -1, -1, -1};
  for (int i = 0; i < 7; ++i) {
    EXPECT_EQ(merged[i], depths[i]) << i;
    EXPECT_EQ(order[i], expected[i]) << i;
  }
}

}  // namespace
}  // namespace triptych::render
