// A Head is everything the renderer needs to show one edited (or reconstructed) person from any camera. The
// editor makes Heads, the renderer shows them, .tri files store them; nothing else passes between the two.
//
// The field. A point in space has a feature vector, read from three feature planes by bilinear interpolation,
// and a decoder turns the feature into a raw density and a colour. Two frames exist.
//
// canonical_box (EG3D, 3DPE):
//   - Planes are indexed (x,y), (x,z), (z,x): first coordinate = column, second = row.
//   - position * 2 / box_size gives [-1,1]; half-pixel centres, zeros outside; the three features are
//   averaged.
//   - Decoder output 0 is the raw density; density = softplus(raw - 1).
//   - The other outputs are features through sigmoid*1.002-0.001, of which the first three are the colour
//     (times 2 minus 1 when given to the super-resolution).
//
// camera_frustum (the starter):
//   - Planes live in the frustum of `camera`, the picture's own camera. For a point with camera coordinates p
//     (z forward): u = 2 f px/pz, v = 2 f py/pz, w = 2 (pz - near)/(far - near) - 1, in [-1,1] inside it.
//   - Planes: front (u column, v row), top (u column, w row), side (w column, v row); borders are clamped.
//   - With C feature channels the front plane has C + 5: features; surface depth z0 (world units along the
//     optical axis); colour skip logits r, g, b (logit of the picture's own colour); mask logit m.
//   - Template planes (canonical box, learned once for all people): (x,-y), (x,z), (z,-y) as (column, row),
//     position * 2 / box_size, borders clamped.
//   - feature = front[:C] + top + side + the three template features.
//   - With delta = pz - z0 the decoder's input is: feature, tanh(8 delta), tanh(40 delta), exp(-(20
//   delta)^2).
//   - Its outputs are y0..y4. raw = y0 - 1 + 3 tanh(30 delta) + m; density = 80 sigmoid(raw);
//     colour = sigmoid(y1..y3 + sigmoid(y4 + 1) sigmoid(80 (0.05 - delta)) skip).
//
// Compositing is the same for both, by the midpoint rule: raw density, colour and depth of neighbouring
// samples are averaged, the averaged raw density goes through the frame's activation, then alpha compositing.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "head/camera.h"

namespace triptych {

// Texels channels-last: texels[(row * width + column) * channels + channel].
struct Plane {
  int width = 0;
  int height = 0;
  int channels = 0;
  std::vector<float> texels;
};

// Fully connected layers, each followed by the activation except the last. weights[out * inputs + in].
struct Decoder {
  enum class Activation { relu, softplus };
  struct Layer {
    int inputs = 0;
    int outputs = 0;
    std::vector<float> weights;
    std::vector<float> bias;
  };
  Activation activation = Activation::relu;
  std::vector<Layer> layers;  // 1 to 3; widths up to 64 and 33 outputs (render/march.h is compiled for these)
};

// StyleGAN2 synthesis of the imported models with the constant style folded into static weights
// (reference/README).
struct SuperResolution {
  struct Convolution {
    int inputs = 0;
    int outputs = 0;
    int kernel = 3;
    bool upsample = false;
    std::vector<float> weights;  // [outputs][inputs][kernel][kernel]; upsample: out[2i+k] += in[i] * w[k]
    std::vector<float> bias;
  };
  struct Block {
    Convolution first;  // upsamples by 2
    Convolution second;
    Convolution to_rgb;  // 1x1
  };
  std::vector<Block> blocks;
  int input_size = 128;
  int output_size = 512;
};

// Who made the head, kept as the file's metadata.
struct HeadInfo {
  std::string prompt;      // as typed; empty for a reconstruction
  std::string understood;  // the style the model took it for; empty if it needs none
  float strength = 1;
  std::string model_name;
  std::string model_hash;  // sha256 of the package
  std::map<std::string, std::string> extra;
};

struct Head {
  enum class Frame { canonical_box, camera_frustum };

  Frame frame = Frame::canonical_box;
  Camera camera;  // of the picture the head was made from; defines the frustum
  // The ray depths that are sampled: canonical_box by a camera at orbit_radius from the origin;
  // camera_frustum by one as far from it as `camera`, in steps of 0.1 (and the range of w). For other cameras
  // they move with the distance (render::orbit_range).
  float near_depth = 2.25F;
  float far_depth = 3.3F;
  float box_size = 1.0F;        // edge of the canonical box, world units
  std::array<Plane, 3> planes;  // canonical: xy, xz, zx; frustum: front, top, side
  std::shared_ptr<const std::array<Plane, 3>>
      template_planes;                                      // frustum only; shared by all heads of a model
  std::shared_ptr<const Decoder> decoder;                   // shared by all heads of a model
  std::shared_ptr<const SuperResolution> super_resolution;  // null: none
  HeadInfo info;

  // Feature channels (C above).
  [[nodiscard]] int feature_channels() const noexcept {
    return frame == Frame::camera_frustum ? planes[0].channels - 5 : planes[0].channels;
  }
  // Shapes agree with the frame and the decoder and every number is finite, or a sentence that says which is
  // not.
  [[nodiscard]] Status check() const;
};

// planes = reconstruction + strength * (edited - reconstruction): 0 is the reconstruction, 1 the edit, beyond
// 1 exaggerates. Both must come from the same picture and model (same frame, camera, shapes). About 10 ms.
[[nodiscard]] Result<Head> blend(const Head& reconstruction, const Head& edited, float strength);

}  // namespace triptych
