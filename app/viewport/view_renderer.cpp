#include "viewport/view_renderer.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace triptych::app {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t prepared_limit = 4;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

}  // namespace

ViewRenderer::ViewRenderer(Services& services, std::function<void()> wake, std::function<void(Error)> failed)
    : services_(services),
      wake_ui_(std::move(wake)),
      failed_(std::move(failed)),
      thread_([this] { run(); }) {}

ViewRenderer::~ViewRenderer() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    if (interruptible_) interruptible_->cancel();
  }
  wake_.notify_all();
}

std::uint64_t ViewRenderer::request(ViewRequest request) {
  std::uint64_t number = 0;
  {
    const std::scoped_lock lock(mutex_);
    const bool other_head = request.edit != baking_edit_ || request.strength != baking_strength_;
    if (interruptible_ && (interrupt_on_motion_ || other_head)) interruptible_->cancel();
    number = ++number_;
    next_ = Work{std::move(request), number};
  }
  wake_.notify_all();
  return number;
}

std::optional<ViewFrame> ViewRenderer::take() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(ready_, std::nullopt);
}

bool ViewRenderer::baking() const {
  const std::scoped_lock lock(mutex_);
  return interruptible_ != nullptr && !interrupt_on_motion_;
}

bool ViewRenderer::outdated(const Work& work) const {
  const std::scoped_lock lock(mutex_);
  return stopping_ || number_ != work.number;
}

void ViewRenderer::run() {
  while (true) {
    Work work;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stopping_ || next_; });
      if (stopping_) return;
      work = std::move(*std::exchange(next_, std::nullopt));
    }
    if (work.request.edit) serve(work);
  }
}

void ViewRenderer::serve(const Work& work) {
  const bool goes_on = !work.request.moving && work.request.refine;
  Status status = preview(work, !goes_on);
  if (status && !work.request.reshaping) status = bake_heads(work);
  if (status && goes_on && !outdated(work)) status = refine(work);
  if (!status && status.error().code != ErrorCode::cancelled) {
    failed_(status.error());
    wake_ui_();
  }
}

Status ViewRenderer::preview(const Work& work, bool last) {
  TRIPTYCH_TRY(Prepared* const head, prepare(work.request.edit, work.request.strength));
  const bool fast = head->baked != nullptr;
  ResolutionController& controller = fast ? fast_size_ : coarse_size_;
  previewed_size_ = controller.size(work.request.size);
  double ms = 0;
  TRIPTYCH_CHECK(show(work, previewed_size_, false, last, &ms));
  controller.measured(previewed_size_, ms);
  return {};
}

// Baking is worth finishing while the camera moves, as every later frame is cheap; only another head ends it.
Status ViewRenderer::bake_heads(const Work& work) {
  bool baked_any = false;
  for (const float strength : {work.request.strength, 0.0F}) {
    if (strength != work.request.strength && !work.request.compare) continue;
    TRIPTYCH_TRY(Prepared* const head, prepare(work.request.edit, strength));
    if (head->baked) continue;
    auto progress = std::make_shared<Progress>();
    {
      const std::scoped_lock lock(mutex_);
      if (stopping_ || (next_ && next_->request.edit != work.request.edit)) return cancelled();
      interruptible_ = progress;
      interrupt_on_motion_ = false;
      baking_edit_ = work.request.edit;
      baking_strength_ = work.request.strength;
    }
    auto baked = services_.bake(*head->head, *progress);
    {
      const std::scoped_lock lock(mutex_);
      interruptible_.reset();
      interrupt_on_motion_ = true;
      baking_edit_.reset();
    }
    if (!baked) return tl::make_unexpected(baked.error());
    head->baked = std::move(*baked);
    baked_any = true;
  }
  return baked_any ? preview(work, !work.request.refine || work.request.moving) : Status{};
}

Status ViewRenderer::refine(const Work& work) {
  const int full = work.request.size;
  for (const int size : {full / 4, full / 2, full}) {
    if (size != full && size * 4 < previewed_size_ * 3) continue;  // coarser than what is shown already
    if (outdated(work)) return cancelled();
    TRIPTYCH_CHECK(show(work, size, true, size == full, nullptr));
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
  prepared_.push_front({edit, strength, std::make_shared<const Head>(std::move(head)), nullptr});
  if (prepared_.size() > prepared_limit) prepared_.pop_back();
  return &prepared_.front();
}

Result<std::shared_ptr<const Image8>> ViewRenderer::render(Prepared& head, const ViewRequest& request,
                                                           int size, bool exact) {
  RenderOptions options;
  options.width = options.height = size;
  options.background = request.background;
  auto progress = std::make_shared<Progress>();
  if (exact) {
    const std::scoped_lock lock(mutex_);
    if (stopping_ || next_) return cancelled();
    interruptible_ = progress;
  }
  Result<View> view = [&]() -> Result<View> {
    if (!exact && head.baked) return services_.render_fast(*head.baked, request.camera, options, *progress);
    if (!exact) {
      options.coarse_samples = 32;
      options.importance_samples = 1;
      options.super_resolution = false;
    }
    return services_.render_exact(*head.head, request.camera, options, *progress);
  }();
  if (exact) {
    const std::scoped_lock lock(mutex_);
    interruptible_.reset();
  }
  if (!view) return tl::make_unexpected(view.error());
  return std::make_shared<const Image8>(to_picture(*view, request.channel, request.background));
}

Status ViewRenderer::show(const Work& work, int size, bool exact, bool last, double* ms) {
  const auto started = Clock::now();
  const ViewRequest& request = work.request;
  ViewFrame frame;
  TRIPTYCH_TRY(Prepared* const after, prepare(request.edit, request.strength));
  TRIPTYCH_TRY(frame.after, render(*after, request, size, exact));
  if (request.compare) {
    TRIPTYCH_TRY(Prepared* const before, prepare(request.edit, 0));
    TRIPTYCH_TRY(frame.before, render(*before, request, size, exact));
  }
  frame.camera = request.camera;
  frame.strength = request.strength;
  frame.size = frame.after->width;
  frame.exact = exact;
  frame.final = last;
  frame.request = work.number;
  frame.render_ms = milliseconds_since(started);
  if (ms != nullptr) *ms = frame.render_ms;
  {
    const std::scoped_lock lock(mutex_);
    ready_ = std::move(frame);
  }
  wake_ui_();
  return {};
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
