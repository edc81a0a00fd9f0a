// Which face of the picture, and where its landmarks are.
#include "state/app.h"

namespace triptych::app {

void App::choose_face(int face) {
  const auto source = scene().source;
  if (!source || face == source->face) return;
  edits.submit(
      "Turning another face into a head", "open",
      [this, source, face](Progress& progress) -> Result<Opened> {
        TRIPTYCH_TRY(auto chosen, services.choose_face(*source, face, progress));
        TRIPTYCH_TRY(auto edit, services.edit(chosen->portrait, {}, progress));
        return Opened{std::move(chosen), std::move(edit)};
      },
      [this, source](Result<Opened> opened) {
        if (!opened) return notices.add(opened.error());
        begin_scene(std::move(*opened), source->path);
      });
}

void App::correct_landmarks(const std::vector<Point2>& landmarks) {
  cut_out_again(
      "Cutting out the face by its landmarks",
      [this, landmarks](const Source& source, Progress& progress) {
        return services.correct_landmarks(source, landmarks, progress);
      },
      "Move landmarks");
}

void App::reset_landmarks() {
  cut_out_again(
      "Finding the landmarks again",
      [this](const Source& source, Progress& progress) {
        return services.choose_face(source, source.face, progress);
      },
      "Find landmarks");
}

// The same person cut out differently: the history stays, and its edits are computed again when shown.
void App::cut_out_again(const std::string& title, MakeSource make, const std::string& label) {
  const auto source = scene().source;
  if (!source) return;
  edits.submit(
      title, "open",
      [this, source, make = std::move(make)](Progress& progress) -> Result<Opened> {
        TRIPTYCH_TRY(auto changed, make(*source, progress));
        TRIPTYCH_TRY(auto edit, services.edit(changed->portrait, {}, progress));
        return Opened{std::move(changed), std::move(edit)};
      },
      [this, source, label](Result<Opened> opened) {
        if (!opened) return notices.add(opened.error());
        if (scene().source != source) return;
        Scene next = scene();
        next.source = opened->source;
        for (auto& variant : next.history) {  // ids of their own: undo leads to the others' thumbnails
          auto anew = std::make_shared<Variant>(*variant);
          anew->id = next_variant_++;
          const auto thumbnail = thumbnails.find(variant->id);
          if (thumbnail != thumbnails.end()) thumbnails[anew->id] = thumbnail->second;
          anew->edit = variant == next.history.front() ? opened->edit : nullptr;
          variant = std::move(anew);
        }
        look_from_its_camera(*opened->edit);
        act(std::move(next), label);
        make_thumbnail(scene().history.front()->id, opened->edit);
      });
}

}  // namespace triptych::app
