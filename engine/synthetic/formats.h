// Readers of MakeHuman's text formats and of NumPy archives. Lengths are decimetres, y up, the face looks
// along +z.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "core/error.h"
#include "synthetic/vector.h"

namespace triptych::synthetic {

struct Polygon {
  std::array<int, 4> position{};  // a triangle repeats its last corner
  std::array<int, 4> uv{};
  [[nodiscard]] bool triangle() const noexcept { return position[2] == position[3]; }
};

// Wavefront .obj with triangles and quads; `group[i]` indexes `groups` for polygon i.
struct ObjMesh {
  std::vector<Vector> positions;
  std::vector<Uv> uvs;  // never empty
  std::vector<Polygon> polygons;
  std::vector<int> group;
  std::vector<std::string> groups;
};
[[nodiscard]] Result<ObjMesh> read_obj(const std::filesystem::path& path);

// A morph: offsets of some vertices, added with a weight.
struct Target {
  std::vector<int> index;
  std::vector<Vector> offset;
};
// Indices are checked against `vertices`.
[[nodiscard]] Result<Target> read_target(const std::filesystem::path& path, std::size_t vertices);

// A proxy (.mhclo): a mesh whose vertices follow three vertices of the base mesh.
struct Proxy {
  struct Binding {
    std::array<int, 3> vertex{};
    std::array<float, 3> weight{1, 0, 0};
    Vector offset;
  };
  struct Scale {
    int first = 0, second = 0;  // vertices whose distance along the axis scales the offsets
    float distance = 0;         // 0: no scaling
  };
  ObjMesh mesh;
  std::vector<Binding> bindings;  // one a vertex of the mesh
  std::array<Scale, 3> scale;
  std::vector<int> hidden;  // base vertices under the proxy ("delete_verts")

  // Positions on a base mesh in another shape.
  [[nodiscard]] std::vector<Vector> fit(const std::vector<Vector>& base) const;
};
[[nodiscard]] Result<Proxy> read_proxy(const std::filesystem::path& path, std::size_t vertices);

// Linear modes of shape: `offsets[mode * index.size() + i]` moves vertex index[i].
struct ShapeModes {
  std::vector<int> index;
  std::vector<Vector> offsets;
  [[nodiscard]] std::size_t modes() const noexcept {
    return index.empty() ? 0 : offsets.size() / index.size();
  }
};
// An uncompressed .npz with `idx` (int64 or int32, n) and `D` (float32, modes x n x 3).
[[nodiscard]] Result<ShapeModes> read_shape_modes(const std::filesystem::path& path, std::size_t vertices);

}  // namespace triptych::synthetic
