// Readers of MakeHuman's formats and of NumPy archives, and Catmull-Clark subdivision.
#include "synthetic/formats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/atomic_file.h"
#include "synthetic/assets.h"
#include "synthetic/mini_assets.h"
#include "synthetic/subdivision.h"

namespace triptych::synthetic {
namespace {

TEST(Formats, ObjWithQuadsTrianglesAndGroups) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "a.obj";
  ASSERT_TRUE(write_file(path, std::string_view("v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0.5\nvt 0.25 0.75\nvt 1 1\n"
                                                "g body\nf 1/1 2/2 3/1 4/2\ng other\nf 1 2 3\n")));
  const auto mesh = read_obj(path);
  ASSERT_TRUE(mesh) << mesh.error().message;
  ASSERT_EQ(mesh->positions.size(), 4U);
  EXPECT_EQ(mesh->positions[3], (Vector{0, 1, 0.5F}));
  EXPECT_EQ(mesh->uvs[0], (Uv{0.25F, 0.75F}));
  ASSERT_EQ(mesh->polygons.size(), 2U);
  EXPECT_FALSE(mesh->polygons[0].triangle());
  EXPECT_TRUE(mesh->polygons[1].triangle());
  EXPECT_EQ(mesh->groups[static_cast<std::size_t>(mesh->group[1])], "other");

  ASSERT_TRUE(write_file(path, std::string_view("v 0 0 0\nf 1 2 3\n")));
  const auto broken = read_obj(path);
  ASSERT_FALSE(broken);
  EXPECT_NE(broken.error().message.find("a.obj"), std::string::npos);
}

TEST(Formats, TargetsNameTheLineThatIsWrong) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "a.target";
  ASSERT_TRUE(write_file(path, std::string_view("# text\n3 .5 -1e-2 +2\n\n")));
  const auto target = read_target(path, 4);
  ASSERT_TRUE(target) << target.error().message;
  ASSERT_EQ(target->index, std::vector<int>{3});
  EXPECT_EQ(target->offset[0], (Vector{0.5F, -0.01F, 2}));
  EXPECT_TRUE(read_target(path, 4));
  const auto outside = read_target(path, 3);
  ASSERT_FALSE(outside);
  EXPECT_NE(outside.error().message.find("a.target:2"), std::string::npos);
}

TEST(Formats, ProxyFollowsTheBaseMesh) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder.path() / "p.obj", std::string_view("v 0 0 0\nv 0 0 0\nv 0 0 0\nf 1 2 3\n")));
  ASSERT_TRUE(write_file(
      folder.path() / "p.mhclo",
      std::string_view("name p\nobj_file p.obj\nx_scale 0 1 2.0\nverts 0\n2\n0 1 2 0.5 0.5 0 1 1 0\n"
                       "0 1 2 0 0 1 0 0 1\nmaterial p.mhmat\ndelete_verts\n0 - 1 3\n")));
  const auto proxy = read_proxy(folder.path() / "p.mhclo", 4);
  ASSERT_TRUE(proxy) << proxy.error().message;
  EXPECT_EQ(proxy->hidden, (std::vector<int>{0, 1, 3}));
  // The distance of vertices 0 and 1 along x is 4, twice that of the binding: x offsets double.
  const std::vector<Vector> base{{0, 0, 0}, {4, 0, 0}, {0, 8, 0}, {9, 9, 9}};
  const auto fitted = proxy->fit(base);
  EXPECT_EQ(fitted[0], (Vector{0, 8, 0}));
  EXPECT_EQ(fitted[1], (Vector{4, 1, 0}));
  EXPECT_EQ(fitted[2], (Vector{0, 8, 1}));
}

