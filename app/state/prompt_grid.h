// Prompts by strengths as tiles: what was asked for so far and what the model knows, each computed in the
// background and shown when it is ready. UI thread only.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "head/camera.h"
#include "image/image.h"
#include "model/editor.h"

namespace triptych::app {

class App;
struct Source;

class PromptGrid {
 public:
  static constexpr std::array<float, 5> strengths{0.25F, 0.5F, 0.75F, 1.0F, 1.25F};
  static constexpr int tile_size = 160;  // pixels that are computed

  struct Tile {
    std::shared_ptr<const Image8> image;  // null until it is ready
    std::optional<Camera> asked;          // from where it is, or is being, drawn
  };
  struct Row {
    std::string label;
    std::string text;
    std::shared_ptr<const Image8> reference;
    std::string reference_name;
    std::array<Tile, strengths.size()> tiles;
    std::shared_ptr<const Edit> edit;  // once a tile is ready
    // The heads of the row for the jobs of its tiles: the first one makes them. Of the jobs' thread only.
    std::shared_ptr<std::shared_ptr<const Edit>> shared;
  };

  explicit PromptGrid(App& app) : app_(app) {}

  // Once a frame while the grid is shown: asks for what the present head, prompts and camera still lack.
  // Returns whether the camera has just moved, so that the caller comes again soon.
  bool update(double now);
  void clear();                                    // when it is no longer shown: heads take much memory
  void take(std::size_t row, std::size_t column);  // shows that tile's head as the result
  [[nodiscard]] const std::vector<Row>& rows() const noexcept { return rows_; }
  [[nodiscard]] std::size_t ready() const;  // tiles

 private:
  void choose_rows();
  void ask(std::size_t row, std::size_t column, const Camera& camera);

  App& app_;
  std::shared_ptr<const Source> source_;
  int generation_ = 0;  // App::model_generation that the rows are of
  std::vector<Row> rows_;
  Camera camera_;
  Vec3 backdrop_{};
  double moved_at_ = 0;
};

}  // namespace triptych::app
