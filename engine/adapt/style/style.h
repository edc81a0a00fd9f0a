// A style that adapting has learned: what of the model changed, and where it came from. One safetensors file
// of some MB (docs/adapt.md) that can be shared, deleted and rolled back to any of its snapshots. No
// LibTorch.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "image/image.h"

namespace triptych::adapt {

inline constexpr int style_format_version = 1;
inline constexpr int thumbnail_size = 128;  // pixels of an edge
inline constexpr std::size_t most_snapshots = 100;

// fp16, row-major.
struct StyleTensor {
  std::vector<std::int64_t> shape;
  std::vector<std::uint16_t> halves;
  friend bool operator==(const StyleTensor&, const StyleTensor&) = default;
};
// The tensors of the base model that changed, by their name there, and tokens_name [N, 384]: what the style's
// name stands for, in the place of a sentence's tokens.
inline constexpr const char* tokens_name = "style.tokens";
using StyleTensors = std::map<std::string, StyleTensor, std::less<>>;

// The weights at one moment of learning. Immutable once made.
struct StyleSnapshot {
  std::string label;               // "10 s", "1 min": of learning
  double seconds = 0;              // of learning
  double loss = 0;                 // mean of the last steps
  std::optional<double> held_out;  // distance of the pair that was held back, see Adaptation
  std::shared_ptr<const StyleTensors> tensors;
};

struct StyleThumbnail {
  Image8 before, after;  // RGB, thumbnail_size square
};

struct Style {
  std::string name;                // what to type as the prompt, see check_name
  std::string model_name;          // of the base model
  std::string model_hash;          // ModelInfo::hash: the style fits no other
  std::vector<std::string> pairs;  // sha256 of each pair it was learned from
  std::vector<StyleThumbnail> thumbnails;
  std::vector<StyleSnapshot> snapshots;  // in order of time, 1 to most_snapshots
  std::size_t current = 0;               // the snapshot in use; rolling back is to set it and save

  [[nodiscard]] const StyleSnapshot& used() const { return snapshots[current]; }
};

// 1 to 64 bytes of UTF-8 on one line; the error is of code usage.
[[nodiscard]] Status check_name(const std::string& name);
// Name, hashes, counts and shapes are sound; what load_style and save_style ask.
[[nodiscard]] Status check_style(const Style& style);
// Written whole or not at all.
[[nodiscard]] Status save_style(const std::filesystem::path& path, const Style& style);
// Errors name the file and what is wrong: no style, a newer version, damaged.
[[nodiscard]] Result<Style> load_style(const std::filesystem::path& path);

}  // namespace triptych::adapt
