#include "synthetic/shard_options.h"

#include <algorithm>
#include <charconv>

namespace triptych::synthetic {
namespace {

std::string value_of(const ShardOptions& options, const std::string& name) {
  const auto entry = options.find(name);
  return entry == options.end() ? std::string() : entry->second;
}

// 0 where there is none.
int number_of(const ShardOptions& options, const std::string& name) {
  const std::string text = value_of(options, name);
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string with(const std::string& name, const std::string& value) {
  return value.empty() ? "without " + name : "with " + name + " " + value;
}

std::string names_of_edits(const SynthesizeOptions& options) {
  std::string names;
  if (options.only.empty()) return names;
  for (const int edit : offered_edits(options, false)) {
    names += (names.empty() ? "" : ",") + edit_table()[static_cast<std::size_t>(edit)].name;
  }
  return names;
}

}  // namespace

ShardOptions shard_options(const SynthesizeOptions& options, int first, int count) {
  return {{"--seed", std::to_string(options.seed + static_cast<std::uint32_t>(first))},
          {"--heads", std::to_string(count)},
          {"--views", std::to_string(options.views)},
          {"--edits", std::to_string(options.edits)},
          {"--edit-views", std::to_string(options.edit_views)},
          {"--every-edit", std::to_string(std::clamp(options.every_edit - first, 0, count))},
          {"--only", names_of_edits(options)},
          {"--size", std::to_string(options.size)},
          {"--samples", std::to_string(options.samples)}};
}

Result<bool> is_done(const std::filesystem::path& path, const ShardOptions& wanted) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return false;
  const auto shard = ShardReader::open(path);
  if (!shard) {
    return fail(path.string() + ": cannot be read; remove the file to have it made anew",
                shard.error().message);
  }
  const ShardOptions& there = shard->made_with();
  if (there.empty()) return true;
  const int heads = number_of(there, "--heads"), wanted_heads = number_of(wanted, "--heads");
  const auto every_edit = [&](const ShardOptions& options) {  // of the heads that both have
    return std::min({number_of(options, "--every-edit"), heads, wanted_heads});
  };
  for (const auto& [name, value] : wanted) {
    const std::string before = value_of(there, name);
    const bool same = name == "--heads" ||
                      (name == "--every-edit" ? every_edit(there) == every_edit(wanted) : before == value);
    if (same) continue;
    return fail(path.string() + ": its heads were made " + with(name, before) + ", but now would be " +
                    with(name, value) + "; choose another --out, or remove the file to have it made anew",
                {}, ErrorCode::usage);
  }
  return heads >= wanted_heads;
}

}  // namespace triptych::synthetic
