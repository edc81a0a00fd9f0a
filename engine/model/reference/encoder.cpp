#include "model/reference/encoder.h"

#include "model/blocks.h"

namespace triptych::reference {
namespace {

using nn::conv2d;
using nn::Weights;

constexpr const char* first_low = "low.resnet.conv1";
constexpr const char* first_high = "high.0";

// Runs a first convolution in its own fp32 and goes on in the type of the other weights.
at::Tensor first_convolution(const Weights& w, const char* name, const char* next,
                             const at::Tensor& picture) {
  const at::Tensor y = conv2d(w.scope(name), picture.to(at::kFloat), {.stride = 2});
  return y.to(w.scope(next)["weight"].scalar_type());
}

// Two 3x3 convolutions around a shortcut; batch normalisation is folded into biases.
at::Tensor residual_block(const Weights& w, const at::Tensor& x, std::int64_t stride) {
  const at::Tensor hidden = at::relu(conv2d(w.scope("conv1"), x, {.stride = stride}));
  const Weights shortcut = w.scope("downsample").scope(0);
  const at::Tensor skip = shortcut.contains("weight") ? conv2d(shortcut, x, {.stride = stride}) : x;
  return at::relu(conv2d(w.scope("conv2"), hidden) + skip);
}

}  // namespace

at::Tensor with_pixel_indices(const at::Tensor& picture) {
  const std::int64_t batch = picture.size(0);
  const std::int64_t height = picture.size(2);
  const std::int64_t width = picture.size(3);
  const at::TensorOptions options = picture.options().dtype(at::kFloat);
  const at::Tensor rows =
      at::arange(height, options).view({1, 1, height, 1}).expand({batch, 1, height, width});
  const at::Tensor columns =
      at::arange(width, options).view({1, 1, 1, width}).expand({batch, 1, height, width});
  return at::cat({picture.to(at::kFloat), rows, columns}, 1).contiguous(at::MemoryFormat::ChannelsLast);
}

at::Tensor low_resnet(const Weights& w, const at::Tensor& indexed_picture) {
  const Weights resnet = w.scope("low.resnet");
  at::Tensor x = at::relu(first_convolution(w, first_low, "low.resnet.layer1.0.conv1", indexed_picture));
  x = at::max_pool2d(x, 3, 2, 1);
  for (int i = 0; i < 3; ++i) x = residual_block(resnet.scope("layer1").scope(i), x, 1);
  for (int i = 0; i < 4; ++i) x = residual_block(resnet.scope("layer2").scope(i), x, i == 0 ? 2 : 1);
  return x;
}

at::Tensor low_deeplab(const Weights& w, const at::Tensor& resnet) {
  const Weights aspp = w.scope("low.aspp");
  std::vector<at::Tensor> branches{at::relu(conv2d(aspp.scope(0), resnet))};
  for (const int i : {1, 2, 3}) {
    branches.push_back(at::relu(conv2d(aspp.scope(i), resnet, {.dilation = 12 * i})));
  }
  const at::Tensor pooled = at::relu(conv2d(aspp.scope("pooled"), resnet.mean({2, 3}, true)));
  branches.push_back(pooled.expand_as(branches.front()));
  const at::Tensor projected = at::relu(conv2d(aspp.scope("project"), at::cat(branches, 1)));
  return at::relu(conv2d(w.scope("low.smooth"), projected));
}

at::Tensor low_features(const Weights& w, const at::Tensor& deeplab) {
  const Weights low = w.scope("low");
  nn::TokenGrid x = nn::patch_embedding(low.scope("patches"), deeplab, 2);
  for (const int i : {0, 1}) x = nn::segformer_block(low.scope("blocks").scope(i), x, 4, 1);
  const at::Tensor map = nn::upsample2(nn::pixel_shuffle2(nn::to_map(x)));
  return conv2d(low.scope("tail").scope(1), at::leaky_relu(conv2d(low.scope("tail").scope(0), map)));
}

at::Tensor high_features(const Weights& w, const at::Tensor& indexed_picture) {
  const Weights high = w.scope("high");
  at::Tensor x = first_convolution(w, first_high, "high.1", indexed_picture);
  for (int i = 1; i < 7; ++i) x = conv2d(high.scope(i), at::leaky_relu(x), {.stride = i == 1 ? 2 : 1});
  return x;
}

at::Tensor prompt_tokens(const Weights& w, const at::Tensor& reference) {
  const Weights vit = w.scope("prompt.vit");
  const Weights patches = vit.scope("patch_embed.proj");
  const at::Tensor picture = reference.to(patches["weight"].scalar_type());
  const at::Tensor& positions = vit["pos_embed"];
  at::Tensor x = nn::to_tokens(conv2d(patches, picture, {.stride = 16, .padding = 0})).tokens;
  x = at::cat({vit["cls_token"].expand({x.size(0), 1, x.size(2)}), x}, 1) + positions;
  for (int i = 0; i < 12; ++i) x = nn::vit_block(vit.scope("blocks").scope(i), x, 12);
  return nn::layer_norm(vit.scope("norm"), x, 1e-6);
}

at::Tensor prompt_features(const Weights& w, const at::Tensor& tokens, const at::Tensor& high) {
  const Weights prompt = w.scope("prompt");
  nn::TokenGrid x =
      nn::patch_embedding(prompt.scope("query.patches"), conv2d(prompt.scope("query.merge"), high), 4);
  x.tokens = nn::attention(x.tokens, tokens, tokens, 1);
  const at::Tensor map = nn::pixel_shuffle2(nn::to_map(x));
  return nn::pixel_shuffle2(conv2d(prompt.scope("tail"), map));
}

at::Tensor triplane(const Weights& w, const at::Tensor& detail, const at::Tensor& low) {
  const Weights net = w.scope("triplane");
  const Weights tail = net.scope("tail");
  const at::Tensor merged = conv2d(net.scope("merge"), at::cat({detail, low}, 1));
  const nn::TokenGrid x =
      nn::segformer_block(net.scope("block"), nn::patch_embedding(net.scope("patches"), merged, 2), 2, 2);
  at::Tensor y = at::leaky_relu(conv2d(tail.scope(0), nn::pixel_shuffle2(nn::to_map(x))));
  y = conv2d(tail.scope(1), nn::upsample2(y));
  for (const int i : {2, 3, 4}) y = conv2d(tail.scope(i), at::leaky_relu(y));
  return y;
}

bool is_first_convolution(std::string_view name) {
  return name.starts_with(first_low) || name.starts_with("high.0.");
}

}  // namespace triptych::reference
