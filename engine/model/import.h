// From the authors' checkpoints (3DPE, Live3D) to a model package, without Python and without holding the
// network.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/progress.h"

namespace triptych {

struct ImportReport {
  std::string kind;  // "3dpe", or "live3d" for a checkpoint without a prompt branch
  std::size_t tensors = 0;
  std::vector<std::string> notices;  // sentences: tensors in the file that nothing knows
};

struct ImportOptions {
  std::optional<std::filesystem::path> teacher;
  bool bf16 = false;  // the package is run in bf16 on CPUs that have it: faster, planes differ by about 1 %
};

// `options.teacher`: a Live3D checkpoint that reconstructs when there is no prompt and teaches when the model
// is adapted (Eq. 5). Errors list every missing and misshapen tensor at once. Peak memory: twice the largest
// needed tensor.
[[nodiscard]] Result<ImportReport> import_checkpoint(const std::filesystem::path& checkpoint,
                                                     const std::filesystem::path& package,
                                                     const ImportOptions& options, Progress& progress);

}  // namespace triptych
