#include "synthetic/shape.h"

#include <algorithm>

#include "face/frame.h"
#include "head/camera.h"

namespace triptych::synthetic {
namespace {

void add(std::vector<Vector>& positions, const Target* target, float weight) {
  if (!target || weight == 0) return;
  for (std::size_t i = 0; i < target->index.size(); ++i) {
    positions[static_cast<std::size_t>(target->index[i])] += target->offset[i] * weight;
  }
}

// "nose/nose-hump" by its sign: the -incr or the -decr target, or the pair of names that this detail has.
void add_detail(std::vector<Vector>& positions, const Assets& assets, const std::string& name, float weight) {
  static constexpr std::array<std::array<std::string_view, 2>, 8> pairs{{{"incr", "decr"},
                                                                         {"up", "down"},
                                                                         {"out", "in"},
                                                                         {"forward", "backward"},
                                                                         {"convex", "concave"},
                                                                         {"uncompress", "compress"},
                                                                         {"pointed", "triangle"},
                                                                         {"round", "square"}}};
  if (const Target* plain = assets.target(name)) return add(positions, plain, weight);
  for (const auto& pair : pairs) {
    const std::string chosen = name + "-" + std::string(pair[weight > 0 ? 0 : 1]);
    if (const Target* target = assets.target(chosen)) return add(positions, target, std::abs(weight));
  }
}

void add_details(std::vector<Vector>& positions, const Assets& assets, const Character& c) {
  for (const auto& [name, weight] : c.details) {
    add_detail(positions, assets, name, weight);
    const std::size_t side = name.find("/l-");
    if (side == std::string::npos) continue;
    std::string right = name;
    right[side + 1] = 'r';
    add_detail(positions, assets, right, weight);
  }
  add_detail(positions, assets, "head/head-fat", c.fat);
}

void add_identity(std::vector<Vector>& positions, const ShapeModes& modes,
                  const std::vector<float>& weights) {
  const std::size_t n = modes.index.size();
  for (std::size_t mode = 0; mode < std::min(weights.size(), modes.modes()); ++mode) {
    const float w = weights[mode];
    if (w == 0) continue;
    const Vector* offset = &modes.offsets[mode * n];
    for (std::size_t i = 0; i < n; ++i) positions[static_cast<std::size_t>(modes.index[i])] += offset[i] * w;
  }
}

void add_expression(std::vector<Vector>& positions, const Assets& assets, const Character& c) {
  for (const auto& [name, weight] : c.expression) add(positions, assets.target("expression/" + name), weight);
  const auto look = [&](const char* name, float w) { add(positions, assets.target(name), w * 1.5F); };
  const float x = std::abs(c.gaze_x), y = std::abs(c.gaze_y);
  look(c.gaze_x > 0 ? "expression/eyeLookInLeft" : "expression/eyeLookOutLeft", x);
  look(c.gaze_x > 0 ? "expression/eyeLookOutRight" : "expression/eyeLookInRight", x);
  look(c.gaze_y > 0 ? "expression/eyeLookUpLeft" : "expression/eyeLookDownLeft", y);
  look(c.gaze_y > 0 ? "expression/eyeLookUpRight" : "expression/eyeLookDownRight", y);
}

Vector group_centre(const ObjMesh& base, const std::vector<Vector>& positions, std::string_view group) {
  std::vector<int> corners;
  for (std::size_t i = 0; i < base.polygons.size(); ++i) {
    if (base.groups[static_cast<std::size_t>(base.group[i])] != group) continue;
    corners.insert(corners.end(), base.polygons[i].position.begin(), base.polygons[i].position.end());
  }
  std::sort(corners.begin(), corners.end());
  corners.erase(std::unique(corners.begin(), corners.end()), corners.end());
  Vector sum;
  for (const int v : corners) sum += positions[static_cast<std::size_t>(v)];
  return corners.empty() ? sum : sum / static_cast<float>(corners.size());
}

// The middle of the mouth's corners: of the vertices that the target "mouth-angles-up" moves most.
Vector mouth_centre(const Assets& assets, const std::vector<Vector>& positions) {
  const Target* corners = assets.target("mouth/mouth-angles-up");
  if (!corners) return {};
  std::vector<std::size_t> order(corners->index.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const std::size_t n = std::min<std::size_t>(16, order.size());
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return length(corners->offset[a]) > length(corners->offset[b]);
  });
  std::array<Vector, 2> side;
  std::array<float, 2> count{};
  for (std::size_t i = 0; i < n; ++i) {
    const Vector p = positions[static_cast<std::size_t>(corners->index[order[i]])];
    side[p.x > 0 ? 0 : 1] += p;
    count[p.x > 0 ? 0 : 1] += 1;
  }
  return (side[0] / std::max(count[0], 1.0F) + side[1] / std::max(count[1], 1.0F)) * 0.5F;
}

// Turns the shoulders under the head, so that people do not all face where their chest does.
void turn_shoulders(std::vector<Vector>& positions, const Character& c, const Landmarks& l) {
  const float unit = l.eye_distance();
  const float top = l.mouth.y - 0.9F * unit, bottom = l.mouth.y - 3.2F * unit;
  const Vector pivot{0, bottom, l.eyes().z - 1.7F * unit};
  for (Vector& p : positions) {
    const float w = smoothstep(top, bottom, p.y);
    if (w <= 0) continue;
    const Vector d = p - pivot;
    const float cy = std::cos(c.turn * w), sy = std::sin(c.turn * w);
    const float cz = std::cos(c.lean * w), sz = std::sin(c.lean * w);
    const float cx = std::cos(c.nod * w), sx = std::sin(c.nod * w);
    Vector q{d.x * cy + d.z * sy, d.y, d.z * cy - d.x * sy};
    q = {q.x * cz - q.y * sz, q.x * sz + q.y * cz, q.z};
    q = {q.x, q.y * cx - q.z * sx, q.y * sx + q.z * cx};
    p = pivot + q;
  }
}

}  // namespace

