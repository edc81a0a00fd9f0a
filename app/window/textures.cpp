#include "window/textures.h"

#include <glad/gl.h>

#include <cstring>

namespace triptych::app {
namespace {

constexpr std::uint64_t unused_frames = 240;

unsigned int make_texture() {
  unsigned int texture = 0;
  glGenTextures(1, &texture);
  glBindTexture(GL_TEXTURE_2D, texture);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
  return texture;
}

ImTextureRef ref_of(unsigned int texture) {
  return ImTextureRef(static_cast<ImTextureID>(texture));
}

}  // namespace

Textures::~Textures() {
  for (const auto& [image, entry] : entries_) glDeleteTextures(1, &entry.texture);
}

ImTextureRef Textures::of(const std::shared_ptr<const Image8>& image) {
  Entry& entry = entries_[image.get()];
  if (entry.texture == 0) {
    entry.image = image;
    entry.texture = make_texture();
    glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGB8, image->width, image->height, 0, GL_RGB, GL_UNSIGNED_BYTE,
                 image->pixels.data());
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR_MIPMAP_LINEAR);
    glGenerateMipmap(GL_TEXTURE_2D);
  }
  entry.last_frame = frame_;
  return ref_of(entry.texture);
}

void Textures::end_frame() {
  ++frame_;
  std::erase_if(entries_, [&](const auto& item) {
    const bool unused = item.second.last_frame + unused_frames < frame_;
    if (unused) glDeleteTextures(1, &item.second.texture);
    return unused;
  });
}

StreamTexture::~StreamTexture() {
  if (texture_ != 0) glDeleteTextures(1, &texture_);
  if (buffers_[0] != 0) glDeleteBuffers(2, buffers_.data());
}

void StreamTexture::upload(const Image8& rgb) {
  if (buffers_[0] == 0) glGenBuffers(2, buffers_.data());
  const auto bytes = static_cast<GLsizeiptr>(rgb.pixels.size());
  glBindBuffer(GL_PIXEL_UNPACK_BUFFER, buffers_[next_]);
  next_ = 1 - next_;
  glBufferData(GL_PIXEL_UNPACK_BUFFER, bytes, nullptr, GL_STREAM_DRAW);
  if (void* target = glMapBufferRange(GL_PIXEL_UNPACK_BUFFER, 0, bytes, GL_MAP_WRITE_BIT)) {
    std::memcpy(target, rgb.pixels.data(), rgb.pixels.size());
    glUnmapBuffer(GL_PIXEL_UNPACK_BUFFER);
  }
  fill(rgb.width, rgb.height, GL_RGB);
}

void StreamTexture::take(unsigned int pixel_buffer, int width, int height) {
  glBindBuffer(GL_PIXEL_UNPACK_BUFFER, pixel_buffer);
  fill(width, height, GL_RGBA);
}

void StreamTexture::fill(int width, int height, unsigned int format) {
  if (texture_ == 0) texture_ = make_texture();
  glBindTexture(GL_TEXTURE_2D, texture_);
  glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
  if (width == width_ && height == height_) {
    glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, width_, height_, format, GL_UNSIGNED_BYTE, nullptr);
  } else {
    width_ = width;
    height_ = height;
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGB8, width_, height_, 0, format, GL_UNSIGNED_BYTE, nullptr);
  }
  glBindBuffer(GL_PIXEL_UNPACK_BUFFER, 0);
}

ImTextureRef StreamTexture::ref() const {
  return ref_of(texture_);
}

}  // namespace triptych::app
