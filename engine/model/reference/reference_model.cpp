#include "model/reference/reference_model.h"

#include "model/making.h"
#include "model/precision.h"
#include "model/reference/encoder.h"
#include "model/reference/head_parts.h"
#include "model/reference/inputs.h"
#include "model/reference/learned.h"
#include "model/reference/network.h"
#include "model/reference/specs.h"
#include "model/torch_cuda.h"
#include "model/torch_setup.h"

namespace triptych::reference {
namespace {

struct Picture final : PictureFeatures {
  at::Tensor rgb;
  PictureMaps maps;
  Camera camera;
};

struct Reference final : PromptFeatures {
  at::Tensor tokens;
  LearnedStyles::Ptr learned;  // null: the package's own weights
};

class ReferenceModel final : public Model {
 public:
  ModelInfo description;
  std::shared_ptr<const Network> network;
  std::shared_ptr<const Network> teacher;  // null: none
  std::shared_ptr<const Decoder> decoder;
  std::shared_ptr<const SuperResolution> super_resolution;
  LearnedStyles styles;

  const ModelInfo& info() const noexcept override { return description; }

  Result<std::shared_ptr<const PictureFeatures>> encode_picture(const Portrait& portrait,
                                                                Progress& progress) const override {
    return run_step("encoding the picture", progress,
                    [&]() -> Result<std::shared_ptr<const PictureFeatures>> {
                      auto features = std::make_shared<Picture>();
                      features->rgb = picture_input(portrait.rgb);
                      features->maps = network->picture(features->rgb);
                      features->camera = portrait.camera;
                      return features;
                    });
  }

  Result<std::shared_ptr<const PromptFeatures>> encode_prompt(const Prompt& prompt,
                                                              Progress& progress) const override {
    if (!description.takes_reference) {
      return fail(
          "the model " + description.name + " only reconstructs and takes no prompt; use a model that edits",
          {}, ErrorCode::usage);
    }
    const LearnedStyles::Ptr style = style_of(prompt.text);
    if (!style && (!prompt.reference || !prompt.text.empty())) return not_understood(prompt);
    return run_step("encoding the prompt", progress, [&]() -> Result<std::shared_ptr<const PromptFeatures>> {
      auto features = std::make_shared<Reference>();
      features->learned = style;
      std::vector<at::Tensor> tokens;
      if (style) {
        features->understood = style->name;
        tokens.push_back(style->tokens.unsqueeze(0));
      }
      if (prompt.reference) {
        tokens.push_back(network->prompt(reference_input(*prompt.reference)));
      }
      features->tokens = at::cat(tokens, 1);
      return features;
    });
  }

  Result<Head> make_head(const PictureFeatures& picture, const PromptFeatures* prompt,
                         Progress& progress) const override {
    const auto work = [&](const Picture& own, const Reference* reference) -> Result<Head> {
      TRIPTYCH_TRY(const at::Tensor triplane, reference == nullptr
                                                  ? reconstruct(own)
                                                  : network->triplane(own.rgb, own.maps, reference->tokens,
                                                                      changed_by(reference->learned)));
      Head head;
      head.camera = own.camera;
      head.planes = planes_of(triplane);
      head.decoder = decoder;
      head.super_resolution = super_resolution;
      head.info.extra["precision"] = network->type() == at::kFloat ? "fp32" : "bf16";
      if (network->fell_back() || (teacher && teacher->fell_back())) {
        head.info.extra["notice"] = bf16_notice;
      }
      return head;
    };
    return make_own_head<Picture, Reference>(description, picture, prompt, progress, work);
  }

 private:
  // Without a prompt: the teacher's reconstruction if the package has one; a Live3D model's own; else the
  // picture is its own reference, as a 3DPE model has seen no other kind of prompt.
  [[nodiscard]] Result<at::Tensor> reconstruct(const Picture& picture) const {
    if (teacher) return teacher->triplane(picture.rgb, teacher->picture(picture.rgb), {});
    if (!description.takes_reference) return network->triplane(picture.rgb, picture.maps, {});
    return network->triplane(picture.rgb, picture.maps, network->prompt(as_reference(picture.rgb)));
  }

