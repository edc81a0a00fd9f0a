// From gathered rows to density and colour, compositing, and both backwards. Compiled once for each
// instruction set.
#if defined(TRIPTYCH_TRAIN_MARCH_SHADE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef TRIPTYCH_TRAIN_MARCH_SHADE_INL_H_
#undef TRIPTYCH_TRAIN_MARCH_SHADE_INL_H_
#else
#define TRIPTYCH_TRAIN_MARCH_SHADE_INL_H_
#endif

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include "train/march/gemm-inl.h"
#include "train/march/kernels.h"
#include "train/march/planes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace triptych::train::march_kernels::HWY_NAMESPACE {

HWY_INLINE FloatVec constant(float value) {
  return hn::Set(FloatTag(), value);
}

HWY_INLINE FloatVec exponential(FloatVec x) {
  return hn::Exp(FloatTag(), hn::Max(hn::Min(x, constant(80.0F)), constant(-80.0F)));
}
HWY_INLINE FloatVec sigmoid(FloatVec x) {
  const auto one = constant(1.0F);
  return hn::Div(one, hn::Add(one, exponential(hn::Neg(x))));
}
HWY_INLINE FloatVec hyperbolic_tangent(FloatVec x) {
  return hn::NegMulAdd(constant(2.0F), sigmoid(hn::Mul(constant(-2.0F), x)), constant(1.0F));
}

// Copies `count` columns of the rows, from `column` on, into arrays of one value a point.
template <std::size_t kCount>
inline void columns_to_arrays(const float* rows, int row_length, int column, int points,
                              const std::array<float*, kCount>& arrays, std::size_t count = kCount) {
  for (int point = 0; point < points; ++point) {
    const float* row = rows + static_cast<std::ptrdiff_t>(point) * row_length + column;
    for (std::size_t i = 0; i < count; ++i) arrays[i][point] = row[i];
  }
}
template <std::size_t kCount>
inline void arrays_to_columns(const std::array<float*, kCount>& arrays, std::size_t count, int points,
                              float* rows, int row_length, int column) {
  for (int point = 0; point < points; ++point) {
    float* row = rows + static_cast<std::ptrdiff_t>(point) * row_length + column;
    for (std::size_t i = 0; i < count; ++i) row[i] = arrays[i][point];
  }
}

// Turns the gathered extras into the signed distance and the decoder's three distance inputs; the rows are
// complete then (Scene::row_length).
inline void add_distance_inputs(const Scene& scene, int points, Scratch& s, float* rows) {
  const FloatTag d;
  const auto lanes = static_cast<int>(hn::Lanes(d));
  const int row_length = scene.row_length();
  columns_to_arrays(rows, row_length, scene.features, points, s.extras);
  for (int i = 0; i < points; i += lanes) {
    const auto delta = hn::Sub(hn::LoadU(d, s.depth + i), hn::LoadU(d, s.extras[0] + i));
    const auto bump = hn::Mul(constant(20.0F), delta);
    hn::StoreU(delta, d, s.extras[0] + i);
    hn::StoreU(hyperbolic_tangent(hn::Mul(constant(8.0F), delta)), d, s.gradient[0] + i);
    hn::StoreU(hyperbolic_tangent(hn::Mul(constant(40.0F), delta)), d, s.gradient[1] + i);
    hn::StoreU(exponential(hn::Neg(hn::Mul(bump, bump))), d, s.gradient[2] + i);
  }
  arrays_to_columns(s.gradient, distance_inputs, points, rows, row_length, scene.features);
  arrays_to_columns(s.extras, front_extras, points, rows, row_length, scene.features + distance_inputs);
}

inline void run_decoder(const Scene& scene, int points, Scratch& s, const float* rows) {
  const float* input = rows;
  int input_row = scene.row_length();
  for (std::size_t layer = 0; layer < scene.layers.size(); ++layer) {
    const PackedLayer& packed = scene.layers[layer];
    Product p;
    p.rows = points;
    p.columns = padded(packed.outputs);
    p.depth = packed.inputs;
    p.a = input;
    p.a_row = input_row;
    p.b = packed.by_input.data();
    p.b_row = p.columns;
    p.start = packed.bias.data();
    p.c = s.hidden[layer];
    p.c_row = p.columns;
    p.relu = layer + 1 < scene.layers.size();
    multiply(p);
    input = p.c;
    input_row = p.columns;
  }
  columns_to_arrays(input, input_row, 0, points, s.decoded);
}

