#include "model/starter/starter.h"

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <mutex>
#include <optional>

#include "image/resample.h"
#include "model/starter/prompts.h"
#include "model/torch_setup.h"
#include "prompt/style_matcher.h"

namespace triptych {
namespace starter {
namespace {

struct Picture final : PictureFeatures {
  PictureMaps maps;
  Camera camera;
};

struct Asked final : PromptFeatures {
  PromptInput input;
};

// RGB over grey and mask, as training gives them.
at::Tensor network_input(const Portrait& portrait, int size) {
  ImageF rgb = to_float(portrait.rgb), mask = portrait.mask;
  if (rgb.width != size) rgb = resize(rgb, size, size);
  if (mask.width != size) mask = resize(mask, size, size);
  at::Tensor input = at::empty({1, 4, size, size});
  float* out = input.data_ptr<float>();
  const std::size_t count = mask.pixels.size();
  for (std::size_t i = 0; i < count; ++i) {
    const float m = std::clamp(mask.pixels[i], 0.0F, 1.0F);
    for (std::size_t k = 0; k < 3; ++k) {
      out[k * count + i] = std::clamp(rgb.pixels[3 * i + k], 0.0F, 1.0F) * m + 0.5F * (1 - m);
    }
    out[3 * count + i] = m;
  }
  return input;
}

std::string list_of(const std::vector<StyleInfo>& styles) {
  std::string list;
  for (const StyleInfo& style : styles) list += (list.empty() ? "" : ", ") + style.name;
  return list;
}

// The text encoder and the styles' phrases, opened when words are first given.
class Words {
 public:
  Words(std::filesystem::path folder, const std::vector<StyleInfo>& styles) : folder_(std::move(folder)) {
    for (const StyleInfo& style : styles) styles_.push_back({style.name, style.phrases});
  }
  struct Understood {
    std::string style;
    at::Tensor tokens;
  };
  // Nothing if the words mean none of the styles.
  [[nodiscard]] Result<std::optional<Understood>> understand(const std::string& text) {
    TRIPTYCH_CHECK(open());
    TRIPTYCH_TRY(const std::optional<StyleMatch> match, matcher_->match(text));
    if (!match) return std::nullopt;
    TRIPTYCH_TRY(const TextTokens tokens,
                 encoder_->encode(match->phrase));  // a phrase that training has seen
    return Understood{match->name, text_tokens(tokens)};
  }

 private:
  [[nodiscard]] Status open() {
    const std::scoped_lock lock(mutex_);
    if (matcher_) return {};
    TRIPTYCH_TRY(TextEncoder encoder, TextEncoder::open(folder_));
    TRIPTYCH_TRY(StyleMatcher matcher, StyleMatcher::make(encoder, styles_));
    encoder_.emplace(std::move(encoder));
    matcher_.emplace(std::move(matcher));
    return {};
  }
  std::filesystem::path folder_;
  std::vector<Style> styles_;
  std::mutex mutex_;
  std::optional<TextEncoder> encoder_;
  std::optional<StyleMatcher> matcher_;
};

class Pictures {
 public:
  explicit Pictures(std::filesystem::path folder) : folder_(std::move(folder)) {}
  [[nodiscard]] Result<at::Tensor> tokens(const Image8& picture) {
    const std::scoped_lock lock(mutex_);
    if (!encoder_) {
      TRIPTYCH_TRY(PictureEncoder encoder, PictureEncoder::open(folder_));
      encoder_.emplace(std::move(encoder));
    }
    TRIPTYCH_TRY(const PictureTokens tokens, encoder_->encode(picture));
    return picture_tokens(tokens);
  }

 private:
  std::filesystem::path folder_;
  std::mutex mutex_;
  std::optional<PictureEncoder> encoder_;
};

class StarterModel final : public Model {
 public:
  StarterModel(ModelInfo info, NetworkConfig config, nn::Weights weights, bool bf16,
               const std::filesystem::path& prompt_assets)
      : info_(std::move(info)),
        config_(config),
        weights_(std::move(weights)),
        compute_(bf16 ? weights_.to(at::kBFloat16) : weights_),
        decoder_(std::make_shared<const Decoder>(decoder_of(weights_))),
        templates_(std::make_shared<const std::array<Plane, 3>>(templates_of(weights_))),
        words_(prompt_assets, info_.styles),
        pictures_(prompt_assets) {}

  const ModelInfo& info() const noexcept override { return info_; }

  Result<std::shared_ptr<const PictureFeatures>> encode_picture(const Portrait& portrait,
                                                                Progress& progress) const override {
    progress.begin("encoding the picture");
    TRIPTYCH_CHECK(progress.check());
    return nn::guarded("encoding the picture", [&]() -> Result<std::shared_ptr<const PictureFeatures>> {
      const c10::InferenceMode inference;
      auto features = std::make_shared<Picture>();
      features->camera = portrait.camera;
      features->maps = starter::encode_picture(config_, compute_, network_input(portrait, config_.picture),
                                               camera_tensor({&portrait.camera, 1}));
      return features;
    });
  }

