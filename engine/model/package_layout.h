// The names that reading and writing packages share.
#pragma once

namespace triptych::layout {

inline constexpr auto format_name = "triptych-package";
inline constexpr auto manifest_file = "manifest.json";       // in a folder
inline constexpr auto manifest_key = "triptych_manifest";    // in the metadata of a package in one file
inline constexpr auto weights_file = "weights.safetensors";  // what write_package calls it in a folder

}  // namespace triptych::layout
