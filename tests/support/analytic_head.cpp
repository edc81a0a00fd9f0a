#include "support/analytic_head.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>

namespace triptych::test {
namespace {

constexpr float head_x = 0.165F, head_y = 0.225F, head_z = 0.20F;  // half axes
constexpr float neck_x = 0.09F, neck_y = 0.30F, neck_z = 0.09F, neck_below = 0.28F;

using Color = std::array<float, 3>;
constexpr Color skin{0.82F, 0.62F, 0.52F}, hair{0.30F, 0.19F, 0.11F}, lips{0.70F, 0.32F, 0.31F},
    eye_white{0.93F, 0.93F, 0.92F}, iris{0.25F, 0.38F, 0.48F}, pupil{0.06F, 0.05F, 0.05F},
    shirt{0.22F, 0.34F, 0.52F};

float logit(float p) {
  p = std::clamp(p, 0.01F, 0.99F);
  return std::log(p / (1 - p));
}
float smooth(float from, float to, float x) {
  const float t = std::clamp((x - from) / (to - from), 0.0F, 1.0F);
  return t * t * (3 - 2 * t);
}
void mix(Color& color, const Color& other, float amount) {
  for (std::size_t i = 0; i < 3; ++i) color[i] += amount * (other[i] - color[i]);
}

// 1 inside an ellipse of half axes rx, ry about (cx, cy), 0 outside.
float spot(float x, float y, float cx, float cy, float rx, float ry) {
  return 1 - smooth(0.8F, 1.1F, std::hypot((x - cx) / rx, (y - cy) / ry));
}

// The face as painted on the (x, y) plane of the world; `texture` adds strands and freckles.
Color face_color(float x, float y, float texture) {
  Color color = skin;
  for (const float side : {-1.0F, 1.0F}) {
    const float ex = side * 0.065F, ey = 0.025F;
    mix(color, {0.85F, 0.5F, 0.45F}, 0.5F * spot(x, y, side * 0.085F, -0.05F, 0.04F, 0.03F));
    mix(color, hair, spot(x, y, ex, ey + 0.04F, 0.034F, 0.008F));
    mix(color, eye_white, spot(x, y, ex, ey, 0.030F, 0.016F));
    mix(color, iris, spot(x, y, ex, ey, 0.014F, 0.014F));
    mix(color, pupil, spot(x, y, ex, ey, 0.007F, 0.007F));
  }
  mix(color, {0.70F, 0.48F, 0.40F}, 0.7F * spot(x, y, 0, -0.055F, 0.022F, 0.012F));
  mix(color, lips, spot(x, y, 0, -0.11F, 0.045F, 0.016F));
  mix(color, shirt, smooth(-0.245F, -0.255F, y));
  const float hairline = 0.10F + 0.02F * std::sin(40 * x) - 1.5F * x * x;
  mix(color, hair, smooth(hairline, hairline + 0.012F, y));
  mix(color, hair, smooth(0.135F, 0.15F, std::abs(x)) * smooth(-0.12F, -0.08F, y));
  const float strands = 0.25F * std::sin(310 * x + 25 * y) + 0.15F * std::sin(170 * x - 60 * y);
  const float fine = y > hairline ? strands : 0.15F * std::sin(190 * x) * std::sin(170 * y);
  for (float& c : color) c *= 1 + texture * fine;
  return color;
}

// Where a straight line enters and leaves the head; `distance` < 0 outside the silhouette, in world units,
// roughly.
struct Span {
  float enter, leave, distance;
};
Span span_of_ellipsoid(const Vec3& o, const Vec3& d, const Vec3& centre, const Vec3& axes) {
  float a = 0, b = 0, c = -1;
  for (std::size_t i = 0; i < 3; ++i) {
    const float oi = (o[i] - centre[i]) / axes[i], di = d[i] / axes[i];
    a += di * di, b += oi * di, c += oi * oi;
  }
  const float closest = -b / a;
  const float miss2 = c + 1 - b * b / a;  // squared distance of the line from the centre, in axes
  const float half = std::sqrt(std::max(0.0F, (1 - miss2) / a));
  return {closest - half, closest + half, (1 - std::sqrt(miss2)) * std::min(axes[0], axes[1])};
}
Span span_of_head(const Vec3& o, const Vec3& d) {
  Span head = span_of_ellipsoid(o, d, {0, 0, 0}, {head_x, head_y, head_z});
  const float t = head.enter;
  const float x = o[0] + t * d[0], y = o[1] + t * d[1];
  head.enter -= 0.035F * spot(x, y, 0, -0.035F, 0.035F, 0.06F) * smooth(0, 0.02F, head.distance);  // nose
  // Locks: the outline of the hair is wavy, and a little ragged.
  if (y > -0.1F) {
    const float angle = std::atan2(y, x);
    head.distance += 0.006F * std::sin(17 * angle) + 0.004F * std::sin(41 * angle + 1) + 0.003F;
  }
  const Span neck = span_of_ellipsoid(o, d, {0, -neck_below, -0.03F}, {neck_x, neck_y, neck_z});
  if (neck.distance > head.distance) return neck;
  if (neck.distance > 0)
    head = {std::min(head.enter, neck.enter), std::max(head.leave, neck.leave), head.distance};
  return head;
}

Plane make_plane(int width, int height, int channels, const std::function<void(float, float, float*)>& fill) {
  Plane plane{width, height, channels, {}};
  plane.texels.assign(
      static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * static_cast<std::size_t>(channels),
      0.0F);
  float* texel = plane.texels.data();
  for (int row = 0; row < height; ++row) {
    for (int column = 0; column < width; ++column, texel += channels) {
      fill((static_cast<float>(column) + 0.5F) * 2 / static_cast<float>(width) - 1,
           (static_cast<float>(row) + 0.5F) * 2 / static_cast<float>(height) - 1, texel);
    }
  }
  return plane;
}

// Weight by (output, input).
void set(Decoder::Layer& layer, int output, int input, float weight) {
  layer.weights[static_cast<std::size_t>(output * layer.inputs + input)] = weight;
}
void set_bias(Decoder::Layer& layer, int output, float bias) {
  layer.bias[static_cast<std::size_t>(output)] = bias;
}

Decoder::Layer make_layer(int inputs, int outputs, const std::string& name, float scale) {
  Decoder::Layer layer{inputs, outputs, {}, {}};
  layer.weights = formula_values(name, static_cast<std::size_t>(inputs * outputs));
  for (float& w : layer.weights) w *= scale;
  layer.bias.assign(static_cast<std::size_t>(outputs), 0.0F);
  return layer;
}
void clear_row(Decoder::Layer& layer, int output) {
  for (int i = 0; i < layer.inputs; ++i) set(layer, output, i, 0);
}

// Feature channels of the frustum head: 0 depth behind the front surface, 1 depth behind the back surface
// (both in units of 0.1), the rest fine detail.
constexpr float feature_depth_unit = 0.1F;

std::shared_ptr<const Decoder> frustum_decoder(const AnalyticHeadOptions& options) {
  Decoder decoder;
  decoder.activation = Decoder::Activation::relu;
  Decoder::Layer first = make_layer(27, options.hidden, "analytic.first", 0.4F);
  // Unit 0: beyond the back; 1: deeper than 0.05 behind the front; 2: the constant 1. The rest is random
  // detail.
  for (int unit = 0; unit < 4; ++unit) clear_row(first, unit);
  set(first, 0, 1, 1);
  set(first, 1, 0, 1);
  set_bias(first, 1, -0.5F);
  set_bias(first, 2, 1);
  set(first, 3, 0, -1);
  const float detail = options.texture * 0.25F / std::sqrt(static_cast<float>(options.hidden));
  Decoder::Layer last = make_layer(options.hidden, 5, "analytic.last", detail);
  const Color hair_logit{logit(hair[0]), logit(hair[1]), logit(hair[2])};
  for (int unit = 0; unit < 4; ++unit) {
    for (int out = 0; out < 5; ++out) set(last, out, unit, 0);
  }
  set(last, 0, 0, -60);
  set(last, 0, 3, -60);
  set(last, 0, 2, 1);
  set(last, 4, 2, 3);
  for (int c = 0; c < 3; ++c) set(last, 1 + c, 1, hair_logit[static_cast<std::size_t>(c)] * 0.8F);
  decoder.layers.push_back(std::move(first));
  if (options.extra_layer) {  // passes every unit through: they are positive already
    Decoder::Layer middle = make_layer(options.hidden, options.hidden, "analytic.middle", 0.0F);
    for (int unit = 0; unit < options.hidden; ++unit) set(middle, unit, unit, 1);
    decoder.layers.push_back(std::move(middle));
  }
  decoder.layers.push_back(std::move(last));
  return std::make_shared<const Decoder>(std::move(decoder));
}

// Smooth detail of the remaining channels.
void fill_detail(float a, float b, float amount, int phase, int from, int channels, float* texel) {
  for (int c = from; c < channels; ++c) {
    const auto k = static_cast<float>(c + 5 * phase);
    texel[c] = amount * std::sin((3 + 0.7F * k) * a + k) * std::cos((2 + 0.9F * k) * b - k);
  }
}

}  // namespace

std::vector<float> formula_values(const std::string& name, std::size_t count) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : "triptych-0/" + name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::uint64_t z = hash + (i + 1) * 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    z ^= z >> 31U;
    values[i] = 2 * (static_cast<float>(z >> 40U) / 16777216.0F) - 1;
  }
  return values;
}

