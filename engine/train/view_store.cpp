#include "train/view_store.h"

#include <algorithm>

#include "core/folder.h"

namespace triptych::train {

ViewStore::ViewStore(std::vector<std::filesystem::path> folders, std::size_t cache_bytes)
    : folders_(std::move(folders)), cache_bytes_(cache_bytes) {}

Result<bool> ViewStore::rescan() {
  std::vector<std::filesystem::path> fresh;
  const std::scoped_lock lock(mutex_);
  for (const auto& folder : folders_) {
    TRIPTYCH_TRY(const auto paths, list_folder(folder));
    for (const auto& path : paths) {
      if (path.extension() == ".safetensors" && !known_.contains(path)) fresh.push_back(path);
    }
  }
  std::sort(fresh.begin(), fresh.end());  // the same order on every machine
  for (const auto& path : fresh) {
    TRIPTYCH_TRY(synthetic::ShardReader reader, synthetic::ShardReader::open(path));
    known_.insert(path);
    for (std::size_t i = 0; i < reader.keys().size(); ++i) {
      const synthetic::ViewKey& key = reader.keys()[i];
      auto head = std::ranges::lower_bound(heads_, key.head, {}, &HeadViews::head);
      if (head == heads_.end() || head->head != key.head) head = heads_.insert(head, {key.head, {}});
      std::vector<ViewRef>& views = head->edits[key.edit];
      const auto place = std::ranges::lower_bound(views, key.view, {}, &ViewRef::number);
      const bool taken = place != views.end() && place->number == key.view;
      if (!taken) views.insert(place, ViewRef{shards_.size(), i, key.view});
    }
    shards_.push_back(std::move(reader));
  }
  return !fresh.empty();
}

std::size_t ViewStore::heads() const {
  const std::scoped_lock lock(mutex_);
  return heads_.size();
}

HeadViews ViewStore::head(std::size_t index) const {
  const std::scoped_lock lock(mutex_);
  return heads_.at(index);
}

Result<std::shared_ptr<const synthetic::View>> ViewStore::view(const ViewRef& ref) {
  const auto key = std::make_pair(ref.shard, ref.index);
  std::unique_lock lock(mutex_);
  if (const auto entry = cache_.find(key); entry != cache_.end()) return entry->second;
  const synthetic::ShardReader shard = shards_.at(ref.shard);
  lock.unlock();  // decoding takes milliseconds
  TRIPTYCH_TRY(synthetic::View decoded, shard.read(ref.index));
  auto view = std::make_shared<const synthetic::View>(std::move(decoded));
  const std::size_t bytes = view->rgba.pixels.size() + 2 * view->depth.pixels.size();
  lock.lock();
  if (cached_bytes_ + bytes <= cache_bytes_ && cache_.emplace(key, view).second) cached_bytes_ += bytes;
  return view;
}

}  // namespace triptych::train
