// The GPU's own clock around a frame, for the files of this folder that CUDA's headers reach.
#pragma once

#include <cuda_runtime_api.h>

#include "render/cuda/frame_target.h"

namespace triptych::render {

// Never waits: while a measured frame is under way, others are not measured. What fails is not measured
// either, and leaves no error behind for the next call that asks for one.
class FrameClock {
 public:
  FrameClock() = default;
  ~FrameClock() {
    if (from_ != nullptr) cudaEventDestroy(from_);
    if (to_ != nullptr) cudaEventDestroy(to_);
  }
  FrameClock(const FrameClock&) = delete;
  FrameClock& operator=(const FrameClock&) = delete;
  FrameClock(FrameClock&&) = delete;
  FrameClock& operator=(FrameClock&&) = delete;

  // A frame is queued on `stream` between these, every start() followed by a stop().
  void start(int width, int height, cudaStream_t stream) {
    look();
    if (state_ != State::idle || !worked(make_events()) || !worked(cudaEventRecord(from_, stream))) return;
    measured_ = {width, height, 0};
    state_ = State::started;
  }
  void stop(cudaStream_t stream) {
    if (state_ != State::started) return;
    state_ = worked(cudaEventRecord(to_, stream)) ? State::queued : State::idle;
  }

  // The newest frame that is known to be finished.
  [[nodiscard]] const FrameTiming& newest() const noexcept { return newest_; }

 private:
  enum class State { idle, started, queued };

  // A failure would else be told by the cudaGetLastError of the frame.
  static bool worked(cudaError_t error) {
    if (error != cudaSuccess) (void)cudaGetLastError();
    return error == cudaSuccess;
  }
  cudaError_t make_events() {
    for (cudaEvent_t* event : {&from_, &to_}) {
      if (*event != nullptr) continue;
      if (const cudaError_t made = cudaEventCreate(event); made != cudaSuccess) return made;
    }
    return cudaSuccess;
  }
  void look() {
    if (state_ != State::queued) return;
    const cudaError_t finished = cudaEventQuery(to_);
    float ms = 0;
    if (worked(finished) && worked(cudaEventElapsedTime(&ms, from_, to_))) {
      measured_.ms = static_cast<double>(ms);
      newest_ = measured_;
    }
    if (finished != cudaErrorNotReady) state_ = State::idle;
  }

  State state_ = State::idle;
  cudaEvent_t from_ = nullptr, to_ = nullptr;
  FrameTiming measured_, newest_;
};

}  // namespace triptych::render
