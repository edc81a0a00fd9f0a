// Which bricks of a baked head are worth having: those near what can be seen.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/thread_pool.h"
#include "head/head.h"
#include "render/baked_view.h"

namespace triptych::render {

// Raw density and colour at every half brick, both ends included.
struct CoarseSamples {
  std::array<int, 3> size{};
  std::vector<float> values;  // four a sample

  [[nodiscard]] const float* at(int x, int y, int z) const {
    return values.data() + std::ptrdiff_t{4} * ((z * size[1] + y) * size[0] + x);
  }
};

class BrickMap {
 public:
  // A brick shows something if one of its 27 coarse densities does. What is faint, and what shows nothing but
  // borders on what does, need not be evaluated more finely.
  BrickMap(const BakedView& grid, const CoarseSamples& coarse, ThreadPool& pool);

  // Frustum: bricks along the picture's surface are visible too, however thin what is there (strands of
  // hair).
  void add_surface(const Head& head);
  // Bricks that are dense and surrounded by dense ones are hardly seen, so these need not be evaluated more
  // finely either. After add_surface().
  void smooth_inside();

  [[nodiscard]] std::size_t count() const { return state_.size(); }
  [[nodiscard]] std::size_t visible_count() const;
  [[nodiscard]] std::array<int, 3> position(std::size_t brick) const;
  [[nodiscard]] std::size_t row() const { return static_cast<std::size_t>(size_[0]); }  // bricks along x
  // Bit dx + 2 dy + 4 dz: the brick (dx, dy, dz) before this one is visible, so its cells reach into this
  // one.
  [[nodiscard]] unsigned needed_by(std::size_t brick) const;
  // The coarse samples are enough for this brick.
  [[nodiscard]] bool is_smooth(std::size_t brick) const { return state_[brick] != State::detailed; }
  // For BakedView::bricks.
  [[nodiscard]] std::vector<std::int32_t> distances() const;

 private:
  enum class State : std::uint8_t { empty, smooth, detailed };  // the last two show something
  [[nodiscard]] std::size_t index(int x, int y, int z) const;
  [[nodiscard]] bool shows(std::size_t brick) const { return state_[brick] != State::empty; }

  std::array<int, 3> size_{};
  std::vector<State> state_;
  std::vector<std::uint8_t> dense_;
};

// How many nodes of a line along x, which lies on the lower faces of its brick or not, belong to cells of one
// of the bricks in `needed_by`: all, the first, or none.
[[nodiscard]] inline int needed_of_line(bool at_y0, bool at_z0, unsigned needed_by) {
  const auto needed = [&](unsigned reach) {
    for (unsigned offset = 0; offset < 8; ++offset) {
      if ((needed_by >> offset & 1U) != 0 && (offset & ~reach) == 0) return true;
    }
    return false;
  };
  const unsigned faces = (at_y0 ? 2U : 0U) | (at_z0 ? 4U : 0U);
  return needed(faces) ? brick_side : needed(faces | 1U) ? 1 : 0;
}

}  // namespace triptych::render
