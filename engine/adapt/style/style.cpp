#include "adapt/style/style.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "core/json.h"
#include "core/safetensors.h"

namespace triptych::adapt {
namespace {

using nlohmann::json;

constexpr const char* format_key = "triptych_style";
constexpr std::size_t longest_name = 64;  // bytes: files are called by it
constexpr std::size_t most_thumbnails = 8;

std::string thumbnail_name(std::size_t index, const char* which) {
  return "thumbnail." + std::to_string(index) + "." + which;
}

Status check_tensor(const std::string& name, const StyleTensor& tensor) {
  std::int64_t count = 1;
  for (const std::int64_t edge : tensor.shape) count *= edge;
  if (count < 0 || static_cast<std::size_t>(count) != tensor.halves.size()) {
    return fail("the tensor " + name + " has " + std::to_string(tensor.halves.size()) +
                " numbers, but its shape says " + std::to_string(count));
  }
  constexpr std::uint16_t exponent = 0x7c00;  // all ones: infinite, or no number
  const auto broken = [](std::uint16_t half) { return (half & exponent) == exponent; };
  if (std::any_of(tensor.halves.begin(), tensor.halves.end(), broken)) {
    return fail("the tensor " + name + " has numbers that are not finite");
  }
  return {};
}

json to_json(const StyleSnapshot& snapshot) {
  json entry{{"label", snapshot.label}, {"seconds", snapshot.seconds}, {"loss", snapshot.loss}};
  if (snapshot.held_out) entry["held_out"] = *snapshot.held_out;
  return entry;
}

StyleSnapshot snapshot_of(const json& entry) {
  StyleSnapshot snapshot{entry.at("label"), entry.at("seconds"), entry.at("loss"), std::nullopt, nullptr};
  if (entry.contains("held_out")) snapshot.held_out = entry["held_out"].get<double>();
  return snapshot;
}

Result<std::string> text_of(const SafetensorsReader& reader, const char* key) {
  const auto entry = reader.metadata().find(key);
  if (entry == reader.metadata().end()) return fail(std::string("no \"") + key + "\" in it");
  return entry->second;
}

// Everything but pictures and tensors.
Result<Style> read_text(const SafetensorsReader& reader) {
  Style style;
  TRIPTYCH_TRY(style.name, text_of(reader, "name"));
  TRIPTYCH_TRY(style.model_name, text_of(reader, "model_name"));
  TRIPTYCH_TRY(style.model_hash, text_of(reader, "model_hash"));
  TRIPTYCH_TRY(const std::string about, text_of(reader, "style"));
  TRIPTYCH_TRY(const json parsed, parse_json(about));
  try {
    style.pairs = parsed.at("pairs").get<std::vector<std::string>>();
    style.current = parsed.at("current").get<std::size_t>();
    if (parsed.at("snapshots").size() > most_snapshots) return fail("more snapshots than there may be");
    for (const json& entry : parsed.at("snapshots")) style.snapshots.push_back(snapshot_of(entry));
  } catch (const json::exception& error) {
    return fail("its description is damaged", error.what());
  }
  return style;
}

StyleTensor tensor_of(const TensorView& view) {
  StyleTensor tensor{view.shape, std::vector<std::uint16_t>(view.bytes.size() / 2)};
  std::copy_n(view.bytes.begin(), 2 * tensor.halves.size(),
              std::as_writable_bytes(std::span(tensor.halves)).begin());
  return tensor;
}

Status read_tensors(const SafetensorsReader& reader, Style& style) {
  std::vector<StyleTensors> all(style.snapshots.size());
  for (const auto& [name, view] : reader.tensors()) {
    const std::size_t slash = name.find('/');
    if (slash == std::string::npos) continue;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (name.substr(0, slash) != std::to_string(i)) continue;
      if (view.dtype != Dtype::f16) return fail("the tensor " + name + " is not F16");
      all[i].emplace(name.substr(slash + 1), tensor_of(view));
    }
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    style.snapshots[i].tensors = std::make_shared<const StyleTensors>(std::move(all[i]));
  }
  return {};
}

Result<Image8> picture_of(const SafetensorsReader& reader, const std::string& name) {
  TRIPTYCH_TRY(const TensorView view, reader.find(name));
  const std::vector<std::int64_t> shape{thumbnail_size, thumbnail_size, 3};
  if (view.dtype != Dtype::u8 || view.shape != shape) return fail("the picture " + name + " is misshapen");
  Image8 picture(thumbnail_size, thumbnail_size, 3);
  std::copy(view.bytes.begin(), view.bytes.end(), std::as_writable_bytes(std::span(picture.pixels)).begin());
  return picture;
}

Status read_thumbnails(const SafetensorsReader& reader, Style& style) {
  for (std::size_t i = 0; i < most_thumbnails && reader.contains(thumbnail_name(i, "before")); ++i) {
    TRIPTYCH_TRY(Image8 before, picture_of(reader, thumbnail_name(i, "before")));
    TRIPTYCH_TRY(Image8 after, picture_of(reader, thumbnail_name(i, "after")));
    style.thumbnails.push_back({std::move(before), std::move(after)});
  }
  return {};
}

Result<Style> read_style(const SafetensorsReader& reader) {
  TRIPTYCH_TRY(Style style, read_text(reader));
  TRIPTYCH_CHECK(read_tensors(reader, style));
  TRIPTYCH_CHECK(read_thumbnails(reader, style));
  TRIPTYCH_CHECK(check_style(style));
  return style;
}

}  // namespace

