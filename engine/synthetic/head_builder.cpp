#include "synthetic/head_builder.h"

#include <algorithm>

namespace triptych::synthetic {
namespace {

struct Corner {
  int position, uv;
  friend bool operator<(const Corner& a, const Corner& b) {
    return a.position != b.position ? a.position < b.position : a.uv < b.uv;
  }
  friend bool operator==(const Corner&, const Corner&) = default;
};

std::vector<std::array<int, 3>> triangles_of(const std::vector<Polygon>& polygons) {
  std::vector<std::array<int, 3>> triangles;
  for (const Polygon& p : polygons) {
    triangles.push_back({p.position[0], p.position[1], p.position[2]});
    if (!p.triangle()) triangles.push_back({p.position[0], p.position[2], p.position[3]});
  }
  return triangles;
}

// One vertex for each pair of position and texture coordinate; normals stay smooth across texture seams.
TriangleMesh mesh_of(const std::vector<Polygon>& polygons, const std::vector<Vector>& positions,
                     const std::vector<Uv>& uvs, const std::vector<Vector>& normals) {
  std::vector<Corner> corners;
  corners.reserve(polygons.size() * 4);
  for (const Polygon& p : polygons) {
    for (std::size_t i = 0; i < 4; ++i) corners.push_back({p.position[i], p.uv[i]});
  }
  std::vector<Corner> unique = corners;
  std::sort(unique.begin(), unique.end());
  unique.erase(std::unique(unique.begin(), unique.end()), unique.end());
  TriangleMesh mesh;
  for (const Corner& c : unique) {
    mesh.positions.push_back(positions[static_cast<std::size_t>(c.position)]);
    mesh.normals.push_back(normals[static_cast<std::size_t>(c.position)]);
    mesh.uvs.push_back(uvs[static_cast<std::size_t>(c.uv)]);
  }
  const auto number = [&](const Corner& c) {
    return static_cast<int>(std::lower_bound(unique.begin(), unique.end(), c) - unique.begin());
  };
  for (std::size_t i = 0; i < polygons.size(); ++i) {
    const int a = number(corners[4 * i]), b = number(corners[4 * i + 1]), c = number(corners[4 * i + 2]);
    mesh.triangles.push_back({a, b, c});
    if (!polygons[i].triangle()) mesh.triangles.push_back({a, c, number(corners[4 * i + 3])});
  }
  return mesh;
}

Material plain(Surface surface, Color tint, float roughness, float reflectance) {
  Material m;
  m.surface = surface;
  m.tint = tint;
  m.roughness = roughness;
  m.reflectance = {reflectance, reflectance, reflectance};
  return m;
}

Material hair_material(Color color, float shine) {
  Material m = plain(Surface::hair, color, 0.45F, 0.028F);
  m.shine = shine;
  // Fair hair passes more light on than dark hair.
  m.transmission = std::clamp(0.25F + 0.6F * luminance(color), 0.25F, 0.6F);
  return m;
}

}  // namespace

// One head while it is put together, in decimetres until finish().
class HeadBuilder::Assembly {
 public:
  Assembly(const HeadBuilder& builder, const Character& character)
      : b_(builder), c_(character), shape_(shape_of(builder.assets_, character)) {}

  Scene finish() {
    add_skin();
    add_eyes();
    add_small_parts();
    add_hair();
    add_beard();
    add_clothes();
    for (TriangleMesh& part : c_.glasses.shape != Glasses::Shape::none
                                  ? make_glasses(c_.glasses, shape_, b_.skin_vertices_)
                                  : std::vector<TriangleMesh>{}) {
      if (!(c_.look.matter && part.material.surface == Surface::glass)) add(std::move(part));
    }
    if (c_.hat.kind != Hat::Kind::none) {
      for (TriangleMesh& part : make_hat(c_.hat, shape_, b_.skin_vertices_)) add(std::move(part));
    }
    place_in_world();
    scene_.light = c_.look.gallery ? Environment::gallery() : Environment::make(c_.light);
    return std::move(scene_);
  }

 private:
  // Statues are of one matter, whatever the part was.
  [[nodiscard]] Material in_matter(const Material& m) const {
    if (!c_.look.matter) return m;
    const Matter& matter = *c_.look.matter;
    Material out = m;
    out.surface = matter.metal ? Surface::metal : Surface::general;
    out.tint = matter.color;
    out.roughness = matter.roughness;
    out.reflectance = matter.metal ? Color{1, 1, 1} : Color{0.05F, 0.05F, 0.05F};
    out.texture_weight = 0;
    out.wrap = matter.metal ? 0.0F : 0.15F;
    if (m.surface == Surface::skin) {
      out.mean_luminance = painted_.mean_luminance;
      out.texture_weight = 0.7F;
      out.bump = 0.04F;
    } else if (m.surface == Surface::hair) {
      out.mean_luminance = m.mean_luminance;
      out.texture_weight = 0.45F;
      if (matter.metal) out.tint *= 0.75F;
    }
    return out;
  }

