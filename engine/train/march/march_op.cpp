#include "train/march/march_op.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <atomic>
#include <limits>

#include "train/march/kernels.h"

namespace triptych::train {
namespace {

namespace kernels = march_kernels;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Differentiable inputs in the order that autograd sees them; the layers follow, weight and bias in turn.
enum Input { input_front, input_top, input_side, input_template, input_layers };

void check_tensor(const at::Tensor& tensor, const char* name, at::IntArrayRef shape) {
  TORCH_CHECK(tensor.defined(), "march: ", name, " is missing");
  bool fits = tensor.dim() == static_cast<int64_t>(shape.size());
  for (std::size_t i = 0; fits && i < shape.size(); ++i) {
    fits = shape[i] < 0 ? tensor.size(static_cast<int64_t>(i)) > 0
                        : tensor.size(static_cast<int64_t>(i)) == shape[i];
  }
  TORCH_CHECK(fits, "march: ", name, " has shape ", tensor.sizes(), ", expected ", shape, " (-1: any)");
  TORCH_CHECK(tensor.scalar_type() == at::kFloat && tensor.device().is_cpu() && tensor.is_contiguous(),
              "march: ", name, " must be contiguous float32 on the CPU");
}

void check(const MarchInputs& in) {
  check_tensor(in.top, "top", {-1, -1, -1, -1});
  const int64_t heads = in.top.size(0);
  const int64_t features = in.top.size(3);
  check_tensor(in.front, "front", {heads, -1, -1, features + kernels::front_extras});
  check_tensor(in.side, "side", {heads, -1, -1, features});
  check_tensor(in.template_planes, "template_planes", {3, -1, -1, features});
  for (const at::Tensor& planes : {in.front, in.top, in.side, in.template_planes}) {
    TORCH_CHECK(planes.stride(0) <= std::numeric_limits<std::int32_t>::max(), "march: a plane of shape ",
                planes.sizes(), " is too large");  // kernels count texels in 32 bits
  }
  TORCH_CHECK(in.weights.size() == in.biases.size() && in.weights.size() >= 2 &&
                  in.weights.size() <= kernels::max_layers,
              "march: the decoder has ", in.weights.size(), " weights and ", in.biases.size(),
              " biases, expected 2 or 3 of each");
  int64_t width = features + kernels::distance_inputs;
  for (std::size_t i = 0; i < in.weights.size(); ++i) {
    check_tensor(in.weights[i], "a decoder weight",
                 {i + 1 < in.weights.size() ? -1 : kernels::outputs, width});
    width = in.weights[i].size(0);
    check_tensor(in.biases[i], "a decoder bias", {width});
  }
  check_tensor(in.cameras, "cameras", {heads, 25});
  check_tensor(in.origins, "origins", {heads, -1, 3});
  const int64_t rays = in.origins.size(1);
  check_tensor(in.directions, "directions", {heads, rays, 3});
  check_tensor(in.distances, "distances", {heads, rays, -1});
  if (in.surfaces.defined()) check_tensor(in.surfaces, "surfaces", {heads, rays});
  TORCH_CHECK(in.distances.size(2) >= 2, "march: a ray needs at least 2 samples");
  TORCH_CHECK(in.near_depth < in.far_depth && in.box_size > 0, "march: near_depth ", in.near_depth,
              ", far_depth ", in.far_depth, ", box_size ", in.box_size, " are no range");
}

kernels::PackedLayer pack(const at::Tensor& weight, const at::Tensor& bias) {
  kernels::PackedLayer layer;
  layer.outputs = static_cast<int>(weight.size(0));
  layer.inputs = static_cast<int>(weight.size(1));
  const auto in = static_cast<std::size_t>(layer.inputs);
  const auto out = static_cast<std::size_t>(layer.outputs);
  const auto in_row = static_cast<std::size_t>(kernels::padded(layer.inputs));
  const auto out_row = static_cast<std::size_t>(kernels::padded(layer.outputs));
  layer.by_input.resize(in * out_row);
  layer.by_output.resize(out * in_row);
  layer.bias.resize(out_row);
  const float* w = weight.const_data_ptr<float>();
  for (std::size_t o = 0; o < out; ++o) {
    for (std::size_t i = 0; i < in; ++i) {
      layer.by_input[i * out_row + o] = w[o * in + i];
      layer.by_output[o * in_row + i] = w[o * in + i];
    }
  }
  std::copy_n(bias.const_data_ptr<float>(), out, layer.bias.begin());
  return layer;
}

kernels::PlaneView view_of(const at::Tensor& planes, int64_t index, bool per_head) {
  const auto stride = static_cast<std::size_t>(planes.stride(0));
  return {planes.const_data_ptr<float>() + static_cast<std::size_t>(index) * stride,
          static_cast<int>(planes.size(2)), static_cast<int>(planes.size(1)),
          static_cast<int>(planes.size(3)), per_head ? stride : 0};
}

kernels::Scene scene_of(const MarchInputs& in) {
  kernels::Scene scene;
  scene.heads = static_cast<int>(in.distances.size(0));
  scene.rays = static_cast<int>(in.distances.size(1));
  scene.samples = static_cast<int>(in.distances.size(2));
  scene.features = static_cast<int>(in.top.size(3));
  scene.near_depth = in.near_depth;
  scene.far_depth = in.far_depth;
  scene.box_size = in.box_size;
  scene.planes = {view_of(in.front, 0, true),
                  view_of(in.top, 0, true),
                  view_of(in.side, 0, true),
                  view_of(in.template_planes, 0, false),
                  view_of(in.template_planes, 1, false),
                  view_of(in.template_planes, 2, false)};
  for (std::size_t i = 0; i < in.weights.size(); ++i)
    scene.layers.push_back(pack(in.weights[i], in.biases[i]));
  scene.cameras = in.cameras.const_data_ptr<float>();
  scene.origins = in.origins.const_data_ptr<float>();
  scene.directions = in.directions.const_data_ptr<float>();
  scene.distances = in.distances.const_data_ptr<float>();
  if (in.surfaces.defined()) scene.surfaces = in.surfaces.const_data_ptr<float>();
  return scene;
}

// Calls task(index, scratch) for every index, handed out one by one to ATen's threads.
template <typename Task>
void for_each_task(int count, const kernels::Scene& scene, const Task& task) {
  std::atomic<int> next{0};
  at::parallel_for(0, std::min(count, at::get_num_threads()), 1, [&](int64_t, int64_t) {
    kernels::Scratch scratch(scene);
    for (int index = next++; index < count; index = next++) task(index, scratch);
  });
}

// `rows`: what backward needs, or undefined.
MarchOutput run_forward(const kernels::Scene& scene, bool want_weights, const at::Tensor& rows) {
  MarchOutput out;
  out.colour = at::empty({scene.heads, scene.rays, 3});
  out.alpha = at::empty({scene.heads, scene.rays});
  out.depth = at::empty({scene.heads, scene.rays});
  if (scene.surfaces != nullptr) out.occupancy = at::empty({scene.heads, scene.rays});
  if (want_weights) out.weights = at::empty({scene.heads, scene.rays, scene.samples - 1});
  const kernels::ForwardOutputs raw{
      out.colour.mutable_data_ptr<float>(),
      out.alpha.mutable_data_ptr<float>(),
      out.depth.mutable_data_ptr<float>(),
      scene.surfaces != nullptr ? out.occupancy.mutable_data_ptr<float>() : nullptr,
      want_weights ? out.weights.mutable_data_ptr<float>() : nullptr,
      rows.defined() ? rows.mutable_data_ptr<float>() : nullptr};
  for_each_task(scene.blocks(), scene, [&](int block, kernels::Scratch& scratch) {
    kernels::forward_block(scene, block, scratch, raw);
  });
  return out;
}

at::Tensor empty_rows(const kernels::Scene& scene) {
  return at::empty({static_cast<int64_t>(scene.points()), scene.row_length()});
}

// Weight and bias gradients in turn from the blocks' partial sums.
void unpack_decoder(const kernels::Scene& scene, const at::Tensor& partial, variable_list& gradients) {
  const at::Tensor total = partial.sum(0);
  int64_t offset = 0;
  for (std::size_t i = 0; i < scene.layers.size(); ++i) {
    const kernels::PackedLayer& layer = scene.layers[i];
    const auto size = static_cast<int64_t>(kernels::gradient_size(layer));
    const at::Tensor sums =
        total.narrow(0, offset, size).view({layer.inputs + 1, -1}).narrow(1, 0, layer.outputs);
    gradients[input_layers + 2 * i] = sums.narrow(0, 0, layer.inputs).t().contiguous();
    gradients[input_layers + 2 * i + 1] = sums.select(0, layer.inputs).contiguous();
    offset += size;
  }
}

// Adds every point's gradient to the planes. A task owns what it writes, so sums have one order whatever the
// threads.
void scatter_planes(const kernels::Scene& scene, const at::Tensor& gradient_rows,
                    const std::array<at::Tensor, input_layers>& planes) {
  struct Target {
    int plane;
    int head;  // -1: all
    float* gradient;
  };
  std::vector<Target> targets;
  for (int i = 0; i < 3 && planes[input_template].defined(); ++i) {
    const at::Tensor gradient = planes[input_template].select(0, i);
    targets.push_back({kernels::frustum_planes + i, -1, gradient.mutable_data_ptr<float>()});
  }
  for (int plane = 0; plane < kernels::frustum_planes; ++plane) {
    const at::Tensor& gradient = planes[static_cast<std::size_t>(plane)];
    for (int head = 0; head < scene.heads && gradient.defined(); ++head) {
      targets.push_back({plane, head, gradient.select(0, head).mutable_data_ptr<float>()});
    }
  }
  for_each_task(static_cast<int>(targets.size()), scene, [&](int index, kernels::Scratch& scratch) {
    const Target& target = targets[static_cast<std::size_t>(index)];
    const int first = target.head < 0 ? 0 : target.head;
    const int last = target.head < 0 ? scene.heads : target.head + 1;
    for (int head = first; head < last; ++head) {
      kernels::scatter(scene, target.plane, head, scratch, gradient_rows.const_data_ptr<float>(),
                       target.gradient);
    }
  });
}

class MarchFunction : public torch::autograd::Function<MarchFunction> {
 public:
  // The tensors that autograd follows are arguments of their own; `in` holds the same ones.
  static variable_list forward(AutogradContext* context, const at::Tensor&, const at::Tensor&,
                               const at::Tensor&, const at::Tensor&, const at::Tensor&, const at::Tensor&,
                               const at::Tensor&, const at::Tensor&, const std::optional<at::Tensor>&,
                               const std::optional<at::Tensor>&, const MarchInputs& in, bool want_weights) {
    const kernels::Scene scene = scene_of(in);
    const at::Tensor rows = empty_rows(scene);
    const MarchOutput out = run_forward(scene, want_weights, rows);
    variable_list saved{in.front,   in.top,        in.side,      in.template_planes, in.cameras,
                        in.origins, in.directions, in.distances, in.surfaces,        rows};
    saved.insert(saved.end(), in.weights.begin(), in.weights.end());
    saved.insert(saved.end(), in.biases.begin(), in.biases.end());
    context->save_for_backward(std::move(saved));
    context->saved_data["range"] = std::vector<double>{in.near_depth, in.far_depth, in.box_size};
    variable_list result{out.colour, out.alpha, out.depth};
    if (in.surfaces.defined()) result.push_back(out.occupancy);
    if (want_weights) {
      context->mark_non_differentiable({out.weights});
      result.push_back(out.weights);
    }
    return result;
  }

