// triptych render: a picture of a head from any side.
#include <map>
#include <memory>

#include "cli/choices.h"
#include "cli/files.h"
#include "cli/head_painter.h"
#include "cli/heads.h"
#include "cli/numbers.h"
#include "cli/verb.h"
#include "image/picture.h"
#include "image/resample.h"

namespace triptych::cli {
namespace {

struct Options {
  std::filesystem::path head, out, depth;
  float yaw = 0, pitch = 0, fov = default_fov_degrees;
  int size = 512;
  Mode mode = Mode::exact;
};

Status run(const Options& options, Context& context) {
  TRIPTYCH_CHECK(check_output(options.out));
  TRIPTYCH_CHECK(check_output(options.depth));
  TRIPTYCH_TRY(const Head head, read_head(options.head, context));
  context.report["inputs"].update({{"yaw", options.yaw},
                                   {"pitch", options.pitch},
                                   {"fov", options.fov},
                                   {"size", options.size},
                                   {"mode", options.mode == Mode::exact ? "exact" : "fast"}});
  const Camera camera = orbit_camera(options.yaw, options.pitch, options.fov);
  TRIPTYCH_TRY(const View view,
               about(options.head, render_view(head, camera, options.size, options.mode, context)));
  const StageTimer timer(context.report, "save");
  TRIPTYCH_CHECK(save_picture(options.out, to_bytes(view.rgb)));
  context.report["outputs"] = {{"image", options.out.string()}};
  if (!options.depth.empty()) {
    TRIPTYCH_CHECK(save_npy(options.depth, view.depth));
    context.report["outputs"]["depth"] = options.depth.string();
  }
  context.say(options.out.string() + ": " + std::to_string(options.size) + "x" +
              std::to_string(options.size));
  return {};
}

}  // namespace

Verb add_render(CLI::App& root, Common& common) {
  CLI::App& command = add_command(root, "render", "a picture of a head from any side", common);
  auto options = std::make_shared<Options>();
  add_head(command, options->head);
  command.add_option("--out", options->out, "the picture")->required()->check(picture_suffix());
  command.add_option("--yaw", options->yaw, "degrees; > 0: from the viewer's right")
      ->check(real_number(-180, 180));
  command.add_option("--pitch", options->pitch, "degrees; > 0: from below")->check(real_number(-80, 80));
  command.add_option("--fov", options->fov, "field of view, degrees")->check(real_number(1, 120));
  command.add_option("--size", options->size, "pixels a side")->transform(whole_number(1, 8192));
  static const std::map<std::string, Mode> modes{{"exact", Mode::exact}, {"fast", Mode::fast}};
  command
      .add_option("--mode", options->mode,
                  "exact: the reference's sampling; fast: as the window shows it moving")
      ->transform(one_of_choices(modes));
  command.add_option("--depth", options->depth, "distance along each ray, a float32 NumPy array")
      ->check(one_of_suffixes({".npy"}));
  return [options](Context& context) { return run(*options, context); };
}

}  // namespace triptych::cli
