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
  const at::Tensor line = at::tensor({0.25F, 0.5F, 0.25F});
  const at::Tensor filter = at::outer(line, line).view({1, 1, 3, 3});
  const at::Tensor kernels =
      weights_["convolution.0.weight"].to(at::kFloat).contiguous().view({64 * 3, 1, 11, 11});
  const at::Tensor blurred = at::conv2d(kernels, filter, {}, 1, 2).view({64, 3, 13, 13});
  first_and_blur_ = at::pixel_unshuffle(at::constant_pad_nd(blurred, {0, 1, 0, 1}), 2)
                        .to(type, false, false, at::MemoryFormat::ChannelsLast);
}

// blur_down(convolution 0), a third of whose cost the blur would throw away again. Both are linear, so where
// the mirrored border is not seen they are one convolution with stride 2, which runs fastest on the picture's
// 2x2 blocks as channels. The first row and column of the result repeat the second (the filter is symmetric).
// The last ones mix the last two rows (columns) of the convolution evenly and are made from strips of the
// picture.
at::Tensor StLpips::blurred_first(const at::Tensor& pictures) const {
  const nn::Weights first = weights_.scope("convolution").scope(0);
  nn::Convolution unpadded;
  unpadded.padding = 0;
  const std::int64_t pad = layers[0].padding;
  const at::Tensor x = at::constant_pad_nd(pictures, {pad, pad, pad, pad});
  if (x.size(2) % 2 != 0 || x.size(3) % 2 != 0) return blur_down(nn::conv2d(first, x, unpadded));
  const at::Tensor inner = at::conv2d(at::pixel_unshuffle(x, 2), first_and_blur_, first["bias"]);
  constexpr std::int64_t strip = 12;  // pixels that two rows of the convolution see
  const at::Tensor bottom =
      nn::conv2d(first, x.narrow(2, x.size(2) - strip, strip), unpadded).mean({2}, true);
  const at::Tensor right = nn::conv2d(first, x.narrow(3, x.size(3) - strip, strip), unpadded).mean({3}, true);
  const at::Tensor last_row =
      at::avg_pool2d(at::avg_pool2d(at::reflection_pad2d(bottom, {2, 2, 0, 0}), {1, 2}, 1), {1, 2}, {1, 2});
  const at::Tensor last_column =
      at::avg_pool2d(at::avg_pool2d(at::reflection_pad2d(right, {0, 0, 2, 2}), {2, 1}, 1), {2, 1}, {2, 1});
  const at::Tensor most = at::replication_pad2d(inner, {1, 0, 1, 0});
  return at::cat({at::cat({most, last_column.narrow(2, 0, most.size(2))}, 3), last_row}, 2);
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
