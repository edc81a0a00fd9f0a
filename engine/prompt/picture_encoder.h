// A reference picture as a model takes it: the features of EfficientNet-Lite0 (ImageNet weights) on a 7x7
// grid.
#pragma once

#include <filesystem>
#include <memory>

#include "core/error.h"
#include "image/image.h"

namespace triptych {

inline constexpr int picture_channels = 320;

struct PictureTokens {
  ImageF tokens;  // 7x7, 320 channels: the last block's output, row by row from the picture's top left
};

// Immutable after open; encode() may be called from several threads at once (about 30 ms on one).
class PictureEncoder {
 public:
  // `folder`: assets/models/prompt, with picture_encoder.safetensors.
  [[nodiscard]] static Result<PictureEncoder> open(const std::filesystem::path& folder);

  // RGB of any size: the central square is scaled to 224x224.
  [[nodiscard]] Result<PictureTokens> encode(const Image8& picture) const;

 private:
  struct Network;
  explicit PictureEncoder(std::shared_ptr<const Network> network);
  std::shared_ptr<const Network> network_;
};

}  // namespace triptych
