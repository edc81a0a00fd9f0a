#include "model/reference/reference_model.h"

#include "image/resample.h"
#include "model/blocks.h"
#include "model/making.h"
#include "model/reference/encoder.h"
#include "model/reference/head_parts.h"
#include "model/reference/network.h"
#include "model/reference/specs.h"
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
};

Image8 central_square(const Image8& picture) {
  const int edge = std::min(picture.width, picture.height);
  Image8 square(edge, edge, picture.channels);
  const int left = (picture.width - edge) / 2;
  const int top = (picture.height - edge) / 2;
  for (int y = 0; y < edge; ++y) {
    const auto* row = picture.row(top + y) + std::ptrdiff_t{left} * picture.channels;
    std::copy_n(row, std::ptrdiff_t{edge} * picture.channels, square.row(y));
  }
  return square;
}

// [1,3,edge,edge] in 0..1.
at::Tensor tensor_of(const Image8& picture, int edge) {
  const Image8 square = central_square(picture);
  const ImageF scaled = square.width == edge ? to_float(square) : resize(to_float(square), edge, edge);
  return at::tensor(at::ArrayRef<float>(scaled.pixels)).view({1, edge, edge, 3}).permute({0, 3, 1, 2});
}

at::Tensor picture_input(const Image8& picture) {
  return tensor_of(picture, picture_edge) * 2 - 1;
}

at::Tensor normalised(const at::Tensor& unit) {  // ImageNet's mean and deviation
  const at::Tensor mean = at::tensor({0.485F, 0.456F, 0.406F}).view({1, 3, 1, 1});
  const at::Tensor deviation = at::tensor({0.229F, 0.224F, 0.225F}).view({1, 3, 1, 1});
  return (unit - mean) / deviation;
}

at::Tensor reference_input(const Image8& picture) {
  return normalised(tensor_of(picture, reference_edge));
}

class ReferenceModel final : public Model {
 public:
  ModelInfo description;
  std::shared_ptr<const Network> network;
  std::shared_ptr<const Network> teacher;  // null: none
  std::shared_ptr<const Decoder> decoder;
  std::shared_ptr<const SuperResolution> super_resolution;

  const ModelInfo& info() const noexcept override { return description; }

  Result<std::shared_ptr<const PictureFeatures>> encode_picture(const Portrait& portrait,
                                                                Progress& progress) const override {
    progress.begin("encoding the picture");
    TRIPTYCH_CHECK(progress.check());
    return nn::guarded("encoding the picture", [&]() -> Result<std::shared_ptr<const PictureFeatures>> {
      auto features = std::make_shared<Picture>();
      features->rgb = picture_input(portrait.rgb);
      features->maps = network->picture(features->rgb);
      features->camera = portrait.camera;
      return features;
    });
  }

  Result<std::shared_ptr<const PromptFeatures>> encode_prompt(const Prompt& prompt,
                                                              Progress& progress) const override {
    progress.begin("encoding the prompt");
    TRIPTYCH_CHECK(progress.check());
    if (!description.takes_reference) {
      return fail(
          "the model " + description.name + " only reconstructs and takes no prompt; use a model that edits",
          {}, ErrorCode::usage);
    }
    if (!prompt.reference) {
      return fail("the model " + description.name +
                      " takes its prompt as a picture, not as text; give one with --reference IMAGE",
                  {}, ErrorCode::usage);
    }
    return nn::guarded("encoding the prompt", [&]() -> Result<std::shared_ptr<const PromptFeatures>> {
      auto features = std::make_shared<Reference>();
      features->tokens = network->prompt(reference_input(*prompt.reference));
      return features;
    });
  }

  Result<Head> make_head(const PictureFeatures& picture, const PromptFeatures* prompt,
                         Progress& progress) const override {
    const auto work = [&](const Picture& own, const Reference* reference) -> Result<Head> {
      TRIPTYCH_TRY(const at::Tensor triplane, reference == nullptr
                                                  ? reconstruct(own)
                                                  : network->triplane(own.rgb, own.maps, reference->tokens));
      Head head;
      head.camera = own.camera;
      head.planes = planes_of(triplane);
      head.decoder = decoder;
      head.super_resolution = super_resolution;
      head.info.extra["precision"] = network->type() == at::kFloat ? "fp32" : "bf16";
      if (network->fell_back() || (teacher && teacher->fell_back())) {
        head.info.extra["notice"] =
            "bf16 gave nothing that can be shown; fp32 is used instead, which is slower";
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
    const at::Tensor small =
        at::_upsample_bilinear2d_aa((picture.rgb + 1) / 2, {reference_edge, reference_edge}, false);
    return network->triplane(picture.rgb, picture.maps, network->prompt(normalised(small)));
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

}  // namespace

Result<std::shared_ptr<const Model>> open_reference_model(const Package& package,
                                                          const ModelOptions& options) {
  const bool edits = package.manifest().kind == "3dpe";
  const bool wanted = package.manifest().json.value("precision", nlohmann::json()) == "bf16";
  const bool bf16 = wanted && options.bf16 && cpu_has_bf16();
  auto model = std::make_shared<ReferenceModel>();
  model->description = describe(package, edits);
  TRIPTYCH_TRY(model->network, Network::open(package, "", edits, bf16));
  if (package.manifest().json.value("teacher", nlohmann::json()) == true) {
    TRIPTYCH_TRY(model->teacher, Network::open(package, "teacher.", false, bf16));
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
