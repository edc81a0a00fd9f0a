#include "model/reference/specs.h"

#include <array>
#include <string_view>
#include <utility>

namespace triptych::reference {
namespace {

using nn::TensorSpec;

class SpecList {
 public:
  explicit SpecList(std::int64_t narrowing = 1) : narrowing_(narrowing) {}
  std::vector<TensorSpec> list;

  // A width of the published network in this one.
  [[nodiscard]] std::int64_t width(std::int64_t published) const { return published / narrowing_; }

  void tensor(const std::string& name, nn::Shape shape) { list.push_back({name, std::move(shape)}); }
  void weight_and_bias(const std::string& name, nn::Shape shape) {
    tensor(name + ".bias", {shape.front()});
    tensor(name + ".weight", std::move(shape));
  }
  void conv(const std::string& name, std::int64_t outputs, std::int64_t inputs, std::int64_t kernel) {
    weight_and_bias(name, {outputs, inputs, kernel, kernel});
  }
  void linear(const std::string& name, std::int64_t outputs, std::int64_t inputs) {
    weight_and_bias(name, {outputs, inputs});
  }
  void norm(const std::string& name, std::int64_t width) { weight_and_bias(name, {width}); }

  void patches(const std::string& name, std::int64_t width, std::int64_t inputs) {
    conv(name + ".proj", width, inputs, 7);
    norm(name + ".norm", width);
  }

  void segformer_block(const std::string& name, std::int64_t width, std::int64_t reduction) {
    norm(name + ".norm1", width);
    tensor(name + ".attn.q.weight", {width, width});
    tensor(name + ".attn.kv.weight", {2 * width, width});
    linear(name + ".attn.proj", width, width);
    if (reduction > 1) {
      conv(name + ".attn.reduce", width, width, reduction);
      norm(name + ".attn.reduce_norm", width);
    }
    norm(name + ".norm2", width);
    linear(name + ".mlp.fc1", 2 * width, width);
    conv(name + ".mlp.depthwise", 2 * width, 1, 3);
    linear(name + ".mlp.fc2", width, 2 * width);
  }

  void vit_block(const std::string& name, std::int64_t width) {
    norm(name + ".norm1", width);
    linear(name + ".attn.qkv", 3 * width, width);
    linear(name + ".attn.proj", width, width);
    norm(name + ".norm2", width);
    linear(name + ".mlp.fc1", 4 * width, width);
    linear(name + ".mlp.fc2", width, 4 * width);
  }

  // One stage of ResNet-34.
  void residual_stage(const std::string& name, int blocks, std::int64_t inputs, std::int64_t outputs) {
    for (int i = 0; i < blocks; ++i) {
      const std::string block = name + "." + std::to_string(i);
      conv(block + ".conv1", outputs, i == 0 ? inputs : outputs, 3);
      conv(block + ".conv2", outputs, outputs, 3);
      if (i == 0 && inputs != outputs) conv(block + ".downsample.0", outputs, inputs, 1);
    }
  }

  // A StyleGAN2 layer: convolution, its bias, and the affine map from the style to its inputs' scales.
  void styled_conv(const std::string& name, std::int64_t outputs, std::int64_t inputs, std::int64_t kernel) {
    conv(name, outputs, inputs, kernel);
    linear(name + ".affine", inputs, 512);
  }

