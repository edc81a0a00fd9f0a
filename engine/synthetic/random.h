// Random numbers that are the same on every machine: PCG32 (O'Neill 2014, "PCG: A Family of Simple Fast
// Space-Efficient Statistically Good Algorithms for Random Number Generation"), and our own distributions
// instead of the library's. Two numbers are never drawn as arguments or operands of one expression, whose
// order compilers choose: by name first, or within braces.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>

namespace triptych::synthetic {

// Mixes two numbers to a well spread third (the finaliser of SplitMix64).
[[nodiscard]] constexpr std::uint64_t mix_bits(std::uint64_t a, std::uint64_t b = 0) noexcept {
  std::uint64_t z = a + 0x9E3779B97F4A7C15ULL * (b + 1);
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31U);
}

class Random {
 public:
  explicit constexpr Random(std::uint64_t seed, std::uint64_t stream = 0) noexcept
      : state_(mix_bits(seed, 2 * stream)), increment_(mix_bits(seed, 2 * stream + 1) | 1U) {}

  constexpr std::uint32_t bits() noexcept {
    const std::uint64_t old = state_;
    state_ = old * 6364136223846793005ULL + increment_;
    const auto shifted = static_cast<std::uint32_t>(((old >> 18U) ^ old) >> 27U);
    const auto turn = static_cast<std::uint32_t>(old >> 59U);
    return (shifted >> turn) | (shifted << ((32U - turn) & 31U));
  }
  constexpr float uniform() noexcept {
    return static_cast<float>(bits() >> 8U) * (1.0F / 16777216.0F);
  }  // [0, 1)
  constexpr float uniform(float low, float high) noexcept { return low + (high - low) * uniform(); }
  constexpr int below(int count) noexcept {
    return static_cast<int>((std::uint64_t{bits()} * static_cast<std::uint64_t>(count)) >> 32U);
  }
  constexpr bool chance(float probability) noexcept { return uniform() < probability; }
  float normal(float mean = 0, float deviation = 1) noexcept {  // Box and Muller
    const float radius = std::sqrt(-2 * std::log(1 - uniform()));
    return mean + deviation * radius * std::cos(2 * std::numbers::pi_v<float> * uniform());
  }
  // An index with probability proportional to its weight.
  std::size_t pick(std::span<const float> weights) noexcept {
    float total = 0;
    for (const float w : weights) total += w;
    float x = uniform() * total;
    for (std::size_t i = 0; i + 1 < weights.size(); ++i) {
      if (x < weights[i]) return i;
      x -= weights[i];
    }
    return weights.size() - 1;
  }
  template <typename Container>
  [[nodiscard]] const auto& any(const Container& values) noexcept {
    return values[static_cast<std::size_t>(below(static_cast<int>(std::size(values))))];
  }

 private:
  std::uint64_t state_;
  std::uint64_t increment_;
};

}  // namespace triptych::synthetic
