// The main job: portrait + prompt -> Head, with both branches cached apart so that another prompt on the same
// picture recomputes only the prompt, and the other way round.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "core/error.h"
#include "core/progress.h"
#include "model/model.h"

namespace triptych {

struct Edit {
  Head reconstruction;
  Head edited;                             // equal to the reconstruction for an empty prompt
  std::string understood;                  // see PromptFeatures
  std::map<std::string, double> times_ms;  // "picture", "prompt", "triplane"; 0 when it came from the cache
  // The head at a strength (contract: 0 reconstruction, 1 edit, beyond 1 exaggerates).
  [[nodiscard]] Result<Head> at(float strength) const;
};

// Thread-safe; one edit at a time is computed, others wait.
class Editor {
 public:
  explicit Editor(std::shared_ptr<const Model> model);
  [[nodiscard]] const Model& model() const noexcept { return *model_; }
  [[nodiscard]] Result<std::shared_ptr<const Edit>> edit(const Portrait& portrait, const Prompt& prompt,
                                                         Progress& progress);

 private:
  struct Cache;
  std::shared_ptr<const Model> model_;
  std::shared_ptr<Cache> cache_;
};

}  // namespace triptych
