// Figures and pictures on data that training never sees.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/error.h"
#include "core/progress.h"
#include "train/item.h"
#include "train/prompt_bank.h"

namespace triptych::train {

// Pixels of the views that are measured and shown; divides the size of held-out views.
inline constexpr int measured_size = 128;
inline constexpr int sheet_heads = 5;  // held-out heads on a sheet

struct Figures {
  int heads = 0;
  double input_psnr = 0;  // dB over white, at the picture's own camera
  double novel_psnr = 0;  // at other views of the head
  double depth_l1 = 0;    // of novel views, world units, where truth is opaque
  double mask_iou = 0;    // of novel views
  int edits = 0;
  double edit_psnr = 0;   // of edits at a view that is not the picture's
  double still_psnr = 0;  // of doing nothing: the unedited truth against the edited truth at the same views
};
[[nodiscard]] nlohmann::json to_json(const Figures& figures);

struct Evaluation {
  const starter::NetworkConfig& network;
  const nn::Weights& weights;  // fp32
  ViewStore& held_out;
  const std::vector<ViewPtr>& portraits;  // of people who are not trained on
  Progress& progress;                     // cancelled: both functions end between two views
  const PromptBank* prompts = nullptr;
  int heads = 12;
  bool bf16 = true;
};
[[nodiscard]] Result<Figures> evaluate(const Evaluation& evaluation);

// Rows: held-out heads (picture, own view, truth and prediction of another view, front, 30 degrees to both
// sides, depth, truth and prediction of every edit that the prompts know), then photographs (the same without
// truth).
[[nodiscard]] Status write_sheet(const Evaluation& evaluation, const std::filesystem::path& path);

}  // namespace triptych::train
