#include "state/prompt_grid.h"

#include <algorithm>
#include <utility>

#include "state/app.h"

namespace triptych::app {

namespace {

constexpr std::size_t most_rows = 5;
constexpr double settle_s = 0.15;

struct Drawn {
  Image8 image;
  std::shared_ptr<const Edit> edit;
};

Result<Image8> draw_tile(Services& services, const Edit& edit, float strength, const Camera& camera,
                         const Vec3& background, Progress& progress) {
  TRIPTYCH_TRY(const Head head, blend(edit.reconstruction, edit.edited, strength));
  RenderOptions options;
  options.width = options.height = PromptGrid::tile_size;
  options.coarse_samples = 32;  // tiles are small: fewer do
  options.importance_samples = 16;
  options.super_resolution = false;
  options.background = background;
  TRIPTYCH_TRY(const View view, services.render_exact(head, camera, options, progress));
  return to_picture(view, Channel::colour, background);
}

std::string key_of(std::size_t row, std::size_t column) {
  return "tile " + std::to_string(row) + " " + std::to_string(column);
}

}  // namespace

bool PromptGrid::update(double now) {
  if (app_.scene().source != source_ || app_.model_generation != generation_) clear();
  source_ = app_.scene().source;
  generation_ = app_.model_generation;
  if (!source_) return false;
  choose_rows();
  const Camera camera = app_.view.orbit.camera();
  if (camera != camera_) {
    camera_ = camera;
    moved_at_ = now;
  }
  if (app_.backdrop() != backdrop_) {
    backdrop_ = app_.backdrop();
    for (Row& row : rows_) {
      for (Tile& tile : row.tiles) tile.asked.reset();
    }
  }
  if (rows_.front().tiles.front().asked && now - moved_at_ < settle_s) return true;
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    for (std::size_t column = 0; column < strengths.size(); ++column) {
      if (rows_[row].tiles[column].asked != camera) ask(row, column, camera);
    }
  }
  return false;
}

// The newest prompts of the history, then the model's styles. Rows stay where they are.
void PromptGrid::choose_rows() {
  const auto known = [&](const std::string& text, const std::shared_ptr<const Image8>& reference) {
    return std::ranges::any_of(
        rows_, [&](const Row& row) { return row.text == text && row.reference == reference; });
  };
  const auto add = [&](const std::string& label, const std::string& text,
                       const std::shared_ptr<const Image8>& reference, const std::string& reference_name) {
    if (rows_.size() >= most_rows || known(text, reference)) return;
    rows_.push_back({label,
                     text,
                     reference,
                     reference_name,
                     {},
                     nullptr,
                     std::make_shared<std::shared_ptr<const Edit>>()});
  };
  const auto& history = app_.scene().history;
  for (auto entry = history.rbegin(); entry != history.rend(); ++entry) {
    const Variant& variant = **entry;
    if (variant.text.empty() && !variant.reference) continue;
    add(variant.label, variant.text, variant.reference, variant.reference_name);
  }
  for (const StyleInfo& style : app_.model.styles) add(style.name, style.name, nullptr, {});
  if (rows_.empty()) add("Original", {}, nullptr, {});
}

void PromptGrid::ask(std::size_t row, std::size_t column, const Camera& camera) {
  Row& entry = rows_[row];
  entry.tiles[column].asked = camera;
  Prompt prompt{entry.text, std::nullopt};
  if (entry.reference) prompt.reference = *entry.reference;
  const float strength = strengths[column];
  app_.background.submit(
      "Drawing \"" + entry.label + "\" at " + std::to_string(static_cast<int>(strength * 100)) + " %",
      key_of(row, column),
      [this, source = source_, prompt, shared = entry.shared, strength, camera,
       backdrop = app_.backdrop()](Progress& progress) -> Result<Drawn> {
        if (!*shared) {
          TRIPTYCH_TRY(*shared, app_.services.edit(source->portrait, prompt, progress));
        }
        TRIPTYCH_TRY(Image8 image, draw_tile(app_.services, **shared, strength, camera, backdrop, progress));
        return Drawn{std::move(image), *shared};
      },
      [this, shared = entry.shared, column](Result<Drawn> drawn) {
        if (!drawn) return app_.notices.add(drawn.error());
        const auto found = std::ranges::find(rows_, shared, &Row::shared);
        if (found == rows_.end()) return;
        found->tiles[column].image = std::make_shared<const Image8>(std::move(drawn->image));
        found->edit = drawn->edit;
      });
}

void PromptGrid::clear() {
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    for (std::size_t column = 0; column < strengths.size(); ++column) {
      app_.background.cancel_key(key_of(row, column));
    }
  }
  rows_.clear();
  source_.reset();
}

void PromptGrid::take(std::size_t row, std::size_t column) {
  if (row >= rows_.size() || column >= strengths.size() || !rows_[row].tiles[column].image) return;
  const Row& entry = rows_[row];
  app_.take_result(
      {0, entry.label, entry.text, entry.reference, entry.edit, generation_, entry.reference_name},
      strengths[column]);
}

std::size_t PromptGrid::ready() const {
  std::size_t count = 0;
  for (const Row& row : rows_) {
    count += static_cast<std::size_t>(
        std::ranges::count_if(row.tiles, [](const Tile& tile) { return tile.image != nullptr; }));
  }
  return count;
}

}  // namespace triptych::app
