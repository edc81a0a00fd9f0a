// triptych edit: picture and prompt in, a head out.
#include <memory>

#include "adapt/style/apply.h"
#include "cli/editing.h"
#include "cli/files.h"
#include "cli/head_painter.h"
#include "cli/numbers.h"
#include "cli/verb.h"
#include "head/tri_file.h"
#include "image/picture.h"
#include "image/resample.h"
#include "image/sheet.h"
#include "model/editor.h"

namespace triptych::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  PortraitOptions portrait;
  fs::path out, reference, style, image, views;
  std::string prompt;
  float strength = 1;
};

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

// The model with the style, which a prompt without words asks for.
Result<std::shared_ptr<const Model>> apply_style(const fs::path& path,
                                                 const std::shared_ptr<const Model>& model, Prompt& prompt,
                                                 Context& context) {
  const StageTimer timer(context.report, "style");
  TRIPTYCH_TRY(adapt::Style loaded, adapt::load_style(path));
  const auto style = std::make_shared<const adapt::Style>(std::move(loaded));
  if (prompt.text.empty()) prompt.text = style->name;
  context.report["inputs"]["prompt"] = prompt.text;
  context.report["inputs"]["style"] = {
      {"file", path.string()}, {"name", style->name}, {"snapshot", style->used().label}};
  return about(path, adapt::with_styles(model, {style}));
}

Status write_outputs(const Options& options, const Portrait& portrait, const Head& head, Context& context) {
  constexpr int size = 512;
  Image8 image, views;
  context.progress.begin("rendering");
  if (!options.image.empty()) {
    TRIPTYCH_TRY(const View view, render_view(head, head.camera, size, Mode::exact, context));
    image = to_bytes(view.rgb);
  }
  if (!options.views.empty()) {
    const StageTimer timer(context.report, "render");
    TRIPTYCH_TRY(std::vector<Image8> row, contact_row(portrait.rgb, head, size, context));
    views = sheet_of({std::move(row)});
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
  TRIPTYCH_TRY(const PictureToAlign picture, read_picture(options.portrait.picture, context));
  TRIPTYCH_TRY(Prompt prompt, read_prompt(options, context));
  TRIPTYCH_TRY(std::shared_ptr<const Model> model, read_model(options.portrait.model, context));
  if (!options.style.empty()) {
    TRIPTYCH_TRY(model, apply_style(options.style, model, prompt, context));
  }
  TRIPTYCH_TRY(const Portrait portrait,
               find_portrait(picture, options.portrait.choice, model->info().picture_size, context));
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
  say_notices(head, context);
  context.say(options.out.string());
  return {};
}

}  // namespace

Verb add_edit(CLI::App& root, Common& common) {
  CLI::App& command =
      add_command(root, "edit", "make a head from a portrait, edited by words or a picture", common);
  auto options = std::make_shared<Options>();
  add_portrait(command, options->portrait);
  command.add_option("--out", options->out, "the head, a .tri file")
      ->required()
      ->check(one_of_suffixes({".tri"}));
  command.add_option("--prompt", options->prompt, "what to make of the person; without, the reconstruction");
  command.add_option("--reference", options->reference, "a picture of the style wanted");
  command
      .add_option("--strength", options->strength, "0 the reconstruction, 1 the edit, beyond 1 exaggerates")
      ->check(real_number(0, 10));
  command.add_option("--style", options->style,
                     "a style made by triptych adapt; used when the prompt is its name, or is missing");
  command.add_option("--image", options->image, "also a picture from the portrait's own camera")
      ->check(picture_suffix());
  command.add_option("--views", options->views, "also a sheet: input | front | +30 | -30")
      ->check(picture_suffix());
  return [options](Context& context) { return run(*options, context); };
}

}  // namespace triptych::cli
