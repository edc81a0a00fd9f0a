#include "cli/likeness.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace triptych::cli {
namespace {

constexpr int block = 32;

double decibels(double squares, double count) {
  return -10 * std::log10(std::max(squares / count, 1e-12));
}

// Sum of squared differences in the block whose first pixel is (x, y); `count`: of values compared.
double difference(const ImageF& a, const ImageF& b, int x, int y, double& count) {
  double squares = 0;
  const int right = std::min(x + block, a.width), bottom = std::min(y + block, a.height);
  for (int row = y; row < bottom; ++row) {
    for (int column = x; column < right; ++column) {
      for (int c = 0; c < 3; ++c) {
        const double d =
            static_cast<double>(a.at(column, row, c)) - static_cast<double>(b.at(column, row, c));
        squares += d * d;
      }
    }
  }
  count = 3.0 * (right - x) * (bottom - y);
  return squares;
}

}  // namespace

Result<Likeness> likeness(const Head& head, const BakedHead& baked, int size, ThreadPool& pool,
                          Progress& progress) {
  const RenderOptions options{.width = size, .height = size, .super_resolution = false};
  constexpr double unseen = std::numeric_limits<double>::infinity();
  Likeness result{.worst_view = unseen, .worst_block = unseen};
  double total = 0;
  for (const float pitch : {-15.0F, 0.0F, 15.0F}) {
    for (const float yaw : {-30.0F, -15.0F, 0.0F, 15.0F, 30.0F}) {
      const Camera camera = orbit_camera(yaw, pitch);
      TRIPTYCH_TRY(const View exact, render_exact(head, camera, options, pool, progress));
      TRIPTYCH_TRY(const View fast, render_fast(baked, camera, options, pool, progress));
      double squares = 0;
      for (int y = 0; y < size; y += block) {
        for (int x = 0; x < size; x += block) {
          double count = 0;
          const double here = difference(exact.rgb, fast.rgb, x, y, count);
          squares += here;
          if (decibels(here, count) >= result.worst_block) continue;
          result.worst_block = decibels(here, count);
          result.yaw = yaw, result.pitch = pitch, result.x = x, result.y = y;
        }
      }
      total += squares;
      ++result.views;
      result.worst_view = std::min(result.worst_view, decibels(squares, 3.0 * size * size));
    }
  }
  result.psnr = decibels(total, 3.0 * size * size * result.views);
  return result;
}

}  // namespace triptych::cli
