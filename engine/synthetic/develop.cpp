#include "synthetic/develop.h"

#include <array>

namespace triptych::synthetic {
namespace {

// What the edge-avoiding filter compares and carries.
struct Guide {
  Vector normal;
  float depth = 0;
  float skin = 0;
  bool solid = false;
};

std::vector<Guide> guides_of(const RenderBuffers& b) {
  std::vector<Guide> guides(b.alpha.size());
  for (std::size_t i = 0; i < guides.size(); ++i) {
    const float alpha = std::max(b.alpha[i], 1e-3F);
    guides[i] = {normalized(b.normal[i]), b.depth[i], b.skin[i] / alpha, b.alpha[i] > 0.98F};
  }
  return guides;
}

// Near 1 for neighbours on the same surface, 0 across edges; a cheap bell instead of an exponential.
float likeness(const Guide& a, const Guide& b) {
  const Vector d = a.normal - b.normal;
  const float x = dot(d, d) * 18 + std::abs(a.depth - b.depth) * 22 + std::abs(a.skin - b.skin) * 1.5F;
  const float y = std::max(0.0F, 1 - x * 0.5F);
  return y * y;
}

void filter(std::vector<Color>& light, std::vector<Color>& gloss, const std::vector<Guide>& guides, int size,
            int step) {
  const std::vector<Color> light_in = light, gloss_in = gloss;
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const auto centre = static_cast<std::size_t>(y * size + x);
      if (!guides[centre].solid) continue;
      Color light_sum = light_in[centre] * 4, gloss_sum = gloss_in[centre] * 4;
      float light_weight = 4, gloss_weight = 4;
      for (int j = -1; j <= 1; ++j) {
        for (int i = -1; i <= 1; ++i) {
          const int u = x + i * step, v = y + j * step;
          if ((i == 0 && j == 0) || u < 0 || v < 0 || u >= size || v >= size) continue;
          const auto other = static_cast<std::size_t>(v * size + u);
          if (!guides[other].solid) continue;
          const float w = likeness(guides[centre], guides[other]) * (i == 0 || j == 0 ? 2.0F : 1.0F);
          light_sum += light_in[other] * w;
          light_weight += w;
          gloss_sum += gloss_in[other] * w;
          gloss_weight += w;
        }
      }
      light[centre] = light_sum / light_weight;
      gloss[centre] = gloss_sum / gloss_weight;
    }
  }
}

// Pixels of the outline are lit by few samples: they take the mean of what their neighbourhood sees of the
// same part.
void smooth_outline(RenderBuffers& b) {
  const std::vector<Color> light = b.light, gloss = b.gloss;
  for (int y = 0; y < b.size; ++y) {
    for (int x = 0; x < b.size; ++x) {
      const auto centre = static_cast<std::size_t>(y * b.size + x);
      if (b.alpha[centre] <= 0 || b.alpha[centre] > 0.98F) continue;
      Color light_sum, gloss_sum;
      float weight = 0;
      for (int v = std::max(y - 1, 0); v <= std::min(y + 1, b.size - 1); ++v) {
        for (int u = std::max(x - 1, 0); u <= std::min(x + 1, b.size - 1); ++u) {
          const auto other = static_cast<std::size_t>(v * b.size + u);
          if (b.alpha[other] <= 0 || std::abs(b.depth[other] - b.depth[centre]) > 0.04F) continue;
          light_sum += light[other] * b.alpha[other];
          gloss_sum += gloss[other];  // holds its coverage already
          weight += b.alpha[other];
        }
      }
      b.light[centre] = light_sum / weight;
      b.gloss[centre] = gloss_sum * (b.alpha[centre] / weight);
    }
  }
}

// Blurs one channel of the light over skin, along rows or columns, with weights of a small bell.
void bleed(std::vector<Color>& light, const std::vector<float>& skin, int size, float Color::*channel,
           float sigma) {
  const int reach = std::max(1, static_cast<int>(std::ceil(2.2F * sigma)));
  std::vector<float> bell;
  for (int i = 0; i <= reach; ++i)
    bell.push_back(std::exp(-0.5F * static_cast<float>(i * i) / (sigma * sigma)));
  for (const bool rows : {true, false}) {
    const std::vector<Color> in = light;
    for (int y = 0; y < size; ++y) {
      for (int x = 0; x < size; ++x) {
        const auto centre = static_cast<std::size_t>(y * size + x);
        if (skin[centre] <= 0.5F) continue;
        float sum = 0, weight = 0;
        for (int i = -reach; i <= reach; ++i) {
          const int u = rows ? x + i : x, v = rows ? y : y + i;
          if (u < 0 || v < 0 || u >= size || v >= size) continue;
          const auto other = static_cast<std::size_t>(v * size + u);
          const float w = bell[static_cast<std::size_t>(std::abs(i))] * skin[other];
          sum += in[other].*channel * w;
          weight += w;
        }
        light[centre].*channel = sum / std::max(weight, 1e-6F);
      }
    }
  }
}

