// The training layout of 3DPE's authors, read into shards: FOLDER/NAME/* inputs (256x256 or more, cut as EG3D
// cuts FFHQ), FOLDER/NAME_STYLE/* the same pictures edited under the same file names, and
// FOLDER/dataset.json, whose "labels" are pairs of a path below FOLDER and 25 camera numbers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "core/error.h"
#include "core/progress.h"

namespace triptych::train {

// Heads of shards from here on are photographs: one view, no depth.
inline constexpr std::uint32_t first_photograph = 0x80000000U;

// Writes the pictures of the layout as shards of views of size x size below `shards` (made if it is not
// there), each input with all its edits: mask found, the input's camera (by its label; estimated where it has
// none). Styles are rows of synthetic::edit_table() ("bronze-statue" or "bronze_statue": "bronze statue");
// others are left out, and `say` names them. Shards that are there already are kept, so a stopped run goes
// on. Errors name the file: no pairs in the folder, a label that is not 25 numbers, a picture that cannot be
// read.
[[nodiscard]] Status read_authors_layout(const std::filesystem::path& folder,
                                         const std::filesystem::path& shards,
                                         const std::filesystem::path& face_models, int size,
                                         Progress& progress,
                                         const std::function<void(const std::string&)>& say);

}  // namespace triptych::train
