#include "x11_selection.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <thread>
#include <utility>

#include "x11_connection.h"

namespace triptych::test {

class CopiedPicture::Owner {
 public:
  Owner(std::string png, Handover way) : png_(std::move(png)), way_(way), end_(eventfd(0, EFD_CLOEXEC)) {
    if (display_ == nullptr) return;
    picture_ = XInternAtom(display_, "image/png", False);
    in_pieces_ = XInternAtom(display_, "INCR", False);
    const Window window = XCreateSimpleWindow(display_, DefaultRootWindow(display_), -10, -10, 1, 1, 0, 0, 0);
    XSetSelectionOwner(display_, XInternAtom(display_, "CLIPBOARD", False), window, CurrentTime);
    XSync(display_, False);
    thread_ = std::jthread([this] { serve(); });
  }
  ~Owner() {
    const std::uint64_t one = 1;
    if (write(end_, &one, sizeof one) == sizeof one && thread_.joinable()) thread_.join();
    close(end_);
  }
  Owner(const Owner&) = delete;
  Owner& operator=(const Owner&) = delete;
  Owner(Owner&&) = delete;
  Owner& operator=(Owner&&) = delete;

 private:
  void serve() {
    while (true) {
      while (XPending(display_) > 0) {
        XEvent event;
        XNextEvent(display_, &event);
        if (event.type == SelectionRequest) hand_over(event.xselectionrequest);
        const bool taken = event.type == PropertyNotify && event.xproperty.state == PropertyDelete;
        if (taken && event.xproperty.atom == property_) next_piece();
      }
      std::array<pollfd, 2> waits{pollfd{ConnectionNumber(display_), POLLIN, 0}, pollfd{end_, POLLIN, 0}};
      if (poll(waits.data(), waits.size(), -1) < 0 || waits[1].revents != 0) return;
    }
  }

  void hand_over(const XSelectionRequestEvent& request) {
    const bool known = request.target == picture_;
    if (known) give(request);
    answer(display_, request, known ? request.property : None);
  }

  void give(const XSelectionRequestEvent& request) {
    if (way_ == Handover::whole) return put(request.requestor, request.property, png_);
    requestor_ = request.requestor;
    property_ = request.property;
    sent_ = 0;
    ended_ = false;
    XSelectInput(display_, requestor_, PropertyChangeMask);
    const auto least = static_cast<long>(png_.size());
    XChangeProperty(display_, requestor_, property_, in_pieces_, 32, PropModeReplace,
                    reinterpret_cast<const unsigned char*>(&least), 1);
  }

  // An empty piece is the end; after it the other side closes its window.
  void next_piece() {
    if (ended_) return;
    const std::size_t length = std::min((png_.size() + 3) / 4, png_.size() - sent_);
    put(requestor_, property_, png_.substr(sent_, length));
    sent_ += length;
    ended_ = length == 0 || way_ == Handover::unfinished;
    XFlush(display_);
  }

  void put(Window requestor, Atom property, const std::string& bytes) {
    XChangeProperty(display_, requestor, property, picture_, 8, PropModeReplace,
                    reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  }

  X11Connection connection_;
  Display* display_ = connection_;
  const std::string png_;
  const Handover way_;
  int end_;  // readable once the thread is to end
  Atom picture_ = 0, in_pieces_ = 0;
  Window requestor_ = 0;  // of the pieces, and what they are put into
  Atom property_ = 0;
  std::size_t sent_ = 0;  // bytes
  bool ended_ = true;
  std::jthread thread_;  // alone uses the connection while it runs
};

CopiedPicture::CopiedPicture(std::string png, Handover way)
    : owner_(std::make_unique<Owner>(std::move(png), way)) {}
CopiedPicture::~CopiedPicture() = default;

}  // namespace triptych::test
