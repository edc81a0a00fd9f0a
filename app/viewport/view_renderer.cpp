#include "viewport/view_renderer.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <utility>

#include "core/guarded.h"

namespace triptych::app {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t prepared_limit = 4;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

}  // namespace

ViewPicture view_picture(const Camera& camera, int size, float aspect) noexcept {
  const int width = static_cast<int>(std::lround(static_cast<float>(size) * aspect));
  return {widened(camera, width, size), width, size};
}

RenderOptions render_options(const ViewRequest& request, int size, bool exact) noexcept {
  const ViewPicture picture = view_picture(request.camera, size, request.aspect);
  RenderOptions options{.width = picture.width,
                        .height = picture.height,
                        .normals = request.channel == Channel::normal,
                        .background = request.background};
  options.super_resolution = options.bf16 = exact;
  if (!exact) {
    options.coarse_samples = 32;
    options.importance_samples = 1;
  }
  return options;
}

ViewRenderer::ViewRenderer(Services& services, std::function<void()> wake, std::function<void(Error)> failed)
    : services_(services),
      wake_ui_(std::move(wake)),
      failed_(std::move(failed)),
      baker_(services,
             [this](std::shared_ptr<const PreparedHead> head, Result<std::shared_ptr<const Baked>> baked) {
               if (!baked) return tell(std::move(baked.error()));
               {
                 const std::scoped_lock lock(mutex_);
                 baked_.emplace_back(std::move(head), std::move(*baked));
               }
               wake_.notify_all();
             }),
      thread_([this] { run(); }) {}

ViewRenderer::~ViewRenderer() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    if (exact_step_) exact_step_->cancel();
  }
  wake_.notify_all();
}

std::uint64_t ViewRenderer::request(ViewRequest request) {
  std::uint64_t number = 0;
  std::optional<Work> work(Work{std::move(request), 0});
  {
    const auto lock = waits_.lock(mutex_);
    if (exact_step_) exact_step_->cancel();
    number = work->number = ++number_;
    next_.swap(work);  // what was asked for before is freed after the lock
  }
  wake_.notify_all();
  return number;
}

void ViewRenderer::drawn_by_gpu(int size, double ms) {
  const auto lock = waits_.lock(mutex_);
  seen_.gpu_size = size;
  seen_.gpu_ms = ms;
}

void ViewRenderer::preview_shown(double gap_ms) {
  const auto lock = waits_.lock(mutex_);
  seen_.gap_ms = gap_ms;
}

std::optional<ViewFrame> ViewRenderer::take() {
  const auto lock = waits_.lock(mutex_);
  return std::exchange(ready_, std::nullopt);
}

bool ViewRenderer::outdated(const Work& work) const {
  const std::scoped_lock lock(mutex_);
  return stopping_ || number_ != work.number;
}

void ViewRenderer::run() {
  while (true) {
    std::optional<Work> work;
    Bakes bakes;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stopping_ || next_ || !baked_.empty(); });
      if (stopping_) return;
      work.swap(next_);
      bakes.swap(baked_);
    }
    keep(bakes);
    if (!work) work = coarse_;
    if (work && work->request.edit) serve(*work);
  }
}

void ViewRenderer::keep(const Bakes& bakes) {
  for (const auto& [head, baked] : bakes) {
    for (Prepared& entry : prepared_) {
      if (entry.head == head) entry.baked = baked;
    }
  }
}

void ViewRenderer::serve(const Work& work) {
  const ViewRequest& request = work.request;
  coarse_.reset();
  Status status = guarded([&]() -> Status {
    TRIPTYCH_CHECK(preview(work));
    if (!request.reshaping) TRIPTYCH_CHECK(order_bakes(request));
    if (!request.moving && request.refine && !outdated(work)) return refine(work);
    return {};
  });
  if (!status) tell(std::move(status.error()));
}

void ViewRenderer::tell(Error error) {
  if (error.code == ErrorCode::cancelled) return;
  failed_(std::move(error));
  wake_ui_();
}

void ViewRenderer::follow_the_screen() {
  Seen seen;
  {
    const std::scoped_lock lock(mutex_);
    seen = std::exchange(seen_, {});
  }
  if (seen.gpu_ms > 0) gpu_size_.measured(seen.gpu_size, seen.gpu_ms);
  if (seen.gap_ms > 0) previewed_by_->shown(seen.gap_ms);
}

Status ViewRenderer::preview(const Work& work) {
  const ViewRequest& request = work.request;
  TRIPTYCH_TRY(const Heads heads, prepare(request));
  const bool fast = heads.after->baked != nullptr;
  const bool refines = !request.moving && request.refine;
  if (!fast && !refines) coarse_ = work;
  follow_the_screen();
  previewed_by_ = heads.by_gpu ? &gpu_size_ : fast ? &fast_size_ : &coarse_size_;
  previewed_size_ = previewed_by_->size(request.size);
  const bool last = !refines && (fast || request.reshaping);
  TRIPTYCH_TRY(const double ms, show(work, heads, previewed_size_, false, last));
  if (!heads.by_gpu) previewed_by_->measured(previewed_size_, ms);
  return {};
}

Status ViewRenderer::order_bakes(const ViewRequest& request) {
  Baker::Heads heads;
  for (const float strength : {request.strength, 0.0F}) {
    if (strength != request.strength && !request.compare) continue;
    TRIPTYCH_TRY(Prepared* const entry, prepare(request.edit, strength));
    if (!entry->baked) heads.push_back(entry->head);
  }
  baker_.want(std::move(heads));
  return {};
}

