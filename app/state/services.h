// What the window asks of the engine, and nothing else: the real one is state/engine_services.h; tests have
// their own.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/progress.h"
#include "face/portrait.h"
#include "head/camera.h"
#include "head/head.h"
#include "image/image.h"
#include "model/editor.h"
#include "render/prepare.h"
#include "render/renderer.h"
#include "state/style_services.h"

namespace triptych {
class FrameTarget;  // render/cuda/frame_target.h
}

namespace triptych::app {

// A picture with the face that is worked on. Immutable once made: panels, history and jobs share it.
struct Source {
  std::filesystem::path path;             // where it came from; may have been deleted since
  std::shared_ptr<const Image8> preview;  // the picture, at most 1024 pixels a side, for display
  float preview_scale = 1;                // preview pixels a picture pixel
  std::vector<Face> faces;                // pixels of the picture; empty in sessions of earlier programs
  int face = 0;
  bool corrected = false;  // the landmarks of `face` were moved by hand
  Portrait portrait;
};

// What the preview marches instead of the head itself.
struct Baked {
  virtual ~Baked() = default;
  bool on_gpu = false;  // draw_fast() draws it
};

struct ExportRequest {
  enum class Kind { picture, video, mesh, head };
  Kind kind = Kind::picture;
  std::filesystem::path path;
  Camera camera;             // of a picture
  int size = 512;            // pixels a side, picture and video
  bool transparent = false;  // picture
  Vec3 background{1, 1, 1};
  double seconds = 4;  // video
  int frames_per_second = 30;
  bool spiral = false;          // video: spiral, else swing
  std::vector<Camera> cameras;  // video: one a frame, instead of both
  int mesh_resolution = 256;
  std::map<std::string, std::string> text;  // written into a PNG
};

// load() comes first, from a worker; afterwards every call may come from any thread at any time.
class Services : public StyleServices {
 public:
  // Opens the models. Fails with a sentence that names the missing file; heads (.tri) can be shown all the
  // same. Cancelled, this and use_model() leave the model as it was.
  [[nodiscard]] virtual Status load(Progress& progress) = 0;
  [[nodiscard]] virtual Status use_model(const std::filesystem::path& package, Progress& progress) = 0;
  // A package of the authors' checkpoint (the teacher may be empty); gives sentences worth telling.
  [[nodiscard]] virtual Result<std::vector<std::string>> import_checkpoint(
      const std::filesystem::path& checkpoint, const std::filesystem::path& package,
      const std::filesystem::path& teacher, Progress& progress) = 0;
  // What was asked for and is not there, once load() has ended: sentences to tell.
  [[nodiscard]] virtual std::vector<std::string> missing() const { return {}; }
  // Why no GPU draws the view, once load() has ended: a sentence, empty if one does or none was to.
  [[nodiscard]] virtual std::string no_gpu() const { return {}; }
  [[nodiscard]] virtual ModelInfo model() const = 0;  // empty name until load() has succeeded
  // "CPU avx512, 2 threads". Waits for nobody: it is asked in every frame.
  [[nodiscard]] virtual std::string device() const = 0;

  [[nodiscard]] virtual Result<Image8> load_image(const std::filesystem::path& path) const = 0;
  [[nodiscard]] virtual Result<std::shared_ptr<const Source>> open_picture(const std::filesystem::path& path,
                                                                           Progress& progress) = 0;
  // A face of the picture with the landmarks that are found in it. Reads the picture again.
  [[nodiscard]] virtual Result<std::shared_ptr<const Source>> choose_face(const Source& source, int face,
                                                                          Progress& progress) = 0;
  // The same face, cut out by these landmarks (pixels of the picture). Reads the picture again.
  [[nodiscard]] virtual Result<std::shared_ptr<const Source>> correct_landmarks(
      const Source& source, const std::vector<Point2>& landmarks, Progress& progress) = 0;
  [[nodiscard]] virtual Result<std::shared_ptr<const Edit>> edit(const Portrait& portrait,
                                                                 const Prompt& prompt,
                                                                 Progress& progress) = 0;
  [[nodiscard]] virtual Result<Head> load_head(const std::filesystem::path& path) = 0;

  [[nodiscard]] virtual Result<std::shared_ptr<const Baked>> bake(const Head& head, Progress& progress) = 0;
  [[nodiscard]] virtual Result<View> render_fast(const Baked& head, const Camera& camera,
                                                 const RenderOptions& options, Progress& progress) = 0;
  [[nodiscard]] virtual Result<View> render_exact(const Head& head, const Camera& camera,
                                                  const RenderOptions& options, Progress& progress) = 0;
  // For frame after frame of one head, which is checked and laid out once, in the memory of `view`.
  [[nodiscard]] virtual Result<std::shared_ptr<const PreparedHead>> prepare(
      std::shared_ptr<const Head> head) {
    return PreparedHead::make(std::move(head));
  }
  [[nodiscard]] virtual Result<std::shared_ptr<const Baked>> bake_prepared(const PreparedHead& head,
                                                                           Progress& progress) {
    return bake(*head.head(), progress);
  }
  [[nodiscard]] virtual Status show_fast(const Baked& head, const Camera& camera,
                                         const RenderOptions& options, Progress& progress, View& view) {
    TRIPTYCH_TRY(view, render_fast(head, camera, options, progress));
    return {};
  }
  [[nodiscard]] virtual Status show_exact(const PreparedHead& head, const Camera& camera,
                                          const RenderOptions& options, Progress& progress, View& view) {
    TRIPTYCH_TRY(view, render_exact(*head.head(), camera, options, progress));
    return {};
  }
  // Draws a head that is `on_gpu` into what the window shows, without waiting for it. On the UI thread.
  [[nodiscard]] virtual Status draw_fast(const Baked& /*head*/, const Camera& /*camera*/,
                                         const RenderOptions& /*options*/, FrameTarget& /*target*/) {
    return fail("no GPU renders here");
  }
  [[nodiscard]] virtual Status export_head(const Head& head, const ExportRequest& request,
                                           Progress& progress) = 0;
};

}  // namespace triptych::app
