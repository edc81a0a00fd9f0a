// The encoder against what the authors' own code computes, tensor by tensor.
#include <c10/core/InferenceMode.h>

#include "model/parity.h"
#include "model/reference/encoder.h"
#include "support/formula.h"

namespace triptych::test {
namespace {

using namespace reference;

// Everything is computed once; the tests look at its parts.
struct Maps {
  at::Tensor resnet, deeplab, low, high, tokens, fused, planes;
};

const Maps& maps() {
  static const Maps computed = [] {
    const c10::InferenceMode inference;
    const nn::Weights& w = formula_encoder();
    const at::Tensor picture = with_pixel_indices(formula_picture("input", picture_edge));
    Maps m;
    m.resnet = low_resnet(w, picture);
    m.deeplab = low_deeplab(w, m.resnet);
    m.low = low_features(w, m.deeplab);
    m.high = high_features(w, picture);
    m.tokens = prompt_tokens(w, formula_picture("reference", reference_edge) * 2);
    m.fused = prompt_features(w, m.tokens, m.high);
    m.planes = triplane(w, m.fused, m.low);
    return m;
  }();
  return computed;
}

TEST(EncoderParity, LowBranch) {
  expect_map(maps().resnet, "low.resnet", encoder_tolerance);
  expect_map(maps().deeplab, "low.deeplab", encoder_tolerance);
  expect_map(maps().low, "low.f", encoder_tolerance);
}

TEST(EncoderParity, HighBranch) {
  expect_map(maps().high, "high", encoder_tolerance);
}

TEST(EncoderParity, PromptTokens) {
  const at::Tensor wanted = expected("prompt.tokens");
  EXPECT_LT(relative_rms(maps().tokens[0].slice(0, 0, at::nullopt, 4), wanted), encoder_tolerance);
  EXPECT_LT(relative_rms(maps().tokens[0].mean(1), expected("prompt.tokens.mean"), wanted),
            encoder_tolerance);
}

TEST(EncoderParity, PromptFeatures) {
  expect_map(maps().fused, "prompt.fused", encoder_tolerance);
}

TEST(EncoderParity, Triplane) {
  expect_map(maps().planes, "triplane", encoder_tolerance);
}

}  // namespace
}  // namespace triptych::test
