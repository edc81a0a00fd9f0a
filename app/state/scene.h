// What the user works on. A Scene is a value of shared immutable parts, so that undo keeps whole scenes
// cheaply.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/editor.h"
#include "prompt/prompt.h"
#include "state/services.h"
#include "viewport/camera_path.h"

namespace triptych::app {

inline constexpr float max_strength = 1.5F;

// One result in the history strip.
struct Variant {
  int id = 0;
  std::string label;                        // the prompt, "Original", or a file's name
  std::string text;                         // the prompt as typed
  std::shared_ptr<const Image8> reference;  // the reference picture, if any
  std::shared_ptr<const Edit> edit;         // null: restored from a session and not computed again yet
  int generation = 0;                       // App::model_generation that made it
  std::string reference_name{};             // of the reference's file, if any
  float strength = 1;                       // when another entry was chosen after it
};

// What all scenes share that one opening led to: where they are saved, and what of them is not. UI thread
// only.
struct Document {
  std::filesystem::path file;      // the session; empty: never saved
  std::filesystem::path leftover;  // the autosave it was restored from, until it is saved anew
  std::uint64_t changes = 0;       // actions so far; opening is none
  std::uint64_t saved = 0;         // of those, in the file
  std::string saved_draft;         // the prompt's text in the file

  [[nodiscard]] bool changed() const noexcept { return changes != saved; }
};

struct Scene {
  std::shared_ptr<Document> document;    // null: nothing is open
  std::shared_ptr<const Source> source;  // null for a head opened from a .tri file
  std::filesystem::path head_path;       // that file
  std::vector<std::shared_ptr<const Variant>> history;
  int current = -1;    // index into history; -1: nothing to see yet
  float strength = 1;  // of the entry that is shown
  CameraPath path;

  [[nodiscard]] bool empty() const noexcept { return history.empty(); }
  // The entry of a prompt; -1: there is none.
  [[nodiscard]] int find(const std::string& text,
                         const std::shared_ptr<const Image8>& reference) const noexcept {
    for (std::size_t i = 0; i < history.size(); ++i) {
      if (history[i]->text == text && history[i]->reference == reference) return static_cast<int>(i);
    }
    return -1;
  }
  [[nodiscard]] const Variant* shown() const noexcept {
    const auto index = static_cast<std::size_t>(current);
    return current >= 0 && index < history.size() ? history[index].get() : nullptr;
  }
  // Before another entry is shown.
  void keep_strength() {
    if (shown() == nullptr || shown()->strength == strength) return;
    auto kept = std::make_shared<Variant>(*shown());
    kept->strength = strength;
    history[static_cast<std::size_t>(current)] = std::move(kept);
  }
  // Another entry, as strong as it was.
  void show(int index) {
    keep_strength();
    current = index;
    strength = history[static_cast<std::size_t>(index)]->strength;
  }
};

}  // namespace triptych::app
