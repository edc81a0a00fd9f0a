// Which options decide what is in a shard, so that a job that goes on in a folder knows its own shards.
#pragma once

#include <filesystem>

#include "core/error.h"
#include "synthetic/shard.h"
#include "synthetic/synthesize.h"

namespace triptych::synthetic {

// Of the shard with the heads first .. first + count - 1 of the job: all that decides its content beside the
// assets. "--every-edit" counts heads of this shard; "--only" names edits in the order of their table.
[[nodiscard]] ShardOptions shard_options(const SynthesizeOptions& options, int first, int count);

// Whether the shard at `path` need not be made: it is there and has all heads that are wanted. One with fewer
// heads is not done. One that was made with other options is an error that names the file, the option and
// what to do. One that does not say what it was made with counts as done.
[[nodiscard]] Result<bool> is_done(const std::filesystem::path& path, const ShardOptions& wanted);

}  // namespace triptych::synthetic
