#include <functional>

#include "render/bake.h"
#include "render/frame.h"
#include "render/kernel.h"
#include "render/normals.h"
#include "render/renderer.h"

namespace triptych {

Result<View> render_fast(const BakedHead& head, const Camera& camera, const RenderOptions& options,
                         ThreadPool& pool, Progress& progress) {
  View view;
  TRIPTYCH_CHECK(render_fast(head, camera, options, pool, progress, view));
  return view;
}

Status render_fast(const BakedHead& head, const Camera& camera, const RenderOptions& options,
                   ThreadPool& pool, Progress& progress, View& view) {
  TRIPTYCH_CHECK(render::check_frame(camera, options));
  render::set_size(view, options.width, options.height);
  render::FastTask task = render::fast_task(head.grid, {head.near_depth, head.far_depth}, camera, options);
  task.color = view.rgb.pixels.data();
  task.alpha = view.alpha.pixels.data();
  task.depth = view.depth.pixels.data();
  const render::Kernel& kernel = *render::usable_kernels().front();
  const auto tiles = static_cast<std::size_t>(render::fast_tiles_across(options.width)) *
                     static_cast<std::size_t>(render::fast_tiles_across(options.height));
  const auto march_tile = [&](std::size_t tile, int) {
    if (!progress.cancelled()) kernel.fast_tile(task, static_cast<int>(tile), render::fast_tile_side);
  };
  pool.run(tiles, std::ref(march_tile));  // a reference: a std::function of the lambda would be allocated
  TRIPTYCH_CHECK(progress.check());
  render::set_normals(options.normals, task.camera, view, pool);
  return {};
}

}  // namespace triptych
