#include "export/mesh.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/atomic_file.h"
#include "export/surface_checks.h"
#include "render/renderer.h"
#include "support/analytic_head.h"
#include "support/temporary_folder.h"

namespace triptych {
namespace {

Head small_head(Head::Frame frame) {
  test::AnalyticHeadOptions options;
  options.front_size = 96;
  options.side_size = 64;
  options.hidden = 32;
  return frame == Head::Frame::canonical_box ? test::analytic_canonical_head(options)
                                             : test::analytic_frustum_head(options);
}

class MeshOfHead : public testing::TestWithParam<Head::Frame> {
 protected:
  ThreadPool pool_{2};
  Progress progress_;
};

TEST_P(MeshOfHead, ClosedOnePartAndComplete) {
  const auto mesh = make_mesh(small_head(GetParam()), {.resolution = 64}, pool_, progress_);
  ASSERT_TRUE(mesh) << mesh.error().message;
  EXPECT_EQ(test::open_edges(mesh->triangles), 0U);
  EXPECT_GT(test::volume(mesh->positions, mesh->triangles), 0.01);
  EXPECT_EQ(large_parts(*mesh, 1).positions.size(), mesh->positions.size());
  EXPECT_TRUE(is_watertight(*mesh));
  EXPECT_EQ(mesh->normals.size(), mesh->positions.size());
  EXPECT_EQ(mesh->colors.size(), mesh->positions.size());
}

// The surface is where the picture shows it: along the rays of the frontal view, at the rendered depth.
TEST_P(MeshOfHead, LiesAtTheVisibleDepth) {
  const Head head = small_head(GetParam());
  const auto mesh = make_mesh(head, {.resolution = 128}, pool_, progress_);
  ASSERT_TRUE(mesh) << mesh.error().message;
  const Camera camera = orbit_camera(0, 0);
  RenderOptions options{.width = 48, .height = 48};
  const auto view = render_exact(head, camera, options, pool_, progress_);
  ASSERT_TRUE(view);

  std::vector<float> distances, color_errors;
  for (int y = 2; y < 48; y += 3) {
    for (int x = 2; x < 48; x += 3) {
      if (view->alpha.at(x, y) < 0.95F) continue;
      const float u = ((static_cast<float>(x) + 0.5F) / 48 - 0.5F) / camera.focal(),
                  v = ((static_cast<float>(y) + 0.5F) / 48 - 0.5F) / camera.focal();
      const float scale = view->depth.at(x, y) / std::hypot(u, v, 1.0F);
      Vec3 point = camera.origin();
      for (std::size_t i = 0; i < 3; ++i) {
        point[i] += scale * (u * camera.axis(0)[i] + v * camera.axis(1)[i] + camera.axis(2)[i]);
      }
      float nearest = 1e9F;
      std::size_t which = 0;
      for (std::size_t k = 0; k < mesh->positions.size(); ++k) {
        const Vec3& p = mesh->positions[k];
        const float d = std::hypot(p[0] - point[0], p[1] - point[1], p[2] - point[2]);
        if (d < nearest) nearest = d, which = k;
      }
      distances.push_back(nearest);
      float error = 0;
      for (int c = 0; c < 3; ++c)
        error += std::abs(mesh->colors[which][static_cast<std::size_t>(c)] - view->rgb.at(x, y, c)) / 3;
      color_errors.push_back(error);
    }
  }
  ASSERT_GT(distances.size(), 20U);
  const auto median = [](std::vector<float> values) {
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                     values.end());
    return values[values.size() / 2];
  };
  EXPECT_LT(median(distances), 0.01F);
  EXPECT_LT(median(color_errors), 0.06F);
}

INSTANTIATE_TEST_SUITE_P(Frames, MeshOfHead,
                         testing::Values(Head::Frame::canonical_box, Head::Frame::camera_frustum),
                         [](const auto& frame) {
                           return frame.param == Head::Frame::canonical_box ? "canonical_box"
                                                                            : "camera_frustum";
                         });

Mesh tetrahedron(float size, Vec3 offset) {
  Mesh mesh;
  for (const Vec3& p : {Vec3{0, 0, 0}, Vec3{1, 0, 0}, Vec3{0, 1, 0}, Vec3{0, 0, 1}}) {
    mesh.positions.push_back({offset[0] + size * p[0], offset[1] + size * p[1], offset[2] + size * p[2]});
    mesh.normals.push_back({0, 0, 1});
    mesh.colors.push_back({1, 0.5F, 0});
  }
  mesh.triangles = {{0, 2, 1}, {0, 1, 3}, {0, 3, 2}, {1, 2, 3}};
  return mesh;
}

// The mesh with more triangles behind it.
Mesh joined(Mesh mesh, const Mesh& other) {
  const auto first = static_cast<std::uint32_t>(mesh.positions.size());
  mesh.positions.insert(mesh.positions.end(), other.positions.begin(), other.positions.end());
  mesh.normals.insert(mesh.normals.end(), other.normals.begin(), other.normals.end());
  mesh.colors.insert(mesh.colors.end(), other.colors.begin(), other.colors.end());
  for (const auto& t : other.triangles) {
    mesh.triangles.push_back({first + t[0], first + t[1], first + t[2]});
  }
  return mesh;
}

Mesh inside_out(Mesh mesh) {
  for (auto& t : mesh.triangles) std::swap(t[0], t[1]);
  return mesh;
}

TEST(Mesh, SpecksAndCavitiesAreDroppedLargePartsKept) {
  const Mesh one = tetrahedron(1, {}), far = tetrahedron(1, {5, 0, 0});
  Mesh speck = far;
  speck.triangles.resize(2);
  EXPECT_EQ(large_parts(joined(one, speck), 0.6).positions, one.positions);
  EXPECT_EQ(large_parts(joined(one, speck), 0.6).triangles, one.triangles);
  EXPECT_EQ(large_parts(joined(one, far), 0.6).positions.size(), 8U);
  EXPECT_EQ(large_parts(joined(one, inside_out(far)), 0.6).positions, one.positions);
  EXPECT_TRUE(large_parts({}).triangles.empty());
}

TEST(Mesh, WatertightMeansEveryEdgeTwice) {
  const Mesh one = tetrahedron(1, {});
  EXPECT_TRUE(is_watertight(one));
  EXPECT_TRUE(is_watertight(joined(one, tetrahedron(1, {5, 0, 0}))));
  Mesh open = one, turned = one;
  open.triangles.pop_back();
  std::swap(turned.triangles[0][0], turned.triangles[0][1]);
  EXPECT_FALSE(is_watertight(open));
  EXPECT_FALSE(is_watertight(turned));
  EXPECT_FALSE(is_watertight({}));
}

class MeshFile : public testing::Test {
 protected:
  std::string saved(const std::string& name) {
    const auto path = folder_ / name;
    const Status status = save_mesh(path, tetrahedron(1, {}));
    EXPECT_TRUE(status) << status.error().message;
    return read_file(path).value_or("");
  }
  test::TemporaryFolder folder_;
};

TEST_F(MeshFile, PlyHasItsHeaderAndEveryByte) {
  const std::string bytes = saved("head.ply");
  EXPECT_THAT(bytes, testing::StartsWith("ply\nformat binary_little_endian 1.0\n"));
  EXPECT_THAT(bytes, testing::HasSubstr("element vertex 4\n"));
  EXPECT_THAT(bytes, testing::HasSubstr("element face 4\n"));
  const std::size_t data = bytes.find("end_header\n") + 11;
  ASSERT_EQ(bytes.size() - data, 4U * (24 + 3) + 4U * (1 + 12));
  EXPECT_EQ(static_cast<unsigned char>(bytes[data + 24]), 255);  // red of the first vertex
  EXPECT_EQ(static_cast<unsigned char>(bytes[data + 25]), 128);
}

TEST_F(MeshFile, ObjCountsFromOne) {
  const std::string text = saved("head.obj");
  EXPECT_THAT(text, testing::HasSubstr("v 1 0 0 1 0.5 0\n"));
  EXPECT_THAT(text, testing::HasSubstr("f 1//1 3//3 2//2\n"));
  EXPECT_EQ(std::count(text.begin(), text.end(), 'f'), 4 + std::count(text.begin(), text.begin() + 80, 'f'));
}

TEST_F(MeshFile, GlbIsConsistent) {
  const std::string bytes = saved("head.glb");
  const auto word = [&](std::size_t at) {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data() + at, 4);
    return value;
  };
  ASSERT_GT(bytes.size(), 28U);
  EXPECT_EQ(bytes.substr(0, 4), "glTF");
  EXPECT_EQ(word(4), 2U);
  EXPECT_EQ(word(8), bytes.size());
  const std::uint32_t json_size = word(12);
  const auto document = nlohmann::json::parse(bytes.substr(20, json_size));
  const std::size_t binary = 20 + json_size + 8;
  EXPECT_EQ(word(20 + json_size), bytes.size() - binary);
  EXPECT_EQ(document["buffers"][0]["byteLength"], bytes.size() - binary);
  EXPECT_EQ(document["accessors"][0]["max"], (std::vector<float>{1, 1, 1}));
  EXPECT_EQ(document["accessors"][3]["count"], 12);
  for (const auto& view : document["bufferViews"]) {
    EXPECT_EQ(view["byteOffset"].get<int>() % 4, 0);
    EXPECT_LE(view["byteOffset"].get<std::size_t>() + view["byteLength"].get<std::size_t>(),
              bytes.size() - binary);
  }
  // glTF's colours are linear: sRGB 0.5 is 0.214.
  std::uint16_t green = 0;
  std::memcpy(&green, bytes.data() + binary + document["bufferViews"][2]["byteOffset"].get<std::size_t>() + 2,
              2);
  EXPECT_NEAR(green / 65535.0, 0.214, 0.001);
}

TEST_F(MeshFile, OtherSuffixesAreAWrongCall) {
  const Status status = save_mesh(folder_ / "head.stl", tetrahedron(1, {}));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::usage);
}

}  // namespace
}  // namespace triptych
