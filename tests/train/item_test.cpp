#include "train/item.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "tiny.h"

namespace triptych::train {
namespace {

TEST(ViewStore, AHeadInShardsThatOverlapHasEveryViewOnce) {
  const tiny::Folder folder("overlap");
  const std::filesystem::path data = folder.path / "data";
  ASSERT_TRUE(tiny::write_shard(data / "again.safetensors", {.count = 3}));
  ASSERT_TRUE(tiny::write_shard(data / "edited.safetensors", {.count = 1, .edit = 1}));
  ASSERT_TRUE(tiny::write_shard(data / "edited_again.safetensors", {.count = 1, .edit = 1}));
  ViewStore store({data}, 0);
  ASSERT_TRUE(store.rescan());
  ASSERT_TRUE(tiny::write_shard(data / "later.safetensors", {.count = 2, .edit = 1}));
  ASSERT_TRUE(store.rescan());
  ASSERT_EQ(store.heads(), 1U);
  const HeadViews head = store.head(0);
  const auto numbers = [&](int edit) {
    std::vector<int> found;
    for (const ViewRef& view : head.edits.at(edit)) found.push_back(view.number);
    return found;
  };
  EXPECT_EQ(numbers(0), (std::vector<int>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(numbers(1), (std::vector<int>{0, 1}));
}

// Items of a ball whose first `count` views are there under an edit, in two shards.
std::vector<Item> edited_items(int count) {
  const tiny::Folder folder("edited_items");
  for (const char* name : {"edited.safetensors", "edited_again.safetensors"}) {
    EXPECT_TRUE(tiny::write_shard(folder.path / "data" / name, {.count = count, .edit = 1}));
  }
  ViewStore store({folder.path / "data"}, std::size_t{1} << 24);
  EXPECT_TRUE(store.rescan());
  EXPECT_EQ(store.head(0).edits.at(1).size(), static_cast<std::size_t>(count));
  std::vector<Item> items;
  if (::testing::Test::HasFailure()) return items;
  Random random(1);
  for (int i = 0; i < 200; ++i) {
    auto item = choose_item(store, {.edits = {1}, .plain_share = 0, .augment = false}, random);
    EXPECT_TRUE(item) << item.error().message;
    if (item) items.push_back(std::move(*item));
  }
  return items;
}

TEST(Items, TheOtherViewOfAnEditHasAnotherCamera) {
  const std::vector<Item> items = edited_items(3);
  ASSERT_EQ(items.size(), 200U);
  std::set<std::pair<int, int>> pairs;
  for (const Item& item : items) {
    EXPECT_EQ(item.picture.view->key.edit, 0);
    EXPECT_EQ(item.targets[0].view->key.edit, 1);
    EXPECT_EQ(item.targets[1].view->key.edit, 1);
    EXPECT_EQ(item.targets[0].view->key.view, item.picture.view->key.view);
    pairs.emplace(item.targets[0].view->key.view, item.targets[1].view->key.view);
  }
  EXPECT_EQ(pairs, (std::set<std::pair<int, int>>{{0, 1}, {0, 2}, {1, 0}, {1, 2}, {2, 0}, {2, 1}}));
}

TEST(Items, AnEditSeenByOneCameraIsItsOwnOtherView) {
  const std::vector<Item> items = edited_items(1);
  ASSERT_EQ(items.size(), 200U);
  for (const Item& item : items) {
    EXPECT_EQ(item.targets[0].view->key.view, 0);
    EXPECT_EQ(item.targets[1].view->key.view, 0);
    EXPECT_EQ(item.targets[1].view->key.edit, 1);
  }
}

// A spot in one corner of a block of JPEG's 8x8 pixels, on a plain ground: no blur reaches that block's other
// edges and no noise leaves the ground plain, but compressing spreads the spot over all of its block.
constexpr int block = 24;

Frame spot() {
  constexpr std::array<std::uint8_t, 4> ground{150, 60, 40, 255}, bright{255, 165, 145, 255};
  synthetic::View view;
  view.key.camera = orbit_camera(0, 0);
  view.rgba = Image8(tiny::size, tiny::size, 4);
  for (int y = 0; y < tiny::size; ++y) {
    for (int x = 0; x < tiny::size; ++x) {
      const bool inside = x >= block && x < block + 2 && y >= block && y < block + 2;
      std::ranges::copy(inside ? bright : ground, &view.rgba.at(x, y));
    }
  }
  return frame_of(std::make_shared<const synthetic::View>(std::move(view)), false);
}

float mean_difference(const ImageF& a, const ImageF& b) {
  float sum = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) sum += std::abs(a.pixels[i] - b.pixels[i]);
  return sum / static_cast<float>(a.pixels.size());
}

TEST(Items, PicturesAreCompressedAsCamerasDo) {
  const Frame frame = spot();
  const Exposure exposure = Exposure::identity();
  const ImageF exact = network_input(frame, exposure, tiny::size, nullptr);
  constexpr int pictures = 300;
  int spread = 0;
  for (int i = 0; i < pictures; ++i) {
    Random random(static_cast<std::uint64_t>(i));
    const ImageF seen = network_input(frame, exposure, tiny::size, &random);
    EXPECT_LT(mean_difference(seen, exact), 0.03F) << i;

    float darkest = 1, brightest = 0, farthest = 0;
    for (int y = 48; y < 56; ++y) {
      for (int x = 48; x < 56; ++x) {
        darkest = std::min(darkest, seen.at(x, y, 1));
        brightest = std::max(brightest, seen.at(x, y, 1));
      }
    }
    if (brightest - darkest > 0.002F) continue;  // noise
    for (int k = 0; k < 3; ++k) EXPECT_NEAR(seen.at(50, 50, k), exact.at(50, 50, k), 0.03F) << i;
    for (int k = block; k < block + 8; ++k) {
      farthest = std::max({farthest, std::abs(seen.at(block + 7, k, 1) - darkest),
                           std::abs(seen.at(k, block + 7, 1) - darkest)});
    }
    if (farthest > 0.006F) ++spread;
  }
  EXPECT_GT(spread, pictures / 8);  // three in ten, less those with noise
  EXPECT_LT(spread, pictures * 2 / 5);
}

}  // namespace
}  // namespace triptych::train
