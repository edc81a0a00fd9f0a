#include "head/tri_file.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "core/safetensors.h"

namespace triptych {
namespace {

constexpr std::string_view format_name = "triptych-head";
constexpr std::string_view kind = "a .tri head";
constexpr std::string_view extra_prefix = "extra.";
// The front plane's surface depth has more digits than fp16, so it is a tensor of its own.
constexpr const char* surface_depth_name = "surface_depth";
constexpr float largest_half = 65504;

std::string number_text(float value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end.ptr};
}

std::string plane_name(std::size_t index) {
  return "planes." + std::to_string(index);
}
std::string template_name(std::size_t index) {
  return "template_planes." + std::to_string(index);
}
std::string layer_name(std::size_t index) {
  return "decoder." + std::to_string(index);
}
std::string block_name(std::size_t index) {
  return "super_resolution." + std::to_string(index);
}

// ---- writing

// As fp16, in which a number beyond its largest would be read back as infinity.
Status put_plane(SafetensorsWriter& writer, const std::string& name, const Plane& plane,
                 const std::filesystem::path& path) {
  const auto fits = [](float v) { return std::abs(v) <= largest_half; };
  if (!std::ranges::all_of(plane.texels, fits))
    return fail(path.string() + ": " + name + " has numbers beyond 65504; make the head with less strength");
  writer.add_halves(name, {plane.height, plane.width, plane.channels}, plane.texels);
  return {};
}

// Channel C of the front plane; what stays in its place fits into fp16.
std::vector<float> take_surface_depth(Plane& front) {
  std::vector<float> depths;
  const auto stride = static_cast<std::size_t>(front.channels);
  for (std::size_t i = stride - 5; i < front.texels.size(); i += stride) {
    depths.push_back(front.texels[i]);
    front.texels[i] = std::clamp(front.texels[i], -largest_half, largest_half);
  }
  return depths;
}

void put_convolution(SafetensorsWriter& writer, const std::string& name,
                     const SuperResolution::Convolution& c) {
  writer.add_floats(name + ".weight", {c.outputs, c.inputs, c.kernel, c.kernel}, c.weights);
  writer.add_floats(name + ".bias", {c.outputs}, c.bias);
}

void put_metadata(SafetensorsWriter& writer, const Head& head) {
  writer.set_metadata("format", std::string(format_name));
  writer.set_metadata("format_version", std::to_string(tri_format_version));
  writer.set_metadata("frame", head.frame == Head::Frame::canonical_box ? "canonical_box" : "camera_frustum");
  std::string camera;
  for (const float v : head.camera.camera_to_world) camera += number_text(v) + " ";
  for (const float v : head.camera.intrinsics) camera += number_text(v) + " ";
  camera.pop_back();
  writer.set_metadata("camera", camera);
  writer.set_metadata("depth_range", number_text(head.near_depth) + " " + number_text(head.far_depth));
  writer.set_metadata("box_size", number_text(head.box_size));
  writer.set_metadata("decoder_activation",
                      head.decoder->activation == Decoder::Activation::relu ? "relu" : "softplus");
  writer.set_metadata("prompt", head.info.prompt);
  writer.set_metadata("understood", head.info.understood);
  writer.set_metadata("strength", number_text(head.info.strength));
  writer.set_metadata("model_name", head.info.model_name);
  writer.set_metadata("model_hash", head.info.model_hash);
  for (const auto& [key, value] : head.info.extra)
    writer.set_metadata(std::string(extra_prefix) + key, value);
}

// ---- reading

struct File {
  const SafetensorsReader& reader;
  std::string name;

