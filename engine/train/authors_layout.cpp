#include "train/authors_layout.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "core/atomic_file.h"
#include "core/file_errors.h"
#include "core/folder.h"
#include "core/json.h"
#include "face/align.h"
#include "face/person_mask.h"
#include "image/picture.h"
#include "synthetic/edits.h"
#include "synthetic/shard.h"
#include "train/portraits.h"

namespace triptych::train {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t inputs_per_shard = 32;
constexpr float least_overlap = 0.75F;  // of an edited picture's mask with its input's; below: the input's

struct Input {
  fs::path picture;
  std::optional<Camera> camera;
  std::map<int, fs::path> edited;  // by the edit's row
};

// "bronze-statue" -> the row of "bronze statue"; 0 or less: none.
int edit_called(std::string style) {
  std::replace_if(
      style.begin(), style.end(), [](char c) { return c == '-' || c == '_'; }, ' ');
  return synthetic::find_edit(style);
}

// Cameras by path below the folder; none without the file.
Result<std::map<std::string, Camera>> read_labels(const fs::path& file) {
  std::map<std::string, Camera> cameras;
  if (!fs::exists(file)) return cameras;
  TRIPTYCH_TRY(const std::string text, read_file(file, std::uintmax_t{1} << 30));
  const auto json = parse_json(text);
  if (!json) return fail(file.string() + ": " + json.error().message);
  const nlohmann::json& labels = member(*json, "labels");
  if (!labels.is_array()) return fail(file.string() + ": has no list \"labels\"");
  for (const nlohmann::json& label : labels) {
    const bool shaped =
        label.is_array() && label.size() == 2 && label[0].is_string() && label[1].is_array() &&
        label[1].size() == 25 &&
        std::all_of(label[1].begin(), label[1].end(), [](const auto& n) { return n.is_number(); });
    Camera camera;
    if (shaped) {
      std::transform(label[1].begin(), label[1].begin() + 16, camera.camera_to_world.begin(),
                     [](const auto& n) { return n.template get<float>(); });
      std::transform(label[1].begin() + 16, label[1].end(), camera.intrinsics.begin(),
                     [](const auto& n) { return n.template get<float>(); });
    }
    if (!shaped || !camera.valid()) {
      return fail(file.string() + ": a label should be a path and the 25 numbers of a camera, but is " +
                  label.dump().substr(0, 80));
    }
    cameras.emplace(label[0].get<std::string>(), camera);
  }
  return cameras;
}

class Layout {
 public:
  [[nodiscard]] static Result<Layout> open(const fs::path& folder) {
    Layout layout;
    TRIPTYCH_TRY(layout.cameras_, read_labels(folder / "dataset.json"));
    TRIPTYCH_TRY(const std::vector<fs::path> entries, list_folder(folder, Entries::all));
    for (const fs::path& entry : entries) {
      if (fs::is_directory(entry)) TRIPTYCH_CHECK(layout.add(folder, entry.filename().string()));
    }
    std::erase_if(layout.inputs_, [](const auto& entry) { return entry.second.edited.empty(); });
    if (layout.inputs_.empty()) {
      return fail(
          folder.string() +
          ": no pairs here; \"pairs\" should be a folder with NAME/* and NAME_STYLE/* of the same names");
    }
    return layout;
  }
  [[nodiscard]] const std::map<std::string, Input>& inputs() const noexcept { return inputs_; }
  [[nodiscard]] const std::set<std::string>& unknown() const noexcept { return unknown_; }

 private:
  // One folder of edited pictures; folders of inputs have no style in their name.
  Status add(const fs::path& folder, const std::string& name) {
    const std::size_t end = name.find('_');
    if (end == std::string::npos || !fs::is_directory(folder / name.substr(0, end))) return {};
    const int edit = edit_called(name.substr(end + 1));
    if (edit <= 0) {
      unknown_.insert(name.substr(end + 1));
      return {};
    }
    TRIPTYCH_TRY(const std::vector<fs::path> pictures, list_folder(folder / name));
    for (const fs::path& picture : pictures) {
      const std::string path = name.substr(0, end) + "/" + picture.filename().string();
      if (!fs::exists(folder / path)) continue;
      Input& input = inputs_[path];
      input.picture = folder / path;
      if (const auto camera = cameras_.find(path); camera != cameras_.end()) input.camera = camera->second;
      input.edited[edit] = picture;
    }
    return {};
  }

  std::map<std::string, Camera> cameras_;
  std::map<std::string, Input> inputs_;
  std::set<std::string> unknown_;
};

Result<Portrait> load_aligned(const fs::path& path, const FaceAligner& aligner, int size) {
  TRIPTYCH_TRY(const Picture picture, load_picture(path));
  AlignOptions options;
  options.size = size;
  options.already_aligned = true;
  Result<Portrait> portrait = aligner.align(picture.rgb, options);
  if (!portrait) return fail(path.string() + ": " + portrait.error().message);
  return portrait;
}

Status add_input(synthetic::ShardWriter& writer, const Input& input, std::uint32_t number,
                 const FaceAligner& aligner, int size) {
  TRIPTYCH_TRY(Portrait plain, load_aligned(input.picture, aligner, size));
  if (input.camera) plain.camera = *input.camera;
  TRIPTYCH_CHECK(writer.add(view_of(plain, first_photograph + number, 0)));
  for (const auto& [edit, path] : input.edited) {
    TRIPTYCH_TRY(Portrait edited, load_aligned(path, aligner, size));
    edited.camera = plain.camera;
    if (mask_overlap(edited.mask, plain.mask) < least_overlap) edited.mask = plain.mask;
    TRIPTYCH_CHECK(writer.add(view_of(edited, first_photograph + number, edit)));
  }
  return {};
}

}  // namespace

Status read_authors_layout(const fs::path& folder, const fs::path& shards, const fs::path& face_models,
                           int size, Progress& progress, const std::function<void(const std::string&)>& say) {
  TRIPTYCH_TRY(const Layout layout, Layout::open(folder));
  for (const std::string& style : layout.unknown()) {
    say("pairs: no edit is called \"" + style + "\", so its pictures are left out");
  }
  std::error_code error;
  fs::create_directories(shards, error);
  if (error) return refused_writing(shards, "cannot make this folder", error.value());
  std::optional<FaceAligner> aligner;  // once a shard is missing
  std::uint32_t number = 0;
  for (auto input = layout.inputs().begin(); input != layout.inputs().end();) {
    const fs::path path = shards / ("photographs-" + std::to_string(number) + ".safetensors");
    const bool made = fs::exists(path);
    if (!made && !aligner) {
      TRIPTYCH_TRY(aligner, FaceAligner::open(face_models));
    }
    synthetic::ShardWriter writer;
    for (std::size_t i = 0; i < inputs_per_shard && input != layout.inputs().end(); ++i, ++input, ++number) {
      TRIPTYCH_CHECK(progress.check());
      if (!made) TRIPTYCH_CHECK(add_input(writer, input->second, number, *aligner, size));
    }
    if (!made) TRIPTYCH_CHECK(writer.write(path));
    say("pairs: " + std::to_string(number) + " of " + std::to_string(layout.inputs().size()));
  }
  return {};
}

}  // namespace triptych::train
