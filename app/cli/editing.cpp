#include "cli/editing.h"

#include <functional>
#include <future>

#include "cli/assets.h"
#include "cli/describe.h"
#include "cli/files.h"
#include "cli/head_painter.h"
#include "cli/numbers.h"
#include "cli/one_line.h"
#include "head/tri_file.h"
#include "model/torch_cuda.h"

namespace triptych::cli {

void add_portrait(CLI::App& command, PortraitOptions& options) {
  command.add_option("PICTURE", options.picture, "a portrait: PNG, JPEG, WebP, BMP or TIFF")->required();
  command.add_option("--model", options.model, "a model package; without, the one that ships");
  CLI::Option* aligned = command.add_flag("--aligned", options.choice.aligned,
                                          "the picture is an EG3D/FFHQ crop: use it as it is");
  command.add_option("--face", options.choice.face, "which face, 1 the largest, 2 the next")
      ->transform(whole_number(1, 1000))
      ->excludes(aligned);
}

Result<FaceAligner> open_aligner(const Context& context) {
  return FaceAligner::open(find_model(context.assets, "face"));
}

Result<PictureToAlign> read_picture(const std::filesystem::path& path, Context& context) {
  const StageTimer timer(context.report, "load");
  auto opening = std::async(std::launch::async, open_aligner, std::cref(context));
  TRIPTYCH_TRY(Picture picture, load_picture(path));
  context.report["inputs"]["picture"] = {{"file", path.string()},
                                         {"format", picture.format},
                                         {"width", picture.rgb.width},
                                         {"height", picture.rgb.height}};
  TRIPTYCH_TRY(FaceAligner aligner, opening.get());
  return PictureToAlign{path, std::move(picture), std::move(aligner)};
}

Result<Portrait> find_portrait(const PictureToAlign& picture, const FaceChoice& choice, int size,
                               Context& context) {
  context.progress.begin("finding the face");
  const StageTimer timer(context.report, "align");
  const AlignOptions align{.size = size, .face = choice.face - 1, .already_aligned = choice.aligned};
  std::vector<Face> faces;
  TRIPTYCH_TRY(Portrait portrait,
               about(picture.path, picture.aligner.align(picture.picture.rgb, align, &faces)));
  if (!choice.aligned) context.report["faces"] = describe(faces);
  context.report["camera"] = describe(portrait.camera);
  return portrait;
}

Result<std::shared_ptr<const Model>> read_model(const std::filesystem::path& named, Context& context) {
  context.progress.begin("opening the model");
  const StageTimer timer(context.report, "model");
  const std::filesystem::path package = named.empty() ? find_model(context.assets, "starter") : named;
  ModelOptions settings;
  settings.threads = context.common.threads;
  settings.bf16 = context.common.precision != "fp32";
  settings.prompt_assets = find_model(context.assets, "prompt");
  if (context.common.device == "cpu") settings.device = Device::cpu;
  if (context.common.device == "cuda") {
    settings.device = Device::cuda;
    if (const Status cuda = load_torch_cuda(); !cuda) {
      context.say("the networks run on the processor: " + cuda.error().message);
    }
  }
  TRIPTYCH_TRY(std::shared_ptr<const Model> model, about(package, open_model(package, settings)));
  context.report["versions"]["model"] = model->info().name;
  context.report["versions"]["tri_format"] = tri_format_version;
  context.report["inputs"]["model"] = {
      {"file", package.string()}, {"kind", model->info().kind}, {"hash", model->info().hash}};
  return model;
}

void say_notices(const Head& head, Context& context) {
  constexpr std::size_t longest_prompt = 200;  // that is said again
  const HeadInfo& info = head.info;
  if (!info.understood.empty() && info.understood != info.prompt) {
    context.say("\"" + one_line(info.prompt, longest_prompt) + "\" is understood as \"" + info.understood +
                "\"");
  }
  const auto notice = info.extra.find("notice");
  if (notice == info.extra.end()) return;
  context.say(info.model_name + ": " + notice->second);
  context.report["notices"].push_back(notice->second);
}

Status render_turntable(const Head& head, TurntablePath path, int size, int count, VideoWriter& video,
                        Context& context) {
  TRIPTYCH_TRY(const HeadPainter painter, HeadPainter::make(head, context));
  const StageTimer timer(context.report, "render");
  context.progress.begin("rendering the frames");
  for (int i = 0; i < count; ++i) {
    TRIPTYCH_TRY(const Image8 frame,
                 painter.paint(turntable_camera(path, static_cast<double>(i) / count), size));
    TRIPTYCH_CHECK(video.add(frame));
    context.progress.advance(static_cast<double>(i + 1) / count);
  }
  return {};
}

}  // namespace triptych::cli