  static variable_list backward(AutogradContext* context, variable_list output_gradients) {
    const MarchInputs in = saved_inputs(*context);
    const at::Tensor rows = context->get_saved_variables()[9];
    const kernels::Scene scene = scene_of(in);

    for (at::Tensor& gradient : output_gradients) gradient = gradient.contiguous();
    const kernels::OutputGradients out{
        output_gradients[0].const_data_ptr<float>(), output_gradients[1].const_data_ptr<float>(),
        output_gradients[2].const_data_ptr<float>(),
        in.surfaces.defined() ? output_gradients[3].const_data_ptr<float>() : nullptr};
    const at::Tensor gradient_rows = empty_rows(scene);
    const at::Tensor partial =
        at::empty({scene.blocks(), static_cast<int64_t>(decoder_gradient_size(scene))});
    for_each_task(scene.blocks(), scene, [&](int block, kernels::Scratch& scratch) {
      kernels::backward_block(scene, block, scratch, rows.const_data_ptr<float>(), out,
                              gradient_rows.mutable_data_ptr<float>(),
                              partial.mutable_data_ptr<float>() + block * partial.size(1));
    });

    variable_list gradients(argument_count);
    const std::array<at::Tensor, input_layers> planes{in.front, in.top, in.side, in.template_planes};
    std::array<at::Tensor, input_layers> plane_gradients;
    for (std::size_t i = 0; i < planes.size(); ++i) {
      if (context->needs_input_grad(i)) plane_gradients[i] = at::zeros_like(planes[i]);
      gradients[i] = plane_gradients[i];
    }
    scatter_planes(scene, gradient_rows, plane_gradients);
    unpack_decoder(scene, partial, gradients);
    return gradients;
  }

