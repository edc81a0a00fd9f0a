// The decoder's layers for L::width samples at once: column k of a block of floats holds input k of every
// sample.
#pragma once

#include "render/lanes_scalar.h"
#include "render/views.h"

namespace triptych::render {

enum class LayerEnd { linear, relu, softplus };

template <typename L>
TRIPTYCH_INLINE typename L::F finish(typename L::F v, LayerEnd end) {
  if (end == LayerEnd::relu) return L::max(v, L::set(0));
  if (end == LayerEnd::softplus) return L::softplus(v);
  return v;
}

// Outputs first .. first + count - 1. With few outputs the sums are split in four, so that additions overlap.
template <typename L, int count>
TRIPTYCH_INLINE void layer_tile(const LayerView& layer, int first, const float* inputs, float* outputs,
                                LayerEnd end) {
  constexpr int parts = count < 4 ? 4 : 1;
  typename L::F sums[parts][count];
  TRIPTYCH_UNROLL for (int j = 0; j < count; ++j) {
    sums[0][j] = L::set(layer.bias[first + j]);
    TRIPTYCH_UNROLL for (int part = 1; part < parts; ++part) sums[part][j] = L::set(0);
  }
  const float* weights = layer.weights + first;
  int input = 0;
  for (; input + parts <= layer.inputs; input += parts) {
    TRIPTYCH_UNROLL for (int part = 0; part < parts; ++part) {
      const typename L::F x = L::load(inputs + (input + part) * L::width);
      TRIPTYCH_UNROLL for (int j = 0; j < count; ++j) {
        sums[part][j] = L::fma(L::set(weights[part * layer.outputs + j]), x, sums[part][j]);
      }
    }
    weights += parts * layer.outputs;
  }
  for (; input < layer.inputs; ++input, weights += layer.outputs) {
    const typename L::F x = L::load(inputs + input * L::width);
    TRIPTYCH_UNROLL for (int j = 0; j < count; ++j) sums[0][j] = L::fma(L::set(weights[j]), x, sums[0][j]);
  }
  TRIPTYCH_UNROLL for (int j = 0; j < count; ++j) {
    typename L::F sum = sums[0][j];
    TRIPTYCH_UNROLL for (int part = 1; part < parts; ++part) sum = sum + sums[part][j];
    L::store(finish<L>(sum, end), outputs + (first + j) * L::width);
  }
}

// Outputs from .. to - 1 of a layer.
template <typename L>
TRIPTYCH_INLINE void layer_outputs(const LayerView& layer, int from, int to, const float* inputs,
                                   float* outputs, LayerEnd end) {
  for (; from + L::tile <= to; from += L::tile) layer_tile<L, L::tile>(layer, from, inputs, outputs, end);
  for (; from + 8 <= to; from += 8) layer_tile<L, 8>(layer, from, inputs, outputs, end);
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
    for (int i = 0; i < field.layers[0].inputs * L::width; ++i) hidden[i] = inputs[i];
  }
}

}  // namespace triptych::render
