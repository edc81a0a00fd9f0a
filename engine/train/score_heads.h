// How well a model does on synthetic heads that it never saw: what `triptych eval --heads` measures against
// exact truth.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/progress.h"
#include "core/thread_pool.h"
#include "image/image.h"
#include "model/model.h"
#include "train/figures.h"
#include "train/losses/st_lpips.h"
#include "train/view_store.h"

namespace triptych::train {

inline constexpr double near_degrees = 35;  // novel views as near to the picture as that are "near"

struct HeadScoring {
  const Model& model;
  ViewStore& store;
  ThreadPool& pool;
  const StLpips* perceptual = nullptr;  // null: no such column
  int size = 256;                       // of the views, pixels; divides the shards'
  int samples = 48;                     // coarse ones of a ray, and as many importance samples
  std::size_t heads = 0;                // the first so many; 0: all
  std::size_t novel_views = 8;          // of each head, at most
  std::size_t edits = 0;                // of each head, at most; 0: all that the model knows by name
  bool right_style = true;              // measure it (renders each edit twice more)
  bool tiles = false;                   // keep pictures for a sheet
};

// clang-format off
// Means by name. The picture is each head's first view with its exact mask and camera.
//   input_psnr                    dB over white, at the picture's own camera
//   near_psnr, far_psnr           of novel views, by their angle to the picture's
//   near_st_lpips, far_st_lpips   of the same
//   depth_l1, mask_iou            of novel views; depth in world units, where the truth is opaque
//   edit_psnr                     of edits by the style's name, at a view that is not the picture's
//   still_psnr                    of doing nothing: unedited truth against edited truth at the same views
//   right_by_name, right_by_phrase, right_by_picture
//                                 share of edits whose result is nearer to their truth than to the truth of
//                                 every other style and of the unedited head (heads that have all of them),
//                                 asked for by the style's name, by one of the phrases that training never
//                                 sees, and by a picture of another head
//   phrases_understood            share of all those phrases that are taken for their style
//   milliseconds                  from the picture to its head
// clang-format on
struct HeadFigures {
  int heads = 0;
  Means all;
  std::map<std::string, Means> of_style;
  std::map<std::string, std::map<std::string, int>> taken_for;  // style -> what its wrong results look like
  // Two rows a head, the truth above what the model makes of it: the input view, novel views, then edits.
  std::vector<std::vector<Image8>> tiles;
};
[[nodiscard]] nlohmann::json to_json(const HeadFigures& figures);

[[nodiscard]] Result<HeadFigures> score_heads(const HeadScoring& scoring, Progress& progress);

}  // namespace triptych::train
