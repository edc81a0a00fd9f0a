#include "synthetic/synthesize.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <new>
#include <nlohmann/json.hpp>
#include <numeric>
#include <opencv2/core.hpp>

#include "core/atomic_file.h"
#include "synthetic/contact_sheet.h"
#include "synthetic/develop.h"
#include "synthetic/shard_options.h"

namespace triptych::synthetic {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> wrong(const std::string& message) {
  return fail(message, {}, ErrorCode::usage);
}

Status check_only(const SynthesizeOptions& o) {
  for (const std::string& name : o.only) {
    const int edit = find_edit(name);
    if (edit <= 0)
      return wrong("--only: no edit is called \"" + name + "\"; edits.json in an output folder lists them");
    if (edit_table()[static_cast<std::size_t>(edit)].held_out && o.seed < first_test_seed) {
      return wrong("--only: \"" + name + "\" is kept for tests of adapting; use it with --seed " +
                   std::to_string(first_test_seed) + " or more");
    }
  }
  return {};
}

Status check(const SynthesizeOptions& o) {
  if (o.heads < 1) return wrong("--heads must be at least 1");
  if (o.views < 1 || o.views > 256) return wrong("--views must be from 1 to 256");
  if (o.edits < 0 || o.edit_views < 0) return wrong("--edits and --edit-views must not be negative");
  if (o.size < 32 || o.size > 1024) return wrong("--size must be from 32 to 1024 pixels");
  if (o.samples < 1 || o.samples > 1024) return wrong("--samples must be from 1 to 1024");
  return check_only(o);
}

// Renders the first `count` cameras of one scene. `exposure` 0: found from the first view and given back.
Status render_views(const RayScene& scene, const std::vector<Camera>& cameras, int count, int edit,
                    const SynthesizeOptions& options, std::uint32_t seed, const Progress& progress,
                    float& exposure, std::vector<View>& views) {
  for (int i = 0; i < std::min(count, static_cast<int>(cameras.size())); ++i) {
    TRIPTYCH_CHECK(progress.check());
    const auto number = static_cast<std::uint64_t>(edit) * 1000 + static_cast<std::uint64_t>(i);
    const Camera& camera = cameras[static_cast<std::size_t>(i)];
    RenderBuffers buffers = trace(scene, camera, {options.size, options.samples, mix_bits(seed, number)});
    denoise(buffers);
    if (exposure == 0) exposure = automatic_exposure(buffers);
    views.push_back(develop(buffers, exposure));
    views.back().key = {seed, edit, i, camera};
  }
  return {};
}

// Of the shard that begins with head `first` of the job.
std::string shard_name(const SynthesizeOptions& options, int first) {
  const std::string digits = std::to_string(options.seed + static_cast<std::uint32_t>(first));
  return "heads-" + std::string(8 - std::min<std::size_t>(8, digits.size()), '0') + digits;
}

int heads_of_shard(const SynthesizeOptions& options, int first) {
  return std::min(options.heads_per_shard, options.heads - first);
}

// The first heads of the shards that are still to be made.
Result<std::vector<int>> missing_shards(const SynthesizeOptions& options) {
  std::vector<int> missing;
  for (int first = 0; first < options.heads; first += options.heads_per_shard) {
    const fs::path path = options.out / (shard_name(options, first) + ".safetensors");
    TRIPTYCH_TRY(const bool done,
                 is_done(path, shard_options(options, first, heads_of_shard(options, first))));
    if (!done) missing.push_back(first);
  }
  return missing;
}

Status write_edit_names(const fs::path& folder) {
  auto names = nlohmann::json::array();
  for (const Edit& edit : edit_table()) names.push_back({{"name", edit.name}, {"held_out", edit.held_out}});
  return write_file(folder / "edits.json", nlohmann::json{{"edits", names}}.dump(1) + "\n");
}

// Everything that one shard's heads need, and where their results meet.
class ShardJob {
 public:
  ShardJob(const Assets& assets, const HeadBuilder& builder, const SynthesizeOptions& options,
           Progress& progress)
      : assets_(assets), builder_(builder), options_(options), progress_(progress) {}

  // Renders heads first..first+count-1 of the job and writes their shard. Gives the number of views.
  Result<std::size_t> run(int first, int count, ThreadPool& pool) {
    std::vector<std::vector<View>> heads(static_cast<std::size_t>(count));
    Status status;
    std::mutex mutex;
    int done = 0;
    pool.run(heads.size(), [&](std::size_t i, int) {
      Result<std::vector<View>> views = render(first + static_cast<int>(i));
      const std::lock_guard lock(mutex);
      if (!views) {
        if (status) status = tl::make_unexpected(views.error());
        return;
      }
      heads[i] = std::move(*views);
      progress_.advance(static_cast<double>(first + ++done) / options_.heads);
    });
    TRIPTYCH_CHECK(status);
    ShardWriter writer;
    for (const auto& views : heads) {
      for (const View& view : views) TRIPTYCH_CHECK(writer.add(view));
    }
    const fs::path path = options_.out / shard_name(options_, first);
    TRIPTYCH_CHECK(write_contact_sheet(fs::path(path) += ".png", heads));
    TRIPTYCH_CHECK(writer.write(fs::path(path) += ".safetensors", shard_options(options_, first, count)));
    return writer.size();
  }

