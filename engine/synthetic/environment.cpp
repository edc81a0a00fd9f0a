#include "synthetic/environment.h"

#include <numbers>

namespace triptych::synthetic {
namespace {

constexpr float pi = std::numbers::pi_v<float>;
constexpr int guide_size = 1024;

// Colour of light by temperature: t > 0 warmer, t < 0 cooler.
Color tone(float t) {
  return {1 + 0.35F * t, 1 + 0.02F * t, 1 - 0.38F * t};
}

Vector direction_of(float azimuth, float elevation) {
  return {std::cos(elevation) * std::sin(azimuth), std::sin(elevation),
          std::cos(elevation) * std::cos(azimuth)};
}

class Painter {
 public:
  Painter(int width, int height)
      : width_(width), height_(height), map_(static_cast<std::size_t>(width * height)) {}

  // Ground below, sky above, and slow clouds over both.
  void sky(Random& random, float warmth) {
    const Color top = tone(-0.15F + warmth * 0.5F) * random.uniform(0.30F, 0.75F);
    const Color bottom = tone(0.25F + warmth * 0.5F) * random.uniform(0.12F, 0.40F);
    std::vector<float> lattice(static_cast<std::size_t>(16 * 9));
    for (float& value : lattice) value = random.normal();
    for_each([&](Color& color, Vector d, int x, int y) {
      const float cloud = noise(lattice, 16.0F * static_cast<float>(x) / static_cast<float>(width_),
                                8.0F * static_cast<float>(y) / static_cast<float>(height_));
      color = mix(bottom, top, d.y * 0.5F + 0.5F) * std::exp(0.45F * cloud);
    });
  }

  // From the ground to the sky.
  void gradient(Color bottom, Color top) {
    for_each([&](Color& color, Vector d, int, int) { color = mix(bottom, top, d.y * 0.5F + 0.5F); });
  }

  // A disc with a soft rim that sends `power` (radiance times solid angle) from its direction.
  void lamp(Vector centre, float radius, float power, Color color) {
    double total = 0;
    std::vector<float> shape(map_.size());
    for_each([&](Color& pixel, Vector d, int, int y) {
      const float angle = std::acos(std::clamp(dot(d, centre), -1.0F, 1.0F));
      const float value = sigmoid((radius - angle) / (0.12F * radius + 0.02F));
      shape[static_cast<std::size_t>(&pixel - map_.data())] = value;
      total += static_cast<double>(value * solid_angle(y));
    });
    const float scale = power / std::max(static_cast<float>(total), 1e-6F);
    for (std::size_t i = 0; i < map_.size(); ++i) map_[i] += color * (shape[i] * scale);
  }

  std::vector<Color> take() { return std::move(map_); }

 private:
  template <typename Function>
  void for_each(const Function& use) {
    for (int y = 0; y < height_; ++y) {
      const float theta = (static_cast<float>(y) + 0.5F) / static_cast<float>(height_) * pi;
      for (int x = 0; x < width_; ++x) {
        const float phi = ((static_cast<float>(x) + 0.5F) / static_cast<float>(width_) - 0.5F) * 2 * pi;
        use(map_[static_cast<std::size_t>(y * width_ + x)], direction_of(phi, pi / 2 - theta), x, y);
      }
    }
  }
  [[nodiscard]] float solid_angle(int y) const {
    const float step = pi / static_cast<float>(height_);
    return std::sin((static_cast<float>(y) + 0.5F) * step) * step * step;
  }
  // Smooth noise on a 16 x 9 lattice that repeats around.
  static float noise(const std::vector<float>& lattice, float x, float y) {
    const int x0 = static_cast<int>(x), y0 = std::min(static_cast<int>(y), 7);
    const float a = smoothstep(0, 1, x - static_cast<float>(x0)),
                b = smoothstep(0, 1, y - static_cast<float>(y0));
    const auto at = [&](int i, int j) { return lattice[static_cast<std::size_t>(j * 16 + i % 16)]; };
    return mix(mix(at(x0, y0), at(x0 + 1, y0), a), mix(at(x0, y0 + 1), at(x0 + 1, y0 + 1), a), b);
  }

