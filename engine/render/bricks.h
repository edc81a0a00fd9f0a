// Which bricks of a baked head are worth having: those near what can be seen.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "head/head.h"
#include "render/baked_view.h"

namespace triptych::render {

// Raw densities at every half brick, both ends included.
struct CoarseDensity {
  std::array<int, 3> size{};
  std::vector<float> raw;
};

class BrickMap {
 public:
  // A brick shows something if one of its 27 coarse densities does.
  BrickMap(const BakedView& grid, const CoarseDensity& coarse);

  // Frustum: bricks along the picture's surface are visible too, however thin what is there (strands of
  // hair).
  void add_surface(const Head& head);
  // Bricks that are dense and surrounded by dense ones let no light out.
  void find_inside();

  [[nodiscard]] std::size_t count() const { return state_.size(); }
  [[nodiscard]] std::size_t visible_count() const;
  [[nodiscard]] std::array<int, 3> position(std::size_t brick) const;
  // Bit dx + 2 dy + 4 dz: the brick (dx, dy, dz) before this one is visible, so its cells reach into this
  // one.
  [[nodiscard]] unsigned needed_by(std::size_t brick) const;
  // For BakedView::bricks.
  [[nodiscard]] std::vector<std::int32_t> distances() const;

 private:
  enum class State : std::uint8_t { empty, visible, inside };
  [[nodiscard]] std::size_t index(int x, int y, int z) const;

  std::array<int, 3> size_{};
  std::vector<State> state_;
  std::vector<std::uint8_t> dense_;
};

// Whether a node, on the lower faces of its brick or not, belongs to a cell of one of the bricks in
// `needed_by`.
[[nodiscard]] inline bool node_is_needed(bool at_x0, bool at_y0, bool at_z0, unsigned needed_by) {
  const unsigned reach = (at_x0 ? 1U : 0U) | (at_y0 ? 2U : 0U) | (at_z0 ? 4U : 0U);
  for (unsigned offset = 0; offset < 8; ++offset) {
    if ((needed_by >> offset & 1U) != 0 && (offset & ~reach) == 0) return true;
  }
  return false;
}

}  // namespace triptych::render
