// What learning can be told to do without, to compare (paper: Fig. 3 and its ablations).
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "adapt/learner.h"

namespace triptych::adapt {

struct Ablation {
  const char* name;
  void (*apply)(LearningConfig&);
};
inline constexpr Ablation ablations[] = {
    {"l3d", [](LearningConfig& c) { c.with_3d = false; }},
    {"l2d", [](LearningConfig& c) { c.with_2d = false; }},
    {"high", [](LearningConfig& c) { c.use_high = false; }},
    {"low", [](LearningConfig& c) { c.use_low = false; }},
    {"augmentation", [](LearningConfig& c) { c.augment = false; }},
    {"modulation", [](LearningConfig& c) { c.learned = Learned::strict; }},
    {"frozen-biases", [](LearningConfig& c) { c.learned = Learned::norms_and_biases; }},
    {"frozen-weights", [](LearningConfig& c) { c.learned = Learned::everything; }},
};

// Names that are not in the table are left alone.
inline void ablate(LearningConfig& config, const std::vector<std::string>& names) {
  for (const Ablation& ablation : ablations) {
    if (std::find(names.begin(), names.end(), ablation.name) != names.end()) ablation.apply(config);
  }
}

}  // namespace triptych::adapt
