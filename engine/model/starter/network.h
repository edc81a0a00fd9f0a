// The starter network: the paper's two-branch encoder with prompt cross-attention (Eq. 1-3) at a size that
// two CPU cores can train. The triplane lives in the frustum of the picture's own camera (head/head.h), so
// its front plane is aligned with the picture's pixels. Functions over named tensors, the same for training
// and for use.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "head/camera.h"
#include "model/weights.h"

namespace triptych::starter {

// Sizes that a package's manifest states; all tensor shapes follow from them.
struct NetworkConfig {
  int picture = 256;       // edge of the input and of the front plane, pixels; a multiple of 16
  int features = 24;       // C of the planes
  int side = 128;          // edge of the top and side planes; half of `picture`
  int template_size = 64;  // edge of the template planes
  int decoder_width = 64;  // hidden units of the decoder
  int trunk = 192;         // token width of E_low and E_t
  int low_blocks = 2;      // transformer blocks in E_low
  int trunk_blocks = 2;    // transformer blocks in E_t
  int prompt_width = 96;   // width of the queries and of E_p's tokens
  int prompt_tokens = 8;   // tokens that E_p gives, whatever the prompt
  int tones = 0;           // curves from brightness to colour that a prompt gives; 0: none
  int gates = 0;           // 1: a prompt opens and closes the gates of colours everywhere at once, too
  int shading = 0;         // 1: tones are lit by the direction that the surface faces
  int border = 0;          // 1: E_t says what lies beyond the picture; 0: the same for all
  int side_blocks =
      0;           // blocks that look up what the top and side planes hold; 0: mixed rows and columns alone
  int warp = 0;    // 1: a prompt may move the picture's own colours; 0: they stay
  int mixing = 0;  // 1: a prompt mixes the planes' features; 0: they stay
  friend bool operator==(const NetworkConfig&, const NetworkConfig&) = default;
};
[[nodiscard]] nlohmann::json to_json(const NetworkConfig& config);
// Errors are sentences that start with `where` and name the key.
[[nodiscard]] Result<NetworkConfig> network_config(const nlohmann::json& json, const std::string& where);

// Every tensor of the network: "high.*" (E_high), "low.*" (E_low), "prompt.*" (E_p and the cross-attention),
// "planes.*" (E_t), "decoder.*", "template". With `deviation`: how it is filled before training (normal; 0:
// zeros, -1: ones).
struct Parameter {
  nn::TensorSpec spec;
  double deviation = 0;
};
[[nodiscard]] std::vector<Parameter> parameters(const NetworkConfig& config);
[[nodiscard]] std::vector<nn::TensorSpec> tensor_specs(const NetworkConfig& config);
// The tensor in the memory layout that the network wants: channels-last for convolutions.
[[nodiscard]] at::Tensor laid_out(const std::string& name, const at::Tensor& tensor);
[[nodiscard]] nn::Weights initial_weights(const NetworkConfig& config, std::uint64_t seed);

// The depths of a picture's frustum (Head::near_depth, far_depth): 2.25 to 3.3 for cameras at the reference's
// distance of 2.7 from the origin; for others moved by the distance, in steps of 0.1. Networks learn by these
// steps, heads are saved with them and render::orbit_range reckons with them.
struct DepthRange {
  float near = 2.25F;
  float far = 3.3F;
  friend bool operator==(const DepthRange&, const DepthRange&) = default;
};
[[nodiscard]] DepthRange depth_range(const Camera& camera) noexcept;

// [B, 25]: 16 numbers of camera-to-world, then 9 of intrinsics.
[[nodiscard]] at::Tensor camera_tensor(std::span<const Camera> cameras);

// E_high(I) at two sizes and F_g = E_low(I); channels-last, in the weights' type.
struct PictureMaps {
  at::Tensor input;    // [B, 4, P, P] float: the picture on mid grey, and its mask
  at::Tensor cameras;  // [B, 25] float
  at::Tensor high128, high64;
  at::Tensor low;  // [B, tokens, trunk]
};
// `input`: RGB over grey 0.5, then the person mask, all 0..1.
[[nodiscard]] PictureMaps encode_picture(const NetworkConfig& config, const nn::Weights& weights,
                                         const at::Tensor& input, const at::Tensor& cameras);

// What a prompt is made of before E_p: rows of zeros beyond what a prompt has, and a mask of what is there.
struct PromptInput {
  at::Tensor text;          // [B, N, 384]; N may be 0
  at::Tensor text_mask;     // [B, N] bool
  at::Tensor picture;       // [B, 49, 320]
  at::Tensor picture_mask;  // [B] bool
  at::Tensor present;       // [B] bool: false leaves E_high's features as they are (reconstruction)
};
// The tokens of one prompt, either undefined if it has none: text [N, 384], picture [49, 320].
struct PromptTokens {
  at::Tensor text, picture;
};
// Padded to one shape; a prompt without either is absent.
[[nodiscard]] PromptInput prompt_input(const std::vector<PromptTokens>& prompts);
// E_p(P): [B, prompt_tokens, prompt_width], one network for words and pictures.
[[nodiscard]] at::Tensor encode_prompt(const NetworkConfig& config, const nn::Weights& weights,
                                       const PromptInput& prompt);

// Channels-last in meaning and memory, float: front [B, P, P, C+5], top and side [B, S, S, C] as Head wants
// them.
struct Planes {
  at::Tensor front, top, side;
};
// E_t(F_p, F_g) with F_p = crossatt(E_high(I), E_p(P)). `tokens` undefined: a reconstruction for all;
// `present` [B] bool picks the items that have a prompt.
[[nodiscard]] Planes make_planes(const NetworkConfig& config, const nn::Weights& weights,
                                 const PictureMaps& maps, const at::Tensor& tokens,
                                 const at::Tensor& present);

}  // namespace triptych::starter
