// The fused differentiable march for training: looks features up, decodes and composites in one pass over
// blocks of rays, instead of the dozens of passes over all points that ATen operations need (grid_sample's
// backward alone takes most of such a step). The field is the camera_frustum frame of head/head.h, midpoint
// rule and activations included.
#pragma once

#include <ATen/ATen.h>

#include <vector>

namespace triptych::train {

// B heads, each with its planes and picture camera; R rays a head, S samples a ray; C feature channels. All
// tensors are float32 on the CPU and contiguous (a channels-last network output permuted to NHWC is).
// Gradients reach the planes and the decoder; rays and distances are constants.
struct MarchInputs {
  at::Tensor front;            // [B,H,W,C+5]: features, surface depth, skip logits r g b, mask logit
  at::Tensor top;              // [B,H,W,C], sizes of its own; columns u, rows w
  at::Tensor side;             // [B,H,W,C], likewise; columns w, rows v
  at::Tensor template_planes;  // [3,H,W,C]: (x,-y), (x,z), (z,-y) as (column,row)

  // One or two hidden layers (ReLU) and the last layer: weights [out,in] as in torch::nn::Linear, biases
  // [out]. The first takes C+3 inputs, the last gives 5 outputs.
  std::vector<at::Tensor> weights;
  std::vector<at::Tensor> biases;

  at::Tensor cameras;     // [B,25] the picture's camera: 16 numbers camera-to-world, 9 intrinsics
  at::Tensor origins;     // [B,R,3] world
  at::Tensor directions;  // [B,R,3] unit, world
  at::Tensor distances;   // [B,R,S] along the ray, ascending, S >= 2
  // [B,R] distance at which the ray is known to meet the person; infinite: it meets nobody; NaN: not known.
  // Undefined: of no ray.
  at::Tensor surfaces;

  float near_depth = 2.25F;  // the frustum's range along the picture camera's optical axis
  float far_depth = 3.3F;
  float box_size = 1.0F;  // edge of the template's canonical box
};

struct MarchOutput {
  at::Tensor colour;  // [B,R,3] premultiplied by opacity, no background
  at::Tensor alpha;   // [B,R] opacity
  at::Tensor depth;   // [B,R] sum of weight times mid-interval distance
  // [B,R] cross-entropy of the density with what `surfaces` says, summed along the ray: empty in front of the
  // surface, solid just behind it. Undefined without `surfaces`. The other outputs hardly have a gradient
  // where solid density is in a wrong place; this one grows with how wrong it is.
  at::Tensor occupancy;
  at::Tensor weights;  // [B,R,S-1] compositing weights for importance sampling, without gradient; undefined
                       // if not asked
};

// Runs on ATen's intra-op threads. Results do not depend on the number of threads. Where no gradient is
// wanted (no input requires one, or under at::NoGradGuard) nothing is kept for a backward pass. Throws
// c10::Error if shapes, types or layouts are not as above. Differentiable once. Rays of several views of the
// same heads are best joined into one call: the gradients of the planes are then cleared and summed only
// once.
[[nodiscard]] MarchOutput march(const MarchInputs& inputs, bool want_weights = false);

// The instruction set the kernels use on this machine, for reports: "AVX3", "AVX2" or "SCALAR".
[[nodiscard]] const char* march_kernel();

}  // namespace triptych::train
