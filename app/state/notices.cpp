#include "state/notices.h"

#include <algorithm>
#include <iterator>

namespace triptych::app {

void Notices::add(Notice::Kind kind, std::string sentence, std::string details) {
  const auto same = std::find_if(list_.begin(), list_.end(), [&](const Notice& notice) {
    return notice.kind == kind && notice.sentence == sentence && notice.details == details;
  });
  if (same != list_.end()) {
    ++same->count;
    same->shown_s = 0;
    return;
  }
  list_.push_back({next_id_++, kind, std::move(sentence), std::move(details), 1, 0});
  constexpr std::size_t limit = 6;
  // What goes by itself goes before an error that may not have been read, and after all the newest one.
  while (list_.size() > limit) {
    const auto newest = std::prev(list_.end());
    const auto fleeting =
        std::find_if(list_.begin(), newest, [](const Notice& n) { return n.kind != Notice::Kind::error; });
    if (fleeting == newest && kind != Notice::Kind::error) return;
    list_.erase(fleeting == newest ? list_.begin() : fleeting);
  }
}

void Notices::add(const Error& error) {
  if (error.code == ErrorCode::cancelled) return;
  add(Notice::Kind::error, error.message, error.detail);
}

void Notices::add_files(const std::vector<Error>& errors, std::size_t total) {
  if (errors.empty()) return;
  if (errors.size() == 1) return add(errors.front());
  std::string details;
  for (const Error& error : errors) details += error.message + "\n";
  add(Notice::Kind::error,
      std::to_string(errors.size()) + " of " + std::to_string(total) + " files could not be opened", details);
}

void Notices::add_left_out(const std::vector<std::filesystem::path>& files, std::size_t total) {
  if (files.empty()) return;
  if (files.size() == 1) {
    return add(Notice::Kind::information, files.front().filename().string() + " was left out: open it alone",
               files.front().string());
  }
  std::string details;
  for (const auto& file : files) details += file.string() + "\n";
  add(Notice::Kind::information,
      std::to_string(files.size()) + " of " + std::to_string(total) +
          " files were left out: open them one at a time",
      details);
}

void Notices::dismiss(int id) {
  std::erase_if(list_, [&](const Notice& notice) { return notice.id == id; });
}

}  // namespace triptych::app
