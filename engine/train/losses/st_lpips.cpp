#include "train/losses/st_lpips.h"

#include <array>

#include "model/blocks.h"

namespace triptych::train {
namespace {

struct Layer {
  std::int64_t outputs;
  std::int64_t inputs;
  std::int64_t kernel;
  std::int64_t padding;
};
constexpr std::array<Layer, 5> layers{
    {{64, 3, 11, 2}, {192, 64, 5, 2}, {384, 192, 3, 1}, {256, 384, 3, 1}, {256, 256, 3, 1}}};

std::vector<nn::TensorSpec> tensor_specs() {
  std::vector<nn::TensorSpec> specs{{"mean", {3}}, {"deviation", {3}}};
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Layer& layer = layers[i];
    const std::string name = "convolution." + std::to_string(i);
    specs.push_back({name + ".weight", {layer.outputs, layer.inputs, layer.kernel, layer.kernel}});
    specs.push_back({name + ".bias", {layer.outputs}});
    specs.push_back({"head." + std::to_string(i), {1, layer.outputs, 1, 1}});
  }
  return specs;
}

// Half the size through the [1,2,1] filter, which is two averages of neighbours in a row; borders mirrored.
at::Tensor blur_down(const at::Tensor& x) {
  return at::avg_pool2d(at::avg_pool2d(at::reflection_pad2d(x, {2, 2, 2, 2}), 2, 1), 2, 2);
}

at::Tensor max_of_neighbours(const at::Tensor& x) {
  return at::max_pool2d(x, 3, 1);
}

at::Tensor unit_length(const at::Tensor& features) {
  const at::Tensor x = features.to(at::kFloat);
  return x / ((x.square().sum(1, true) + 1e-12).sqrt() + 1e-10);
}

}  // namespace

Result<StLpips> StLpips::load(const std::filesystem::path& path, at::ScalarType type) {
  TRIPTYCH_TRY(const SafetensorsReader reader, SafetensorsReader::open(path));
  nn::ReadOptions options;
  options.type = type;
  TRIPTYCH_TRY(nn::Weights weights, nn::read_weights(reader, path.string(), tensor_specs(), options));
  return StLpips(std::move(weights), type);
}

StLpips::StLpips(nn::Weights weights, at::ScalarType type) : weights_(std::move(weights)), type_(type) {
  const std::array<at::Tensor, 2> filters{at::tensor({0.25F, 0.5F, 0.25F}), at::tensor({0.5F, 0.5F})};
  const at::Tensor kernels =
      weights_["convolution.0.weight"].to(at::kFloat).contiguous().view({64 * 3, 1, 11, 11});
  for (std::size_t row = 0; row < 2; ++row) {
    for (std::size_t column = 0; column < 2; ++column) {
      const at::Tensor filter = at::outer(filters[row], filters[column]).unsqueeze(0).unsqueeze(0);
      const std::int64_t rows = filter.size(2);
      const std::int64_t columns = filter.size(3);
      const at::Tensor both = at::conv2d(kernels, filter, {}, 1, {rows - 1, columns - 1});
      const at::Tensor even = at::constant_pad_nd(both, {0, columns % 2, 0, rows % 2});
      first_and_blur_[row][column] = at::pixel_unshuffle(even.view({64, 3, even.size(2), even.size(3)}), 2)
                                         .to(type, false, false, at::MemoryFormat::ChannelsLast);
    }
  }
}

// blur_down(convolution 0), a third of whose cost the blur would throw away again. Both are linear, so away
// from the mirrored border they are one convolution with stride 2, which runs fastest on the picture's 2x2
// blocks as channels. At the border, the filter being symmetric, the first row (column) of the result repeats
// the second, and the last one mixes the last two rows (columns) of the convolution evenly, which is one
// convolution again.
at::Tensor StLpips::blurred_first(const at::Tensor& pictures) const {
  const nn::Weights first = weights_.scope("convolution").scope(0);
  if (pictures.size(2) % 2 != 0 || pictures.size(3) % 2 != 0) {
    nn::Convolution how;
    how.padding = layers[0].padding;
    return blur_down(nn::conv2d(first, pictures, how));
  }
  const std::int64_t pad = layers[0].padding;
  const at::Tensor blocks = at::pixel_unshuffle(at::constant_pad_nd(pictures, {pad, pad, pad, pad}), 2)
                                .contiguous(at::MemoryFormat::ChannelsLast);
  const auto part = [&](std::size_t last_row, std::size_t last_column) {
    const at::Tensor& kernel = first_and_blur_[last_row][last_column];
    at::Tensor seen = blocks;
    if (last_row != 0) seen = seen.narrow(2, seen.size(2) - kernel.size(2), kernel.size(2));
    if (last_column != 0) seen = seen.narrow(3, seen.size(3) - kernel.size(3), kernel.size(3));
    return at::conv2d(seen, kernel, first["bias"]);
  };
  const at::Tensor most = at::cat({part(0, 0), part(0, 1)}, 3);
  const at::Tensor last = at::cat({part(1, 0), part(1, 1)}, 3);
  return at::replication_pad2d(at::cat({most, last}, 2), {1, 0, 1, 0})
      .contiguous(at::MemoryFormat::ChannelsLast);
}

std::vector<at::Tensor> StLpips::features(const at::Tensor& pictures) const {
  const at::Tensor mean = weights_["mean"].to(at::kFloat).view({1, 3, 1, 1});
  const at::Tensor deviation = weights_["deviation"].to(at::kFloat).view({1, 3, 1, 1});
  at::Tensor x = ((pictures - mean) / deviation).to(type_, false, false, at::MemoryFormat::ChannelsLast);
  std::vector<at::Tensor> result;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    nn::Convolution how;
    how.padding = layers[i].padding;
    if (i == 1 || i == 2) x = blur_down(max_of_neighbours(x));
    x = at::relu(i == 0
                     ? blurred_first(x)
                     : nn::conv2d(weights_.scope("convolution").scope(static_cast<std::int64_t>(i)), x, how));
    result.push_back(x);
  }
  return result;
}

at::Tensor StLpips::operator()(const at::Tensor& pictures, const at::Tensor& truth) const {
  TORCH_CHECK(pictures.sizes() == truth.sizes() && pictures.dim() == 4 && pictures.size(1) == 3 &&
                  pictures.size(2) >= 32 && pictures.size(3) >= 32,
              "ST-LPIPS: pictures of shapes ", pictures.sizes(), " and ", truth.sizes(),
              ", expected two of [B,3,H,W] with 32 pixels or more a side");
  const std::vector<at::Tensor> ours = features(pictures);
  const std::vector<at::Tensor> theirs = features(truth);
  at::Tensor sum = at::zeros({pictures.size(0)});
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const at::Tensor head = weights_["head." + std::to_string(i)].to(at::kFloat);
    sum = sum + ((unit_length(ours[i]) - unit_length(theirs[i])).square() * head).sum(1).mean({1, 2});
  }
  return sum;
}

}  // namespace triptych::train
