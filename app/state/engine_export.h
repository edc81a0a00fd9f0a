// Pictures, videos, meshes and .tri files of a head.
#pragma once

#include "core/thread_pool.h"
#include "state/services.h"

namespace triptych::app {

// The view's colours with its opacity as fourth channel, straight. `weighted`: its colours are over black,
// that is weighted by the opacity.
[[nodiscard]] Image8 with_alpha(const View& view, bool weighted);

// Whether pictures of this suffix keep an opacity.
[[nodiscard]] bool keeps_alpha(const std::filesystem::path& path);

// Whole or not at all; the sentence of an error names the file. What is to be transparent in a format that
// keeps no opacity stands on the background.
[[nodiscard]] Status write_export(const Head& head, const ExportRequest& request, ThreadPool& pool,
                                  Progress& progress);

}  // namespace triptych::app