Status ViewRenderer::refine(const Work& work) {
  const int full = work.request.size;
  // A super-resolution network makes pictures of one size: a smaller one takes as long.
  const bool at_once = work.request.edit->edited.super_resolution != nullptr;
  TRIPTYCH_TRY(const Heads heads, prepare(work.request));
  for (const int size : {full / 4, full / 2, full}) {
    const bool coarser = size * 4 < previewed_size_ * 3;  // than what is shown already
    if (size != full && (at_once || coarser)) continue;
    if (outdated(work)) return cancelled();
    TRIPTYCH_CHECK(show(work, heads, size, true, size == full));
  }
  return {};
}

Result<ViewRenderer::Prepared*> ViewRenderer::prepare(const std::shared_ptr<const Edit>& edit,
                                                      float strength) {
  const auto known = std::find_if(prepared_.begin(), prepared_.end(), [&](const Prepared& entry) {
    return entry.edit == edit && entry.strength == strength;
  });
  if (known != prepared_.end()) {
    prepared_.splice(prepared_.begin(), prepared_, known);
    return &prepared_.front();
  }
  TRIPTYCH_TRY(Head head, blend(edit->reconstruction, edit->edited, strength));
  TRIPTYCH_TRY(auto ready, services_.prepare(std::make_shared<const Head>(std::move(head))));
  prepared_.push_front({edit, strength, std::move(ready), nullptr});
  if (prepared_.size() > prepared_limit) prepared_.pop_back();
  return &prepared_.front();
}

Result<std::shared_ptr<const Image8>> ViewRenderer::render(Prepared& head, const ViewRequest& request,
                                                           int size, bool exact) {
  const Camera camera = view_picture(request.camera, size, request.aspect).camera;
  const RenderOptions options = render_options(request, size, exact);
  auto progress = std::make_shared<Progress>();
  if (exact) {
    const std::scoped_lock lock(mutex_);
    if (stopping_ || next_) return cancelled();
    exact_step_ = progress;
  }
  const Status rendered = [&]() -> Status {
    if (!exact && head.baked) return services_.show_fast(*head.baked, camera, options, *progress, view_);
    return services_.show_exact(*head.head, camera, options, *progress, view_);
  }();
  if (exact) {
    const std::scoped_lock lock(mutex_);
    exact_step_.reset();
  }
  TRIPTYCH_CHECK(rendered);
  return std::make_shared<const Image8>(to_picture(view_, request.channel, request.background));
}

Result<ViewRenderer::Heads> ViewRenderer::prepare(const ViewRequest& request) {
  Heads heads;
  TRIPTYCH_TRY(heads.after, prepare(request.edit, request.strength));
  if (request.compare) {
    TRIPTYCH_TRY(heads.before, prepare(request.edit, 0));
  }
  const auto ready = [](const Prepared* head) { return head->baked && head->baked->on_gpu; };
  heads.by_gpu = gpu_usable_ && request.channel == Channel::colour && ready(heads.after) &&
                 (heads.before == nullptr || ready(heads.before));
  return heads;
}

Result<double> ViewRenderer::show(const Work& work, const Heads& heads, int size, bool exact, bool last) {
  const auto started = Clock::now();
  const ViewRequest& request = work.request;
  ViewFrame frame;
  frame.size = size;
  if (!exact && heads.by_gpu) {
    frame.gpu_after = heads.after->baked;
    if (heads.before != nullptr) frame.gpu_before = heads.before->baked;
  } else {
    TRIPTYCH_TRY(frame.after, render(*heads.after, request, size, exact));
    if (heads.before != nullptr) {
      TRIPTYCH_TRY(frame.before, render(*heads.before, request, size, exact));
    }
    frame.size = frame.after->height;
  }
  frame.camera = request.camera;
  frame.aspect = request.aspect;
  frame.strength = request.strength;
  frame.exact = exact;
  frame.final = last;
  frame.request = work.number;
  const double ms = frame.render_ms = milliseconds_since(started);
  std::optional<ViewFrame> ready(std::move(frame));
  {
    const std::scoped_lock lock(mutex_);
    ready_.swap(ready);
  }
  wake_ui_();
  return ms;
}

Image8 to_picture(const View& view, Channel channel, const Vec3& background) {
  Image8 picture(view.rgb.width, view.rgb.height, 3);
  const auto byte = [](float value) {
    return static_cast<std::uint8_t>(std::clamp(value, 0.0F, 1.0F) * 255.0F + 0.5F);
  };
  float nearest = 1e9F;
  float farthest = 0;
  const std::size_t count = view.alpha.pixels.size();
  for (std::size_t i = 0; channel == Channel::depth && i < count; ++i) {
    if (view.alpha.pixels[i] < 0.5F) continue;
    nearest = std::min(nearest, view.depth.pixels[i]);
    farthest = std::max(farthest, view.depth.pixels[i]);
  }
  const float range = std::max(farthest - nearest, 1e-4F);
  for (std::size_t i = 0; i < count; ++i) {
    const float alpha = view.alpha.pixels[i];
    for (std::size_t c = 0; c < 3; ++c) {
      float value = 0;
      if (channel == Channel::colour) value = view.rgb.pixels[3 * i + c];
      if (channel == Channel::normal) value = 0.5F + 0.5F * view.normal.pixels[3 * i + c];
      if (channel == Channel::depth) value = 0.95F - 0.8F * (view.depth.pixels[i] - nearest) / range;
      if (channel != Channel::colour) value = value * alpha + background[c] * (1 - alpha);
      picture.pixels[3 * i + c] = byte(value);
    }
  }
  return picture;
}

}  // namespace triptych::app
