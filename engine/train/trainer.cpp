#include "train/trainer.h"

#include <ATen/Parallel.h>

#include <chrono>
#include <cmath>
#include <condition_variable>
#include <fstream>
#include <iomanip>
#include <mutex>
#include <sstream>
#include <stop_token>
#include <thread>
#include <utility>

#include "core/file_errors.h"
#include "core/json.h"
#include "train/batch.h"
#include "train/checkpoint.h"
#include "train/figures.h"
#include "train/losses/st_lpips.h"
#include "train/objective.h"
#include "train/optimizer.h"
#include "train/sources.h"

namespace triptych::train {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

bool due(Clock::time_point last_time, double minutes) {
  return seconds_since(last_time) >= 60 * minutes;
}

const char* stage_name(TrainConfig::Stage stage) {
  switch (stage) {
    case TrainConfig::Stage::reconstruction:
      return "reconstruction";
    case TrainConfig::Stage::editing:
      return "editing";
    case TrainConfig::Stage::joint:
      return "joint";
  }
  return "";
}

class Trainer {
 public:
  Trainer(const TrainConfig& config, const TrainOptions& options, Progress& progress)
      : config_(config),
        options_(options),
        progress_(progress),
        workers_(options.workers != nullptr ? *options.workers : alone_) {}

  [[nodiscard]] Status open();
  [[nodiscard]] Result<TrainResult> run();

 private:
  [[nodiscard]] bool editing() const { return config_.stage == TrainConfig::Stage::editing; }
  [[nodiscard]] bool prompted() const { return config_.stage != TrainConfig::Stage::reconstruction; }
  [[nodiscard]] bool learns(const std::string& tensor) const;
  [[nodiscard]] std::filesystem::path checkpoint_path() const {
    return config_.output / "checkpoint.safetensors";
  }
  [[nodiscard]] Status open_weights();
  [[nodiscard]] bool stopping() const {
    return asked_to_stop_ || (workers_.size() == 1 && progress_.cancelled());
  }
  [[nodiscard]] double fraction() const {
    return static_cast<double>(state_.steps) / static_cast<double>(config_.steps);
  }
  [[nodiscard]] Status step(const Batch& batch);
  [[nodiscard]] Status housekeeping(bool last);
  [[nodiscard]] Status save() const;  // by any thread
  void save_when_cancelled(const std::stop_token& stop) const;
  [[nodiscard]] Status evaluate_now();
  void log();

