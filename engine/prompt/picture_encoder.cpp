#include "prompt/picture_encoder.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/guarded.h"
#include "image/resample.h"
#include "prompt/tensor_loader.h"

namespace triptych {
namespace {

constexpr int picture_size = 224;
constexpr int grid = 7;

// A convolution with its batch normalisation folded in, padded as TensorFlow's "same" does for even sizes:
// with stride 2 the odd pixel goes to the right and below.
struct Convolution {
  at::Tensor weight, bias;
  std::int64_t stride = 1;
  std::int64_t groups = 1;

  [[nodiscard]] at::Tensor operator()(const at::Tensor& x) const {
    const std::int64_t total = weight.size(2) - stride;
    const std::int64_t before = total / 2, after = total - total / 2;
    const bool even = before == after;
    const at::Tensor padded = even ? x : at::constant_pad_nd(x, {before, after, before, after});
    return at::conv2d(padded, weight, bias, stride, even ? before : 0, 1, groups);
  }
};

// MobileNet's inverted bottleneck without squeeze and excitation; ReLU6 between, none at the end.
struct Block {
  bool expands = false;
  Convolution expand, depthwise, project;

  [[nodiscard]] at::Tensor operator()(const at::Tensor& x) const {
    at::Tensor y = expands ? at::clamp(expand(x), 0, 6) : x;
    y = project(at::clamp(depthwise(y), 0, 6));
    return y.sizes() == x.sizes() ? y + x : y;
  }
};

// Stages of EfficientNet-Lite0: blocks, kernel, stride of the first, growth inside, channels.
struct Stage {
  int blocks;
  std::int64_t kernel, stride, growth, channels;
};
constexpr std::array<Stage, 7> stages{{{1, 3, 1, 1, 16},
                                       {2, 3, 2, 6, 24},
                                       {2, 5, 2, 6, 40},
                                       {3, 3, 2, 6, 80},
                                       {3, 5, 1, 6, 112},
                                       {4, 5, 2, 6, 192},
                                       {1, 3, 1, 6, picture_channels}}};

Convolution load_convolution(TensorLoader& load, const std::string& name, std::int64_t inputs,
                             std::int64_t outputs, std::int64_t kernel, std::int64_t stride = 1,
                             std::int64_t groups = 1) {
  return {load(name + ".weight", {outputs, inputs / groups, kernel, kernel}), load(name + ".bias", {outputs}),
          stride, groups};
}

Block load_block(TensorLoader& load, const std::string& name, const Stage& stage, std::int64_t inputs,
                 std::int64_t stride) {
  const std::int64_t inside = inputs * stage.growth;
  Block block;
  block.expands = stage.growth > 1;
  if (block.expands) block.expand = load_convolution(load, name + ".expand", inputs, inside, 1);
  block.depthwise = load_convolution(load, name + ".depthwise", inside, inside, stage.kernel, stride, inside);
  block.project = load_convolution(load, name + ".project", inside, stage.channels, 1);
  return block;
}

// The central square at 224x224, as (value - 127) / 128: [1, 3, 224, 224].
at::Tensor network_input(const Image8& picture) {
  const int edge = std::min(picture.width, picture.height);
  const int left = (picture.width - edge) / 2, top = (picture.height - edge) / 2;
  Image8 square(edge, edge, 3);
  for (int y = 0; y < edge; ++y) {
    std::copy_n(&picture.at(left, top + y), static_cast<std::size_t>(edge) * 3, square.row(y));
  }
  Image8 scaled = resize(square, picture_size, picture_size);
  const at::Tensor bytes = at::from_blob(scaled.pixels.data(), {1, picture_size, picture_size, 3}, at::kByte);
  return ((bytes.to(at::kFloat) - 127.0) / 128.0).permute({0, 3, 1, 2});
}

}  // namespace

struct PictureEncoder::Network {
  Convolution stem;
  std::vector<Block> blocks;
};

PictureEncoder::PictureEncoder(std::shared_ptr<const Network> network) : network_(std::move(network)) {}

Result<PictureEncoder> PictureEncoder::open(const std::filesystem::path& folder) {
  return guarded("opening the picture encoder", [&]() -> Result<PictureEncoder> {
    const c10::InferenceMode inference;
    TRIPTYCH_TRY(SafetensorsReader reader, SafetensorsReader::open(folder / "picture_encoder.safetensors"));
    TensorLoader load(std::move(reader));
    auto network = std::make_shared<Network>();
    std::int64_t channels = 32;
    network->stem = load_convolution(load, "stem", 3, channels, 3, 2);
    for (const auto& stage : stages) {
      for (int i = 0; i < stage.blocks; ++i) {
        const std::string name = "block." + std::to_string(network->blocks.size());
        network->blocks.push_back(load_block(load, name, stage, channels, i == 0 ? stage.stride : 1));
        channels = stage.channels;
      }
    }
    if (!load.status()) return tl::make_unexpected(load.status().error());
    return PictureEncoder(std::move(network));
  });
}

Result<PictureTokens> PictureEncoder::encode(const Image8& picture) const {
  if (picture.empty() || picture.channels != 3)
    return fail("a reference picture needs three colour channels");
  return guarded("encoding the reference picture", [&]() -> Result<PictureTokens> {
    const c10::InferenceMode inference;
    at::Tensor x = at::clamp(network_->stem(network_input(picture)), 0, 6);
    for (const auto& block : network_->blocks) x = block(x);
    const at::Tensor tokens = x.squeeze(0).permute({1, 2, 0}).contiguous();

    PictureTokens result;
    result.tokens = ImageF(grid, grid, picture_channels);
    std::copy_n(tokens.data_ptr<float>(), result.tokens.pixels.size(), result.tokens.pixels.begin());
    return result;
  });
}

}  // namespace triptych
