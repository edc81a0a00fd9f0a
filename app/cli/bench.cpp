// triptych bench: how long each stage takes here, from the picture to what the window shows.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <memory>
#include <vector>

#include "cli/editing.h"
#include "cli/likeness.h"
#include "cli/neighbours.h"
#include "cli/numbers.h"
#include "cli/stages.h"
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
  int largest = 1024;  // views are timed at 128, 256 .. pixels a side
  int compared_size = 512;
};

Status ignore(const auto& result) {
  if (!result) return tl::make_unexpected(result.error());
  return {};
}

// align, picture, prompt, triplane; the head is the edited shipped portrait.
Result<Head> measure_editor(const Options& options, int threads, Stages& stages, Context& outer) {
  Common common = outer.common;
  common.threads = threads;
  Context context{common, outer.pool, outer.progress, outer.report, outer.assets, outer.say};
  set_face_threads(threads);
  const fs::path shipped = context.assets / "portraits" / "astronaut.jpg";
  TRIPTYCH_TRY(const PictureToAlign opened, read_picture(shipped, context));
  TRIPTYCH_TRY(const std::shared_ptr<const Model> model, read_model(options.model, context));

  Portrait portrait;
  TRIPTYCH_CHECK(stages.measure("align", threads, [&](Progress&) -> Status {
    TRIPTYCH_TRY(portrait, opened.aligner.align(opened.picture.rgb, {.size = model->info().picture_size}));
    return {};
  }));
  std::shared_ptr<const PictureFeatures> features;
  TRIPTYCH_CHECK(stages.measure("encode picture", threads, [&](Progress& progress) -> Status {
    TRIPTYCH_TRY(features, model->encode_picture(portrait, progress));
    return {};
  }));
  std::shared_ptr<const PromptFeatures> prompt_features;
  if (model->info().takes_text || model->info().takes_reference) {
    Prompt prompt;
    if (model->info().takes_text) prompt.text = options.prompt;
    if (!model->info().takes_text) prompt.reference = portrait.rgb;
    TRIPTYCH_CHECK(stages.measure("encode prompt", threads, [&](Progress& progress) -> Status {
      TRIPTYCH_TRY(prompt_features, model->encode_prompt(prompt, progress));
      return {};
    }));
  }
  Head head;
  TRIPTYCH_CHECK(stages.measure("make head", threads, [&](Progress& progress) -> Status {
    TRIPTYCH_TRY(head, model->make_head(*features, prompt_features.get(), progress));
    return {};
  }));
  return head;
}

// The whole super-resolved frame, then the network alone; of that, `share` of the frame's time.
Status measure_super_resolution(const Head& head, const Camera& camera, Stages& stages, ThreadPool& pool,
                                Context& context) {
  const SuperResolution& net = *head.super_resolution;
  const RenderOptions full{.width = net.output_size, .height = net.output_size};
  TRIPTYCH_TRY(const double frame,
               stages.measure("exact, super-resolved", pool.size(), [&](Progress& progress) {
                 return ignore(render_exact(head, camera, full, pool, progress));
               }));
  const std::vector<float> features(static_cast<std::size_t>(net.blocks.front().first.inputs) *
                                        static_cast<std::size_t>(net.input_size) *
                                        static_cast<std::size_t>(net.input_size),
                                    0.1F);
  TRIPTYCH_TRY(const double network, stages.measure("super-resolution", pool.size(), [&](Progress& progress) {
    return ignore(render::super_resolve(net, features, pool, progress));
  }));
  context.report["stages"].back()["share"] = network / frame;
  std::array<char, 80> line{};
  std::snprintf(line.data(), line.size(), "super-resolution is %.0f %% of the exact frame",
                100 * network / frame);
  context.say(line.data());
  return ignore(stages.measure("super-resolution, bf16", pool.size(), [&](Progress& progress) {
    return ignore(render::super_resolve(net, features, pool, progress, true));
  }));
}

Status measure_renderer(const Head& head, int largest, Stages& stages, ThreadPool& pool, Context& context) {
  const Camera camera = orbit_camera(20, 5);
  const auto each_size = [&](const std::string& name, const auto& render) -> Status {
    for (int size = 128; size <= largest; size *= 2) {
      const RenderOptions options{.width = size, .height = size, .super_resolution = false};
      TRIPTYCH_CHECK(stages.measure(name + " " + std::to_string(size), pool.size(),
                                    [&](Progress& progress) { return ignore(render(options, progress)); }));
    }
    return {};
  };
  TRIPTYCH_CHECK(each_size("exact", [&](const RenderOptions& options, Progress& progress) {
    return render_exact(head, camera, options, pool, progress);
  }));
  if (head.super_resolution) TRIPTYCH_CHECK(measure_super_resolution(head, camera, stages, pool, context));
  std::shared_ptr<const BakedHead> baked;
  TRIPTYCH_CHECK(stages.measure("bake", pool.size(), [&](Progress& progress) -> Status {
    TRIPTYCH_TRY(baked, bake(head, pool, progress));
    return {};
  }));
  return each_size("fast", [&](const RenderOptions& options, Progress& progress) {
    return render_fast(*baked, camera, options, pool, progress);
  });
}