// How the colour skip is weighed: a gate the decoder opens, and nearness to the visible surface.
struct Skip {
  FloatVec gate;
  FloatVec nearness;
};
HWY_INLINE Skip skip_at(const Scratch& s, int i) {
  const FloatTag d;
  const auto delta = hn::LoadU(d, s.extras[0] + i);
  return {sigmoid(hn::Add(hn::LoadU(d, s.decoded[4] + i), constant(1.0F))),
          sigmoid(hn::Mul(constant(80.0F), hn::Sub(constant(0.05F), delta)))};
}

// Raw density and colour of every point from the rows; density sigmoid, transmittance of every interval.
inline void shade(const Scene& scene, int points, Scratch& s, const float* rows) {
  const FloatTag d;
  const auto lanes = static_cast<int>(hn::Lanes(d));
  run_decoder(scene, points, s, rows);
  columns_to_arrays(rows, scene.row_length(), scene.features + distance_inputs, points, s.extras);
  for (int i = 0; i < points; i += lanes) {
    const auto delta = hn::LoadU(d, s.extras[0] + i);
    const auto step =
        hn::MulAdd(constant(3.0F), hyperbolic_tangent(hn::Mul(constant(30.0F), delta)), constant(-1.0F));
    const auto mask = hn::LoadU(d, s.extras[4] + i);
    hn::StoreU(hn::Add(hn::Add(hn::LoadU(d, s.decoded[0] + i), step), mask), d, s.density + i);
    const Skip skip = skip_at(s, i);
    const auto weight = hn::Mul(skip.gate, skip.nearness);
    for (std::size_t c = 0; c < 3; ++c) {
      const auto logit =
          hn::MulAdd(weight, hn::LoadU(d, s.extras[1 + c] + i), hn::LoadU(d, s.decoded[1 + c] + i));
      hn::StoreU(sigmoid(logit), d, s.colour[c] + i);
    }
  }
  for (int i = 0; i < points; i += lanes) {
    const auto sum = hn::Add(hn::LoadU(d, s.density + i), hn::LoadU(d, s.density + i + 1));
    const auto middle = sigmoid(hn::Mul(constant(0.5F), sum));
    // Meaningless (but finite) between the last point of a ray and the first of the next.
    const auto length = hn::Sub(hn::LoadU(d, s.distance + i + 1), hn::LoadU(d, s.distance + i));
    hn::StoreU(middle, d, s.mid_density + i);
    hn::StoreU(exponential(hn::Mul(hn::Mul(constant(-80.0F), middle), length)), d, s.transmitted + i);
  }
}

inline float middle_of(const float* values, int i) {
  return 0.5F * (values[i] + values[i + 1]);
}

// What a ray sums up with its compositing weights: colours, ones and distances; or the gradients of these
// sums.
struct Composite {
  float colour[3];
  float alpha;
  float depth;
};
// Fills the weights of the ray whose points start at `first`.
inline Composite composite(const Scene& scene, int first, Scratch& s) {
  Composite sum{};
  float transmittance = 1;
  for (int i = first; i + 1 < first + scene.samples; ++i) {
    const float weight = transmittance * (1 - s.transmitted[i]);
    transmittance *= s.transmitted[i];
    s.weights[i] = weight;
    for (std::size_t c = 0; c < 3; ++c) sum.colour[c] += weight * middle_of(s.colour[c], i);
    sum.alpha += weight;
    sum.depth += weight * middle_of(s.distance, i);
  }
  return sum;
}

