// Teaching the model a style from pairs of pictures: the pairs, the run in the background, and what comes of
// it. UI thread only.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "jobs/job_queue.h"
#include "state/style_services.h"

namespace triptych::app {

class App;

class Adapting {
 public:
  explicit Adapting(App& app) : app_(app) {}

  // --- Pairs
  void open_pairs(const std::vector<std::filesystem::path>& paths);  // added to those that are here
  void model_loaded();  // or failed to: pairs that were opened before are aligned now
  void set_keep(std::size_t index, bool keep);
  void clear_pairs();
  [[nodiscard]] const std::vector<StylePair>& pairs() const noexcept { return pairs_; }
  [[nodiscard]] std::size_t kept() const;
  [[nodiscard]] std::string advice() const;  // what is missing or would help before a start; may be empty

  // --- The run
  [[nodiscard]] bool can_start() const;
  void start();
  void pause();
  void resume();
  // What was asked for last: pausing, when nothing is lost by it, or going on. While it is prepared, too.
  [[nodiscard]] bool paused() const noexcept { return paused_; }
  void stop();
  void take_snapshot();
  void set_minutes(float minutes);
  void poll();  // takes over what the run has to tell
  // What was learned could not be saved: it waits for save_again(), its recovery file stays.
  [[nodiscard]] bool save_failed() const noexcept { return save_failed_; }
  void save_again();
  // Leaves the recovery file to the next start, which takes it up. save_failed() only.
  void give_up();
  // From start() until what was learned is on the shelf: closing now would lose something.
  [[nodiscard]] bool busy() const noexcept { return starting_ || run_ != nullptr; }

  // The run in the list of running jobs; its id means nothing.
  [[nodiscard]] std::optional<JobInfo> job() const;
  [[nodiscard]] double fraction() const;  // how much of the learning, or of its preparation, is done
  [[nodiscard]] const StyleRun::Info& info() const noexcept { return info_; }
  [[nodiscard]] const std::vector<double>& loss_seconds() const noexcept { return loss_seconds_; }
  [[nodiscard]] const std::vector<double>& losses() const noexcept { return losses_; }
  [[nodiscard]] const std::optional<StyleRun::View>& view() const noexcept { return view_; }

  // Takes up what a crash, or giving up before it, left behind.
  void recover();

  bool shown = false;  // the panel
  std::string name;    // of the style to be
  float minutes = 5;

 private:
  void load(const std::vector<std::filesystem::path>& paths);
  // Its thread may hold for a moment what it shares: the time counts among the UI thread's waits.
  template <typename Question, typename... Values>
  auto ask_run(Question question, Values... values);
  void tell_notices();
  void tell_lonely(const std::vector<std::filesystem::path>& pictures);
  void begin(std::shared_ptr<StyleRun> run);
  void show_newest();
  void finish();
  void save();
  void end();

  App& app_;
  std::vector<StylePair> pairs_;
  std::vector<std::vector<std::filesystem::path>> waiting_;  // opened while the face models are being loaded
  int loads_ = 0;                                            // of pairs, since they were cleared
  bool starting_ = false;
  int start_job_ = 0;  // while starting_
  bool stop_when_started_ = false;
  bool paused_ = false;
  bool finishing_ = false;
  bool save_failed_ = false;
  std::shared_ptr<StyleRun> run_;
  std::string run_name_;
  std::filesystem::path recovery_;  // of the newest run; empty before the first
  StyleRun::Info info_;
  std::size_t told_ = 0;  // of its notices
  std::vector<double> loss_seconds_, losses_;
  std::optional<StyleRun::View> view_;
};

}  // namespace triptych::app
