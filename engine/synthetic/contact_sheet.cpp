#include "synthetic/contact_sheet.h"

#include "image/picture.h"
#include "image/resample.h"

namespace triptych::synthetic {
namespace {

constexpr int tile = 128;
constexpr int grey = 200;

Image8 thumbnail(const View& view) {
  const Image8& rgba = view.rgba;
  Image8 rgb(rgba.width, rgba.height, 3);
  for (std::size_t i = 0; i < rgb.pixels.size() / 3; ++i) {
    const int alpha = rgba.pixels[4 * i + 3];
    for (std::size_t k = 0; k < 3; ++k) {
      rgb.pixels[3 * i + k] =
          static_cast<std::uint8_t>((rgba.pixels[4 * i + k] * alpha + grey * (255 - alpha) + 127) / 255);
    }
  }
  return resize(rgb, tile, tile);
}

std::vector<const View*> chosen(const std::vector<View>& views) {
  std::vector<const View*> base, edits;
  for (const View& view : views) {
    if (view.key.edit == 0) base.push_back(&view);
    if (view.key.edit != 0 && view.key.view == 0) edits.push_back(&view);
  }
  std::vector<const View*> row(base.begin(), base.begin() + std::min<std::ptrdiff_t>(3, std::ssize(base)));
  if (base.size() > 3) row.push_back(base.back());
  row.insert(row.end(), edits.begin(), edits.end());
  return row;
}

void place(Image8& sheet, const Image8& picture, int left, int top) {
  for (int y = 0; y < picture.height; ++y) {
    std::copy_n(picture.row(y), picture.width * 3, &sheet.at(left, top + y));
  }
}

}  // namespace

Status write_contact_sheet(const std::filesystem::path& path, const std::vector<std::vector<View>>& heads) {
  std::vector<std::vector<const View*>> rows;
  std::size_t columns = 1;
  for (const auto& views : heads) {
    rows.push_back(chosen(views));
    columns = std::max(columns, rows.back().size());
  }
  Image8 sheet(tile * static_cast<int>(columns),
               tile * static_cast<int>(std::max<std::size_t>(1, rows.size())), 3, std::uint8_t{255});
  for (std::size_t y = 0; y < rows.size(); ++y) {
    for (std::size_t x = 0; x < rows[y].size(); ++x) {
      place(sheet, thumbnail(*rows[y][x]), static_cast<int>(x) * tile, static_cast<int>(y) * tile);
    }
  }
  return save_picture(path, sheet);
}

}  // namespace triptych::synthetic
