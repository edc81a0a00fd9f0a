// A head as a coloured triangle mesh.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/error.h"
#include "core/progress.h"
#include "core/thread_pool.h"
#include "head/head.h"

namespace triptych {

struct Mesh {
  std::vector<Vec3> positions;                          // world: y up, the face looks along +z
  std::vector<Vec3> normals;                            // unit, outwards
  std::vector<Vec3> colors;                             // sRGB, 0..1
  std::vector<std::array<std::uint32_t, 3>> triangles;  // counter-clockwise seen from outside
};

struct MeshOptions {
  int resolution = 256;  // cubes along the longest side of the head's box, 16 to 1024
};

// The surface of the head at the density it has where it is seen, without specks that float (large_parts).
// Closed: the shoulders end at the head's box.
[[nodiscard]] Result<Mesh> make_mesh(const Head& head, const MeshOptions& options, ThreadPool& pool,
                                     Progress& progress);

// The part with the most triangles, and others (glasses, a lock of hair) that have at least `share` of its
// triangles and are no cavities, which nobody sees. Vertices of what is left out are dropped.
inline constexpr double least_share = 0.01;
[[nodiscard]] Mesh large_parts(const Mesh& mesh, double share = least_share);

// Every edge belongs to exactly two triangles, once in each direction: the mesh encloses a volume.
[[nodiscard]] bool is_watertight(const Mesh& mesh);

// .ply (binary), .obj (colours after the positions) or .glb, by suffix; whole or not at all.
[[nodiscard]] Status save_mesh(const std::filesystem::path& path, const Mesh& mesh);

}  // namespace triptych