nlohmann::json report_of(const BlockLikeness& blocks) {
  return {{"blocks", blocks.count}, {"psnr_db", blocks.psnr}, {"worst_block_db", blocks.worst}};
}

// The baked head beside the exact one.
Status measure_likeness(const Head& head, const BakedHead& baked, int size, Context& context) {
  context.progress.begin("comparing views");
  TRIPTYCH_TRY(const Likeness found, likeness(head, baked, size, context.pool, context.progress));
  const double mb = static_cast<double>(baked.bytes()) / (1 << 20);
  context.report["baked"] = {
      {"bricks", baked.visible_bricks},
      {"memory_mb", mb},
      {"size", size},
      {"views", found.views},
      {"psnr_db", found.psnr},
      {"worst_view_db", found.worst_view},
      {"worst_block_db", found.worst_block},
      {"worst_block", {{"yaw", found.yaw}, {"pitch", found.pitch}, {"x", found.x}, {"y", found.y}}},
      {"interior", report_of(found.interior)},
      {"silhouette", report_of(found.silhouette)}};
  std::array<char, 200> line{};
  std::snprintf(
      line.data(), line.size(),
      "baked: %zu bricks, %.1f MB; %d views of %d: %.1f dB, worst view %.1f dB, worst 32x32 block %.1f dB "
      "(yaw %.0f, pitch %.1f, pixel %d, %d)",
      baked.visible_bricks, mb, found.views, size, found.psnr, found.worst_view, found.worst_block,
      static_cast<double>(found.yaw), static_cast<double>(found.pitch), found.x, found.y);
  context.say(line.data());
  std::snprintf(
      line.data(), line.size(),
      "baked: inside the head %.1f dB, worst block %.1f dB (of %d); at its edge and in hair %.1f dB, "
      "worst block %.1f dB (of %d)",
      found.interior.psnr, found.interior.worst, found.interior.count, found.silhouette.psnr,
      found.silhouette.worst, found.silhouette.count);
  context.say(line.data());
  return {};
}

// Do neighbouring views show the same, by each way to a picture of 512 x 512?
Status measure_consistency(const Head& head, const BakedHead& baked, Context& context) {
  TRIPTYCH_TRY(const auto ways, compare_ways(head, baked, 512, context.pool, context.progress));
  for (const WayToAPicture& way : ways) {
    nlohmann::json& entry = context.report["reprojection_5_degrees"][way.name];
    entry = {{"psnr_db", way.neighbours.psnr}, {"share", way.neighbours.share}, {"ms", way.milliseconds}};
    std::array<char, 160> line{};
    std::snprintf(line.data(), line.size(),
                  "%-26s 5 degrees apart: %.1f dB over %.0f %% of the head, %.1f ms", way.name.c_str(),
                  way.neighbours.psnr, 100 * way.neighbours.share, way.milliseconds);
    std::string text = line.data();
    if (way.to_exact) {
      entry["to_exact_db"] = *way.to_exact;
      std::snprintf(line.data(), line.size(), "; %.1f dB to the exact view", *way.to_exact);
      text += line.data();
    }
    context.say(text);
  }
  return {};
}

Status run(const Options& options, Context& context) {
  Stages stages(context);
  if (context.common.device == "cuda") context.say("rendering is measured on the processor");
  context.report["inputs"]["head"] =
      options.head.empty() ? "the shipped portrait, edited" : options.head.string();
  context.report["stages"] = nlohmann::json::array();
  context.report["versions"]["kernel"] = cpu_kernels().front();
  Head head;
  if (options.head.empty()) {
    TRIPTYCH_TRY(head, measure_editor(options, 1, stages, context));
    if (context.pool.size() > 1) {
      TRIPTYCH_TRY(head, measure_editor(options, context.pool.size(), stages, context));
    }
  } else {
    TRIPTYCH_TRY(head, load_head(options.head));
  }
  ThreadPool one(1);
  TRIPTYCH_CHECK(measure_renderer(head, options.largest, stages, one, context));
  if (context.pool.size() > 1)
    TRIPTYCH_CHECK(measure_renderer(head, options.largest, stages, context.pool, context));
  TRIPTYCH_TRY(const auto baked, bake(head, context.pool, context.progress));
  TRIPTYCH_CHECK(measure_likeness(head, *baked, options.compared_size, context));
  TRIPTYCH_CHECK(measure_consistency(head, *baked, context));
  const double peak = std::max(stages.peak_mb(), peak_memory_mb());
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
      .add_option("--largest", options->largest,
                  "pixels a side of the largest view that is timed; they are 128, 256 and so on")
      ->transform(whole_number(128, 8192))
      ->capture_default_str();
  command
      .add_option("--compare", options->compared_size,
                  "pixels a side of the views in which the baked head is compared with the exact one")
      ->transform(whole_number(32, 1024))
      ->capture_default_str();
  return [options](Context& context) { return run(*options, context); };
}

}  // namespace triptych::cli