Head analytic_frustum_head(const AnalyticHeadOptions& options) {
  constexpr int features = 24;
  Head head;
  head.frame = Head::Frame::camera_frustum;
  head.camera = options.camera;
  head.info.model_name = "analytic";
  const Vec3 o = head.camera.origin();
  const Vec3 right = head.camera.axis(0), down = head.camera.axis(1), forward = head.camera.axis(2);
  const float spread = 0.5F / head.camera.focal();
  head.planes[0] =
      make_plane(options.front_size, options.front_size, features + 5, [&](float u, float v, float* texel) {
        Vec3 d;  // one unit of depth along the optical axis
        for (std::size_t i = 0; i < 3; ++i) d[i] = forward[i] + u * spread * right[i] + v * spread * down[i];
        const Span span = span_of_head(o, d);
        const float x = o[0] + span.enter * d[0], y = o[1] + span.enter * d[1];
        const Color color = face_color(x, y, options.texture);
        fill_detail(6 * u, 6 * v, options.texture, 0, 2, features, texel);
        texel[0] = -span.enter / feature_depth_unit;
        texel[1] = -span.leave / feature_depth_unit;
        texel[features] = span.enter;
        for (int c = 0; c < 3; ++c) texel[features + 1 + c] = logit(color[static_cast<std::size_t>(c)]);
        texel[features + 4] = std::clamp(1200 * span.distance, -14.0F, 4.0F);
      });
  head.planes[1] =
      make_plane(options.side_size, options.side_size, features, [&](float u, float w, float* texel) {
        fill_detail(3 * u, 3 * w, options.texture, 1, 2, features, texel);
        const float depth = head.near_depth + (w + 1) / 2 * (head.far_depth - head.near_depth);
        texel[0] = texel[1] = depth / feature_depth_unit;
      });
  head.planes[2] =
      make_plane(options.side_size, options.side_size, features, [&](float w, float v, float* texel) {
        fill_detail(3 * w, 3 * v, options.texture, 2, 2, features, texel);
      });
  auto templates = std::make_shared<std::array<Plane, 3>>();
  for (int i = 0; i < 3; ++i) {
    (*templates)[static_cast<std::size_t>(i)] =
        make_plane(64, 64, features, [&](float a, float b, float* texel) {
          fill_detail(2 * a, 2 * b, 0.5F * options.texture, 3 + i, 2, features, texel);
        });
  }
  head.template_planes = std::move(templates);
  head.decoder = frustum_decoder(options);
  return head;
}

