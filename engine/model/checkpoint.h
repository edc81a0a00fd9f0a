// A training checkpoint of torch.save, opened without Python and without loading what is not asked for.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "core/error.h"
#include "model/package.h"
#include "model/pickle.h"
#include "model/zip_reader.h"

namespace triptych {

class Checkpoint {
 public:
  using Tensors = std::map<std::string, pickle::TensorRecord, std::less<>>;

  // Reads the directory and the pickle (some hundred kilobytes), no tensor.
  [[nodiscard]] static Result<Checkpoint> open(const std::filesystem::path& path);
  [[nodiscard]] static Result<Checkpoint> parse(std::shared_ptr<const ByteSource> source);

  // The tensors of a part ("encoder_state_dict") by name; an error if there is no such part or it is
  // something else.
  [[nodiscard]] Result<Tensors> part(std::string_view part) const;

  // The tensor's values, row-major, in its own type, little-endian. Holds 4 MB for a tensor that is stored in
  // that order; otherwise what its view covers of the file, at most twice the tensor.
  [[nodiscard]] Status stream(const pickle::TensorRecord& tensor, const ByteSink& sink) const;

 private:
  Checkpoint(ZipReader zip, std::string folder, pickle::Document document)
      : zip_(std::move(zip)), folder_(std::move(folder)), document_(std::move(document)) {}

  ZipReader zip_;
  std::string folder_;  // "3dpe/": torch.save puts all under the file's own name
  pickle::Document document_;
};

}  // namespace triptych
