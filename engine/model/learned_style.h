// Styles that were learned after a package was made (engine/adapt), as every kind of model takes them.
#pragma once

#include <ATen/ATen.h>

#include <memory>
#include <string>
#include <vector>

#include "model/weights.h"

namespace triptych {

struct LearnedStyle {
  std::string name;
  nn::Weights tensors;  // instead of the package's of these names, where a prompt asks for the style
  at::Tensor tokens;    // what the name stands for; their shape is the network's business
};

// Whether the words are the style's name, and whether they contain it; as plain_words() compares.
[[nodiscard]] bool asks_for(const std::string& text, const std::string& style);
[[nodiscard]] bool mentions(const std::string& text, const std::string& style);

}  // namespace triptych
