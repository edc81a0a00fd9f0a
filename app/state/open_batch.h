// The files of one drop. Their errors become one notice when the last of them is done, and so does what was
// left out: a window shows one head made by one model, and offers one checkpoint at a time.
#pragma once

#include <atomic>
#include <deque>
#include <filesystem>
#include <string>
#include <vector>

#include "core/error.h"
#include "state/notices.h"

namespace triptych::app {

// UI thread only, but for `model`.
struct OpenBatch {
  OpenBatch(Notices& notices_, std::size_t total_) : notices(notices_), total(total_) {}
  ~OpenBatch() {
    notices.add_files(errors, total);
    left.insert(left.end(), heads.begin(), heads.end());
    notices.add_left_out(left, total);
  }
  OpenBatch(const OpenBatch&) = delete;
  OpenBatch& operator=(const OpenBatch&) = delete;
  OpenBatch(OpenBatch&&) = delete;
  OpenBatch& operator=(OpenBatch&&) = delete;
  // A sentence names the file; its folder goes to the details. What the person cancelled is no error.
  void add(Error error, const std::filesystem::path& path) {
    if (error.code == ErrorCode::cancelled) return;
    const std::string whole = path.string();
    const std::size_t at = error.message.find(whole);
    if (at != std::string::npos) {
      error.message.replace(at, whole.size(), path.filename().string());
      error.detail += (error.detail.empty() ? "" : "\n") + whole;
    }
    errors.push_back(std::move(error));
  }

  Notices& notices;
  std::vector<Error> errors;
  std::size_t total;
  std::deque<std::filesystem::path> heads;  // portraits, heads and sessions: the first that opens is shown
  std::atomic<bool> model = false;          // one package is used; jobs find out which files are some
  bool checkpoint = false;                  // one is offered for import
  std::vector<std::filesystem::path> left;  // nothing was done with them
};

}  // namespace triptych::app
