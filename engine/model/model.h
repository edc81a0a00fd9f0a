// A model turns a portrait and a prompt into a Head (paper Eq. 2 and 3). The starter and imported checkpoints
// implement this one interface; they differ in networks, not in use.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/progress.h"
#include "face/portrait.h"
#include "head/head.h"
#include "prompt/prompt.h"

namespace triptych {

// Immutable results of the two branches, each worth caching: F_g and E_high(I) of a picture; E_p's tokens of
// a prompt.
struct PictureFeatures {
  virtual ~PictureFeatures() = default;
};
struct PromptFeatures {
  virtual ~PromptFeatures() = default;
  std::string understood;  // "bronze statue": the style the prompt was taken for; empty if none is needed
};

// A style the model knows by name, for presets and for messages.
struct StyleInfo {
  std::string name;                  // "bronze statue"
  std::vector<std::string> phrases;  // other ways to ask for it
};

// Degrees from the front up to which the model's heads are seen well; beyond it they blur.
struct ViewRange {
  float yaw = 45;
  float pitch = 25;
};

struct ModelInfo {
  std::string name;
  std::string kind;  // "starter", "3dpe", "live3d"
  std::string hash;  // sha256 of the package
  int picture_size = 512;
  bool takes_text = false;
  bool takes_reference = false;
  std::vector<StyleInfo> styles;
  std::vector<std::string> limits;  // what it cannot do, as sentences
  ViewRange view_range;
};

// Thread-safe: all const calls may run at once. Nothing of LibTorch shows here.
class Model {
 public:
  virtual ~Model() = default;
  [[nodiscard]] virtual const ModelInfo& info() const noexcept = 0;
  [[nodiscard]] virtual Result<std::shared_ptr<const PictureFeatures>> encode_picture(
      const Portrait& portrait, Progress& progress) const = 0;
  // Unknown text is an error whose sentence lists what the model knows.
  [[nodiscard]] virtual Result<std::shared_ptr<const PromptFeatures>> encode_prompt(
      const Prompt& prompt, Progress& progress) const = 0;
  // `prompt` null: the reconstruction.
  [[nodiscard]] virtual Result<Head> make_head(const PictureFeatures& picture, const PromptFeatures* prompt,
                                               Progress& progress) const = 0;
};

enum class Device { automatic, cpu, cuda };

struct ModelOptions {
  Device device = Device::automatic;
  int threads = 0;   // 0: as LibTorch likes
  bool bf16 = true;  // on CPUs that have it; falls back to fp32 on NaN, with a notice
  std::filesystem::path
      prompt_assets;  // folder of the text and picture prompt encoders (assets/models/prompt)
};

// A package folder or file (docs/formats.md): manifest and hashes are checked, every tensor's shape too.
[[nodiscard]] Result<std::shared_ptr<const Model>> open_model(const std::filesystem::path& package,
                                                              const ModelOptions& options = {});

}  // namespace triptych
