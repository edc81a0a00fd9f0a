#include <algorithm>

#include "core/atomic_file.h"
#include "core/file_errors.h"
#include "core/hash.h"
#include "core/json.h"
#include "model/package.h"
#include "model/package_layout.h"

namespace triptych {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::uint64_t byte_size(const StreamedTensor& tensor) {
  std::uint64_t size = bytes_per_element(tensor.dtype);
  for (const std::int64_t length : tensor.shape) size *= static_cast<std::uint64_t>(length);
  return size;
}

std::uint64_t byte_size(const std::vector<StreamedTensor>& tensors) {
  std::uint64_t size = 0;
  for (const StreamedTensor& tensor : tensors) size += byte_size(tensor);
  return size;
}

std::string header_of(const std::vector<StreamedTensor>& tensors,
                      const std::map<std::string, std::string>& metadata = {}) {
  std::vector<TensorPlace> places;
  for (const StreamedTensor& t : tensors) places.push_back({t.name, t.dtype, t.shape, byte_size(t)});
  return safetensors_header(places, metadata);
}

// Hands all tensors' bytes to `sink`, one after the other, and reports progress.
Status produce_all(const std::vector<StreamedTensor>& tensors, const ByteSink& sink, Progress& progress) {
  const double total = static_cast<double>(std::max<std::uint64_t>(byte_size(tensors), 1));
  std::uint64_t done = 0;
  for (const StreamedTensor& tensor : tensors) {
    const std::uint64_t before = done;
    const ByteSink counted = [&](std::span<const std::byte> bytes) -> Status {
      TRIPTYCH_CHECK(progress.check());
      done += bytes.size();
      progress.advance(static_cast<double>(done) / total);
      return sink(bytes);
    };
    TRIPTYCH_CHECK(tensor.produce(counted));
    if (done - before != byte_size(tensor)) {
      return fail("tensor " + tensor.name +
                  " has another size than announced; this is a fault of the program");
    }
  }
  return {};
}

Status write_tensors(AtomicFile& file, const std::string& header, const std::vector<StreamedTensor>& tensors,
                     Progress& progress) {
  TRIPTYCH_CHECK(file.write(std::as_bytes(std::span(header))));
  return produce_all(
      tensors, [&](std::span<const std::byte> bytes) { return file.write(bytes); }, progress);
}

json complete(const Manifest& manifest) {
  json object = manifest.json;
  object["format"] = layout::format_name;
  object["format_version"] = package_format_version;
  object["kind"] = manifest.kind;
  object["name"] = manifest.name;
  object["version"] = manifest.version;
  object["files"] = json::object();
  return object;
}

// The manifest stands before the data it has the hash of, so the tensors are produced twice.
Status write_file_package(const fs::path& path, json manifest, const std::vector<StreamedTensor>& tensors,
                          Progress& progress) {
  progress.begin("reading the weights");
  Sha256 data;
  const ByteSink hash = [&](std::span<const std::byte> bytes) -> Status {
    data.add(bytes);
    return {};
  };
  TRIPTYCH_CHECK(produce_all(tensors, hash, progress));
  manifest["files"]["weights"] = {{"sha256", data.hex()}};
  progress.begin("writing the package");
  TRIPTYCH_TRY(AtomicFile file, AtomicFile::create(path));
  TRIPTYCH_CHECK(write_tensors(file, header_of(tensors, {{layout::manifest_key, json_text(manifest)}}),
                               tensors, progress));
  return file.commit();
}

// Both files are there before the first takes its place, so that a full disk leaves an old package as it was;
// between the two its hash refuses it.
Status fill_folder(const fs::path& folder, json manifest, const std::vector<StreamedTensor>& tensors,
                   Progress& progress) {
  progress.begin("writing the package");
  TRIPTYCH_TRY(AtomicFile weights, AtomicFile::create(folder / layout::weights_file));
  TRIPTYCH_CHECK(write_tensors(weights, header_of(tensors), tensors, progress));
  TRIPTYCH_TRY(const std::string hash, sha256_file(weights.path()));
  manifest["files"]["weights"] = {{"file", layout::weights_file}, {"sha256", hash}};
  const std::string text = json_text(manifest, 2) + "\n";
  TRIPTYCH_TRY(AtomicFile description, AtomicFile::create(folder / layout::manifest_file));
  TRIPTYCH_CHECK(description.write(std::as_bytes(std::span(text))));
  TRIPTYCH_CHECK(weights.commit());
  return description.commit();
}

Status write_folder_package(const fs::path& folder, json manifest, const std::vector<StreamedTensor>& tensors,
                            Progress& progress) {
  std::error_code error;
  const bool made = fs::create_directories(folder, error);
  if (error) return refused_writing(folder, "cannot be created", error.value());
  Status written = fill_folder(folder, std::move(manifest), tensors, progress);
  if (!written && made) fs::remove(folder, error);  // empty, as nothing unfinished is left in it
  return written;
}

}  // namespace

bool becomes_folder(const fs::path& package) {
  std::error_code error;
  return !package.has_filename() || fs::is_directory(package, error);
}

Status write_package(const fs::path& path, const Manifest& manifest, std::vector<StreamedTensor> tensors,
                     Progress& progress) {
  // Readers hash the tensors in the order of their names.
  std::sort(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  if (becomes_folder(path)) {
    return write_folder_package(path, complete(manifest), tensors, progress);
  }
  return write_file_package(path, complete(manifest), tensors, progress);
}

}  // namespace triptych