Landmarks landmarks_of(const Assets& assets, const std::vector<Vector>& positions) {
  return {group_centre(assets.base, positions, "joint-l-eye"),
          group_centre(assets.base, positions, "joint-r-eye"), mouth_centre(assets, positions)};
}

std::map<std::string, float> macro_weights(const Character& c) {
  using Parts = std::vector<std::pair<std::string, float>>;
  Parts ages;
  if (c.age < 0.1875F) {
    ages = {{"baby", 1 - c.age / 0.1875F}, {"child", c.age / 0.1875F}};
  } else if (c.age < 0.5F) {
    const float t = (c.age - 0.1875F) / (0.5F - 0.1875F);
    ages = {{"child", 1 - t}, {"young", t}};
  } else {
    ages = {{"young", 2 - 2 * c.age}, {"old", 2 * c.age - 1}};
  }
  const auto three = [](float x, const std::string& name) {
    const float low = std::max(0.0F, 1 - 2 * x), high = std::max(0.0F, 2 * x - 1);
    return Parts{{"min" + name, low}, {"average" + name, 1 - low - high}, {"max" + name, high}};
  };
  const Parts genders{{"female", 1 - c.male}, {"male", c.male}};
  const Parts races{{"african", c.race[0]}, {"asian", c.race[1]}, {"caucasian", c.race[2]}};
  std::map<std::string, float> weights;
  for (const auto& [gender, g] : genders) {
    for (const auto& [age, a] : ages) {
      for (const auto& [race, r] : races)
        weights["macrodetails/" + race + "-" + gender + "-" + age] = g * a * r;
      for (const auto& [muscle, m] : three(c.muscle, "muscle")) {
        for (const auto& [weight, w] : three(c.weight, "weight")) {
          weights["macrodetails/universal-" + gender + "-" + age + "-" + muscle + "-" + weight] =
              g * a * m * w;
        }
      }
    }
  }
  std::erase_if(weights, [](const auto& entry) { return entry.second == 0; });
  return weights;
}

HeadShape shape_of(const Assets& assets, const Character& c) {
  HeadShape shape;
  shape.neutral = assets.base.positions;
  for (const auto& [name, weight] : macro_weights(c)) add(shape.neutral, assets.target(name), weight);
  add_details(shape.neutral, assets, c);
  add_identity(shape.neutral, assets.identity, c.identity);
  shape.posed = shape.neutral;
  add_expression(shape.posed, assets, c);
  shape.landmarks = landmarks_of(assets, shape.neutral);
  turn_shoulders(shape.neutral, c, shape.landmarks);
  turn_shoulders(shape.posed, c, shape.landmarks);
  return shape;
}

WorldFrame frame_of(const Landmarks& l) {
  constexpr float lids = 0.1F;  // the face's surface before the eyes' centres, decimetres
  const Vector eyes = l.eyes();
  // Between the lids and lips that engine/face finds in a picture it is a little less than between our
  // joints.
  constexpr float seen = 0.925F;
  const float side = seen * 2 * std::max(2 * l.eye_distance(), 1.8F * length(eyes - l.mouth));
  const float edge = (orbit_radius - orbit_target[2]) / focal_of_fov(default_fov_degrees) / eg3d_crop_scale;
  const float scale = edge / side;
  const Vector face = eyes + (l.mouth - eyes) * 0.1F + Vector{0, 0, lids};
  const Vector in_world{orbit_target[0], orbit_target[1] + eg3d_crop_shift * edge, orbit_target[2]};
  return {face - in_world / scale, scale};
}

}  // namespace triptych::synthetic
