// triptych bench: how long each stage takes here, from the picture to what the window shows.
#include <malloc.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <memory>
#include <vector>

#include "cli/editing.h"
#include "cli/likeness.h"
#include "cli/numbers.h"
#include "cli/reprojection.h"
#include "cli/verb.h"
#include "head/tri_file.h"
#include "render/bake.h"
#include "render/renderer.h"
#include "render/super_resolution.h"

namespace triptych::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  fs::path head, model;
  std::string prompt = "bronze statue";
  int compared_size = 512;
};

// What this process has used so far.
struct Usage {
  double processor_ms = 0;  // of all threads
  double peak_mb = 0;       // since forget_peak(), where Linux allows that
};

// What was freed goes back first, so that a stage does not answer for those before it.
void forget_peak() {
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << "5";  // proc(5)
}

Usage usage_now() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto ms = [](const timeval& t) {
    return 1e3 * static_cast<double>(t.tv_sec) + 1e-3 * static_cast<double>(t.tv_usec);
  };
  return {ms(usage.ru_utime) + ms(usage.ru_stime), static_cast<double>(usage.ru_maxrss) / 1024};
}

// Runs each stage until it has five times and a second, or twenty times, and keeps what it took. Processor
// time says more than elapsed time where the machine does other work too.
class Bench {
 public:
  explicit Bench(Context& context) : context_(context) {}

