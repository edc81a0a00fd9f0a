// Whether synthetic heads look like people to the programs that look at people: what their views are checked
// by before anything is trained on them.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "core/error.h"
#include "core/progress.h"
#include "face/align.h"
#include "train/losses/identity.h"
#include "train/view_store.h"

namespace triptych::train {

// Of unedited views over grey.
struct TruthFigures {
  std::size_t heads = 0, views = 0, frontal = 0;  // frontal: within 25 degrees of yaw and 20 of pitch
  double found = 0, frontal_found = 0;            // share in which the face finder and the landmarks succeed
  // Mean of |estimated - true| and of estimated - true over frontal views, in degrees of the angle at the
  // head.
  double yaw_error = 0, pitch_error = 0, yaw_bias = 0, pitch_bias = 0;
  // Share of comparisons in which two views of a head are more alike than one of them and a view of another
  // head (all pairs of frontal views; Identity); and the mean similarities.
  double same_is_closer = 0, same = 0, other = 0;
};

// Of the first `heads` of the store (0: all). Fails where no frontal face is found at all. `records`, if
// given, gets what scripts/canonical_face.py learns from: one object a view with a face.
[[nodiscard]] Result<TruthFigures> score_truth(ViewStore& store, std::size_t heads,
                                               const FaceAligner& aligner, const Identity& identity,
                                               Progress& progress,
                                               std::vector<nlohmann::json>* records = nullptr);
[[nodiscard]] nlohmann::json to_json(const TruthFigures& figures);

}  // namespace triptych::train
