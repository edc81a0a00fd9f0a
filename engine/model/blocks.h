// Building blocks of the networks as functions over Weights, in ATen only: the same code serves inference
// (under InferenceMode, channels-last, fp32 or bf16) and training (autograd). Pictures are [batch, channels,
// rows, columns], tokens [batch, count, width]. The type of the computation is that of the weights; inputs
// must have it too.
#pragma once

#include <ATen/ATen.h>

#include "model/weights.h"

namespace triptych::nn {

struct Convolution {
  std::int64_t stride = 1;
  std::int64_t padding = -1;  // -1: keeps the size at stride 1 (kernel/2 * dilation), with zeros
  std::int64_t dilation = 1;
  std::int64_t groups = 1;
};

// "weight" [out, in/groups, k, k] and, if there, "bias" of `w`.
[[nodiscard]] at::Tensor conv2d(const Weights& w, const at::Tensor& x, const Convolution& how = {});
// "weight" [out, in] and, if there, "bias".
[[nodiscard]] at::Tensor linear(const Weights& w, const at::Tensor& x);
// "weight", "bias" over the last dimension.
[[nodiscard]] at::Tensor layer_norm(const Weights& w, const at::Tensor& x, double eps = 1e-5);
// Channels c*4+2*dy+dx of one position become the four pixels (dy, dx) of channel c.
[[nodiscard]] at::Tensor pixel_shuffle2(const at::Tensor& x);
// Twice the size, corners aligned.
[[nodiscard]] at::Tensor upsample2(const at::Tensor& x);

// softmax(q k^T / sqrt(width/heads)) v for each head; q [B, Nq, D], k [B, Nk, D], v [B, Nk, Dv].
[[nodiscard]] at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                   std::int64_t heads);

// Tokens that lie on a grid, row by row.
struct TokenGrid {
  at::Tensor tokens;  // [B, rows*columns, D]
  std::int64_t rows = 0;
  std::int64_t columns = 0;
};
[[nodiscard]] TokenGrid to_tokens(const at::Tensor& x);
[[nodiscard]] at::Tensor to_map(const TokenGrid& grid);  // [B, D, rows, columns], channels-last in memory

// SegFormer's overlapping patches: "proj" (a strided convolution padded with kernel/2) and "norm".
[[nodiscard]] TokenGrid patch_embedding(const Weights& w, const at::Tensor& x, std::int64_t stride);

// SegFormer's block: norm1, attn.{q,kv,proj}, with attn.{reduce,reduce_norm} if `reduction` > 1; norm2,
// mlp.{fc1,depthwise,fc2}. kv rows: all k, then all v, heads within.
[[nodiscard]] TokenGrid segformer_block(const Weights& w, const TokenGrid& x, std::int64_t heads,
                                        std::int64_t reduction);

// ViT's block: norm1, attn.{qkv,proj}, norm2, mlp.{fc1,fc2}.
[[nodiscard]] at::Tensor vit_block(const Weights& w, const at::Tensor& tokens, std::int64_t heads,
                                   double eps = 1e-6);

// The block of a transformer's decoder without attention among `tokens`, which read `context`: norm1, q, kv,
// proj; norm2, fc1, fc2. `context` is used as it is.
[[nodiscard]] at::Tensor reading_block(const Weights& w, const at::Tensor& tokens, const at::Tensor& context,
                                       std::int64_t heads);

}  // namespace triptych::nn
