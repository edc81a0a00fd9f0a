// Photographs of people as training sees them: aligned, with mask and camera, as views without depth.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/progress.h"
#include "face/portrait.h"
#include "train/item.h"

namespace triptych::train {

// `edit`: of the view's key; no depth is known.
[[nodiscard]] synthetic::View view_of(const Portrait& portrait, std::uint32_t head, int edit);

struct Portraits {
  std::vector<ViewPtr> training;
  std::vector<ViewPtr> held_out;  // every 12th picture by name, the first included
};

// Aligns every picture of the folder (those without a face are left out) and keeps the result in `cache`, a
// shard, which is used instead if it is there. `say` gets a line now and then.
[[nodiscard]] Result<Portraits> load_portraits(const std::filesystem::path& folder,
                                               const std::filesystem::path& cache,
                                               const std::filesystem::path& face_models, int size,
                                               Progress& progress,
                                               const std::function<void(const std::string&)>& say);

}  // namespace triptych::train
