// Where faces are: MediaPipe's short-range detector (BlazeFace) over the picture, its tiles, and its quarter
// turns.
#pragma once

#include <array>
#include <vector>

#include "core/error.h"
#include "face/network.h"
#include "face/portrait.h"
#include "image/image.h"

namespace triptych {

// In pixels of the picture. Left and right are the viewer's.
struct Detection {
  float left = 0, top = 0, right = 0, bottom = 0;
  float score = 0;
  Point2 left_eye, right_eye;
  float searched_at = 0;  // the roll at which the network saw it; it mistakes faces that are upside down
};

// How hard to look: each level costs more than the one before and finds what those missed.
enum class Effort {
  usual,   // the whole picture, also on its sides and upside down, and its quarters
  fine,    // small faces: tiles of a quarter of the longer side
  finest,  // of an eighth
  padded,  // a face that fills the picture
};
inline constexpr std::array all_efforts{Effort::usual, Effort::fine, Effort::finest, Effort::padded};

// Large pictures are searched in a reduced copy.
class FaceSearch {
 public:
  explicit FaceSearch(const Image8& picture);
  [[nodiscard]] Result<std::vector<Detection>> run(Network& network, Effort effort) const;  // best first
  // What is searched: the picture, or a smaller copy of it.
  [[nodiscard]] const Image8& copy() const noexcept { return copy_; }
  [[nodiscard]] float scale() const noexcept { return scale_; }

 private:
  Image8 copy_;
  float scale_ = 1;  // of the copy
};

// The same in a copy of the picture that is `scale` times as large.
[[nodiscard]] Detection scaled(const Detection& detection, float scale);

}  // namespace triptych
