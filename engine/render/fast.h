// The march through a baked head: a lane is a ray, neighbouring rays march together. Empty bricks are jumped
// over by their distance from the nearest one that shows something; a ray ends when it is opaque.
#pragma once

#include "render/baked_view.h"
#include "render/composite.h"
#include "render/lanes_scalar.h"
#include "render/rays.h"

namespace triptych::render {

inline constexpr float fast_opaque = 1.0F / 256;

// Pixels of a packet: width x height = L::width.
template <typename L>
struct Packet {
  static constexpr int width = L::width >= 16 ? 4 : L::width >= 4 ? L::width / 2 : L::width;
  static constexpr int height = L::width / width;
};

// A line in grid coordinates (before the frustum's division): start + t * slope.
template <typename L>
struct GridLines {
  float start[3];
  typename L::F slope[3];
};

template <typename L>
struct GridPoints {
  typename L::F x, y, z;
};

template <typename L>
TRIPTYCH_INLINE GridLines<L> grid_lines(const FastTask& task, const float (*directions)[L::width]) {
  GridLines<L> lines{};
  for (int i = 0; i < 3; ++i) {
    const float* m = task.head.to_grid + 4 * i;
    const float* o = task.camera.origin;
    lines.start[i] = m[0] * o[0] + m[1] * o[1] + m[2] * o[2] + m[3];
    lines.slope[i] =
        L::fma(L::set(m[0]), L::load(directions[0]),
               L::fma(L::set(m[1]), L::load(directions[1]), L::set(m[2]) * L::load(directions[2])));
  }
  return lines;
}

// Positions beyond the picture's edge, on the wider spacing of the margin.
template <typename L>
TRIPTYCH_INLINE typename L::F fold_margin(typename L::F v, float edge) {
  const auto inside = L::min(L::max(v, L::set(-edge)), L::set(edge));
  return L::fma(v - inside, L::set(1 / margin_step), inside);
}

template <typename L>
TRIPTYCH_INLINE GridPoints<L> grid_points(const BakedView& head, const GridLines<L>& lines, typename L::F t) {
  auto x = L::fma(t, lines.slope[0], L::set(lines.start[0]));
  auto y = L::fma(t, lines.slope[1], L::set(lines.start[1]));
  auto z = L::fma(t, lines.slope[2], L::set(lines.start[2]));
  if (head.frustum) {
    const auto inverse = L::set(1) / L::max(z, L::set(1e-3F));
    x = fold_margin<L>(x * inverse, head.edge[0]);
    y = fold_margin<L>(y * inverse, head.edge[1]);
  }
  return {x + L::set(head.shift[0]), y + L::set(head.shift[1]),
          L::fma(z, L::set(head.depth_scale), L::set(head.shift[2]))};
}

// Lower node along one axis, its fraction, and the offsets of both nodes in the bricks' order (stride: nodes
// of a brick times bricks before the next along this axis; inner: nodes before the next inside a brick).
template <typename L>
struct Axis {
  typename L::I brick, low, high;
  typename L::F fraction;
};
template <typename L>
TRIPTYCH_INLINE Axis<L> find_axis(typename L::F position, int size, int stride, int inner) {
  const auto clamped = L::min(L::max(position, L::set(0)), L::set(static_cast<float>(size - 1)));
  const auto node = L::min(L::to_int(clamped), L::set_int(size - 2));
  const auto next = node + L::set_int(1);
  Axis<L> axis{};
  axis.fraction = clamped - L::to_float(node);
  axis.brick = L::template shift_right<3>(node);
  axis.low = axis.brick * L::set_int(stride) + L::bit_and(node, brick_side - 1) * L::set_int(inner);
  axis.high = L::template shift_right<3>(next) * L::set_int(stride) +
              L::bit_and(next, brick_side - 1) * L::set_int(inner);
  return axis;
}

template <typename L>
struct BakedSample {
  typename L::F raw, red, green, blue;  // bytes, 0..255, interpolated
};

template <typename L>
TRIPTYCH_INLINE BakedSample<L> unpack(typename L::I node) {
  return {L::to_float(L::bit_and(node, 255)), L::to_float(L::bit_and(L::template shift_right<8>(node), 255)),
          L::to_float(L::bit_and(L::template shift_right<16>(node), 255)),
          L::to_float(L::template shift_right<24>(node))};
}

template <typename L>
TRIPTYCH_INLINE BakedSample<L> mix(const BakedSample<L>& a, const BakedSample<L>& b, typename L::F f) {
  return {L::fma(f, b.raw - a.raw, a.raw), L::fma(f, b.red - a.red, a.red),
          L::fma(f, b.green - a.green, a.green), L::fma(f, b.blue - a.blue, a.blue)};
}

template <typename L>
TRIPTYCH_INLINE BakedSample<L> trilinear(const BakedView& head, const Axis<L>& x, const Axis<L>& y,
                                         const Axis<L>& z) {
  const auto* nodes = reinterpret_cast<const std::int32_t*>(head.nodes);
  const auto row = [&](typename L::I yz) {
    return mix<L>(unpack<L>(L::gather(nodes, yz + x.low)), unpack<L>(L::gather(nodes, yz + x.high)),
                  x.fraction);
  };
  const auto near_plane = mix<L>(row(y.low + z.low), row(y.high + z.low), y.fraction);
  const auto far_plane = mix<L>(row(y.low + z.high), row(y.high + z.high), y.fraction);
  return mix<L>(near_plane, far_plane, z.fraction);
}

// A packet's rays on their way.
template <typename L>
struct PacketState {
  typename L::F t, before_t, transmittance, depth;
  BakedSample<L> before, sum;
  typename L::M before_visible;
};

// Composites the interval between the last sample and this one, where both are within visible bricks.
template <typename L>
TRIPTYCH_INLINE void composite(const BakedView& head, const BakedSample<L>& sample, typename L::M visible,
                               PacketState<L>& state) {
  using F = typename L::F;
  const F half = L::set(0.5F), zero = L::set(0);
  const F raw = L::fma(L::set(0.5F * head.raw_step), sample.raw + state.before.raw, L::set(head.raw_low));
  const F length = L::select(L::both(visible, state.before_visible), state.t - state.before_t, zero);
  const F through = L::exp(zero - density<L>(head.frustum, raw) * length);
  const F weight = state.transmittance * (L::set(1) - through);
  state.transmittance = state.transmittance * through;
  state.sum.red = L::fma(weight, half * (sample.red + state.before.red), state.sum.red);
  state.sum.green = L::fma(weight, half * (sample.green + state.before.green), state.sum.green);
  state.sum.blue = L::fma(weight, half * (sample.blue + state.before.blue), state.sum.blue);
  state.depth = L::fma(weight, half * (state.t + state.before_t), state.depth);
  state.before = sample;
  state.before_t = state.t;
  state.before_visible = visible;
}

template <typename L>
TRIPTYCH_INLINE typename L::M within(const BakedView& head, const GridPoints<L>& p) {
  const auto inside = [](typename L::F v, int size) {
    return L::both(L::less(L::set(-0.5F), v), L::less(v, L::set(static_cast<float>(size) - 0.5F)));
  };
  return L::both(inside(p.x, head.size[0]), L::both(inside(p.y, head.size[1]), inside(p.z, head.size[2])));
}

template <typename L>
TRIPTYCH_INLINE PacketState<L> march_packet(const FastTask& task, const GridLines<L>& lines) {
  using F = typename L::F;
  const BakedView& head = task.head;
  const F zero = L::set(0), far_depth = L::set(task.far_depth), step = L::set(head.step);
  const int bricks_x = head.size[0] / brick_side, bricks_y = head.size[1] / brick_side;
  PacketState<L> state{};
  state.t = L::set(task.near_depth);
  state.before_t = state.t;
  state.transmittance = L::set(1);
  state.depth = zero;
  state.before = state.sum = {zero, zero, zero, zero};
  state.before_visible = L::less(zero, zero);
  while (true) {
    const auto active =
        L::both(L::less(L::set(fast_opaque), state.transmittance), L::less(state.t, far_depth));
    if (!L::any(active)) return state;
    const GridPoints<L> p = grid_points<L>(head, lines, state.t);
    const Axis<L> x = find_axis<L>(p.x, head.size[0], brick_nodes, 1);
    const Axis<L> y = find_axis<L>(p.y, head.size[1], brick_nodes * bricks_x, brick_side);
    const Axis<L> z =
        find_axis<L>(p.z, head.size[2], brick_nodes * bricks_x * bricks_y, brick_side * brick_side);
    const auto index = (z.brick * L::set_int(bricks_y) + y.brick) * L::set_int(bricks_x) + x.brick;
    const F distance = L::to_float(L::gather(head.bricks, index));
    auto here = active;
    // The borders of the frustum's planes go on beyond it; the box ends.
    if (!head.frustum) here = L::both(here, within<L>(head, p));
    const auto visible = L::both(here, L::less(distance, L::set(0.5F)));
    if (L::any(visible)) {
      composite<L>(head, trilinear<L>(head, x, y, z), visible, state);
    } else {
      state.before_visible = visible;
    }
    const F jump = L::max(step, (distance - L::set(1)) * L::set(head.brick_edge));
    state.t = state.t + L::select(L::less(L::set(0.5F), distance), jump, step);
  }
}

// The packet whose first pixel is (x, y); pixels from `right` and `bottom` on are left alone.
template <typename L>
TRIPTYCH_CALLABLE void fast_packet(const FastTask& task, int x, int y, int right, int bottom) {
  using P = Packet<L>;
  alignas(64) float directions[3][L::width];
  for (int i = 0; i < L::width; ++i) {
    const Ray ray = pixel_ray(task.camera, x + i % P::width, y + i / P::width, task.width, task.height);
    for (int c = 0; c < 3; ++c) directions[c][i] = ray.direction[c];
  }
  const PacketState<L> state = march_packet<L>(task, grid_lines<L>(task, directions));
  alignas(64) float values[5][L::width];
  const auto scale = L::set(1.0F / 255);
  L::store(state.sum.red * scale, values[0]);
  L::store(state.sum.green * scale, values[1]);
  L::store(state.sum.blue * scale, values[2]);
  L::store(state.transmittance, values[3]);
  L::store(state.depth, values[4]);
  for (int i = 0; i < L::width; ++i) {
    const int px = x + i % P::width, py = y + i / P::width;
    if (px >= right || py >= bottom) continue;
    const int pixel = py * task.width + px;
    const float left_over = values[3][i], alpha = 1 - left_over;
    for (int c = 0; c < 3; ++c) {
      const float color = values[c][i] + left_over * task.background[c];
      task.color[3 * pixel + c] = color < 0 ? 0 : color > 1 ? 1 : color;
    }
    task.alpha[pixel] = alpha;
    task.depth[pixel] = alpha > 1.0F / 512 ? values[4][i] / alpha : task.far_depth;
  }
}

// Tile `tile` of the frame, `side` pixels wide and high.
template <typename L>
void fast_tile(const FastTask& task, int tile, int side) {
  const int across = (task.width + side - 1) / side;
  const int left = tile % across * side, top = tile / across * side;
  const int right = left + side < task.width ? left + side : task.width;
  const int bottom = top + side < task.height ? top + side : task.height;
  for (int y = top; y < bottom; y += Packet<L>::height) {
    for (int x = left; x < right; x += Packet<L>::width) fast_packet<L>(task, x, y, right, bottom);
  }
}

}  // namespace triptych::render