Status check_name(const std::string& name) {
  const auto blank = [](char c) { return c == ' '; };
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
  const bool empty = std::all_of(name.begin(), name.end(), blank);
  if (empty || name.size() > longest_name || std::any_of(name.begin(), name.end(), control)) {
    return fail(
        "a style's name should be 1 to 64 plain characters on one line; accented letters count as two, "
        "characters of other scripts and emoji as up to four",
        {}, ErrorCode::usage);
  }
  try {
    (void)json(name).dump();  // what a file can hold and give back
  } catch (const json::exception& error) {
    return fail("a style's name should be text in UTF-8, and this one is not", error.what(),
                ErrorCode::usage);
  }
  return {};
}

Status check_style(const Style& style) {
  TRIPTYCH_CHECK(check_name(style.name));
  if (style.model_hash.empty()) return fail("the style names no base model");
  if (style.current >= style.snapshots.size()) return fail("the style has no snapshot to use");
  if (style.snapshots.size() > most_snapshots || style.thumbnails.size() > most_thumbnails) {
    return fail("the style has more snapshots or thumbnails than there may be");
  }
  for (const StyleThumbnail& thumbnail : style.thumbnails) {
    for (const Image8* picture : {&thumbnail.before, &thumbnail.after}) {
      if (picture->width != thumbnail_size || picture->height != thumbnail_size || picture->channels != 3) {
        return fail("a thumbnail of the style is misshapen");
      }
    }
  }
  for (const StyleSnapshot& snapshot : style.snapshots) {
    if (!snapshot.tensors || snapshot.tensors->empty()) {
      return fail("the snapshot \"" + snapshot.label + "\" is empty");
    }
    if (!std::isfinite(snapshot.seconds + snapshot.loss + snapshot.held_out.value_or(0))) {
      return fail("the snapshot \"" + snapshot.label + "\" has a time, loss or distance that is not finite");
    }
    for (const auto& [name, tensor] : *snapshot.tensors) TRIPTYCH_CHECK(check_tensor(name, tensor));
  }
  return {};
}

Status save_style(const std::filesystem::path& path, const Style& style) {
  TRIPTYCH_CHECK(check_style(style));
  SafetensorsWriter writer;
  json about{{"pairs", style.pairs}, {"current", style.current}, {"snapshots", json::array()}};
  for (std::size_t i = 0; i < style.snapshots.size(); ++i) {
    about["snapshots"].push_back(to_json(style.snapshots[i]));
    for (const auto& [name, tensor] : *style.snapshots[i].tensors) {
      writer.add(std::to_string(i) + "/" + name, Dtype::f16, tensor.shape,
                 std::as_bytes(std::span(tensor.halves)));
    }
  }
  for (std::size_t i = 0; i < style.thumbnails.size(); ++i) {
    const auto add = [&](const char* which, const Image8& picture) {
      writer.add(thumbnail_name(i, which), Dtype::u8, {thumbnail_size, thumbnail_size, 3},
                 std::as_bytes(std::span(picture.pixels)));
    };
    add("before", style.thumbnails[i].before);
    add("after", style.thumbnails[i].after);
  }
  writer.set_metadata(format_key, std::to_string(style_format_version));
  writer.set_metadata("name", style.name);
  writer.set_metadata("model_name", style.model_name);
  writer.set_metadata("model_hash", style.model_hash);
  writer.set_metadata("style", json_text(about));
  return writer.write(path);
}

Result<Style> load_style(const std::filesystem::path& path) {
  const std::string file = path.string();
  TRIPTYCH_TRY(const SafetensorsReader reader, SafetensorsReader::open(path, "a style"));
  const auto version = reader.metadata().find(format_key);
  if (version == reader.metadata().end()) return fail(file + ": not a style (triptych adapt makes them)");
  if (version->second != std::to_string(style_format_version)) {
    return fail(file + ": a style of format " + version->second +
                ", which this version of the program cannot read; update the program");
  }
  Result<Style> style = read_style(reader);
  if (!style) return fail(file + ": a damaged style: " + style.error().message, style.error().detail);
  return style;
}

}  // namespace triptych::adapt
