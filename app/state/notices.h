// What the program has to tell: short sentences that stay until read, with details to copy.
#pragma once

#include <deque>
#include <filesystem>
#include <string>
#include <vector>

#include "core/error.h"

namespace triptych::app {

struct Notice {
  enum class Kind { information, success, error };
  int id = 0;
  Kind kind = Kind::information;
  std::string sentence;
  std::string details;
  int count = 1;       // the same sentence again only counts
  double shown_s = 0;  // how long it has been on the screen; the panel keeps this
};

// UI thread only.
class Notices {
 public:
  // Six at most are kept, errors before others; one that is no error may come on top of six errors.
  void add(Notice::Kind kind, std::string sentence, std::string details = {});
  void add(const Error& error);  // a cancelled error says nothing
  // Several files of one drop: one notice for all that failed. `total` counts those that worked too.
  void add_files(const std::vector<Error>& errors, std::size_t total);
  // Files of one drop that nothing was done with: one notice.
  void add_left_out(const std::vector<std::filesystem::path>& files, std::size_t total);
  void dismiss(int id);
  [[nodiscard]] std::deque<Notice>& list() noexcept { return list_; }
  [[nodiscard]] const std::deque<Notice>& list() const noexcept { return list_; }

 private:
  std::deque<Notice> list_;
  int next_id_ = 1;
};

}  // namespace triptych::app
