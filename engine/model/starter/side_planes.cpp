#include "model/starter/side_planes.h"

#include "model/blocks.h"
#include "model/starter/upscaling.h"

namespace triptych::starter {
namespace {

using at::Tensor;

// Tokens of the top plane, then of the side plane, which look for what they need in the trunk's. They start
// as the mean of the column or row that they lie behind. Returns [B, 48, P/8, P/8] for each.
std::pair<Tensor, Tensor> looked_up(const NetworkConfig& config, const nn::Weights& w, const Tensor& trunk) {
  const std::int64_t n = trunk.size(2);
  const auto tokens = [&](const Tensor& mean) {
    return nn::to_tokens(mean.expand(trunk.sizes()).contiguous(at::MemoryFormat::ChannelsLast)).tokens;
  };
  const Tensor context = nn::to_tokens(trunk).tokens;
  Tensor t = at::cat({tokens(trunk.mean(2, true)), tokens(trunk.mean(3, true))}, 1) + w["position"];
  for (int i = 0; i < config.side_blocks; ++i) {
    t = nn::reading_block(w.scope("block" + std::to_string(i)), t, context, config.trunk / 32);
  }
  const std::vector<Tensor> halves = t.chunk(2, 1);
  const auto map = [&](const Tensor& half) { return upscaled(w.scope("out"), nn::to_map({half, n, n})); };
  return {map(halves[0]), map(halves[1])};
}

Tensor plane(const nn::Weights& w, const Tensor& map, const Mixing& mixing) {
  Tensor x = act(nn::conv2d(w.scope("conv1"), map.contiguous(at::MemoryFormat::ChannelsLast)));
  x = act(upscaled(w.scope("up1"), x));
  x = act(nn::conv2d(w.scope("conv2"), x));
  x = mixed(mixing, upscaled(w.scope("up2"), x));
  return x.to(at::kFloat).permute({0, 2, 3, 1}).contiguous();
}

}  // namespace

std::pair<Tensor, Tensor> side_planes(const NetworkConfig& config, const nn::Weights& w, const Tensor& map,
                                      const Tensor& trunk, const Mixing& mixing) {
  // One axis of the map becomes depth by a learned mixing, the same for every head.
  const Tensor seen = act(nn::conv2d(w.scope("a1"), map));
  Tensor top = at::matmul(w["mix_top"], seen), side = at::matmul(seen, w["mix_side"].t());
  if (config.side_blocks > 0) {
    const auto [more_top, more_side] = looked_up(config, w.scope("depth"), trunk);
    top = top + more_top;
    side = side + more_side;
  }
  return {plane(w.scope("top"), top, mixing), plane(w.scope("side"), side, mixing)};
}

}  // namespace triptych::starter