  static const nn::Weights* changed_by(const LearnedStyles::Ptr& style) {
    return style ? &style->tensors : nullptr;
  }

  // The learned style that the words are the name of, or else contain; null: none.
  [[nodiscard]] LearnedStyles::Ptr style_of(const std::string& text) const {
    if (text.empty()) return nullptr;
    LearnedStyles::Ptr named = styles.named(text);
    return named ? named : styles.mentioned(text);
  }

  [[nodiscard]] tl::unexpected<Error> not_understood(const Prompt& prompt) const {
    std::string message = "the model " + description.name;
    message +=
        prompt.reference
            ? " takes no words but its learned styles' names; give the picture alone (leave out --prompt)"
            : " takes its prompt as a picture, not as text; give one with --reference IMAGE";
    for (const LearnedStyles::Ptr& style : styles.all()) {
      message += (style == styles.all().front() ? ", or the name of a learned style: " : ", ") + style->name;
    }
    return fail(std::move(message), {}, ErrorCode::usage);
  }
};

ModelInfo describe(const Package& package, bool edits) {
  ModelInfo info;
  info.name = package.manifest().name;
  info.kind = package.manifest().kind;
  info.hash = package.hash();
  info.picture_size = picture_edge;
  info.takes_reference = edits;
  info.limits.push_back(edits ? "It takes its prompt as a reference picture, not as text."
                              : "It reconstructs the picture and takes no prompt.");
  return info;
}

StyleRoom room_in(const Network& network) {
  StyleRoom room{replaceable(network.specs(), "triplane."), 0};
  room.token_width = room.tensors.at("prompt.vit.cls_token").back();
  return room;
}

}  // namespace

Result<std::optional<Inside>> inside(const Model& model) {
  const auto* own = dynamic_cast<const ReferenceModel*>(&model);
  if (own == nullptr) return std::nullopt;
  if (!own->description.takes_reference) {
    return fail(
        "the model " + own->description.name +
        " only reconstructs: it has no prompt branch that could learn a style; import 3dpe.pt, with " +
        "this one as --teacher");
  }
  return Inside{own->network, own->teacher, own->decoder};
}

Result<std::shared_ptr<const Model>> with_styles(const std::shared_ptr<const Model>& base,
                                                 const std::vector<LearnedStyle>& styles) {
  const auto* own = dynamic_cast<const ReferenceModel*>(base.get());
  if (own == nullptr || !own->description.takes_reference) {
    return fail("the model " + base->info().name + " is of a kind that cannot take styles");
  }
  auto model = std::make_shared<ReferenceModel>(*own);
  TRIPTYCH_CHECK(model->styles.add(styles, room_in(*own->network), model->description));
  return model;
}

Result<std::shared_ptr<const Model>> open_reference_model(const Package& package,
                                                          const ModelOptions& options) {
  const bool edits = package.manifest().kind == "3dpe";
  const bool wanted = package.manifest().json.value("precision", nlohmann::json()) == "bf16";
  const bool cuda = options.device == Device::cuda && load_torch_cuda();
  const bool bf16 = wanted && options.bf16 && cpu_has_bf16() && !cuda;
  const at::Device device = cuda ? at::kCUDA : at::kCPU;
  auto model = std::make_shared<ReferenceModel>();
  model->description = describe(package, edits);
  TRIPTYCH_TRY(model->network, Network::open(package, "", edits, bf16, device));
  if (package.manifest().json.value("teacher", nlohmann::json()) == true) {
    TRIPTYCH_TRY(model->teacher, Network::open(package, "teacher.", false, bf16, device));
  }
  TRIPTYCH_TRY(const SafetensorsReader reader, package.weights());
  TRIPTYCH_TRY(const nn::Weights renderer,
               nn::read_weights(reader, package.path().string(), renderer_specs()));
  return nn::guarded("opening " + package.path().string(), [&]() -> Result<std::shared_ptr<const Model>> {
    model->decoder = std::make_shared<Decoder>(make_decoder(renderer));
    model->super_resolution = std::make_shared<SuperResolution>(fold_super_resolution(renderer));
    return std::shared_ptr<const Model>(model);
  });
}

}  // namespace triptych::reference
