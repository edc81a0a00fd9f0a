#include "adapt/pairs.h"

#include <algorithm>
#include <cmath>

#include "core/hash.h"
#include "face/person_mask.h"
#include "face/square.h"
#include "image/picture.h"

namespace triptych::adapt {
namespace {

constexpr float same_aspect = 0.02F;     // relative difference of the pictures' shapes that is rounding
constexpr float largest_offset = 0.08F;  // mean distance of the landmarks, in edges of the crop
constexpr float largest_turn = 15;       // degrees between the poses
constexpr float least_overlap = 0.75F;   // of the two masks; below it the after picture's is not trusted

Pair unusable(const PairFiles& files, std::string reason) {
  Pair pair;
  pair.name = files.name;
  pair.reason = std::move(reason);
  return pair;
}

void doubt(Pair& pair, std::string reason, bool keep) {
  pair.verdict = Pair::Verdict::doubtful;
  pair.reason = std::move(reason);
  pair.keep = keep;
}

float aspect(const Image8& picture) {
  return static_cast<float>(picture.width) / static_cast<float>(picture.height);
}

// The frame in a picture of the same scene with another number of pixels.
CropFrame scaled(CropFrame frame, const Image8& from, const Image8& to) {
  const float scale = static_cast<float>(to.width) / static_cast<float>(from.width);
  frame.centre.x *= scale;
  frame.centre.y *= scale;
  frame.half_size *= scale;
  return frame;
}

float mean_offset(const std::vector<Point2>& a, const std::vector<Point2>& b, int size) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += std::hypot(static_cast<double>(a[i].x - b[i].x), static_cast<double>(a[i].y - b[i].y));
  }
  return static_cast<float>(sum / static_cast<double>(a.size()) / size);
}

std::string hash_of(const Pair& pair) {
  Sha256 hash;
  hash.add(std::as_bytes(std::span(pair.before.rgb.pixels)));
  hash.add(std::as_bytes(std::span(pair.after.pixels)));
  return hash.hex();
}

}  // namespace

void judge(Pair& pair, const Portrait& seen, int size) {
  pair.after_mask = mask_overlap(seen.mask, pair.before.mask) >= least_overlap ? seen.mask : pair.before.mask;
  if (seen.landmarks.size() != pair.before.landmarks.size() || seen.landmarks.empty()) {
    return doubt(pair, "no face was recognised in the after picture; kept, as both pictures have one shape",
                 true);
  }
  if (mean_offset(seen.landmarks, pair.before.landmarks, size) > largest_offset) {
    return doubt(pair, "the face is at another place in the after picture", false);
  }
  const Orbit was = orbit_of(pair.before.camera), is = orbit_of(seen.camera);
  const float turn =
      std::max(std::abs(was.yaw_degrees - is.yaw_degrees), std::abs(was.pitch_degrees - is.pitch_degrees));
  if (turn > largest_turn) {
    return doubt(pair,
                 "the face is turned otherwise in the after picture (by about " +
                     std::to_string(std::lround(turn)) + " degrees)",
                 false);
  }
}

Pair prepare_pair(const PairFiles& files, const FaceAligner& aligner, int size) {
  const Result<Picture> before = load_picture(files.before), after = load_picture(files.after);
  if (!before) return unusable(files, before.error().message);
  if (!after) return unusable(files, after.error().message);
  AlignOptions options;
  options.size = size;
  Result<Portrait> portrait = aligner.align(before->rgb, options);
  if (!portrait) return unusable(files, "the before picture: " + portrait.error().message);

  Pair pair;
  pair.name = files.name;
  pair.verdict = Pair::Verdict::good;
  pair.keep = true;
  pair.before = std::move(*portrait);
  const bool same_shape = std::abs(aspect(before->rgb) / aspect(after->rgb) - 1) <= same_aspect;
  if (same_shape) {
    pair.after =
        cut_square(after->rgb, scaled(pair.before.frame, before->rgb, after->rgb), size, Border::reflect);
  } else {
    Result<Portrait> own = aligner.align(after->rgb, options);
    if (!own)
      return unusable(files, "the pictures differ in shape, and the after picture: " + own.error().message);
    pair.after = std::move(own->rgb);
  }
  options.already_aligned = true;
  const Result<Portrait> seen = aligner.align(pair.after, options);
  if (!seen) return unusable(files, "the after picture: " + seen.error().message);
  judge(pair, *seen, size);
  if (!same_shape && pair.verdict == Pair::Verdict::good) {
    doubt(pair, "the pictures differ in shape; the after picture was aligned by its own face", true);
  }
  pair.hash = hash_of(pair);
  return pair;
}

Result<std::vector<Pair>> prepare_pairs(const std::vector<PairFiles>& files, const FaceAligner& aligner,
                                        int size, Progress& progress) {
  progress.begin("aligning the pairs");
  std::vector<Pair> pairs;
  for (const PairFiles& one : files) {
    TRIPTYCH_CHECK(progress.check());
    pairs.push_back(prepare_pair(one, aligner, size));
    progress.advance(static_cast<double>(pairs.size()) / static_cast<double>(files.size()));
  }
  return pairs;
}

Result<std::vector<Pair>> kept(std::vector<Pair> pairs) {
  std::erase_if(pairs, [](const Pair& p) { return !p.keep || p.verdict == Pair::Verdict::unusable; });
  if (pairs.empty()) return fail("none of the pairs can be used; see the reason given for each");
  if (pairs.size() > most_pairs) {
    return fail(std::to_string(pairs.size()) + " pairs are more than can be used (" +
                std::to_string(most_pairs) + "); leave some out");
  }
  return pairs;
}

std::string advice(std::size_t pairs) {
  if (pairs >= advised_pairs) return {};
  return std::to_string(pairs) + (pairs == 1 ? " pair is" : " pairs are") +
         " few: the style will be rough; ten or so are better";
}

}  // namespace triptych::adapt
