// The engine as tests want it: real pictures, sessions and renderer, but a hand-made head instead of a model,
// so that an edit takes milliseconds and everything is known.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <string_view>
#include <vector>

#include "core/thread_pool.h"
#include "state/services.h"

namespace triptych::test {

inline constexpr std::string_view fake_package = "a package of tests";  // what use_model takes

// The head of every picture.
[[nodiscard]] const Head& plain_head();

// Every prompt tints the head by its words. "slow ..." takes until it is cancelled;
// "as ..." is understood as the rest;
// "nonsense" is not. A picture more than twice as wide as high holds two faces; a black one holds
// none. A video is a file that says how many cameras it was asked for; one called "slow..." takes until it is
// cancelled. Pairs of a folder "slow" wait for a file "go" in it, then until they are cancelled. A checkpoint
// imports to a fake_package; one called "stubborn..." waits for a file "go" beside it, cancelled or not.
class FakeServices final : public app::Services {
 public:
  explicit FakeServices(int threads = 2) : pool_(threads), baking_pool_(1) {}

  bool missing_model = false;                   // load() fails
  int edits = 0;                                // computed so far; read it when no job runs
  std::chrono::milliseconds learning_turn{10};  // of real time, for a second of learning
  std::vector<std::string> learning_notices;    // one more with each of those seconds
  // Pictures with more rows are rendered with these and made larger: the march is what takes the time, above
  // all with a sanitizer, and hardly a test looks at single pixels.
  int most_rows = 64;
  bool gpu = false;                      // heads are baked for one, which cannot draw into any window
  std::string why_no_gpu;                // what no_gpu() says
  ViewRange view_range;                  // of the model
  std::vector<int> super_resolved_rows;  // of the pictures that were asked for; no network makes them here
  // What comes first: they may wait or throw. Set them before anything is shown.
  std::function<void()> before_load;
  std::function<void(Progress&)> before_bake;
  std::function<void()> before_exact;
  std::function<void()> before_info;  // of a run that learns

  Status load(Progress& progress) override;
  Status use_model(const std::filesystem::path& package, Progress& progress) override;
  Result<std::vector<std::string>> import_checkpoint(const std::filesystem::path& checkpoint,
                                                     const std::filesystem::path& package,
                                                     const std::filesystem::path& teacher,
                                                     Progress& progress) override;
  Result<app::StylePairs> load_pairs(const std::vector<std::filesystem::path>& paths,
                                     Progress& progress) override;
  Result<std::shared_ptr<app::StyleRun>> learn_style(const std::vector<app::StylePair>& pairs,
                                                     const app::StyleRunConfig& config,
                                                     Progress& progress) override;
  Result<app::LearnedStyle> load_style(const std::filesystem::path& path) override;
  Status save_style(const std::filesystem::path& path, const app::LearnedStyle& style) override;
  Status use_styles(const std::vector<app::LearnedStyle>& styles) override;
  Result<std::shared_ptr<const Edit>> edit_with(const app::LearnedStyle& style, const Portrait& portrait,
                                                Progress& progress) override;
  [[nodiscard]] std::string no_gpu() const override { return why_no_gpu; }
  [[nodiscard]] ModelInfo model() const override;
  [[nodiscard]] std::string device() const override { return "CPU, test head"; }
  [[nodiscard]] Result<Image8> load_image(const std::filesystem::path& path) const override;
  Result<std::shared_ptr<const app::Source>> open_picture(const std::filesystem::path& path,
                                                          Progress& progress) override;
  Result<std::shared_ptr<const app::Source>> choose_face(const app::Source& source, int face,
                                                         Progress& progress) override;
  Result<std::shared_ptr<const app::Source>> correct_landmarks(const app::Source& source,
                                                               const std::vector<Point2>& landmarks,
                                                               Progress& progress) override;
  Result<std::shared_ptr<const Edit>> edit(const Portrait& portrait, const Prompt& prompt,
                                           Progress& progress) override;
  Result<Head> load_head(const std::filesystem::path& path) override;
  Result<std::shared_ptr<const app::Baked>> bake(const Head& head, Progress& progress) override;
  Result<View> render_fast(const app::Baked& head, const Camera& camera, const RenderOptions& options,
                           Progress& progress) override;
  Result<View> render_exact(const Head& head, const Camera& camera, const RenderOptions& options,
                            Progress& progress) override;
  Status draw_fast(const app::Baked& head, const Camera& camera, const RenderOptions& options,
                   FrameTarget& target) override;
  Status export_head(const Head& head, const app::ExportRequest& request, Progress& progress) override;

 private:
  ThreadPool pool_, baking_pool_;
  mutable std::mutex mutex_;
  bool loaded_ = false;
  bool faces_ = false;  // the face models are opened, with or without a model
  std::string model_name_ = "Test head";
  std::vector<std::string> styles_;
};

}  // namespace triptych::test
