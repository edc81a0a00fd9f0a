// A GLFW window with an OpenGL 3.3 context and Dear ImGui in it, as one object.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "image/image.h"

struct GLFWwindow;

namespace triptych::app {

struct DroppedFiles {
  std::vector<std::filesystem::path> files;
  float x = 0, y = 0;  // where, in ImGui's coordinates
};

// How large a window is: in pixels on a display of 96 dots an inch, of which finer ones have more.
struct WindowPlace {
  int width = 0, height = 0;
  bool maximised = false;  // then these are what it goes back to
};

class GlWindow {
 public:
  // Fails with a sentence that says what is missing: no display, no OpenGL 3.3.
  [[nodiscard]] static Result<std::unique_ptr<GlWindow>> open(const std::string& title,
                                                              const WindowPlace& place,
                                                              const std::filesystem::path& layout_file);
  ~GlWindow();
  GlWindow(const GlWindow&) = delete;
  GlWindow& operator=(const GlWindow&) = delete;
  GlWindow(GlWindow&&) = delete;
  GlWindow& operator=(GlWindow&&) = delete;

  // Waits for something to happen, at most `timeout_s`; 0 only looks.
  void wait(double timeout_s);
  static void wake();  // any thread: ends the wait

  void begin_frame();
  // Draws; with `read_back` the pixels are read before the swap (RGB, upright).
  void end_frame(float red, float green, float blue, Image8* read_back = nullptr);
  void drop_frame();  // instead of end_frame(): the window stays as it is

  [[nodiscard]] bool close_requested() const;
  void refuse_close();
  [[nodiscard]] bool minimised() const;
  void restore();  // if it is minimised
  [[nodiscard]] bool maximised() const;
  [[nodiscard]] std::pair<int, int> size() const;  // as open() takes it
  void set_smallest(float scale);                  // pixels of this window for one of 96 dots an inch
  // Of the monitor the window is on, as it is now; waits for the X server's answer.
  [[nodiscard]] float content_scale() const;
  [[nodiscard]] std::vector<DroppedFiles> take_drops();
  [[nodiscard]] std::optional<std::pair<float, float>> files_over() const;  // where files hover now
  [[nodiscard]] std::string clipboard() const;
  void set_title(const std::string& title);
  [[nodiscard]] std::string renderer() const;  // the OpenGL driver's name for itself

 private:
  explicit GlWindow(GLFWwindow* window) : window_(window) {}
  static void on_drop(GLFWwindow* window, int count, const char** paths);

  GLFWwindow* window_ = nullptr;
  std::vector<DroppedFiles> drops_;
  std::string title_;
  std::string layout_file_;
};

}  // namespace triptych::app
