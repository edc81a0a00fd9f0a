#include "viewport/view_request.h"

#include <algorithm>

namespace triptych::app {
namespace {

constexpr double settle_s = 0.15;
constexpr int smallest = 64;
constexpr int largest = 2048;  // of exact pictures; previews keep to what their ResolutionController says
constexpr float widest = 3;    // width / height

bool same_picture(const ViewRequest& a, const ViewRequest& b) {
  return a.edit == b.edit && a.strength == b.strength && a.compare == b.compare && a.camera == b.camera &&
         a.size == b.size && a.aspect == b.aspect && a.background == b.background && a.channel == b.channel &&
         a.refine == b.refine;
}

// A super-resolution network makes square pictures. Above and below the square there is little but the
// picture's cut edge, so only the sides are filled.
bool fills_room(const Edit& edit) {
  return edit.edited.super_resolution == nullptr;
}

bool compares(const ViewState& view) {
  return view.compare == Compare::wipe || view.compare == Compare::side_by_side;
}

// What is known of the model that made the head: of one that is not loaded, nothing.
ViewRange range_of(const App& app, const Edit& edit) {
  return edit.edited.info.model_hash == app.model.hash ? app.model.view_range : ViewRange{};
}

}  // namespace

bool update_request(App& app, float width, float height, double now) {
  const Variant* shown = app.scene().shown();
  if (shown == nullptr || shown->edit == nullptr) return false;
  ViewState& view = app.view;
  view.orbit.set_range(range_of(app, *shown->edit));
  ViewRequest request;
  request.edit = shown->edit;
  request.strength = view.hold_original ? 0 : app.scene().strength;
  request.compare = compares(view);
  request.camera = view.orbit.camera();
  request.size = std::clamp(static_cast<int>(std::min(width, height)), smallest, largest);
  request.aspect = fills_room(*shown->edit) ? std::clamp(width / height, 1.0F, widest) : 1;
  request.background = app.backdrop();
  request.channel = view.channel;
  request.refine = app.preferences.refine_when_still;
  request.reshaping = view.dragging_strength;

  const bool held = view.dragging_view || view.dragging_strength;
  if (!view.asked || request.camera != view.asked->camera || request.strength != view.asked->strength) {
    const bool first_of_head = !view.asked || view.asked->edit != request.edit;
    if (!first_of_head) view.moved_at = now;
  }
  request.moving = held || now - view.moved_at < settle_s;
  const bool changed = !view.asked || !same_picture(request, *view.asked) ||
                       (view.asked->moving && !request.moving) ||
                       (view.asked->reshaping && !request.reshaping);
  if (changed) {
    view.asked = request;
    view.requested = app.renderer.request(std::move(request));
  }
  return view.asked->moving && !held;
}

void go_on_without_gpu(App& app, const Error& reason) {
  if (!app.renderer.give_up_gpu()) return;  // a frame from before that
  app.notices.add(Notice::Kind::information, reason.message, reason.detail);
  app.no_gpu = reason.message;
  if (app.view.asked) app.view.requested = app.renderer.request(*app.view.asked);
}

bool settled(const App& app) {
  const ViewState& view = app.view;
  const Variant* shown = app.scene().shown();
  if (shown == nullptr || !view.frame || !view.asked) return false;
  const float strength = view.hold_original ? 0 : app.scene().strength;
  return view.frame->final && view.frame->request == view.requested && view.asked->edit == shown->edit &&
         view.asked->strength == strength && view.asked->compare == compares(view) &&
         view.asked->channel == view.channel && view.asked->camera == view.orbit.camera();
}

}  // namespace triptych::app