Head analytic_canonical_head(const AnalyticHeadOptions& options) {
  constexpr int features = 32;
  Head head;
  head.camera = options.camera;
  head.info.model_name = "analytic";
  // The three features are averaged: 0 inside-ness of the ellipsoid, 1 how far back (0.1 units), 2..4 colour
  // logits of the face on the (x, y) plane, the rest fine detail.
  const auto at = [](float v) { return v / 2; };
  head.planes[0] =
      make_plane(options.front_size, options.front_size, features, [&](float a, float b, float* texel) {
        const float x = at(a), y = at(b);
        const Color color = face_color(x, y, options.texture);
        fill_detail(8 * a, 8 * b, options.texture, 0, 5, features, texel);
        const float angle = std::atan2(y, x);
        const float scale = 1 + 0.03F * std::sin(17 * angle) + 0.02F * std::sin(41 * angle + 1);
        const float xr = x / (head_x * scale), yr = y / (head_y * scale);
        texel[0] = 3 * (0.6F - 0.5F * (xr * xr + yr * yr));
        for (int c = 0; c < 3; ++c) texel[2 + c] = 3 * logit(color[static_cast<std::size_t>(c)]);
      });
  head.planes[1] =
      make_plane(options.front_size, options.front_size, features, [&](float a, float b, float* texel) {
        fill_detail(8 * a, 8 * b, options.texture, 1, 5, features, texel);
        const float z = at(b) / head_z;
        texel[0] = 3 * (0.6F - 0.5F * z * z);
        texel[1] = -3 * at(b) / feature_depth_unit;
      });
  head.planes[2] =
      make_plane(options.front_size, options.front_size, features, [&](float a, float b, float* texel) {
        fill_detail(8 * a, 8 * b, options.texture, 2, 5, features, texel);
      });
  Decoder decoder;
  decoder.activation = Decoder::Activation::softplus;
  constexpr float sharp = 8;  // softplus(sharp x) / sharp is nearly a ReLU
  Decoder::Layer first = make_layer(features, options.hidden, "analytic.first", 0.4F);
  Decoder::Layer last = make_layer(options.hidden, 33, "analytic.last",
                                   options.texture * 0.25F / std::sqrt(static_cast<float>(options.hidden)));
  for (int unit = 0; unit < 10; ++unit) {
    clear_row(first, unit);
    for (int out = 0; out < 33; ++out) set(last, out, unit, 0);
  }
  for (int unit = 0; unit < 2; ++unit) {  // +- inside-ness
    set(first, unit, 0, unit == 0 ? sharp : -sharp);
    set(last, 0, unit, (unit == 0 ? 600.0F : -600.0F) / sharp);
  }
  set_bias(last, 0, -600 * 0.7F);  // more than either plane has alone: nothing is there outside the box
  for (int out = 0; out < 33; ++out) set(last, 0, 10 + out % 20, 0);
  set(first, 2, 1, sharp);  // hair behind the ears
  set_bias(first, 2, -0.4F * sharp);
  for (int c = 0; c < 3; ++c) {
    for (int sign = 0; sign < 2; ++sign) {
      const int unit = 3 + 2 * c + sign;
      set(first, unit, 2 + c, sign == 0 ? 1.0F : -1.0F);
      set(last, 1 + c, unit, sign == 0 ? 1.0F : -1.0F);
    }
    set(last, 1 + c, 2, 2 * logit(hair[static_cast<std::size_t>(c)]) / sharp);
  }
  decoder.layers = {std::move(first), std::move(last)};
  head.decoder = std::make_shared<const Decoder>(std::move(decoder));
  return head;
}

}  // namespace triptych::test
