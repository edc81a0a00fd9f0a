// Moving landmarks by hand.
#pragma once

#include <optional>
#include <vector>

#include "face/portrait.h"

namespace triptych::app {

// The landmark nearest to `at` and not farther than `reach`.
[[nodiscard]] std::optional<std::size_t> landmark_near(const std::vector<Point2>& landmarks, Point2 at,
                                                       float reach);

// The landmarks after one of them was dragged by `delta`: its neighbours follow, the less the farther they
// are (half as much at 0.09 of the face's width), so that an eye or a corner of the mouth moves as a whole.
[[nodiscard]] std::vector<Point2> drag_landmark(std::vector<Point2> landmarks, std::size_t index,
                                                Point2 delta);

}  // namespace triptych::app
