// triptych edit: picture and prompt in, a head out.
#include <memory>

#include "cli/assets.h"
#include "cli/files.h"
#include "cli/verb.h"
#include "face/align.h"
#include "head/tri_file.h"
#include "image/picture.h"
#include "image/resample.h"
#include "model/editor.h"
#include "model/model.h"
#include "render/renderer.h"

namespace triptych::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  fs::path picture, out, reference, model, style, image, views;
  std::string prompt;
  float strength = 1;
  bool aligned = false;
  int face = 0;
};

nlohmann::json describe(const std::vector<Face>& faces) {
  auto list = nlohmann::json::array();
  for (const auto& face : faces) {
    list.push_back({{"face", list.size() + 1},
                    {"left", face.left},
                    {"top", face.top},
                    {"right", face.right},
                    {"bottom", face.bottom},
                    {"score", face.score}});
  }
  return list;
}

nlohmann::json describe(const Camera& camera) {
  const Orbit orbit = orbit_of(camera);
  return {{"camera_to_world", camera.camera_to_world},
          {"intrinsics", camera.intrinsics},
          {"yaw", orbit.yaw_degrees},
          {"pitch", orbit.pitch_degrees}};
}

Result<Picture> read_picture(const Options& options, Context& context) {
  const StageTimer timer(context.report, "load");
  TRIPTYCH_TRY(Picture picture, load_picture(options.picture));
  context.report["inputs"]["picture"] = {{"file", options.picture.string()},
                                         {"format", picture.format},
                                         {"width", picture.rgb.width},
                                         {"height", picture.rgb.height}};
  return picture;
}

Result<Portrait> find_portrait(const Picture& picture, const Options& options, int size, Context& context) {
  context.progress.begin("finding the face");
  const StageTimer timer(context.report, "align");
  TRIPTYCH_TRY(const FaceAligner aligner, FaceAligner::open(find_model(context.assets, "face")));
  if (!options.aligned && !context.common.json.empty()) {
    TRIPTYCH_TRY(const std::vector<Face> faces, about(options.picture, aligner.find(picture.rgb)));
    context.report["faces"] = describe(faces);
  }
  const AlignOptions align{.size = size, .face = options.face - 1, .already_aligned = options.aligned};
  TRIPTYCH_TRY(Portrait portrait, about(options.picture, aligner.align(picture.rgb, align)));
  context.report["camera"] = describe(portrait.camera);
  return portrait;
}

Result<std::shared_ptr<const Model>> read_model(const Options& options, Context& context) {
  context.progress.begin("opening the model");
  const StageTimer timer(context.report, "model");
  const fs::path package = options.model.empty() ? find_model(context.assets, "starter") : options.model;
  ModelOptions settings;
  settings.threads = context.common.threads;
  settings.prompt_assets = find_model(context.assets, "prompt");
  if (context.common.device == "cpu") settings.device = Device::cpu;
  if (context.common.device == "cuda") settings.device = Device::cuda;
  TRIPTYCH_TRY(std::shared_ptr<const Model> model, about(package, open_model(package, settings)));
  context.report["versions"]["model"] = model->info().name;
  context.report["versions"]["tri_format"] = tri_format_version;
  context.report["inputs"]["model"] = {
      {"file", package.string()}, {"kind", model->info().kind}, {"hash", model->info().hash}};
  return model;
}

Result<Prompt> read_prompt(const Options& options, Context& context) {
  Prompt prompt;
  if (options.prompt.find_first_not_of(" \t\r\n") != std::string::npos) prompt.text = options.prompt;
  context.report["inputs"]["prompt"] = prompt.text;
  if (options.reference.empty()) return prompt;
  TRIPTYCH_TRY(Picture reference, load_picture(options.reference));
  context.report["inputs"]["reference"] = {{"file", options.reference.string()}};
  prompt.reference = std::move(reference.rgb);
  return prompt;
}

Result<Image8> picture_of(const Head& head, const Camera& camera, int size, Context& context) {
  const RenderOptions options{.width = size, .height = size};
  TRIPTYCH_TRY(const View view, render_exact(head, camera, options, context.pool, context.progress));
  return to_bytes(view.rgb);
}

