// The march in blocks of rays, compiled for several instruction sets; the best one is chosen at run time.
// Every function may be called from several threads at once, each with its own Scratch.
#pragma once

#include <hwy/aligned_allocator.h>

#include "train/march/scene.h"

namespace triptych::train::march_kernels {

// A block's working memory, laid out for points_per_block() points (arrays are one value a point).
class Scratch {
 public:
  explicit Scratch(const Scene& scene);

  int capacity = 0;                                // points
  std::array<float*, axis_count> axes{};           // where the points are
  float* depth = nullptr;                          // along the picture camera's optical axis
  std::array<std::int32_t*, plane_count> texel{};  // offset of the upper left texel in its plane
  std::array<std::array<float*, 4>, plane_count> weight{};
  std::array<float*, front_extras> extras{};  // signed distance, skip r, g, b, mask
  std::array<float*, outputs> decoded{};      // decoder outputs
  float* density = nullptr;                   // raw
  std::array<float*, 3> colour{};
  float* distance = nullptr;                // t
  float* mid_density = nullptr;             // sigmoid of the averaged raw density; one value an interval
  float* transmitted = nullptr;             // exp(-density * length) of the interval
  float* weights = nullptr;                 // compositing weights
  float* rows = nullptr;                    // [points][row_length] where the caller keeps none
  float* zeros = nullptr;                   // one row as wide as any
  std::array<float*, max_layers> hidden{};  // [points][padded(outputs)] of each layer
  std::array<float*, max_layers> hidden_gradient{};  // likewise
  std::array<float*, 10> gradient{};                 // of raw density, colour, and temporaries

 private:
  hwy::AlignedFreeUniquePtr<float[]> memory_;
};

// Whole-batch outputs.
struct ForwardOutputs {
  float* colour = nullptr;     // [heads][rays][3]
  float* alpha = nullptr;      // [heads][rays]
  float* depth = nullptr;      // [heads][rays]
  float* occupancy = nullptr;  // [heads][rays], or null without surfaces
  float* weights = nullptr;    // [heads][rays][samples-1], or null
  float* rows = nullptr;       // [points][row_length] kept for backward, or null
};

struct OutputGradients {
  const float* colour = nullptr;
  const float* alpha = nullptr;
  const float* depth = nullptr;
  const float* occupancy = nullptr;  // or null
};

// Renders block 0 <= block < scene.blocks().
void forward_block(const Scene& scene, int block, Scratch& scratch, const ForwardOutputs& out);

// From the rows kept by forward: gradients of each point's features and extras into gradient_rows
// [points][row_length] (in the front plane's channel order), of the decoder into decoder_gradient
// [decoder_gradient_size()], which is overwritten.
void backward_block(const Scene& scene, int block, Scratch& scratch, const float* rows,
                    const OutputGradients& out, float* gradient_rows, float* decoder_gradient);

// Adds the gradient rows of one head's points to one plane's gradient ([height][width][channels]).
void scatter(const Scene& scene, int plane, int head, Scratch& scratch, const float* gradient_rows,
             float* plane_gradient);

// "AVX3", "AVX2" or "SCALAR": what runs here.
[[nodiscard]] const char* kernel_name();

}  // namespace triptych::train::march_kernels
