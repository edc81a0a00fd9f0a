#include "model/starter/starter.h"

#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <optional>

#include "core/text.h"
#include "model/making.h"
#include "model/on_device.h"
#include "model/precision.h"
#include "model/starter/learned.h"
#include "model/starter/prompt_encoders.h"
#include "model/torch_cuda.h"
#include "model/torch_setup.h"

namespace triptych {
namespace starter {
namespace {

struct Picture final : PictureFeatures {
  PictureMaps maps;
  Camera camera;
};

struct Asked final : PromptFeatures {
  PromptInput input;
  LearnedStyles::Ptr learned;  // null: the package's own weights
};

PromptInput on_device(const PromptInput& prompt, at::Device device) {
  return {prompt.text.to(device), prompt.text_mask.to(device), prompt.picture.to(device),
          prompt.picture_mask.to(device), prompt.present.to(device)};
}

std::string list_of(const std::vector<StyleInfo>& styles) {
  std::string list;
  for (const StyleInfo& style : styles) list += (list.empty() ? "" : ", ") + style.name;
  return list;
}

constexpr std::size_t longest_said = 200;  // bytes of a prompt in a message

class StarterModel final : public Model {
 public:
  // `bf16` is for the processor. The encoders of prompts stay there, whatever the device.
  StarterModel(ModelInfo info, NetworkConfig config, nn::Weights weights, bool bf16, at::Device device,
               at::Tensor sentences, const std::filesystem::path& prompt_assets)
      : info_(std::move(info)),
        config_(config),
        weights_(std::move(weights)),
        device_(device),
        compute_(device_.is_cpu() && bf16 ? weights_.to(at::kBFloat16) : nn::on_device(weights_, device_)),
        decoder_(std::make_shared<const Decoder>(decoder_of(weights_))),
        templates_(std::make_shared<const std::array<Plane, 3>>(templates_of(weights_))),
        words_(std::make_shared<Words>(prompt_assets, info_.styles, std::move(sentences))),
        pictures_(std::make_shared<Pictures>(prompt_assets)) {}

  // A copy shares everything with its original.
  [[nodiscard]] Status add_styles(const std::vector<LearnedStyle>& styles) {
    return learned_.add(styles, {replaceable(tensor_specs(config_), "planes."), token_width}, info_);
  }
  [[nodiscard]] const NetworkConfig& config() const noexcept { return config_; }
  [[nodiscard]] const nn::Weights& weights() const noexcept { return weights_; }

  const ModelInfo& info() const noexcept override { return info_; }

  Result<std::shared_ptr<const PictureFeatures>> encode_picture(const Portrait& portrait,
                                                                Progress& progress) const override {
    return run_step(
        "encoding the picture", progress, [&]() -> Result<std::shared_ptr<const PictureFeatures>> {
          const c10::InferenceMode inference;
          auto features = std::make_shared<Picture>();
          features->camera = portrait.camera;
          const at::Tensor input = network_input(portrait.rgb, portrait.mask, config_.picture);
          features->maps = starter::encode_picture(config_, compute_, input.to(device_),
                                                   camera_tensor({&portrait.camera, 1}).to(device_));
          return features;
        });
  }

  Result<std::shared_ptr<const PromptFeatures>> encode_prompt(const Prompt& prompt,
                                                              Progress& progress) const override {
    return run_step("encoding the prompt", progress, [&]() -> Result<std::shared_ptr<const PromptFeatures>> {
      const c10::InferenceMode inference;
      auto features = std::make_shared<Asked>();
      PromptTokens tokens;
      if (!prompt.text.empty()) {
        TRIPTYCH_TRY(tokens.text, text_of(prompt.text, *features));
      }
      if (prompt.reference) {
        TRIPTYCH_TRY(tokens.picture, pictures_->tokens(*prompt.reference));
      }
      features->input = on_device(prompt_input({tokens}), device_);
      return features;
    });
  }

