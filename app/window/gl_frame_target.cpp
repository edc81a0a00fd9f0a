#include "window/gl_frame_target.h"

#ifdef TRIPTYCH_GL_INTEROP
#include <glad/gl.h>
// After glad, which brings OpenGL's types.
#include <cuda_gl_interop.h>

#include <array>
#endif

namespace triptych::app {

#ifdef TRIPTYCH_GL_INTEROP
namespace {

Status check(cudaError_t error) {
  if (error == cudaSuccess) return {};
  return fail(std::string("OpenGL's memory cannot be written by the GPU renderer (") +
              cudaGetErrorString(error) + "); frames go through the host instead");
}

// A pixel buffer that CUDA knows.
class PixelBuffer {
 public:
  PixelBuffer() = default;
  ~PixelBuffer() { release(); }
  PixelBuffer(const PixelBuffer&) = delete;
  PixelBuffer& operator=(const PixelBuffer&) = delete;
  PixelBuffer(PixelBuffer&&) = delete;
  PixelBuffer& operator=(PixelBuffer&&) = delete;

  [[nodiscard]] unsigned int name() const noexcept { return buffer_; }

  [[nodiscard]] Status resize(std::size_t bytes) {
    if (bytes == bytes_) return {};
    release();
    glGenBuffers(1, &buffer_);
    glBindBuffer(GL_PIXEL_UNPACK_BUFFER, buffer_);
    glBufferData(GL_PIXEL_UNPACK_BUFFER, static_cast<GLsizeiptr>(bytes), nullptr, GL_STREAM_DRAW);
    glBindBuffer(GL_PIXEL_UNPACK_BUFFER, 0);
    TRIPTYCH_CHECK(
        check(cudaGraphicsGLRegisterBuffer(&resource_, buffer_, cudaGraphicsRegisterFlagsWriteDiscard)));
    bytes_ = bytes;
    return {};
  }

  // What OpenGL still does with the buffer is waited for by the stream.
  [[nodiscard]] Result<std::uint32_t*> map(cudaStream_t stream) {
    TRIPTYCH_CHECK(check(cudaGraphicsMapResources(1, &resource_, stream)));
    void* pixels = nullptr;
    std::size_t bytes = 0;
    if (const Status found = check(cudaGraphicsResourceGetMappedPointer(&pixels, &bytes, resource_));
        !found) {
      cudaGraphicsUnmapResources(1, &resource_, stream);
      return tl::make_unexpected(found.error());
    }
    return static_cast<std::uint32_t*>(pixels);
  }

  // OpenGL waits for what the stream does until here.
  [[nodiscard]] Status unmap(cudaStream_t stream) {
    return check(cudaGraphicsUnmapResources(1, &resource_, stream));
  }

 private:
  void release() {
    if (resource_ != nullptr) cudaGraphicsUnregisterResource(resource_);
    if (buffer_ != 0) glDeleteBuffers(1, &buffer_);
    resource_ = nullptr;
    buffer_ = 0;
    bytes_ = 0;
  }

  unsigned int buffer_ = 0;
  cudaGraphicsResource* resource_ = nullptr;
  std::size_t bytes_ = 0;
};

class GlFrameTarget final : public FrameTarget {
 public:
  explicit GlFrameTarget(StreamTexture& texture) : texture_(texture) {}

  Result<std::uint32_t*> begin(int width, int height, CUstream_st* stream) override {
    width_ = width;
    height_ = height;
    next_ = 1 - next_;
    const auto pixels = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    TRIPTYCH_CHECK(buffers_[next_].resize(pixels * sizeof(std::uint32_t)));
    return buffers_[next_].map(stream);
  }

  Status end(CUstream_st* stream) override {
    TRIPTYCH_CHECK(buffers_[next_].unmap(stream));
    texture_.take(buffers_[next_].name(), width_, height_);
    return {};
  }

 private:
  StreamTexture& texture_;
  std::array<PixelBuffer, 2> buffers_;
  std::size_t next_ = 0;
  int width_ = 0, height_ = 0;
};

}  // namespace

Result<std::unique_ptr<FrameTarget>> make_gl_frame_target(StreamTexture& texture) {
  return std::make_unique<GlFrameTarget>(texture);
}

#else

Result<std::unique_ptr<FrameTarget>> make_gl_frame_target(StreamTexture& /*texture*/) {
  return fail("this build has no CUDA part; frames go through the host");
}

#endif

}  // namespace triptych::app
