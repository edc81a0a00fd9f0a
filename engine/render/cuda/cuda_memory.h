// Memory of the GPU and what it says when it fails, for the files of this folder that CUDA's headers reach.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <string>

#include "core/error.h"

namespace triptych::render {

// `doing` ends the sentence "the GPU failed while ...".
[[nodiscard]] inline Status check_cuda(cudaError_t error, const char* doing) {
  if (error == cudaSuccess) return {};
  const ErrorCode code = error == cudaErrorMemoryAllocation ? ErrorCode::out_of_memory : ErrorCode::failed;
  return fail(std::string("the GPU failed while ") + doing + " (" + cudaGetErrorString(error) + ")", {},
              code);
}

struct DeviceMemory {
  static cudaError_t allocate(void** data, std::size_t bytes) { return cudaMalloc(data, bytes); }
  static void release(void* data) { cudaFree(data); }
};

// Of the host, where the GPU can write by itself.
struct PinnedMemory {
  static cudaError_t allocate(void** data, std::size_t bytes) { return cudaMallocHost(data, bytes); }
  static void release(void* data) { cudaFreeHost(data); }
};

// Grows as needed and is kept.
template <typename Memory>
class Buffer {
 public:
  Buffer() = default;
  ~Buffer() { Memory::release(data_); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  Buffer(Buffer&&) = delete;
  Buffer& operator=(Buffer&&) = delete;

  [[nodiscard]] Status reserve(std::size_t bytes) {
    if (bytes <= size_) return {};
    Memory::release(data_);
    data_ = nullptr;
    size_ = 0;
    TRIPTYCH_CHECK(check_cuda(Memory::allocate(&data_, bytes), "reserving memory"));
    size_ = bytes;
    return {};
  }
  [[nodiscard]] Status upload(const void* from, std::size_t bytes) {
    TRIPTYCH_CHECK(reserve(bytes));
    TRIPTYCH_CHECK(check_cuda(cudaMemcpy(data_, from, bytes, cudaMemcpyDefault), "receiving a head"));
    // From memory that is not pinned it returns before the last bytes have arrived, and no other stream
    // waits.
    return check_cuda(cudaStreamSynchronize(nullptr), "receiving a head");
  }
  template <typename T>
  [[nodiscard]] T* as() const {
    return static_cast<T*>(data_);
  }

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace triptych::render