  const TrainConfig& config_;
  const TrainOptions& options_;
  Progress& progress_;
  mutable std::mutex state_mutex_;  // of the weights, the optimizer and the counts
  Checkpoint state_;  // weights and counts; `average` and `optimizer` are filled when it is saved
  std::optional<Optimizer> optimizer_;
  std::optional<Teacher> teacher_;
  std::optional<Sources> sources_;
  Perceptual perceptual_;
  Means means_;  // of the objective's parts since the last line of the log
  Workers alone_;
  Workers& workers_;
  bool asked_to_stop_ = false;  // one of the processes was
  TrainResult result_;
  double idle_ = 0;  // seconds of evaluation, not counted as training
  double seconds_before_ = 0;
  std::int64_t samples_at_start_ = 0;
  Clock::time_point started_, logged_, saved_, evaluated_;
};

// E_p waits for the second stage, which leaves E_high, E_low, decoder and template as they are, as in the
// paper.
bool Trainer::learns(const std::string& tensor) const {
  const bool prompt = tensor.starts_with("prompt.");
  switch (config_.stage) {
    case TrainConfig::Stage::reconstruction:
      return !prompt || tensor.starts_with("prompt.query");
    case TrainConfig::Stage::editing:
      return prompt || tensor.starts_with("planes.");
    case TrainConfig::Stage::joint:
      return true;
  }
  return true;
}

Status Trainer::open_weights() {
  const bool again = std::filesystem::exists(checkpoint_path());
  if (again && !options_.resume) {
    return fail(checkpoint_path().string() +
                ": a training is there; go on with --resume, or choose another \"output\"");
  }
  const std::filesystem::path from = again ? checkpoint_path() : config_.init;
  if (from.empty()) {
    TRIPTYCH_TRY(state_.network, starter::network_config(config_.network, "network"));
    state_.weights = starter::initial_weights(state_.network, config_.seed);
  } else {
    TRIPTYCH_TRY(state_, again ? load_checkpoint(from) : load_start(from));
    if (again) {
      TRIPTYCH_CHECK(check_goes_on(state_, from, stage_name(config_.stage), config_.network));
    } else {
      nlohmann::json history = parse_json(state_.history).value_or(nullptr);
      if (!history.is_array()) history = nlohmann::json::array();
      history.push_back({{"stage", state_.stage}, {"steps", state_.steps}, {"samples", state_.samples}});
      state_.history = history.dump();
      TRIPTYCH_CHECK(grow(state_, config_.network, config_.seed));
      state_.steps = state_.samples = 0;
      state_.seconds = 0;
    }
  }
  if (state_.history.empty()) state_.history = "[]";
  state_.stage = stage_name(config_.stage);
  optimizer_.emplace(config_, state_.weights, [this](const std::string& name) { return learns(name); });
  if (again) optimizer_->restore(state_.optimizer, state_.average, state_.steps);
  return {};
}

Status Trainer::open() {
  if (config_.batch % workers_.size() != 0) {
    return fail("\"batch\" is " + std::to_string(config_.batch) + ", which " +
                std::to_string(workers_.size()) + " processes cannot share equally");
  }
  if (config_.threads > 0) at::set_num_threads(config_.threads);
  std::error_code error;
  std::filesystem::create_directories(config_.output, error);
  if (error) return refused_writing(config_.output, "cannot make this folder", error.value());
  TRIPTYCH_CHECK(open_weights());
  if (editing()) {
    TRIPTYCH_TRY(const Checkpoint teacher, load_start(config_.init));
    teacher_ = Teacher{teacher.network, config_.bf16 ? teacher.average.to(at::kBFloat16) : teacher.average};
  }
  // What is prepared once (photographs, pairs, turned views) is made by one process and read by the others.
  const auto open_sources = [this]() -> Status {
    TRIPTYCH_TRY(Sources sources, Sources::open(config_, options_, progress_));
    sources_.emplace(std::move(sources));
    return {};
  };
  TRIPTYCH_CHECK(workers_.in_turn(open_sources, progress_));
  state_.edits = sources_->prompts.edits();
  if (config_.losses.perceptual > 0) {
    TRIPTYCH_TRY(const StLpips lpips, StLpips::load(options_.loss_models / "st_lpips.safetensors",
                                                    config_.bf16 ? at::kBFloat16 : at::kFloat));
    perceptual_ = lpips;
  }
  return {};
}

Status Trainer::step(const Batch& batch) {
  return nn::guarded("a training step", [&]() -> Status {
    const nn::Weights compute = config_.bf16 ? state_.weights.to(at::kBFloat16) : state_.weights;
    const Objective goal = objective(config_, state_.network, state_.weights, compute, batch, perceptual_,
                                     teacher_ ? &*teacher_ : nullptr);
    goal.loss.backward();
    // All processes must stop after the same step: beside its gradients each says whether it was asked to.
    const at::Tensor asked = at::full({1}, progress_.cancelled() ? 1 : 0, at::kFloat);
    TRIPTYCH_TRY(const at::Tensor all, workers_.mean(at::cat({optimizer_->take_gradients(), asked})));
    asked_to_stop_ = all[-1].item<float>() > 0;
    const std::scoped_lock changing(state_mutex_);
    const double norm = optimizer_->step(state_.steps, all.narrow(0, 0, all.numel() - 1));
    for (const auto& [name, value] : goal.parts) means_.add(name, value.item<double>());
    means_.add("loss", goal.loss.item<double>());
    means_.add("norm", std::isfinite(norm) ? norm : 0);
    ++state_.steps;
    state_.samples += config_.batch;
    return {};
  });
}

void Trainer::log() {
  const std::filesystem::path path = config_.output / "log.csv";
  const nlohmann::json means = std::exchange(means_, Means()).json();
  const bool fresh = !std::filesystem::exists(path);
  std::ofstream file(path, std::ios::app);
  const double rate =
      static_cast<double>(state_.samples - samples_at_start_) / (seconds_since(started_) - idle_);
  std::ostringstream line;
  line << std::setprecision(4);
  if (fresh) file << "stage,step,samples,seconds,samples_per_s,rate,figures\n";
  file << state_.stage << ',' << state_.steps << ',' << state_.samples << ',' << state_.seconds << ',' << rate
       << ',' << learning_rate(config_, state_.steps) << ',';
  for (const auto& [name, mean] : means.items()) line << ' ' << name << ' ' << mean.get<double>();
  file << line.str() << '\n';
  std::ostringstream said;
  said << "step " << state_.steps << "  samples " << state_.samples << "  " << std::fixed
       << std::setprecision(2) << rate << "/s  heads " << sources_->store.heads() << " " << line.str();
  options_.say(said.str());
}

Status Trainer::save() const {
  const std::scoped_lock unchanged(state_mutex_);
  Checkpoint whole = state_;
  whole.average = optimizer_->average();
  whole.optimizer = optimizer_->state();
  return save_checkpoint(checkpoint_path(), whole);
}

// Who interrupts the program waits less than a second for it, and a step may take longer. What had been
// learned before it is saved meanwhile.
void Trainer::save_when_cancelled(const std::stop_token& stop) const {
  std::mutex none;
  std::unique_lock lock(none);
  std::condition_variable_any wake;
  const auto often = std::chrono::milliseconds(20);
  while (!wake.wait_for(lock, stop, often, [this] { return progress_.cancelled(); })) {
    if (stop.stop_requested()) return;
  }
  // A fault that is not said here is met again after the step, if there is the time to say it.
  [[maybe_unused]] const Status saved = save();
}

Status Trainer::evaluate_now() {
  const Clock::time_point start = Clock::now();
  progress_.begin("evaluating");
  const Evaluation evaluation{state_.network,
                              optimizer_->average(),
                              sources_->held_out,
                              sources_->held_out_portraits,
                              progress_,
                              prompted() ? &sources_->prompts : nullptr,
                              config_.evaluate_heads,
                              config_.bf16};
  TRIPTYCH_TRY(const Figures figures, evaluate(evaluation));
  result_.figures = figures;
  nlohmann::json entry = to_json(figures);
  entry["stage"] = state_.stage;
  entry["samples"] = state_.samples;
  std::ofstream(config_.output / "figures.jsonl", std::ios::app) << entry.dump() << '\n';
  options_.say("held-out: " + entry.dump());
  const std::string name = "sheet_" + state_.stage + "_" + std::to_string(state_.samples) + ".png";
  Status sheet = write_sheet(evaluation, config_.output / name);
  idle_ += seconds_since(start);
  progress_.begin("training", fraction());
  return sheet;
}

Status Trainer::housekeeping(bool last) {
  {
    const std::scoped_lock changing(state_mutex_);
    state_.seconds = seconds_before_ + seconds_since(started_) - idle_;
  }
  if (workers_.rank() != 0) return {};
  if (last || seconds_since(logged_) >= config_.log_seconds) {
    log();
    logged_ = Clock::now();
    progress_.advance(fraction());
  }
  const bool ending = last || stopping();
  const bool evaluating = config_.evaluate_minutes > 0 && sources_->held_out.heads() > 0 && !stopping() &&
                          (last || due(evaluated_, config_.evaluate_minutes));
  if (ending || evaluating || due(saved_, config_.checkpoint_minutes)) {
    TRIPTYCH_CHECK(save());
    saved_ = Clock::now();
    if (!ending && workers_.size() == 1) {  // several would not find the same shards at the same step
      TRIPTYCH_TRY([[maybe_unused]] const bool fresh, sources_->store.rescan());
    }
  }
  if (!evaluating) return {};
  const Status evaluated = evaluate_now();
  evaluated_ = Clock::now();
  // Cancelled: the checkpoint is there, and the other processes are told beside the next step's gradients.
  const bool stopped = !evaluated && evaluated.error().code == ErrorCode::cancelled;
  return stopped ? Status{} : evaluated;
}

Result<TrainResult> Trainer::run() {
  progress_.begin("training", fraction());
  samples_at_start_ = state_.samples;
  seconds_before_ = state_.seconds;
  started_ = logged_ = saved_ = evaluated_ = Clock::now();
  const BatchMaker maker(config_, state_.network, sources_->store, sources_->portraits, sources_->turned,
                         prompted() ? &sources_->prompts : nullptr, {workers_.rank(), workers_.size()});
  Loader loader(maker, state_.steps, config_.loader_threads);
  std::jthread saver;
  if (workers_.rank() == 0) {
    saver = std::jthread([this](const std::stop_token& stop) { save_when_cancelled(stop); });
  }
  while (state_.steps < config_.steps && !stopping()) {
    TRIPTYCH_TRY(const Batch batch, loader.next());
    TRIPTYCH_CHECK(step(batch));
    TRIPTYCH_CHECK(housekeeping(state_.steps == config_.steps));
  }
  workers_.leave();
  if (asked_to_stop_ || progress_.cancelled()) return cancelled();
  result_.steps = state_.steps;
  result_.samples = state_.samples;
  result_.seconds = state_.seconds;
  result_.checkpoint = checkpoint_path();
  return result_;
}

}  // namespace

Result<TrainResult> train(const TrainConfig& config, const TrainOptions& options, Progress& progress) {
  Trainer trainer(config, options, progress);
  TRIPTYCH_CHECK(trainer.open());
  return trainer.run();
}

}  // namespace triptych::train
