// What the window asks of the engine about styles that are learned from pairs of pictures. The values are
// what panels show; `engine` in them is what the engine keeps with them.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/progress.h"
#include "face/portrait.h"
#include "image/image.h"
#include "model/editor.h"

namespace triptych::app {

inline constexpr std::size_t longest_style_name = 64;  // bytes, as adapt::check_name asks

// A picture before and after.
struct StylePair {
  enum class Verdict {
    good,
    doubtful,  // usable, but `reason` says why it may teach nonsense
    unusable,
  };
  std::string name;
  std::filesystem::path file;  // the before picture; pairs of several folders may have one name
  Verdict verdict = Verdict::unusable;
  std::string reason;                           // one sentence; empty if good
  bool keep = false;                            // learned from; never if unusable
  std::shared_ptr<const Image8> before, after;  // aligned; null if unusable
  std::shared_ptr<const void> engine;
};

struct StylePairs {
  std::vector<StylePair> pairs;
  std::vector<std::filesystem::path> lonely;  // pictures without a partner
};

// A style as a file holds it.
struct LearnedStyle {
  std::string name;                         // what to type as the prompt
  std::filesystem::path path;               // empty: not saved yet
  std::string model_name, model_hash;       // of the model it was made for: it fits no other
  std::string fingerprint;                  // of what was learned: the same under every name
  std::shared_ptr<const Image8> thumbnail;  // may be null
  std::vector<std::string> snapshots;       // "10 s", "1 min"; at least one
  std::size_t current = 0;                  // the one in use
  std::shared_ptr<const void> engine;
};

struct StyleRunConfig {
  std::string name;
  double minutes = 5;
  std::filesystem::path recovery;  // written now and then so that a crash loses little; goes with the run
  std::function<void()> changed;   // from the run's thread, about once a second: must return at once
};

// Learning in the background. Every call returns at once and may come at any moment.
class StyleRun {
 public:
  enum class State { idle, preparing, running, paused, done, failed };
  struct Info {
    State state = State::idle;
    std::string stage;    // while preparing
    double fraction = 0;  // of that
    double seconds = 0;   // learned
    double left_s = 0;    // to go
    std::size_t snapshots = 0;
    std::vector<std::string> notices;
    Error error;  // failed only
  };
  struct LossPoint {
    double seconds = 0;
    double loss = 0;
  };
  // A pair under the newest snapshot, at the end under the one in use.
  struct View {
    std::shared_ptr<const Image8> before, after, learned;
    bool held_back = false;  // not learned from
  };

  StyleRun() = default;
  virtual ~StyleRun() = default;  // ends the work and joins its thread
  StyleRun(const StyleRun&) = delete;
  StyleRun& operator=(const StyleRun&) = delete;
  StyleRun(StyleRun&&) = delete;
  StyleRun& operator=(StyleRun&&) = delete;

  virtual void pause() = 0;
  virtual void resume() = 0;
  virtual void stop() = 0;           // done with what has been learned, or idle if that is nothing
  virtual void keep_recovery() = 0;  // the file stays when the run goes
  virtual void set_minutes(double minutes) = 0;
  virtual void take_snapshot() = 0;
  [[nodiscard]] virtual Info info() const = 0;
  [[nodiscard]] virtual std::vector<LossPoint> losses(std::size_t from) const = 0;
  [[nodiscard]] virtual std::optional<LearnedStyle> latest() const = 0;  // none before the first snapshot
  [[nodiscard]] virtual std::optional<View> view() const = 0;
};

class StyleServices {
 public:
  virtual ~StyleServices() = default;

  // Pairs among folders and files, aligned and judged.
  [[nodiscard]] virtual Result<StylePairs> load_pairs(const std::vector<std::filesystem::path>& paths,
                                                      Progress& progress) = 0;
  // A run that has been started, of the pairs to keep.
  [[nodiscard]] virtual Result<std::shared_ptr<StyleRun>> learn_style(const std::vector<StylePair>& pairs,
                                                                      const StyleRunConfig& config,
                                                                      Progress& progress) = 0;
  [[nodiscard]] virtual Result<LearnedStyle> load_style(const std::filesystem::path& path) = 0;
  // With the snapshot that is `current`; whole or not at all.
  [[nodiscard]] virtual Status save_style(const std::filesystem::path& path, const LearnedStyle& style) = 0;
  // The model knows these from now on, and no others beside its own. Those of another model are left out.
  [[nodiscard]] virtual Status use_styles(const std::vector<LearnedStyle>& styles) = 0;
  // The style's head of a portrait, whether the model knows the style or not.
  [[nodiscard]] virtual Result<std::shared_ptr<const Edit>> edit_with(const LearnedStyle& style,
                                                                      const Portrait& portrait,
                                                                      Progress& progress) = 0;
};

}  // namespace triptych::app
