#include "model/reference/network.h"

#include <c10/core/InferenceMode.h>

#include "model/on_device.h"
#include "model/precision.h"
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

// The manifest's "sizes": {"trunk": WIDTH}; the published network's where it says nothing.
Result<std::int64_t> trunk_of(const Package& package) {
  const nlohmann::json sizes = package.manifest().json.value("sizes", nlohmann::json::object());
  const nlohmann::json trunk =
      sizes.is_object() ? sizes.value("trunk", nlohmann::json(published_trunk)) : nlohmann::json();
  if (trunk.is_number_integer()) {
    for (std::int64_t width = narrowest_trunk; width <= published_trunk; width *= 2) {
      if (trunk == width) return width;
    }
  }
  return fail(package.path().string() + ": its manifest asks for a network of a width that does not exist (" +
              trunk.dump() + "); import the checkpoint again");
}

}  // namespace

Network::Network(SafetensorsReader reader, std::string file, std::string prefix,
                 std::vector<nn::TensorSpec> specs, bool bf16, at::Device device)
    : reader_(std::move(reader)),
      file_(std::move(file)),
      prefix_(std::move(prefix)),
      specs_(std::move(specs)),
      bf16_wanted_(bf16),
      bf16_(bf16),
      device_(device) {}

Result<std::shared_ptr<const Network>> Network::open(const Package& package, const std::string& prefix,
                                                     bool with_prompt, bool bf16, at::Device device) {
  TRIPTYCH_TRY(SafetensorsReader reader, package.weights());
  TRIPTYCH_TRY(const std::int64_t trunk, trunk_of(package));
  const std::string file = package.path().string();
  std::vector<nn::TensorSpec> specs = encoder_specs(with_prompt, trunk), stored = specs;
  for (nn::TensorSpec& spec : stored) spec.name = prefix + spec.name;
  TRIPTYCH_CHECK(nn::check_tensors(file, shapes_below(reader, prefix), stored));
  return std::shared_ptr<const Network>(
      new Network(std::move(reader), file, prefix, std::move(specs), bf16, device));
}

nn::Weights Network::weights() const {
  const std::lock_guard lock(mutex_);
  const at::ScalarType wanted = type();  // once: another thread may fall back meanwhile
  if (loaded_ != wanted) {
    const c10::InferenceMode off(false);  // learning needs them, too
    weights_ = {};                        // both precisions at once would be a gigabyte
    nn::Weights table;
    for (const nn::TensorSpec& spec : specs_) {
      at::Tensor tensor = nn::copy_tensor(reader_.tensors().find(prefix_ + spec.name)->second);
      tensor = tensor.to(is_first_convolution(spec.name) ? at::kFloat : wanted);
      if (tensor.dim() == 4) tensor = tensor.contiguous(at::MemoryFormat::ChannelsLast);
      table.set(spec.name, tensor);
    }
    weights_ = std::move(table);
    loaded_ = wanted;
  }
  return weights_;
}

nn::Weights Network::on_device() const {
  nn::Weights own = weights();
  if (device_.is_cpu()) return own;
  const std::lock_guard lock(mutex_);
  if (on_device_.table().empty()) on_device_ = nn::on_device(own, device_);
  return on_device_;
}

PictureMaps Network::picture(const at::Tensor& rgb) const {
  const c10::InferenceMode inference;
  const nn::Weights w = on_device();
  const at::Tensor indexed = with_pixel_indices(rgb.to(device_));
  PictureMaps maps;
  maps.low = low_features(w, low_deeplab(w, low_resnet(w, indexed)));
  maps.high = high_features(w, indexed);
  maps.type = maps.high.scalar_type();
  return maps;
}

at::Tensor Network::prompt(const at::Tensor& reference) const {
  const c10::InferenceMode inference;
  return prompt_tokens(on_device(), reference.to(device_)).to(at::kCPU, at::kFloat);
}

at::Tensor Network::planes(const at::Tensor& rgb, const PictureMaps& maps, const at::Tensor& tokens,
                           const nn::Weights* changed) const {
  const c10::InferenceMode inference;
  const nn::Weights w = changed == nullptr ? on_device() : nn::replaced(on_device(), *changed);
  const at::ScalarType working = w["triplane.merge.weight"].scalar_type();
  const PictureMaps own = maps.type == working ? maps : picture(rgb);
  const at::Tensor detail =
      tokens.defined() ? prompt_features(w, tokens.to(device_, working), own.high) : own.high;
  return reference::triplane(w, detail, own.low).to(at::kCPU, at::kFloat);
}

Result<at::Tensor> Network::triplane(const at::Tensor& rgb, const PictureMaps& maps, const at::Tensor& tokens,
                                     const nn::Weights* changed) const {
  const bool in_bf16 = bf16_;
  at::Tensor result = planes(rgb, maps, tokens, changed);
  if (in_bf16 && !can_be_shown(result)) {  // again in fp32, whichever thread finds out first
    bf16_ = false;
    result = planes(rgb, maps, tokens, changed);
  }
  if (can_be_shown(result)) return result;
  return fail(
      file_ +
      ": the network gives no picture (its numbers are not finite, or all the same); its weights are " +
      "damaged, import them again");
}

}  // namespace triptych::reference
