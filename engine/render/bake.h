// A head baked for motion: density and colour of every point near the visible surface, so that a sample is
// one trilinear look-up. Made by bake(), shown by render_fast() (renderer.h).
#pragma once

#include <cstdlib>
#include <memory>
#include <vector>

#include "head/head.h"
#include "render/baked_view.h"

namespace triptych {

// Immutable once made; any number of threads may render it.
class BakedHead {
 public:
  struct Free {
    void operator()(std::uint32_t* nodes) const noexcept { std::free(nodes); }
  };
  // Memory that is zero until it is written and costs nothing until then, but for what large pages round up.
  using Nodes = std::unique_ptr<std::uint32_t[], Free>;

  render::BakedView grid;  // views of the two below
  Nodes nodes;
  std::vector<std::int32_t> bricks;
  std::size_t visible_bricks = 0;
  float near_depth = 0, far_depth = 1;  // render::orbit_range of the head

  [[nodiscard]] std::size_t bytes() const noexcept {
    return visible_bricks * render::brick_nodes * sizeof(std::uint32_t) +
           bricks.size() * sizeof(std::int32_t);
  }
};

}  // namespace triptych
