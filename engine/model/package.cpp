#include "model/package.h"

#include <algorithm>
#include <array>
#include <fstream>

#include "core/atomic_file.h"
#include "core/hash.h"
#include "core/json.h"
#include "model/package_layout.h"

namespace triptych {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uintmax_t manifest_limit = std::uintmax_t{16} << 20;

// A text field that must be there.
Result<std::string> text_field(const json& object, const char* key, const std::string& file) {
  const auto field = object.find(key);
  if (field == object.end() || !field->is_string() || field->get_ref<const std::string&>().empty()) {
    return fail(file + ": damaged model package (no text \"" + key +
                "\" in its manifest); get or make it again");
  }
  return field->get<std::string>();
}

bool is_plain_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.find_first_of("/\\") == std::string::npos;
}

tl::unexpected<Error> changed(const fs::path& path) {
  return fail(path.string() + ": is not what its manifest says (sha256 differs); get the package again");
}

Result<SafetensorsReader> open_listed_file(const fs::path& folder, const json& entry,
                                           const std::string& manifest) {
  TRIPTYCH_TRY(const std::string name, text_field(entry, "file", manifest));
  TRIPTYCH_TRY(const std::string wanted, text_field(entry, "sha256", manifest));
  if (!is_plain_name(name))
    return fail(manifest + ": names a file outside the package (" + name +
                "); refused, get the package again");
  const fs::path path = folder / name;
  TRIPTYCH_TRY(const std::string found, sha256_file(path));
  if (found != wanted) return changed(path);
  return SafetensorsReader::open(path);
}

// A user who gives the checkpoint itself is told what to do with it.
tl::unexpected<Error> no_package(const fs::path& path, const std::string& why) {
  std::array<char, 4> start{};
  std::ifstream(path, std::ios::binary).read(start.data(), start.size());
  if (std::string_view(start.data(), 4) == "PK\x03\x04") {
    return fail(path.string() +
                ": is a checkpoint, not a model package; make one of it with: triptych model import " +
                path.string() + " --out PACKAGE");
  }
  return fail(path.string() + ": not a model package (" + why +
              "); give a folder with manifest.json or one .safetensors package");
}

// A file that cannot be opened and a damaged safetensors file are called so; anything else is no package.
tl::unexpected<Error> unreadable(const fs::path& path, Error error) {
  std::array<char, 9> start{};
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return tl::unexpected<Error>(std::move(error));
  stream.read(start.data(), start.size());
  if (begins_like_safetensors(std::as_bytes(std::span(start))))
    return tl::unexpected<Error>(std::move(error));
  return no_package(path, "neither a folder with a manifest nor a safetensors file");
}

}  // namespace

Result<Manifest> parse_manifest(const std::string& text, const std::string& file) {
  Result<json> parsed = parse_json(text);
  if (!parsed) {
    return fail(file + ": the manifest is " + parsed.error().message + "; get or make the package again");
  }
  json& object = *parsed;
  if (member(object, "format") != layout::format_name) {
    return fail(file + ": not the manifest of a model package; get or make the package again");
  }
  const json& version = member(object, "format_version");
  if (!version.is_number_integer() || version.get<std::int64_t>() < 1) {
    return fail(file + ": damaged model package (no format_version); get or make it again");
  }
  if (version.get<std::int64_t>() > package_format_version) {
    return fail(file + ": made by a newer version of this program (package format " + version.dump() +
                "); update the program");
  }
  const auto files = object.find("files");
  if (files == object.end() || !files->is_object()) {
    return fail(file + ": damaged model package (no \"files\"); get or make it again");
  }
  for (const json& entry : *files) TRIPTYCH_CHECK(text_field(entry, "sha256", file).map([](const auto&) {}));
  Manifest manifest;
  TRIPTYCH_TRY(manifest.kind, text_field(object, "kind", file));
  TRIPTYCH_TRY(manifest.name, text_field(object, "name", file));
  TRIPTYCH_TRY(manifest.version, text_field(object, "version", file));
  manifest.json = std::move(object);
  return manifest;
}

Result<Package> Package::open(const fs::path& path) {
  Package package;
  package.path_ = path;
  std::error_code error;
  if (fs::is_directory(path, error)) {
    const fs::path file = path / layout::manifest_file;
    if (!fs::exists(file, error)) return no_package(path, std::string("it has no ") + layout::manifest_file);
    TRIPTYCH_TRY(const std::string text, read_file(file, manifest_limit));
    TRIPTYCH_TRY(package.manifest_, parse_manifest(text, file.string()));
    package.hash_ = sha256(std::as_bytes(std::span(text)));
    for (const auto& [name, entry] : package.manifest_.json["files"].items()) {
      TRIPTYCH_TRY(SafetensorsReader reader, open_listed_file(path, entry, file.string()));
      package.files_.emplace(name, std::move(reader));
    }
    return package;
  }
  if (!fs::exists(path, error)) return fail(path.string() + ": does not exist; give a model package");
  auto reader = SafetensorsReader::open(path);
  if (!reader) return unreadable(path, std::move(reader.error()));
  const auto text = reader->metadata().find(layout::manifest_key);
  if (text == reader->metadata().end()) return no_package(path, "it has no manifest");
  TRIPTYCH_TRY(package.manifest_, parse_manifest(text->second, path.string()));
  package.hash_ = sha256(std::as_bytes(std::span(text->second)));
  const json& entry = member(package.manifest_.json["files"], "weights");
  Sha256 data;
  for (const auto& [_, tensor] : reader->tensors()) data.add(tensor.bytes);
  if (member(entry, "sha256") != data.hex()) return changed(path);
  package.files_.emplace("weights", std::move(*reader));
  return package;
}

Result<SafetensorsReader> Package::weights(std::string_view name) const {
  const auto found = files_.find(name);
  if (found == files_.end()) {
    return fail(path_.string() + ": damaged model package (its manifest lists no " + std::string(name) +
                "); get or make it again");
  }
  return found->second;
}

}  // namespace triptych
