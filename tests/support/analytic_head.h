// Heads made by hand, for tests that need one without a trained model: an ellipsoid with hair, eyes, nose and
// mouth, as planes and decoder weights of either frame. Deterministic; looks like a simple face from every
// side.
#pragma once

#include "head/head.h"

namespace triptych::test {

struct AnalyticHeadOptions {
  int front_size = 256;                // side of the front plane (frustum) or of all planes (canonical box)
  int side_size = 128;                 // side of the top and side planes (frustum)
  int hidden = 64;                     // width of the decoder's hidden layer
  bool extra_layer = false;            // frustum: a decoder of three layers (hidden, 64, 5) instead of two
  float texture = 0.3F;                // strength of fine detail in colour and features
  Camera camera = orbit_camera(0, 0);  // of the picture (frustum)
};

// The starter's kind of head: C = 24, decoder 27 -> hidden -> 5 with ReLU, template planes of 64x64.
[[nodiscard]] Head analytic_frustum_head(const AnalyticHeadOptions& options = {});

// The imported models' kind: three planes of 32 channels, decoder 32 -> hidden -> 33 with softplus.
[[nodiscard]] Head analytic_canonical_head(const AnalyticHeadOptions& options = {});

// Pseudo-random numbers in [-1, 1) by the reference's filling formula (reference/README): the values `v` of
// the tensor called `name` under the seed triptych-0.
[[nodiscard]] std::vector<float> formula_values(const std::string& name, std::size_t count);

}  // namespace triptych::test
