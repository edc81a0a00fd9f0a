// triptych turntable: a video of a head that turns.
#include "export/turntable.h"

#include <cmath>
#include <map>
#include <memory>

#include "cli/choices.h"
#include "cli/editing.h"
#include "cli/files.h"
#include "cli/heads.h"
#include "cli/numbers.h"
#include "cli/verb.h"
#include "core/suffix.h"
#include "export/video.h"

namespace triptych::cli {
namespace {

struct Options {
  std::filesystem::path head, out;
  double seconds = 6;
  int frames_per_second = 30;
  int size = 512;
  TurntablePath path = TurntablePath::swing;
};

// A video is one file, its frames as pictures are many.
void report_outputs(const std::filesystem::path& out, int count, Context& context) {
  context.report["outputs"]["frames"] = count;
  if (lower_suffix(out) != ".png") {
    context.report["outputs"]["video"] = out.string();
    return context.say(out.string() + ": " + std::to_string(count) + " frames");
  }
  for (int i = 0; i < count; ++i) {
    context.report["outputs"]["pictures"].push_back(frame_path(out, static_cast<std::size_t>(i)).string());
  }
  context.say(frame_path(out, 0).string() + " and on: " + std::to_string(count) + " frames");
}

Status run(const Options& options, Context& context) {
  TRIPTYCH_CHECK(check_output(options.out));
  TRIPTYCH_TRY(const Head head, read_head(options.head, context));
  const int count = std::max(1, static_cast<int>(std::lround(options.seconds * options.frames_per_second)));
  context.report["inputs"].update({{"seconds", options.seconds},
                                   {"fps", options.frames_per_second},
                                   {"size", options.size},
                                   {"path", options.path == TurntablePath::swing ? "swing" : "spiral"}});
  const VideoFormat format{options.size, options.size, options.frames_per_second};
  TRIPTYCH_TRY(const std::unique_ptr<VideoWriter> video, VideoWriter::open(options.out, format));
  TRIPTYCH_CHECK(render_turntable(head, options.path, options.size, count, *video, context));
  const StageTimer timer(context.report, "save");
  TRIPTYCH_CHECK(video->finish(context.progress));
  report_outputs(options.out, count, context);
  return {};
}

}  // namespace

Verb add_turntable(CLI::App& root, Common& common) {
  CLI::App& command = add_command(root, "turntable", "a video of a head that turns", common);
  auto options = std::make_shared<Options>();
  add_head(command, options->head);
  command.add_option("--out", options->out, "the video; .png: its frames")
      ->required()
      ->check(one_of_suffixes({".mp4", ".gif", ".webp", ".png"}));
  command.add_option("--seconds", options->seconds, "how long")->check(real_number(0.01, 600));
  command.add_option("--fps", options->frames_per_second, "frames a second")->transform(whole_number(1, 120));
  command.add_option("--size", options->size, "pixels a side")->transform(whole_number(16, 4096));
  static const std::map<std::string, TurntablePath> paths{{"swing", TurntablePath::swing},
                                                          {"spiral", TurntablePath::spiral}};
  command.add_option("--path", options->path, "how the camera moves")->transform(one_of_choices(paths));
  return [options](Context& context) { return run(*options, context); };
}

}  // namespace triptych::cli
