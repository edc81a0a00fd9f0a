#include "adapt/reference_learner.h"
#include "adapt/starter_learner.h"

namespace triptych::adapt {

Status check_learning(const LearningConfig& config) {
  TRIPTYCH_CHECK(check_name(config.name));
  if (config.with_2d || config.with_3d) return {};
  return fail("without both l2d and l3d there is nothing to learn from; leave out one of them", {},
              ErrorCode::usage);
}

Result<std::unique_ptr<Learner>> make_learner(std::shared_ptr<const Model> base, std::vector<Pair> pairs,
                                              LearningConfig config) {
  TRIPTYCH_CHECK(check_learning(config));
  if (pairs.empty()) return fail("there are no pairs to learn from");
  if (config.from && config.from->model_hash != base->info().hash) {
    return fail("the style \"" + config.from->name + "\" was made for the model " + config.from->model_name +
                ", not for " + base->info().name + "; it cannot be continued");
  }
  if (std::optional<starter::Inside> inside = starter::inside(*base)) {
    return std::make_unique<StarterLearner>(std::move(base), std::move(*inside), std::move(pairs),
                                            std::move(config));
  }
  TRIPTYCH_TRY(std::optional<reference::Inside> inside, reference::inside(*base));
  if (inside) {
    if (!config.with_2d && !inside->teacher) {
      return fail("the model " + base->info().name +
                  " has no teacher, so that without l2d there is nothing to learn from; import it again with "
                  "--teacher LIVE3D.pt");
    }
    return std::make_unique<ReferenceLearner>(std::move(base), std::move(*inside), std::move(pairs),
                                              std::move(config));
  }
  return fail("the model " + base->info().name + " (of kind \"" + base->info().kind +
              "\") cannot learn styles in this version");
}

}  // namespace triptych::adapt