// From a ray's output gradients to those of its points' raw densities (gradient[0]) and colours
// (gradient[1..3]). With tau the optical length of an interval and T the transmittance before it, w = T (1 -
// exp(-tau)), so d/dtau_i = g_i T_i exp(-tau_i) - sum over later j of g_j w_j.
inline void composite_backward(const Scene& scene, int first, const Composite& out, Scratch& s) {
  const int last = first + scene.samples - 1;
  float transmittance = 1;
  for (int i = first; i < last; ++i) {
    transmittance *= s.transmitted[i];
    s.gradient[4][i] = transmittance;
  }
  for (std::size_t k = 0; k < 4; ++k) s.gradient[k][last] = 0;
  float later = 0;
  float density_after = 0;
  float colour_after[3] = {};
  for (int i = last - 1; i >= first; --i) {
    const float weight = s.weights[i];
    float g = out.alpha + out.depth * middle_of(s.distance, i);
    for (std::size_t c = 0; c < 3; ++c) g += out.colour[c] * middle_of(s.colour[c], i);
    const float optical = g * s.gradient[4][i] - later;
    later += g * weight;
    const float sigma = s.mid_density[i];
    const float length = s.distance[i + 1] - s.distance[i];
    const float density = 0.5F * 80.0F * optical * length * sigma * (1 - sigma);
    s.gradient[0][i + 1] = density + density_after;
    density_after = density;
    for (std::size_t c = 0; c < 3; ++c) {
      const float colour = 0.5F * weight * out.colour[c];
      s.gradient[1 + c][i + 1] = colour + colour_after[c];
      colour_after[c] = colour;
    }
  }
  s.gradient[0][first] = density_after;
  for (std::size_t c = 0; c < 3; ++c) s.gradient[1 + c][first] = colour_after[c];
}

// From gradient[0..3] (raw density, colours) to the decoder's outputs (gradient[0..4]) and the front plane's
// extras (gradient[5..9]; the surface depth's still lacks what comes through the decoder's inputs).
inline void shade_backward(int points, Scratch& s) {
  const FloatTag d;
  const auto lanes = static_cast<int>(hn::Lanes(d));
  const auto one = constant(1.0F);
  for (int i = 0; i < points; i += lanes) {
    const Skip skip = skip_at(s, i);
    const auto weight = hn::Mul(skip.gate, skip.nearness);
    auto towards_skip = hn::Zero(d);
    for (std::size_t c = 0; c < 3; ++c) {
      const auto colour = hn::LoadU(d, s.colour[c] + i);
      const auto logit = hn::Mul(hn::LoadU(d, s.gradient[1 + c] + i), hn::Mul(colour, hn::Sub(one, colour)));
      hn::StoreU(logit, d, s.gradient[1 + c] + i);
      hn::StoreU(hn::Mul(logit, weight), d, s.gradient[6 + c] + i);
      towards_skip = hn::MulAdd(logit, hn::LoadU(d, s.extras[1 + c] + i), towards_skip);
    }
    const auto through = hn::Mul(towards_skip, weight);
    hn::StoreU(hn::Mul(through, hn::Sub(one, skip.gate)), d, s.gradient[4] + i);
    const auto density = hn::LoadU(d, s.gradient[0] + i);
    hn::StoreU(density, d, s.gradient[9] + i);
    const auto step = hyperbolic_tangent(hn::Mul(constant(30.0F), hn::LoadU(d, s.extras[0] + i)));
    const auto from_density = hn::Mul(hn::Mul(constant(90.0F), density), hn::NegMulAdd(step, step, one));
    const auto from_skip = hn::Mul(hn::Mul(constant(-80.0F), through), hn::Sub(one, skip.nearness));
    hn::StoreU(hn::Neg(hn::Add(from_density, from_skip)), d, s.gradient[5] + i);
  }
}

// Gradients of one layer's weights and bias into `sum` ([inputs][columns], then the bias).
inline void layer_gradient(const PackedLayer& layer, int points, const float* input, int input_row,
                           const float* gradient, float* sum) {
  const int columns = padded(layer.outputs);
  std::fill_n(sum, gradient_size(layer), 0.0F);
  Product p;
  p.rows = layer.inputs;
  p.columns = columns;
  p.depth = points;
  p.a = input;
  p.a_row = 1;
  p.a_column = input_row;
  p.b = gradient;
  p.b_row = columns;
  p.start = sum;
  p.start_row = columns;
  p.c = sum;
  p.c_row = columns;
  multiply(p);
  add_column_sums(gradient, points, columns, columns,
                  sum + static_cast<std::ptrdiff_t>(layer.inputs) * columns);
}

