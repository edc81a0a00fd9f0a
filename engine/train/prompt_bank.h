// Features of the prompts that training draws from: phrases of each style as text tokens, and pictures of it.
#pragma once

#include <ATen/ATen.h>

#include <map>
#include <vector>

#include "image/image.h"
#include "model/starter/network.h"
#include "synthetic/random.h"

namespace triptych::train {

class PromptBank {
 public:
  // `tokens`: N x 1, 384 channels (prompt/text_encoder.h), with the sentence as a first token; see
  // text_tokens().
  void add_text(int edit, at::Tensor tokens);
  // `tokens`: [49, 320] (prompt/picture_encoder.h).
  void add_picture(int edit, at::Tensor tokens);
  [[nodiscard]] bool contains(int edit) const { return texts_.contains(edit) || pictures_.contains(edit); }

  [[nodiscard]] std::vector<int> edits() const;  // that it has prompts for, ascending

  // Words, a picture or now and then both; none for edit 0.
  [[nodiscard]] starter::PromptTokens choose(int edit, synthetic::Random& random) const;

 private:
  std::map<int, std::vector<at::Tensor>> texts_, pictures_;
};

}  // namespace triptych::train
