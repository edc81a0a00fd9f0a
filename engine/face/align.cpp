#include "face/align.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <opencv2/core.hpp>

#include "core/guarded.h"
#include "face/detector.h"
#include "face/frame.h"
#include "face/landmarks.h"
#include "face/network.h"
#include "face/person_mask.h"
#include "face/pose.h"
#include "face/square.h"
#include "image/resample.h"

namespace triptych {
namespace {

constexpr float smallest_face_score = 0.5F;
// As estimated: beyond it the landmark network guesses, and takes a face turned by 75 degrees for one of 50.
constexpr float largest_yaw_degrees = 45;

float area(const Face& face) {
  return (face.right - face.left) * (face.bottom - face.top);
}

// Two finds of one face share most of the smaller one.
bool same_face(const Face& a, const Face& b) {
  const float width = std::min(a.right, b.right) - std::max(a.left, b.left);
  const float height = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
  return width > 0 && height > 0 && width * height > 0.5F * std::min(area(a), area(b));
}

std::string no_face(const Image8& picture) {
  return "no face found (largest side " + std::to_string(std::max(picture.width, picture.height)) +
         " px; both eyes must be seen and the face be at least 40 px wide); try another picture";
}

std::vector<Point2> in_cut(const std::vector<Point2>& landmarks, const CropFrame& frame, int size) {
  std::vector<Point2> result(landmarks.size());
  std::ranges::transform(landmarks, result.begin(), [&](Point2 p) { return to_cut(frame, size, p); });
  return result;
}

std::vector<float> depth_in_cut(const Face& face, const CropFrame& frame, int size) {
  std::vector<float> result = face.depth;
  for (float& depth : result) depth *= static_cast<float>(size) / (2 * frame.half_size);
  return result;
}

Status check(const Image8& picture) {
  if (picture.channels == 3 && !picture.empty()) return {};
  return fail("a picture of three channels is needed", {}, ErrorCode::usage);
}

// Landmarks that a user moved may lie on one point, or anywhere.
bool can_be_cut(const Image8& picture, const CropFrame& frame) {
  const float far = 16 * static_cast<float>(std::max(picture.width, picture.height));
  return frame.half_size >= 1 && frame.half_size <= far && std::abs(frame.centre.x) <= far &&
         std::abs(frame.centre.y) <= far;
}

CropFrame whole_picture(const Image8& picture) {
  const auto width = static_cast<float>(picture.width);
  const auto height = static_cast<float>(picture.height);
  return {{width / 2, height / 2}, std::min(width, height) / 2, 0};
}

}  // namespace

struct FaceAligner::Networks {
  Network detector, landmarks, mask;
  CanonicalFace canonical;
  std::mutex mutex;

  Networks(Network detector_, Network landmarks_, Network mask_, CanonicalFace canonical_)
      : detector(std::move(detector_)),
        landmarks(std::move(landmarks_)),
        mask(std::move(mask_)),
        canonical(std::move(canonical_)) {}

