#include "head/head.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <string>

namespace triptych {
namespace {

constexpr int largest_plane_side = 4096;
constexpr int largest_width = 64;    // of the decoder's inputs and hidden layers
constexpr int largest_outputs = 33;  // render/march.h

// NaN and infinity have the largest magnitudes as bit patterns; a maximum of integers vectorises.
bool all_finite(const std::vector<float>& values) {
  std::uint32_t largest = 0;
  for (const float v : values) largest = std::max(largest, std::bit_cast<std::uint32_t>(v) & 0x7fffffffU);
  return largest < 0x7f800000U;
}

Status check_plane(const Plane& plane, int channels, const std::string& name) {
  if (plane.width < 1 || plane.height < 1 || plane.width > largest_plane_side ||
      plane.height > largest_plane_side) {
    return fail("the head's " + name + " plane has an impossible size " + std::to_string(plane.width) + "x" +
                std::to_string(plane.height));
  }
  if (plane.channels != channels) {
    return fail("the head's " + name + " plane has " + std::to_string(plane.channels) +
                " channels instead of " + std::to_string(channels));
  }
  const auto expected = static_cast<std::size_t>(plane.width) * static_cast<std::size_t>(plane.height) *
                        static_cast<std::size_t>(channels);
  if (plane.texels.size() != expected) {
    return fail("the head's " + name + " plane holds " + std::to_string(plane.texels.size()) +
                " numbers instead of " + std::to_string(expected));
  }
  if (!all_finite(plane.texels)) return fail("the head's " + name + " plane holds NaN or infinity");
  return {};
}

Status check_decoder(const Decoder& decoder, int inputs) {
  if (decoder.layers.empty() || decoder.layers.size() > 3) {
    return fail("the head's decoder has " + std::to_string(decoder.layers.size()) +
                " layers; 1 to 3 are known");
  }
  for (std::size_t i = 0; i < decoder.layers.size(); ++i) {
    const Decoder::Layer& layer = decoder.layers[i];
    const int limit = i + 1 == decoder.layers.size() ? largest_outputs : largest_width;
    const std::string name = "decoder layer " + std::to_string(i);
    if (layer.inputs != inputs || layer.inputs > largest_width || layer.outputs < 1 ||
        layer.outputs > limit) {
      return fail("the head's " + name + " is " + std::to_string(layer.inputs) + " to " +
                  std::to_string(layer.outputs) + "; expected " + std::to_string(inputs) + " (at most " +
                  std::to_string(largest_width) + ") to at most " + std::to_string(limit));
    }
    const auto out = static_cast<std::size_t>(layer.outputs);
    if (layer.weights.size() != out * static_cast<std::size_t>(inputs) || layer.bias.size() != out) {
      return fail("the head's " + name + " holds the wrong number of weights");
    }
    if (!all_finite(layer.weights) || !all_finite(layer.bias)) {
      return fail("the head's " + name + " holds NaN or infinity");
    }
    inputs = layer.outputs;
  }
  return {};
}

Status check_convolution(const SuperResolution::Convolution& c, int inputs, int kernel, bool upsample,
                         const std::string& name) {
  const auto expected = static_cast<std::size_t>(c.inputs) * static_cast<std::size_t>(c.outputs) *
                        static_cast<std::size_t>(c.kernel) * static_cast<std::size_t>(c.kernel);
  if (c.inputs != inputs || c.outputs < 1 || c.outputs > 1024 || c.kernel != kernel ||
      c.upsample != upsample || c.weights.size() != expected ||
      c.bias.size() != static_cast<std::size_t>(c.outputs)) {
    return fail("the head's super-resolution " + name + " has the wrong shape");
  }
  if (!all_finite(c.weights) || !all_finite(c.bias)) {
    return fail("the head's super-resolution " + name + " holds NaN or infinity");
  }
  return {};
}

Status check_super_resolution(const SuperResolution& net, int features) {
  if (net.blocks.empty() || net.blocks.size() > 4 || net.input_size < 1 || net.input_size > 1024 ||
      net.output_size != net.input_size << net.blocks.size()) {
    return fail("the head's super-resolution goes from " + std::to_string(net.input_size) + " to " +
                std::to_string(net.output_size) + " in " + std::to_string(net.blocks.size()) +
                " blocks; each block doubles the size");
  }
  int channels = features;
  for (std::size_t i = 0; i < net.blocks.size(); ++i) {
    const SuperResolution::Block& block = net.blocks[i];
    const std::string name = "block " + std::to_string(i);
    TRIPTYCH_CHECK(check_convolution(block.first, channels, 3, true, name + " first convolution"));
    TRIPTYCH_CHECK(
        check_convolution(block.second, block.first.outputs, 3, false, name + " second convolution"));
    TRIPTYCH_CHECK(check_convolution(block.to_rgb, block.second.outputs, 1, false, name + " to-RGB"));
    if (block.to_rgb.outputs != 3) return fail("the head's super-resolution " + name + " does not make RGB");
    channels = block.second.outputs;
  }
  return {};
}

Status check_range(const Head& head) {
  if (!head.camera.valid()) return fail("the head's camera is not a camera");
  const bool finite =
      std::isfinite(head.near_depth) && std::isfinite(head.far_depth) && std::isfinite(head.box_size);
  if (!finite || head.near_depth <= 0 || head.far_depth <= head.near_depth || head.box_size <= 0) {
    return fail("the head's depth range or box size is impossible");
  }
  return {};
}

Status check_canonical(const Head& head) {
  const int channels = head.planes[0].channels;
  if (head.template_planes) return fail("a head in the canonical box has no template planes");
  constexpr std::array names{"xy", "xz", "zx"};
  for (std::size_t i = 0; i < 3; ++i) TRIPTYCH_CHECK(check_plane(head.planes[i], channels, names[i]));
  TRIPTYCH_CHECK(check_decoder(*head.decoder, channels));
  if (head.decoder->layers.back().outputs < 4)
    return fail("the head's decoder does not give density and colour");
  if (!head.super_resolution) return {};
  return check_super_resolution(*head.super_resolution, head.decoder->layers.back().outputs - 1);
}

Status check_frustum(const Head& head) {
  const int channels = head.feature_channels();
  if (channels < 1) return fail("the head's front plane has no feature channels");
  TRIPTYCH_CHECK(check_plane(head.planes[0], channels + 5, "front"));
  TRIPTYCH_CHECK(check_plane(head.planes[1], channels, "top"));
  TRIPTYCH_CHECK(check_plane(head.planes[2], channels, "side"));
  if (head.template_planes) {
    for (const Plane& plane : *head.template_planes) TRIPTYCH_CHECK(check_plane(plane, channels, "template"));
  }
  TRIPTYCH_CHECK(check_decoder(*head.decoder, channels + 3));
  if (head.decoder->layers.back().outputs != 5) return fail("the head's decoder does not have 5 outputs");
  if (head.super_resolution) return fail("a head in a camera's frustum has no super-resolution");
  return {};
}

bool same_shape(const Plane& a, const Plane& b) {
  return a.width == b.width && a.height == b.height && a.channels == b.channels &&
         a.texels.size() == b.texels.size();
}

}  // namespace

Status Head::check() const {
  TRIPTYCH_CHECK(check_range(*this));
  if (!decoder) return fail("the head has no decoder");
  return frame == Frame::canonical_box ? check_canonical(*this) : check_frustum(*this);
}

Result<Head> blend(const Head& reconstruction, const Head& edited, float strength) {
  if (!std::isfinite(strength)) return fail("the strength is not a number");
  bool same = reconstruction.frame == edited.frame && reconstruction.camera == edited.camera &&
              reconstruction.near_depth == edited.near_depth && reconstruction.far_depth == edited.far_depth;
  for (std::size_t i = 0; i < 3; ++i) same = same && same_shape(reconstruction.planes[i], edited.planes[i]);
  if (!same)
    return fail("the two heads do not come from the same picture and model, so they cannot be blended");
  Head result = edited;
  result.info.strength = strength;
  for (std::size_t i = 0; i < 3; ++i) {
    const std::vector<float>& from = reconstruction.planes[i].texels;
    std::vector<float>& to = result.planes[i].texels;
    // Exact at both ends: from + 1 * (to - from) would round.
    if (strength == 1.0F) continue;
    for (std::size_t k = 0; k < to.size(); ++k) to[k] = from[k] + strength * (to[k] - from[k]);
  }
  return result;
}

}  // namespace triptych
