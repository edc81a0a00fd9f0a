// What making a head has in common for every kind of model.
#pragma once

#include <utility>

#include "model/model.h"
#include "model/weights.h"

namespace triptych {

// A step of making a head: its name for the user, a way out when it is cancelled, and an Error for what
// LibTorch throws.
template <typename Work>
[[nodiscard]] auto run_step(const std::string& what, Progress& progress, const Work& work)
    -> decltype(work()) {
  progress.begin(what);
  TRIPTYCH_CHECK(progress.check());
  return nn::guarded(what, work);
}

// Calls work(picture, prompt or null) with the features as the types that the model's own branches return,
// and signs its head. Features of another model are an error, and so is what LibTorch throws.
template <typename OwnPicture, typename OwnPrompt, typename Work>
[[nodiscard]] Result<Head> make_own_head(const ModelInfo& info, const PictureFeatures& picture,
                                         const PromptFeatures* prompt, Progress& progress, const Work& work) {
  return run_step("making the head", progress, [&]() -> Result<Head> {
    const auto* own = dynamic_cast<const OwnPicture*>(&picture);
    const auto* asked = dynamic_cast<const OwnPrompt*>(prompt);
    if (own == nullptr || (prompt != nullptr && asked == nullptr)) {
      return fail("features of another model were given to " + info.name);
    }
    TRIPTYCH_TRY(Head head, work(*own, asked));
    head.info.model_name = info.name;
    head.info.model_hash = info.hash;
    if (asked != nullptr) head.info.understood = asked->understood;
    TRIPTYCH_CHECK(head.check());
    return head;
  });
}

}  // namespace triptych
