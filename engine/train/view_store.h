// The views of all shards of some folders, by head and edit; decoded ones are kept in memory up to a budget.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "core/error.h"
#include "synthetic/shard.h"

namespace triptych::train {

struct ViewRef {
  std::size_t shard = 0;
  std::size_t index = 0;
  int number = 0;  // ViewKey::view
};

// Views of one head: edits[0] unedited, the others by their index; each in the order of the view's number,
// every number once.
struct HeadViews {
  std::uint32_t head = 0;
  std::map<int, std::vector<ViewRef>> edits;
};

// Thread-safe. Shards that appear later are found by rescan(). Heads are in the order of their numbers,
// whenever their shards were found. Of a view that several shards have (jobs that overlapped) the first is
// taken.
class ViewStore {
 public:
  explicit ViewStore(std::vector<std::filesystem::path> folders, std::size_t cache_bytes);
  // Opens shards that are new; true if there were any.
  [[nodiscard]] Result<bool> rescan();

  [[nodiscard]] std::size_t heads() const;
  [[nodiscard]] HeadViews head(std::size_t index) const;
  [[nodiscard]] Result<std::shared_ptr<const synthetic::View>> view(const ViewRef& ref);

 private:
  std::vector<std::filesystem::path> folders_;
  std::size_t cache_bytes_;
  mutable std::mutex mutex_;
  std::set<std::filesystem::path> known_;
  std::vector<synthetic::ShardReader> shards_;
  std::vector<HeadViews> heads_;  // by number
  std::size_t cached_bytes_ = 0;
  std::map<std::pair<std::size_t, std::size_t>, std::shared_ptr<const synthetic::View>> cache_;
};

}  // namespace triptych::train