float tone_curve(float x) {
  return x * (1 + x / 9) / (1 + x * 0.75F) * 1.18F;
}

// sRGB bytes of tone-mapped light: a table is 20 times faster than the curve and as exact as 8 bits need.
class ToneTable {
 public:
  ToneTable() {
    for (std::size_t i = 0; i < table_.size(); ++i) {
      const float x = static_cast<float>(i) / static_cast<float>(table_.size() - 1);
      table_[i] = static_cast<std::uint8_t>(std::pow(x, 1 / 2.2F) * 255 + 0.5F);
    }
  }
  [[nodiscard]] std::uint8_t operator()(float light) const {
    const float x = std::clamp(tone_curve(light), 0.0F, 1.0F);
    return table_[static_cast<std::size_t>(x * static_cast<float>(table_.size() - 1) + 0.5F)];
  }

 private:
  std::array<std::uint8_t, 16384> table_{};
};

// Fills pixels outside the mask from their neighbours inside it: averages at half, quarter, ... size, pushed
// back up.
void extend(std::vector<Color>& color, std::vector<float>& weight, int size) {
  if (size < 2) return;
  const int half = (size + 1) / 2;
  const auto small = static_cast<std::size_t>(half) * static_cast<std::size_t>(half);
  std::vector<Color> below(small);
  std::vector<float> below_weight(small);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const auto i = static_cast<std::size_t>(y * size + x),
                 p = static_cast<std::size_t>(y / 2 * half + x / 2);
      below[p] += color[i] * weight[i];
      below_weight[p] += weight[i];
    }
  }
  for (std::size_t p = 0; p < small; ++p) {
    if (below_weight[p] > 0) below[p] = below[p] / below_weight[p];
    below_weight[p] = std::min(below_weight[p], 1.0F);
  }
  extend(below, below_weight, half);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const auto i = static_cast<std::size_t>(y * size + x),
                 p = static_cast<std::size_t>(y / 2 * half + x / 2);
      color[i] = mix(below[p], color[i], weight[i]);
      weight[i] = 1;
    }
  }
}

}  // namespace

void denoise(RenderBuffers& b) {
  const std::vector<Guide> guides = guides_of(b);
  for (const int step : {1, 2, 4}) filter(b.light, b.gloss, guides, b.size, step);
  smooth_outline(b);
  const float pixels = static_cast<float>(b.size) / 256;
  bleed(b.light, b.skin, b.size, &Color::x, 1.0F * pixels);
  bleed(b.light, b.skin, b.size, &Color::y, 0.55F * pixels);
}

float automatic_exposure(const RenderBuffers& b) {
  std::vector<float> values;
  const bool has_skin = std::any_of(b.skin.begin(), b.skin.end(), [](float s) { return s > 0.5F; });
  for (std::size_t i = 0; i < b.alpha.size(); ++i) {
    if ((has_skin ? b.skin[i] : b.alpha[i]) > 0.5F)
      values.push_back(luminance(b.light[i] * b.albedo[i] + b.gloss[i]));
  }
  if (values.empty()) return 1;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return std::clamp(std::pow(0.26F / std::max(*middle, 1e-4F), 0.45F), 0.55F, 1.7F);
}

View develop(const RenderBuffers& b, float exposure) {
  static const ToneTable tone;
  View view;
  view.rgba = Image8(b.size, b.size, 4);
  view.depth = Raster<std::uint16_t>(b.size, b.size, 1);
  std::vector<Color> color(b.alpha.size());
  std::vector<float> weight(b.alpha.size());
  for (std::size_t i = 0; i < color.size(); ++i) {
    weight[i] = b.alpha[i] >= 0.999F ? 1.0F : b.alpha[i] * 0.999F;
    if (b.alpha[i] > 0) color[i] = (b.gloss[i] + b.light[i] * b.albedo[i]) / b.alpha[i];
  }
  // Inside, the colour is the pixel's own; outside, its neighbours'.
  std::vector<Color> around = color;
  extend(around, weight, b.size);
  for (std::size_t i = 0; i < color.size(); ++i) {
    const Color c = (b.alpha[i] > 0.02F ? color[i] : around[i]) * exposure;
    std::uint8_t* to = &view.rgba.pixels[4 * i];
    to[0] = tone(c.x);
    to[1] = tone(c.y);
    to[2] = tone(c.z);
    to[3] = static_cast<std::uint8_t>(b.alpha[i] * 255 + 0.5F);
    const bool seen = to[3] > 0;
    view.depth.pixels[i] =
        seen ? static_cast<std::uint16_t>(std::clamp(b.depth[i] * 1e4F + 0.5F, 1.0F, 65535.0F)) : 0;
  }
  return view;
}

}  // namespace triptych::synthetic
