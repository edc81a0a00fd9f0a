// Picture files in and out.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>

#include "core/error.h"
#include "image/image.h"

namespace triptych {

struct Picture {
  Image8 rgb;          // 3 channels, upright: EXIF orientation is applied, alpha is laid over mid grey (128)
  std::string format;  // "JPEG", ...
};

// PNG, JPEG, WebP, BMP or TIFF by content (not by suffix), 8 or 16 bits, grey or colour, from 64x64 to 32767
// a side and 400 megapixels. Errors name the file, what is wrong with it and what to do. Allocates at most 16
// times the file's size plus what the declared size needs, which is checked first.
[[nodiscard]] Result<Picture> load_picture(const std::filesystem::path& path);
// The same of a file in memory; `name` stands in messages.
[[nodiscard]] Result<Picture> decode_picture(std::span<const std::byte> file, const std::string& name);

// By suffix (.png, .jpg, .webp, .bmp, .tiff), whole or not at all; PNG carries `text` as tEXt chunks
// (iTXt where it is not ASCII; keys of 1 to 79 Latin letters). 1, 3 or 4 channels; JPEG and BMP take no
// alpha.
[[nodiscard]] Status save_picture(const std::filesystem::path& path, const Image8& image,
                                  const std::map<std::string, std::string>& text = {});

// What save_picture would write, without text; `path` gives the suffix and stands in messages.
[[nodiscard]] Result<std::vector<std::uint8_t>> encode_picture(const std::filesystem::path& path,
                                                               const Image8& image);

// float32 NumPy array (version 1.0, C order) of shape (height, width) or (height, width, channels).
[[nodiscard]] Status save_npy(const std::filesystem::path& path, const ImageF& image);

}  // namespace triptych