// Zeroes gradients where the activation was off.
inline void relu_backward(const float* activation, std::ptrdiff_t count, float* gradient) {
  const FloatTag d;
  const auto lanes = static_cast<std::ptrdiff_t>(hn::Lanes(d));
  for (std::ptrdiff_t i = 0; i < count; i += lanes) {
    const auto on = hn::Gt(hn::LoadU(d, activation + i), hn::Zero(d));
    hn::StoreU(hn::IfThenElseZero(on, hn::LoadU(d, gradient + i)), d, gradient + i);
  }
}

// From the outputs' gradients (gradient[0..4]) to those of the decoder's weights and biases
// (decoder_gradient) and of its input (gradient_rows).
inline void decoder_backward(const Scene& scene, int points, Scratch& s, const float* rows,
                             float* gradient_rows, float* decoder_gradient) {
  const std::size_t last = scene.layers.size() - 1;
  std::fill_n(s.hidden_gradient[last], static_cast<std::size_t>(points) * padded(outputs), 0.0F);
  arrays_to_columns(s.gradient, outputs, points, s.hidden_gradient[last], padded(outputs), 0);
  float* sum = decoder_gradient + decoder_gradient_size(scene);
  for (std::size_t layer = last + 1; layer-- > 0;) {
    const PackedLayer& packed = scene.layers[layer];
    const bool first = layer == 0;
    sum -= gradient_size(packed);
    const int input_row = first ? scene.row_length() : padded(packed.inputs);
    layer_gradient(packed, points, first ? rows : s.hidden[layer - 1], input_row, s.hidden_gradient[layer],
                   sum);
    Product p;
    p.rows = points;
    p.columns = padded(packed.inputs);
    p.depth = packed.outputs;
    p.a = s.hidden_gradient[layer];
    p.a_row = padded(packed.outputs);
    p.b = packed.by_output.data();
    p.b_row = p.columns;
    p.start = s.zeros;
    p.c = first ? gradient_rows : s.hidden_gradient[layer - 1];
    p.c_row = input_row;
    multiply(p);
    if (!first) relu_backward(s.hidden[layer - 1], static_cast<std::ptrdiff_t>(points) * input_row, p.c);
  }
}

// Moves the gradients of the distance inputs to the surface depth and puts the extras into the front plane's
// order.
inline void distance_inputs_backward(const Scene& scene, int points, Scratch& s, const float* rows,
                                     float* gradient_rows) {
  const FloatTag d;
  const auto lanes = static_cast<int>(hn::Lanes(d));
  const int row_length = scene.row_length();
  const auto one = constant(1.0F);
  const std::array<float*, distance_inputs> value{s.decoded[0], s.decoded[1], s.decoded[2]};
  const std::array<float*, distance_inputs> slope{s.gradient[0], s.gradient[1], s.gradient[2]};
  columns_to_arrays(rows, row_length, scene.features, points, value);
  columns_to_arrays(gradient_rows, row_length, scene.features, points, slope);
  for (int i = 0; i < points; i += lanes) {
    const auto wide = hn::LoadU(d, value[0] + i);
    const auto narrow = hn::LoadU(d, value[1] + i);
    const auto bump = hn::Mul(hn::LoadU(d, value[2] + i), hn::LoadU(d, s.extras[0] + i));
    auto delta = hn::Mul(hn::Mul(constant(8.0F), hn::LoadU(d, slope[0] + i)), hn::NegMulAdd(wide, wide, one));
    delta = hn::MulAdd(hn::Mul(constant(40.0F), hn::LoadU(d, slope[1] + i)),
                       hn::NegMulAdd(narrow, narrow, one), delta);
    delta = hn::MulAdd(hn::Mul(constant(-800.0F), hn::LoadU(d, slope[2] + i)), bump, delta);
    hn::StoreU(hn::Sub(hn::LoadU(d, s.gradient[5] + i), delta), d, s.gradient[5] + i);
  }
  const std::array<float*, front_extras> extras{s.gradient[5], s.gradient[6], s.gradient[7], s.gradient[8],
                                                s.gradient[9]};
  arrays_to_columns(extras, front_extras, points, gradient_rows, row_length, scene.features);
}

}  // namespace triptych::train::march_kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
