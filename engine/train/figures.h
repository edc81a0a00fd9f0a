// How near renderings come to the exact views of synthetic heads.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "face/portrait.h"
#include "image/image.h"
#include "render/renderer.h"
#include "synthetic/shard.h"

namespace triptych::train {

// What a camera of `size` x `size` pixels sees of a head, over white.
struct Truth {
  Camera camera;
  ImageF rgb;
  ImageF alpha;
  ImageF depth;  // along the optical axis, world units; 0 where nothing is known
};
// `size` divides the view's: colour and mask are averaged, depth is read at the pixel's centre.
[[nodiscard]] Truth truth_of(const synthetic::View& view, int size);

// The view as the picture that a model is given, with its exact mask and camera.
[[nodiscard]] Portrait portrait_of(const synthetic::View& view);

[[nodiscard]] double mean_square(const ImageF& a, const ImageF& b);
[[nodiscard]] double decibels(double mean_square);  // of differences of values in 0..1; at most 100
[[nodiscard]] double psnr(const ImageF& a, const ImageF& b);
// Mean absolute difference along the optical axis where the truth is opaque, world units. `depth` is along
// that axis too; a View's is along the rays.
[[nodiscard]] double depth_error(const ImageF& depth, const Truth& truth);
[[nodiscard]] double depth_error(const View& seen, const Truth& truth);
// Pixels that both opacities call person among those that either does.
[[nodiscard]] double mask_iou(const ImageF& a, const ImageF& b);

// Degrees between two cameras' lines of sight.
[[nodiscard]] double angle_between(const Camera& a, const Camera& b);

// Means of values by name.
class Means {
 public:
  void add(const std::string& name, double value) {
    auto& [sum, count] = sums_[name];
    sum += value;
    ++count;
  }
  [[nodiscard]] int count(const std::string& name) const {
    const auto found = sums_.find(name);
    return found == sums_.end() ? 0 : found->second.second;
  }
  [[nodiscard]] double mean(const std::string& name) const {  // 0 of nothing
    const auto found = sums_.find(name);
    return found == sums_.end() ? 0 : found->second.first / found->second.second;
  }
  [[nodiscard]] nlohmann::json json() const {
    nlohmann::json object = nlohmann::json::object();
    for (const auto& [name, sum] : sums_) object[name] = sum.first / sum.second;
    return object;
  }

 private:
  std::map<std::string, std::pair<double, int>> sums_;
};

}  // namespace triptych::train
