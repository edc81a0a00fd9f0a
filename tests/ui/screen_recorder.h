// Films a window as it is on the screen, with the pointer.
#pragma once

#include <mutex>
#include <thread>
#include <vector>

#include "image/image.h"

namespace triptych::test {

class ScreenRecorder {
 public:
  // Records from now on; `window` is its X11 number.
  ScreenRecorder(unsigned long window, int frames_per_second);
  ~ScreenRecorder() { static_cast<void>(finish()); }
  ScreenRecorder(const ScreenRecorder&) = delete;
  ScreenRecorder& operator=(const ScreenRecorder&) = delete;
  ScreenRecorder(ScreenRecorder&&) = delete;
  ScreenRecorder& operator=(ScreenRecorder&&) = delete;

  [[nodiscard]] std::vector<Image8> finish();  // ends the recording

 private:
  void record(const std::stop_token& stop, unsigned long window, int frames_per_second);

  std::vector<Image8> frames_;
  std::jthread thread_;
};

}  // namespace triptych::test