 private:
  [[nodiscard]] Result<std::vector<View>> render(int number) const {
    try {
      return render_head(assets_, builder_, options_, options_.seed + static_cast<std::uint32_t>(number),
                         number < options_.every_edit, progress_);
    } catch (const std::bad_alloc&) {
      return fail("not enough memory for a head; use fewer --threads", {}, ErrorCode::out_of_memory);
    } catch (const std::exception& error) {
      return fail("head " + std::to_string(number) + " cannot be rendered", error.what());
    }
  }

  const Assets& assets_;
  const HeadBuilder& builder_;
  const SynthesizeOptions& options_;
  Progress& progress_;
};

}  // namespace

std::vector<int> offered_edits(const SynthesizeOptions& options, bool every) {
  std::vector<int> offered;
  const auto& table = edit_table();
  const auto& only = options.only;
  for (std::size_t i = 1; i < table.size(); ++i) {
    const bool named = std::find(only.begin(), only.end(), table[i].name) != only.end();
    if (only.empty() ? every || !table[i].held_out : named) offered.push_back(static_cast<int>(i));
  }
  return offered;
}

std::vector<int> edits_of_head(std::uint32_t seed, std::size_t count, std::vector<int> offered) {
  if (count >= offered.size()) return offered;
  Random random(seed, 23);
  for (std::size_t i = 0; i < count; ++i) {
    std::swap(offered[i],
              offered[i + static_cast<std::size_t>(random.below(static_cast<int>(offered.size() - i)))]);
  }
  offered.resize(count);
  std::sort(offered.begin(), offered.end());
  return offered;
}

std::vector<Camera> make_cameras(std::uint32_t seed, int count) {
  Random random(seed, 21);
  std::vector<Camera> cameras;
  const int wide = count / 6;
  for (int i = 0; i < count; ++i) {
    float yaw = random.uniform(-35, 35), pitch = random.normal(0, 7);
    if (i == 0) yaw = random.normal(0, 12);
    if (i % 3 == 2) pitch = random.uniform(-20, 20);
    if (i >= count - wide) yaw = random.uniform(35, 60) * (i % 2 == 0 ? 1.0F : -1.0F);
    // Crops of photographs are never quite centred, nor all taken from the same distance.
    const Vec3 target{orbit_target[0] + random.normal(0, 0.008F), orbit_target[1] + random.normal(0, 0.008F),
                      orbit_target[2] + random.normal(0, 0.02F)};
    cameras.push_back(orbit_camera(std::clamp(yaw, -60.0F, 60.0F), std::clamp(pitch, -20.0F, 20.0F),
                                   default_fov_degrees, orbit_radius + random.normal(0, 0.04F), target));
  }
  return cameras;
}

Result<std::vector<View>> render_head(const Assets& assets, const HeadBuilder& builder,
                                      const SynthesizeOptions& options, std::uint32_t seed, bool every_edit,
                                      const Progress& progress) {
  const Character character = make_character(assets, seed);
  const std::vector<Camera> cameras = make_cameras(seed, options.views);
  std::vector<View> views;
  float exposure = 0;
  {
    const RayScene scene(builder.build(character));
    TRIPTYCH_CHECK(render_views(scene, cameras, options.views, 0, options, seed, progress, exposure, views));
  }
  if (options.edit_views == 0) return views;
  const std::vector<int> offered = offered_edits(options, every_edit);
  const std::size_t wanted = every_edit ? offered.size() : static_cast<std::size_t>(options.edits);
  for (const int edit : edits_of_head(seed, wanted, offered)) {
    TRIPTYCH_CHECK(progress.check());
    const RayScene scene(builder.build(edited(character, assets, edit)));
    float own = edit_table()[static_cast<std::size_t>(edit)].own_exposure ? 0 : exposure;
    TRIPTYCH_CHECK(
        render_views(scene, cameras, options.edit_views, edit, options, seed, progress, own, views));
  }
  return views;
}

Result<SynthesizeResult> synthesize(const SynthesizeOptions& options, ThreadPool& pool, Progress& progress,
                                    const std::function<void(const std::string&)>& say) {
  TRIPTYCH_CHECK(check(options));
  TRIPTYCH_TRY(const Assets assets, Assets::load(options.assets, progress));
  std::error_code error;
  fs::create_directories(options.out, error);
  if (error) return fail(options.out.string() + ": cannot be created; choose another --out", error.message());
  TRIPTYCH_TRY(const std::vector<int> missing, missing_shards(options));
  TRIPTYCH_CHECK(write_edit_names(options.out));
  cv::setNumThreads(1);  // heads are what runs in parallel
  const HeadBuilder builder(assets);
  const int shards = (options.heads + options.heads_per_shard - 1) / options.heads_per_shard;
  progress.begin("rendering heads",
                 missing.empty() ? 1 : static_cast<double>(missing.front()) / options.heads);
  SynthesizeResult result;
  result.skipped_shards = static_cast<std::size_t>(shards) - missing.size();
  const auto started = std::chrono::steady_clock::now();
  for (const int first : missing) {
    const int count = heads_of_shard(options, first);
    TRIPTYCH_TRY(const std::size_t views,
                 ShardJob(assets, builder, options, progress).run(first, count, pool));
    result.views += views;
    result.heads += static_cast<std::size_t>(count);
    ++result.shards;
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    say(shard_name(options, first) + ": " + std::to_string(views) + " views of " + std::to_string(count) +
        " heads, " +
        std::to_string(static_cast<int>(static_cast<double>(result.views) / result.seconds * 3600)) +
        " views/hour");
  }
  progress.advance(1);
  return result;
}

}  // namespace triptych::synthetic