  void add(TriangleMesh mesh) {
    mesh.material = in_matter(mesh.material);
    scene_.meshes.push_back(std::move(mesh));
  }

  void add_skin() {
    const auto found = b_.skins_.find(c_.cloth);
    subdivision_ = &(found == b_.skins_.end() ? b_.skins_.find("")->second : found->second);
    fine_ = subdivision_->apply(shape_.posed);
    triangles_ = triangles_of(subdivision_->polygons());
    normals_ = vertex_normals(fine_, triangles_);
    painted_ = b_.painter_.paint(c_, shape_, root_shades());
    TriangleMesh mesh = mesh_of(subdivision_->polygons(), fine_, subdivision_->uvs(), normals_);
    mesh.texture = painted_.texture;
    mesh.material =
        plain(Surface::skin, {1, 1, 1}, c_.look.roughness.value_or(c_.age < 0.6F ? 0.42F : 0.47F), 0.028F);
    mesh.material.bump = mix(0.02F, 0.07F, c_.wrinkles);
    mesh.material.wrap = 0.28F;
    add(std::move(mesh));
  }

  [[nodiscard]] std::vector<SkinPainter::Shade> root_shades() const {
    std::vector<SkinPainter::Shade> shades;
    if (c_.look.matter) return shades;
    const Color roots = c_.hair.color * 0.7F;
    if (c_.hair.kind == Hair::Kind::strands) {
      shades.push_back({b_.regions_.scalp(shape_, c_.hair.strands), roots, 0.7F});
    }
    if (c_.beard > 0)
      shades.push_back({b_.regions_.beard(shape_), c_.beard_color * 0.7F, c_.beard < 0.3F ? 0.3F : 0.5F});
    return shades;
  }

  [[nodiscard]] TriangleMesh fitted(const Garment& garment, const std::vector<Vector>& base) const {
    const std::vector<Vector> positions = garment.proxy.fit(base);
    const auto& polygons = garment.proxy.mesh.polygons;
    TriangleMesh mesh = mesh_of(polygons, positions, garment.proxy.mesh.uvs,
                                vertex_normals(positions, triangles_of(polygons)));
    mesh.texture = garment.texture;
    return mesh;
  }

  void add_eyes() {
    TriangleMesh mesh = fitted(*b_.assets_.garment("eye/high-poly"), shape_.posed);
    mesh.texture = b_.assets_.irises.find(c_.iris)->second;
    mesh.material = plain(Surface::eye, {0.92F, 0.92F, 0.92F}, 1, 0);
    if (c_.look.eye_white) {
      mesh.material.tint = *c_.look.eye_white;
      mesh.material.mean_luminance = 0.6F;
      mesh.material.texture_weight = 0.35F;
    }
    if (c_.look.matter) {  // statues have no cornea
      const Texture& iris = *mesh.texture;
      std::erase_if(mesh.triangles, [&](const std::array<int, 3>& t) {
        Uv middle;
        for (const int corner : t) {
          middle.u += mesh.uvs[static_cast<std::size_t>(corner)].u / 3;
          middle.v += mesh.uvs[static_cast<std::size_t>(corner)].v / 3;
        }
        return iris.alpha(middle) < 0.5F;
      });
      mesh.texture = nullptr;
      mesh.material.surface = Surface::general;
    }
    add(std::move(mesh));
  }

  void add_small_parts() {
    const bool grey = c_.age > 0.75F;
    const Color color = c_.beard_color;
    const Color brow = grey ? color * 0.8F
                            : Color{std::min(color.x * 0.55F, 0.25F), std::min(color.y * 0.55F, 0.2F),
                                    std::min(color.z * 0.55F, 0.15F)};
    if (const Garment* garment = b_.assets_.garment("brow/" + c_.brow)) {
      TriangleMesh mesh = fitted(*garment, shape_.posed);
      mesh.material = hair_material(brow, 0.3F);
      mesh.material.mean_luminance = mesh.texture->mean_luminance();
      mesh.material.texture_weight = 0.4F;
      mesh.material.coverage = 0.95F;
      add(std::move(mesh));
    }
    const Garment* lashes = b_.assets_.garment("lash/" + c_.lash);
    if (lashes && !c_.look.matter) {
      TriangleMesh mesh = fitted(*lashes, shape_.posed);
      mesh.material = hair_material({0.012F, 0.01F, 0.01F}, 0.1F);
      mesh.material.texture_weight = 0;
      add(std::move(mesh));
    }
    if (const Garment* teeth = b_.assets_.garment("teeth/teeth_base")) {
      TriangleMesh mesh = fitted(*teeth, shape_.posed);
      mesh.material = plain(Surface::general, {1.45F, 1.28F, 1.08F}, 0.3F, 0.03F);
      mesh.material.wrap = 0.4F;
      add(std::move(mesh));
    }
    if (const Garment* tongue = b_.assets_.garment("tongue/tongue01")) {
      TriangleMesh mesh = fitted(*tongue, shape_.posed);
      mesh.material = plain(Surface::general, {0.9F, 0.8F, 0.8F}, 0.3F, 0.04F);
      add(std::move(mesh));
    }
  }

