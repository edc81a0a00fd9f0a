#include "model/reference/head_parts.h"

#include <cmath>

namespace triptych::reference {
namespace {

std::vector<float> floats(const at::Tensor& tensor) {
  const at::Tensor plain = tensor.to(at::kFloat).contiguous();
  return {plain.data_ptr<float>(), plain.data_ptr<float>() + plain.numel()};
}

constexpr double demodulation_eps = 1e-8;

// One StyleGAN2 layer: weight * (affine(style) of each input), then demodulated to unit norm of each output.
SuperResolution::Convolution fold(const nn::Weights& layer, const at::Tensor& style, bool upsample) {
  const at::Tensor weight = layer["weight"].to(at::kDouble);
  const nn::Weights affine = layer.scope("affine");
  const at::Tensor map = affine["weight"].to(at::kDouble) / std::sqrt(static_cast<double>(style.numel()));
  const at::Tensor scales = at::mv(map, style) + affine["bias"].to(at::kDouble);

  at::Tensor folded = weight * scales.view({1, -1, 1, 1});
  const bool to_rgb = weight.size(2) == 1;
  if (to_rgb) {
    folded = folded / std::sqrt(static_cast<double>(weight.size(1)));
  } else {
    folded = folded * (folded.square().sum({1, 2, 3}, true) + demodulation_eps).rsqrt();
  }

  SuperResolution::Convolution convolution;
  convolution.inputs = static_cast<int>(weight.size(1));
  convolution.outputs = static_cast<int>(weight.size(0));
  convolution.kernel = static_cast<int>(weight.size(2));
  convolution.upsample = upsample;
  convolution.weights = floats(folded);
  convolution.bias = floats(layer["bias"]);
  return convolution;
}

}  // namespace

std::array<Plane, 3> planes_of(const at::Tensor& triplane) {
  const std::int64_t channels = triplane.size(1) / 3;
  std::array<Plane, 3> planes;
  for (std::size_t i = 0; i < planes.size(); ++i) {
    const at::Tensor map = triplane[0].narrow(0, static_cast<std::int64_t>(i) * channels, channels);
    planes[i].width = static_cast<int>(map.size(2));
    planes[i].height = static_cast<int>(map.size(1));
    planes[i].channels = static_cast<int>(channels);
    planes[i].texels = floats(map.permute({1, 2, 0}));
  }
  return planes;
}

Decoder make_decoder(const nn::Weights& renderer) {
  Decoder decoder;
  decoder.activation = Decoder::Activation::softplus;
  for (const int i : {0, 1}) {
    const nn::Weights layer = renderer.scope("render.decoder").scope(i);
    const at::Tensor& weight = layer["weight"];
    decoder.layers.push_back({.inputs = static_cast<int>(weight.size(1)),
                              .outputs = static_cast<int>(weight.size(0)),
                              .weights = floats(weight / std::sqrt(static_cast<double>(weight.size(1)))),
                              .bias = floats(layer["bias"])});
  }
  return decoder;
}

SuperResolution fold_super_resolution(const nn::Weights& renderer) {
  const at::Tensor style = renderer["render.style"].to(at::kDouble).flatten();
  SuperResolution result;
  for (const int i : {0, 1}) {
    const nn::Weights block = renderer.scope("render.superres").scope(i);
    result.blocks.push_back({.first = fold(block.scope("conv0"), style, true),
                             .second = fold(block.scope("conv1"), style, false),
                             .to_rgb = fold(block.scope("torgb"), style, false)});
  }
  return result;
}

}  // namespace triptych::reference
