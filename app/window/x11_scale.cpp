#include "window/x11_scale.h"

#include <X11/Xatom.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include "window/x11_native.h"

namespace triptych::app {
namespace {

constexpr float usual_dpi = 96;

struct XFreed {
  void operator()(unsigned char* text) const { XFree(text); }
};

}  // namespace

std::optional<float> dpi_in(std::string_view resources) noexcept {
  constexpr std::string_view name = "Xft.dpi:";
  constexpr float least = 24, most = 960;
  while (!resources.empty()) {
    std::string_view line = resources.substr(0, resources.find('\n'));
    resources.remove_prefix(std::min(line.size() + 1, resources.size()));
    if (!line.starts_with(name)) continue;
    line.remove_prefix(std::min(line.find_first_not_of(" \t", name.size()), line.size()));
    float dpi = 0;
    const auto [_, error] = std::from_chars(line.data(), line.data() + line.size(), dpi);
    if (error == std::errc() && dpi >= least && dpi <= most) return dpi;
  }
  return std::nullopt;
}

std::optional<float> x11_scale() {
  Display* display = glfwGetX11Display();
  if (display == nullptr) return std::nullopt;
  constexpr long most_words = 1L << 18;
  Atom type = 0;
  int bits = 0;
  unsigned long length = 0;
  unsigned long rest = 0;
  unsigned char* text = nullptr;
  const int status = XGetWindowProperty(display, DefaultRootWindow(display), XA_RESOURCE_MANAGER, 0,
                                        most_words, False, XA_STRING, &type, &bits, &length, &rest, &text);
  const std::unique_ptr<unsigned char, XFreed> kept(text);
  if (status != Success) return std::nullopt;
  if (bits != 8 || text == nullptr) return 1.0F;
  return dpi_in({reinterpret_cast<const char*>(text), length}).value_or(usual_dpi) / usual_dpi;
}

void watch_x11_scale() {
  Display* display = glfwGetX11Display();
  if (display == nullptr) return;
  XWindowAttributes root{};
  if (XGetWindowAttributes(display, DefaultRootWindow(display), &root) == 0) return;
  XSelectInput(display, DefaultRootWindow(display), root.your_event_mask | PropertyChangeMask);
}

}  // namespace triptych::app
