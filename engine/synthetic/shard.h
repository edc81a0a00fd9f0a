// Training data on disk: a shard is one safetensors file of some hundred views with exact truth.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "head/camera.h"
#include "image/image.h"

namespace triptych::synthetic {

struct ViewKey {
  std::uint32_t head = 0;  // the head's seed
  std::int32_t edit = 0;   // index into edit_table(); 0: unedited
  std::int32_t view = 0;   // number of the camera of this head; edits reuse the cameras of the head
  Camera camera;
};

struct View {
  ViewKey key;
  Image8 rgba;                  // straight alpha; colour continues a little beyond the mask
  Raster<std::uint16_t> depth;  // along the optical axis, 1e-4 world units; 0 where alpha is 0
};

// What a shard's heads were made with, by option ("--views": "12"; shard_options.h); empty: not known.
using ShardOptions = std::map<std::string, std::string>;

// Compressed: colour JPEG (quality 95), alpha and depth losslessly. Written whole or not at all.
class ShardWriter {
 public:
  [[nodiscard]] Status add(const View& view);
  [[nodiscard]] Status write(const std::filesystem::path& path, const ShardOptions& made_with = {}) const;
  [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }

 private:
  std::vector<ViewKey> keys_;
  std::vector<std::vector<std::uint8_t>> color_, alpha_, depth_;
};

// Keys are read at once; views are decoded on demand. Thread-safe.
class ShardReader {
 public:
  [[nodiscard]] static Result<ShardReader> open(const std::filesystem::path& path);
  [[nodiscard]] const std::vector<ViewKey>& keys() const noexcept { return keys_; }
  [[nodiscard]] const ShardOptions& made_with() const noexcept { return made_with_; }
  [[nodiscard]] Result<View> read(std::size_t index) const;

 private:
  std::vector<ViewKey> keys_;
  ShardOptions made_with_;
  struct Blobs;
  std::shared_ptr<const Blobs> blobs_;
};

}  // namespace triptych::synthetic