// input | front | +30 | -30
Result<Image8> sheet_of(const Portrait& portrait, const Head& head, Context& context) {
  constexpr int size = 512;
  std::vector<Image8> tiles{resize(portrait.rgb, size, size)};
  for (const float yaw : {0.0F, 30.0F, -30.0F}) {
    TRIPTYCH_TRY(Image8 tile, picture_of(head, orbit_camera(yaw, 0), size, context));
    tiles.push_back(std::move(tile));
  }
  Image8 sheet(size * static_cast<int>(tiles.size()), size, 3);
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    for (int y = 0; y < size; ++y) {
      std::copy_n(tiles[i].row(y), std::size_t{size} * 3, &sheet.at(static_cast<int>(i) * size, y));
    }
  }
  return sheet;
}

Status write_outputs(const Options& options, const Portrait& portrait, const Head& head, Context& context) {
  Image8 image, views;
  {
    const StageTimer timer(context.report, "render");
    context.progress.begin("rendering");
    if (!options.image.empty()) {
      constexpr int size = 512;
      TRIPTYCH_TRY(image, picture_of(head, head.camera, size, context));
    }
    if (!options.views.empty()) {
      TRIPTYCH_TRY(views, sheet_of(portrait, head, context));
    }
  }
  TRIPTYCH_CHECK(context.progress.check());
  const StageTimer timer(context.report, "save");
  TRIPTYCH_CHECK(save_head(options.out, head));
  if (!image.empty()) TRIPTYCH_CHECK(save_picture(options.image, image));
  if (!views.empty()) TRIPTYCH_CHECK(save_picture(options.views, views));
  return {};
}

Status run(const Options& options, Context& context) {
  for (const auto& output : {options.out, options.image, options.views}) TRIPTYCH_CHECK(check_output(output));
  if (!options.style.empty()) {
    return fail(options.style.string() + ": this version cannot apply styles yet; edit without --style");
  }
  TRIPTYCH_TRY(const Picture picture, read_picture(options, context));
  TRIPTYCH_TRY(const Prompt prompt, read_prompt(options, context));
  TRIPTYCH_TRY(std::shared_ptr<const Model> model, read_model(options, context));
  TRIPTYCH_TRY(const Portrait portrait, find_portrait(picture, options, model->info().picture_size, context));
  TRIPTYCH_CHECK(context.progress.check());

  Editor editor(model);
  TRIPTYCH_TRY(const std::shared_ptr<const Edit> edit, editor.edit(portrait, prompt, context.progress));
  for (const auto& [stage, milliseconds] : edit->times_ms) context.report["times_ms"][stage] = milliseconds;
  TRIPTYCH_TRY(Head head, edit->at(options.strength));
  context.report["inputs"]["strength"] = options.strength;
  context.report["understood"] = edit->understood;
  TRIPTYCH_CHECK(write_outputs(options, portrait, head, context));

  context.report["outputs"] = {{"head", options.out.string()}};
  if (!options.image.empty()) context.report["outputs"]["image"] = options.image.string();
  if (!options.views.empty()) context.report["outputs"]["views"] = options.views.string();
  const bool other_words = !edit->understood.empty() && edit->understood != prompt.text;
  context.say(options.out.string() + (other_words ? " (understood as \"" + edit->understood + "\")" : ""));
  return {};
}

}  // namespace

Verb add_edit(CLI::App& root, Common& common) {
  CLI::App& command =
      add_command(root, "edit", "make a head from a portrait, edited by words or a picture", common);
  auto options = std::make_shared<Options>();
  command.add_option("PICTURE", options->picture, "a portrait: PNG, JPEG, WebP, BMP or TIFF")->required();
  command.add_option("--out", options->out, "the head, a .tri file")
      ->required()
      ->check(one_of_suffixes({".tri"}));
  command.add_option("--prompt", options->prompt, "what to make of the person; without, the reconstruction");
  command.add_option("--reference", options->reference, "a picture of the style wanted");
  command
      .add_option("--strength", options->strength, "0 the reconstruction, 1 the edit, beyond 1 exaggerates")
      ->check(CLI::Range(0.0, 10.0));
  command.add_option("--model", options->model, "a model package; without, the one that ships");
  command.add_option("--style", options->style, "a style made by triptych adapt");
  command.add_option("--image", options->image, "also a picture from the portrait's own camera")
      ->check(picture_suffix());
  command.add_option("--views", options->views, "also a sheet: input | front | +30 | -30")
      ->check(picture_suffix());
  command.add_flag("--aligned", options->aligned, "the picture is an EG3D/FFHQ crop: use it as it is");
  command.add_option("--face", options->face, "which face, 1 the largest, 2 the next")
      ->check(CLI::Range(1, 1000));
  return [options](Context& context) { return run(*options, context); };
}

}  // namespace triptych::cli
