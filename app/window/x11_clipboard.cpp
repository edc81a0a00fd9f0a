#include "window/x11_clipboard.h"

#include <X11/Xlib.h>
#include <poll.h>

#include <chrono>
#include <memory>
#include <optional>

namespace triptych::app {
namespace {

constexpr long most_words = 1L << 26;  // of four bytes
constexpr std::size_t most_bytes = 4UL * most_words;

struct XClosed {
  void operator()(Display* display) const { XCloseDisplay(display); }
};
struct XFreed {
  void operator()(unsigned char* bytes) const { XFree(bytes); }
};

tl::unexpected<Error> not_given() {
  return fail("the program that copied the picture does not give it; save it as a file, then drop it here");
}

// Asks for the clipboard, as a window that nobody sees.
class Requestor {
 public:
  Requestor(Display* display, const Progress& progress)
      : display_(display),
        progress_(progress),
        window_(XCreateSimpleWindow(display, DefaultRootWindow(display), 0, 0, 1, 1, 0, 0, 0)),
        property_(XInternAtom(display, "TRIPTYCH_PICTURE", False)),
        in_pieces_(XInternAtom(display, "INCR", False)) {
    XSelectInput(display_, window_, PropertyChangeMask);
  }

  Result<std::string> png() {
    XConvertSelection(display_, XInternAtom(display_, "CLIPBOARD", False),
                      XInternAtom(display_, "image/png", False), property_, window_, CurrentTime);
    TRIPTYCH_TRY(const XEvent answer, wait(SelectionNotify));
    if (answer.xselection.property == None) return std::string();
    XEvent ignored;  // that the property has come: what follows is about its pieces
    while (XCheckTypedWindowEvent(display_, window_, PropertyNotify, &ignored) != 0) {
    }
    auto first = take();
    if (!first) return not_given();
    return first->type == in_pieces_ ? pieces() : std::move(first->bytes);
  }

 private:
  struct Piece {
    Atom type = None;
    std::string bytes;
  };

  Result<std::string> pieces() {
    std::string whole;
    while (true) {
      TRIPTYCH_TRY(const XEvent event, wait(PropertyNotify));
      if (event.xproperty.atom != property_ || event.xproperty.state != PropertyNewValue) continue;
      const auto piece = take();
      if (!piece || whole.size() + piece->bytes.size() > most_bytes) return not_given();
      if (piece->bytes.empty()) return whole;
      whole += piece->bytes;
    }
  }

  // What the property holds, which is gone then: so the other program knows that it may send more.
  std::optional<Piece> take() {
    Piece piece;
    int bits = 0;
    unsigned long length = 0;
    unsigned long rest = 0;
    unsigned char* bytes = nullptr;
    const int status = XGetWindowProperty(display_, window_, property_, 0, most_words, True, AnyPropertyType,
                                          &piece.type, &bits, &length, &rest, &bytes);
    const std::unique_ptr<unsigned char, XFreed> kept(bytes);
    if (status != Success || piece.type == None || rest > 0) return std::nullopt;
    if (bits == 8) piece.bytes.assign(reinterpret_cast<const char*>(bytes), length);
    return piece;
  }

  Result<XEvent> wait(int type) {
    constexpr int look_ms = 50;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    XEvent event;
    while (XCheckTypedWindowEvent(display_, window_, type, &event) == 0) {
      TRIPTYCH_CHECK(progress_.check());
      if (std::chrono::steady_clock::now() > end) return not_given();
      pollfd connection{ConnectionNumber(display_), POLLIN, 0};
      poll(&connection, 1, look_ms);
    }
    return event;
  }

  Display* display_;
  const Progress& progress_;
  Window window_;
  Atom property_, in_pieces_;
};

}  // namespace

Result<std::string> copied_picture(const Progress& progress) {
  const std::unique_ptr<Display, XClosed> display(XOpenDisplay(nullptr));
  if (display == nullptr) return std::string();
  return Requestor(display.get(), progress).png();
}

}  // namespace triptych::app
