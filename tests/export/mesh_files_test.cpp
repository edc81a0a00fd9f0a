// Mesh files read back: the three formats say the same.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/atomic_file.h"
#include "export/mesh.h"
#include "support/analytic_head.h"
#include "support/temporary_folder.h"

namespace triptych {
namespace {

// Takes values off a string of bytes.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : bytes_(bytes) {}
  template <typename T>
  T take() {
    T value{};
    if (bytes_.size() < sizeof value) {
      ADD_FAILURE() << "the file is too short";
      return value;
    }
    std::memcpy(&value, bytes_.data(), sizeof value);
    bytes_.remove_prefix(sizeof value);
    return value;
  }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
};

std::size_t number_after(const std::string& text, const std::string& words) {
  const std::size_t at = text.find(words);
  return at == std::string::npos ? 0 : std::stoul(text.substr(at + words.size()));
}

Mesh read_ply(const std::string& file) {
  const std::size_t data = file.find("end_header\n") + 11;
  const std::string header = file.substr(0, data);
  Bytes bytes(std::string_view(file).substr(data));
  Mesh mesh;
  for (std::size_t i = number_after(header, "element vertex "); i > 0; --i) {
    mesh.positions.push_back(bytes.take<Vec3>());
    mesh.normals.push_back(bytes.take<Vec3>());
    const auto rgb = bytes.take<std::array<std::uint8_t, 3>>();
    mesh.colors.push_back({static_cast<float>(rgb[0]) / 255, static_cast<float>(rgb[1]) / 255,
                           static_cast<float>(rgb[2]) / 255});
  }
  for (std::size_t i = number_after(header, "element face "); i > 0; --i) {
    EXPECT_EQ(bytes.take<std::uint8_t>(), 3);
    mesh.triangles.push_back(bytes.take<std::array<std::uint32_t, 3>>());
  }
  EXPECT_TRUE(bytes.empty());
  return mesh;
}

Mesh read_obj(const std::string& file) {
  Mesh mesh;
  std::istringstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string kind;
    words >> kind;
    Vec3 v{}, color{};
    if (kind == "v") {
      words >> v[0] >> v[1] >> v[2] >> color[0] >> color[1] >> color[2];
      mesh.positions.push_back(v);
      mesh.colors.push_back(color);
    } else if (kind == "vn") {
      words >> v[0] >> v[1] >> v[2];
      mesh.normals.push_back(v);
    } else if (kind == "f") {
      std::array<std::uint32_t, 3> triangle{};
      for (std::uint32_t& corner : triangle) {
        std::uint32_t normal = 0;
        char slash = 0;
        words >> corner >> slash >> slash >> normal;
        EXPECT_EQ(corner, normal);
        --corner;
      }
      mesh.triangles.push_back(triangle);
    }
    EXPECT_FALSE(words.fail()) << line;
  }
  return mesh;
}

// By accessors and views, as a viewer does.
Mesh read_glb(const std::string& file) {
  const auto json_size = Bytes(std::string_view(file).substr(12)).take<std::uint32_t>();
  const auto document = nlohmann::json::parse(file.substr(20, json_size));
  const auto& primitive = document["meshes"][0]["primitives"][0];
  const auto part = [&](const nlohmann::json& index, const std::string& type, int component) {
    const auto& accessor = document["accessors"][index.get<std::size_t>()];
    EXPECT_EQ(accessor["type"], type);
    EXPECT_EQ(accessor["componentType"], component);
    const auto& view = document["bufferViews"][accessor["bufferView"].get<std::size_t>()];
    const std::size_t start = 28 + json_size + view["byteOffset"].get<std::size_t>();
    return std::pair(Bytes(std::string_view(file).substr(start, view["byteLength"].get<std::size_t>())),
                     accessor["count"].get<std::size_t>());
  };
  Mesh mesh;
  auto [positions, vertices] = part(primitive["attributes"]["POSITION"], "VEC3", 5126);
  auto [normals, as_many] = part(primitive["attributes"]["NORMAL"], "VEC3", 5126);
  auto [colors, as_many_too] = part(primitive["attributes"]["COLOR_0"], "VEC4", 5123);
  EXPECT_TRUE(as_many == vertices && as_many_too == vertices);
  for (std::size_t i = 0; i < vertices; ++i) {
    mesh.positions.push_back(positions.take<Vec3>());
    mesh.normals.push_back(normals.take<Vec3>());
    const auto rgba = colors.take<std::array<std::uint16_t, 4>>();
    Vec3 srgb{};
    for (std::size_t c = 0; c < 3; ++c) {
      const float v = static_cast<float>(rgba[c]) / 65535;
      srgb[c] = v <= 0.0031308F ? 12.92F * v : 1.055F * std::pow(v, 1 / 2.4F) - 0.055F;
    }
    mesh.colors.push_back(srgb);
  }
  auto [indices, corners] = part(primitive["indices"], "SCALAR", 5125);
  for (std::size_t i = 0; i < corners; i += 3) {
    mesh.triangles.push_back(indices.take<std::array<std::uint32_t, 3>>());
  }
  EXPECT_TRUE(positions.empty() && normals.empty() && colors.empty() && indices.empty());
  return mesh;
}

void expect_near(const std::vector<Vec3>& read, const std::vector<Vec3>& written, float tolerance,
                 const std::string& what) {
  ASSERT_EQ(read.size(), written.size()) << what;
  float worst = 0;
  for (std::size_t i = 0; i < read.size(); ++i) {
    for (std::size_t c = 0; c < 3; ++c) worst = std::max(worst, std::abs(read[i][c] - written[i][c]));
  }
  EXPECT_LE(worst, tolerance) << what;
}

TEST(MeshFiles, ReadBackAsTheyWereWritten) {
  test::AnalyticHeadOptions options;
  options.front_size = 64;
  options.side_size = 48;
  options.hidden = 16;
  ThreadPool pool(2);
  Progress progress;
  const auto mesh = make_mesh(test::analytic_frustum_head(options), {.resolution = 32}, pool, progress);
  ASSERT_TRUE(mesh) << mesh.error().message;
  ASSERT_GT(mesh->triangles.size(), 500U);

  const test::TemporaryFolder folder;
  const auto written = [&](const std::string& name) {
    const Status saved = save_mesh(folder / name, *mesh);
    EXPECT_TRUE(saved) << saved.error().message;
    return read_file(folder / name).value_or("");
  };
  const auto expect_same = [&](const Mesh& read, float position, float normal, const std::string& name) {
    EXPECT_EQ(read.triangles, mesh->triangles) << name;
    expect_near(read.positions, mesh->positions, position, name + ": positions");
    expect_near(read.normals, mesh->normals, normal, name + ": normals");
    expect_near(read.colors, mesh->colors, 0.5F / 255 + 1e-4F, name + ": colours");
    EXPECT_TRUE(is_watertight(read)) << name;
  };
  expect_same(read_ply(written("head.ply")), 0, 0, "ply");
  expect_same(read_obj(written("head.obj")), 1e-5F, 6e-5F, "obj");
  expect_same(read_glb(written("head.glb")), 0, 0, "glb");
}

}  // namespace
}  // namespace triptych
