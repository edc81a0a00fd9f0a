// The list of tensors of the starter network with their shapes and initial deviations; its JSON sizes.
#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <cmath>

#include "model/starter/network.h"
#include "model/starter/shading.h"

namespace triptych::starter {
namespace {

constexpr double ones = -1;

// Collects parameters; names grow by prefixes as in Weights::scope.
class List {
 public:
  void tensor(std::string name, nn::Shape shape, double deviation) {
    items.push_back({{std::move(name), std::move(shape)}, deviation});
  }
  // `gain` 1: kaiming for leaky ReLU 0.2.
  void conv(const std::string& name, int in, int out, int kernel = 3, double gain = 1) {
    tensor(name + ".weight", {out, in, kernel, kernel}, gain * std::sqrt(2 / 1.04 / (in * kernel * kernel)));
    tensor(name + ".bias", {out}, 0);
  }
  void linear(const std::string& name, int in, int out, double gain = 1) {
    tensor(name + ".weight", {out, in}, gain / std::sqrt(static_cast<double>(in)));
    tensor(name + ".bias", {out}, 0);
  }
  void norm(const std::string& name, int width) {
    tensor(name + ".weight", {width}, ones);
    tensor(name + ".bias", {width}, 0);
  }
  void residual(const std::string& name, int width) {
    norm(name + ".norm1", width);
    conv(name + ".conv1", width, width);
    norm(name + ".norm2", width);
    conv(name + ".conv2", width, width, 3, 0.1);
  }
  void vit(const std::string& name, int width, int ratio) {
    norm(name + ".norm1", width);
    linear(name + ".attn.qkv", width, 3 * width);
    linear(name + ".attn.proj", width, width, 0.1);
    norm(name + ".norm2", width);
    linear(name + ".mlp.fc1", width, ratio * width);
    linear(name + ".mlp.fc2", ratio * width, width, 0.1);
  }
  void reading(const std::string& name, int width, double gain) {
    norm(name + ".norm1", width);
    linear(name + ".q", width, width);
    linear(name + ".kv", width, 2 * width);
    linear(name + ".proj", width, width, gain);
    norm(name + ".norm2", width);
    linear(name + ".fc1", width, 2 * width);
    linear(name + ".fc2", 2 * width, width, gain);
  }
  std::vector<Parameter> items;
};

void add_picture(List& list, const NetworkConfig& c) {
  list.conv("high.c0", 4 * 4 + 2 + 3, 32);
  list.conv("high.c1", 32, 48);
  list.norm("high.n1", 48);
  list.conv("high.c2", 48, 64);
  list.norm("high.n2", 64);
  list.conv("low.c0", 64, 96);
  list.norm("low.n0", 96);
  list.residual("low.r0", 96);
  list.conv("low.c1", 96, c.trunk);
  list.residual("low.r1", c.trunk);
  list.residual("low.r2", c.trunk);
  list.tensor("low.position", {1, (c.picture / 16) * (c.picture / 16), c.trunk}, 0.02);
  list.linear("low.pose", 3, c.trunk, 0.1);
  for (int i = 0; i < c.low_blocks; ++i) list.vit("low.block" + std::to_string(i), c.trunk, 3);
}

void add_prompt(List& list, const NetworkConfig& c) {
  const int w = c.prompt_width;
  list.conv("prompt.query", 64, w);
  list.tensor("prompt.position", {1, (c.picture / 8) * (c.picture / 8), w}, 0.02);
  list.reading("prompt.cross", w, 0.3);
  list.linear("prompt.text", 384, w);
  list.linear("prompt.picture", 320, w);
  list.tensor("prompt.grid", {1, 49, w}, 0.02);
  list.tensor("prompt.none", {1, 1, w}, 0.5);
  list.norm("prompt.norm", w);
  list.tensor("prompt.latents", {1, c.prompt_tokens, w}, 0.5);
  list.linear("prompt.q", w, w);
  list.linear("prompt.kv", w, 2 * w);
  list.linear("prompt.proj", w, w);
  list.vit("prompt.block", w, 2);
}

void add_side(List& list, const std::string& name, const NetworkConfig& c) {
  list.conv(name + ".conv1", 48, 48);
  list.conv(name + ".up1", 48, 32 * 4, 1);
  list.conv(name + ".conv2", 32, 32);
  list.conv(name + ".up2", 32, c.features * 4, 1, 0.1);
}

void add_planes(List& list, const NetworkConfig& c) {
  const int t = c.trunk, rows = c.picture / 8;
  list.conv("planes.c0", c.prompt_width, t);
  list.linear("planes.mix", 2 * t, t);
  list.linear("planes.film", c.prompt_width, 2 * (t + 96 + 48 + 32), 0);
  for (int i = 0; i < c.trunk_blocks; ++i) list.vit("planes.block" + std::to_string(i), t, 3);
  list.norm("planes.norm", t);
  list.conv("planes.u1", t, 96 * 4, 1);
  list.conv("planes.k1", 96 + c.prompt_width, 96);
  list.conv("planes.u2", 96, 48 * 4, 1);
  list.conv("planes.s2", 64, 48, 1);
  list.conv("planes.k2", 48, 48);
  list.conv("planes.u3", 48, 32 * 4, 1);
  list.conv("planes.s3", 32, 32, 1);
  list.conv("planes.k3", 32, 32);
  list.conv("planes.features", 32, c.features, 3, 0.1);
  list.conv("planes.surface", 32, 7 * 4, 3, 0.1);
  if (c.tones > 0) {
    list.linear("planes.tone.curve", c.prompt_width, 9 * c.tones, 0.1);
    list.conv("planes.tone.share", 32, 4 * c.tones, 3, 0.1);
    if (c.gates > 0) list.linear("planes.tone.gates", c.prompt_width, 2 + c.tones, 0);
    if (c.shading > 0) list.linear("planes.tone.light", c.prompt_width, 3 * shading_terms, 0);
  }
  if (c.warp > 0) list.conv("planes.warp", 32, 2, 3, 0);
  if (c.mixing > 0) list.linear("planes.mixing", c.prompt_width, c.features * (c.features + 1), 0);
  list.conv("planes.a1", 96, 48, 1);
  list.tensor("planes.outside", {c.features + 5}, 0);
  if (c.border > 0) list.linear("planes.border", t, c.features + 4, 0);
  list.tensor("planes.mix_top", {rows, rows}, 1 / std::sqrt(static_cast<double>(rows)));
  list.tensor("planes.mix_side", {rows, rows}, 1 / std::sqrt(static_cast<double>(rows)));
  if (c.side_blocks > 0) {
    list.tensor("planes.depth.position", {1, 2 * (c.picture / 16) * (c.picture / 16), t}, 0.5);
    for (int i = 0; i < c.side_blocks; ++i) list.reading("planes.depth.block" + std::to_string(i), t, 0.1);
    list.conv("planes.depth.out", t, 48 * 4, 1, 0);
  }
  add_side(list, "planes.top", c);
  add_side(list, "planes.side", c);
}

}  // namespace

std::vector<Parameter> parameters(const NetworkConfig& c) {
  List list;
  add_picture(list, c);
  add_prompt(list, c);
  add_planes(list, c);
  list.linear("decoder.0", c.features + 3, c.decoder_width, std::sqrt(2.0));
  list.linear("decoder.1", c.decoder_width, 5);
  list.tensor("template", {3, c.template_size, c.template_size, c.features}, 0.1);
  return list.items;
}

std::vector<nn::TensorSpec> tensor_specs(const NetworkConfig& config) {
  std::vector<nn::TensorSpec> specs;
  for (Parameter& parameter : parameters(config)) specs.push_back(std::move(parameter.spec));
  return specs;
}

at::Tensor laid_out(const std::string& name, const at::Tensor& tensor) {
  const bool convolution = tensor.dim() == 4 && name != "template";
  return tensor.contiguous(convolution ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous);
}

nn::Weights initial_weights(const NetworkConfig& config, std::uint64_t seed) {
  at::Generator generator = at::detail::createCPUGenerator(seed);
  nn::Weights weights;
  for (const Parameter& parameter : parameters(config)) {
    at::Tensor value = at::zeros(parameter.spec.shape, at::kFloat);
    if (parameter.deviation == ones) value.fill_(1);
    if (parameter.deviation > 0) value.normal_(0, parameter.deviation, generator);
    weights.set(parameter.spec.name, laid_out(parameter.spec.name, value));
  }
  return weights;
}

namespace {
struct Key {
  const char* name;
  int NetworkConfig::*member;
  int least, most;
};
constexpr Key keys[] = {
    {"picture", &NetworkConfig::picture, 64, 512},
    {"features", &NetworkConfig::features, 8, 32},
    {"side", &NetworkConfig::side, 32, 256},
    {"template_size", &NetworkConfig::template_size, 8, 256},
    {"decoder_width", &NetworkConfig::decoder_width, 16, 64},
    {"trunk", &NetworkConfig::trunk, 32, 512},
    {"low_blocks", &NetworkConfig::low_blocks, 0, 12},
    {"trunk_blocks", &NetworkConfig::trunk_blocks, 0, 12},
    {"prompt_width", &NetworkConfig::prompt_width, 24, 384},
    {"prompt_tokens", &NetworkConfig::prompt_tokens, 1, 64},
    {"tones", &NetworkConfig::tones, 0, 8},
    {"gates", &NetworkConfig::gates, 0, 1},
    {"shading", &NetworkConfig::shading, 0, 1},
    {"border", &NetworkConfig::border, 0, 1},
    {"side_blocks", &NetworkConfig::side_blocks, 0, 12},
    {"warp", &NetworkConfig::warp, 0, 1},
    {"mixing", &NetworkConfig::mixing, 0, 1},
};
}  // namespace

nlohmann::json to_json(const NetworkConfig& config) {
  nlohmann::json json;
  for (const Key& key : keys) json[key.name] = config.*key.member;
  return json;
}

Result<NetworkConfig> network_config(const nlohmann::json& json, const std::string& where) {
  NetworkConfig config;
  if (!json.is_object()) return fail(where + ": should be an object of sizes");
  for (const auto& [name, value] : json.items()) {
    const auto* key = std::find_if(std::begin(keys), std::end(keys),
                                   [&wanted = name](const Key& k) { return wanted == k.name; });
    if (key == std::end(keys)) return fail(where + "." + name + ": no such size");
    const bool whole = value.is_number_integer();
    if (!whole || value.get<std::int64_t>() < key->least || value.get<std::int64_t>() > key->most) {
      return fail(where + "." + name + ": should be a whole number from " + std::to_string(key->least) +
                  " to " + std::to_string(key->most) + ", but is " + value.dump());
    }
    config.*key->member = value.get<int>();
  }
  if (config.picture % 16 != 0) return fail(where + ".picture: should be a multiple of 16");
  if (config.side != config.picture / 2)
    return fail(where + ".side: should be half of " + where + ".picture");
  if (config.trunk % 32 != 0) return fail(where + ".trunk: should be a multiple of 32");
  if (config.prompt_width % 24 != 0) return fail(where + ".prompt_width: should be a multiple of 24");
  return config;
}

}  // namespace triptych::starter
