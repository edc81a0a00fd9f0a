// The encoder of 3DPE (and, without the prompt branch, of Live3D) as published: functions over its weights,
// named as in specs.h. Shapes are for a batch of B; pictures 512x512. Runs in the weights' type except for
// the two first convolutions, which see pixel indices up to 511 and stay in fp32.
#pragma once

#include "model/weights.h"

namespace triptych::reference {

inline constexpr int picture_edge = 512;
inline constexpr int reference_edge = 224;

// The picture [B,3,512,512] in [-1,1] with its row and column indices as two more channels, fp32.
[[nodiscard]] at::Tensor with_pixel_indices(const at::Tensor& picture);

// Low branch, structure: ResNet-34 up to its second stage [B,128,64,64], DeepLabV3's head [B,256,64,64], then
// SegFormer blocks and a tail: F_g [B,128,128,128].
[[nodiscard]] at::Tensor low_resnet(const nn::Weights& w, const at::Tensor& indexed_picture);
[[nodiscard]] at::Tensor low_deeplab(const nn::Weights& w, const at::Tensor& resnet);
[[nodiscard]] at::Tensor low_features(const nn::Weights& w, const at::Tensor& deeplab);

// High branch, detail: [B,128,128,128].
[[nodiscard]] at::Tensor high_features(const nn::Weights& w, const at::Tensor& indexed_picture);

// MAE ViT-B/16 of a reference picture [B,3,224,224], ImageNet-normalised: all tokens [B,197,768].
[[nodiscard]] at::Tensor prompt_tokens(const nn::Weights& w, const at::Tensor& reference);
// The high features ask the tokens: F_p [B,128,128,128].
[[nodiscard]] at::Tensor prompt_features(const nn::Weights& w, const at::Tensor& tokens,
                                         const at::Tensor& high);

// Detail (F_p, or the high features of a Live3D model) and structure F_g to planes: [B,96,256,256] = 3 x 32
// channels.
[[nodiscard]] at::Tensor triplane(const nn::Weights& w, const at::Tensor& detail, const at::Tensor& low);

// Whether a tensor belongs to a first convolution, which stays in fp32 whatever the type of the others.
[[nodiscard]] bool is_first_convolution(std::string_view name);

}  // namespace triptych::reference
