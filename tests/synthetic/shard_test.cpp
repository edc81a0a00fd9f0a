// Shards: what is written comes back, and damaged files are refused by name.
#include "synthetic/shard.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/atomic_file.h"

namespace triptych::synthetic {
namespace {

struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "shardXXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
};

View example(std::uint32_t head, int edit, int number) {
  View view{{head, edit, number, Camera{}}, Image8(96, 96, 4), Raster<std::uint16_t>(96, 96, 1)};
  view.key.camera.camera_to_world[3] = 0.25F * static_cast<float>(number);
  view.key.camera.intrinsics[0] = 4.25F;
  for (int y = 0; y < 96; ++y) {
    for (int x = 0; x < 96; ++x) {
      const bool person = (x - 48) * (x - 48) + (y - 48) * (y - 48) < 30 * 30;
      view.rgba.at(x, y, 0) = static_cast<std::uint8_t>(40 + x);
      view.rgba.at(x, y, 1) = static_cast<std::uint8_t>(200 - y);
      view.rgba.at(x, y, 2) = static_cast<std::uint8_t>(30 * edit + 20);
      view.rgba.at(x, y, 3) = person ? static_cast<std::uint8_t>(255 - (x * y) % 7) : 0;
      view.depth.at(x, y) = person ? static_cast<std::uint16_t>(25000 + 13 * x + y * y) : 0;
    }
  }
  return view;
}

TEST(Shard, RoundTrip) {
  const Folder folder;
  const auto path = folder.path / "a.shard";
  ShardWriter writer;
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(writer.add(example(4000000000U, i % 2, i)));
  EXPECT_EQ(writer.size(), 5U);
  const ShardOptions made_with{{"--only", ""}, {"--views", "5"}};
  ASSERT_TRUE(writer.write(path, made_with));

  const auto reader = ShardReader::open(path);
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_EQ(reader->made_with(), made_with);
  ASSERT_EQ(reader->keys().size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) {
    const View expected = example(4000000000U, static_cast<int>(i) % 2, static_cast<int>(i));
    const auto view = reader->read(i);
    ASSERT_TRUE(view) << view.error().message;
    EXPECT_EQ(view->key.head, expected.key.head);
    EXPECT_EQ(view->key.edit, expected.key.edit);
    EXPECT_EQ(view->key.view, expected.key.view);
    EXPECT_EQ(reader->keys()[i].camera, expected.key.camera);
    EXPECT_EQ(view->depth.pixels, expected.depth.pixels);  // lossless
    double worst = 0;
    for (std::size_t p = 0; p < view->rgba.pixels.size(); ++p) {
      const int difference = std::abs(int{view->rgba.pixels[p]} - int{expected.rgba.pixels[p]});
      if (p % 4 == 3) {
        ASSERT_EQ(difference, 0) << "alpha is lossless";
      } else {
        worst = std::max(worst, static_cast<double>(difference));
      }
    }
    EXPECT_LE(worst, 6) << "colour is nearly lossless and in the right channel order";
  }
  EXPECT_FALSE(reader->read(5));
}

TEST(Shard, RefusesWhatIsNotAView) {
  ShardWriter writer;
  View view = example(1, 0, 0);
  view.depth = Raster<std::uint16_t>(10, 10, 1);
  EXPECT_FALSE(writer.add(view));
  EXPECT_EQ(writer.size(), 0U);
}

TEST(Shard, RefusesOtherAndDamagedFiles) {
  const Folder folder;
  const auto path = folder.path / "a.shard";
  EXPECT_FALSE(ShardReader::open(path));
  ShardWriter writer;
  ASSERT_TRUE(writer.add(example(1, 0, 0)));
  ASSERT_TRUE(writer.write(path));
  auto bytes = read_file(path);
  ASSERT_TRUE(bytes);

  ASSERT_TRUE(write_file(path, std::string_view(*bytes).substr(0, bytes->size() - 100)));
  EXPECT_FALSE(ShardReader::open(path)) << "cut off";

  std::string other = *bytes;
  other.replace(other.find("triptych_shard"), 14, "somebody_other");
  ASSERT_TRUE(write_file(path, other));
  const auto refused = ShardReader::open(path);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("a.shard"), std::string::npos);

  // A picture overwritten with zeros: opening works, reading says which view of which file.
  std::string zeros = *bytes;
  const std::size_t jpeg = zeros.find("\xff\xd8\xff");
  ASSERT_NE(jpeg, std::string::npos);
  std::fill_n(zeros.begin() + static_cast<std::ptrdiff_t>(jpeg), 64, '\0');
  ASSERT_TRUE(write_file(path, zeros));
  const auto reader = ShardReader::open(path);
  ASSERT_TRUE(reader);
  const auto view = reader->read(0);
  ASSERT_FALSE(view);
  EXPECT_NE(view.error().message.find("a.shard"), std::string::npos);
}

}  // namespace
}  // namespace triptych::synthetic
