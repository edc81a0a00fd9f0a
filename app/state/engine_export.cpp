#include "state/engine_export.h"

#include <algorithm>
#include <cmath>

#include "core/suffix.h"
#include "export/mesh.h"
#include "export/turntable.h"
#include "export/video.h"
#include "head/tri_file.h"
#include "image/picture.h"
#include "image/resample.h"
#include "render/renderer.h"

namespace triptych::app {

Image8 with_alpha(const View& view, bool weighted) {
  ImageF rgba(view.rgb.width, view.rgb.height, 4);
  for (std::size_t i = 0; i < view.alpha.pixels.size(); ++i) {
    const float alpha = view.alpha.pixels[i];
    const float weight = weighted && alpha > 0 ? 1 / alpha : 1;
    for (std::size_t c = 0; c < 3; ++c) rgba.pixels[4 * i + c] = weight * view.rgb.pixels[3 * i + c];
    rgba.pixels[4 * i + 3] = alpha;
  }
  return to_bytes(rgba);
}

bool keeps_alpha(const std::filesystem::path& path) {
  const std::string suffix = lower_suffix(path);
  return suffix == ".png" || suffix == ".webp" || suffix == ".tif" || suffix == ".tiff";
}

namespace {

RenderOptions options_of(const ExportRequest& request) {
  RenderOptions options{.width = request.size, .height = request.size, .bf16 = true};  // as the viewport
  options.background = request.background;
  return options;
}

Status export_picture(const Head& head, const ExportRequest& request, ThreadPool& pool, Progress& progress) {
  RenderOptions options = options_of(request);
  const bool transparent = request.transparent && keeps_alpha(request.path);
  // Over black a colour is weighted by its alpha and nothing else; super-resolution paints whole pictures.
  if (transparent) options.background = Vec3{};
  TRIPTYCH_TRY(const View view, render_exact(head, request.camera, options, pool, progress));
  return save_picture(request.path,
                      transparent ? with_alpha(view, !head.super_resolution) : to_bytes(view.rgb),
                      request.text);
}

Status export_video(const Head& head, const ExportRequest& request, ThreadPool& pool, Progress& progress) {
  const bool chosen = !request.cameras.empty();
  const int count =
      chosen ? static_cast<int>(request.cameras.size())
             : std::max(1, static_cast<int>(std::lround(request.seconds * request.frames_per_second)));
  TRIPTYCH_TRY(const auto video,
               VideoWriter::open(request.path, {request.size, request.size, request.frames_per_second}));
  const RenderOptions options = options_of(request);
  const auto path = request.spiral ? TurntablePath::spiral : TurntablePath::swing;
  progress.begin("rendering the frames");
  Progress frame_progress;  // a frame's own stages would only flicker
  for (int i = 0; i < count; ++i) {
    TRIPTYCH_CHECK(progress.check());
    const Camera camera = chosen ? request.cameras[static_cast<std::size_t>(i)]
                                 : turntable_camera(path, static_cast<double>(i) / count);
    TRIPTYCH_TRY(const View view, render_exact(head, camera, options, pool, frame_progress));
    TRIPTYCH_CHECK(video->add(to_bytes(view.rgb)));
    progress.advance(static_cast<double>(i + 1) / count);
  }
  return video->finish(progress);
}

}  // namespace

Status write_export(const Head& head, const ExportRequest& request, ThreadPool& pool, Progress& progress) {
  switch (request.kind) {
    case ExportRequest::Kind::picture:
      return export_picture(head, request, pool, progress);
    case ExportRequest::Kind::video:
      return export_video(head, request, pool, progress);
    case ExportRequest::Kind::mesh:
      break;
    case ExportRequest::Kind::head:
      return save_head(request.path, head);
  }
  const MeshOptions options{.resolution = request.mesh_resolution};
  TRIPTYCH_TRY(const Mesh mesh, make_mesh(head, options, pool, progress));
  return save_mesh(request.path, mesh);
}

}  // namespace triptych::app
