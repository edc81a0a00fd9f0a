// What the user works on. A Scene is a value of shared immutable parts, so that undo keeps whole scenes
// cheaply.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "model/editor.h"
#include "prompt/prompt.h"
#include "state/services.h"

namespace triptych::app {

inline constexpr float max_strength = 1.5F;

// One result in the history strip.
struct Variant {
  int id = 0;
  std::string label;                        // the prompt, "Original", or a file's name
  std::string text;                         // the prompt as typed
  std::shared_ptr<const Image8> reference;  // the reference picture, if any
  std::shared_ptr<const Edit> edit;         // null: restored from a session and not computed again yet
};

struct Scene {
  std::shared_ptr<const Source> source;  // null for a head opened from a .tri file
  std::filesystem::path head_path;       // that file
  std::vector<std::shared_ptr<const Variant>> history;
  int current = -1;  // index into history; -1: nothing to see yet
  float strength = 1;

  [[nodiscard]] bool empty() const noexcept { return history.empty(); }
  [[nodiscard]] const Variant* shown() const noexcept {
    const auto index = static_cast<std::size_t>(current);
    return current >= 0 && index < history.size() ? history[index].get() : nullptr;
  }
};

}  // namespace triptych::app
