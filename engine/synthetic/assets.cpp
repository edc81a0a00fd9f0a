#include "synthetic/assets.h"

#include <algorithm>
#include <array>

namespace triptych::synthetic {
namespace {

namespace fs = std::filesystem;

// Files below `folder` with the suffix, sorted so that every machine sees the same order.
std::vector<fs::path> files_below(const fs::path& folder, std::string_view suffix) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == suffix) paths.push_back(it->path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

bool starts_with(const std::string& text, std::string_view prefix) {
  return text.rfind(prefix, 0) == 0;
}

Status load_targets(Assets& assets, const fs::path& folder, const std::string& prefix) {
  for (const fs::path& path : files_below(folder, ".target")) {
    const std::string name = prefix + path.lexically_relative(folder).replace_extension().generic_string();
    if (starts_with(name, "macrodetails/height") || starts_with(name, "macrodetails/proportions")) continue;
    TRIPTYCH_TRY(assets.targets[name], read_target(path, assets.base.positions.size()));
  }
  return {};
}

// "middleage_african_male2"
Result<Skin> load_skin(const fs::path& path) {
  Skin skin;
  skin.name = path.parent_path().filename().string();
  const std::string& n = skin.name;
  skin.age = starts_with(n, "old")         ? Skin::Age::old
             : starts_with(n, "middleage") ? Skin::Age::middle
                                           : Skin::Age::young;
  skin.male = n.find("_male") != std::string::npos;
  skin.dark = n.find("african") != std::string::npos;
  const std::size_t first = n.find('_'), second = n.find('_', first + 1);
  if (second != std::string::npos) skin.ethnicity = n.substr(first + 1, second - first - 1);
  TRIPTYCH_TRY(skin.texture, Texture::load(path, 1024));
  return skin;
}

Status load_skins(Assets& assets, const fs::path& folder) {
  for (const fs::path& path : files_below(folder, ".png")) {
    if (path.string().find("suit") != std::string::npos) continue;
    TRIPTYCH_TRY(Skin skin, load_skin(path));
    assets.skins.push_back(std::move(skin));
  }
  return {};
}

// The colour picture beside a proxy: NAME_diffuse.png, else the first that is no normal map.
fs::path picture_of(const fs::path& proxy) {
  fs::path first;
  for (const fs::path& path : files_below(proxy.parent_path(), ".png")) {
    const std::string name = path.filename().string();
    if (name.find("diffuse") != std::string::npos) return path;
    if (first.empty() && name.find("normal") == std::string::npos) first = path;
  }
  return first;
}

struct GarmentKind {
  const char* folder;
  const char* kind;
  int texture_limit;
  bool needs_picture;
};
constexpr std::array<GarmentKind, 7> garment_kinds{{{"hair", "hair", 1024, true},
                                                    {"eyebrows", "brow", 512, true},
                                                    {"eyelashes", "lash", 512, true},
                                                    {"eyes/high-poly", "eye", 512, false},
                                                    {"teeth", "teeth", 512, true},
                                                    {"tongue", "tongue", 256, true},
                                                    {"clothes", "cloth", 512, true}}};

Status load_garments(Assets& assets, const fs::path& folder, const GarmentKind& kind) {
  for (const fs::path& path : files_below(folder / kind.folder, ".mhclo")) {
    const fs::path picture = picture_of(path);
    if (picture.empty() && kind.needs_picture) continue;
    Garment garment;
    TRIPTYCH_TRY(garment.proxy, read_proxy(path, assets.base.positions.size()));
    if (!picture.empty()) {
      TRIPTYCH_TRY(Texture texture, Texture::load(picture, kind.texture_limit));
      garment.texture = std::make_shared<const Texture>(std::move(texture));
    }
    assets.garments[std::string(kind.kind) + "/" + path.stem().string()] = std::move(garment);
  }
  return {};
}

// Brown irises come in a red that looks lit from within: their red is taken down towards their green.
Texture less_red(const Texture& texture) {
  Image8 rgba = texture.image();
  for (std::size_t i = 0; i + 3 < rgba.pixels.size(); i += 4) {
    const float red = rgba.pixels[i], green = rgba.pixels[i + 1], brown = 1.3F * green;
    if (red > brown) rgba.pixels[i] = static_cast<std::uint8_t>(brown + 0.25F * (red - brown));
  }
  return Texture(std::move(rgba));
}

Status load_irises(Assets& assets, const fs::path& folder) {
  for (const fs::path& path : files_below(folder, ".png")) {
    std::string name = path.stem().string();
    if (const std::size_t cut = name.find("_eye"); cut != std::string::npos) name.resize(cut);
    TRIPTYCH_TRY(Texture texture, Texture::load(path, 512));
    texture = less_red(texture);
    assets.irises[name] = std::make_shared<const Texture>(std::move(texture));
  }
  return {};
}

// Has what a head's size and place are measured by: eyes and mouth (landmarks_of).
bool placeable(const Assets& assets) {
  const auto has_joint = [&](const char* name) {
    return std::ranges::find(assets.base.groups, name) != assets.base.groups.end();
  };
  const Target* mouth = assets.target("mouth/mouth-angles-up");
  return mouth && !mouth->index.empty() && has_joint("joint-l-eye") && has_joint("joint-r-eye");
}

}  // namespace

Result<Assets> Assets::load(const fs::path& folder, Progress& progress) {
  progress.begin("reading the assets");
  const fs::path makehuman = folder / "makehuman";
  if (!fs::exists(makehuman / "3dobjs" / "base.obj")) {
    return fail(folder.string() +
                ": no head assets here (makehuman/3dobjs/base.obj is missing); docs/synthetic.md says "
                "where to get them");
  }
  Assets assets;
  TRIPTYCH_TRY(assets.base, read_obj(makehuman / "3dobjs" / "base.obj"));
  TRIPTYCH_CHECK(load_targets(assets, makehuman / "targets", ""));
  TRIPTYCH_CHECK(load_targets(assets, folder / "expressions", "expression/"));
  progress.advance(0.4);
  TRIPTYCH_CHECK(progress.check());
  TRIPTYCH_CHECK(load_skins(assets, makehuman / "skins"));
  progress.advance(0.7);
  TRIPTYCH_CHECK(progress.check());
  for (const GarmentKind& kind : garment_kinds) TRIPTYCH_CHECK(load_garments(assets, makehuman, kind));
  TRIPTYCH_CHECK(load_irises(assets, makehuman / "eyes" / "materials"));
  for (const fs::path& path : files_below(folder / "identity", ".npz")) {
    TRIPTYCH_TRY(assets.identity, read_shape_modes(path, assets.base.positions.size()));
  }
  if (assets.skins.empty() || assets.irises.empty() || !assets.garment("eye/high-poly")) {
    return fail(folder.string() + ": skins or eyes are missing; docs/synthetic.md says where to get them");
  }
  if (!placeable(assets)) {
    return fail(
        folder.string() +
        ": the corners of the mouth (makehuman/targets/mouth/mouth-angles-up.target) or the joints of "
        "the eyes (in base.obj) are missing, by which heads are placed; docs/synthetic.md says where "
        "to get them");
  }
  progress.advance(1);
  return assets;
}

const Target* Assets::target(std::string_view name) const {
  const auto it = targets.find(name);
  return it == targets.end() ? nullptr : &it->second;
}

const Garment* Assets::garment(std::string_view name) const {
  const auto it = garments.find(name);
  return it == garments.end() ? nullptr : &it->second;
}

std::vector<std::string> Assets::garments_of(std::string_view kind) const {
  const std::string prefix = std::string(kind) + "/";
  std::vector<std::string> names;
  for (const auto& [name, garment] : garments) {
    if (starts_with(name, prefix)) names.push_back(name.substr(prefix.size()));
  }
  return names;
}

}  // namespace triptych::synthetic