  // Values of base vertices at the refined ones.
  [[nodiscard]] std::vector<float> refined(const std::vector<float>& coarse) const {
    std::vector<Vector> carried(coarse.size());
    for (std::size_t i = 0; i < coarse.size(); ++i) carried[i].x = coarse[i];
    std::vector<float> fine;
    for (const Vector v : subdivision_->apply(carried)) fine.push_back(v.x);
    return fine;
  }

  void add(Strands strands, const Material& material) {
    strands.material = in_matter(material);
    if (!strands.segments.empty()) scene_.strands.push_back(std::move(strands));
  }

  void add_hair() {
    if (c_.hair.kind == Hair::Kind::card) {
      if (const Garment* garment = b_.assets_.garment("hair/" + c_.hair.card)) {
        TriangleMesh mesh = fitted(*garment, shape_.neutral);
        mesh.material = hair_material(c_.hair.color, 1);
        mesh.material.mean_luminance = mesh.texture->mean_luminance();
        mesh.material.texture_weight = 0.8F;
        return add(std::move(mesh));
      }
    }
    if (c_.hair.kind == Hair::Kind::none) return;
    StrandStyle style = c_.hair.strands;
    if (c_.hat.kind != Hat::Kind::none) style.lift = std::min(style.lift, 0.1F);
    const Ground ground{fine_, normals_, triangles_, refined(b_.regions_.scalp(shape_, style))};
    const Skull skull = skull_of(shape_, b_.skin_vertices_);
    add(grow_hair(ground, style, shape_, skull, c_.seed), hair_material(c_.hair.color, 2));
  }

  void add_beard() {
    if (c_.beard <= 0) return;
    const Ground ground{fine_, normals_, triangles_, refined(b_.regions_.beard(shape_))};
    const Color color = min(c_.beard_color * 0.8F, 0.6F);
    add(grow_beard(ground, c_.beard, shape_, c_.seed), hair_material(color, 0.5F));
  }

  void add_clothes() {
    const Garment* garment = b_.assets_.garment("cloth/" + c_.cloth);
    if (!garment) return;
    TriangleMesh mesh = fitted(*garment, shape_.neutral);
    mesh.material = plain(Surface::general, c_.cloth_tint, 0.7F, 0.03F);
    add(std::move(mesh));
  }

  void place_in_world() {
    const WorldFrame frame = frame_of(shape_.landmarks);
    for (TriangleMesh& mesh : scene_.meshes) {
      for (Vector& p : mesh.positions) p = frame(p);
    }
    for (Strands& strands : scene_.strands) {
      for (Strands::Point& p : strands.points) p = {frame(p.position), p.radius * frame.scale};
    }
    scene_.hair_center = frame(shape_.landmarks.eyes() + Vector{0, 0.15F, -1.0F});
  }

  const HeadBuilder& b_;
  const Character& c_;
  HeadShape shape_;
  const Subdivision* subdivision_ = nullptr;
  std::vector<Vector> fine_, normals_;  // the refined skin
  std::vector<std::array<int, 3>> triangles_;
  SkinPainter::Painted painted_;
  Scene scene_;
};

HeadBuilder::HeadBuilder(const Assets& assets) : assets_(assets), painter_(assets), regions_(assets) {
  const Landmarks l = landmarks_of(assets, assets.base.positions);
  const float lowest = l.mouth.y - 4.3F * l.eye_distance();
  std::vector<bool> body(assets.base.polygons.size());
  for (std::size_t i = 0; i < body.size(); ++i) {
    const Polygon& polygon = assets.base.polygons[i];
    if (assets.base.groups[static_cast<std::size_t>(assets.base.group[i])] != "body") continue;
    for (const int v : polygon.position)
      skin_vertices_ = std::max(skin_vertices_, static_cast<std::size_t>(v) + 1);
    body[i] = assets.base.positions[static_cast<std::size_t>(polygon.position[0])].y > lowest;
  }
  skins_.emplace("", Subdivision(assets.base, body));
  for (const std::string& name : assets.garments_of("cloth")) {
    std::vector<bool> hidden(assets.base.positions.size());
    for (const int v : assets.garment("cloth/" + name)->proxy.hidden)
      hidden[static_cast<std::size_t>(v)] = true;
    std::vector<bool> keep = body;
    for (std::size_t i = 0; i < keep.size(); ++i) {
      const auto& corners = assets.base.polygons[i].position;
      keep[i] = body[i] && !std::all_of(corners.begin(), corners.end(),
                                        [&](int v) { return hidden[static_cast<std::size_t>(v)]; });
    }
    skins_.emplace(name, Subdivision(assets.base, keep));
  }
}

Scene HeadBuilder::build(const Character& character) const {
  return Assembly(*this, character).finish();
}

}  // namespace triptych::synthetic
