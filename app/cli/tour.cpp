// triptych tour: what scripts/run does for a picture without a display: a head for each prompt, a contact
// sheet, and a turntable video.
#include <algorithm>
#include <cctype>
#include <memory>

#include "cli/editing.h"
#include "cli/files.h"
#include "cli/head_painter.h"
#include "cli/verb.h"
#include "core/file_errors.h"
#include "core/text.h"
#include "head/tri_file.h"
#include "image/sheet.h"
#include "model/editor.h"

namespace triptych::cli {
namespace {

namespace fs = std::filesystem;

constexpr int tile_size = 384;
constexpr int video_size = 512;
constexpr int frames_per_second = 30;
constexpr int video_frames = 6 * frames_per_second;

struct Options {
  PortraitOptions portrait;
  fs::path out;
  std::vector<std::string> prompts;
};

// "A bronze statue!" -> "a-bronze-statue"; long ones end with their last whole character.
std::string file_stem(const std::string& prompt) {
  constexpr std::size_t longest = 80;
  std::string stem;
  for (const char c : prompt) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || byte >= 0x80) {
      stem += static_cast<char>(byte < 0x80 ? std::tolower(byte) : byte);
    } else if (!stem.empty() && stem.back() != '-') {
      stem += '-';
    }
  }
  stem = cut_at_a_character(stem, longest);
  while (!stem.empty() && stem.back() == '-') stem.pop_back();
  return stem.empty() ? "reconstruction" : stem;
}

// Where the heads go: names of their own, also of prompts that are alike.
std::vector<fs::path> head_paths(const fs::path& folder, const std::vector<std::string>& prompts) {
  std::vector<fs::path> paths;
  for (const auto& prompt : prompts) {
    const std::string stem = file_stem(prompt);
    fs::path path = folder / (stem + ".tri");
    for (int number = 2; std::find(paths.begin(), paths.end(), path) != paths.end(); ++number) {
      path = folder / (stem + "-" + std::to_string(number) + ".tri");
    }
    paths.push_back(std::move(path));
  }
  return paths;
}

Status write_video(const Head& head, const fs::path& path, Context& context) {
  TRIPTYCH_TRY(const std::unique_ptr<VideoWriter> video,
               VideoWriter::open(path, {video_size, video_size, frames_per_second}));
  TRIPTYCH_CHECK(render_turntable(head, TurntablePath::swing, video_size, video_frames, *video, context));
  return video->finish(context.progress);
}

Status run(const Options& options, Context& context) {
  TRIPTYCH_CHECK(check_output_folder(options.out));
  TRIPTYCH_TRY(const PictureToAlign picture, read_picture(options.portrait.picture, context));
  TRIPTYCH_TRY(std::shared_ptr<const Model> model, read_model(options.portrait.model, context));
  for (const auto& text : options.prompts) {  // one that it does not know is said before any work
    TRIPTYCH_CHECK(
        model->encode_prompt({.text = text, .reference = {}}, context.progress).map([](auto&&) {}));
  }
  TRIPTYCH_TRY(const Portrait portrait,
               find_portrait(picture, options.portrait.choice, model->info().picture_size, context));
  std::error_code error;
  fs::create_directories(options.out, error);
  if (error) return refused_writing(options.out, "cannot be made", error.value());

  Editor editor(model);
  std::vector<std::string> prompts{""};  // the reconstruction comes first
  prompts.insert(prompts.end(), options.prompts.begin(), options.prompts.end());
  std::vector<std::vector<Image8>> rows;
  Head last;
  auto heads = nlohmann::json::array();
  const std::vector<fs::path> paths = head_paths(options.out, prompts);
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    const std::string& text = prompts[i];
    const fs::path& path = paths[i];
    TRIPTYCH_TRY(const std::shared_ptr<const Edit> edit,
                 editor.edit(portrait, {.text = text, .reference = {}}, context.progress));
    TRIPTYCH_CHECK(save_head(path, edit->edited));
    TRIPTYCH_TRY(std::vector<Image8> row, contact_row(portrait.rgb, edit->edited, tile_size, context));
    rows.push_back(std::move(row));
    heads.push_back({{"prompt", text}, {"understood", edit->understood}, {"head", path.string()}});
    say_notices(edit->edited, context);
    context.say(path.string());
    last = edit->edited;
  }
  const fs::path sheet_path = options.out / "contact-sheet.png", video_path = options.out / "turntable.mp4";
  TRIPTYCH_CHECK(save_picture(sheet_path, sheet_of(rows)));
  context.say(sheet_path.string() + ": input | front | +30 | -30, a row for each head");
  TRIPTYCH_CHECK(write_video(last, video_path, context));
  context.say(video_path.string());
  context.report["outputs"] = {
      {"heads", heads}, {"sheet", sheet_path.string()}, {"video", video_path.string()}};
  return {};
}

}  // namespace

Verb add_tour(CLI::App& root, Common& common) {
  CLI::App& command =
      add_command(root, "tour", "several edits of a portrait, a contact sheet and a video", common);
  auto options = std::make_shared<Options>();
  add_portrait(command, options->portrait);
  command.add_option("--prompt", options->prompts, "an edit; may be given several times")
      ->expected(1)
      ->take_all();
  command.add_option("--out", options->out, "the folder for what is made")->required();
  return [options](Context& context) { return run(*options, context); };
}

}  // namespace triptych::cli