  [[nodiscard]] tl::unexpected<Error> bad(const std::string& what) const {
    return fail(name + ": " + what + "; make the head again with `triptych edit`");
  }
  [[nodiscard]] std::string text(std::string_view key) const {
    const auto found = reader.metadata().find(key);
    return found == reader.metadata().end() ? std::string{} : found->second;
  }
  // Exactly `count` numbers from a line of metadata.
  [[nodiscard]] Result<std::vector<float>> numbers(std::string_view key, std::size_t count) const {
    const std::string line = text(key);
    std::vector<float> values;
    for (const char *at = line.data(), *end = at + line.size(); at < end;) {
      float value = 0;
      const auto parsed = std::from_chars(at, end, value);
      if (parsed.ec != std::errc{}) break;
      values.push_back(value);
      at = parsed.ptr;
      while (at < end && *at == ' ') ++at;
    }
    if (values.size() != count) return bad("its \"" + std::string(key) + "\" is missing or unreadable");
    return values;
  }
};

Result<Plane> get_plane(const File& file, const std::string& name) {
  TRIPTYCH_TRY(const TensorView view, file.reader.find(name));
  if (view.shape.size() != 3) return file.bad("tensor " + name + " is not a plane");
  for (const std::int64_t side : view.shape) {
    if (side < 1 || side > 4096) return file.bad("tensor " + name + " has an impossible size");
  }
  Plane plane;
  plane.height = static_cast<int>(view.shape[0]);
  plane.width = static_cast<int>(view.shape[1]);
  plane.channels = static_cast<int>(view.shape[2]);
  TRIPTYCH_TRY(plane.texels, file.reader.floats(name));
  return plane;
}

Result<Decoder> get_decoder(const File& file) {
  Decoder decoder;
  const std::string activation = file.text("decoder_activation");
  if (activation != "relu" && activation != "softplus")
    return file.bad("its decoder's activation is unknown");
  decoder.activation = activation == "relu" ? Decoder::Activation::relu : Decoder::Activation::softplus;
  for (std::size_t i = 0; file.reader.contains(layer_name(i) + ".weight"); ++i) {
    TRIPTYCH_TRY(const TensorView view, file.reader.find(layer_name(i) + ".weight"));
    if (view.shape.size() != 2 || view.shape[0] > 64 || view.shape[1] > 64) {
      return file.bad("decoder layer " + std::to_string(i) + " has an impossible shape");
    }
    Decoder::Layer layer;
    layer.outputs = static_cast<int>(view.shape[0]);
    layer.inputs = static_cast<int>(view.shape[1]);
    TRIPTYCH_TRY(layer.weights, file.reader.floats(layer_name(i) + ".weight"));
    TRIPTYCH_TRY(layer.bias, file.reader.floats(layer_name(i) + ".bias"));
    decoder.layers.push_back(std::move(layer));
  }
  return decoder;
}

Result<SuperResolution::Convolution> get_convolution(const File& file, const std::string& name,
                                                     bool upsample) {
  TRIPTYCH_TRY(const TensorView view, file.reader.find(name + ".weight"));
  if (view.shape.size() != 4 || view.shape[0] > 1024 || view.shape[1] > 1024 || view.shape[2] > 3 ||
      view.shape[2] != view.shape[3]) {
    return file.bad("tensor " + name + ".weight has an impossible shape");
  }
  SuperResolution::Convolution c;
  c.outputs = static_cast<int>(view.shape[0]);
  c.inputs = static_cast<int>(view.shape[1]);
  c.kernel = static_cast<int>(view.shape[2]);
  c.upsample = upsample;
  TRIPTYCH_TRY(c.weights, file.reader.floats(name + ".weight"));
  TRIPTYCH_TRY(c.bias, file.reader.floats(name + ".bias"));
  return c;
}

Result<std::shared_ptr<const SuperResolution>> get_super_resolution(const File& file) {
  if (!file.reader.contains(block_name(0) + ".first.weight")) return nullptr;
  auto net = std::make_shared<SuperResolution>();
  TRIPTYCH_TRY(const std::vector<float> sizes, file.numbers("super_resolution_sizes", 2));
  if (!(sizes[0] >= 1 && sizes[0] <= 1024 && sizes[1] >= 1 && sizes[1] <= 16384)) {
    return file.bad("its super-resolution has an impossible size");
  }
  net->input_size = static_cast<int>(sizes[0]);
  net->output_size = static_cast<int>(sizes[1]);
  for (std::size_t i = 0; file.reader.contains(block_name(i) + ".first.weight"); ++i) {
    SuperResolution::Block block;
    TRIPTYCH_TRY(block.first, get_convolution(file, block_name(i) + ".first", true));
    TRIPTYCH_TRY(block.second, get_convolution(file, block_name(i) + ".second", false));
    TRIPTYCH_TRY(block.to_rgb, get_convolution(file, block_name(i) + ".to_rgb", false));
    net->blocks.push_back(std::move(block));
  }
  return net;
}

Status get_metadata(const File& file, Head& head) {
  const std::string frame = file.text("frame");
  if (frame != "canonical_box" && frame != "camera_frustum") return file.bad("its frame is unknown");
  head.frame = frame == "canonical_box" ? Head::Frame::canonical_box : Head::Frame::camera_frustum;
  TRIPTYCH_TRY(const std::vector<float> camera, file.numbers("camera", 25));
  std::copy_n(camera.begin(), 16, head.camera.camera_to_world.begin());
  std::copy_n(camera.begin() + 16, 9, head.camera.intrinsics.begin());
  TRIPTYCH_TRY(const std::vector<float> range, file.numbers("depth_range", 2));
  head.near_depth = range[0];
  head.far_depth = range[1];
  TRIPTYCH_TRY(const std::vector<float> box, file.numbers("box_size", 1));
  head.box_size = box[0];
  TRIPTYCH_TRY(const std::vector<float> strength, file.numbers("strength", 1));
  head.info.strength = strength[0];
  head.info.prompt = file.text("prompt");
  head.info.understood = file.text("understood");
  head.info.model_name = file.text("model_name");
  head.info.model_hash = file.text("model_hash");
  for (const auto& [key, value] : file.reader.metadata()) {
    if (key.starts_with(extra_prefix)) head.info.extra[key.substr(extra_prefix.size())] = value;
  }
  return {};
}

Status check_version(const File& file) {
  if (file.text("format") != format_name)
    return fail(file.name + ": not " + std::string(kind) + "; make one with `triptych edit`");
  const std::string version = file.text("format_version");
  int number = 0;
  const auto parsed = std::from_chars(version.data(), version.data() + version.size(), number);
  if (parsed.ec != std::errc{} || number < 1) return file.bad("its format version is unreadable");
  if (number > tri_format_version) {
    return fail(file.name + ": written by a newer triptych (format " + version + ", this one reads up to " +
                std::to_string(tri_format_version) + "); update triptych");
  }
  return {};
}

// Puts the surface depth back as channel C of the front plane.
Status merge_surface_depth(const File& file, Plane& front) {
  const std::array<std::int64_t, 2> shape{front.height, front.width};
  TRIPTYCH_TRY(const std::vector<float> depth, file.reader.floats(surface_depth_name, shape));
  const auto stride = static_cast<std::size_t>(front.channels);
  if (stride < 6) return file.bad("its front plane has too few channels");
  for (std::size_t i = 0; i < depth.size(); ++i) front.texels[i * stride + stride - 5] = depth[i];
  return {};
}

}  // namespace

