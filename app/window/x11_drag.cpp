#include "window/x11_drag.h"

#include <GLFW/glfw3.h>

#include "window/x11_native.h"

namespace triptych::app {

std::optional<std::pair<float, float>> drag_over(GLFWwindow* window) {
  // A button that this window saw go down is an ordinary drag within it.
  if (glfwGetMouseButton(window, GLFW_MOUSE_BUTTON_LEFT) == GLFW_PRESS) return std::nullopt;
  Display* display = glfwGetX11Display();
  if (display == nullptr) return std::nullopt;
  const Atom selection = XInternAtom(display, "XdndSelection", False);
  if (XGetSelectionOwner(display, selection) == 0) return std::nullopt;
  Window root = 0;
  Window child = 0;
  int root_x = 0;
  int root_y = 0;
  int x = 0;
  int y = 0;
  unsigned int buttons = 0;
  if (XQueryPointer(display, glfwGetX11Window(window), &root, &child, &root_x, &root_y, &x, &y, &buttons) ==
      0) {
    return std::nullopt;
  }
  int width = 0;
  int height = 0;
  glfwGetWindowSize(window, &width, &height);
  const bool inside = x >= 0 && y >= 0 && x < width && y < height;
  if ((buttons & Button1Mask) == 0 || !inside) return std::nullopt;
  return std::pair{static_cast<float>(x), static_cast<float>(y)};
}

}  // namespace triptych::app
