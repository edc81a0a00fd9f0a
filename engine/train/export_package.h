// From a checkpoint to the package that ships.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/progress.h"

namespace triptych::train {

// Writes the checkpoint's averaged weights as a package of kind "starter" (a folder if `path` ends with a
// slash), with the phrases of the edits it was trained on, encoded if the text encoder is in `prompt_models`,
// and the last figures of the run (figures.jsonl beside the checkpoint). `offered`: the names of the edits
// that the package offers; empty: all. An error names one that the checkpoint does not know.
[[nodiscard]] Status export_package(const std::filesystem::path& checkpoint,
                                    const std::filesystem::path& path, const std::string& name,
                                    const std::vector<std::string>& offered,
                                    const std::filesystem::path& prompt_models, Progress& progress);

}  // namespace triptych::train