 private:
  static constexpr std::size_t argument_count = input_layers + 2 * kernels::max_layers + 2;

  static MarchInputs saved_inputs(const AutogradContext& context) {
    const variable_list saved = context.get_saved_variables();
    const auto range = context.saved_data.at("range").toDoubleVector();
    constexpr std::size_t first_layer = 10;
    const auto layers = static_cast<std::ptrdiff_t>((saved.size() - first_layer) / 2);
    MarchInputs in{saved[0],
                   saved[1],
                   saved[2],
                   saved[3],
                   {},
                   {},
                   saved[4],
                   saved[5],
                   saved[6],
                   saved[7],
                   saved[8],
                   static_cast<float>(range[0]),
                   static_cast<float>(range[1]),
                   static_cast<float>(range[2])};
    const auto weights = saved.begin() + first_layer;
    in.weights.assign(weights, weights + layers);
    in.biases.assign(weights + layers, saved.end());
    return in;
  }
};

bool wants_gradient(const MarchInputs& in) {
  if (!at::GradMode::is_enabled()) return false;
  const auto requires_grad = [](const at::Tensor& tensor) { return tensor.requires_grad(); };
  return requires_grad(in.front) || requires_grad(in.top) || requires_grad(in.side) ||
         requires_grad(in.template_planes) ||
         std::any_of(in.weights.begin(), in.weights.end(), requires_grad) ||
         std::any_of(in.biases.begin(), in.biases.end(), requires_grad);
}

}  // namespace

MarchOutput march(const MarchInputs& inputs, bool want_weights) {
  check(inputs);
  if (!wants_gradient(inputs)) return run_forward(scene_of(inputs), want_weights, {});
  const auto& [w, b] = std::tie(inputs.weights, inputs.biases);
  const auto third = [](const std::vector<at::Tensor>& list) {
    return list.size() == 3 ? std::optional<at::Tensor>(list[2]) : std::nullopt;
  };
  const variable_list out =
      MarchFunction::apply(inputs.front, inputs.top, inputs.side, inputs.template_planes, w[0], b[0], w[1],
                           b[1], third(w), third(b), inputs, want_weights);
  const bool surfaces = inputs.surfaces.defined();
  return {out[0], out[1], out[2], surfaces ? out[3] : at::Tensor(), want_weights ? out.back() : at::Tensor()};
}

const char* march_kernel() {
  return kernels::kernel_name();
}

}  // namespace triptych::train
