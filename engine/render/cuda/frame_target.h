// Where a frame goes that stays on the GPU: memory that something else shows, OpenGL for one. The renderer
// knows no more of it than this.
#pragma once

#include <cstdint>

#include "core/error.h"

struct CUstream_st;

namespace triptych {

// How long the GPU took for a frame, by its own clock.
struct FrameTiming {
  int width = 0, height = 0;
  double ms = 0;  // 0: not known yet
};

class FrameTarget {
 public:
  FrameTarget() = default;
  virtual ~FrameTarget() = default;
  FrameTarget(const FrameTarget&) = delete;
  FrameTarget& operator=(const FrameTarget&) = delete;
  FrameTarget(FrameTarget&&) = delete;
  FrameTarget& operator=(FrameTarget&&) = delete;

  // Device memory for width x height pixels, row by row from the top, red in the lowest byte, then green,
  // blue and 255. What is queued on `stream` from now on may write it, until end(), which follows every
  // begin() that succeeded.
  [[nodiscard]] virtual Result<std::uint32_t*> begin(int width, int height, CUstream_st* stream) = 0;
  [[nodiscard]] virtual Status end(CUstream_st* stream) = 0;

  // Of the newest frame that was measured. Nobody waits for the GPU: a frame's time is known when one of the
  // next is drawn.
  [[nodiscard]] const FrameTiming& timing() const noexcept { return timing_; }
  void set_timing(const FrameTiming& timing) noexcept { timing_ = timing; }

 private:
  FrameTiming timing_;
};

}  // namespace triptych