Status save_head(const std::filesystem::path& path, const Head& head) {
  TRIPTYCH_CHECK(head.check());
  SafetensorsWriter writer;
  put_metadata(writer, head);
  Plane front = head.planes[0];
  std::vector<float> surface_depth;
  if (head.frame == Head::Frame::camera_frustum) {
    surface_depth = take_surface_depth(front);
    writer.add_floats(surface_depth_name, {front.height, front.width}, surface_depth);
  }
  for (std::size_t i = 0; i < 3; ++i) {
    TRIPTYCH_CHECK(put_plane(writer, plane_name(i), i == 0 ? front : head.planes[i], path));
    if (!head.template_planes) continue;
    TRIPTYCH_CHECK(put_plane(writer, template_name(i), (*head.template_planes)[i], path));
  }
  for (std::size_t i = 0; i < head.decoder->layers.size(); ++i) {
    const Decoder::Layer& layer = head.decoder->layers[i];
    writer.add_floats(layer_name(i) + ".weight", {layer.outputs, layer.inputs}, layer.weights);
    writer.add_floats(layer_name(i) + ".bias", {layer.outputs}, layer.bias);
  }
  if (head.super_resolution) {
    const SuperResolution& net = *head.super_resolution;
    writer.set_metadata("super_resolution_sizes",
                        std::to_string(net.input_size) + " " + std::to_string(net.output_size));
    for (std::size_t i = 0; i < net.blocks.size(); ++i) {
      put_convolution(writer, block_name(i) + ".first", net.blocks[i].first);
      put_convolution(writer, block_name(i) + ".second", net.blocks[i].second);
      put_convolution(writer, block_name(i) + ".to_rgb", net.blocks[i].to_rgb);
    }
  }
  return writer.write(path);
}

Result<Head> load_head(const std::filesystem::path& path) {
  TRIPTYCH_TRY(const SafetensorsReader reader, SafetensorsReader::open(path, kind));
  const File file{reader, path.string()};
  TRIPTYCH_CHECK(check_version(file));
  Head head;
  TRIPTYCH_CHECK(get_metadata(file, head));
  for (std::size_t i = 0; i < 3; ++i) {
    TRIPTYCH_TRY(head.planes[i], get_plane(file, plane_name(i)));
  }
  if (head.frame == Head::Frame::camera_frustum) TRIPTYCH_CHECK(merge_surface_depth(file, head.planes[0]));
  if (reader.contains(template_name(0))) {
    auto planes = std::make_shared<std::array<Plane, 3>>();
    for (std::size_t i = 0; i < 3; ++i) {
      TRIPTYCH_TRY((*planes)[i], get_plane(file, template_name(i)));
    }
    head.template_planes = std::move(planes);
  }
  TRIPTYCH_TRY(Decoder decoder, get_decoder(file));
  head.decoder = std::make_shared<const Decoder>(std::move(decoder));
  TRIPTYCH_TRY(head.super_resolution, get_super_resolution(file));
  if (const Status checked = head.check(); !checked) {
    return fail(file.name + ": " + checked.error().message + "; make the head again with `triptych edit`");
  }
  return head;
}

}  // namespace triptych
