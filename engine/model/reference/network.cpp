#include "model/reference/network.h"

#include <c10/core/InferenceMode.h>

#include "model/reference/encoder.h"
#include "model/reference/specs.h"

namespace triptych::reference {
namespace {

// Names below the prefix, so that a teacher in the same file is seen as a network of its own.
nn::ShapeTable shapes_below(const SafetensorsReader& reader, const std::string& prefix) {
  nn::ShapeTable shapes;
  for (const auto& [name, view] : reader.tensors()) {
    if (name.starts_with(prefix)) shapes.emplace(name, view.shape);
  }
  return shapes;
}

}  // namespace

Network::Network(SafetensorsReader reader, std::string file, std::string prefix, bool with_prompt, bool bf16)
    : reader_(std::move(reader)),
      file_(std::move(file)),
      prefix_(std::move(prefix)),
      specs_(encoder_specs(with_prompt)),
      bf16_wanted_(bf16),
      bf16_(bf16) {
  for (nn::TensorSpec& spec : specs_) spec.name = prefix_ + spec.name;
}

Result<std::shared_ptr<const Network>> Network::open(const Package& package, const std::string& prefix,
                                                     bool with_prompt, bool bf16) {
  TRIPTYCH_TRY(SafetensorsReader reader, package.weights());
  const std::string file = package.path().string();
  std::shared_ptr<const Network> network(new Network(std::move(reader), file, prefix, with_prompt, bf16));
  TRIPTYCH_CHECK(nn::check_tensors(file, shapes_below(network->reader_, prefix), network->specs_));
  return network;
}

nn::Weights Network::weights() const {
  const std::lock_guard lock(mutex_);
  if (loaded_ != type()) {
    weights_ = {};  // both precisions at once would be a gigabyte
    nn::Weights table;
    for (const nn::TensorSpec& spec : specs_) {
      at::Tensor tensor = nn::copy_tensor(reader_.tensors().find(spec.name)->second);
      const std::string name = spec.name.substr(prefix_.size());
      tensor = tensor.to(is_first_convolution(name) ? at::kFloat : type());
      if (tensor.dim() == 4) tensor = tensor.contiguous(at::MemoryFormat::ChannelsLast);
      table.set(name, tensor);
    }
    weights_ = std::move(table);
    loaded_ = type();
  }
  return weights_;
}

PictureMaps Network::picture(const at::Tensor& rgb) const {
  const c10::InferenceMode inference;
  const nn::Weights w = weights();
  const at::Tensor indexed = with_pixel_indices(rgb);
  PictureMaps maps;
  maps.low = low_features(w, low_deeplab(w, low_resnet(w, indexed)));
  maps.high = high_features(w, indexed);
  maps.type = maps.high.scalar_type();
  return maps;
}

at::Tensor Network::prompt(const at::Tensor& reference) const {
  const c10::InferenceMode inference;
  return prompt_tokens(weights(), reference).to(at::kFloat);
}

at::Tensor Network::planes(const at::Tensor& rgb, const PictureMaps& maps, const at::Tensor& tokens) const {
  const c10::InferenceMode inference;
  const nn::Weights w = weights();
  const at::ScalarType working = w["triplane.merge.weight"].scalar_type();
  const PictureMaps own = maps.type == working ? maps : picture(rgb);
  const at::Tensor detail = tokens.defined() ? prompt_features(w, tokens.to(working), own.high) : own.high;
  return reference::triplane(w, detail, own.low).to(at::kFloat);
}

Result<at::Tensor> Network::triplane(const at::Tensor& rgb, const PictureMaps& maps,
                                     const at::Tensor& tokens) const {
  at::Tensor result = planes(rgb, maps, tokens);
  if (!can_be_shown(result) && bf16_.exchange(false)) result = planes(rgb, maps, tokens);
  if (can_be_shown(result)) return result;
  return fail(
      file_ +
      ": the network gives no picture (its numbers are not finite, or all the same); its weights are " +
      "damaged, import them again");
}

bool can_be_shown(const at::Tensor& triplane) {
  const auto [mean_square, mean] = std::pair{triplane.square().mean(), triplane.mean()};
  const double variance = (mean_square - mean.square()).item<double>();
  return std::isfinite(variance) && variance > 1e-12;
}

}  // namespace triptych::reference
