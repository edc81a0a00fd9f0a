// A folder of head assets in MakeHuman's formats, read once and shared by all threads:
//   makehuman/3dobjs/base.obj            the body; group "body" is its skin
//   makehuman/targets/**/*.target        morphs
//   makehuman/skins/AGE_ETHNICITY_GENDER*/*.png
//   makehuman/{hair,eyebrows,eyelashes,teeth,tongue,clothes}/NAME/NAME.mhclo with pictures, eyes/high-poly
//   makehuman/eyes/materials/COLOUR_eye.png
//   expressions/*.target                 ARKit's expressions
//   identity/*.npz                       modes of shape
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/progress.h"
#include "synthetic/formats.h"
#include "synthetic/texture.h"

namespace triptych::synthetic {

struct Skin {
  std::string name;  // "young_asian_male"
  enum class Age { young, middle, old } age = Age::young;
  bool male = false;
  bool dark = false;  // African; the others share lightness and differ little
  std::string ethnicity;
  Texture texture;  // 1024x1024
};

struct Garment {  // anything that is fitted to the base mesh
  Proxy proxy;
  std::shared_ptr<const Texture> texture;  // null: none
};

struct Assets {
  ObjMesh base;
  std::map<std::string, Target, std::less<>> targets;  // "nose/nose-hump-incr", "expression/jawOpen"
  std::map<std::string, Garment, std::less<>>
      garments;  // "hair/short01", "brow/eyebrow003", "eye/high-poly", ...
  std::map<std::string, std::shared_ptr<const Texture>, std::less<>> irises;  // "brown"
  std::vector<Skin> skins;
  ShapeModes identity;

  // Base mesh (with the joints of the eyes), the target mouth/mouth-angles-up, at least one skin and the eyes
  // are needed; of the rest a head uses what is there.
  [[nodiscard]] static Result<Assets> load(const std::filesystem::path& folder, Progress& progress);

  [[nodiscard]] const Target* target(std::string_view name) const;
  [[nodiscard]] const Garment* garment(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> garments_of(
      std::string_view kind) const;  // names behind "kind/", sorted
};

}  // namespace triptych::synthetic