  Result<std::vector<Face>> find(const Image8& picture);
  Result<Face> look_at(const FaceSearch& search, const Image8& picture, const Detection& detection);
  Result<Portrait> align(const Image8& picture, const AlignOptions& options, std::vector<Face>* all);
  Result<Portrait> cut(const Image8& picture, const Face& face, int size);
  Result<Portrait> keep(const Image8& picture, int size);
};

// In the copy that was searched, where a face has more pixels there than the network takes: in the picture
// itself each of its looks would read all pixels of a face that may be thousands wide.
Result<Face> FaceAligner::Networks::look_at(const FaceSearch& search, const Image8& picture,
                                            const Detection& detection) {
  constexpr float enough = 400;  // pixels, about twice as many
  const float scale = search.scale();
  if ((detection.right - detection.left) * scale < enough) {
    return find_landmarks(landmarks, canonical.mirrored, picture, detection);
  }
  TRIPTYCH_TRY(Face face,
               find_landmarks(landmarks, canonical.mirrored, search.copy(), scaled(detection, scale)));
  for (float* edge : {&face.left, &face.top, &face.right, &face.bottom}) *edge /= scale;
  for (float& depth : face.depth) depth /= scale;
  for (Point2& point : face.landmarks) point = {point.x / scale, point.y / scale};
  return face;
}

Result<std::vector<Face>> FaceAligner::Networks::find(const Image8& picture) {
  TRIPTYCH_CHECK(check(picture));
  const FaceSearch search(picture);
  std::vector<Face> faces;
  for (const Effort effort : all_efforts) {
    TRIPTYCH_TRY(const std::vector<Detection> detections, search.run(detector, effort));
    for (const Detection& detection : detections) {
      TRIPTYCH_TRY(Face face, look_at(search, picture, detection));
      const auto same = [&](const Face& other) { return same_face(face, other); };
      if (face.score >= smallest_face_score && std::ranges::none_of(faces, same))
        faces.push_back(std::move(face));
    }
    if (!faces.empty()) break;
  }
  std::ranges::stable_sort(faces, std::ranges::greater{}, area);
  return faces;
}

Result<Portrait> FaceAligner::Networks::align(const Image8& picture, const AlignOptions& options,
                                              std::vector<Face>* all) {
  TRIPTYCH_CHECK(check(picture));
  if (options.size < 1) return fail("a crop's size is above 0", {}, ErrorCode::usage);
  if (options.already_aligned) return keep(picture, options.size);
  TRIPTYCH_TRY(const std::vector<Face> faces, find(picture));
  if (all != nullptr) *all = faces;
  if (faces.empty()) return fail(no_face(picture));
  const auto index = static_cast<std::size_t>(std::max(0, options.face));
  if (index >= faces.size()) {
    const std::string count = std::to_string(faces.size()) + (faces.size() == 1 ? " face" : " faces");
    return fail("there is no face " + std::to_string(index + 1) + " (" + count +
                " found, counted from 1, the largest first); choose another");
  }
  return cut(picture, faces[index], options.size);
}

Result<Portrait> FaceAligner::Networks::cut(const Image8& picture, const Face& face, int size) {
  TRIPTYCH_CHECK(check(picture));
  if (face.landmarks.size() != landmark_count || face.depth.size() != landmark_count || size < 1) {
    return fail("a face needs 468 landmarks with depth, and its crop a size above 0", {}, ErrorCode::usage);
  }
  Portrait portrait;
  portrait.frame = eg3d_frame(eyes_and_mouth(face.landmarks));
  if (!can_be_cut(picture, portrait.frame)) {
    return fail("the landmarks are not those of a face in the picture; move them back", {}, ErrorCode::usage);
  }
  portrait.landmarks = in_cut(face.landmarks, portrait.frame, size);
  TRIPTYCH_TRY(portrait.camera, estimate_camera(canonical, portrait.landmarks,
                                                depth_in_cut(face, portrait.frame, size), size));
  const float yaw = orbit_of(portrait.camera).yaw_degrees;
  if (std::abs(yaw) > largest_yaw_degrees) {
    return fail("the face is turned too far (about " + std::to_string(std::lround(std::abs(yaw))) +
                " degrees, at most 45); give a picture taken more from the front");
  }
  portrait.rgb = cut_square(picture, portrait.frame, size, Border::reflect);
  TRIPTYCH_TRY(portrait.mask, person_mask(mask, portrait.rgb));
  return portrait;
}

Result<Portrait> FaceAligner::Networks::keep(const Image8& picture, int size) {
  Portrait portrait;
  portrait.frame = whole_picture(picture);
  portrait.rgb = cut_square(picture, portrait.frame, size, Border::reflect);
  portrait.camera = orbit_camera(0, 0);
  TRIPTYCH_TRY(const std::vector<Face> faces, find(picture));
  if (!faces.empty()) {
    portrait.landmarks = in_cut(faces.front().landmarks, portrait.frame, size);
    const std::vector<float> depth = depth_in_cut(faces.front(), portrait.frame, size);
    TRIPTYCH_TRY(portrait.camera, estimate_camera(canonical, portrait.landmarks, depth, size));
  }
  TRIPTYCH_TRY(portrait.mask, person_mask(mask, portrait.rgb));
  return portrait;
}

void set_face_threads(int threads) {
  cv::setNumThreads(threads > 0 ? threads : -1);  // OpenCV takes 0 for none but the caller
}

Result<FaceAligner> FaceAligner::open(const std::filesystem::path& assets) {
  TRIPTYCH_TRY(Network detector, Network::open(assets / "face_detection_short_range.onnx"));
  TRIPTYCH_TRY(Network landmarks, Network::open(assets / "face_landmark.onnx"));
  TRIPTYCH_TRY(Network mask, Network::open(assets / "selfie_segmentation.onnx"));
  TRIPTYCH_TRY(CanonicalFace canonical, CanonicalFace::open(assets / "canonical_face.json"));
  return FaceAligner(std::make_unique<Networks>(std::move(detector), std::move(landmarks), std::move(mask),
                                                std::move(canonical)));
}

FaceAligner::FaceAligner(std::unique_ptr<Networks> networks) : networks_(std::move(networks)) {}
FaceAligner::~FaceAligner() = default;
FaceAligner::FaceAligner(FaceAligner&&) noexcept = default;
FaceAligner& FaceAligner::operator=(FaceAligner&&) noexcept = default;

namespace {

// What OpenCV says of itself helps nobody.
Error about_the_face(Error error) {
  error.message = error.code == ErrorCode::out_of_memory
                      ? "not enough memory to find the face; give a smaller picture"
                      : "the face could not be cut out; try another picture";
  return error;
}

// Runs a task with the networks to itself; exceptions of OpenCV and the allocator end here.
template <typename Task>
auto alone(std::mutex& mutex, const Task& task) {
  const std::lock_guard lock(mutex);
  return guarded_saying(about_the_face, task);
}

}  // namespace

Result<std::vector<Face>> FaceAligner::find(const Image8& picture) const {
  return alone(networks_->mutex, [&] { return networks_->find(picture); });
}

Result<Portrait> FaceAligner::align(const Image8& picture, const AlignOptions& options,
                                    std::vector<Face>* faces) const {
  return alone(networks_->mutex, [&] { return networks_->align(picture, options, faces); });
}

Result<Portrait> FaceAligner::align(const Image8& picture, const Face& face, int size) const {
  return alone(networks_->mutex, [&] { return networks_->cut(picture, face, size); });
}

}  // namespace triptych