  Result<Head> make_head(const PictureFeatures& picture, const PromptFeatures* prompt,
                         Progress& progress) const override {
    const auto work = [&](const Picture& own, const Asked* asked) -> Result<Head> {
      const c10::InferenceMode inference;
      Planes planes = planes_of(own.maps, asked, false);
      const bool falls_back = is_bf16() && !can_be_shown(planes.front);
      if (falls_back) planes = planes_of(own.maps, asked, true);
      if (!can_be_shown(planes.front)) {
        return fail(info_.name + ": the network gives no picture (its numbers are not finite, or all the " +
                    "same); its weights are damaged, get the package again");
      }
      Head head = to_head(planes, own.camera, decoder_, templates_);
      if (falls_back) head.info.extra["notice"] = bf16_notice;
      return head;
    };
    return make_own_head<Picture, Asked>(info_, picture, prompt, progress, work);
  }

 private:
  [[nodiscard]] bool is_bf16() const { return compute_["template"].scalar_type() == at::kBFloat16; }

  // `exact`: all of it again in fp32.
  [[nodiscard]] Planes planes_of(const PictureMaps& seen, const Asked* asked, bool exact) const {
    nn::Weights weights = exact ? weights_ : compute_;
    if (asked != nullptr && asked->learned) weights = nn::replaced(weights, asked->learned->tensors);
    const PictureMaps maps =
        exact ? starter::encode_picture(config_, weights_, seen.input, seen.cameras) : seen;
    if (asked == nullptr) return make_planes(config_, weights, maps, {}, {});
    const at::Tensor tokens = starter::encode_prompt(config_, weights, asked->input);
    return make_planes(config_, weights, maps, tokens, asked->input.present);
  }

  // The tokens of words: a learned style's name, else the phrase of the package's styles that they mean (a
  // learned style of that one's name hides it), else a learned style whose name is among them.
  Result<at::Tensor> text_of(const std::string& text, Asked& asked) const {
    asked.learned = learned_.named(text);
    if (!asked.learned) {
      TRIPTYCH_TRY(const auto own, words_->understand(text));
      asked.learned = own ? learned_.named(own->style) : learned_.mentioned(text);
      if (own && !asked.learned) {
        asked.understood = own->style;
        return own->tokens;
      }
    }
    if (!asked.learned) {
      return fail("the model " + info_.name + " does not know \"" + cut_at_a_character(text, longest_said) +
                  "\"; it knows: " + list_of(info_.styles));
    }
    asked.understood = asked.learned->name;
    return asked.learned->tokens;
  }