  Status measure(const std::string& stage, int threads, const std::function<Status(Progress&)>& work) {
    context_.progress.begin("measuring " + stage);
    Progress progress;
    forget_peak();
    TRIPTYCH_CHECK(work(progress));  // warm
    std::vector<double> times, processor;
    for (double total = 0; times.size() < 5 || (total < 1000 && times.size() < 20);) {
      TRIPTYCH_CHECK(context_.progress.check());
      const auto start = std::chrono::steady_clock::now();
      const double used = usage_now().processor_ms;
      TRIPTYCH_CHECK(work(progress));
      times.push_back(
          std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
      processor.push_back(usage_now().processor_ms - used);
      total += times.back();
    }
    report(stage, threads, std::move(times), std::move(processor));
    return {};
  }

  // Of all stages so far.
  [[nodiscard]] double peak_mb() const noexcept { return peak_mb_; }

 private:
  void report(const std::string& stage, int threads, std::vector<double> times,
              std::vector<double> processor) {
    const double peak = usage_now().peak_mb;
    peak_mb_ = std::max(peak_mb_, peak);
    std::sort(times.begin(), times.end());
    std::sort(processor.begin(), processor.end());
    const auto at = [&](double share) {
      return times[static_cast<std::size_t>(std::lround(share * static_cast<double>(times.size() - 1)))];
    };
    context_.report["stages"].push_back({{"stage", stage},
                                         {"threads", threads},
                                         {"min_ms", times.front()},
                                         {"median_ms", at(0.5)},
                                         {"p95_ms", at(0.95)},
                                         {"processor_min_ms", processor.front()},
                                         {"processor_median_ms", processor[processor.size() / 2]},
                                         {"peak_memory_mb", peak},
                                         {"runs", times.size()}});
    std::array<char, 160> line{};
    std::snprintf(line.data(), line.size(),
                  "%-24s %2d threads  min %9.2f  median %9.2f  p95 %9.2f  processor %9.2f ms", stage.c_str(),
                  threads, times.front(), at(0.5), at(0.95), processor[processor.size() / 2]);
    context_.say(line.data());
  }

  Context& context_;
  double peak_mb_ = 0;
};

Status ignore(const auto& result) {
  if (!result) return tl::make_unexpected(result.error());
  return {};
}

// align, picture, prompt, triplane; the head is the edited shipped portrait.
Result<Head> measure_editor(const Options& options, int threads, Bench& bench, Context& outer) {
  Common common = outer.common;
  common.threads = threads;
  Context context{common, outer.pool, outer.progress, outer.report, outer.assets, outer.say};
  set_face_threads(threads);
  const fs::path shipped = context.assets / "portraits" / "astronaut.jpg";
  TRIPTYCH_TRY(const PictureToAlign opened, read_picture(shipped, context));
  TRIPTYCH_TRY(const std::shared_ptr<const Model> model, read_model(options.model, context));

  Portrait portrait;
  TRIPTYCH_CHECK(bench.measure("align", threads, [&](Progress&) -> Status {
    TRIPTYCH_TRY(portrait, opened.aligner.align(opened.picture.rgb, {.size = model->info().picture_size}));
    return {};
  }));
  std::shared_ptr<const PictureFeatures> features;
  TRIPTYCH_CHECK(bench.measure("encode picture", threads, [&](Progress& progress) -> Status {
    TRIPTYCH_TRY(features, model->encode_picture(portrait, progress));
    return {};
  }));
  std::shared_ptr<const PromptFeatures> prompt_features;
  if (model->info().takes_text || model->info().takes_reference) {
    Prompt prompt;
    if (model->info().takes_text) prompt.text = options.prompt;
    if (!model->info().takes_text) prompt.reference = portrait.rgb;
    TRIPTYCH_CHECK(bench.measure("encode prompt", threads, [&](Progress& progress) -> Status {
      TRIPTYCH_TRY(prompt_features, model->encode_prompt(prompt, progress));
      return {};
    }));
  }
  Head head;
  TRIPTYCH_CHECK(bench.measure("make head", threads, [&](Progress& progress) -> Status {
    TRIPTYCH_TRY(head, model->make_head(*features, prompt_features.get(), progress));
    return {};
  }));
  return head;
}

Status measure_renderer(const Head& head, Bench& bench, ThreadPool& pool) {
  const Camera camera = orbit_camera(20, 5);
  RenderOptions options{.super_resolution = false};
  for (const int size : {128, 256, 512}) {
    options.width = options.height = size;
    TRIPTYCH_CHECK(bench.measure("exact " + std::to_string(size), pool.size(), [&](Progress& progress) {
      return ignore(render_exact(head, camera, options, pool, progress));
    }));
  }
  if (head.super_resolution) {
    const int size = head.super_resolution->output_size;
    const RenderOptions full{.width = size, .height = size};
    const SuperResolution& net = *head.super_resolution;
    const std::vector<float> features(static_cast<std::size_t>(net.blocks.front().first.inputs) *
                                          static_cast<std::size_t>(net.input_size) *
                                          static_cast<std::size_t>(net.input_size),
                                      0.1F);
    TRIPTYCH_CHECK(bench.measure("super-resolution", pool.size(), [&](Progress& progress) {
      return ignore(render::super_resolve(net, features, pool, progress));
    }));
    TRIPTYCH_CHECK(bench.measure("super-resolution, bf16", pool.size(), [&](Progress& progress) {
      return ignore(render::super_resolve(net, features, pool, progress, true));
    }));
    TRIPTYCH_CHECK(bench.measure("exact, super-resolved", pool.size(), [&](Progress& progress) {
      return ignore(render_exact(head, camera, full, pool, progress));
    }));
  }
  std::shared_ptr<const BakedHead> baked;
  TRIPTYCH_CHECK(bench.measure("bake", pool.size(), [&](Progress& progress) -> Status {
    TRIPTYCH_TRY(baked, bake(head, pool, progress));
    return {};
  }));
  for (const int size : {128, 256, 512, 1024}) {
    options.width = options.height = size;
    TRIPTYCH_CHECK(bench.measure("fast " + std::to_string(size), pool.size(), [&](Progress& progress) {
      return ignore(render_fast(*baked, camera, options, pool, progress));
    }));
  }
  return {};
}

// The baked head beside the exact one.
Status measure_likeness(const Head& head, int size, Context& context) {
  context.progress.begin("comparing views");
  TRIPTYCH_TRY(const auto baked, bake(head, context.pool, context.progress));
  TRIPTYCH_TRY(const Likeness found, likeness(head, *baked, size, context.pool, context.progress));
  const double mb = static_cast<double>(baked->bytes()) / (1 << 20);
  context.report["baked"] = {
      {"bricks", baked->visible_bricks},
      {"memory_mb", mb},
      {"size", size},
      {"views", found.views},
      {"psnr_db", found.psnr},
      {"worst_view_db", found.worst_view},
      {"worst_block_db", found.worst_block},
      {"worst_block", {{"yaw", found.yaw}, {"pitch", found.pitch}, {"x", found.x}, {"y", found.y}}}};
  std::array<char, 200> line{};
  std::snprintf(
      line.data(), line.size(),
      "baked: %zu bricks, %.1f MB; %d views of %d: %.1f dB, worst view %.1f dB, worst 32x32 block %.1f dB "
      "(yaw %.0f, pitch %.1f, pixel %d, %d)",
      baked->visible_bricks, mb, found.views, size, found.psnr, found.worst_view, found.worst_block,
      static_cast<double>(found.yaw), static_cast<double>(found.pitch), found.x, found.y);
  context.say(line.data());
  return {};
}

// Do neighbouring views show the same? At 256x256, and at full size for heads with super-resolution.
Status measure_consistency(const Head& head, Context& context) {
  const auto compare = [&](const std::string& name, const RenderOptions& options) -> Status {
    const Camera first = orbit_camera(0, 0), second = orbit_camera(5, 0);
    TRIPTYCH_TRY(const View a, render_exact(head, first, options, context.pool, context.progress));
    TRIPTYCH_TRY(const View b, render_exact(head, second, options, context.pool, context.progress));
    const Reprojection result = reproject(a, first, b, second);
    context.report["reprojection_5_degrees"][name] = {{"psnr_db", result.psnr}, {"share", result.share}};
    std::array<char, 128> line{};
    std::snprintf(line.data(), line.size(), "%-24s 5 degrees apart: %.1f dB over %.0f %% of the head",
                  name.c_str(), result.psnr, 100 * result.share);
    context.say(line.data());
    return {};
  };
  TRIPTYCH_CHECK(compare("exact 256", {.width = 256, .height = 256, .super_resolution = false}));
  if (!head.super_resolution) return {};
  const int size = head.super_resolution->output_size;
  return compare("exact, super-resolved", {.width = size, .height = size});
}

Status run(const Options& options, Context& context) {
  Bench bench(context);
  if (context.common.device == "cuda") context.say("rendering is measured on the processor");
  context.report["inputs"]["head"] =
      options.head.empty() ? "the shipped portrait, edited" : options.head.string();
  context.report["stages"] = nlohmann::json::array();
  context.report["versions"]["kernel"] = cpu_kernels().front();
  Head head;
  if (options.head.empty()) {
    TRIPTYCH_TRY(head, measure_editor(options, 1, bench, context));
    if (context.pool.size() > 1) {
      TRIPTYCH_TRY(head, measure_editor(options, context.pool.size(), bench, context));
    }
  } else {
    TRIPTYCH_TRY(head, load_head(options.head));
  }
  ThreadPool one(1);
  TRIPTYCH_CHECK(measure_renderer(head, bench, one));
  if (context.pool.size() > 1) TRIPTYCH_CHECK(measure_renderer(head, bench, context.pool));
  TRIPTYCH_CHECK(measure_likeness(head, options.compared_size, context));
  TRIPTYCH_CHECK(measure_consistency(head, context));
  const double peak = std::max(bench.peak_mb(), usage_now().peak_mb);
  context.report["peak_memory_mb"] = peak;
  context.say("peak memory " + std::to_string(std::lround(peak)) + " MB");
  return {};
}

}  // namespace

Verb add_bench(CLI::App& root, Common& common) {
  CLI::App& command = add_command(root, "bench", "how long each stage takes here", common);
  auto options = std::make_shared<Options>();
  command.add_option("HEAD", options->head,
                     "a .tri head to render; without it the shipped portrait is edited first");
  command.add_option("--model", options->model, "a model package instead of the one that ships");
  command.add_option("--prompt", options->prompt, "what the shipped portrait becomes");
  command
      .add_option("--compare", options->compared_size,
                  "pixels a side of the views in which the baked head is compared with the exact one")
      ->transform(whole_number(32, 1024));
  return [options](Context& context) { return run(*options, context); };
}

}  // namespace triptych::cli
