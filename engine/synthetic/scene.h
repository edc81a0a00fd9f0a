// What the path tracer draws: triangle meshes and hair strands with materials, in one environment of light.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "synthetic/environment.h"
#include "synthetic/texture.h"
#include "synthetic/vector.h"

namespace triptych::synthetic {

enum class Surface {
  skin,     // diffuse with light bleeding, and a gloss
  general,  // diffuse and a gloss: cloth, teeth, frames, stone
  hair,     // cards or strands: Kajiya and Kay
  eye,      // eyeball; where the texture is transparent, the cornea over it
  metal,
  glass,  // thin: passes straight through, reflects a little
};

struct Material {
  Surface surface = Surface::general;
  Color tint{1, 1, 1};  // times the texture; the colour itself where the texture has no weight
  Color reflectance{0.028F, 0.028F, 0.028F};  // of the gloss at normal incidence
  float roughness = 0.45F;
  float coverage = 1;        // times the texture's alpha
  float mean_luminance = 0;  // above 0: the texture only shades the tint, relative to this luminance
  float texture_weight = 1;  // with mean_luminance: how much it does; 0: plain tint
  float bump = 0;            // slope per unit of the texture's brightness
  float wrap = 0;            // how far red light bleeds around the terminator, 0..1
  float shine = 1;           // scales hair's highlights and the cornea's reflection
  float transmission = 0;    // strands: the part of light that passes one strand
};

struct TriangleMesh {
  std::vector<Vector> positions, normals;
  std::vector<Uv> uvs;
  std::vector<std::array<int, 3>> triangles;
  std::shared_ptr<const Texture> texture;  // may be null
  Material material;
};

struct Strands {
  struct Point {
    Vector position;
    float radius = 0;
  };
  std::vector<Point> points;
  std::vector<unsigned> segments;  // index of each segment's first point; the next point ends it
  std::vector<float> shade;        // one a segment: times the tint
  Material material;
};

struct Scene {
  std::vector<TriangleMesh> meshes;
  std::vector<Strands> strands;
  Environment light;
  Vector hair_center;  // hair is lit as if its surface were bent around this point
};

}  // namespace triptych::synthetic