  Result<std::shared_ptr<const PromptFeatures>> encode_prompt(const Prompt& prompt,
                                                              Progress& progress) const override {
    progress.begin("encoding the prompt");
    TRIPTYCH_CHECK(progress.check());
    return nn::guarded("encoding the prompt", [&]() -> Result<std::shared_ptr<const PromptFeatures>> {
      const c10::InferenceMode inference;
      auto features = std::make_shared<Asked>();
      PromptTokens tokens;
      if (!prompt.text.empty()) {
        TRIPTYCH_TRY(const auto understood, words_.understand(prompt.text));
        if (!understood) {
          return fail("the model " + info_.name + " does not know \"" + prompt.text +
                          "\"; it knows: " + list_of(info_.styles),
                      {}, ErrorCode::usage);
        }
        features->understood = understood->style;
        tokens.text = understood->tokens;
      }
      if (prompt.reference) {
        TRIPTYCH_TRY(tokens.picture, pictures_.tokens(*prompt.reference));
      }
      features->input = prompt_input({tokens});
      return features;
    });
  }

  Result<Head> make_head(const PictureFeatures& picture, const PromptFeatures* prompt,
                         Progress& progress) const override {
    progress.begin("making the head");
    TRIPTYCH_CHECK(progress.check());
    return nn::guarded("making the head", [&]() -> Result<Head> {
      const c10::InferenceMode inference;
      const auto* own = dynamic_cast<const Picture*>(&picture);
      const auto* asked = dynamic_cast<const Asked*>(prompt);
      if (own == nullptr || (prompt != nullptr && asked == nullptr)) {
        return fail("features of another model were given to " + info_.name);
      }
      at::Tensor tokens, present;
      if (asked != nullptr) {
        tokens = starter::encode_prompt(config_, compute_, asked->input);
        present = asked->input.present;
      }
      const Planes planes = make_planes(config_, compute_, own->maps, tokens, present);
      Head head = to_head(planes, own->camera, decoder_, templates_);
      head.info.model_name = info_.name;
      head.info.model_hash = info_.hash;
      if (asked != nullptr) head.info.understood = asked->understood;
      TRIPTYCH_CHECK(head.check());
      return head;
    });
  }

 private:
  ModelInfo info_;
  NetworkConfig config_;
  nn::Weights weights_, compute_;
  std::shared_ptr<const Decoder> decoder_;
  std::shared_ptr<const std::array<Plane, 3>> templates_;
  mutable Words words_;        // guarded inside
  mutable Pictures pictures_;  // guarded inside
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
  } catch (const nlohmann::json::exception& error) {
    return fail(package.path().string() + ": the manifest's \"styles\" or \"limits\" are damaged",
                error.what());
  }
  return info;
}

Plane plane_of(const at::Tensor& values) {  // [H, W, C]
  const at::Tensor x = values.to(at::kFloat).contiguous();
  const float* data = x.const_data_ptr<float>();
  return {static_cast<int>(x.size(1)), static_cast<int>(x.size(0)), static_cast<int>(x.size(2)),
          std::vector<float>(data, data + x.numel())};
}

std::vector<float> floats_of(const at::Tensor& values) {
  const at::Tensor x = values.to(at::kFloat).contiguous();
  return {x.const_data_ptr<float>(), x.const_data_ptr<float>() + x.numel()};
}

}  // namespace

Decoder decoder_of(const nn::Weights& weights) {
  Decoder decoder;
  for (int i = 0; weights.contains("decoder." + std::to_string(i) + ".weight"); ++i) {
    const nn::Weights layer = weights.scope("decoder." + std::to_string(i));
    const at::Tensor& weight = layer["weight"];
    decoder.layers.push_back({static_cast<int>(weight.size(1)), static_cast<int>(weight.size(0)),
                              floats_of(weight), floats_of(layer["bias"])});
  }
  return decoder;
}

std::array<Plane, 3> templates_of(const nn::Weights& weights) {
  const at::Tensor& all = weights["template"];
  return {plane_of(all[0]), plane_of(all[1]), plane_of(all[2])};
}

Head to_head(const Planes& planes, const Camera& camera, std::shared_ptr<const Decoder> decoder,
             std::shared_ptr<const std::array<Plane, 3>> templates) {
  Head head;
  head.frame = Head::Frame::camera_frustum;
  head.camera = camera;
  const DepthRange range = depth_range(camera);
  head.near_depth = range.near;
  head.far_depth = range.far;
  head.planes = {plane_of(planes.front[0]), plane_of(planes.top[0]), plane_of(planes.side[0])};
  head.template_planes = std::move(templates);
  head.decoder = std::move(decoder);
  return head;
}

Status write_starter(const std::filesystem::path& path, const NetworkConfig& config,
                     const nn::Weights& weights, const PackageText& text, Progress& progress) {
  Manifest manifest{"starter", text.name, text.version, nlohmann::json::object()};
  manifest.json["network"] = to_json(config);
  manifest.json["limits"] = text.limits;
  manifest.json["training"] = text.training;
  for (const StyleInfo& style : text.styles) {
    manifest.json["styles"].push_back({{"name", style.name}, {"phrases", style.phrases}});
  }
  std::vector<StreamedTensor> tensors;
  for (const nn::TensorSpec& spec : tensor_specs(config)) {
    const at::Tensor half = weights[spec.name].detach().to(at::kHalf).contiguous();
    tensors.push_back({spec.name, Dtype::f16, spec.shape, [half](const ByteSink& sink) {
                         return sink({static_cast<const std::byte*>(half.const_data_ptr()), half.nbytes()});
                       }});
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
    if (options.threads > 0) at::set_num_threads(options.threads);
    const bool bf16 = options.bf16 && cpu_has_bf16();
    return std::make_shared<const StarterModel>(std::move(info), config, std::move(weights), bf16,
                                                options.prompt_assets);
  });
}

}  // namespace triptych
