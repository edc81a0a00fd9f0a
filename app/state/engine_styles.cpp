#include "state/engine_styles.h"

#include <algorithm>

#include "adapt/style/apply.h"

namespace triptych::app {
namespace {

using SharedStyle = std::shared_ptr<const adapt::Style>;

SharedStyle style_in(const LearnedStyle& style) {
  return std::static_pointer_cast<const adapt::Style>(style.engine);
}

// With the name and the snapshot that the shelf has it by.
adapt::Style as_shown(const LearnedStyle& style) {
  adapt::Style whole = *style_in(style);
  whole.name = style.name;
  whole.current = style.current;
  return whole;
}

std::string fingerprint_of(const adapt::Style& style) {
  std::string text;
  for (const std::string& pair : style.pairs) text += pair + " ";
  for (const adapt::StyleSnapshot& snapshot : style.snapshots) {
    text += std::to_string(snapshot.seconds) + " " + std::to_string(snapshot.loss) + " ";
  }
  return text;
}

}  // namespace

LearnedStyle shown_style(const SharedStyle& style) {
  LearnedStyle shown;
  shown.name = style->name;
  shown.model_name = style->model_name;
  shown.model_hash = style->model_hash;
  shown.fingerprint = fingerprint_of(*style);
  if (!style->thumbnails.empty()) {
    shown.thumbnail = std::make_shared<const Image8>(style->thumbnails.front().after);
  }
  for (const adapt::StyleSnapshot& snapshot : style->snapshots) shown.snapshots.push_back(snapshot.label);
  shown.current = style->current;
  shown.engine = style;
  return shown;
}

Result<LearnedStyle> read_style(const std::filesystem::path& path) {
  TRIPTYCH_TRY(adapt::Style style, adapt::load_style(path));
  LearnedStyle shown = shown_style(std::make_shared<const adapt::Style>(std::move(style)));
  shown.path = path;
  return shown;
}

Status write_style(const std::filesystem::path& path, const LearnedStyle& style) {
  return adapt::save_style(path, as_shown(style));
}

Result<std::shared_ptr<const Model>> model_with(const std::shared_ptr<const Model>& base,
                                                const std::vector<LearnedStyle>& styles) {
  std::vector<SharedStyle> fitting;
  for (const LearnedStyle& style : styles) {
    if (style.model_hash != base->info().hash) continue;
    fitting.push_back(std::make_shared<const adapt::Style>(as_shown(style)));
  }
  return adapt::with_styles(base, fitting);
}

Result<std::shared_ptr<const Edit>> StylePreview::edit(const std::shared_ptr<const Model>& base,
                                                       const LearnedStyle& style, const Portrait& portrait,
                                                       Progress& progress) {
  const std::scoped_lock lock(mutex_);
  if (base_ != base || picture_.pixels != portrait.rgb.pixels) {
    TRIPTYCH_TRY(features_, base->encode_picture(portrait, progress));
    base_ = base;
    picture_ = portrait.rgb;
  }
  TRIPTYCH_TRY(const auto model, adapt::with_styles(base, {style_in(style)}));
  TRIPTYCH_TRY(const auto prompt, model->encode_prompt({style.name, std::nullopt}, progress));
  auto edit = std::make_shared<Edit>();
  TRIPTYCH_TRY(edit->reconstruction, model->make_head(*features_, nullptr, progress));
  TRIPTYCH_TRY(edit->edited, model->make_head(*features_, prompt.get(), progress));
  edit->understood = prompt->understood;
  return edit;
}

}  // namespace triptych::app
