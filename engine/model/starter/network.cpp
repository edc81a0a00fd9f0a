#include "model/starter/network.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "model/blocks.h"
#include "model/starter/front_plane.h"
#include "model/starter/mixing.h"
#include "model/starter/positions.h"
#include "model/starter/shading.h"
#include "model/starter/side_planes.h"
#include "model/starter/upscaling.h"

namespace triptych::starter {
namespace {

using at::Tensor;
using nn::Weights;

constexpr std::int64_t text_width = 384, picture_width = 320, picture_tokens = 49;
constexpr double surface_offset =
    -0.1;  // where the position map assumes the face, relative to the camera's distance

Tensor group_norm(const Weights& w, const Tensor& x) {
  return at::group_norm(x, 8, w["weight"], w["bias"]);
}

Tensor residual_block(const Weights& w, const Tensor& x) {
  const Tensor inner = nn::conv2d(w.scope("conv1"), act(group_norm(w.scope("norm1"), x)));
  return x + nn::conv2d(w.scope("conv2"), act(group_norm(w.scope("norm2"), inner)));
}

Tensor strided(const Weights& w, const Tensor& x) {
  return nn::conv2d(w, x, {.stride = 2});
}

// The world position each pixel would show if the face were a plane before the camera: tells the network the
// pose.
Tensor position_map(const Tensor& cameras, const Tensor& grid) {
  return 3 * world_positions(cameras, grid, distances(cameras) + surface_offset);
}

// Feature-wise scale and shift by the prompt; rows without one pass unchanged (their modulation is zero).
struct Modulation {
  std::vector<Tensor> scale, shift;  // [B, channels] each, empty: none
  [[nodiscard]] Tensor apply(const Tensor& x, std::size_t level) const {
    if (scale.empty()) return x;
    const auto spread = [&](const Tensor& m) {
      return x.dim() == 3 ? m.unsqueeze(1) : m.unsqueeze(2).unsqueeze(3);
    };
    return x * (1 + spread(scale[level])) + spread(shift[level]);
  }
};

Modulation modulation(const NetworkConfig& config, const Weights& w, const Tensor& tokens,
                      const Tensor& present) {
  Modulation result;
  if (!tokens.defined()) return result;
  const std::vector<std::int64_t> widths{config.trunk, 96, 48, 32};
  Tensor rest = nn::linear(w, tokens.mean(1)) * present.to(tokens.scalar_type()).unsqueeze(1);
  for (const std::int64_t width : widths) {
    result.scale.push_back(rest.narrow(1, 0, width));
    result.shift.push_back(rest.narrow(1, width, width));
    rest = rest.narrow(1, 2 * width, rest.size(1) - 2 * width);
  }
  return result;
}

Tensor masked_attention(const Tensor& q, const Tensor& k, const Tensor& v, std::int64_t heads,
                        const Tensor& mask) {
  const auto split = [heads](const Tensor& x) {
    return x.reshape({x.size(0), x.size(1), heads, x.size(2) / heads}).transpose(1, 2);
  };
  const Tensor mixed = at::scaled_dot_product_attention(split(q), split(k), split(v), mask);
  return mixed.transpose(1, 2).reshape(q.sizes());
}

// Eq. 2: queries from E_high, keys and values from E_p. What the prompt changes is added to the queries, so
// that an item without a prompt passes exactly as in a reconstruction.
Tensor cross_attention(const Weights& w, const Tensor& queries, const Tensor& position, const Tensor& tokens,
                       const Tensor& present) {
  const Tensor change = nn::reading_block(w, queries + position, tokens, 3) - queries;
  return queries + change * present.to(queries.scalar_type()).view({-1, 1, 1});
}

// What the front plane's border holds: learned values, and what E_t adds to them, which changes as slowly
// along the border as its map of `trunk` does.
Tensor outside(const NetworkConfig& config, const Weights& w, const Tensor& trunk, const Mixing& mixing) {
  const Tensor learned = w["outside"].to(at::kFloat).view({1, 1, -1});
  if (config.border == 0) return mixed_rows(mixing, learned);
  const Tensor few =
      nn::linear(w.scope("border"), ring(trunk.permute({0, 2, 3, 1})));  // [B, 4 (N - 1), C + 4]
  const Tensor closed = at::cat({few, few.narrow(1, 0, 1)}, 1).to(at::kFloat).transpose(1, 2);
  const std::int64_t texels = 4 * (config.picture - 1);
  const Tensor added = at::upsample_linear1d(closed, {texels + 1}, true).narrow(2, 0, texels).transpose(1, 2);
  return mixed_rows(mixing, learned + at::constant_pad_nd(added, {0, 1}));
}

Tones make_tones(const NetworkConfig& config, const Weights& w, const Tensor& tokens, const Tensor& y,
                 const Tensor& present) {
  if (config.tones == 0) return {};
  const Tensor mean = tokens.mean(1);
  Tones tones;
  tones.curves = nn::linear(w.scope("curve"), mean);
  tones.share = upscaled(w.scope("share"), y);
  tones.present = present;
  if (config.gates > 0) tones.gates = nn::linear(w.scope("gates"), mean);
  if (config.shading > 0) tones.light = nn::linear(w.scope("light"), mean);
  return tones;
}

// Where a pixel's own colour is taken from, which a prompt may move: by 0.05 of the picture's width for
// each 1.
Tensor source(const Weights& w, const Tensor& y, const Tensor& present) {
  constexpr double scale = 0.1;  // of u and v
  const Tensor moved = doubled(smoothed(nn::conv2d(w, y)).to(at::kFloat));
  return pixel_grid(moved.size(0), moved.size(2), moved.options()) +
         scale * moved * present.to(at::kFloat).view({-1, 1, 1, 1});
}

}  // namespace

DepthRange depth_range(const Camera& camera) noexcept {
  const Vec3 o = camera.origin();
  const float distance = std::round(10 * std::sqrt(o[0] * o[0] + o[1] * o[1] + o[2] * o[2])) / 10;
  return {distance - 0.45F, distance + 0.6F};
}

Tensor camera_tensor(std::span<const Camera> cameras) {
  Tensor result = at::empty({static_cast<std::int64_t>(cameras.size()), 25}, at::kFloat);
  float* out = result.data_ptr<float>();
  for (const Camera& camera : cameras) {
    out = std::copy(camera.camera_to_world.begin(), camera.camera_to_world.end(), out);
    out = std::copy(camera.intrinsics.begin(), camera.intrinsics.end(), out);
  }
  return result;
}

PictureMaps encode_picture(const NetworkConfig& config, const Weights& weights, const Tensor& input,
                           const Tensor& cameras) {
  const Weights high = weights.scope("high"), low = weights.scope("low");
  const at::ScalarType type = high["c0.weight"].scalar_type();
  // All convolutions run at half the picture's size or less: two by two pixels are channels of one.
  const Tensor grid = pixel_grid(input.size(0), config.picture / 2, input.options());
  const Tensor position = position_map(cameras, grid);
  const Tensor x = at::cat({at::pixel_unshuffle(2 * input - 1, 2), grid, position}, 1)
                       .to(type, false, false, at::MemoryFormat::ChannelsLast);

  PictureMaps maps;
  maps.input = input;
  maps.cameras = cameras;
  maps.high128 = act(nn::conv2d(high.scope("c0"), x));
  const Tensor y = act(group_norm(high.scope("n1"), strided(high.scope("c1"), maps.high128)));
  maps.high64 = act(group_norm(high.scope("n2"), nn::conv2d(high.scope("c2"), y)));

  Tensor z =
      residual_block(low.scope("r0"), group_norm(low.scope("n0"), strided(low.scope("c0"), maps.high64)));
  z = strided(low.scope("c1"), act(z));
  z = residual_block(low.scope("r2"), residual_block(low.scope("r1"), z));
  const Tensor pooled = at::avg_pool2d(position, 8).flatten(2).transpose(1, 2).to(type);
  Tensor tokens = nn::to_tokens(z).tokens + low["position"] + nn::linear(low.scope("pose"), pooled);
  for (int i = 0; i < config.low_blocks; ++i) {
    tokens = nn::vit_block(low.scope("block" + std::to_string(i)), tokens, config.trunk / 32);
  }
  maps.low = tokens;
  return maps;
}

PromptInput prompt_input(const std::vector<PromptTokens>& prompts) {
  const auto count = static_cast<std::int64_t>(prompts.size());
  std::int64_t longest = 1;
  for (const PromptTokens& prompt : prompts) {
    if (prompt.text.defined()) longest = std::max(longest, prompt.text.size(0));
  }
  PromptInput input;
  input.text = at::zeros({count, longest, text_width});
  input.text_mask = at::zeros({count, longest}, at::kBool);
  input.picture = at::zeros({count, picture_tokens, picture_width});
  input.picture_mask = at::zeros({count}, at::kBool);
  input.present = at::zeros({count}, at::kBool);
  for (std::int64_t i = 0; i < count; ++i) {
    const PromptTokens& prompt = prompts[static_cast<std::size_t>(i)];
    if (prompt.text.defined()) {
      input.text[i].narrow(0, 0, prompt.text.size(0)).copy_(prompt.text);
      input.text_mask[i].narrow(0, 0, prompt.text.size(0)).fill_(true);
    }
    if (prompt.picture.defined()) input.picture[i].copy_(prompt.picture);
    input.picture_mask[i] = prompt.picture.defined();
    input.present[i] = prompt.text.defined() || prompt.picture.defined();
  }
  return input;
}

Tensor encode_prompt(const NetworkConfig& config, const Weights& weights, const PromptInput& prompt) {
  const Weights w = weights.scope("prompt");
  const at::ScalarType type = w["latents"].scalar_type();
  const std::int64_t batch = prompt.present.size(0);
  std::vector<Tensor> parts, masks;
  // A token that is always there keeps the softmax of an empty prompt finite.
  parts.push_back(w["none"].expand({batch, 1, config.prompt_width}));
  masks.push_back(at::ones({batch, 1}, prompt.present.options()));
  parts.push_back(nn::linear(w.scope("text"), prompt.text.to(type)));
  masks.push_back(prompt.text_mask);
  parts.push_back(nn::linear(w.scope("picture"), prompt.picture.to(type)) + w["grid"]);
  masks.push_back(prompt.picture_mask.unsqueeze(1).expand({batch, prompt.picture.size(1)}));
  const Tensor tokens = nn::layer_norm(w.scope("norm"), at::cat(parts, 1));
  const Tensor mask = at::cat(masks, 1).view({batch, 1, 1, -1});
  const std::vector<Tensor> kv = nn::linear(w.scope("kv"), tokens).chunk(2, -1);
  Tensor latents = w["latents"].expand({batch, config.prompt_tokens, config.prompt_width});
  const Tensor q = nn::linear(w.scope("q"), latents);
  latents = latents + nn::linear(w.scope("proj"), masked_attention(q, kv[0], kv[1], 3, mask));
  return nn::vit_block(w.scope("block"), latents, 3);
}

Planes make_planes(const NetworkConfig& config, const Weights& weights, const PictureMaps& maps,
                   const Tensor& tokens, const Tensor& present) {
  const Weights p = weights.scope("prompt"), w = weights.scope("planes");
  const std::int64_t batch = maps.input.size(0), half = config.picture / 8, quarter = config.picture / 16;
  Tensor queries = nn::to_tokens(strided(p.scope("query"), maps.high64)).tokens;
  if (tokens.defined()) queries = cross_attention(p.scope("cross"), queries, p["position"], tokens, present);
  const Modulation film = modulation(config, w.scope("film"), tokens, present);
  const Tensor fused = nn::to_map({queries, half, half});  // F_p

  const Tensor q = nn::to_tokens(act(strided(w.scope("c0"), fused))).tokens;
  Tensor t = film.apply(nn::linear(w.scope("mix"), at::cat({maps.low, q}, 2)), 0);
  for (int i = 0; i < config.trunk_blocks; ++i) {
    t = nn::vit_block(w.scope("block" + std::to_string(i)), t, config.trunk / 32);
  }
  const Tensor trunk = nn::to_map({nn::layer_norm(w.scope("norm"), t), quarter, quarter});

  Tensor y = act(upscaled(w.scope("u1"), trunk));
  const Tensor y32 = act(film.apply(nn::conv2d(w.scope("k1"), at::cat({y, fused}, 1)), 1));
  y = act(film.apply(upscaled(w.scope("u2"), y32) + nn::conv2d(w.scope("s2"), maps.high64), 2));
  y = y + act(nn::conv2d(w.scope("k2"), y));
  y = act(film.apply(upscaled(w.scope("u3"), y) + nn::conv2d(w.scope("s3"), maps.high128), 3));
  y = y + act(nn::conv2d(w.scope("k3"), y));
  const bool mixes = config.mixing > 0 && tokens.defined();
  const Mixing mixing = mixes ? make_mixing(w.scope("mixing"), tokens, present) : Mixing{};
  FrontParts front;
  const Tensor features = mixed(mixing, nn::conv2d(w.scope("features"), y));
  front.features = doubled(smoothed(features).to(at::kFloat));
  front.surface = upscaled(w.scope("surface"), y);
  front.outside = outside(config, w, trunk, mixing);
  if (config.warp > 0 && tokens.defined()) front.source = source(w.scope("warp"), y, present);
  const Tones tones = tokens.defined() ? make_tones(config, w.scope("tone"), tokens, y, present) : Tones{};

  Planes planes;
  planes.front = front_plane(front, maps, tones);
  std::tie(planes.top, planes.side) = side_planes(config, w, y32, trunk, mixing);
  TORCH_CHECK(planes.front.size(0) == batch, "planes of another batch");
  return planes;
}

}  // namespace triptych::starter
