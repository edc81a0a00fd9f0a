// The decoder's layers for a batch of samples at once: column k of a block of floats holds input k of every
// sample.
#pragma once

#include "render/planes.h"

namespace triptych::render {

enum class LayerEnd { linear, relu, softplus };

template <typename L>
TRIPTYCH_INLINE typename L::F finish(typename L::F v, LayerEnd end) {
  if (end == LayerEnd::relu) return L::max(v, L::set(0));
  if (end == LayerEnd::softplus) return L::softplus(v);
  return v;
}

// Outputs first .. first + count - 1, each of so many samples that a weight is used more than once. Columns
// of outputs are `stride` floats apart.
template <typename L, int count>
TRIPTYCH_INLINE void layer_tile(const LayerView& layer, int first, const float* inputs, float* outputs,
                                LayerEnd end) {
  constexpr int vectors = L::vectors;
  typename L::F sums[count][vectors];
  TRIPTYCH_UNROLL for (int j = 0; j < count; ++j) {
    TRIPTYCH_UNROLL for (int v = 0; v < vectors; ++v) sums[j][v] = L::set(layer.bias[first + j]);
  }
  const float* weights = layer.weights + first;
  for (int input = 0; input < layer.inputs; ++input, weights += layer.outputs, inputs += batch<L>) {
    typename L::F x[vectors];
    TRIPTYCH_UNROLL for (int v = 0; v < vectors; ++v) x[v] = L::load(inputs + v * L::width);
    TRIPTYCH_UNROLL for (int j = 0; j < count; ++j) {
      const auto weight = L::set(weights[j]);
      TRIPTYCH_UNROLL for (int v = 0; v < vectors; ++v) sums[j][v] = L::fma(weight, x[v], sums[j][v]);
    }
  }
  TRIPTYCH_UNROLL for (int j = 0; j < count; ++j) {
    TRIPTYCH_UNROLL for (int v = 0; v < vectors; ++v) {
      L::store(finish<L>(sums[j][v], end), outputs + (first + j) * batch<L> + v * L::width);
    }
  }
}

// Outputs from .. to - 1 of a layer.
template <typename L>
TRIPTYCH_INLINE void layer_outputs(const LayerView& layer, int from, int to, const float* inputs,
                                   float* outputs, LayerEnd end) {
  for (; from + L::tile <= to; from += L::tile) layer_tile<L, L::tile>(layer, from, inputs, outputs, end);
  if (to - from >= 5) layer_tile<L, 5>(layer, from, inputs, outputs, end), from += 5;
  if (to - from >= 4) layer_tile<L, 4>(layer, from, inputs, outputs, end), from += 4;
  for (; from < to; ++from) layer_tile<L, 1>(layer, from, inputs, outputs, end);
}

// All hidden layers; the result is in `hidden` (max_features columns). `spare` is as large, for three-layer
// decoders.
template <typename L>
TRIPTYCH_INLINE void hidden_layers(const FieldView& field, const float* inputs, float* spare, float* hidden) {
  const LayerEnd end = field.softplus ? LayerEnd::softplus : LayerEnd::relu;
  for (int i = 0; i + 1 < field.layer_count; ++i) {
    const LayerView& layer = field.layers[i];
    float* outputs = i + 2 == field.layer_count ? hidden : spare;
    layer_outputs<L>(layer, 0, layer.outputs, inputs, outputs, end);
    inputs = spare;
  }
  if (field.layer_count == 1) {  // the last layer reads the features themselves
    for (int i = 0; i < field.layers[0].inputs * batch<L>; ++i) hidden[i] = inputs[i];
  }
}

}  // namespace triptych::render
