// A film of a person at work in the window.
#pragma once

#include <cmath>
#include <iostream>
#include <numbers>
#include <string>
#include <vector>

#include "acting.h"
#include "export/video.h"
#include "screen_grab.h"

namespace triptych::test {

// Filmed step by step, each frame when the window shows what it shows for good at that step: how fast the
// machine is that films does not matter.
class Film {
 public:
  static constexpr int frames_per_second = 12;
  explicit Film(Person& person) : person_(person) {}

  void shoot(int times = 1) { frames_.insert(frames_.end(), times, grab_window(person_.window())); }
  void type(const std::string& text) {
    for (const char letter : text) {
      person_.type(std::string(1, letter));
      shoot();
    }
  }
  // One way around with the button down, each step shown before the next.
  bool turn() {
    constexpr int steps = 4 * frames_per_second;
    person_.press("view.square");
    for (int i = 1; i <= steps; ++i) {
      const int before = person_.state()["view"]["requested"];
      const auto angle = static_cast<float>(i) * 2 * std::numbers::pi_v<float> / steps;
      person_.hover("view.square", 0.5F + 0.13F * std::sin(angle), 0.5F + 0.04F * std::sin(2 * angle));
      if (!person_.sees([&](const json& s) {
            return s["view"]["requested"] > before && s["view"]["frame"]["request"] == s["view"]["requested"];
          }))
        return false;
      shoot();
    }
    person_.let_go();
    return person_.sees(is_still);
  }
  bool save(const std::filesystem::path& path) const {
    auto video = VideoWriter::open(path, {frames_.front().width, frames_.front().height, frames_per_second});
    for (const Image8& frame : frames_) {
      if (!video || !(*video)->add(frame)) return false;
    }
    if (!video || !(*video)->finish()) return false;
    std::cout << path.string() << ": " << frames_.size() << " frames\n";
    return true;
  }

 private:
  Person& person_;
  std::vector<Image8> frames_;
};

}  // namespace triptych::test
