#include "model/blocks.h"

namespace triptych::nn {

at::Tensor conv2d(const Weights& w, const at::Tensor& x, const Convolution& how) {
  const at::Tensor& weight = w["weight"];
  const std::int64_t padding = how.padding >= 0 ? how.padding : weight.size(2) / 2 * how.dilation;
  return at::conv2d(x, weight, w.find("bias"), how.stride, padding, how.dilation, how.groups);
}

at::Tensor linear(const Weights& w, const at::Tensor& x) {
  return at::linear(x, w["weight"], w.find("bias"));
}

at::Tensor layer_norm(const Weights& w, const at::Tensor& x, double eps) {
  return at::layer_norm(x, {x.size(-1)}, w["weight"], w["bias"], eps);
}

at::Tensor pixel_shuffle2(const at::Tensor& x) {
  return at::pixel_shuffle(x, 2);
}

at::Tensor upsample2(const at::Tensor& x) {
  return at::upsample_bilinear2d(x, {2 * x.size(2), 2 * x.size(3)}, /*align_corners=*/true);
}

at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::int64_t heads) {
  const auto split = [heads](const at::Tensor& x) {
    return x.reshape({x.size(0), x.size(1), heads, x.size(2) / heads}).transpose(1, 2);
  };
  const at::Tensor mixed = at::scaled_dot_product_attention(split(q), split(k), split(v));
  return mixed.transpose(1, 2).reshape({q.size(0), q.size(1), v.size(2)});
}

TokenGrid to_tokens(const at::Tensor& x) {
  return {x.flatten(2).transpose(1, 2), x.size(2), x.size(3)};
}

at::Tensor to_map(const TokenGrid& grid) {
  return grid.tokens.transpose(1, 2).reshape(
      {grid.tokens.size(0), grid.tokens.size(2), grid.rows, grid.columns});
}

TokenGrid patch_embedding(const Weights& w, const at::Tensor& x, std::int64_t stride) {
  TokenGrid grid = to_tokens(conv2d(w.scope("proj"), x, {.stride = stride}));
  grid.tokens = layer_norm(w.scope("norm"), grid.tokens);
  return grid;
}

namespace {

at::Tensor reduced_attention(const Weights& w, const TokenGrid& x, std::int64_t heads,
                             std::int64_t reduction) {
  at::Tensor source = x.tokens;
  if (reduction > 1) {
    const at::Tensor smaller = conv2d(w.scope("reduce"), to_map(x), {.stride = reduction, .padding = 0});
    source = layer_norm(w.scope("reduce_norm"), to_tokens(smaller).tokens);
  }
  const at::Tensor q = linear(w.scope("q"), x.tokens);
  const std::vector<at::Tensor> kv = linear(w.scope("kv"), source).chunk(2, -1);
  return linear(w.scope("proj"), attention(q, kv[0], kv[1], heads));
}

// The depthwise convolution between the layers gives the tokens their neighbours.
at::Tensor mixing_mlp(const Weights& w, const TokenGrid& x) {
  const at::Tensor wide = to_map({linear(w.scope("fc1"), x.tokens), x.rows, x.columns});
  const at::Tensor mixed = conv2d(w.scope("depthwise"), wide, {.groups = wide.size(1)});
  return linear(w.scope("fc2"), at::gelu(to_tokens(mixed).tokens));
}

}  // namespace

TokenGrid segformer_block(const Weights& w, const TokenGrid& x, std::int64_t heads, std::int64_t reduction) {
  TokenGrid y = x;
  const auto normed = [&](const char* name) {
    return TokenGrid{layer_norm(w.scope(name), y.tokens), y.rows, y.columns};
  };
  y.tokens = y.tokens + reduced_attention(w.scope("attn"), normed("norm1"), heads, reduction);
  y.tokens = y.tokens + mixing_mlp(w.scope("mlp"), normed("norm2"));
  return y;
}

at::Tensor vit_block(const Weights& w, const at::Tensor& tokens, std::int64_t heads, double eps) {
  const std::vector<at::Tensor> qkv =
      linear(w.scope("attn").scope("qkv"), layer_norm(w.scope("norm1"), tokens, eps)).chunk(3, -1);
  const at::Tensor mixed = attention(qkv[0], qkv[1], qkv[2], heads);
  const at::Tensor y = tokens + linear(w.scope("attn").scope("proj"), mixed);
  const at::Tensor hidden =
      at::gelu(linear(w.scope("mlp").scope("fc1"), layer_norm(w.scope("norm2"), y, eps)));
  return y + linear(w.scope("mlp").scope("fc2"), hidden);
}

at::Tensor reading_block(const Weights& w, const at::Tensor& tokens, const at::Tensor& context,
                         std::int64_t heads) {
  const at::Tensor q = linear(w.scope("q"), layer_norm(w.scope("norm1"), tokens));
  const std::vector<at::Tensor> kv = linear(w.scope("kv"), context).chunk(2, -1);
  const at::Tensor y = tokens + linear(w.scope("proj"), attention(q, kv[0], kv[1], heads));
  return y + linear(w.scope("fc2"), at::gelu(linear(w.scope("fc1"), layer_norm(w.scope("norm2"), y))));
}

}  // namespace triptych::nn
