// The field of a Head (head/head.h): raw density and colour of L::width points.
#pragma once

#include "render/decoder.h"
#include "render/planes.h"
#include "render/rays.h"

namespace triptych::render {

inline constexpr int feature_row = max_features + 16;  // floats between the feature rows of two samples

// Columns (one float a lane) of a batch on its way through the decoder.
template <typename L>
struct FieldScratch {
  alignas(64) float rows[L::width * feature_row];
  alignas(64) float inputs[(max_features + 4) * L::width];
  alignas(64) float spare[max_features * L::width];
  alignas(64) float outputs[max_outputs * L::width];
  alignas(64) float front[8 * L::width];  // surface depth, skip r g b, mask
  Taps<L> taps[6];
};

// Sums `count` planes at the taps of sample s into row[0 .. vectors * width - 1]; the last vector has n
// channels.
template <typename L, int count, int vectors>
TRIPTYCH_INLINE void gather_row(const PlaneView* const* planes, const Taps<L>* taps, int s, int from, int n,
                                float* row) {
  typename L::F sums[2][vectors];
  TRIPTYCH_UNROLL for (int v = 0; v < vectors; ++v) sums[0][v] = sums[1][v] = L::set(0);
  TRIPTYCH_UNROLL for (int p = 0; p < count; ++p) add_taps<L, vectors>(*planes[p], taps[p], s, from, n, sums);
  TRIPTYCH_UNROLL for (int v = 0; v < vectors; ++v) L::store(sums[0][v] + sums[1][v], row + v * L::width);
}

// Sums `count` planes at their taps into columns[channel][lane].
template <typename L, int count>
TRIPTYCH_INLINE void gather_columns(const PlaneView* const* planes, const Taps<L>* taps, int from,
                                    int channels, float* rows, float* columns) {
  for (int c = 0; c < channels;) {
    const int left = channels - c;
    const int vectors = left > 3 * L::width ? 4 : (left + L::width - 1) / L::width;
    const int n = left < vectors * L::width ? left - (vectors - 1) * L::width : L::width;
    for (int s = 0; s < L::width; ++s) {
      float* row = rows + s * feature_row + c;
      if (vectors == 4) gather_row<L, count, 4>(planes, taps, s, from + c, n, row);
      if (vectors == 3) gather_row<L, count, 3>(planes, taps, s, from + c, n, row);
      if (vectors == 2) gather_row<L, count, 2>(planes, taps, s, from + c, n, row);
      if (vectors == 1) gather_row<L, count, 1>(planes, taps, s, from + c, n, row);
    }
    c += vectors * L::width;
  }
  for (int c = 0; c < channels; c += 4) L::transpose4(rows + c, feature_row, columns + c * L::width);
}

template <typename L>
TRIPTYCH_INLINE void canonical_inputs(const FieldView& field, const Points<L>& p, FieldScratch<L>& scratch) {
  const auto scale = L::set(field.box_scale);
  const auto x = p.x * scale, y = p.y * scale, z = p.z * scale;
  constexpr float third = 1.0F / 3;
  find_taps<L>(field.planes[0], x, y, Border::zero, third, scratch.taps[0]);
  find_taps<L>(field.planes[1], x, z, Border::zero, third, scratch.taps[1]);
  find_taps<L>(field.planes[2], z, x, Border::zero, third, scratch.taps[2]);
  const PlaneView* const planes[3] = {&field.planes[0], &field.planes[1], &field.planes[2]};
  gather_columns<L, 3>(planes, scratch.taps, 0, field.channels, scratch.rows, scratch.inputs);
}

// Returns delta: the depth behind the picture's surface.
template <typename L>
TRIPTYCH_INLINE typename L::F frustum_inputs(const FieldView& field, const Points<L>& p,
                                             FieldScratch<L>& scratch) {
  const FrustumPoints<L> q = to_frustum<L>(field, p);
  const int C = field.channels;
  find_taps<L>(field.planes[0], q.u, q.v, Border::clamp, 1, scratch.taps[0]);
  find_taps<L>(field.planes[1], q.u, q.w, Border::clamp, 1, scratch.taps[1]);
  find_taps<L>(field.planes[2], q.w, q.v, Border::clamp, 1, scratch.taps[2]);
  const PlaneView* const planes[6] = {&field.planes[0],          &field.planes[1],
                                      &field.planes[2],          &field.template_planes[0],
                                      &field.template_planes[1], &field.template_planes[2]};
  if (field.template_planes[0].texels == nullptr) {
    gather_columns<L, 3>(planes, scratch.taps, 0, C, scratch.rows, scratch.inputs);
  } else {
    const auto scale = L::set(field.box_scale);
    const auto x = p.x * scale, y = L::set(0) - p.y * scale, z = p.z * scale;
    find_taps<L>(field.template_planes[0], x, y, Border::clamp, 1, scratch.taps[3]);
    find_taps<L>(field.template_planes[1], x, z, Border::clamp, 1, scratch.taps[4]);
    find_taps<L>(field.template_planes[2], z, y, Border::clamp, 1, scratch.taps[5]);
    gather_columns<L, 6>(planes, scratch.taps, 0, C, scratch.rows, scratch.inputs);
  }
  gather_columns<L, 1>(planes, scratch.taps, C, 5, scratch.rows, scratch.front);
  const auto delta = q.depth - L::load(scratch.front);
  const auto bump = L::set(20) * delta;
  L::store(tanh<L>(L::set(8) * delta), scratch.inputs + C * L::width);
  L::store(tanh<L>(L::set(40) * delta), scratch.inputs + (C + 1) * L::width);
  L::store(L::exp(L::set(0) - bump * bump), scratch.inputs + (C + 2) * L::width);
  return delta;
}

// Where the field writes: columns of width floats.
struct FieldOutputs {
  float* raw;     // density before the activation, as composited
  float* color;   // 3 columns, RGB in 0..1; unused if field.features
  float* hidden;  // the last layer's inputs, max_features columns (for feature_outputs)
};

template <typename L>
TRIPTYCH_INLINE typename L::F canonical_color(typename L::F y) {
  return L::fma(sigmoid<L>(y), L::set(1.002F), L::set(-0.001F));
}

template <typename L>
TRIPTYCH_APART void evaluate(const FieldView& field, const Points<L>& p, FieldScratch<L>& scratch,
                             const FieldOutputs& out) {
  const LayerView& last = field.layers[field.layer_count - 1];
  float* y = scratch.outputs;
  if (!field.frustum) {
    canonical_inputs<L>(field, p, scratch);
    hidden_layers<L>(field, scratch.inputs, scratch.spare, out.hidden);
    layer_outputs<L>(last, 0, field.features ? 1 : 4, out.hidden, y, LayerEnd::linear);
    L::store(L::load(y), out.raw);
    if (field.features) return;
    for (int c = 0; c < 3; ++c) {
      L::store(canonical_color<L>(L::load(y + (1 + c) * L::width)), out.color + c * L::width);
    }
    return;
  }
  const auto delta = frustum_inputs<L>(field, p, scratch);
  hidden_layers<L>(field, scratch.inputs, scratch.spare, out.hidden);
  layer_outputs<L>(last, 0, 5, out.hidden, y, LayerEnd::linear);
  const auto mask = L::load(scratch.front + 4 * L::width);
  L::store(L::fma(L::set(3), tanh<L>(L::set(30) * delta), L::load(y) - L::set(1)) + mask, out.raw);
  const auto gate =
      sigmoid<L>(L::load(y + 4 * L::width) + L::set(1)) * sigmoid<L>(L::set(80) * (L::set(0.05F) - delta));
  for (int c = 0; c < 3; ++c) {
    const auto skip = L::load(scratch.front + (1 + c) * L::width);
    L::store(sigmoid<L>(L::fma(gate, skip, L::load(y + (1 + c) * L::width))), out.color + c * L::width);
  }
}

}  // namespace triptych::render
