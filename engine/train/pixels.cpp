#include "train/pixels.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace triptych::train {
namespace {

constexpr int outline_reach = 4;      // pixels
constexpr float empty_share = 0.35F;  // of pixels outside the person that are accepted when drawn

// The first random pixel that is wanted; after many tries any.
template <typename Wanted>
Pixel draw_pixel(int size, Random& random, const Wanted& wanted) {
  constexpr int tries = 64;
  Pixel p;
  for (int i = 0; i < tries; ++i) {
    p = {random.below(size), random.below(size)};
    if (wanted(p)) break;
  }
  return p;
}

// The pixels that are as far aside as outlines are looked for.
std::array<Pixel, 4> aside(const Frame& frame, Pixel p) {
  const auto at = [&](int dx, int dy) {
    return Pixel{std::clamp(p.x + dx, 0, frame.size() - 1), std::clamp(p.y + dy, 0, frame.size() - 1)};
  };
  return {at(-outline_reach, 0), at(outline_reach, 0), at(0, -outline_reach), at(0, outline_reach)};
}

}  // namespace

bool near_outline(const Frame& frame, Pixel p) {
  const float alpha = frame.alpha(p.x, p.y), depth = frame.depth(p.x, p.y);
  return std::ranges::any_of(aside(frame, p), [&](Pixel q) {
    return std::abs(frame.alpha(q.x, q.y) - alpha) > 0.5F ||
           std::abs(frame.depth(q.x, q.y) - depth) > far_behind;
  });
}

float depth_beside(const Frame& frame, Pixel p) {
  float nearest = 0;
  for (const Pixel q : aside(frame, p)) {
    const float depth = frame.alpha(q.x, q.y) > 0.5F ? frame.depth(q.x, q.y) : 0;
    if (depth > 0 && (nearest == 0 || depth < nearest)) nearest = depth;
  }
  return nearest;
}

std::vector<Pixel> draw_pixels(const Frame& frame, const PixelChoice& choice, Random& random) {
  std::vector<Pixel> pixels;
  const int size = frame.size(), patch = choice.patch;
  const auto on_person = [&](Pixel p) { return frame.rgba(p.x, p.y)[3] != 0; };
  if (patch > 0) {
    const Pixel middle = draw_pixel(size, random, on_person);
    const int left = std::clamp(middle.x - patch / 2, 0, size - patch);
    const int top = std::clamp(middle.y - patch / 2, 0, size - patch);
    for (int i = 0; i < patch * patch; ++i) pixels.push_back({left + i % patch, top + i / patch});
  }
  for (int i = 0; i < choice.count; ++i) {
    pixels.push_back(draw_pixel(size, random, [&](Pixel p) {
      return i < choice.outline ? near_outline(frame, p) : on_person(p) || random.chance(empty_share);
    }));
  }
  return pixels;
}

}  // namespace triptych::train
