// How much a baked head looks like the exact one, for `triptych bench`.
#pragma once

#include <array>

#include "core/progress.h"
#include "core/thread_pool.h"
#include "render/renderer.h"

namespace triptych::cli {

// PSNR of colours in 0..1, dB. This is the most that is said: of what is equal, and of nothing.
inline constexpr double most_decibels = 120;

// `squares`: sum of squared differences of `count` values.
[[nodiscard]] double decibels(double squares, double count);

// Blocks of 32x32 pixels of one kind.
struct BlockLikeness {
  int count = 0;
  double psnr = most_decibels;   // of all their pixels together
  double worst = most_decibels;  // of one of them
};

struct Likeness {
  int views = 0;
  double psnr = most_decibels;  // of all views together
  double worst_view = most_decibels;
  double worst_block = most_decibels;  // of any kind, and where that is
  float yaw = 0, pitch = 0;
  int x = 0, y = 0;
  BlockLikeness interior;    // all of it is solid in the exact view: alpha from 0.95
  BlockLikeness silhouette;  // neither solid nor empty: the head's edge, hair
};

// Views of one size, compared one after another.
class LikenessOfViews {
 public:
  // Both seen from there, of the same size.
  void add(const View& exact, const View& fast, float yaw, float pitch);
  [[nodiscard]] Likeness result() const;

 private:
  struct Sum {
    double squares = 0, count = 0;
  };
  Likeness found_;
  std::array<Sum, 3> sums_{};  // of interior, silhouette and empty blocks
};

// Over yaw -30, -15 .. 30 by pitch -15, 0, 15, `size` pixels a side; without super-resolution.
[[nodiscard]] Result<Likeness> likeness(const Head& head, const BakedHead& baked, int size, ThreadPool& pool,
                                        Progress& progress);

}  // namespace triptych::cli
