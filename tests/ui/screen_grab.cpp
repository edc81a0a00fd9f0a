#include "screen_grab.h"

#include <X11/Xlib.h>
#include <X11/Xutil.h>

#include <array>
#include <string_view>

namespace triptych::test {
namespace {

// The usual arrow: X its edge, o its inside.
constexpr std::array<const char*, 17> arrow{
    "X",        "XX",       "XoX",       "XooX",       "XoooX",       "XooooX",
    "XoooooX",  "XooooooX", "XoooooooX", "XooooooooX", "XoooooXXXXX", "XooXooX",
    "XoX XooX", "XX  XooX", "X    XooX", "     XooX",  "      XX",
};

void draw_arrow(Image8& frame, int left, int top) {
  for (int row = 0; row < static_cast<int>(arrow.size()); ++row) {
    const std::string_view line = arrow[static_cast<std::size_t>(row)];
    for (int column = 0; column < static_cast<int>(line.size()); ++column) {
      const int x = left + column;
      const int y = top + row;
      const char dot = line[static_cast<std::size_t>(column)];
      if (dot == ' ' || x < 0 || y < 0 || x >= frame.width || y >= frame.height) continue;
      for (int c = 0; c < 3; ++c) frame.at(x, y, c) = dot == 'X' ? 0 : 255;
    }
  }
}

Image8 grab(Display* display, Window window) {
  XWindowAttributes at;
  XGetWindowAttributes(display, window, &at);
  XImage* pixels = XGetImage(display, window, 0, 0, static_cast<unsigned>(at.width),
                             static_cast<unsigned>(at.height), AllPlanes, ZPixmap);
  if (pixels == nullptr) return {};
  Image8 frame(at.width, at.height, 3);
  for (int y = 0; y < frame.height; ++y) {
    for (int x = 0; x < frame.width; ++x) {
      const unsigned long pixel = XGetPixel(pixels, x, y);
      for (int c = 0; c < 3; ++c) frame.at(x, y, c) = static_cast<std::uint8_t>(pixel >> (16 - 8 * c));
    }
  }
  XDestroyImage(pixels);
  Window root = 0;
  Window child = 0;
  int root_x = 0, root_y = 0, x = 0, y = 0;
  unsigned int buttons = 0;
  if (XQueryPointer(display, window, &root, &child, &root_x, &root_y, &x, &y, &buttons) != 0) {
    draw_arrow(frame, x, y);
  }
  return frame;
}

}  // namespace

Image8 grab_window(unsigned long window) {
  Display* display = XOpenDisplay(nullptr);
  if (display == nullptr) return {};
  Image8 frame = grab(display, window);
  XCloseDisplay(display);
  return frame;
}

}  // namespace triptych::test
