#include "render/bake.h"
#include "render/frame.h"
#include "render/kernel.h"
#include "render/normals.h"
#include "render/renderer.h"

namespace triptych {

Result<View> render_fast(const BakedHead& head, const Camera& camera, const RenderOptions& options,
                         ThreadPool& pool, Progress& progress) {
  TRIPTYCH_CHECK(render::check_frame(camera, options));
  View view;
  view.rgb = ImageF(options.width, options.height, 3);
  view.alpha = ImageF(options.width, options.height, 1);
  view.depth = ImageF(options.width, options.height, 1);
  render::FastTask task = render::fast_task(head.grid, {head.near_depth, head.far_depth}, camera, options);
  task.color = view.rgb.pixels.data();
  task.alpha = view.alpha.pixels.data();
  task.depth = view.depth.pixels.data();
  const render::Kernel& kernel = *render::usable_kernels().front();
  const auto tiles = static_cast<std::size_t>(render::fast_tiles_across(options.width)) *
                     static_cast<std::size_t>(render::fast_tiles_across(options.height));
  pool.run(tiles, [&](std::size_t tile, int) {
    if (!progress.cancelled()) kernel.fast_tile(task, static_cast<int>(tile), render::fast_tile_side);
  });
  TRIPTYCH_CHECK(progress.check());
  if (options.normals) view.normal = render::normals_of(task.camera, view.depth, view.alpha, pool);
  return view;
}

}  // namespace triptych
