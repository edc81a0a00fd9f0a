// Prompts, history and strength.
#include <algorithm>
#include <utility>

#include "state/app.h"
#include "viewport/view_request.h"

namespace triptych::app {
namespace {

constexpr int thumbnail_size = 128;
constexpr std::size_t history_limit = 24;  // an edit holds two heads in memory

Result<Image8> thumbnail_of(Services& services, const Edit& edit, const Vec3& background,
                            Progress& progress) {
  TRIPTYCH_TRY(const Head head, blend(edit.reconstruction, edit.edited, 1));
  RenderOptions options;
  options.width = options.height = thumbnail_size;
  options.super_resolution = false;
  options.background = background;
  TRIPTYCH_TRY(
      const View view,
      services.render_exact(head, head.camera.valid() ? head.camera : orbit_camera(0, 0), options, progress));
  return to_picture(view, Channel::colour, background);
}

// Shows the result of a prompt, in its entry of the history or behind the others.
void put(Scene& scene, std::shared_ptr<const Variant> variant, float strength) {
  auto& history = scene.history;
  scene.keep_strength();
  scene.strength = strength;
  scene.current = scene.find(variant->text, variant->reference);
  if (scene.current >= 0) {
    history[static_cast<std::size_t>(scene.current)] = std::move(variant);
    return;
  }
  history.push_back(std::move(variant));
  if (history.size() > history_limit) history.erase(history.begin() + 1);
  scene.current = static_cast<int>(history.size()) - 1;
}

}  // namespace

bool App::editing() const {
  const auto jobs = edits.jobs();
  return !jobs.empty();
}

bool App::can_apply() const {
  const bool says_something = !draft.text.empty() || draft.reference != nullptr || references.busy();
  return says_something && (scene().source != nullptr || edits.busy());
}

std::string App::understood() const {
  const Variant* shown = scene().shown();
  if (shown == nullptr || shown->edit == nullptr || shown->edit->understood == shown->text) return {};
  return shown->edit->understood;
}

void App::apply_prompt() {
  apply_text(draft.text);
}

void App::apply_text(const std::string& text) {
  if (references.busy()) {  // behind the picture that is meant with it
    references.submit(
        "Applying " + (text.empty() ? "the reference" : "\"" + text + "\""), "prompt",
        [](Progress&) { return Status(); },
        [this, text](const Status& reached) {
          if (reached) apply_text(text);
        });
    return;
  }
  if (!text.empty() || draft.reference != nullptr) apply({text, draft.reference, draft.reference_name});
}

void App::apply(const Draft& wanted) {
  const std::string& label = wanted.text.empty() ? wanted.reference_name : wanted.text;
  edits.cancel_key("edit");
  if (edits.busy()) {  // behind what is being opened, which this is meant for
    edits.submit(
        "Applying \"" + label + "\"", "prompt", [](Progress&) { return Status(); },
        [this, wanted](const Status& reached) {
          if (reached) apply(wanted);
        });
    return;
  }
  if (scene().source == nullptr) {
    return notices.add(Notice::Kind::information,
                       scene().empty()
                           ? "Open a portrait first, then say what to change"
                           : "A .tri head holds only the result: open its portrait to edit it again");
  }
  const int known = scene().find(wanted.text, wanted.reference);
  if (known > 0) {
    const Variant& entry = *scene().history[static_cast<std::size_t>(known)];
    if (entry.edit == nullptr || entry.generation == model_generation) return show_variant(known);
  }
  compute(wanted, label, true, next_variant_++);
}

void App::apply_style(const std::string& name) {
  take_draft({name, nullptr, {}});
  apply_prompt();
}

void App::take_draft(Draft wanted) {
  for (const char* key : {"reference", "prompt"}) references.cancel_key(key);
  draft = std::move(wanted);
}

// `as_new`: an action that shows the result; otherwise it fills the entry `variant_id`, if that is still
// there.
void App::compute(const Draft& wanted, const std::string& label, bool as_new, int variant_id) {
  const auto source = scene().source;
  Prompt prompt{wanted.text, std::nullopt};
  if (wanted.reference) prompt.reference = *wanted.reference;
  edits.submit(
      as_new ? "Applying \"" + label + "\"" : "Restoring \"" + label + "\"", "edit",
      [this, source, prompt = std::move(prompt)](Progress& progress) {
        return services.edit(source->portrait, prompt, progress);
      },
      [this, source, wanted, label, as_new, variant_id,
       generation = model_generation](Result<std::shared_ptr<const Edit>> edit) {
        if (!edit) return notices.add(edit.error());
        if (scene().source != source) return;  // undo went back to another picture meanwhile
        edit_times_ms = (*edit)->times_ms;
        Scene next = scene();
        auto variant = std::make_shared<Variant>();
        *variant = {variant_id, label, wanted.text, wanted.reference, *edit, generation};
        if (wanted.reference) variant->reference_name = wanted.reference_name;
        if (as_new) {
          put(next, variant, 1);
          act(std::move(next), "Apply \"" + label + "\"");
        } else {
          const auto slot =
              std::ranges::find(next.history, variant_id, [](const auto& entry) { return entry->id; });
          if (slot == next.history.end()) return;
          variant->strength = (*slot)->strength;
          *slot = variant;
          scenes.amend(std::move(next));
        }
        make_thumbnail(variant_id, *edit);
      });
}

void App::cancel_edit() {
  for (const char* key : {"edit", "prompt"}) edits.cancel_key(key);
  references.cancel_key("prompt");
  for (const JobInfo& job : edits.jobs()) {
    if (job.running) edits.cancel(job.id);
  }
}

void App::show_variant(int index) {
  if (index < 0 || index >= static_cast<int>(scene().history.size())) return;
  if (index == scene().current) return restore_shown();  // what was cancelled or failed, once more
  show_prompt(*scene().history[static_cast<std::size_t>(index)]);
  Scene next = scene();
  next.show(index);
  act(next, "Show \"" + next.shown()->label + "\"");
}

// In the prompt panel, where nothing is lost by it: what stands there is a prompt of the history.
void App::show_prompt(const Variant& entry) {
  const bool asks = !entry.text.empty() || entry.reference != nullptr;
  if (!asks || references.busy() || scene().find(draft.text, draft.reference) < 0) return;
  take_draft({entry.text, entry.reference, entry.reference_name});
}

void App::take_result(Variant result, float strength) {
  Scene next = scene();
  const std::string label = result.label;
  const int known = next.find(result.text, result.reference);
  const Variant* entry = known < 0 ? nullptr : next.history[static_cast<std::size_t>(known)].get();
  if (entry != nullptr && entry->edit != nullptr && entry->generation == result.generation) {
    next.show(known);
    next.strength = strength;
  } else {
    result.id = next_variant_++;
    make_thumbnail(result.id, result.edit);
    put(next, std::make_shared<const Variant>(std::move(result)), strength);
  }
  act(std::move(next), "Take \"" + label + "\"");
}

void App::show_learned(const std::string& style, const std::shared_ptr<const Edit>& edit, int looked_at) {
  Scene next = scene();
  const auto own =
      std::ranges::find(next.history, learned_entry, [](const auto& entry) { return entry->id; });
  const bool first = own == next.history.end();
  if (first && next.current != looked_at) return;
  if (first) learned_entry = next_variant_++;
  auto variant =
      std::make_shared<Variant>(Variant{learned_entry, style, style, nullptr, edit, model_generation});
  if (first) {  // undo leads back to an entry of the same words
    put(next, std::move(variant), 1);
    act(std::move(next), "Take \"" + style + "\"");
  } else {
    variant->strength = (*own)->strength;
    *own = std::move(variant);
    scenes.amend(std::move(next));
  }
  make_thumbnail(learned_entry, edit);
}

void App::remove_variant(int index) {
  if (index < 1 || index >= static_cast<int>(scene().history.size())) return;  // the original stays
  Scene next = scene();
  const std::string label = next.history[static_cast<std::size_t>(index)]->label;
  if (next.current == index) next.show(index - 1);
  next.history.erase(next.history.begin() + index);
  if (next.current > index) --next.current;
  act(std::move(next), "Remove \"" + label + "\"");
}

void App::set_strength(float strength, bool dragging) {
  const float clamped = std::clamp(strength, 0.0F, max_strength);
  view.dragging_strength = dragging;
  if (clamped != scene().strength) {
    Scene next = scene();
    next.strength = clamped;
    act(std::move(next), "Change the strength", "strength");
  }
  if (!dragging) scenes.seal();
}

void App::set_path(CameraPath path, const std::string& label) {
  if (scene().empty()) return;
  Scene next = scene();
  next.path = std::move(path);
  act(std::move(next), label);
}

void App::undo() {
  const auto document = scene().document;
  if (scenes.undo()) went_from(document);
}

void App::redo() {
  const auto document = scene().document;
  if (scenes.redo()) went_from(document);
}

// A step from one document to another changes neither.
void App::went_from(const std::shared_ptr<Document>& document) {
  if (document && document == scene().document) ++document->changes;
  scene_changed();
}

void App::make_thumbnail(int id, const std::shared_ptr<const Edit>& edit) {
  if (edit == nullptr) return;
  thumbnail_backdrops_[id] = backdrop();
  background.submit(
      "Drawing a thumbnail", "thumbnail " + std::to_string(id),
      [this, edit, backdrop = backdrop()](Progress& progress) {
        return thumbnail_of(services, *edit, backdrop, progress);
      },
      [this, id](Result<Image8> image) {
        if (image) thumbnails[id] = std::make_shared<const Image8>(std::move(*image));
      });
}

// Entries that a session brought have no head to draw again until they are shown.
void App::renew_thumbnails() {
  for (const auto& variant : scene().history) {
    const auto drawn = thumbnail_backdrops_.find(variant->id);
    const bool old = drawn != thumbnail_backdrops_.end() && drawn->second != backdrop();
    if (old) make_thumbnail(variant->id, variant->edit);
  }
}

// The styles the model knows, shown on the present head.
void App::make_style_thumbnails() {
  style_thumbnails.clear();
  styles_source_ = scene().source;
  draw_styles();
}

// One is asked for when the one before is there, so that thumbnails of the history come in between.
void App::draw_styles() {
  background.cancel_key("styles");
  styles_backdrop_ = backdrop();
  styles_to_draw_.clear();
  for (const StyleInfo& style : model.styles) styles_to_draw_.push_back(style.name);
  std::ranges::reverse(styles_to_draw_);
  drawing_style_ = false;
  pace_styles();
}

// Frames of the view and edits need the processor first.
void App::pace_styles() {
  const bool view_waits = view.asked && view.compare != Compare::grid && !settled(*this);
  const bool hold = view_waits || edits.busy();
  if (hold && drawing_style_) {
    background.cancel_key("styles");
    drawing_style_ = false;
  } else if (!hold && !drawing_style_) {
    draw_next_style();
  }
}

void App::draw_next_style() {
  const auto source = scene().source;
  if (source == nullptr || styles_to_draw_.empty()) return;
  const std::string name = styles_to_draw_.back();
  drawing_style_ = true;
  background.submit(
      "Drawing the style \"" + name + "\"", "styles",
      [this, source, name, backdrop = backdrop()](Progress& progress) -> Result<Image8> {
        TRIPTYCH_TRY(auto edit, services.edit(source->portrait, {name, std::nullopt}, progress));
        return thumbnail_of(services, *edit, backdrop, progress);
      },
      [this, name](Result<Image8> image) {
        if (image) style_thumbnails[name] = std::make_shared<const Image8>(std::move(*image));
        if (!styles_to_draw_.empty()) styles_to_draw_.pop_back();
        drawing_style_ = false;
        pace_styles();
      });
}

}  // namespace triptych::app
