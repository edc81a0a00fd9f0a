#include "model/checkpoint.h"

#include <algorithm>
#include <vector>

namespace triptych {
namespace {

constexpr std::size_t piece_bytes = std::size_t{4} << 20;
constexpr std::size_t gathered_bytes = std::size_t{1} << 16;  // a multiple of every element's size
constexpr std::uint64_t pickle_limit = std::uint64_t{64} << 20;
constexpr std::size_t least_memory = std::size_t{1} << 20;
// Of the pickle, PyTorch's need 25 to 40. Not of the file: what it holds besides may be a hole of any size.
constexpr std::size_t memory_per_byte = 64;

std::int64_t elements_of(const pickle::TensorRecord& tensor) {
  std::int64_t count = 1;
  for (const std::int64_t length : tensor.shape) count *= length;
  return count;
}

bool is_row_major(const pickle::TensorRecord& tensor) {
  std::int64_t stride = 1;
  for (std::size_t i = tensor.shape.size(); i-- > 0;) {
    if (tensor.shape[i] != 1 && tensor.strides[i] != stride) return false;
    stride *= tensor.shape[i];
  }
  return true;
}

// Elements from the first to the last that the view touches.
std::int64_t extent_of(const pickle::TensorRecord& tensor) {
  std::int64_t extent = 1;
  for (std::size_t i = 0; i < tensor.shape.size(); ++i) extent += (tensor.shape[i] - 1) * tensor.strides[i];
  return extent;
}

// Hands a strided view to `sink` in row-major order. In pieces: with strides of 0 a few bytes may be a tensor
// of any size.
Status gather(const pickle::TensorRecord& tensor, std::span<const std::byte> from, const ByteSink& sink) {
  const std::size_t size = bytes_per_element(tensor.dtype);
  std::vector<std::byte> piece;
  std::vector<std::int64_t> index(tensor.shape.size(), 0);
  std::int64_t position = 0;
  for (std::int64_t left = elements_of(tensor); left > 0; --left) {
    const auto element = from.subspan(static_cast<std::size_t>(position) * size, size);
    piece.insert(piece.end(), element.begin(), element.end());
    if (left == 1 || piece.size() >= gathered_bytes) {
      TRIPTYCH_CHECK(sink(piece));
      piece.clear();
    }
    for (std::size_t i = index.size(); i-- > 0;) {
      position += tensor.strides[i];
      if (++index[i] < tensor.shape[i]) break;
      position -= tensor.strides[i] * tensor.shape[i];
      index[i] = 0;
    }
  }
  return {};
}

}  // namespace

Result<Checkpoint> Checkpoint::open(const std::filesystem::path& path) {
  TRIPTYCH_TRY(auto source, open_bytes(path));
  return parse(std::move(source));
}

Result<Checkpoint> Checkpoint::parse(std::shared_ptr<const ByteSource> source) {
  TRIPTYCH_TRY(ZipReader zip, ZipReader::open(std::move(source)));
  const std::string& name = zip.source().name();
  std::string folder;
  bool found = false;
  for (const auto& [entry, _] : zip.entries()) {
    if (entry != "data.pkl" && !(entry.ends_with("/data.pkl") && entry.find('/') == entry.size() - 9))
      continue;
    folder = entry.substr(0, entry.size() - 8);
    found = true;
  }
  if (!found)
    return fail(name +
                ": a zip file, but not one of torch.save (it has no data.pkl); give a checkpoint (.pt)");
  if (zip.entries().contains(folder + "byteorder")) {
    TRIPTYCH_TRY(const std::string order, zip.read(folder + "byteorder", 16));
    if (order != "little")
      return fail(name + ": saved on a big-endian machine, which is not supported; save it again on another");
  }
  TRIPTYCH_TRY(const std::string text, zip.read(folder + "data.pkl", pickle_limit));
  const std::size_t memory = least_memory + memory_per_byte * text.size();
  TRIPTYCH_TRY(pickle::Document document, pickle::read(std::as_bytes(std::span(text)), name, memory));
  return Checkpoint(std::move(zip), std::move(folder), std::move(document));
}

Result<Checkpoint::Tensors> Checkpoint::part(std::string_view part) const {
  const std::string& name = zip_.source().name();
  const pickle::Value* dict = document_.find(document_.root(), part);
  if (dict == nullptr || dict->kind != pickle::Kind::dict) {
    return fail(name + ": has no " + std::string(part) +
                "; not a checkpoint of 3DPE or Live3D; give one of theirs");
  }
  Tensors tensors;
  const std::vector<pickle::Value>& items = document_.items(*dict);
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    if (items[i].kind != pickle::Kind::text || items[i + 1].kind != pickle::Kind::tensor) continue;
    tensors.insert_or_assign(document_.text(items[i]), document_.tensor(items[i + 1]));
  }
  return tensors;
}

Status Checkpoint::stream(const pickle::TensorRecord& tensor, const ByteSink& sink) const {
  const std::int64_t elements = elements_of(tensor);
  if (elements == 0) return {};
  const std::string entry = folder_ + "data/" + tensor.storage;
  const std::string& name = zip_.source().name();
  TRIPTYCH_TRY(const std::uint64_t begin, zip_.locate(entry));
  const std::uint64_t size = bytes_per_element(tensor.dtype);
  const std::uint64_t held = zip_.entries().find(entry)->second.size / size;
  const std::int64_t extent = is_row_major(tensor) ? elements : extent_of(tensor);
  // The pickle's own claim about the storage was checked against the view; now the file against both.
  if (held < static_cast<std::uint64_t>(tensor.offset) ||
      held - static_cast<std::uint64_t>(tensor.offset) < static_cast<std::uint64_t>(extent)) {
    return fail(name + ": " + entry + " is shorter than its tensor; the file is damaged, get it again");
  }
  if (extent > 2 * elements) return fail(name + ": a tensor is scattered over " + entry + "; save it again");
  std::uint64_t position = begin + static_cast<std::uint64_t>(tensor.offset) * size;
  std::uint64_t left = static_cast<std::uint64_t>(extent) * size;
  if (!is_row_major(tensor)) {
    std::vector<std::byte> strided(static_cast<std::size_t>(left));
    TRIPTYCH_CHECK(zip_.source().read(position, strided));
    return gather(tensor, strided, sink);
  }
  std::vector<std::byte> piece(static_cast<std::size_t>(std::min<std::uint64_t>(left, piece_bytes)));
  while (left > 0) {
    const std::span part(piece.data(), static_cast<std::size_t>(std::min<std::uint64_t>(left, piece.size())));
    TRIPTYCH_CHECK(zip_.source().read(position, part));
    TRIPTYCH_CHECK(sink(part));
    position += part.size();
    left -= part.size();
  }
  return {};
}

}  // namespace triptych
