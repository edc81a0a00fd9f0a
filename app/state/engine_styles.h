// Learned styles on the engine's side: between adapt's types and what the window shows of them.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include "adapt/style/style.h"
#include "face/align.h"
#include "model/model.h"
#include "state/style_services.h"

namespace triptych::app {

[[nodiscard]] LearnedStyle shown_style(const std::shared_ptr<const adapt::Style>& style);
[[nodiscard]] Result<LearnedStyle> read_style(const std::filesystem::path& path);
[[nodiscard]] Status write_style(const std::filesystem::path& path, const LearnedStyle& style);

// `base` with those of the styles that were made for it.
[[nodiscard]] Result<std::shared_ptr<const Model>> model_with(const std::shared_ptr<const Model>& base,
                                                              const std::vector<LearnedStyle>& styles);

// Heads of one portrait in one style after another: its features are computed once.
class StylePreview {
 public:
  [[nodiscard]] Result<std::shared_ptr<const Edit>> edit(const std::shared_ptr<const Model>& base,
                                                         const LearnedStyle& style, const Portrait& portrait,
                                                         Progress& progress);

 private:
  std::mutex mutex_;  // one at a time
  std::shared_ptr<const Model> base_;
  Image8 picture_;
  std::shared_ptr<const PictureFeatures> features_;
};

// Learning; without TRIPTYCH_TRAIN both say that this build cannot.
[[nodiscard]] Result<StylePairs> read_pairs(const std::vector<std::filesystem::path>& paths,
                                            const FaceAligner& aligner, int size, Progress& progress);
[[nodiscard]] Result<std::shared_ptr<StyleRun>> begin_learning(const std::shared_ptr<const Model>& base,
                                                               const std::vector<StylePair>& pairs,
                                                               const StyleRunConfig& config,
                                                               const std::filesystem::path& loss_models,
                                                               const std::filesystem::path& prompt_models,
                                                               Progress& progress);

}  // namespace triptych::app
