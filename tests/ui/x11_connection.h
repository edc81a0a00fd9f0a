// A connection to the X server; null where there is none. Xlib and its macros: for .cpp files of these tests
// only.
#pragma once

#include <X11/Xlib.h>

namespace triptych::test {

class X11Connection {
 public:
  X11Connection() : display_(XOpenDisplay(nullptr)) {}
  ~X11Connection() {
    if (display_ != nullptr) XCloseDisplay(display_);
  }
  X11Connection(const X11Connection&) = delete;
  X11Connection& operator=(const X11Connection&) = delete;
  X11Connection(X11Connection&&) = delete;
  X11Connection& operator=(X11Connection&&) = delete;
  operator Display*() const { return display_; }  // NOLINT(google-explicit-constructor)

 private:
  Display* display_;
};

// Tells who asked for a selection in which property it is; None: it is not to be had so.
inline void answer(Display* display, const XSelectionRequestEvent& request, Atom property) {
  XEvent reply{};
  reply.xselection.type = SelectionNotify;
  reply.xselection.requestor = request.requestor;
  reply.xselection.selection = request.selection;
  reply.xselection.target = request.target;
  reply.xselection.property = property;
  reply.xselection.time = request.time;
  XSendEvent(display, request.requestor, False, NoEventMask, &reply);
  XFlush(display);
}

}  // namespace triptych::test
