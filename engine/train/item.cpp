#include "train/item.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "image/mat.h"
#include "train/authors_layout.h"

namespace triptych::train {
namespace {

template <typename T>
const T& pick(const std::vector<T>& values, Random& random) {
  return values[static_cast<std::size_t>(random.below(static_cast<int>(values.size())))];
}

// An edit of a head and the number of a view that exists with it and without it.
struct EditedView {
  int edit = 0;
  int number = 0;
};

std::vector<EditedView> edited_views(const HeadViews& head, const std::vector<int>& wanted) {
  std::vector<EditedView> found;
  const std::vector<ViewRef>& plain = head.edits.at(0);
  for (const auto& [edit, views] : head.edits) {
    if (std::find(wanted.begin(), wanted.end(), edit) == wanted.end()) continue;
    for (const ViewRef& view : views) {
      const auto same = [&](const ViewRef& v) { return v.number == view.number; };
      if (std::any_of(plain.begin(), plain.end(), same)) found.push_back({edit, view.number});
    }
  }
  return found;
}

const ViewRef& with_number(const std::vector<ViewRef>& views, int number) {
  return *std::find_if(views.begin(), views.end(), [&](const ViewRef& v) { return v.number == number; });
}

// The view itself where there is no other.
const ViewRef& other_than(const std::vector<ViewRef>& views, int number, Random& random) {
  std::vector<const ViewRef*> others;
  for (const ViewRef& view : views) {
    if (view.number != number) others.push_back(&view);
  }
  return others.empty() ? with_number(views, number) : *pick(others, random);
}

// Segmenters err at the border: blurred or with a moved threshold, to both sides alike. (Where masks were
// often smaller than the person, the model learned to draw everybody larger than their mask.)
void disturb_mask(cv::Mat& mask, Random& random) {
  switch (random.below(4)) {
    case 0:
      return cv::blur(mask, mask, {3, 3});
    case 1: {
      cv::blur(mask, mask, {5, 5});
      const float threshold = random.uniform(0.3F, 0.7F);
      mask = cv::min(cv::max((mask - threshold) * 6 + 0.5, 0), 1);
      return;
    }
    default:
      return;
  }
}

void compress(cv::Mat& rgb, int quality) {
  cv::Mat bytes;
  rgb.convertTo(bytes, CV_8UC3, 255);
  cv::cvtColor(bytes, bytes, cv::COLOR_RGB2BGR);
  std::vector<std::uint8_t> jpeg;
  if (!cv::imencode(".jpg", bytes, jpeg, {cv::IMWRITE_JPEG_QUALITY, quality})) return;
  cv::cvtColor(cv::imdecode(jpeg, cv::IMREAD_COLOR), bytes, cv::COLOR_BGR2RGB);
  bytes.convertTo(rgb, CV_32FC3, 1.0 / 255);
}

// In the order in which a camera does it.
void disturb_picture(cv::Mat& rgb, Random& random) {
  if (random.chance(0.25F)) {
    const float scale = random.uniform(0.5F, 0.9F);
    cv::Mat small;
    cv::resize(rgb, small, {}, scale, scale, cv::INTER_AREA);
    cv::resize(small, rgb, rgb.size(), 0, 0, cv::INTER_LINEAR);
  }
  if (random.chance(0.3F)) {
    const float deviation = random.uniform(0, 0.03F);
    for (float* p = rgb.ptr<float>(); p < rgb.ptr<float>() + rgb.total() * 3; ++p) {
      // Sum of three uniforms: near enough to normal, and quick.
      *p += deviation * 2 * (random.uniform() + random.uniform() + random.uniform() - 1.5F);
    }
  }
  if (random.chance(0.3F)) compress(rgb, 40 + random.below(56));
}

}  // namespace

Camera mirrored(const Camera& camera) {
  Camera result = camera;
  auto& m = result.camera_to_world;
  for (const std::size_t i : {1U, 2U, 3U, 4U, 8U}) m[i] = -m[i];  // S M S with S = diag(-1, 1, 1, 1)
  result.intrinsics[2] = 1 - camera.intrinsics[2];
  return result;
}

Frame frame_of(ViewPtr view, bool mirror) {
  const Camera camera = mirror ? mirrored(view->key.camera) : view->key.camera;
  return {std::move(view), mirror, camera};
}

Exposure Exposure::identity() {
  Exposure exposure;
  for (auto& curve : exposure.curve) {
    for (std::size_t i = 0; i < 256; ++i) curve[i] = static_cast<float>(i) / 255;
  }
  return exposure;
}

Exposure Exposure::random(Random& random) {
  Exposure exposure;
  const float gamma = std::exp(random.normal(0, 0.15F)), brighter = random.normal(0, 0.1F);
  for (auto& curve : exposure.curve) {
    const float gain = std::exp(brighter + random.normal(0, 0.05F));
    for (std::size_t i = 0; i < 256; ++i) {
      curve[i] = std::clamp(gain * std::pow(static_cast<float>(i) / 255, gamma), 0.0F, 1.0F);
    }
  }
  return exposure;
}

namespace {

// A head with an edited view if one is wanted (looking at some heads for it), and the view to start from.
Result<EditedView> choose_view(const ViewStore& store, const ItemOptions& options, Random& random,
                               HeadViews& head) {
  constexpr int heads_tried = 50;
  const bool edited = !options.edits.empty() && !random.chance(static_cast<float>(options.plain_share));
  for (int i = 0; i < heads_tried; ++i) {
    head = store.head(static_cast<std::size_t>(random.below(static_cast<int>(store.heads()))));
    if (!head.edits.contains(0)) return fail("a shard has edits of a head without the head itself");
    if (!edited) break;
    const std::vector<EditedView> views = edited_views(head, options.edits);
    if (!views.empty()) return pick(views, random);
  }
  return EditedView{0, pick(head.edits.at(0), random).number};
}

}  // namespace

Result<Item> choose_item(ViewStore& store, const ItemOptions& options, Random& random) {
  HeadViews head;
  TRIPTYCH_TRY(const EditedView chosen, choose_view(store, options, random, head));
  const bool mirror = options.augment && random.chance(0.5F);
  Item item;
  item.exposure = options.augment ? Exposure::random(random) : Exposure::identity();
  item.edit = chosen.edit;
  item.real = head.head >= first_photograph;
  const std::vector<ViewRef>& views = head.edits.at(item.edit);
  TRIPTYCH_TRY(ViewPtr seen, store.view(with_number(head.edits.at(0), chosen.number)));
  TRIPTYCH_TRY(ViewPtr first, store.view(with_number(views, chosen.number)));
  TRIPTYCH_TRY(ViewPtr second, store.view(other_than(views, chosen.number, random)));
  item.picture = frame_of(std::move(seen), mirror);
  item.targets = {frame_of(std::move(first), mirror), frame_of(std::move(second), mirror)};
  return item;
}

Item portrait_item(ViewPtr portrait, float mirror_weight, bool augment, Random& random) {
  // Nearer to the front the mirrored view would only blur what differs between the sides; beyond, too much is
  // hidden.
  constexpr float least_yaw = 8, most_yaw = 35;
  Item item;
  item.real = true;
  item.exposure = augment ? Exposure::random(random) : Exposure::identity();
  item.picture = frame_of(std::move(portrait), augment && random.chance(0.5F));
  item.targets = {item.picture, item.picture};
  const float yaw = std::abs(orbit_of(item.picture.camera).yaw_degrees);
  if (mirror_weight > 0 && yaw > least_yaw && yaw < most_yaw && random.chance(0.5F)) {
    item.targets[1] = frame_of(item.picture.view, !item.picture.mirror);
    item.weights[1] = mirror_weight;
  }
  return item;
}

ImageF network_input(const Frame& frame, const Exposure& exposure, int size, Random* random) {
  const int source = frame.size();
  cv::Mat rgb(source, source, CV_32FC3), mask(source, source, CV_32F);
  for (int y = 0; y < source; ++y) {
    for (int x = 0; x < source; ++x) {
      const std::uint8_t* p = frame.rgba(x, y);
      rgb.at<cv::Vec3f>(y, x) = {exposure.curve[0][p[0]], exposure.curve[1][p[1]], exposure.curve[2][p[2]]};
      mask.at<float>(y, x) = static_cast<float>(p[3]) / 255;
    }
  }
  if (random != nullptr) {
    disturb_mask(mask, *random);
    disturb_picture(rgb, *random);
  }
  if (source != size) {
    const int how = source > size ? cv::INTER_AREA : cv::INTER_LINEAR;
    cv::resize(rgb, rgb, {size, size}, 0, 0, how);
    cv::resize(mask, mask, {size, size}, 0, 0, how);
  }
  ImageF input(size, size, 4);
  float* out = input.pixels.data();
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x, out += 4) {
      const cv::Vec3f& color = rgb.at<cv::Vec3f>(y, x);
      const float m = mask.at<float>(y, x);
      for (int k = 0; k < 3; ++k) out[k] = std::clamp(color[k] * m + 0.5F * (1 - m), 0.0F, 1.0F);
      out[3] = m;
    }
  }
  return input;
}

}  // namespace triptych::train
