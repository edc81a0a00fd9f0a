#include "render/bake.h"
#include "render/kernel.h"
#include "render/normals.h"
#include "render/prepare.h"
#include "render/renderer.h"

namespace triptych {
Result<View> render_fast(const BakedHead& head, const Camera& camera, const RenderOptions& options,
                         ThreadPool& pool, Progress& progress) {
  constexpr int largest = 8192;
  if (options.width < 1 || options.height < 1 || options.width > largest || options.height > largest) {
    return fail(
        "cannot render " + std::to_string(options.width) + "x" + std::to_string(options.height) + " pixels",
        {}, ErrorCode::usage);
  }
  if (!camera.valid()) return fail("the camera to render from is not a camera");
  const render::DepthRange range = render::depth_range(head.near_depth, head.far_depth, camera);
  View view;
  view.rgb = ImageF(options.width, options.height, 3);
  view.alpha = ImageF(options.width, options.height, 1);
  view.depth = ImageF(options.width, options.height, 1);
  render::FastTask task;
  task.head = head.grid;
  if (options.normals) task.head.step *= render::step_for_slopes;
  task.camera = render::ray_camera(camera);
  task.width = options.width;
  task.height = options.height;
  task.near_depth = range.near_depth;
  task.far_depth = range.far_depth;
  for (std::size_t c = 0; c < 3; ++c) task.background[c] = head.grid.frustum ? options.background[c] : 0;
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
