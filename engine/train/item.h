// One training example: a picture as the network sees it, and two views to be explained. No LibTorch here:
// items are made on the loader's threads.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/error.h"
#include "image/image.h"
#include "synthetic/random.h"
#include "synthetic/shard.h"
#include "train/view_store.h"

namespace triptych::train {

using synthetic::Random;
using ViewPtr = std::shared_ptr<const synthetic::View>;

// World and picture mirrored left to right: the camera that sees the mirrored world as the mirrored picture.
[[nodiscard]] Camera mirrored(const Camera& camera);

// A change of exposure, gamma and white balance, the same for all views of an item.
struct Exposure {
  std::array<std::array<float, 256>, 3> curve{};  // of each channel, 0..255 -> 0..1
  [[nodiscard]] static Exposure identity();
  [[nodiscard]] static Exposure random(Random& random);
};

// A view as an item uses it: mirrored or not, with the item's exposure. Pixels are read where rays need them.
struct Frame {
  ViewPtr view;
  bool mirror = false;
  Camera camera;  // mirrored if `mirror` is

  [[nodiscard]] int size() const noexcept { return view->rgba.width; }
  [[nodiscard]] int column(int x) const noexcept { return mirror ? size() - 1 - x : x; }
  [[nodiscard]] const std::uint8_t* rgba(int x, int y) const { return &view->rgba.at(column(x), y); }
  [[nodiscard]] float alpha(int x, int y) const { return static_cast<float>(rgba(x, y)[3]) / 255; }
  // Along the optical axis, world units; 0 where nothing is known.
  [[nodiscard]] float depth(int x, int y) const {
    return 1e-4F * static_cast<float>(view->depth.at(column(x), y));
  }
};

[[nodiscard]] Frame frame_of(ViewPtr view, bool mirror);

struct Item {
  Frame picture;                       // what the network sees
  std::array<Frame, 2> targets;        // what its planes must show; the first has the picture's camera
  int edit = 0;                        // of the targets
  bool real = false;                   // a photograph: no depth is known
  std::array<float, 2> weights{1, 1};  // of the targets in the objective
  Exposure exposure;
};

struct ItemOptions {
  std::vector<int> edits;     // that targets may show; empty: none
  double plain_share = 0.15;  // of items with edits: targets unedited
  bool augment = true;
};
// A view of a head chosen at random and the targets for it.
[[nodiscard]] Result<Item> choose_item(ViewStore& store, const ItemOptions& options, Random& random);
// A photograph with the view it shows. Faces are nearly the same on both sides: of a face that looks aside,
// the mirrored picture is a second view, seen by the mirrored camera, with weight `mirror_weight` (0: never).
[[nodiscard]] Item portrait_item(ViewPtr portrait, float mirror_weight, bool augment, Random& random);

// RGB over grey and mask, 4 channels, 0..1, as the network takes them. With `random`: degraded as cameras and
// segmenters do (mask blurred or with a moved threshold; blur, noise, JPEG of quality 40 to 95).
[[nodiscard]] ImageF network_input(const Frame& frame, const Exposure& exposure, int size, Random* random);

}  // namespace triptych::train
