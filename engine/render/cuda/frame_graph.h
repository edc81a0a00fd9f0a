// The kernels and copies of a frame as one CUDA graph: a single launch for the driver.
#pragma once

#include <functional>

#include "core/error.h"

struct CUstream_st;
struct CUgraphExec_st;

namespace triptych::render {

class FrameGraph {
 public:
  FrameGraph() = default;
  ~FrameGraph();
  FrameGraph(const FrameGraph&) = delete;
  FrameGraph& operator=(const FrameGraph&) = delete;
  FrameGraph(FrameGraph&&) = delete;
  FrameGraph& operator=(FrameGraph&&) = delete;

  // Records what `queue` puts on the stream, and launches it there. The graph of the frame before is kept and
  // only gets the new numbers (camera, sizes); frames of another kind make a new one.
  [[nodiscard]] Status launch(CUstream_st* stream, const std::function<Status()>& queue);

 private:
  CUgraphExec_st* ready_ = nullptr;
};

}  // namespace triptych::render
