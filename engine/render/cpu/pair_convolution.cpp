#include "render/cpu/pair_convolution.h"

namespace triptych::render {

const PairConvolution& bf16_convolution();  // convolution_bf16.cpp

const PairConvolution* pair_convolution() {
  static const bool usable =
      __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bf16") != 0;
  return usable ? &bf16_convolution() : nullptr;
}

}  // namespace triptych::render
