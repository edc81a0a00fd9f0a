#include "fake_styles.h"

#include <algorithm>
#include <cmath>

#include "core/safetensors.h"
#include "image/picture.h"
#include "image/resample.h"

namespace triptych::test {

using app::LearnedStyle;
using app::StylePair;

FakeRun::FakeRun(app::StyleRunConfig config, FakeLearning learning)
    : config_(std::move(config)), learning_(std::move(learning)), thread_([this] { run(); }) {
  change(State::running);
}

FakeRun::~FakeRun() {
  {
    const std::scoped_lock lock(mutex_);
    leaving_ = true;
  }
  wake_.notify_all();
  thread_.join();
  std::error_code ignored;
  if (!keep_recovery_) std::filesystem::remove(config_.recovery, ignored);
}

void FakeRun::change(State state) {
  {
    const std::scoped_lock lock(mutex_);
    if (info_.state != State::done) info_.state = state;
  }
  wake_.notify_all();
}

void FakeRun::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
}

void FakeRun::set_minutes(double minutes) {
  const std::scoped_lock lock(mutex_);
  config_.minutes = minutes;
}

void FakeRun::take_snapshot() {
  const std::scoped_lock lock(mutex_);
  snapshot_ = true;
}

void FakeRun::run() {
  std::unique_lock lock(mutex_);
  while (!leaving_ && info_.state != State::done) {
    wake_.wait(lock, [&] { return leaving_ || stopping_ || info_.state == State::running; });
    wake_.wait_for(lock, learning_.turn, [&] { return leaving_ || stopping_; });
    if (leaving_) return;
    info_.seconds += 1;
    info_.left_s = std::max(config_.minutes * 60 - info_.seconds, 0.0);
    losses_.push_back({info_.seconds, 1 / std::sqrt(info_.seconds)});
    const std::size_t told = info_.notices.size();
    if (told < learning_.notices.size()) info_.notices.push_back(learning_.notices[told]);
    const bool last = stopping_ || info_.left_s <= 0;
    const bool due = info_.seconds == 2 || std::fmod(info_.seconds, 10) == 0;
    if (last || due || std::exchange(snapshot_, false)) ++info_.snapshots;
    if (last) info_.state = State::done;
    lock.unlock();
    if (const auto style = latest()) static_cast<void>(save_fake_style(config_.recovery, *style));
    config_.changed();
    lock.lock();
  }
}

FakeRun::Info FakeRun::info() const {
  if (learning_.before_info) learning_.before_info();
  const std::scoped_lock lock(mutex_);
  return info_;
}

std::vector<FakeRun::LossPoint> FakeRun::losses(std::size_t from) const {
  const std::scoped_lock lock(mutex_);
  return {losses_.begin() + static_cast<std::ptrdiff_t>(std::min(from, losses_.size())), losses_.end()};
}

std::optional<LearnedStyle> FakeRun::latest() const {
  const std::scoped_lock lock(mutex_);
  if (info_.snapshots == 0) return std::nullopt;
  return fake_style(config_.name, info_.snapshots);
}

std::optional<FakeRun::View> FakeRun::view() const {
  const auto grey = [](int value) {
    return std::make_shared<const Image8>(64, 64, 3, static_cast<std::uint8_t>(value));
  };
  return View{grey(80), grey(200), grey(160), true};
}

LearnedStyle fake_style(const std::string& name, std::size_t snapshots) {
  LearnedStyle style;
  style.name = name;
  style.model_name = "Test head";
  style.model_hash = fake_model_hash;
  style.fingerprint = name + std::to_string(snapshots);
  style.thumbnail = std::make_shared<const Image8>(64, 64, 3, std::uint8_t{150});
  for (std::size_t i = 0; i < snapshots; ++i) style.snapshots.push_back(std::to_string(10 * i) + " s");
  style.current = snapshots - 1;
  return style;
}

Status save_fake_style(const std::filesystem::path& path, const LearnedStyle& style) {
  SafetensorsWriter writer;
  writer.set_metadata("triptych_style", "1");
  writer.set_metadata("name", style.name);
  writer.set_metadata("model", style.model_hash);
  writer.set_metadata("model_name", style.model_name);
  writer.set_metadata("fingerprint", style.fingerprint);
  writer.set_metadata("snapshots", std::to_string(style.snapshots.size()));
  writer.set_metadata("current", std::to_string(style.current));
  const std::vector<float> nothing{0};
  writer.add_floats("nothing", {1}, nothing);
  return writer.write(path);
}

Result<LearnedStyle> load_fake_style(const std::filesystem::path& path) {
  TRIPTYCH_TRY(const SafetensorsReader reader, SafetensorsReader::open(path));
  const auto& about = reader.metadata();
  if (!about.contains("triptych_style")) return fail(path.filename().string() + ": not a style");
  LearnedStyle style = fake_style(about.at("name"), std::stoul(about.at("snapshots")));
  style.current = std::stoul(about.at("current"));
  style.model_hash = about.at("model");
  style.model_name = about.at("model_name");
  style.fingerprint = about.at("fingerprint");
  style.path = path;
  return style;
}

Result<app::StylePairs> load_fake_pairs(const std::vector<std::filesystem::path>& paths) {
  app::StylePairs found;
  for (const auto& folder : paths) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "before", error)) {
      if (!std::filesystem::exists(folder / "after" / entry.path().filename())) {
        found.lonely.push_back(entry.path());
        continue;
      }
      StylePair pair;
      pair.name = entry.path().stem().string();
      pair.file = entry.path();
      const auto before = load_picture(entry.path());
      const auto after = load_picture(folder / "after" / entry.path().filename());
      if (!before || !after || pair.name.find("broken") != std::string::npos) {
        pair.reason = pair.name + ": no face found";
      } else {
        const bool doubtful = pair.name.find("doubtful") != std::string::npos;
        pair.verdict = doubtful ? StylePair::Verdict::doubtful : StylePair::Verdict::good;
        if (doubtful) pair.reason = "The faces look in different directions";
        pair.keep = !doubtful;
        pair.before = std::make_shared<const Image8>(resize(before->rgb, 64, 64));
        pair.after = std::make_shared<const Image8>(resize(after->rgb, 64, 64));
      }
      found.pairs.push_back(std::move(pair));
    }
  }
  if (found.pairs.empty()) return fail("no pairs here: before/NAME and after/NAME are looked for");
  std::ranges::sort(found.pairs, {}, &StylePair::name);
  return found;
}

}  // namespace triptych::test
