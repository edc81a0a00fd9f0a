// A file manager's side of a drop under X11 (XDND version 5): what the window gets is what a person's drop
// gives.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

namespace triptych::test {

class FileDrag {
 public:
  // Begins to drag `files` over the window `target`.
  FileDrag(unsigned long target, const std::vector<std::filesystem::path>& files);
  ~FileDrag();
  FileDrag(const FileDrag&) = delete;
  FileDrag& operator=(const FileDrag&) = delete;
  FileDrag(FileDrag&&) = delete;
  FileDrag& operator=(FileDrag&&) = delete;

  // To pixel x, y of the window; both false when the window does not answer within some seconds.
  [[nodiscard]] bool move(int x, int y);
  [[nodiscard]] bool drop();

 private:
  class Source;
  std::unique_ptr<Source> source_;
};

}  // namespace triptych::test
