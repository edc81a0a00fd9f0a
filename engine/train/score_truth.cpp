#include "train/score_truth.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "image/resample.h"
#include "model/weights.h"

namespace triptych::train {
namespace {

constexpr float most_yaw = 25, most_pitch = 20;

struct SeenFace {
  std::size_t head = 0;
  at::Tensor embedding;  // [1,128]
};

bool is_frontal(const Orbit& orbit) {
  return std::abs(orbit.yaw_degrees) <= most_yaw && std::abs(orbit.pitch_degrees) <= most_pitch;
}

// How far a camera stands below the head's middle. (Orbit has the reference's measure, which is up to 1.57
// times that.)
double elevation_of(const Camera& camera) {
  const Vec3 o = camera.origin();
  return -std::asin(o[1] / std::hypot(o[0], o[1], o[2])) * 180 / std::numbers::pi;
}

// The face as the landmark network sees it, in fractions of the picture's edge, and the camera that it was
// rendered with.
Status record_view(const synthetic::View& view, const FaceAligner& aligner, std::size_t head,
                   std::vector<nlohmann::json>& records) {
  const Image8 picture = over_grey(view.rgba);
  TRIPTYCH_TRY(const std::vector<Face> faces, aligner.find(picture));
  if (faces.empty()) return {};
  const auto edge = static_cast<float>(picture.width);
  nlohmann::json landmarks = nlohmann::json::array(), depth = nlohmann::json::array();
  for (const Point2& p : faces.front().landmarks) landmarks.push_back({p.x / edge, p.y / edge});
  for (const float z : faces.front().depth) depth.push_back(z / edge);
  const Camera& camera = view.key.camera;
  records.push_back({{"head", head},
                     {"landmarks", std::move(landmarks)},
                     {"depth", std::move(depth)},
                     {"camera_to_world", camera.camera_to_world},
                     {"focal", camera.focal()}});
  return {};
}

// Adds one view to the sums; its embedding to `faces` if it is frontal.
Status look_at_view(const synthetic::View& view, const FaceAligner& aligner, const Identity& identity,
                    std::size_t head, TruthFigures& sums, std::vector<SeenFace>& faces) {
  const Image8 picture = over_grey(view.rgba);
  AlignOptions options;
  options.size = picture.width;
  options.already_aligned = true;
  TRIPTYCH_TRY(const Portrait portrait, aligner.align(picture, options));
  const Orbit truth = orbit_of(view.key.camera), estimate = orbit_of(portrait.camera);
  const bool found = !portrait.landmarks.empty(), frontal = is_frontal(truth);
  ++sums.views;
  sums.found += found ? 1 : 0;
  if (!frontal) return {};
  ++sums.frontal;
  if (!found) return {};
  sums.frontal_found += 1;
  const auto yaw = static_cast<double>(estimate.yaw_degrees - truth.yaw_degrees);
  const double pitch = elevation_of(portrait.camera) - elevation_of(view.key.camera);
  sums.yaw_error += std::abs(yaw);
  sums.pitch_error += std::abs(pitch);
  sums.yaw_bias += yaw;
  sums.pitch_bias += pitch;
  return nn::guarded("recognising a face", [&]() -> Status {
    faces.push_back({head, identity.of(picture, portrait.landmarks)});
    return {};
  });
}

// Every pair of views of a head against every pair of its first view and another head's.
void compare(const std::vector<SeenFace>& faces, TruthFigures& figures) {
  double closer = 0, comparisons = 0, same_sum = 0, same_count = 0, other_sum = 0, other_count = 0;
  std::vector<at::Tensor> embeddings;
  for (const SeenFace& face : faces) embeddings.push_back(face.embedding);
  const at::Tensor all = at::cat(embeddings);
  for (std::size_t i = 0; i < faces.size(); ++i) {
    const at::Tensor row = identity_similarity(faces[i].embedding.expand_as(all), all).contiguous();
    const float* similarity = row.data_ptr<float>();
    std::vector<double> same, other;
    for (std::size_t j = 0; j < faces.size(); ++j) {
      if (j != i)
        (faces[j].head == faces[i].head ? same : other).push_back(static_cast<double>(similarity[j]));
    }
    for (const double s : same) {
      closer +=
          static_cast<double>(std::count_if(other.begin(), other.end(), [s](double o) { return o < s; }));
      comparisons += static_cast<double>(other.size());
      same_sum += s;
    }
    for (const double o : other) other_sum += o;
    same_count += static_cast<double>(same.size());
    other_count += static_cast<double>(other.size());
  }
  figures.same_is_closer = closer / std::max(1.0, comparisons);
  figures.same = same_sum / std::max(1.0, same_count);
  figures.other = other_sum / std::max(1.0, other_count);
}

}  // namespace

Result<TruthFigures> score_truth(ViewStore& store, std::size_t heads, const FaceAligner& aligner,
                                 const Identity& identity, Progress& progress,
                                 std::vector<nlohmann::json>* records) {
  TruthFigures figures;
  std::vector<SeenFace> faces;
  figures.heads = heads == 0 ? store.heads() : std::min(heads, store.heads());
  progress.begin("looking at heads");
  for (std::size_t i = 0; i < figures.heads; ++i) {
    TRIPTYCH_CHECK(progress.check());
    const HeadViews head = store.head(i);
    const auto plain = head.edits.find(0);
    if (plain == head.edits.end()) continue;
    for (const ViewRef& ref : plain->second) {
      TRIPTYCH_TRY(const auto view, store.view(ref));
      TRIPTYCH_CHECK(look_at_view(*view, aligner, identity, i, figures, faces));
      if (records != nullptr) TRIPTYCH_CHECK(record_view(*view, aligner, i, *records));
    }
    progress.advance(static_cast<double>(i + 1) / static_cast<double>(figures.heads));
  }
  if (faces.empty()) return fail("no face was found in any frontal view of these heads");
  compare(faces, figures);
  figures.found /= static_cast<double>(figures.views);
  for (double* sum : {&figures.yaw_error, &figures.pitch_error, &figures.yaw_bias, &figures.pitch_bias}) {
    *sum /= figures.frontal_found;
  }
  figures.frontal_found /= static_cast<double>(figures.frontal);
  return figures;
}

nlohmann::json to_json(const TruthFigures& f) {
  return {{"heads", f.heads},
          {"views", f.views},
          {"frontal", f.frontal},
          {"found", f.found},
          {"frontal_found", f.frontal_found},
          {"yaw_error", f.yaw_error},
          {"pitch_error", f.pitch_error},
          {"yaw_bias", f.yaw_bias},
          {"pitch_bias", f.pitch_bias},
          {"same_is_closer", f.same_is_closer},
          {"same", f.same},
          {"other", f.other}};
}

}  // namespace triptych::train
