#include "synthetic/skin.h"

#include <opencv2/imgproc.hpp>

namespace triptych::synthetic {
namespace {

constexpr int side = 1024;
// Where the face lies on MakeHuman's skins, in texels from the top left.
const cv::Rect face_area{700, 320, 315, 430};
const cv::Rect cheek_area{750, 350, 250, 375};

cv::Mat blurred(const cv::Mat& image, double sigma) {
  cv::Mat out;
  cv::GaussianBlur(image, out, {}, sigma, sigma, cv::BORDER_REFLECT);
  return out;
}

// Noise with `cells` by `cells` features, smooth between.
cv::Mat noise(Random& random, int cells) {
  cv::Mat small(cells, cells, CV_32FC1);
  for (int i = 0; i < cells * cells; ++i) small.at<float>(i / cells, i % cells) = random.normal();
  cv::Mat large;
  cv::resize(small, large, {side, side}, 0, 0, cv::INTER_LINEAR);
  return large;
}

std::array<float, 256> tone_table(float melanin, float scale) {
  std::array<float, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const float x = std::max(linear_of_srgb(static_cast<std::uint8_t>(i)), 1e-3F);
    table[i] = std::pow(x, 1 + melanin * 0.5F) * scale;
  }
  return table;
}

cv::Vec3f vec(Color c) {
  return {c.x, c.y, c.z};
}
float luminance_of(const cv::Vec3f& c) {
  return luminance({c[0], c[1], c[2]});
}

cv::Scalar face_mean(const cv::Mat& linear) {
  return cv::mean(linear(cheek_area));
}

}  // namespace

// The skin in linear light while it is painted.
class SkinPainter::Canvas {
 public:
  cv::Mat linear = cv::Mat(side, side, CV_32FC3);

  // The mean face colour becomes that of another skin, by `power` of the way.
  void match(const cv::Scalar& wanted, float power) {
    const cv::Scalar own = face_mean(linear);
    cv::Scalar factor;
    for (int i = 0; i < 3; ++i)
      factor[i] = std::pow(wanted[i] / std::max(own[i], 1e-4), static_cast<double>(power));
    linear = linear.mul(factor);
  }

  void tint(Color color, float weight) {
    const cv::Scalar mean = face_mean(linear);
    const float level =
        luminance({static_cast<float>(mean[0]), static_cast<float>(mean[1]), static_cast<float>(mean[2])});
    for_each([&](cv::Vec3f& p, std::size_t) {
      const float shade = luminance_of(p) / std::max(level, 1e-3F);
      p = p * (1 - weight) + vec(color) * (weight * shade);
    });
  }

  // Paint through a mask of the texture, keeping the shading below.
  void paint(const cv::Mat& mask, Color color) {
    double sum = 0, weights = 0;
    for_each([&](cv::Vec3f& p, std::size_t i) {
      const float m = mask.ptr<float>()[i];
      if (m <= 0) return;
      sum += static_cast<double>(luminance_of(p) * m);
      weights += static_cast<double>(m);
    });
    const float level = static_cast<float>(sum / std::max(weights, 1e-6));
    for_each([&](cv::Vec3f& p, std::size_t i) {
      const float m = mask.ptr<float>()[i];
      if (m <= 0) return;
      const float shade = std::clamp(luminance_of(p) / std::max(level, 1e-3F), 0.4F, 1.8F);
      p = p * (1 - m) + vec(color) * (m * shade);
    });
  }

  template <typename Function>
  void for_each(const Function& use) {
    auto* pixels = linear.ptr<cv::Vec3f>();
    for (std::size_t i = 0; i < static_cast<std::size_t>(side * side); ++i) use(pixels[i], i);
  }
};

