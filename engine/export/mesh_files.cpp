// .ply, .obj and .glb files of a Mesh.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>

#include "core/atomic_file.h"
#include "core/suffix.h"
#include "export/mesh.h"

namespace triptych {
namespace {

template <typename T>
void put(std::string& bytes, const T& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::uint8_t to_byte(float v) {
  return static_cast<std::uint8_t>(std::lround(255 * v));
}

std::string ply_bytes(const Mesh& mesh) {
  std::string bytes = "ply\nformat binary_little_endian 1.0\ncomment made by Triptych\nelement vertex " +
                      std::to_string(mesh.positions.size()) +
                      "\nproperty float x\nproperty float y\nproperty float z\nproperty float nx\nproperty "
                      "float ny\nproperty float nz\n"
                      "property uchar red\nproperty uchar green\nproperty uchar blue\nelement face " +
                      std::to_string(mesh.triangles.size()) +
                      "\nproperty list uchar int vertex_indices\nend_header\n";
  for (std::size_t i = 0; i < mesh.positions.size(); ++i) {
    put(bytes, mesh.positions[i]);
    put(bytes, mesh.normals[i]);
    for (const float c : mesh.colors[i]) put(bytes, to_byte(c));
  }
  for (const auto& triangle : mesh.triangles) {
    put(bytes, std::uint8_t{3});
    put(bytes, triangle);
  }
  return bytes;
}

std::string obj_bytes(const Mesh& mesh) {
  std::string text = "# made by Triptych; red, green, blue follow each position\n";
  std::array<char, 160> line{};
  const auto append = [&](int length) { text.append(line.data(), static_cast<std::size_t>(length)); };
  for (std::size_t i = 0; i < mesh.positions.size(); ++i) {
    const Vec3 &p = mesh.positions[i], &c = mesh.colors[i];
    append(std::snprintf(line.data(), line.size(), "v %.6g %.6g %.6g %.4g %.4g %.4g\n",
                         static_cast<double>(p[0]), static_cast<double>(p[1]), static_cast<double>(p[2]),
                         static_cast<double>(c[0]), static_cast<double>(c[1]), static_cast<double>(c[2])));
  }
  for (const auto& n : mesh.normals) {
    append(std::snprintf(line.data(), line.size(), "vn %.4f %.4f %.4f\n", static_cast<double>(n[0]),
                         static_cast<double>(n[1]), static_cast<double>(n[2])));
  }
  for (const auto& t : mesh.triangles) {
    append(std::snprintf(line.data(), line.size(), "f %u//%u %u//%u %u//%u\n", t[0] + 1, t[0] + 1, t[1] + 1,
                         t[1] + 1, t[2] + 1, t[2] + 1));
  }
  return text;
}

// glTF wants vertex colours linear.
std::uint16_t linear(float srgb) {
  const float value = srgb <= 0.04045F ? srgb / 12.92F : std::pow((srgb + 0.055F) / 1.055F, 2.4F);
  return static_cast<std::uint16_t>(std::lround(65535 * std::clamp(value, 0.0F, 1.0F)));
}

// One buffer: positions, normals, colours, indices; each part a multiple of four bytes.
std::string glb_bytes(const Mesh& mesh) {
  using nlohmann::json;
  const std::size_t vertices = mesh.positions.size(), triangles = mesh.triangles.size();
  std::string buffer;
  auto views = json::array();
  const auto finish_view = [&](std::size_t from, int target) {
    views.push_back(
        {{"buffer", 0}, {"byteOffset", from}, {"byteLength", buffer.size() - from}, {"target", target}});
    return buffer.size();
  };
  constexpr int array_buffer = 34962, element_buffer = 34963;
  constexpr int type_float = 5126, type_u16 = 5123, type_u32 = 5125;
  for (const auto& p : mesh.positions) put(buffer, p);
  std::size_t from = finish_view(0, array_buffer);
  for (const auto& n : mesh.normals) put(buffer, n);
  from = finish_view(from, array_buffer);
  for (const auto& c : mesh.colors)
    put(buffer, std::array{linear(c[0]), linear(c[1]), linear(c[2]), std::uint16_t{65535}});
  from = finish_view(from, array_buffer);
  for (const auto& t : mesh.triangles) put(buffer, t);
  finish_view(from, element_buffer);

  Vec3 low = mesh.positions[0], high = low;
  for (const auto& p : mesh.positions) {
    for (std::size_t i = 0; i < 3; ++i) {
      low[i] = std::min(low[i], p[i]);
      high[i] = std::max(high[i], p[i]);
    }
  }
  const json accessors = {
      {{"bufferView", 0},
       {"componentType", type_float},
       {"count", vertices},
       {"type", "VEC3"},
       {"min", low},
       {"max", high}},
      {{"bufferView", 1}, {"componentType", type_float}, {"count", vertices}, {"type", "VEC3"}},
      {{"bufferView", 2},
       {"componentType", type_u16},
       {"normalized", true},
       {"count", vertices},
       {"type", "VEC4"}},
      {{"bufferView", 3}, {"componentType", type_u32}, {"count", 3 * triangles}, {"type", "SCALAR"}}};
  const json primitive = {
      {"attributes", {{"POSITION", 0}, {"NORMAL", 1}, {"COLOR_0", 2}}}, {"indices", 3}, {"material", 0}};
  // The picture's light is in the colours already.
  const json material = {{"name", "head"},
                         {"pbrMetallicRoughness", {{"metallicFactor", 0}, {"roughnessFactor", 1}}},
                         {"extensions", {{"KHR_materials_unlit", json::object()}}}};
  const json document = {{"asset", {{"version", "2.0"}, {"generator", "Triptych"}}},
                         {"extensionsUsed", {"KHR_materials_unlit"}},
                         {"scene", 0},
                         {"scenes", {{{"nodes", {0}}}}},
                         {"nodes", {{{"mesh", 0}, {"name", "head"}}}},
                         {"meshes", {{{"primitives", {primitive}}}}},
                         {"materials", {material}},
                         {"accessors", accessors},
                         {"bufferViews", views},
                         {"buffers", {{{"byteLength", buffer.size()}}}}};
  std::string text = document.dump();
  text.append((4 - text.size() % 4) % 4, ' ');

  std::string bytes = "glTF";
  put(bytes, std::uint32_t{2});
  put(bytes, static_cast<std::uint32_t>(12 + 8 + text.size() + 8 + buffer.size()));
  put(bytes, static_cast<std::uint32_t>(text.size()));
  bytes += "JSON" + text;
  put(bytes, static_cast<std::uint32_t>(buffer.size()));
  bytes.append("BIN\0", 4);
  return bytes + buffer;
}

}  // namespace

Status save_mesh(const std::filesystem::path& path, const Mesh& mesh) {
  if (mesh.triangles.empty()) return fail(path.string() + ": the mesh is empty; give another head");
  const std::string suffix = lower_suffix(path);
  if (suffix == ".ply") return write_file(path, ply_bytes(mesh));
  if (suffix == ".obj") return write_file(path, obj_bytes(mesh));
  if (suffix == ".glb") return write_file(path, glb_bytes(mesh));
  return fail(path.string() + ": a mesh is written as .ply, .obj or .glb; choose such a name", {},
              ErrorCode::usage);
}

}  // namespace triptych
