// The field of a Head (head/head.h): raw density and colour of L::width points.
#pragma once

#include "render/decoder.h"
#include "render/planes.h"
#include "render/rays.h"

namespace triptych::render {

// Columns (one float a sample) of a batch on its way through the decoder.
template <typename L>
struct FieldScratch {
  alignas(64) float rows[batch<L> * max_features];
  alignas(64) float inputs[(max_features + 8) * batch<L>];
  alignas(64) float hidden[max_features * batch<L>];
  alignas(64) float spare[max_features * batch<L>];
  alignas(64) float outputs[max_outputs * batch<L>];
  alignas(64) float front[8 * batch<L>];  // surface depth, skip r g b, mask
  alignas(64) float delta[batch<L>];      // depth behind the picture's surface
  Taps<L> taps[6];
};

// Sums `count` planes at the taps of sample s into row[0 .. vectors * width - 1].
template <typename L, typename T, int count, int vectors, bool partial = false>
TRIPTYCH_INLINE void gather_row(const PlaneView* const* planes, const Taps<L>* taps, int s, int from, int n,
                                float* row) {
  typename T::F sums[2][vectors];
  TRIPTYCH_UNROLL for (int v = 0; v < vectors; ++v) sums[0][v] = sums[1][v] = T::set(0);
  TRIPTYCH_UNROLL for (int p = 0; p < count; ++p) {
    add_taps<L, T, vectors, partial>(*planes[p], taps[p], s, from, n, sums);
  }
  TRIPTYCH_UNROLL for (int v = 0; v < vectors; ++v) T::store(sums[0][v] + sums[1][v], row + v * T::width);
}

// The same of `wanted` vectors, up to `vectors`.
template <typename L, typename T, int count, int vectors>
TRIPTYCH_INLINE void gather_vectors(int wanted, const PlaneView* const* planes, const Taps<L>* taps, int s,
                                    int from, float* row) {
  if constexpr (vectors > 1) {
    if (wanted < vectors) return gather_vectors<L, T, count, vectors - 1>(wanted, planes, taps, s, from, row);
  }
  gather_row<L, T, count, vectors>(planes, taps, s, from, 0, row);
}

// Sums channels `from` to `from + channels - 1` of `count` planes at their taps into rows of every sample,
// by vectors T.
template <typename L, typename T, int count>
TRIPTYCH_INLINE void gather_rows(const PlaneView* const* planes, const Taps<L>* taps, int from, int channels,
                                 int stride, float* rows) {
  for (int c = 0; c < channels;) {
    const int left = channels - c, whole = left / T::width;
    const int vectors = whole == 0 ? 1 : whole < T::together ? whole : T::together;
    for (int s = 0; s < batch<L>; ++s) {
      float* row = rows + s * stride + c;
      if (whole == 0) {
        gather_row<L, T, count, 1, true>(planes, taps, s, from + c, left, row);
      } else {
        gather_vectors<L, T, count, T::together>(vectors, planes, taps, s, from + c, row);
      }
    }
    c += vectors * T::width;
  }
}

// The same into columns[channel][sample], by the widest vectors that are all used.
template <typename L, int count>
TRIPTYCH_INLINE void gather_columns(const PlaneView* const* planes, const Taps<L>* taps, int from,
                                    int channels, float* rows, float* columns) {
  using T = typename L::Texels;
  const int stride = (channels + 7) / 8 * 8;
  bool gathered = false;
  if constexpr (L::width > T::width) {
    gathered = channels % L::width == 0;
    if (gathered) gather_rows<L, L, count>(planes, taps, from, channels, stride, rows);
  }
  if (!gathered) gather_rows<L, T, count>(planes, taps, from, channels, stride, rows);
  for (int s = 0; s < batch<L>; s += L::width) {
    for (int c = 0; c < channels; c += 4) {
      L::transpose4(rows + s * stride + c, stride, columns + c * batch<L> + s, batch<L>);
    }
  }
}

// Taps of three planes at (x, y), (x, z), and (z, x) or (z, y), each column and row. Planes are mostly of the
// same size, and a coordinate's texels are found once then.
enum class Last { zx, zy };
template <typename L, Last last>
TRIPTYCH_INLINE void tap_planes(const PlaneView (&planes)[3], typename L::F x, typename L::F y,
                                typename L::F z, Border border, float scale, Taps<L>* taps, int s) {
  const auto& [front, top, side] = planes;
  const Pair<L> front_x = find_pair<L>(x, front.width, border),
                front_y = find_pair<L>(y, front.height, border);
  const Pair<L> top_x = find_pair<L>(x, top.width, border, front_x, front.width);
  const Pair<L> top_z = find_pair<L>(z, top.height, border);
  const Pair<L> side_z = find_pair<L>(z, side.width, border, top_z, top.height);
  const Pair<L> side_y = last == Last::zx ? find_pair<L>(x, side.height, border, front_x, front.width)
                                          : find_pair<L>(y, side.height, border, front_y, front.height);
  put_taps<L>(front, front_x, front_y, scale, taps[0], s);
  put_taps<L>(top, top_x, top_z, scale, taps[1], s);
  put_taps<L>(side, side_z, side_y, scale, taps[2], s);
}

template <typename L>
TRIPTYCH_INLINE void canonical_inputs(const FieldView& field, const float* const (&points)[3],
                                      FieldScratch<L>& scratch) {
  const auto scale = L::set(field.box_scale);
  constexpr float third = 1.0F / 3;
  for (int s = 0; s < batch<L>; s += L::width) {
    const auto x = L::load(points[0] + s) * scale, y = L::load(points[1] + s) * scale,
               z = L::load(points[2] + s) * scale;
    tap_planes<L, Last::zx>(field.planes, x, y, z, Border::zero, third, scratch.taps, s);
  }
  const PlaneView* const planes[3] = {&field.planes[0], &field.planes[1], &field.planes[2]};
  gather_columns<L, 3>(planes, scratch.taps, 0, field.channels, scratch.rows, scratch.inputs);
}

template <typename L>
TRIPTYCH_INLINE void frustum_inputs(const FieldView& field, const float* const (&points)[3],
                                    FieldScratch<L>& scratch) {
  const int C = field.channels;
  const bool has_template = field.template_planes[0].texels != nullptr;
  const auto scale = L::set(field.box_scale);
  for (int s = 0; s < batch<L>; s += L::width) {
    const Points<L> p{L::load(points[0] + s), L::load(points[1] + s), L::load(points[2] + s)};
    const FrustumPoints<L> q = to_frustum<L>(field, p);
    tap_planes<L, Last::zy>(field.planes, q.u, q.v, q.w, Border::clamp, 1, scratch.taps, s);
    L::store(q.depth, scratch.delta + s);
    if (!has_template) continue;
    const auto x = p.x * scale, y = L::set(0) - p.y * scale, z = p.z * scale;
    tap_planes<L, Last::zy>(field.template_planes, x, y, z, Border::clamp, 1, scratch.taps + 3, s);
  }
  const PlaneView* const planes[6] = {&field.planes[0],          &field.planes[1],
                                      &field.planes[2],          &field.template_planes[0],
                                      &field.template_planes[1], &field.template_planes[2]};
  if (has_template) {
    gather_columns<L, 6>(planes, scratch.taps, 0, C, scratch.rows, scratch.inputs);
  } else {
    gather_columns<L, 3>(planes, scratch.taps, 0, C, scratch.rows, scratch.inputs);
  }
  gather_columns<L, 1>(planes, scratch.taps, C, 5, scratch.rows, scratch.front);
  for (int s = 0; s < batch<L>; s += L::width) {
    const auto delta = L::load(scratch.delta + s) - L::load(scratch.front + s);
    const auto bump = L::set(20) * delta;
    float* extra = scratch.inputs + C * batch<L> + s;
    L::store(delta, scratch.delta + s);
    L::store(tanh<L>(L::set(8) * delta), extra);
    L::store(tanh<L>(L::set(40) * delta), extra + batch<L>);
    L::store(L::exp(L::set(0) - bump * bump), extra + 2 * batch<L>);
  }
}

// Where the field of a batch goes: columns of batch<L> floats.
struct FieldOutputs {
  float* raw;     // density before the activation, as composited
  float* color;   // 3 columns, RGB in 0..1; unused if field.features
  float* hidden;  // the last layer's inputs, max_features columns
};

template <typename L>
TRIPTYCH_INLINE typename L::F canonical_color(typename L::F y) {
  return L::fma(sigmoid<L>(y), L::set(1.002F), L::set(-0.001F));
}

// points: x, y, z of a batch.
template <typename L>
TRIPTYCH_APART void evaluate(const FieldView& field, const float* const (&points)[3],
                             FieldScratch<L>& scratch, const FieldOutputs& out) {
  constexpr int n = batch<L>;
  const LayerView& last = field.layers[field.layer_count - 1];
  const float* y = scratch.outputs;
  if (field.frustum) {
    frustum_inputs<L>(field, points, scratch);
  } else {
    canonical_inputs<L>(field, points, scratch);
  }
  hidden_layers<L>(field, scratch.inputs, scratch.spare, out.hidden);
  layer_outputs<L>(last, 0,
                   field.features  ? 1
                   : field.frustum ? 5
                                   : 4,
                   out.hidden, scratch.outputs, LayerEnd::linear);
  for (int s = 0; s < n; s += L::width, y += L::width) {
    auto raw = L::load(y);
    if (!field.frustum) {
      for (int c = 0; c < 3 && !field.features; ++c) {
        L::store(canonical_color<L>(L::load(y + (1 + c) * n)), out.color + c * n + s);
      }
    } else {
      const auto delta = L::load(scratch.delta + s);
      raw = L::fma(L::set(3), tanh<L>(L::set(30) * delta), raw - L::set(1)) +
            L::load(scratch.front + 4 * n + s);
      const auto gate =
          sigmoid<L>(L::load(y + 4 * n) + L::set(1)) * sigmoid<L>(L::set(80) * (L::set(0.05F) - delta));
      for (int c = 0; c < 3; ++c) {
        const auto skip = L::load(scratch.front + (1 + c) * n + s);
        L::store(sigmoid<L>(L::fma(gate, skip, L::load(y + (1 + c) * n))), out.color + c * n + s);
      }
    }
    L::store(raw, out.raw + s);
  }
}

}  // namespace triptych::render
