#include "train/portraits.h"

#include <algorithm>
#include <cmath>

#include "core/folder.h"
#include "face/align.h"
#include "image/picture.h"

namespace triptych::train {
namespace {

constexpr std::uint32_t held_out_every = 12;

Status prepare(const std::filesystem::path& folder, const std::filesystem::path& cache,
               const std::filesystem::path& face_models, int size, Progress& progress,
               const std::function<void(const std::string&)>& say) {
  TRIPTYCH_TRY(const std::vector<std::filesystem::path> paths, list_folder(folder));
  if (paths.empty())
    return fail(folder.string() + ": no pictures here; \"portraits\" should be a folder of them");
  TRIPTYCH_TRY(const FaceAligner aligner, FaceAligner::open(face_models));
  synthetic::ShardWriter writer;
  std::size_t left_out = 0;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    TRIPTYCH_CHECK(progress.check());
    const Result<Picture> picture = load_picture(paths[i]);
    AlignOptions options;
    options.size = size;
    const Result<Portrait> portrait = picture ? aligner.align(picture->rgb, options)
                                              : Result<Portrait>(tl::unexpected<Error>(picture.error()));
    if (portrait) {
      TRIPTYCH_CHECK(writer.add(view_of(*portrait, static_cast<std::uint32_t>(i), 0)));
    } else {
      ++left_out;
    }
    if (i % 100 == 99) say("portraits: " + std::to_string(i + 1) + " of " + std::to_string(paths.size()));
  }
  say("portraits: " + std::to_string(writer.size()) + " prepared, " + std::to_string(left_out) +
      " without a face");
  return writer.write(cache);
}

}  // namespace

synthetic::View view_of(const Portrait& portrait, std::uint32_t head, int edit) {
  synthetic::View view;
  view.key.head = head;
  view.key.edit = edit;
  view.key.camera = portrait.camera;
  const int size = portrait.rgb.width;
  view.rgba = Image8(size, size, 4);
  view.depth = Raster<std::uint16_t>(size, size, 1);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      std::copy_n(&portrait.rgb.at(x, y), 3, &view.rgba.at(x, y));
      view.rgba.at(x, y, 3) =
          static_cast<std::uint8_t>(std::lround(255 * std::clamp(portrait.mask.at(x, y), 0.0F, 1.0F)));
    }
  }
  return view;
}

Result<Portraits> load_portraits(const std::filesystem::path& folder, const std::filesystem::path& cache,
                                 const std::filesystem::path& face_models, int size, Progress& progress,
                                 const std::function<void(const std::string&)>& say) {
  if (!std::filesystem::exists(cache))
    TRIPTYCH_CHECK(prepare(folder, cache, face_models, size, progress, say));
  TRIPTYCH_TRY(const synthetic::ShardReader shard, synthetic::ShardReader::open(cache));
  Portraits portraits;
  for (std::size_t i = 0; i < shard.keys().size(); ++i) {
    TRIPTYCH_TRY(synthetic::View view, shard.read(i));
    const bool held_out = view.key.head % held_out_every == 0;  // the number in the sorted folder
    (held_out ? portraits.held_out : portraits.training)
        .push_back(std::make_shared<const synthetic::View>(std::move(view)));
  }
  return portraits;
}

}  // namespace triptych::train