namespace {

// Two skins mixed, lighter or darker, redder.
void base_tone(cv::Mat& linear, const Assets& assets, const Character& c) {
  const Image8& a = assets.skins[static_cast<std::size_t>(c.skin)].texture.image();
  const Image8& b = assets.skins[static_cast<std::size_t>(c.second_skin)].texture.image();
  const std::array<std::array<float, 256>, 3> table{tone_table(c.melanin, 1 + c.redness),
                                                    tone_table(c.melanin, 1), tone_table(c.melanin, 1)};
  const int weight = static_cast<int>(c.skin_mix * 256);
  for (int y = 0; y < side; ++y) {
    const int ya = y * a.height / side, yb = y * b.height / side;
    auto* to = linear.ptr<cv::Vec3f>(y);
    for (int x = 0; x < side; ++x) {
      const std::uint8_t* pa = &a.at(x * a.width / side, ya);
      const std::uint8_t* pb = &b.at(x * b.width / side, yb);
      for (std::size_t k = 0; k < 3; ++k) {
        const int value = (pa[k] * (256 - weight) + pb[k] * weight + 128) >> 8;
        to[x][static_cast<int>(k)] = table[k][static_cast<std::size_t>(std::min(value, 255))];
      }
    }
  }
}

void add_freckles(cv::Mat& linear, Random& random) {
  cv::Mat spots = cv::Mat::zeros(side, side, CV_32FC1);
  for (int i = 0; i < 420; ++i) {
    const int x = face_area.x + random.below(face_area.width),
              y = face_area.y + random.below(face_area.height);
    spots.at<float>(y, x) = random.uniform(2, 9);
  }
  spots = blurred(spots, 1.1);
  auto* p = linear.ptr<cv::Vec3f>();
  for (int i = 0; i < side * side; ++i) {
    const float f = std::min(spots.ptr<float>()[i], 1.0F) * 0.4F;
    p[i] = {p[i][0] * (1 - 0.4F * f), p[i][1] * (1 - 0.75F * f), p[i][2] * (1 - 0.9F * f)};
  }
}

void add_moles(cv::Mat& linear, Random& random) {
  for (int n = random.below(5); n > 0; --n) {
    const int cx = face_area.x + random.below(face_area.width),
              cy = face_area.y + random.below(face_area.height);
    const float radius = random.uniform(0.8F, 2.3F);
    for (int y = -5; y <= 5; ++y) {
      for (int x = -5; x <= 5; ++x) {
        const float inside = sigmoid((radius - std::sqrt(static_cast<float>(x * x + y * y))) * 2.5F);
        linear.at<cv::Vec3f>(cy + y, cx + x) *= 1 - 0.65F * inside;
      }
    }
  }
}

}  // namespace

SkinPainter::SkinPainter(const Assets& assets) : assets_(assets) {
  const Landmarks l = landmarks_of(assets, assets.base.positions);
  for (std::size_t i = 0; i < assets.base.polygons.size(); ++i) {
    const auto& polygon = assets.base.polygons[i];
    const bool body = assets.base.groups[static_cast<std::size_t>(assets.base.group[i])] == "body";
    face_polygons_.push_back(body && assets.base.positions[static_cast<std::size_t>(polygon.position[0])].y >
                                         l.mouth.y - 2 * l.eye_distance());
  }
  Random random(7);
  cv::Mat grain(side, side, CV_32FC1);
  for (int i = 0; i < side * side; ++i) grain.ptr<float>()[i] = random.uniform() - 0.5F;
  grain = blurred(grain, 0.55);
  grain_.assign(grain.ptr<float>(), grain.ptr<float>() + side * side);

  // Wrinkles of whichever old skin there is, lent to all.
  const Skin& old = assets.skins[static_cast<std::size_t>(find_skin(assets, true, Skin::Age::old, true))];
  cv::Mat level(side, side, CV_32FC1);
  const Image8& image = old.texture.image();
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const std::uint8_t* p = &image.at(x * image.width / side, y * image.height / side);
      level.at<float>(y, x) =
          0.01F + luminance({linear_of_srgb(p[0]), linear_of_srgb(p[1]), linear_of_srgb(p[2])});
    }
  }
  cv::Mat detail;
  cv::divide(blurred(level, 0.7), blurred(level, 9), detail);
  wrinkles_.assign(detail.ptr<float>(), detail.ptr<float>() + side * side);
}

std::vector<float> SkinPainter::lips() const {
  std::vector<float> mask(assets_.base.positions.size());
  for (const char* name : {"mouth/mouth-lowerlip-volume-incr", "mouth/mouth-upperlip-volume-incr",
                           "mouth/mouth-lowerlip-height-incr", "mouth/mouth-upperlip-height-incr"}) {
    const Target* target = assets_.target(name);
    if (!target) continue;
    float largest = 1e-6F;
    for (const Vector offset : target->offset) largest = std::max(largest, length(offset));
    for (std::size_t i = 0; i < target->index.size(); ++i) {
      if (length(target->offset[i]) > 0.35F * largest) mask[static_cast<std::size_t>(target->index[i])] = 1;
    }
  }
  return mask;
}

std::vector<float> SkinPainter::around(const std::vector<Vector>& positions, Vector centre, float rx,
                                       float ry) const {
  std::vector<float> mask(positions.size());
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const Vector d = positions[i] - centre;
    if (d.z < -0.25F) continue;
    mask[i] = std::clamp(1.6F - std::sqrt(d.x * d.x / (rx * rx) + d.y * d.y / (ry * ry)), 0.0F, 1.0F);
  }
  return mask;
}

