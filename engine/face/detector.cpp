#include "face/detector.h"

#include <algorithm>
#include <cmath>

#include "face/square.h"
#include "image/resample.h"

namespace triptych {
namespace {

constexpr int input_size = 128;
constexpr float smallest_score = 0.5F;
constexpr float largest_overlap = 0.3F;        // intersection over union beyond which two boxes are one face
constexpr float padding = 1.8F;                // how much wider to look for a face that fills the picture
constexpr int search_side = 1024;              // long side of the copy that is searched
constexpr std::size_t values_per_anchor = 16;  // box and six points

void add_weighted(Detection& sum, const Detection& part, float weight) {
  const auto add = [weight](float& to, float value) { to += weight * value; };
  add(sum.left, part.left);
  add(sum.top, part.top);
  add(sum.right, part.right);
  add(sum.bottom, part.bottom);
  add(sum.left_eye.x, part.left_eye.x);
  add(sum.left_eye.y, part.left_eye.y);
  add(sum.right_eye.x, part.right_eye.x);
  add(sum.right_eye.y, part.right_eye.y);
}

}  // namespace

Detection scaled(const Detection& detection, float scale) {
  Detection result;
  add_weighted(result, detection, scale);
  result.score = detection.score;
  result.searched_at = detection.searched_at;
  return result;
}

namespace {

// BlazeFace, "SsdAnchorsCalculator": 2 anchors a cell of 8 pixels, 6 a cell of 16; only their centres count.
std::vector<Point2> make_anchors() {
  std::vector<Point2> anchors;
  for (const auto& [cells, count] : {std::pair{16, 2}, {8, 6}}) {
    for (int y = 0; y < cells; ++y) {
      for (int x = 0; x < cells; ++x) {
        const auto size = static_cast<float>(cells);
        anchors.insert(anchors.end(), static_cast<std::size_t>(count),
                       {(static_cast<float>(x) + 0.5F) / size, (static_cast<float>(y) + 0.5F) / size});
      }
    }
  }
  return anchors;
}

float overlap(const Detection& a, const Detection& b) {
  const float width = std::min(a.right, b.right) - std::max(a.left, b.left);
  const float height = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
  if (width <= 0 || height <= 0) return 0;
  const float both = width * height;
  const auto area = [](const Detection& d) { return (d.right - d.left) * (d.bottom - d.top); };
  return both / (area(a) + area(b) - both);
}

// Boxes that overlap become the mean, weighted by score, of those seen at the roll of the best.
std::vector<Detection> merge(std::vector<Detection> found) {
  std::ranges::stable_sort(found, std::ranges::greater{}, &Detection::score);
  std::vector<Detection> merged;
  while (!found.empty()) {
    const Detection best = found.front();
    const auto same = [&](const Detection& d) {
      return overlap(best, d) > largest_overlap || &d == &found.front();
    };
    const auto others = std::stable_partition(found.begin(), found.end(), same);
    float total = 0;
    Detection mean;
    for (auto it = found.begin(); it != others; ++it) {
      if (it->searched_at != best.searched_at) continue;
      add_weighted(mean, *it, it->score);
      total += it->score;
    }
    mean = scaled(mean, 1 / total);
    mean.score = best.score;
    mean.searched_at = best.searched_at;
    merged.push_back(mean);
    found.erase(found.begin(), others);
  }
  return merged;
}

// Runs the network on one square of the picture; what it finds is in the picture's pixels.
Status detect_in(Network& network, const Image8& picture, const CropFrame& square,
                 std::vector<Detection>& found) {
  static const std::vector<Point2> anchors = make_anchors();
  const Image8 input = cut_square(picture, square, input_size, Border::black);
  TRIPTYCH_TRY(auto outputs, network.run(input, 1 / 127.5, -1));
  if (outputs.size() == 2 && outputs[0].size() < outputs[1].size()) std::swap(outputs[0], outputs[1]);
  if (outputs.size() != 2 || outputs[0].size() != anchors.size() * values_per_anchor ||
      outputs[1].size() != anchors.size()) {
    return fail("the face detector has unexpected outputs; install the program again");
  }
  for (std::size_t i = 0; i < anchors.size(); ++i) {
    const float score = 1 / (1 + std::exp(-outputs[1][i]));
    if (!(score >= smallest_score)) continue;
    const float* values = &outputs[0][i * values_per_anchor];
    const auto point = [&](float x, float y) {
      return to_picture(square, input_size, {anchors[i].x * input_size + x, anchors[i].y * input_size + y});
    };
    const Point2 centre = point(values[0], values[1]);
    const float half = std::max(values[2], values[3]) * square.half_size / input_size;
    found.push_back({centre.x - half, centre.y - half, centre.x + half, centre.y + half, score,
                     point(values[4], values[5]), point(values[6], values[7]), square.roll_degrees});
  }
  return {};
}

// Overlapping squares of 1/division of the longer side.
std::vector<CropFrame> squares(const Image8& picture, int division) {
  const auto width = static_cast<float>(picture.width);
  const auto height = static_cast<float>(picture.height);
  const float half = std::max(width, height) / static_cast<float>(2 * division);
  const auto centres = [half](float extent) {
    std::vector<float> at;
    const int steps = std::max(0, static_cast<int>(std::ceil((extent - 2 * half) / half - 1e-3F)));
    for (int i = 0; i <= steps; ++i) {
      at.push_back(steps == 0
                       ? extent / 2
                       : half + (extent - 2 * half) * static_cast<float>(i) / static_cast<float>(steps));
    }
    return at;
  };
  std::vector<CropFrame> all;
  for (const float y : centres(height)) {
    for (const float x : centres(width)) all.push_back({{x, y}, half, 0});
  }
  return all;
}

// The squares of the picture that an effort looks at.
std::vector<CropFrame> squares_of(const Image8& picture, Effort effort) {
  if (effort == Effort::fine) return squares(picture, 4);
  if (effort == Effort::finest) return squares(picture, 8);
  CropFrame whole = squares(picture, 1).front();
  std::vector<CropFrame> all;
  if (effort == Effort::usual) {
    all = squares(picture, 2);
  } else {
    whole.half_size *= padding;
  }
  for (const float roll : {0.0F, 90.0F, -90.0F, 180.0F}) all.push_back({whole.centre, whole.half_size, roll});
  return all;
}

}  // namespace

FaceSearch::FaceSearch(const Image8& picture) {
  const int longest = std::max(picture.width, picture.height);
  if (longest <= search_side) {
    copy_ = picture;
    return;
  }
  scale_ = static_cast<float>(search_side) / static_cast<float>(longest);
  const auto reduced = [this](int extent) {
    return std::max(1, static_cast<int>(std::lround(static_cast<float>(extent) * scale_)));
  };
  copy_ = resize(picture, reduced(picture.width), reduced(picture.height));
}

Result<std::vector<Detection>> FaceSearch::run(Network& network, Effort effort) const {
  std::vector<Detection> found;
  for (const CropFrame& square : squares_of(copy_, effort)) {
    TRIPTYCH_CHECK(detect_in(network, copy_, square, found));
  }
  found = merge(std::move(found));
  for (Detection& detection : found) detection = scaled(detection, 1 / scale_);
  return found;
}

}  // namespace triptych
