#include "window/gl_window.h"

#include <GLFW/glfw3.h>
#include <glad/gl.h>
#include <imgui.h>
#include <imgui_impl_glfw.h>
#include <imgui_impl_opengl3.h>
#include <implot.h>

#include <cmath>
#include <cstring>
#include <utility>

#include "window/x11_drag.h"
#include "window/x11_scale.h"

namespace triptych::app {
namespace {

std::string last_glfw_error() {
  const char* text = nullptr;
  glfwGetError(&text);
  return text != nullptr ? text : "";
}

}  // namespace

Result<std::unique_ptr<GlWindow>> GlWindow::open(const std::string& title, const WindowPlace& place,
                                                 const std::filesystem::path& layout_file) {
  if (glfwInit() == GLFW_FALSE) {
    return fail(
        "the window needs a display, and there is none: set DISPLAY or WAYLAND_DISPLAY, or use a verb "
        "(triptych --help)",
        last_glfw_error());
  }
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
  glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);
  glfwWindowHint(GLFW_MAXIMIZED, place.maximised ? GLFW_TRUE : GLFW_FALSE);
  glfwWindowHintString(GLFW_X11_CLASS_NAME, "triptych");
  GLFWwindow* window = glfwCreateWindow(place.width, place.height, title.c_str(), nullptr, nullptr);
  if (window == nullptr) {
    const std::string detail = last_glfw_error();
    glfwTerminate();
    return fail(
        "the window needs OpenGL 3.3, which this display does not offer: update the graphics driver, or "
        "install Mesa (libgl1-mesa-dri) to draw without one",
        detail);
  }
  std::unique_ptr<GlWindow> self(new GlWindow(window));
  glfwMakeContextCurrent(window);
  ImGui::CreateContext();
  ImPlot::CreateContext();
  if (gladLoadGL(glfwGetProcAddress) == 0)
    return fail("the OpenGL driver lacks functions of OpenGL 3.3: update it");
  glfwSwapInterval(1);
  glfwSetWindowUserPointer(window, self.get());
  glfwSetDropCallback(window, &GlWindow::on_drop);
  watch_x11_scale();
  self->title_ = title;
  self->layout_file_ = layout_file.string();
  ImGuiIO& io = ImGui::GetIO();
  io.ConfigFlags |= ImGuiConfigFlags_DockingEnable | ImGuiConfigFlags_NavEnableKeyboard;
  io.MouseDoubleClickTime = 0.5F;  // as desktops have it, like the next
  io.KeyRepeatDelay = 0.5F;
  io.ConfigWindowsMoveFromTitleBarOnly = true;
  io.IniFilename = layout_file.empty() ? nullptr : self->layout_file_.c_str();
  ImGui_ImplGlfw_InitForOpenGL(window, true);
  ImGui_ImplOpenGL3_Init("#version 330 core");
  return self;
}

GlWindow::~GlWindow() {
  if (ImGui::GetIO().BackendRendererUserData != nullptr) {
    ImGui_ImplOpenGL3_Shutdown();
    ImGui_ImplGlfw_Shutdown();
  }
  ImPlot::DestroyContext();
  ImGui::DestroyContext();
  glfwDestroyWindow(window_);
  glfwTerminate();
}

void GlWindow::on_drop(GLFWwindow* window, int count, const char** paths) {
  auto* self = static_cast<GlWindow*>(glfwGetWindowUserPointer(window));
  double x = 0;
  double y = 0;
  glfwGetCursorPos(window, &x, &y);
  DroppedFiles drop{{}, static_cast<float>(x), static_cast<float>(y)};
  for (int i = 0; i < count; ++i) drop.files.emplace_back(paths[i]);
  self->drops_.push_back(std::move(drop));
}

void GlWindow::wait(double timeout_s) {
  if (timeout_s > 0) {
    glfwWaitEventsTimeout(timeout_s);
  } else {
    glfwPollEvents();
  }
}

void GlWindow::wake() {
  glfwPostEmptyEvent();
}

void GlWindow::begin_frame() {
  ImGui_ImplOpenGL3_NewFrame();
  ImGui_ImplGlfw_NewFrame();
  ImGui::NewFrame();
}

void GlWindow::end_frame(float red, float green, float blue, Image8* read_back) {
  ImGui::Render();
  int width = 0;
  int height = 0;
  glfwGetFramebufferSize(window_, &width, &height);
  glViewport(0, 0, width, height);
  glClearColor(red, green, blue, 1);
  glClear(GL_COLOR_BUFFER_BIT);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  if (read_back != nullptr) {
    Image8 flipped(width, height, 3);
    glPixelStorei(GL_PACK_ALIGNMENT, 1);
    glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE, flipped.pixels.data());
    *read_back = Image8(width, height, 3);
    const std::size_t bytes = static_cast<std::size_t>(width) * 3;
    for (int y = 0; y < height; ++y) std::memcpy(read_back->row(y), flipped.row(height - 1 - y), bytes);
  }
  glfwSwapBuffers(window_);
}

void GlWindow::drop_frame() {
  ImGui::EndFrame();
}

bool GlWindow::close_requested() const {
  return glfwWindowShouldClose(window_) == GLFW_TRUE;
}
void GlWindow::refuse_close() {
  glfwSetWindowShouldClose(window_, GLFW_FALSE);
}
bool GlWindow::minimised() const {
  return glfwGetWindowAttrib(window_, GLFW_ICONIFIED) == GLFW_TRUE;
}
void GlWindow::restore() {
  if (minimised()) glfwRestoreWindow(window_);
}

bool GlWindow::maximised() const {
  return glfwGetWindowAttrib(window_, GLFW_MAXIMIZED) == GLFW_TRUE;
}

std::pair<int, int> GlWindow::size() const {
  int width = 0;
  int height = 0;
  glfwGetWindowSize(window_, &width, &height);
  // Where GLFW counts pixels it makes new windows larger by the scale; elsewhere it counts as we do.
  const float scale = x11_scale().value_or(1.0F);
  const auto unscaled = [&](int pixels) {
    return static_cast<int>(std::lround(static_cast<float>(pixels) / scale));
  };
  return {unscaled(width), unscaled(height)};
}

void GlWindow::set_smallest(float scale) {
  constexpr float width = 640, height = 440;
  glfwSetWindowSizeLimits(window_, static_cast<int>(width * scale), static_cast<int>(height * scale),
                          GLFW_DONT_CARE, GLFW_DONT_CARE);
}

float GlWindow::content_scale() const {
  if (const auto scale = x11_scale()) return *scale;
  float x = 1;
  float y = 1;
  glfwGetWindowContentScale(window_, &x, &y);
  return x > 0 ? x : 1;
}

std::optional<std::pair<float, float>> GlWindow::files_over() const {
  return drag_over(window_);
}

std::vector<DroppedFiles> GlWindow::take_drops() {
  return std::exchange(drops_, {});
}

std::string GlWindow::clipboard() const {
  const char* text = glfwGetClipboardString(window_);
  return text != nullptr ? text : "";
}

void GlWindow::set_title(const std::string& title) {
  if (title == title_) return;
  title_ = title;
  glfwSetWindowTitle(window_, title.c_str());
}

std::string GlWindow::renderer() const {
  const auto* name = glGetString(GL_RENDERER);
  return name != nullptr ? reinterpret_cast<const char*>(name) : "";
}

}  // namespace triptych::app