  int width_, height_;
  std::vector<Color> map_;
};

}  // namespace

Environment::Environment(int width, int height, std::vector<Color> radiance)
    : width_(width), height_(height), radiance_(std::move(radiance)) {
  cumulative_.push_back(0);
  double sum = 0;
  for (std::size_t i = 0; i < radiance_.size(); ++i) {
    const std::size_t line = i / static_cast<std::size_t>(width);
    const auto row = static_cast<float>(line);
    const Color c = radiance_[i];
    sum += static_cast<double>((c.x + c.y + c.z) / 3 *
                               std::sin((row + 0.5F) / static_cast<float>(height) * pi)) +
           1e-6;
    cumulative_.push_back(static_cast<float>(sum));
  }
  for (float& value : cumulative_) value /= static_cast<float>(sum);
  cumulative_.back() = 1;
  for (int i = 0; i < guide_size; ++i) {
    const float x = static_cast<float>(i) / guide_size;
    const auto above = std::upper_bound(cumulative_.begin(), cumulative_.end(), x);
    guide_.push_back(static_cast<int>(above - cumulative_.begin()) - 1);
  }
}

Environment Environment::make(std::uint64_t seed) {
  Random random(seed, 17);
  const float warmth = random.normal(0, 0.35F);
  Painter painter(128, 64);
  painter.sky(random, warmth);
  const float azimuth = random.uniform(-1.3F, 1.3F);
  {  // key light
    const float radius = random.chance(0.4F) ? random.uniform(0.08F, 0.2F) : random.uniform(0.2F, 0.7F);
    const Color color = tone(warmth + random.normal(0, 0.12F));
    const float power = random.uniform(1.0F, 3.4F);
    const float elevation = random.uniform(0.05F, 1.0F);
    painter.lamp(direction_of(azimuth, elevation), radius, power, color);
  }
  if (random.chance(0.75F)) {  // fill light
    const Color color = tone(-warmth + random.normal(0, 0.2F));
    const float power = random.uniform(0.2F, 1.0F);
    const float radius = random.uniform(0.3F, 0.8F);
    const float elevation = random.uniform(0, 0.6F);
    const float opposite = -azimuth + random.normal(0, 0.3F);
    painter.lamp(direction_of(opposite, elevation), radius, power, color);
  }
  if (random.chance(0.5F)) {  // rim light
    const float side = random.chance(0.5F) ? 1.0F : -1.0F;
    const Color color = tone(random.normal(0, 0.3F));
    const float power = random.uniform(0.5F, 2.0F);
    const float radius = random.uniform(0.15F, 0.4F);
    const float elevation = random.uniform(0.2F, 0.8F);
    const float behind = side * random.uniform(2.1F, 2.8F);
    painter.lamp(direction_of(behind, elevation), radius, power, color);
  }
  return {128, 64, painter.take()};
}

Environment Environment::gallery() {
  const Color white{1, 1, 1};
  Painter painter(128, 64);
  painter.gradient(white * 0.16F, white * 0.5F);
  painter.lamp(direction_of(-0.75F, 0.65F), 0.5F, 2.4F, white);
  painter.lamp(direction_of(1.0F, 0.2F), 0.35F, 0.9F, white);
  painter.lamp(direction_of(2.4F, 0.5F), 0.4F, 1.0F, white);
  return {128, 64, painter.take()};
}

Environment::Sample Environment::sample(float select, float u, float v) const noexcept {
  int i = guide_[static_cast<std::size_t>(select * guide_size)];
  const int last = static_cast<int>(radiance_.size()) - 1;
  while (i < last && cumulative_[static_cast<std::size_t>(i) + 1] <= select) ++i;

  const int row = i / width_, column = i % width_;
  const auto y = static_cast<float>(row), x = static_cast<float>(column);
  const float theta = (y + v) / static_cast<float>(height_) * pi;
  const float phi = ((x + u) / static_cast<float>(width_) - 0.5F) * 2 * pi;
  const auto index = static_cast<std::size_t>(i);
  return {direction_of(phi, pi / 2 - theta), radiance_[index], density_of(index, std::sin(theta))};
}

Color Environment::radiance(Vector direction) const noexcept {
  return radiance_[pixel(direction)];
}

float Environment::density(Vector direction) const noexcept {
  const float sine = std::sqrt(std::max(0.0F, 1 - direction.y * direction.y));
  return density_of(pixel(direction), sine);
}

std::size_t Environment::pixel(Vector direction) const noexcept {
  const float u = std::atan2(direction.x, direction.z) / (2 * pi) + 0.5F;
  const float v = std::acos(std::clamp(direction.y, -1.0F, 1.0F)) / pi;
  const int x = std::clamp(static_cast<int>(u * static_cast<float>(width_)), 0, width_ - 1);
  const int y = std::clamp(static_cast<int>(v * static_cast<float>(height_)), 0, height_ - 1);
  return static_cast<std::size_t>(y * width_ + x);
}

float Environment::density_of(std::size_t index, float sine) const noexcept {
  const float probability = cumulative_[index + 1] - cumulative_[index];
  return probability * static_cast<float>(width_ * height_) / (2 * pi * pi * std::max(sine, 1e-4F));
}

}  // namespace triptych::synthetic
