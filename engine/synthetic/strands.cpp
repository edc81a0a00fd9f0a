#include "synthetic/strands.h"

#include <numbers>

namespace triptych::synthetic {
namespace {

// How far vertices are moved by targets, relative to the farthest.
std::vector<float> moved_by(const Assets& assets, std::initializer_list<const char*> names) {
  std::vector<float> amount(assets.base.positions.size());
  float largest = 1e-6F;
  for (const char* name : names) {
    const Target* target = assets.target(name);
    if (!target) continue;
    for (std::size_t i = 0; i < target->index.size(); ++i) {
      float& a = amount[static_cast<std::size_t>(target->index[i])];
      a = std::max(a, length(target->offset[i]));
      largest = std::max(largest, a);
    }
  }
  for (float& a : amount) a /= largest;
  return amount;
}

// Height of the hairline above the eyes by depth before or behind them, both in eye distances.
float hairline(float z) {
  constexpr std::array<std::array<float, 2>, 9> knots{{{0.1F, 1.12F},
                                                       {-0.35F, 0.98F},
                                                       {-0.62F, 0.62F},
                                                       {-0.82F, 0.25F},
                                                       {-0.98F, -0.12F},
                                                       {-1.6F, -0.2F},
                                                       {-1.85F, -0.7F},
                                                       {-2.2F, -1.05F},
                                                       {-3.0F, -1.15F}}};
  for (std::size_t i = 1; i < knots.size(); ++i) {
    if (z < knots[i][0]) continue;
    const float t = std::clamp((z - knots[i][0]) / (knots[i - 1][0] - knots[i][0]), 0.0F, 1.0F);
    return mix(knots[i][1], knots[i - 1][1], t);
  }
  return knots.back()[1];
}

struct Root {
  Vector position, normal;
};

// Roots spread evenly by area times density.
std::vector<Root> plant(const Ground& ground, int count, Random& random) {
  std::vector<float> cumulative{0};
  for (const auto& t : ground.triangles) {
    const auto a = static_cast<std::size_t>(t[0]), b = static_cast<std::size_t>(t[1]),
               c = static_cast<std::size_t>(t[2]);
    const float density = (ground.density[a] + ground.density[b] + ground.density[c]) / 3;
    const Vector n =
        cross(ground.positions[b] - ground.positions[a], ground.positions[c] - ground.positions[a]);
    cumulative.push_back(cumulative.back() + (density > 0.02F ? length(n) * density : 0));
  }
  std::vector<Root> roots;
  if (cumulative.back() <= 0) return roots;
  for (int i = 0; i < count; ++i) {
    const float x =
        (static_cast<float>(i) + random.uniform()) / static_cast<float>(count) * cumulative.back();
    const auto it = std::upper_bound(cumulative.begin(), cumulative.end(), x);
    const auto index =
        std::min(static_cast<std::size_t>(it - cumulative.begin()), ground.triangles.size()) - 1;
    const auto& t = ground.triangles[index];
    float u = random.uniform(), v = random.uniform();
    if (u + v > 1) {
      u = 1 - u;
      v = 1 - v;
    }
    const auto blend = [&](const std::vector<Vector>& of) {
      return of[static_cast<std::size_t>(t[0])] * (1 - u - v) + of[static_cast<std::size_t>(t[1])] * u +
             of[static_cast<std::size_t>(t[2])] * v;
    };
    roots.push_back({blend(ground.positions), normalized(blend(ground.normals))});
  }
  return roots;
}

// Strands that root close together bend alike: their common random numbers.
Random random_of_lock(Vector root, float cell, std::uint64_t seed) {
  const auto coordinate = [&](float x) {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(std::floor(x / cell)) + 100000);
  };
  return Random(seed ^ mix_bits(coordinate(root.x) * 1000003 + coordinate(root.y), coordinate(root.z)), 3);
}

Vector random_vector(Random& random) {
  return {random.normal(), random.normal(), random.normal()};
}

struct Lock {
  Vector bend;
  float length, phase, shade, spread;
};
Lock lock_of(Vector root, float cell, std::uint64_t seed) {
  Random random = random_of_lock(root, cell, seed);
  return {random_vector(random), random.uniform(0.75F, 1.1F), random.uniform(0, 6.28F), random.normal(),
          0.3F * random.uniform()};
}

// Keeps hair off the head: outside the skull's ellipsoid, beside the face, around the neck.
class KeepOut {
 public:
  KeepOut(const HeadShape& shape, const Skull& skull)
      : skull_(skull), eyes_(shape.landmarks.eyes()), unit_(shape.landmarks.eye_distance()) {}