  ModelInfo info_;
  NetworkConfig config_;
  nn::Weights weights_;  // on the processor
  at::Device device_;
  nn::Weights compute_;  // on the device
  std::shared_ptr<const Decoder> decoder_;
  std::shared_ptr<const std::array<Plane, 3>> templates_;
  std::shared_ptr<Words> words_;
  std::shared_ptr<Pictures> pictures_;
  LearnedStyles learned_;
};

Result<ModelInfo> describe(const Package& package, int picture_size) {
  ModelInfo info;
  info.name = package.manifest().name;
  info.kind = package.manifest().kind;
  info.hash = package.hash();
  info.picture_size = picture_size;
  info.takes_text = info.takes_reference = true;
  const nlohmann::json& json = package.manifest().json;
  try {
    for (const auto& style : json.value("styles", nlohmann::json::array())) {
      info.styles.push_back({style.at("name"), style.at("phrases")});
    }
    info.limits = json.value("limits", std::vector<std::string>{});
    if (const auto range = json.find("view_range"); range != json.end()) {
      info.view_range = {range->at("yaw"), range->at("pitch")};
    }
  } catch (const nlohmann::json::exception& error) {
    return fail(
        package.path().string() + R"(: the manifest's "styles", "limits" or "view_range" are damaged)",
        error.what());
  }
  const auto good = [](float degrees) { return degrees > 0 && degrees <= 90; };
  if (!good(info.view_range.yaw) || !good(info.view_range.pitch)) {
    return fail(package.path().string() +
                R"(: the manifest's "view_range" is damaged: its angles go up to 90 degrees)");
  }
  return info;
}

constexpr auto sentences_name = "sentences";  // of the styles' phrases; packages may lack them

StreamedTensor streamed(const std::string& name, const at::Tensor& half) {
  return {name, Dtype::f16, half.sizes().vec(), [half](const ByteSink& sink) {
            return sink({static_cast<const std::byte*>(half.const_data_ptr()), half.nbytes()});
          }};
}

at::Tensor kept_sentences(const SafetensorsReader& reader) {
  const auto found = reader.find(sentences_name);
  return found ? nn::copy_tensor(*found) : at::Tensor();
}

}  // namespace

std::optional<Inside> inside(const Model& model) {
  const auto* own = dynamic_cast<const StarterModel*>(&model);
  if (own == nullptr) return std::nullopt;
  return Inside{own->config(), own->weights()};
}

Result<std::shared_ptr<const Model>> with_styles(const std::shared_ptr<const Model>& base,
                                                 const std::vector<LearnedStyle>& styles) {
  const auto* own = dynamic_cast<const StarterModel*>(base.get());
  if (own == nullptr) {
    return fail("the model " + base->info().name + " is of a kind that cannot take styles in this version");
  }
  auto model = std::make_shared<StarterModel>(*own);
  TRIPTYCH_CHECK(model->add_styles(styles));
  return model;
}

Status write_starter(const std::filesystem::path& path, const NetworkConfig& config,
                     const nn::Weights& weights, const PackageText& text, Progress& progress) {
  Manifest manifest{"starter", text.name, text.version, nlohmann::json::object()};
  manifest.json["network"] = to_json(config);
  manifest.json["limits"] = text.limits;
  manifest.json["view_range"] = {{"yaw", text.view_range.yaw}, {"pitch", text.view_range.pitch}};
  manifest.json["training"] = text.training;
  for (const StyleInfo& style : text.styles) {
    manifest.json["styles"].push_back({{"name", style.name}, {"phrases", style.phrases}});
  }
  std::vector<StreamedTensor> tensors;
  for (const nn::TensorSpec& spec : tensor_specs(config)) {
    const at::Tensor half = weights[spec.name].detach().to(at::kHalf).contiguous();
    tensors.push_back(streamed(spec.name, half));
  }
  if (text.sentences.defined()) {
    tensors.push_back(streamed(sentences_name, text.sentences.to(at::kHalf).contiguous()));
  }
  return write_package(path, manifest, std::move(tensors), progress);
}

}  // namespace starter

Result<std::shared_ptr<const Model>> open_starter(const Package& package, const ModelOptions& options) {
  using namespace starter;
  const std::string file = package.path().string();
  return nn::guarded("opening the model", [&]() -> Result<std::shared_ptr<const Model>> {
    const nlohmann::json& json = package.manifest().json;
    TRIPTYCH_TRY(const NetworkConfig config,
                 network_config(json.value("network", nlohmann::json::object()), file + ": network"));
    TRIPTYCH_TRY(const SafetensorsReader reader, package.weights());
    const std::vector<nn::TensorSpec> specs = tensor_specs(config);
    TRIPTYCH_TRY(const nn::Weights raw, nn::read_weights(reader, file, specs, {.channels_last = false}));
    nn::Weights weights;
    for (const nn::TensorSpec& spec : specs) weights.set(spec.name, laid_out(spec.name, raw[spec.name]));
    TRIPTYCH_TRY(ModelInfo info, describe(package, config.picture));
    const bool bf16 = options.bf16 && cpu_has_bf16();
    const bool cuda = options.device == Device::cuda && load_torch_cuda();
    return std::make_shared<const StarterModel>(std::move(info), config, std::move(weights), bf16,
                                                cuda ? at::Device(at::kCUDA) : at::Device(at::kCPU),
                                                kept_sentences(reader), options.prompt_assets);
  });
}

}  // namespace triptych
