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

}  // namespace triptych::test
