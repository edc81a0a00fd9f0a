// triptych align: the crop of a face as every model takes it, with its camera, landmarks and mask in the
// report.
#include "face/align.h"

#include <cmath>
#include <memory>

#include "cli/describe.h"
#include "cli/editing.h"
#include "cli/files.h"
#include "cli/numbers.h"
#include "cli/verb.h"
#include "image/picture.h"
#include "image/resample.h"

namespace triptych::cli {
namespace {

struct Options {
  std::filesystem::path picture, out, mask;
  int size = 512;
  int face = 0;
};

Status run(const Options& options, Context& context) {
  TRIPTYCH_CHECK(check_output(options.out));
  TRIPTYCH_CHECK(check_output(options.mask));
  TRIPTYCH_TRY(const PictureToAlign picture, read_picture(options.picture, context));
  TRIPTYCH_CHECK(context.progress.check());
  TRIPTYCH_TRY(const Portrait portrait,
               find_portrait(picture, {.face = options.face}, options.size, context));
  TRIPTYCH_CHECK(context.progress.check());
  context.report["frame"] = describe(portrait.frame);
  context.report["landmarks"] = describe(portrait.landmarks);

  const StageTimer timer(context.report, "save");
  TRIPTYCH_CHECK(save_picture(options.out, portrait.rgb, {{"camera", camera_numbers(portrait.camera)}}));
  if (!options.mask.empty()) TRIPTYCH_CHECK(save_picture(options.mask, to_bytes(portrait.mask)));
  context.say(options.out.string() + ": " + std::to_string(options.size) + " px, yaw " +
              std::to_string(std::lround(orbit_of(portrait.camera).yaw_degrees)) + ", pitch " +
              std::to_string(std::lround(orbit_of(portrait.camera).pitch_degrees)) + " degrees");
  return {};
}

}  // namespace

Verb add_align(CLI::App& root, Common& common) {
  CLI::App& command = add_command(root, "align", "cut out a face as the models take it", common);
  const auto options = std::make_shared<Options>();
  command.add_option("picture", options->picture, "PNG, JPEG, WebP, BMP or TIFF")->required();
  command.add_option("--out", options->out, "the crop")->required()->check(picture_suffix());
  command.add_option("--mask", options->mask, "also write the mask of the person")->check(picture_suffix());
  command.add_option("--size", options->size, "edge of the crop in pixels")
      ->transform(whole_number(16, 8192));
  command.add_option("--face", options->face, "which face, 1 is the largest")
      ->transform(whole_number(1, 10000));
  return [options](Context& context) { return run(*options, context); };
}

}  // namespace triptych::cli
