#include "synthetic/contact_sheet.h"

#include <algorithm>

#include "image/picture.h"
#include "image/resample.h"
#include "image/sheet.h"

namespace triptych::synthetic {
namespace {

Image8 thumbnail(const View& view) {
  constexpr int side = 128, grey = 200;
  const Image8& rgba = view.rgba;
  Image8 rgb(rgba.width, rgba.height, 3);
  for (std::size_t i = 0; i < rgb.pixels.size() / 3; ++i) {
    const int alpha = rgba.pixels[4 * i + 3];
    for (std::size_t k = 0; k < 3; ++k) {
      rgb.pixels[3 * i + k] =
          static_cast<std::uint8_t>((rgba.pixels[4 * i + k] * alpha + grey * (255 - alpha) + 127) / 255);
    }
  }
  return resize(rgb, side, side);
}

std::vector<Image8> row_of(const std::vector<View>& views) {
  std::vector<const View*> base, edits;
  for (const View& view : views) {
    if (view.key.edit == 0) base.push_back(&view);
    if (view.key.edit != 0 && view.key.view == 0) edits.push_back(&view);
  }
  if (base.size() > 3) base.erase(base.begin() + 3, base.end() - 1);
  std::vector<Image8> row;
  for (const View* view : base) row.push_back(thumbnail(*view));
  for (const View* view : edits) row.push_back(thumbnail(*view));
  return row;
}

}  // namespace

Status write_contact_sheet(const std::filesystem::path& path, const std::vector<std::vector<View>>& heads) {
  std::vector<std::vector<Image8>> rows;
  for (const auto& views : heads) rows.push_back(row_of(views));
  return save_picture(path, sheet_of(rows));
}

}  // namespace triptych::synthetic
