// Light from all around: a latitude-longitude map of radiance, y up, its centre towards +z (in front of the
// face).
#pragma once

#include <cstdint>
#include <vector>

#include "synthetic/random.h"
#include "synthetic/vector.h"

namespace triptych::synthetic {

class Environment {
 public:
  Environment() = default;
  Environment(int width, int height, std::vector<Color> radiance);
  // A procedural studio or outdoor light: sky and ground, clouds, a soft key light, often a fill and a rim
  // light.
  [[nodiscard]] static Environment make(std::uint64_t seed);
  // White light on what is shown: a large lamp from the upper left, two smaller ones from the right and
  // behind.
  [[nodiscard]] static Environment gallery();

  struct Sample {
    Vector direction;
    Color radiance;
    float density = 0;  // per steradian
  };
  // Importance-sampled from three numbers in [0, 1).
  [[nodiscard]] Sample sample(float select, float u, float v) const noexcept;
  [[nodiscard]] Color radiance(Vector direction) const noexcept;
  [[nodiscard]] float density(Vector direction) const noexcept;

 private:
  [[nodiscard]] std::size_t pixel(Vector direction) const noexcept;
  [[nodiscard]] float density_of(std::size_t pixel, float sine) const noexcept;

  int width_ = 0, height_ = 0;
  std::vector<Color> radiance_;
  std::vector<float> cumulative_;  // pixels + 1 values from 0 to 1
  std::vector<int> guide_;         // for i / 1024: the pixel where the cumulative passes it
};

}  // namespace triptych::synthetic
