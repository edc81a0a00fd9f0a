#include "image/sheet.h"

#include <algorithm>

namespace triptych {

Image8 sheet_of(const std::vector<std::vector<Image8>>& rows) {
  std::size_t columns = 0;
  Image8 first;
  for (const auto& row : rows) {
    columns = std::max(columns, row.size());
    if (first.empty() && !row.empty()) first = row.front();
  }
  const int width = first.width, height = first.height;
  Image8 sheet(static_cast<int>(columns) * width, static_cast<int>(rows.size()) * height, 3, 255);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t c = 0; c < rows[r].size(); ++c) {
      const int left = static_cast<int>(c) * width, top = static_cast<int>(r) * height;
      for (int y = 0; y < height; ++y) {
        std::copy_n(rows[r][c].row(y), static_cast<std::size_t>(width) * 3, &sheet.at(left, top + y));
      }
    }
  }
  return sheet;
}

}  // namespace triptych
