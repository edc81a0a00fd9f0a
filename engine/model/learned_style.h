// Styles that were learned after a package was made (engine/adapt), as every kind of model takes them.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "model/model.h"
#include "model/weights.h"

namespace triptych {

struct LearnedStyle {
  std::string name;
  nn::Weights tensors;  // instead of the package's of these names, where a prompt asks for the style
  at::Tensor tokens;    // what the name stands for; their shape is the network's business
};

// What a style may bring to a network.
struct StyleRoom {
  nn::ShapeTable tensors;        // that it may replace
  std::int64_t token_width = 0;  // its tokens are [N, token_width], N > 0
};
// The shapes of what learns: the tensors of a network's prompt branch ("prompt.*") and of its E_t, below
// `planes`.
[[nodiscard]] nn::ShapeTable replaceable(std::span<const nn::TensorSpec> specs, std::string_view planes);

// The styles of an opened model, by their names as plain_words() compares them. Copies share the styles.
// Reading at once from several threads is safe; add() is not.
class LearnedStyles {
 public:
  using Ptr = std::shared_ptr<const LearnedStyle>;

  // Takes styles in and lists them in `info`; a style hides every older one of its name, the package's own
  // too. Nothing has changed when one does not fit; the error names the style and what of it.
  [[nodiscard]] Status add(const std::vector<LearnedStyle>& styles, const StyleRoom& room, ModelInfo& info);

  // The style whose name the words are; null: none.
  [[nodiscard]] Ptr named(const std::string& text) const;
  // The style whose name is among the words, of several the one with the longest; null: none.
  [[nodiscard]] Ptr mentioned(const std::string& text) const;
  [[nodiscard]] const std::vector<Ptr>& all() const noexcept { return all_; }

 private:
  std::vector<Ptr> all_;
};

}  // namespace triptych