TEST(Formats, ShapeModesFromAnUncompressedArchive) {
  const TemporaryFolder folder;
  write_mini_assets(folder.path());
  const auto path = folder.path() / "identity/modes.npz";
  const auto modes = read_shape_modes(path, 10);
  ASSERT_TRUE(modes) << modes.error().message;
  EXPECT_EQ(modes->modes(), 2U);
  EXPECT_EQ(modes->index, (std::vector<int>{0, 1, 2}));
  EXPECT_FLOAT_EQ(modes->offsets[3].x, 0.009F);
  EXPECT_FALSE(read_shape_modes(path, 2)) << "names vertex 2 of 2";
  const auto bytes = read_file(path);
  ASSERT_TRUE(bytes);
  for (std::size_t length = 0; length < bytes->size(); length += 37) {
    ASSERT_TRUE(write_file(path, std::string_view(*bytes).substr(0, length)));
    EXPECT_FALSE(read_shape_modes(path, 10)) << "cut to " << length;
  }
}

TEST(Formats, AssetsSayWhatIsMissing) {
  const TemporaryFolder folder;
  Progress progress;
  const auto empty = Assets::load(folder.path(), progress);
  ASSERT_FALSE(empty);
  EXPECT_NE(empty.error().message.find("base.obj"), std::string::npos);
  write_mini_assets(folder.path());
  const auto assets = Assets::load(folder.path(), progress);
  ASSERT_TRUE(assets) << assets.error().message;
  EXPECT_EQ(assets->skins.size(), 2U);
  EXPECT_NE(assets->target("expression/jawOpen"), nullptr);
  EXPECT_EQ(assets->garments_of("hair"), std::vector<std::string>{"short01"});
  std::filesystem::remove_all(folder.path() / "makehuman/skins");
  EXPECT_FALSE(Assets::load(folder.path(), progress));
}

// Without eyes and mouth a head's place and size are not known.
TEST(Formats, AssetsWithoutEyesOrMouthAreRefused) {
  Progress progress;
  for (const std::string part : {"targets/mouth/mouth-angles-up.target", "3dobjs/base.obj"}) {
    const TemporaryFolder folder;
    write_mini_assets(folder.path());
    const auto path = folder.path() / "makehuman" / part;
    std::string text = read_file(path).value();
    if (const auto joint = text.find("g joint-r-eye"); joint != std::string::npos) {
      ASSERT_TRUE(write_file(path, text.substr(0, joint)));
    } else {
      std::filesystem::remove(path);
    }
    const auto assets = Assets::load(folder.path(), progress);
    ASSERT_FALSE(assets) << part;
    EXPECT_THAT(assets.error().message, testing::HasSubstr("by which heads are placed")) << part;
  }
}

TEST(Subdivision, OfACubeAndOfAnOpenSheet) {
  ObjMesh cube;
  for (int i = 0; i < 8; ++i) {
    cube.positions.push_back({i & 1 ? 1.0F : -1.0F, i & 2 ? 1.0F : -1.0F, i & 4 ? 1.0F : -1.0F});
  }
  cube.uvs.emplace_back();
  for (const auto& q : std::vector<std::array<int, 4>>{
           {0, 1, 3, 2}, {4, 6, 7, 5}, {0, 4, 5, 1}, {2, 3, 7, 6}, {0, 2, 6, 4}, {1, 5, 7, 3}}) {
    cube.polygons.push_back({q, {}});
  }
  const Subdivision whole(cube, std::vector<bool>(6, true));
  const auto fine = whole.apply(cube.positions);
  ASSERT_EQ(fine.size(), 8U + 12 + 6);
  EXPECT_EQ(whole.polygons().size(), 24U);
  EXPECT_NEAR(fine[7].x, 5.0F / 9, 1e-6F);                       // a corner moves to 5/9 of itself
  EXPECT_NEAR(length(fine[8]), std::sqrt(2.0F) * 0.75F, 1e-6F);  // edge points
  EXPECT_NEAR(length(fine[20]), 1, 1e-6F);                       // face points

  // One face alone: edge points in the middles, corners as the boundary's spline.
  std::vector<bool> one(6, false);
  one[1] = true;
  const auto sheet = Subdivision(cube, one).apply(cube.positions);
  EXPECT_EQ(sheet[0], cube.positions[0]) << "vertices of no face stay";
  EXPECT_NEAR(sheet[7].x, 0.75F, 1e-6F);
  EXPECT_NEAR(sheet[7].z, 1, 1e-6F);
}

}  // namespace
}  // namespace triptych::synthetic
