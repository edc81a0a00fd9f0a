#include "render/cuda/frame_graph.h"

#include <memory>

#include "render/cuda/cuda_memory.h"

namespace triptych::render {
namespace {

struct Destroy {
  void operator()(cudaGraph_t graph) const { cudaGraphDestroy(graph); }
};
using Graph = std::unique_ptr<CUgraph_st, Destroy>;

Result<Graph> record(cudaStream_t stream, const std::function<Status()>& queue) {
  // Of this thread only: others may talk to the GPU meanwhile.
  TRIPTYCH_CHECK(
      check_cuda(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "starting a frame"));
  const Status queued = queue();
  cudaGraph_t recorded = nullptr;
  const cudaError_t ended = cudaStreamEndCapture(stream, &recorded);  // whatever became of it
  Graph graph(recorded);
  TRIPTYCH_CHECK(queued);
  TRIPTYCH_CHECK(check_cuda(ended, "starting a frame"));
  return graph;
}

}  // namespace

FrameGraph::~FrameGraph() {
  if (ready_ != nullptr) cudaGraphExecDestroy(ready_);
}

Status FrameGraph::launch(CUstream_st* stream, const std::function<Status()>& queue) {
  TRIPTYCH_TRY(const Graph graph, record(stream, queue));
  cudaGraphExecUpdateResultInfo update{};
  if (ready_ == nullptr || cudaGraphExecUpdate(ready_, graph.get(), &update) != cudaSuccess) {
    (void)cudaGetLastError();  // that it cannot be updated is no fault
    if (ready_ != nullptr) cudaGraphExecDestroy(ready_);
    ready_ = nullptr;
    TRIPTYCH_CHECK(check_cuda(cudaGraphInstantiate(&ready_, graph.get(), 0), "preparing a frame"));
  }
  return check_cuda(cudaGraphLaunch(ready_, stream), "starting a frame");
}

}  // namespace triptych::render
