// The whole way from asset files to views, on the miniature assets.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/atomic_file.h"
#include "synthetic/develop.h"
#include "synthetic/mini_assets.h"
#include "synthetic/synthesize.h"

namespace triptych::synthetic {
namespace {

class Heads : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder;
    write_mini_assets(folder_->path());
    Progress progress;
    auto assets = Assets::load(folder_->path(), progress);
    ASSERT_TRUE(assets) << assets.error().message;
    assets_ = new Assets(std::move(*assets));
    builder_ = new HeadBuilder(*assets_);
  }
  static void TearDownTestSuite() {
    delete builder_;
    delete assets_;
    delete folder_;
  }
  static Character person() {
    Character c = make_character(*assets_, 5);
    c.hair.kind = Hair::Kind::none;
    c.hat = {};
    c.beard = 0;
    c.glasses = {};
    c.expression.clear();
    c.turn = c.lean = c.nod = 0;
    return c;
  }
  static RenderBuffers render(const Character& c, const Camera& camera, int size = 96, int samples = 9) {
    const RayScene scene(builder_->build(c));
    return trace(scene, camera, {size, samples, 3});
  }
  static Character after(const char* name) { return edited(person(), *assets_, find_edit(name)); }

  static TemporaryFolder* folder_;
  static Assets* assets_;
  static HeadBuilder* builder_;
};
TemporaryFolder* Heads::folder_ = nullptr;
Assets* Heads::assets_ = nullptr;
HeadBuilder* Heads::builder_ = nullptr;

SynthesizeOptions small_job(const std::filesystem::path& assets, const std::filesystem::path& out) {
  SynthesizeOptions options;
  options.assets = assets;
  options.out = out;
  options.heads = 3;
  options.views = 2;
  options.edits = 1;
  options.edit_views = 1;
  options.size = 48;
  options.samples = 2;
  options.seed = 7;
  options.heads_per_shard = 2;
  return options;
}

// World position of a pixel with depth.
Vector unproject(const Camera& c, float x, float y, float depth, int size) {
  const float u = (x + 0.5F) / static_cast<float>(size) - 0.5F,
              v = (y + 0.5F) / static_cast<float>(size) - 0.5F;
  const auto axis = [&](int i) { return Vector{c.axis(i)[0], c.axis(i)[1], c.axis(i)[2]}; };
  const Vector origin{c.origin()[0], c.origin()[1], c.origin()[2]};
  return origin + axis(0) * (u / c.focal() * depth) + axis(1) * (v / c.focal() * depth) + axis(2) * depth;
}

TEST_F(Heads, TheFaceFillsTheFrontalPictureAsAligned) {
  const HeadShape shape = shape_of(*assets_, person());
  const WorldFrame frame = frame_of(shape.landmarks);
  const Camera camera = orbit_camera(0, 0);
  const auto picture = [&](Vector p) {
    const float depth = orbit_radius - p.z;
    return std::array<float, 2>{0.5F + camera.focal() * p.x / depth, 0.5F - camera.focal() * p.y / depth};
  };
  const auto left = picture(frame(shape.landmarks.left_eye)),
             right = picture(frame(shape.landmarks.right_eye));
  const auto mouth = picture(frame(shape.landmarks.mouth));
  const float side = std::max(4 * (left[0] - right[0]), 3.6F * (mouth[1] - (left[1] + right[1]) / 2));
  EXPECT_NEAR(side, 1 / 0.937F / 0.925F, 0.08F);
  EXPECT_NEAR((left[0] + right[0]) / 2, 0.5F, 0.01F);
}

TEST_F(Heads, DepthOfTwoViewsIsOneSurface) {
  constexpr int size = 128;
  const Camera first = orbit_camera(0, 0), second = orbit_camera(15, 8);
  const RenderBuffers a = render(person(), first, size, 4), b = render(person(), second, size, 4);
  std::vector<float> errors;
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const auto i = static_cast<std::size_t>(y * size + x);
      if (a.alpha[i] < 1) continue;
      const Vector p = unproject(first, static_cast<float>(x), static_cast<float>(y), a.depth[i], size);
      const Vector o{second.origin()[0], second.origin()[1], second.origin()[2]}, d = p - o;
      const auto along = [&](int k) {
        return dot(d, Vector{second.axis(k)[0], second.axis(k)[1], second.axis(k)[2]});
      };
      const float depth = along(2);
      const float px = (0.5F + second.focal() * along(0) / depth) * size - 0.5F;
      const float py = (0.5F + second.focal() * along(1) / depth) * size - 0.5F;
      const int u = static_cast<int>(std::lround(px)), v = static_cast<int>(std::lround(py));
      if (u < 0 || v < 0 || u >= size || v >= size) continue;
      const auto j = static_cast<std::size_t>(v * size + u);
      if (b.alpha[j] == 1) errors.push_back(std::abs(b.depth[j] - depth));
    }
  }
  ASSERT_GT(errors.size(), 3000U);
  std::sort(errors.begin(), errors.end());
  // A pixel is 0.005 wide; steep parts and hidden ones are the rest.
  EXPECT_LT(errors[errors.size() / 2], 0.002F);
  EXPECT_LT(errors[errors.size() * 8 / 10], 0.01F);
}

