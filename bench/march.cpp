// Time of one training step's march, forward and backward, fused against plain ATen, at the size the starter
// trains at:
//   bench_march [--repeats N] [--threads N] [--fused-only] [--processor-time]
// Rays are drawn as training draws them: half in 8x8 patches, half single pixels, samples half spread out and
// half near the surface.
#include <torch/csrc/autograd/autograd.h>

#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string_view>

#include "march/plain_march.h"

namespace {

using namespace triptych;

at::Tensor pixels(int64_t heads, int64_t rays) {
  const at::Tensor corners = at::rand({heads, rays / 2 / 64, 1, 2}) * 0.9;
  const at::Tensor edge = at::arange(8) / 256.0;
  const at::Tensor patch = at::stack({edge.repeat({8}), edge.repeat_interleave(8)}, 1);
  return at::cat({(corners + patch).view({heads, -1, 2}), at::rand({heads, rays / 2, 2})}, 1);
}

train::MarchInputs step_inputs(int64_t heads, int64_t views, int64_t rays, int64_t samples) {
  train::MarchInputs in =
      test::random_march({.heads = heads, .rays = views * rays, .samples = samples, .front = 256});
  in.top = at::randn({heads, 64, 128, 24}) * 0.3;
  in.side = at::randn({heads, 128, 64, 24}) * 0.3;
  in.template_planes = at::randn({3, 64, 64, 24}) * 0.1;
  std::vector<at::Tensor> origins;
  std::vector<at::Tensor> directions;
  for (int64_t view = 0; view < views; ++view) {
    for (int64_t head = 0; head < heads; ++head) {
      const at::Tensor camera =
          test::camera_at(view == 0 ? 0.3 * static_cast<double>(head) - 0.4 : 0.4, 0.05);
      const at::Tensor pose = camera.narrow(0, 0, 16).view({4, 4});
      const at::Tensor local = at::cat({(pixels(1, rays)[0] - 0.5) / 3.0, at::ones({rays, 1})}, 1);
      const at::Tensor towards = at::matmul(local, pose.narrow(0, 0, 3).narrow(1, 0, 3).t());
      directions.push_back(towards / towards.norm(2, {1}, true));
      origins.push_back(pose.narrow(0, 0, 3).select(1, 3).expand({rays, 3}));
    }
  }
  const auto join = [&](const std::vector<at::Tensor>& list) {
    return at::stack(list)
        .view({views, heads, rays, 3})
        .transpose(0, 1)
        .reshape({heads, views * rays, 3})
        .contiguous();
  };
  in.origins = join(origins);
  in.directions = join(directions);
  const at::Tensor spread = 2.3 + 0.9 * at::rand({heads, views * rays, samples / 2});
  const at::Tensor surface = 2.6 + 0.2 * at::rand({heads, views * rays, 1});
  const at::Tensor near = surface + 0.05 * at::randn({heads, views * rays, samples - samples / 2});
  in.distances = std::get<0>(at::cat({spread, near}, 2).sort(2)).contiguous();
  return test::converted(in, at::kFloat, true);
}

// The processor time the work takes is less disturbed by other programs than the wall clock.
bool processor_time = false;

double now_ms() {
  if (processor_time) return 1e3 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

double median_ms(int repeats, const std::function<void()>& work) {
  std::vector<double> times;
  for (int i = 0; i < repeats + 1; ++i) {
    const double start = now_ms();
    work();
    if (i > 0) times.push_back(now_ms() - start);
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

void report(const char* name, int repeats, const train::MarchInputs& in,
            const std::function<train::MarchOutput(const train::MarchInputs&)>& render) {
  const double points = static_cast<double>(in.distances.numel());
  const double evaluation = median_ms(repeats, [&] {
    const at::NoGradGuard guard;
    (void)render(in);
  });
  const double forward = median_ms(repeats, [&] { (void)render(in); });
  const double step = median_ms(repeats, [&] {
    const train::MarchOutput out = render(in);
    (void)torch::autograd::grad({out.colour.sum() + out.alpha.sum() + out.depth.sum()}, test::parameters(in));
  });
  std::printf(
      "%-6s without gradient %7.1f ms (%5.1f M points/s)  forward %7.1f ms  forward+backward %7.1f ms (%5.2f "
      "M points/s)\n",
      name, evaluation, points / evaluation / 1e3, forward, step, points / step / 1e3);
}

}  // namespace

int main(int argc, char** argv) {
  int repeats = 20;
  bool plain = true;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--fused-only") plain = false;
    if (argument == "--processor-time") processor_time = true;
    if (i + 1 == argc) continue;
    if (argument == "--repeats") repeats = std::atoi(argv[i + 1]);
    if (argument == "--threads") at::set_num_threads(std::atoi(argv[i + 1]));
  }
  const train::MarchInputs in = step_inputs(4, 2, 512, 20);
  std::printf("4 heads, 2x512 rays, 20 samples, 24 features, %d threads, %s\n", at::get_num_threads(),
              train::march_kernel());
  report("fused", repeats, in, [](const train::MarchInputs& inputs) { return train::march(inputs); });
  if (plain) report("plain", std::max(1, repeats / 4), in, test::plain_march);
  return 0;
}
