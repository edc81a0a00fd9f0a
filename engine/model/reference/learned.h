// Styles that were learned on an imported 3dpe model, and the way into it for those who learn them.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "head/head.h"
#include "model/learned_style.h"
#include "model/model.h"
#include "model/reference/network.h"

namespace triptych::reference {

// What learning starts from; all of it shared with the model.
struct Inside {
  std::shared_ptr<const Network> network;
  std::shared_ptr<const Network> teacher;  // null: the package has none
  std::shared_ptr<const Decoder> decoder;
};
// Nothing if the model is of another kind; an error if it takes no prompt (Live3D).
[[nodiscard]] Result<std::optional<Inside>> inside(const Model& model);

// The model with styles; their tokens [N, 768] stand where a reference picture's tokens would. It shares
// everything with `base`. Errors: not such a model, a tensor that does not fit the network.
[[nodiscard]] Result<std::shared_ptr<const Model>> with_styles(const std::shared_ptr<const Model>& base,
                                                               const std::vector<LearnedStyle>& styles);

}  // namespace triptych::reference
