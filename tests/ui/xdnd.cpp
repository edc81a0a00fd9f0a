#include "xdnd.h"

#include <X11/Xatom.h>
#include <poll.h>

#include <array>
#include <cstdio>

#include "x11_connection.h"

namespace triptych::test {
namespace {

std::string uri_list(const std::vector<std::filesystem::path>& files) {
  std::string list;
  for (const auto& file : files) {
    list += "file://";
    for (const unsigned char c : file.string()) {
      std::array<char, 4> escape{};
      const bool plain = c > 32 && c < 127 && c != '%';
      std::snprintf(escape.data(), escape.size(), plain ? "%c" : "%%%02X", c);
      list += escape.data();
    }
    list += "\r\n";
  }
  return list;
}

}  // namespace

class FileDrag::Source {
 public:
  Source(Window target, std::string data) : target_(target), data_(std::move(data)) {
    if (display_ == nullptr) return;
    window_ = XCreateSimpleWindow(display_, DefaultRootWindow(display_), -10, -10, 1, 1, 0, 0, 0);
    XSetSelectionOwner(display_, atom("XdndSelection"), window_, CurrentTime);
    constexpr long version = 5;
    send("XdndEnter", version << 24, static_cast<long>(atom("text/uri-list")), 0, 0);
  }

  bool move(int x, int y) {
    if (display_ == nullptr) return false;
    int root_x = 0;
    int root_y = 0;
    Window child = 0;
    XTranslateCoordinates(display_, target_, DefaultRootWindow(display_), x, y, &root_x, &root_y, &child);
    const long position = (static_cast<long>(root_x) << 16) | root_y;
    send("XdndPosition", 0, position, CurrentTime, static_cast<long>(atom("XdndActionCopy")));
    return wait_for("XdndStatus");
  }
  bool drop() {
    if (display_ == nullptr) return false;
    send("XdndDrop", 0, CurrentTime, 0, 0);
    return wait_for("XdndFinished");
  }

 private:
  Atom atom(const char* name) { return XInternAtom(display_, name, False); }

  void send(const char* type, long a, long b, long c, long d) {
    XEvent event{};
    event.xclient.type = ClientMessage;
    event.xclient.window = target_;
    event.xclient.message_type = atom(type);
    event.xclient.format = 32;
    event.xclient.data.l[0] = static_cast<long>(window_);
    event.xclient.data.l[1] = a;
    event.xclient.data.l[2] = b;
    event.xclient.data.l[3] = c;
    event.xclient.data.l[4] = d;
    XSendEvent(display_, target_, False, NoEventMask, &event);
    XFlush(display_);
  }

  void hand_over(const XSelectionRequestEvent& request) {
    XChangeProperty(display_, request.requestor, request.property, request.target, 8, PropModeReplace,
                    reinterpret_cast<const unsigned char*>(data_.data()), static_cast<int>(data_.size()));
    answer(display_, request, request.property);
  }

  bool wait_for(const char* type) {
    constexpr int patience_ms = 30000;
    while (true) {
      while (XPending(display_) == 0) {
        pollfd descriptor{ConnectionNumber(display_), POLLIN, 0};
        if (poll(&descriptor, 1, patience_ms) <= 0) return false;
      }
      XEvent event;
      XNextEvent(display_, &event);
      if (event.type == SelectionRequest) hand_over(event.xselectionrequest);
      if (event.type == ClientMessage && event.xclient.message_type == atom(type)) return true;
    }
  }

  X11Connection connection_;
  Display* display_ = connection_;
  Window window_ = 0;
  Window target_ = 0;
  std::string data_;
};

FileDrag::FileDrag(unsigned long target, const std::vector<std::filesystem::path>& files)
    : source_(std::make_unique<Source>(target, uri_list(files))) {}
FileDrag::~FileDrag() = default;
bool FileDrag::move(int x, int y) {
  return source_->move(x, y);
}
bool FileDrag::drop() {
  return source_->drop();
}

}  // namespace triptych::test