  // Away from the skull.
  [[nodiscard]] Vector outward(Vector p) const {
    const Vector d = p - skull_.centre;
    return normalized({d.x / (skull_.radius.x * skull_.radius.x), d.y / (skull_.radius.y * skull_.radius.y),
                       d.z / (skull_.radius.z * skull_.radius.z)});
  }

  [[nodiscard]] Vector push(Vector p, float spread) const {
    const Vector d = p - skull_.centre;
    const float grow = 1.0F + 0.12F * spread;
    const float y = d.y > 0 ? d.y / skull_.radius.y : d.y / (skull_.radius.y * 2.4F);
    const float narrow = 1 - 0.4F * smoothstep(0.7F, 2.0F, -d.y / skull_.radius.y);  // towards the neck
    const float x = d.x / (skull_.radius.x * narrow), z = d.z / (skull_.radius.z * narrow);
    const float r = std::sqrt(x * x + y * y + z * z);
    if (r < grow && r > 1e-3F) {
      const float scale = grow / r;
      p = skull_.centre + Vector{d.x * scale, d.y > 0 ? d.y * scale : d.y, d.z * scale};
    }
    // No curtain before the face.
    const float below = eyes_.y + 0.85F * unit_ - p.y, before = p.z - (eyes_.z - 0.75F * unit_);
    if (below > 0 && before > 0) {
      const float side = p.x >= skull_.centre.x ? 1.0F : -1.0F;
      const float wanted = skull_.centre.x + side * unit_ * (1.12F + 0.12F * spread);
      const float amount = smoothstep(0, 0.35F * unit_, below);
      if ((wanted - p.x) * side > 0) p.x = mix(p.x, wanted, amount);
      p.z -= before * 0.5F * amount;
    }
    return p;
  }

 private:
  Skull skull_;
  Vector eyes_;
  float unit_;
};

bool hangs(const StrandStyle& style) {
  return style.length > 0.9F;
}

struct Growth {
  int strands, segments;
  float radius;
  float lock;  // edge of a lock, decimetres
};
Growth growth_of(const StrandStyle& style) {
  if (hangs(style)) return {13000, 10, 0.0062F * style.thickness, 0.16F};
  const bool cropped = style.length <= 0.2F;
  return {cropped ? 22000 : 18000, style.curl > 0.5F ? 8 : cropped ? 2 : 5, 0.0048F * style.thickness, 0.09F};
}

void append(Strands& strands, const std::vector<Vector>& line, float radius, float shade) {
  const auto first = static_cast<unsigned>(strands.points.size());
  for (std::size_t i = 0; i < line.size(); ++i) {
    const float along = static_cast<float>(i) / static_cast<float>(line.size() - 1);
    strands.points.push_back({line[i], radius * (1 - 0.6F * along)});
    if (i + 1 == line.size()) break;
    strands.segments.push_back(first + static_cast<unsigned>(i));
    strands.shade.push_back(shade * (0.75F + 0.35F * along));
  }
}

}  // namespace