TEST_F(Heads, MaskAndDepthAgree) {
  for (std::uint32_t seed = 0; seed < 3; ++seed) {
    const RenderBuffers b = render(make_character(*assets_, seed), orbit_camera(30, -10), 64, 4);
    std::size_t covered = 0;
    for (std::size_t i = 0; i < b.alpha.size(); ++i) {
      ASSERT_EQ(b.alpha[i] > 0, b.depth[i] > 0);
      if (b.alpha[i] == 0) continue;
      ++covered;
      ASSERT_GT(b.depth[i], 1.8F);
      ASSERT_LT(b.depth[i], 3.6F);
      ASSERT_TRUE(std::isfinite(b.light[i].x + b.gloss[i].x + b.albedo[i].x));
    }
    EXPECT_GT(covered, b.alpha.size() / 4) << "seed " << seed;
  }
}

TEST_F(Heads, StatuesKeepTheShapeAndChangeTheColour) {
  const Camera camera = orbit_camera(10, 0);
  const RenderBuffers skin = render(person(), camera), gold = render(after("gold statue"), camera);
  double depth = 0, yellow = 0, count = 0, gold_skin = 0;
  for (std::size_t i = 0; i < skin.alpha.size(); ++i) {
    if (skin.alpha[i] < 1 || gold.alpha[i] < 1) continue;
    depth += static_cast<double>(std::abs(skin.depth[i] - gold.depth[i]));
    yellow += static_cast<double>(gold.gloss[i].x - gold.gloss[i].z);
    gold_skin += static_cast<double>(gold.skin[i]);
    count += 1;
  }
  ASSERT_GT(count, 2000);
  EXPECT_LT(depth / count, 2e-3) << "the same head in another matter";
  EXPECT_GT(yellow / count, 0.05) << "gold reflects more red than blue";
  EXPECT_EQ(gold_skin, 0);
}

TEST_F(Heads, FatIsWiderAndHairGrows) {
  const Camera camera = orbit_camera(0, 0);
  const auto covered = [](const RenderBuffers& b) {
    double sum = 0;
    for (const float a : b.alpha) sum += static_cast<double>(a);
    return sum / static_cast<double>(b.alpha.size());
  };
  const double before = covered(render(person(), camera));
  EXPECT_GT(covered(render(after("fat"), camera)), before * 1.02);
  EXPECT_GT(covered(render(after("curly hair"), camera)), before * 1.05);
  EXPECT_GT(covered(render(after("long hair"), camera)), before * 1.02);
}

TEST_F(Heads, CamerasAreValidAndMostlyFrontal) {
  int wide = 0, all = 0;
  for (std::uint32_t seed = 0; seed < 50; ++seed) {
    for (const Camera& camera : make_cameras(seed, 12)) {
      ASSERT_TRUE(camera.valid());
      const Orbit orbit = orbit_of(camera);
      EXPECT_LT(std::abs(orbit.yaw_degrees), 66);
      EXPECT_LT(std::abs(orbit.pitch_degrees), 26);
      wide += std::abs(orbit.yaw_degrees) > 40;
      ++all;
    }
  }
  EXPECT_GT(wide, all / 20);
  EXPECT_LT(wide, all / 4);
}

