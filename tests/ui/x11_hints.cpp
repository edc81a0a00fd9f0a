#include "x11_hints.h"

#include <X11/Xutil.h>

#include "x11_connection.h"

namespace triptych::test {

std::pair<int, int> smallest_size(unsigned long window) {
  const X11Connection display;
  XSizeHints hints{};
  long supplied = 0;
  if (display == nullptr || XGetWMNormalHints(display, window, &hints, &supplied) == 0) return {};
  return {hints.min_width, hints.min_height};
}

}  // namespace triptych::test
