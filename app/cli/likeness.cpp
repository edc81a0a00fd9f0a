#include "cli/likeness.h"

#include <algorithm>
#include <cmath>

namespace triptych::cli {
namespace {

constexpr int side = 32;  // of a block
constexpr float nothing = 0.05F, solid = 0.95F;

enum Kind : std::size_t { interior, silhouette, empty };

struct Block {
  int left, top, right, bottom;
};

Kind kind_of(const Block& block, const ImageF& alpha) {
  float least = 1, most = 0;
  for (int y = block.top; y < block.bottom; ++y) {
    for (int x = block.left; x < block.right; ++x) {
      least = std::min(least, alpha.at(x, y));
      most = std::max(most, alpha.at(x, y));
    }
  }
  if (least >= solid) return interior;
  return most <= nothing ? empty : silhouette;
}

// Sum of the squared differences.
double difference(const Block& block, const ImageF& a, const ImageF& b) {
  double squares = 0;
  for (int y = block.top; y < block.bottom; ++y) {
    for (int x = block.left; x < block.right; ++x) {
      for (int c = 0; c < 3; ++c) {
        const double d = static_cast<double>(a.at(x, y, c)) - static_cast<double>(b.at(x, y, c));
        squares += d * d;
      }
    }
  }
  return squares;
}

}  // namespace

double decibels(double squares, double count) {
  if (count <= 0) return most_decibels;
  return std::min(most_decibels, -10 * std::log10(std::max(squares / count, 1e-12)));
}

void LikenessOfViews::add(const View& exact, const View& fast, float yaw, float pitch) {
  const int width = exact.rgb.width, height = exact.rgb.height;
  Sum view;
  for (int y = 0; y < height; y += side) {
    for (int x = 0; x < width; x += side) {
      const Block block{x, y, std::min(x + side, width), std::min(y + side, height)};
      const double squares = difference(block, exact.rgb, fast.rgb),
                   count = 3.0 * (block.right - x) * (block.bottom - y), psnr = decibels(squares, count);
      view.squares += squares;
      view.count += count;
      const Kind kind = kind_of(block, exact.alpha);
      sums_[kind].squares += squares;
      sums_[kind].count += count;
      if (kind != empty) {
        BlockLikeness& blocks = kind == interior ? found_.interior : found_.silhouette;
        ++blocks.count;
        blocks.worst = std::min(blocks.worst, psnr);
      }
      if (psnr >= found_.worst_block) continue;
      found_.worst_block = psnr;
      found_.yaw = yaw, found_.pitch = pitch, found_.x = x, found_.y = y;
    }
  }
  ++found_.views;
  found_.worst_view = std::min(found_.worst_view, decibels(view.squares, view.count));
}

Likeness LikenessOfViews::result() const {
  Likeness result = found_;
  Sum all;
  for (const Sum& sum : sums_) {
    all.squares += sum.squares;
    all.count += sum.count;
  }
  result.psnr = decibels(all.squares, all.count);
  result.interior.psnr = decibels(sums_[interior].squares, sums_[interior].count);
  result.silhouette.psnr = decibels(sums_[silhouette].squares, sums_[silhouette].count);
  return result;
}

Result<Likeness> likeness(const Head& head, const BakedHead& baked, int size, ThreadPool& pool,
                          Progress& progress) {
  const RenderOptions options{.width = size, .height = size, .super_resolution = false};
  LikenessOfViews views;
  for (const float pitch : {-15.0F, 0.0F, 15.0F}) {
    for (const float yaw : {-30.0F, -15.0F, 0.0F, 15.0F, 30.0F}) {
      const Camera camera = orbit_camera(yaw, pitch);
      TRIPTYCH_TRY(const View exact, render_exact(head, camera, options, pool, progress));
      TRIPTYCH_TRY(const View fast, render_fast(baked, camera, options, pool, progress));
      views.add(exact, fast, yaw, pitch);
    }
  }
  return views.result();
}

}  // namespace triptych::cli
