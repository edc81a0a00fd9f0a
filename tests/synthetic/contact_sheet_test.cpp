// The picture of a shard: which views it shows, and where.
#include "synthetic/contact_sheet.h"

#include <gtest/gtest.h>

#include "image/picture.h"
#include "synthetic/mini_assets.h"

namespace triptych::synthetic {
namespace {

// Of one colour, and nobody in its right half.
View plain(int edit, int number, int red) {
  View view{{1, edit, number, Camera{}}, Image8(64, 64, 4), Raster<std::uint16_t>(64, 64, 1)};
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 64; ++x) {
      view.rgba.at(x, y, 0) = static_cast<std::uint8_t>(red);
      view.rgba.at(x, y, 3) = x < 32 ? 255 : 0;
    }
  }
  return view;
}

TEST(ContactSheet, ShowsSomeViewsAndTheFirstOfEveryEdit) {
  const std::vector<std::vector<View>> heads{
      {plain(0, 0, 10), plain(0, 1, 20), plain(0, 2, 30), plain(0, 3, 40), plain(0, 4, 50), plain(3, 0, 60),
       plain(3, 1, 70)},
      {plain(0, 0, 80), plain(0, 1, 90)}};
  const TemporaryFolder folder;
  const auto path = folder.path() / "sheet.png";
  const Status written = write_contact_sheet(path, heads);
  ASSERT_TRUE(written) << written.error().message;
  const auto sheet = load_picture(path);
  ASSERT_TRUE(sheet) << sheet.error().message;
  const Image8& image = sheet->rgb;
  ASSERT_EQ(image.width, 5 * 128);
  ASSERT_EQ(image.height, 2 * 128);
  const std::vector<std::vector<int>> reds{{10, 20, 30, 50, 60}, {80, 90, 255, 255, 255}};
  for (int row = 0; row < 2; ++row) {
    for (int column = 0; column < 5; ++column) {
      const int left = 128 * column, middle = 128 * row + 64;
      const int red = reds[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
      EXPECT_EQ(image.at(left + 20, middle, 0), red) << row << ", " << column;
      EXPECT_EQ(image.at(left + 108, middle, 0), red == 255 ? 255 : 200) << "grey behind the person";
    }
  }
}

TEST(ContactSheet, NothingToShowIsAnError) {
  const TemporaryFolder folder;
  EXPECT_FALSE(write_contact_sheet(folder.path() / "sheet.png", {}));
}

}  // namespace
}  // namespace triptych::synthetic