TEST_F(Heads, ShardsAreTheSameForAnyNumberOfThreads) {
  const TemporaryFolder out;
  Progress progress;
  const auto say = [](const std::string&) {};
  ThreadPool one(1), three(3);
  const auto first = synthesize(small_job(folder_->path(), out.path() / "a"), one, progress, say);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->shards, 2U);
  EXPECT_EQ(first->heads, 3U);
  EXPECT_EQ(first->views, 3U * (2 + 1));
  ASSERT_TRUE(synthesize(small_job(folder_->path(), out.path() / "b"), three, progress, say));
  for (const char* name :
       {"heads-00000007.safetensors", "heads-00000009.safetensors", "heads-00000007.png", "edits.json"}) {
    const auto a = read_file(out.path() / "a" / name), b = read_file(out.path() / "b" / name);
    ASSERT_TRUE(a && b) << name;
    EXPECT_TRUE(*a == *b) << name;
  }
  const auto shard = ShardReader::open(out.path() / "a/heads-00000007.safetensors");
  ASSERT_TRUE(shard);
  ASSERT_EQ(shard->keys().size(), 6U);
  EXPECT_EQ(shard->keys()[0].head, 7U);
  EXPECT_EQ(shard->keys()[2].view, 0);
  EXPECT_GT(shard->keys()[2].edit, 0);
  EXPECT_EQ(shard->keys()[2].camera, shard->keys()[0].camera) << "edits share the head's cameras";
  EXPECT_FALSE(edit_table()[static_cast<std::size_t>(shard->keys()[2].edit)].held_out);
}

TEST_F(Heads, AnInterruptedJobGoesOn) {
  const TemporaryFolder out;
  const auto say = [](const std::string&) {};
  ThreadPool pool(2);
  Progress progress;
  SynthesizeOptions options = small_job(folder_->path(), out.path());
  options.heads = 2;
  ASSERT_TRUE(synthesize(options, pool, progress, say));
  const auto written = std::filesystem::last_write_time(out.path() / "heads-00000007.safetensors");

  Progress stopped;
  stopped.cancel();
  options.heads = 3;
  const auto interrupted = synthesize(options, pool, stopped, say);
  ASSERT_FALSE(interrupted);
  EXPECT_EQ(interrupted.error().code, ErrorCode::cancelled);
  EXPECT_FALSE(std::filesystem::exists(out.path() / "heads-00000009.safetensors"));

  const auto rest = synthesize(options, pool, progress, say);
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest->skipped_shards, 1U);
  EXPECT_EQ(rest->shards, 1U);
  EXPECT_EQ(std::filesystem::last_write_time(out.path() / "heads-00000007.safetensors"), written);
}

TEST(EditsOfHead, HeldOutOnesAreNeverDrawn) {
  const auto& table = edit_table();
  std::vector<int> drawn(table.size());
  for (std::uint32_t seed = 0; seed < 2000; ++seed) {
    const std::vector<int> edits = edits_of_head(seed, 3, offered_edits({}, false));
    ASSERT_EQ(edits.size(), 3U);
    ASSERT_TRUE(edits[0] < edits[1] && edits[1] < edits[2]);
    for (const int edit : edits) ++drawn[static_cast<std::size_t>(edit)];
  }
  EXPECT_EQ(drawn[0], 0);
  for (std::size_t i = 1; i < table.size(); ++i) {
    if (table[i].held_out) {
      EXPECT_EQ(drawn[i], 0) << table[i].name;
    } else {
      EXPECT_GT(drawn[i], 80) << table[i].name << " comes up as often as others";
    }
  }
  EXPECT_EQ(offered_edits({}, true).size(), table.size() - 1);
  EXPECT_EQ(edits_of_head(1, 1000, offered_edits({}, false)).size(), table.size() - 4);
}

TEST(EditsOfHead, NamedOnesAreDrawnAlone) {
  SynthesizeOptions options;
  options.only = {"gold statue", "zombie"};
  const std::vector<int> offered = offered_edits(options, false);
  ASSERT_EQ(offered.size(), 2U);
  for (const int edit : edits_of_head(7, 5, offered)) {
    const std::string& name = edit_table()[static_cast<std::size_t>(edit)].name;
    EXPECT_TRUE(name == "gold statue" || name == "zombie") << name;
  }
}

TEST_F(Heads, WrongOptionsAreNamed) {
  ThreadPool pool(1);
  Progress progress;
  const auto say = [](const std::string&) {};
  SynthesizeOptions options = small_job(folder_->path(), folder_->path() / "out");
  options.size = 8;
  const auto result = synthesize(options, pool, progress, say);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::usage);
  EXPECT_NE(result.error().message.find("--size"), std::string::npos);

  options = small_job(folder_->path(), folder_->path() / "out");
  options.only = {"zombie"};
  options.seed = 5;
  const auto kept = synthesize(options, pool, progress, say);
  ASSERT_FALSE(kept) << "training heads never get the edits that adapting is tested on";
  EXPECT_NE(kept.error().message.find("zombie"), std::string::npos);
  options.only = {"zombi"};
  const auto unknown = synthesize(options, pool, progress, say);
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().message.find("zombi"), std::string::npos);
}

}  // namespace
}  // namespace triptych::synthetic
