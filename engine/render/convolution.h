// Convolutions of planar images for super-resolution: blocks of output channels and pixels held in registers.
#pragma once

#include "render/lanes_scalar.h"

namespace triptych::render {

inline constexpr int convolution_outputs = 8;  // channels of a block; `outputs` is padded to a multiple of it

// One row of out[o][x] = sum over inputs i and taps k of weights * in[i][x + taps[k]], written as it is.
struct ConvolutionTask {
  const float* input = nullptr;  // first pixel of row 0 inside a padded plane
  std::ptrdiff_t input_plane = 0, input_row = 0;
  int inputs = 0;
  const std::ptrdiff_t* taps = nullptr;  // offsets in floats from the output's pixel
  int tap_count = 0;
  const float* weights = nullptr;  // [outputs / 8][inputs][taps][8]
  int outputs = 0;
  float* output = nullptr;
  std::ptrdiff_t output_plane = 0, output_row = 0;
  int width = 0;
};

template <typename L, int vectors>
TRIPTYCH_INLINE void convolve_block(const ConvolutionTask& task, const float* input, const float* weights,
                                    typename L::F (&sums)[convolution_outputs][vectors]) {
  for (auto& row : sums) {
    for (auto& sum : row) sum = L::set(0);
  }
  for (int i = 0; i < task.inputs; ++i, input += task.input_plane) {
    for (int k = 0; k < task.tap_count; ++k, weights += convolution_outputs) {
      const float* pixels = input + task.taps[k];
      typename L::F x[vectors];
      TRIPTYCH_UNROLL for (int v = 0; v < vectors; ++v) x[v] = L::load(pixels + v * L::width);
      TRIPTYCH_UNROLL for (int o = 0; o < convolution_outputs; ++o) {
        const auto w = L::set(weights[o]);
        TRIPTYCH_UNROLL for (int v = 0; v < vectors; ++v) sums[o][v] = L::fma(w, x[v], sums[o][v]);
      }
    }
  }
}

// Reads up to L::convolution_vectors * L::width floats beyond the row's end: planes are padded for that.
template <typename L>
void convolve_row(const ConvolutionTask& task, int row) {
  constexpr int vectors = L::convolution_vectors, block = vectors * L::width;
  const float* input = task.input + row * task.input_row;
  float* output = task.output + row * task.output_row;
  for (int x = 0; x < task.width; x += block) {
    const float* weights = task.weights;
    for (int o = 0; o < task.outputs; o += convolution_outputs) {
      typename L::F sums[convolution_outputs][vectors];
      convolve_block<L, vectors>(task, input + x, weights, sums);
      weights += static_cast<std::ptrdiff_t>(task.inputs) * task.tap_count * convolution_outputs;
      for (int j = 0; j < convolution_outputs; ++j) {
        alignas(64) float values[block];
        for (int v = 0; v < vectors; ++v) L::store(sums[j][v], values + v * L::width);
        float* out = output + (o + j) * task.output_plane + x;
        const int n = task.width - x < block ? task.width - x : block;
        for (int p = 0; p < n; ++p) out[p] = values[p];
      }
    }
  }
}

}  // namespace triptych::render
