// Model packages: a JSON manifest and safetensors weights, in a folder or in one file (docs/formats.md).
// Every file is checked against its hash before anything of it is used.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/progress.h"
#include "core/safetensors.h"

namespace triptych {

inline constexpr int package_format_version = 1;

// What every manifest says; `json` is all of it, with what only one kind of model needs.
struct Manifest {
  std::string kind;     // "starter", "3dpe", "live3d": who can open it
  std::string name;     // for the user
  std::string version;  // of the weights
  nlohmann::json json = nlohmann::json::object();
};

// Parses and checks a manifest; `file` stands in messages. Unknown keys are kept.
[[nodiscard]] Result<Manifest> parse_manifest(const std::string& text, const std::string& file);

// An opened package; copies share the files' maps.
class Package {
 public:
  // Errors name the file: no package, a newer format, a missing file, a hash that does not fit.
  [[nodiscard]] static Result<Package> open(const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] const Manifest& manifest() const noexcept { return manifest_; }
  [[nodiscard]] const std::string& hash() const noexcept { return hash_; }  // sha256 of the manifest's text
  // A safetensors file of the package by its name in the manifest's "files".
  [[nodiscard]] Result<SafetensorsReader> weights(std::string_view name = "weights") const;

 private:
  std::filesystem::path path_;
  Manifest manifest_;
  std::string hash_;
  std::map<std::string, SafetensorsReader, std::less<>> files_;
};

// Receives bytes piece by piece.
using ByteSink = std::function<Status(std::span<const std::byte>)>;

// A tensor to be written whose bytes are made when they are needed; `produce` may be called twice.
struct StreamedTensor {
  std::string name;
  Dtype dtype = Dtype::f32;
  std::vector<std::int64_t> shape;
  std::function<Status(const ByteSink&)> produce;  // row-major, little-endian, all of it
};

// Whether a package of this name is a folder: it is one already or ends with a slash. Else it is one file.
[[nodiscard]] bool becomes_folder(const std::filesystem::path& package);

// Writes the package: into `path` as a folder if becomes_folder(path), else as one file,
// whole or not at all. "files" and the format's version are added to the manifest here. Never holds more than
// one piece of a tensor.
[[nodiscard]] Status write_package(const std::filesystem::path& path, const Manifest& manifest,
                                   std::vector<StreamedTensor> tensors, Progress& progress);

}  // namespace triptych
