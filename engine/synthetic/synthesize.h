// The whole job of `triptych synthesize`: from an asset folder and a seed to shards of views.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/progress.h"
#include "core/thread_pool.h"
#include "synthetic/edits.h"
#include "synthetic/head_builder.h"
#include "synthetic/shard.h"

namespace triptych::synthetic {

// Heads with seeds from here on are for testing: training never makes them.
inline constexpr std::uint32_t first_test_seed = 1'000'000;

struct SynthesizeOptions {
  std::filesystem::path assets, out;
  int heads = 100;
  int views = 12;      // of each unedited head
  int edits = 3;       // of each head, drawn from those that are not held out
  int edit_views = 4;  // of each edit, by the first cameras of the head
  int every_edit = 0;  // this many heads get every edit, the held-out ones too
  std::vector<std::string>
      only;  // names of the edits to choose from; empty: all. Held-out ones: test seeds only
  int size = 256;
  int samples = 6;         // rays a pixel
  std::uint32_t seed = 0;  // of the first head; the others follow
  int heads_per_shard = 16;
};

struct SynthesizeResult {
  std::size_t shards = 0, skipped_shards = 0, heads = 0, views = 0;
  double seconds = 0;
};

// Writes heads-SEED.safetensors (shard.h) and a contact sheet heads-SEED.png for every heads_per_shard
// heads, and edits.json, the names of the edits by index. Shards that exist are left as they are, so an
// interrupted job goes on where it was; one with fewer heads than now is made anew, and one that was made
// with other options is an error before anything is rendered (shard_options.h). `say` gets a line for each
// shard. The views depend on the options and seeds only, not on threads or machine.
[[nodiscard]] Result<SynthesizeResult> synthesize(const SynthesizeOptions& options, ThreadPool& pool,
                                                  Progress& progress,
                                                  const std::function<void(const std::string&)>& say);

// The cameras of one head, in the order of their view numbers. Most see the face as a portrait does, the last
// sixth from far to the side.
[[nodiscard]] std::vector<Camera> make_cameras(std::uint32_t seed, int count);

// Numbers of the edits that the options choose from, ascending. With `every` and no names, the
// held-out ones are among them.
[[nodiscard]] std::vector<int> offered_edits(const SynthesizeOptions& options, bool every);

// Which of the offered edits a head gets, ascending: `count` of them.
[[nodiscard]] std::vector<int> edits_of_head(std::uint32_t seed, std::size_t count, std::vector<int> offered);

// All views of one head: unedited first, then edit by edit.
[[nodiscard]] Result<std::vector<View>> render_head(const Assets& assets, const HeadBuilder& builder,
                                                    const SynthesizeOptions& options, std::uint32_t seed,
                                                    bool every_edit, const Progress& progress);

}  // namespace triptych::synthetic
