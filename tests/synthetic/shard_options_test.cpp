// What `synthesize` does in a folder that has shards already: it never takes others for its own.
#include "synthetic/shard_options.h"

#include <gtest/gtest.h>

#include <functional>

#include "core/atomic_file.h"
#include "synthetic/mini_assets.h"

namespace triptych::synthetic {
namespace {

class Folders : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    assets_ = new TemporaryFolder;
    write_mini_assets(assets_->path());
  }
  static void TearDownTestSuite() { delete assets_; }

  // Two heads of one view and one edit, a shard each.
  static SynthesizeOptions job(const std::filesystem::path& out) {
    SynthesizeOptions options;
    options.assets = assets_->path();
    options.out = out;
    options.heads = 2;
    options.views = options.edits = options.edit_views = 1;
    options.size = 48;
    options.samples = 2;
    options.seed = 7;
    options.heads_per_shard = 1;
    return options;
  }
  static Result<SynthesizeResult> run(const SynthesizeOptions& options) {
    ThreadPool pool(2);
    Progress progress;
    return synthesize(options, pool, progress, [](const std::string&) {});
  }

  static TemporaryFolder* assets_;
};
TemporaryFolder* Folders::assets_ = nullptr;

constexpr const char* first_shard = "heads-00000007.safetensors";
constexpr const char* second_shard = "heads-00000008.safetensors";

TEST_F(Folders, ShardsOfOtherOptionsAreRefusedByName) {
  const TemporaryFolder out;
  SynthesizeOptions before = job(out.path());
  before.heads = 1;
  ASSERT_TRUE(run(before));
  struct Change {
    std::function<void(SynthesizeOptions&)> make;
    const char *was, *now;
  };
  const std::vector<Change> changes{
      {[](auto& o) { o.views = 3; }, "with --views 1", "with --views 3"},
      {[](auto& o) { o.edits = 2; }, "with --edits 1", "with --edits 2"},
      {[](auto& o) { o.edit_views = 0; }, "with --edit-views 1", "with --edit-views 0"},
      {[](auto& o) { o.every_edit = 2; }, "with --every-edit 0", "with --every-edit 1"},
      {[](auto& o) { o.only = {"hulk"}; }, "without --only", "with --only hulk"},
      {[](auto& o) { o.size = 64; }, "with --size 48", "with --size 64"},
      {[](auto& o) { o.samples = 3; }, "with --samples 2", "with --samples 3"}};
  for (const Change& change : changes) {
    SynthesizeOptions now = job(out.path());
    change.make(now);
    const auto refused = run(now);
    ASSERT_FALSE(refused) << change.now;
    EXPECT_EQ(refused.error().code, ErrorCode::usage);
    for (const char* part : {first_shard, change.was, change.now, "another --out", "remove the file"}) {
      EXPECT_NE(refused.error().message.find(part), std::string::npos) << refused.error().message;
    }
    EXPECT_FALSE(std::filesystem::exists(out.path() / second_shard)) << "nothing is made before the refusal";
  }
}

TEST_F(Folders, AShardRenamedToAnothersPlaceIsRefused) {
  const TemporaryFolder out;
  SynthesizeOptions options = job(out.path());
  options.heads = 1;
  ASSERT_TRUE(run(options));
  std::filesystem::rename(out.path() / first_shard, out.path() / second_shard);
  ++options.seed;
  const auto refused = run(options);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("with --seed 7"), std::string::npos) << refused.error().message;
}

// The last shard of a job is short; a job of more heads makes it anew, one of fewer has nothing to do.
TEST_F(Folders, AShorterShardIsMadeAnew) {
  const TemporaryFolder out, whole;
  SynthesizeOptions options = job(out.path());
  options.heads_per_shard = 2;
  options.heads = 1;
  ASSERT_TRUE(run(options));
  options.heads = 2;
  const auto longer = run(options);
  ASSERT_TRUE(longer) << longer.error().message;
  EXPECT_EQ(longer->shards, 1U);
  EXPECT_EQ(longer->heads, 2U);
  options.out = whole.path();
  ASSERT_TRUE(run(options));
  const auto grown = read_file(out.path() / first_shard), straight = read_file(whole.path() / first_shard);
  ASSERT_TRUE(grown && straight);
  EXPECT_TRUE(*grown == *straight) << "as if it had been made at once";

  options.heads = 1;
  const auto shorter = run(options);
  ASSERT_TRUE(shorter) << shorter.error().message;
  EXPECT_EQ(shorter->shards, 0U);
  EXPECT_EQ(shorter->skipped_shards, 1U);
}

TEST_F(Folders, AShardThatDoesNotSayHowItWasMadeCountsAsDone) {
  const TemporaryFolder out;
  ShardWriter writer;
  ASSERT_TRUE(writer.add({{7, 0, 0, Camera{}}, Image8(8, 8, 4), Raster<std::uint16_t>(8, 8, 1)}));
  ASSERT_TRUE(writer.write(out.path() / first_shard));
  const auto before = read_file(out.path() / first_shard);
  const auto result = run(job(out.path()));
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->skipped_shards, 1U);
  EXPECT_EQ(result->shards, 1U);
  const auto after = read_file(out.path() / first_shard);
  ASSERT_TRUE(before && after);
  EXPECT_TRUE(*before == *after);
}

TEST_F(Folders, ADamagedShardIsNamed) {
  const TemporaryFolder out;
  ASSERT_TRUE(write_file(out.path() / first_shard, "no shard"));
  const auto refused = run(job(out.path()));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find(first_shard), std::string::npos) << refused.error().message;
  EXPECT_NE(refused.error().message.find("remove the file"), std::string::npos) << refused.error().message;
}

TEST(ShardOptions, AreOfTheShardsOwnHeads) {
  SynthesizeOptions options;
  options.heads = 40;
  options.every_edit = 24;
  EXPECT_EQ(shard_options(options, 0, 16).at("--every-edit"), "16");
  EXPECT_EQ(shard_options(options, 16, 16).at("--every-edit"), "8");
  EXPECT_EQ(shard_options(options, 32, 8).at("--every-edit"), "0");
  EXPECT_EQ(shard_options(options, 32, 8).at("--seed"), "32");
  EXPECT_EQ(shard_options(options, 32, 8).at("--heads"), "8");
}

TEST(ShardOptions, NamesHaveNoOrder) {
  SynthesizeOptions one, other;
  one.only = {"hulk", "gold statue"};
  other.only = {"gold statue", "hulk", "gold statue"};
  EXPECT_EQ(shard_options(one, 0, 16), shard_options(other, 0, 16));
}

}  // namespace
}  // namespace triptych::synthetic
