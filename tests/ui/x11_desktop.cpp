#include "x11_desktop.h"

#include <X11/Xatom.h>
#include <X11/Xutil.h>

#include <array>
#include <string>

#include "x11_connection.h"

namespace triptych::test {

void ask_to_close(unsigned long window) {
  const X11Connection display;
  if (display == nullptr) return;
  XEvent event{};
  event.xclient.type = ClientMessage;
  event.xclient.window = window;
  event.xclient.message_type = XInternAtom(display, "WM_PROTOCOLS", False);
  event.xclient.format = 32;
  event.xclient.data.l[0] = static_cast<long>(XInternAtom(display, "WM_DELETE_WINDOW", False));
  XSendEvent(display, window, False, NoEventMask, &event);
}

void set_minimised(unsigned long window, bool minimised) {
  const X11Connection display;
  if (display == nullptr) return;
  const Atom property = XInternAtom(display, "WM_STATE", False);
  const std::array<long, 2> value{minimised ? IconicState : NormalState, None};
  XChangeProperty(display, window, property, property, 32, PropModeReplace,
                  reinterpret_cast<const unsigned char*>(value.data()), static_cast<int>(value.size()));
  if (minimised) {
    XUnmapWindow(display, window);
  } else {
    XMapWindow(display, window);
    // As desktops do. Without it Dear ImGui, which forgets the pointer in the frame in which it sees that the
    // window has lost the focus, could forget one that has moved since.
    XSetInputFocus(display, window, RevertToParent, CurrentTime);
  }
}

std::pair<int, int> smallest_size(unsigned long window) {
  const X11Connection display;
  XSizeHints hints{};
  long supplied = 0;
  if (display == nullptr || XGetWMNormalHints(display, window, &hints, &supplied) == 0) return {};
  return {hints.min_width, hints.min_height};
}

void set_display_dpi(int dpi) {
  const X11Connection display;
  if (display == nullptr) return;
  const Window root = DefaultRootWindow(static_cast<Display*>(display));
  if (dpi == 0) {
    XDeleteProperty(display, root, XA_RESOURCE_MANAGER);
    return;
  }
  const std::string text = "Xft.dpi:\t" + std::to_string(dpi) + "\n";
  XChangeProperty(display, root, XA_RESOURCE_MANAGER, XA_STRING, 8, PropModeReplace,
                  reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
}

}  // namespace triptych::test