 private:
  std::int64_t narrowing_;
};

void low_branch(SpecList& specs) {
  const auto w = [&](std::int64_t published) { return specs.width(published); };
  specs.conv("low.resnet.conv1", w(64), 5, 7);
  specs.residual_stage("low.resnet.layer1", 3, w(64), w(64));
  specs.residual_stage("low.resnet.layer2", 4, w(64), w(128));
  specs.conv("low.aspp.0", w(256), w(128), 1);
  for (const char* dilated : {"low.aspp.1", "low.aspp.2", "low.aspp.3"}) {
    specs.conv(dilated, w(256), w(128), 3);
  }
  specs.conv("low.aspp.pooled", w(256), w(128), 1);
  specs.conv("low.aspp.project", w(256), 5 * w(256), 1);
  specs.conv("low.smooth", w(256), w(256), 3);
  specs.patches("low.patches", w(1024), w(256));
  for (const char* block : {"low.blocks.0", "low.blocks.1"}) specs.segformer_block(block, w(1024), 1);
  specs.conv("low.tail.0", w(128), w(256), 3);
  specs.conv("low.tail.1", w(128), w(128), 3);
}

void high_branch(SpecList& specs) {
  const auto w = [&](std::int64_t published) { return specs.width(published); };
  specs.conv("high.0", w(64), 5, 7);
  specs.conv("high.1", w(128), w(64), 3);
  for (int i = 2; i < 7; ++i) specs.conv("high." + std::to_string(i), w(128), w(128), 3);
}

void prompt_branch(SpecList& specs) {
  const auto w = [&](std::int64_t published) { return specs.width(published); };
  specs.tensor("prompt.vit.cls_token", {1, 1, w(768)});
  specs.tensor("prompt.vit.pos_embed", {1, 197, w(768)});
  specs.conv("prompt.vit.patch_embed.proj", w(768), 3, 16);
  for (int i = 0; i < 12; ++i) specs.vit_block("prompt.vit.blocks." + std::to_string(i), w(768));
  specs.norm("prompt.vit.norm", w(768));
  specs.conv("prompt.query.merge", w(96), w(128), 3);
  specs.patches("prompt.query.patches", w(768), w(96));
  specs.tensor("prompt.tail.weight", {w(512), w(192), 1, 1});
}

void triplane_net(SpecList& specs) {
  const auto w = [&](std::int64_t published) { return specs.width(published); };
  specs.conv("triplane.merge", w(256), w(256), 3);
  specs.patches("triplane.patches", w(1024), w(256));
  specs.segformer_block("triplane.block", w(1024), 2);
  specs.conv("triplane.tail.0", w(256), w(256), 3);
  specs.conv("triplane.tail.1", w(128), w(256), 3);
  specs.conv("triplane.tail.2", w(128), w(128), 3);
  specs.conv("triplane.tail.3", 96, w(128), 3);  // the planes keep their channels
  specs.conv("triplane.tail.4", 96, 96, 3);
}

struct Rename {
  std::string_view ours;
  std::string_view theirs;
};

// The first that fits the start of a name is used.
constexpr auto prefixes = std::to_array<Rename>({
    {"low.resnet.", "encoder."},
    {"low.aspp.0.", "decoder.0.convs.0.0."},
    {"low.aspp.1.", "decoder.0.convs.1.0."},
    {"low.aspp.2.", "decoder.0.convs.2.0."},
    {"low.aspp.3.", "decoder.0.convs.3.0."},
    {"low.aspp.pooled.", "decoder.0.convs.4.1."},
    {"low.aspp.project.", "decoder.0.project.0."},
    {"low.smooth.", "decoder.1."},
    {"low.patches.", "F_encoder.patchembed."},
    {"low.blocks.", "F_encoder.blocks."},
    {"low.tail.0.", "F_encoder.net.0."},
    {"low.tail.1.", "F_encoder.net.2."},
    {"high.0.", "EHigh_encoder.net.0."},
    {"high.1.", "EHigh_encoder.net.2."},
    {"high.2.", "EHigh_encoder.net.4."},
    {"high.3.", "EHigh_encoder.net.6."},
    {"high.4.", "EHigh_encoder.net.8."},
    {"high.5.", "EHigh_encoder.net.10."},
    {"high.6.", "EHigh_encoder.net.12."},
    {"prompt.vit.", "Ref_encoder.mae_encoder."},
    {"prompt.query.merge.", "Ref_encoder.pre_conv."},
    {"prompt.query.patches.", "Ref_encoder.patch_emb."},
    {"prompt.tail.", "Ref_encoder.proj_tail."},
    {"triplane.merge.", "Final_encoder.net.0."},
    {"triplane.patches.", "Final_encoder.pathembed."},
    {"triplane.block.", "Final_encoder.block."},
    {"triplane.tail.0.", "Final_encoder.output_net.0."},
    {"triplane.tail.1.", "Final_encoder.output_net.3."},
    {"triplane.tail.2.", "Final_encoder.output_net.5."},
    {"triplane.tail.3.", "Final_encoder.output_net.7."},
    {"triplane.tail.4.", "Final_encoder.output_net.9."},
    {"render.style", "const"},
    {"render.decoder.0.", "decoder.net.0."},
    {"render.decoder.1.", "decoder.net.2."},
    {"render.superres.", "superresolution.block"},
});
constexpr auto infixes = std::to_array<Rename>({
    {".attn.reduce.", ".attn.sr."},
    {".attn.reduce_norm.", ".attn.norm."},
    {".mlp.depthwise.", ".mlp.dwconv.dwconv."},
});

}  // namespace

std::vector<TensorSpec> encoder_specs(bool with_prompt, std::int64_t trunk) {
  SpecList specs(published_trunk / trunk);
  low_branch(specs);
  high_branch(specs);
  if (with_prompt) prompt_branch(specs);
  triplane_net(specs);
  return std::move(specs.list);
}

std::vector<TensorSpec> renderer_specs() {
  SpecList specs;
  specs.tensor("render.style", {1, 1, 512});
  specs.linear("render.decoder.0", 64, 32);
  specs.linear("render.decoder.1", 33, 64);
  std::int64_t inputs = 32;
  for (const std::int64_t outputs : {256, 128}) {
    const std::string block = inputs == 32 ? "render.superres.0" : "render.superres.1";
    specs.styled_conv(block + ".conv0", outputs, inputs, 3);
    specs.styled_conv(block + ".conv1", outputs, outputs, 3);
    specs.styled_conv(block + ".torgb", 3, outputs, 1);
    inputs = outputs;
  }
  return std::move(specs.list);
}

std::vector<TensorSpec> unused_encoder_specs() {
  SpecList specs;
  specs.residual_stage("encoder.layer3", 6, 128, 256);
  specs.residual_stage("encoder.layer4", 3, 256, 512);
  return std::move(specs.list);
}

std::vector<TensorSpec> unused_renderer_specs() {
  SpecList specs;
  std::int64_t size = 256;
  for (const std::string block : {"superresolution.block0", "superresolution.block1"}) {
    specs.tensor(block + ".resample_filter", {4, 4});
    for (const char* layer : {".conv0", ".conv1"}) {
      specs.tensor(block + layer + ".noise_strength", {});
      specs.tensor(block + layer + ".resample_filter", {4, 4});
      specs.tensor(block + layer + ".noise_const", {size, size});
    }
    size *= 2;
  }
  return std::move(specs.list);
}

std::string file_name_of(const std::string& name) {
  std::string result = name;
  for (const Rename& rename : prefixes) {
    if (name.starts_with(rename.ours)) {
      result.replace(0, rename.ours.size(), rename.theirs);
      break;
    }
  }
  for (const Rename& rename : infixes) {
    if (const auto at = result.find(rename.ours); at != std::string::npos) {
      result.replace(at, rename.ours.size(), rename.theirs);
    }
  }
  return result;
}

}  // namespace triptych::reference