HairRegions::HairRegions(const Assets& assets)
    : vertices_(assets.base.positions.size()),
      ears_(moved_by(assets, {"ears/l-ear-scale-incr", "ears/r-ear-scale-incr"})),
      lips_(moved_by(assets, {"mouth/mouth-lowerlip-volume-incr", "mouth/mouth-lowerlip-volume-decr",
                              "mouth/mouth-upperlip-volume-incr", "mouth/mouth-upperlip-volume-decr"})) {}

std::vector<float> HairRegions::scalp(const HeadShape& shape, const StrandStyle& style) const {
  const Vector eyes = shape.landmarks.eyes();
  const float unit = shape.landmarks.eye_distance();
  std::vector<float> mask(vertices_);
  for (std::size_t i = 0; i < vertices_; ++i) {
    const Vector p = (shape.neutral[i] - eyes) / unit;
    if (p.y < -1.4F || p.y > 2.4F || std::abs(p.x) > 1.6F) continue;
    const float front = smoothstep(-0.9F, -0.2F, p.z);
    // Receding hairlines retreat most beside the middle.
    const float bays = 0.6F + 0.8F * smoothstep(0.15F, 0.6F, std::abs(p.x));
    float m = sigmoid((p.y - hairline(p.z) - style.hairline * 2 * front * bays) / 0.035F);
    if (style.crown > 0) {
      const Vector d = p - Vector{0, 1.7F, -1.1F};
      m *= 1 - style.crown * (1 - smoothstep(0.8F, 1.35F, length(d)));
    }
    if (ears_[i] > 0.25F && std::abs(p.x) > 1.12F) m = 0;
    mask[i] = m;
  }
  return mask;
}

std::vector<float> HairRegions::beard(const HeadShape& shape) const {
  const Landmarks& l = shape.landmarks;
  const float unit = l.eye_distance();
  std::vector<float> mask(vertices_);
  for (std::size_t i = 0; i < vertices_; ++i) {
    const Vector p = shape.neutral[i];
    const float y = (p.y - l.mouth.y) / unit, x = std::abs(p.x - l.eyes().x) / unit,
                z = (p.z - l.mouth.z) / unit;
    if (y < -1.6F || y > 1 || (z < -0.45F && y > -0.1F && x < 0.3F)) continue;
    // The moustache's top, then the cheek line that rises to the sideburns.
    const float line =
        x < 0.42F ? 0.27F - 0.10F * x : -0.12F + 1.05F * (x - 0.42F) + 0.9F * std::max(x - 0.8F, 0.0F);
    float w = sigmoid((line - y) / 0.035F) * sigmoid((y + 1.02F) / 0.06F) * sigmoid((z + 1.25F) / 0.06F) *
              sigmoid((0.62F - y) / 0.05F);
    if (x > 0.36F && x < 0.5F && y > -0.02F) w *= 0.75F;
    w *= 1 - sigmoid((-0.70F - y) / 0.05F) * sigmoid((-0.30F - z) / 0.05F) * 0.9F;  // thins out below the jaw
    w *= 1 - std::clamp(lips_[i] * 3.2F, 0.0F, 1.0F);
    if (ears_[i] > 0.25F && x > 1.12F) w = 0;
    mask[i] = w;
  }
  return mask;
}

