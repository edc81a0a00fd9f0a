// From a checkpoint to the package that ships.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/progress.h"
#include "model/starter/front_plane.h"

namespace triptych::train {

struct PackageOptions {
  std::string name;
  std::vector<std::string> offered;     // names of the edits that the package offers; empty: all
  std::filesystem::path prompt_models;  // phrases are encoded if the text encoder is there
  // The share of the start's weights (checkpoint or package), where it has them: the mean of a model before
  // and after more training can be better than either ("model soups", arXiv 2203.05482).
  double blend = 0;
  std::filesystem::path start;
  starter::SurfaceOffset surface;
};

// Writes the checkpoint's averaged weights as a package of kind "starter" (a folder if `path` ends with a
// slash), with the phrases of the edits it was trained on, and the last figures of the run (figures.jsonl
// beside the checkpoint). An error names an offered edit that the checkpoint does not know.
[[nodiscard]] Status export_package(const std::filesystem::path& checkpoint,
                                    const std::filesystem::path& path, const PackageOptions& options,
                                    Progress& progress);

}  // namespace triptych::train
