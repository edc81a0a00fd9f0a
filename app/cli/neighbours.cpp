#include "cli/neighbours.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <limits>
#include <utility>

#include "cli/likeness.h"
#include "image/resample.h"

namespace triptych::cli {
namespace {

using Render = std::function<Result<View>(const Camera&)>;

struct Pair {
  View first, second;
  double milliseconds = std::numeric_limits<double>::infinity();
};

Camera camera_of(bool second) {
  return orbit_camera(second ? 5.0F : 0.0F, 0);
}

Result<Pair> both_views(const Render& render) {
  using Clock = std::chrono::steady_clock;
  Pair pair;
  for (View* view : {&pair.first, &pair.second}) {
    const auto start = Clock::now();
    TRIPTYCH_TRY(*view, render(camera_of(view == &pair.second)));
    const std::chrono::duration<double, std::milli> taken = Clock::now() - start;
    pair.milliseconds = std::min(pair.milliseconds, taken.count());
  }
  return pair;
}

WayToAPicture way_of(std::string name, const Pair& pair) {
  return {std::move(name), reproject(pair.first, camera_of(false), pair.second, camera_of(true)),
          std::nullopt, pair.milliseconds};
}

double psnr(const Pair& a, const Pair& b) {
  double squares = 0, count = 0;
  const auto add = [&](const ImageF& x, const ImageF& y) {
    for (std::size_t i = 0; i < x.pixels.size(); ++i) {
      const double d = static_cast<double>(x.pixels[i]) - static_cast<double>(y.pixels[i]);
      squares += d * d;
    }
    count += static_cast<double>(x.pixels.size());
  };
  add(a.first.rgb, b.first.rgb);
  add(a.second.rgb, b.second.rgb);
  return decibels(squares, count);
}

// Where the surface is say the exact views, for all alike.
WayToAPicture way_beside(std::string name, Pair pair, const Pair& exact) {
  for (View Pair::*view : {&Pair::first, &Pair::second}) {
    (pair.*view).alpha = (exact.*view).alpha;
    (pair.*view).depth = (exact.*view).depth;
  }
  WayToAPicture way = way_of(std::move(name), pair);
  way.to_exact = psnr(pair, exact);
  return way;
}

ImageF enlarged(const ImageF& rgb, int size) {
  ImageF result = resize(rgb, size, size);
  for (float& v : result.pixels) v = std::clamp(v, 0.0F, 1.0F);
  return result;
}

}  // namespace

Result<std::vector<WayToAPicture>> compare_ways(const Head& head, const BakedHead& baked, int size,
                                                ThreadPool& pool, Progress& progress) {
  const RenderOptions full{.width = size, .height = size, .super_resolution = false};
  const RenderOptions half{.width = size / 2, .height = size / 2, .super_resolution = false};
  const auto exactly = [&](const RenderOptions& options) -> Render {
    return [&, options](const Camera& from) { return render_exact(head, from, options, pool, progress); };
  };
  const auto quickly = [&](const RenderOptions& options) -> Render {
    return [&, options](const Camera& from) { return render_fast(baked, from, options, pool, progress); };
  };
  const auto enlarging = [&](const Render& render) -> Render {
    return [&, render](const Camera& from) -> Result<View> {
      TRIPTYCH_TRY(View view, render(from));
      view.rgb = enlarged(view.rgb, size);
      return view;
    };
  };
  const std::string whole = std::to_string(size), small = std::to_string(size / 2);
  std::vector<WayToAPicture> ways;
  TRIPTYCH_TRY(const Pair exact, both_views(exactly(full)));
  ways.push_back(way_of("exact " + whole, exact));
  const std::pair<std::string, Render> beside[] = {
      {"fast " + whole, quickly(full)},
      {"fast " + small + ", enlarged to " + whole, enlarging(quickly(half))},
      {"exact " + small + ", enlarged to " + whole, enlarging(exactly(half))}};
  for (const auto& [name, render] : beside) {
    TRIPTYCH_TRY(Pair pair, both_views(render));
    ways.push_back(way_beside(name, std::move(pair), exact));
  }
  TRIPTYCH_TRY(const Pair halved, both_views(exactly(half)));
  ways.push_back(way_of("exact " + small, halved));
  if (!head.super_resolution) return ways;
  const int own = head.super_resolution->output_size;
  const RenderOptions resolved{.width = own, .height = own};
  TRIPTYCH_TRY(const Pair super, both_views(exactly(resolved)));
  ways.push_back(way_of("exact, super-resolved", super));
  return ways;
}

}  // namespace triptych::cli