Strands grow_hair(const Ground& ground, const StrandStyle& style, const HeadShape& shape, const Skull& skull,
                  std::uint64_t seed) {
  Random random(seed, 31);
  const Growth growth = growth_of(style);
  const KeepOut keep_out(shape, skull);
  const float part = skull.centre.x + style.part * skull.radius.x;
  Strands strands;
  for (const Root& root : plant(ground, growth.strands, random)) {
    const Lock lock = lock_of(root.position, growth.lock, seed);
    const float spread = lock.spread + 0.9F * random.uniform();
    const float side = root.position.x > part ? 1.0F : -1.0F;
    const Vector flow = Vector{0, 0, -1} * style.comb +
                        Vector{side, 0, 0} * (style.part != 0 || hangs(style) ? 0.7F : 0.25F) +
                        Vector{0, -0.5F, 0} * style.weight + lock.bend * 0.12F;
    const Vector lying = normalized(flow - root.normal * dot(flow, root.normal));
    Vector direction = normalized(root.normal * (0.15F + style.lift) + lying * (1.15F - style.lift) +
                                  random_vector(random) * 0.08F);
    const float step =
        style.length * lock.length * random.uniform(0.8F, 1.05F) / static_cast<float>(growth.segments);
    const Vector across = normalized(cross(direction, lock.bend));
    std::vector<Vector> line{root.position - root.normal * 0.01F};
    Vector p = line.front();
    for (int k = 1; k <= growth.segments; ++k) {
      const float along = static_cast<float>(k) / static_cast<float>(growth.segments);
      const float turn = lock.phase + along * (6 + 10 * style.curl) + random.normal(0, 0.15F);
      const Vector curl =
          (across * std::cos(turn) + cross(direction, across) * std::sin(turn)) * (style.curl * 0.9F);
      const Vector pull =
          Vector{0, -1, 0} * (style.weight * std::min(1.0F, 0.12F + step * (1.6F + 4 * along)));
      // Below the skull hair hangs, however it is combed.
      const float above = smoothstep(-0.6F, 0.3F, (p.y - skull.centre.y) / skull.radius.y);
      const Vector here = mix(Vector{0, -1, 0}, flow, std::max(above, style.length < 0.9F ? 0.5F : 0.0F));
      // Along the skull, as combed; what is left of the lift decays towards the tip.
      const Vector out = keep_out.outward(p);
      const Vector along_skull = normalized(here - out * dot(here, out)) + out * (style.lift * (1 - along));
      direction = normalized(direction + pull + along_skull * (0.7F * (1 - style.lift)) + curl +
                             lock.bend * 0.03F + random_vector(random) * 0.03F);
      Vector q = p + direction * step;
      if (style.length > 0.18F) q = keep_out.push(q, spread);
      direction = normalized(q - p);
      p = q;
      line.push_back(p);
    }
    append(strands, line, growth.radius, std::exp(0.16F * lock.shade + random.normal(0, 0.12F)));
  }
  return strands;
}

Strands grow_beard(const Ground& ground, float fullness, const HeadShape& shape, std::uint64_t seed) {
  Random random(seed, 37);
  const Landmarks& l = shape.landmarks;
  const float base_length = mix(0.012F, 0.20F, fullness);
  const int count = static_cast<int>(mix(5000.0F, 11000.0F, fullness));
  const int segments = fullness > 0.3F ? 4 : 1;
  Strands strands;
  for (const Root& root : plant(ground, count, random)) {
    const Vector bend = lock_of(root.position, 0.06F, seed).bend;
    const float up = (root.position.y - l.mouth.y) / l.eye_distance();
    const float moustache = smoothstep(0.0F, 0.1F, up);
    const float outward = root.position.x > l.eyes().x ? 1.0F : -1.0F;
    Vector direction = normalized(root.normal * 0.6F + Vector{outward * 0.5F * moustache, -0.75F, 0.1F} +
                                  bend * 0.18F + random_vector(random) * 0.12F);
    const float chin = 1 + 0.5F * fullness * smoothstep(-0.3F, -0.8F, up);
    const float step = base_length * chin * mix(1.0F, 0.45F, moustache * fullness) *
                       random.uniform(0.6F, 1.1F) / static_cast<float>(segments);
    std::vector<Vector> line{root.position - root.normal * 0.004F};
    for (int k = 0; k < segments; ++k) {
      direction = normalized(direction + Vector{0, -0.12F, 0} + bend * 0.10F + random_vector(random) * 0.10F);
      line.push_back(line.back() + direction * step);
    }
    append(strands, line, fullness > 0.3F ? 0.0045F : 0.0024F, std::exp(random.normal(0, 0.2F)));
  }
  return strands;
}

}  // namespace triptych::synthetic