// Paints through a mask given at the base mesh's vertices.
void SkinPainter::lay(Canvas& canvas, const std::vector<float>& vertices, Color color, float amount,
                      double blur) const {
  cv::Mat mask = cv::Mat::zeros(side, side, CV_32FC1);
  const auto& base = assets_.base;
  for (std::size_t i = 0; i < base.polygons.size(); ++i) {
    if (!face_polygons_[i]) continue;
    float mean = 0;
    std::array<cv::Point, 4> corners;
    for (std::size_t k = 0; k < 4; ++k) {
      mean += vertices[static_cast<std::size_t>(base.polygons[i].position[k])] / 4;
      const Uv uv = base.uvs[static_cast<std::size_t>(base.polygons[i].uv[k])];
      corners[k] = {static_cast<int>(uv.u * side), static_cast<int>((1 - uv.v) * side)};
    }
    if (mean > 0.02F) cv::fillConvexPoly(mask, corners.data(), 4, cv::Scalar(static_cast<double>(mean)));
  }
  mask = blurred(mask, blur) * static_cast<double>(amount);
  canvas.paint(mask, color);
}

void SkinPainter::make_up(Canvas& canvas, const Character& c, const HeadShape& shape) const {
  const auto apply = [&](const std::vector<float>& mask, Color color, float amount, double blur) {
    lay(canvas, mask, color, amount, blur);
  };
  const Landmarks& l = shape.landmarks;
  const Look& look = c.look;
  if (look.lips) apply(lips(), *look.lips, 0.85F, 2.5);
  if (look.eye_shadow) {
    const Vector up{0, look.dark_sockets ? -0.02F : 0.08F, 0};
    for (const Vector eye : {l.left_eye, l.right_eye}) {
      apply(around(shape.neutral, eye + up, 0.2F, look.dark_sockets ? 0.17F : 0.13F), *look.eye_shadow,
            look.eye_shadow_weight, 6);
    }
  }
  if (look.blush) {
    apply(around(shape.neutral, l.left_eye + Vector{0.12F, -0.42F, -0.2F}, 0.26F, 0.2F), *look.blush, 0.35F,
          12);
    apply(around(shape.neutral, l.right_eye + Vector{-0.12F, -0.42F, -0.2F}, 0.26F, 0.2F), *look.blush, 0.35F,
          12);
  }
}

SkinPainter::Painted SkinPainter::paint(const Character& c, const HeadShape& shape,
                                        const std::vector<Shade>& shades) const {
  Canvas canvas;
  base_tone(canvas.linear, assets_, c);
  const Look& look = c.look;
  if (look.match_skin) {
    Character before = c;
    before.skin = *look.match_skin;
    Canvas other;
    base_tone(other.linear, assets_, before);
    canvas.match(face_mean(other.linear), 0.8F);
  }
  Random random(c.seed, 99);
  const cv::Mat fine_red = noise(random, 140), red_spots = noise(random, 60), red_areas = noise(random, 24);
  const cv::Mat red = red_areas * 0.5 + red_spots * 0.4 + fine_red * 0.3;
  const cv::Mat fine_brown = noise(random, 120), brown_areas = noise(random, 40);
  const cv::Mat brown = brown_areas * 0.5 + fine_brown * 0.5;
  const float years = 0.5F + 0.6F * c.age;
  canvas.for_each([&](cv::Vec3f& p, std::size_t i) {
    const float r = red.ptr<float>()[i] * years, b = brown.ptr<float>()[i] * years;
    const float fine = 1 - grain_[i] * 0.3F * years;
    const float line = c.wrinkles > 0 ? mix(1.0F, std::clamp(wrinkles_[i], 0.6F, 1.25F), c.wrinkles) : 1.0F;
    const float k = fine * line;
    p = {p[0] * k * (1 - 0.02F * b), p[1] * k * (1 - 0.035F * r - 0.03F * b),
         p[2] * k * (1 - 0.04F * r - 0.045F * b)};
  });
  if (random.chance(0.25F) && c.race[2] > 0.5F) add_freckles(canvas.linear, random);
  add_moles(canvas.linear, random);
  if (look.tint) canvas.tint(*look.tint, look.tint_weight);
  if (look.smooth > 0) canvas.linear = blurred(canvas.linear, static_cast<double>(look.smooth));
  if (look.saturation != 1) {
    canvas.for_each([&](cv::Vec3f& p, std::size_t) {
      const float grey = (p[0] + p[1] + p[2]) / 3;
      for (int k = 0; k < 3; ++k) p[k] = grey + (p[k] - grey) * look.saturation;
    });
  }
  for (const Shade& shade : shades) lay(canvas, shade.mask, shade.color, shade.amount, 4);
  make_up(canvas, c, shape);

  Painted painted;
  const cv::Scalar mean = face_mean(canvas.linear);
  painted.mean_luminance =
      luminance({static_cast<float>(mean[0]), static_cast<float>(mean[1]), static_cast<float>(mean[2])});
  Image8 rgba(side, side, 4, 255);
  canvas.for_each([&](cv::Vec3f& p, std::size_t i) {
    for (int k = 0; k < 3; ++k) {
      rgba.pixels[4 * i + static_cast<std::size_t>(k)] = srgb_of_linear(p[k]);
    }
  });
  painted.texture = std::make_shared<const Texture>(Texture(std::move(rgba)));
  return painted;
}

}  // namespace triptych::synthetic
