#include "model/starter/mixing.h"

#include <cmath>

#include "model/blocks.h"

namespace triptych::starter {

using at::Tensor;

Mixing make_mixing(const nn::Weights& w, const Tensor& tokens, const Tensor& present) {
  // Few of the items that are seen have a given prompt: small changes of the weights mix much.
  constexpr double gain = 4;
  const Tensor all = gain * nn::linear(w, tokens.mean(1)) * present.to(tokens.scalar_type()).unsqueeze(1);
  const auto channels = static_cast<std::int64_t>(std::sqrt(static_cast<double>(all.size(1))));
  const Tensor columns = all.view({-1, channels, channels + 1});
  return {columns.narrow(2, 0, channels), columns.narrow(2, channels, 1)};
}

Tensor mixed_rows(const Mixing& mixing, const Tensor& rows) {
  if (!mixing.matrix.defined()) return rows;
  const std::int64_t batch = mixing.matrix.size(0), channels = mixing.matrix.size(1);
  const Tensor all = rows.expand({batch, rows.size(1), rows.size(2)});
  const Tensor features = all.narrow(2, 0, channels);
  const auto type = rows.scalar_type();
  const Tensor added =
      at::baddbmm(mixing.shift.to(type).transpose(1, 2), features, mixing.matrix.to(type).transpose(1, 2));
  return all + at::constant_pad_nd(added, {0, rows.size(2) - channels});
}

Tensor mixed(const Mixing& mixing, const Tensor& map) {
  if (!mixing.matrix.defined()) return map;
  const auto grid = nn::to_tokens(map);
  return nn::to_map({mixed_rows(mixing, grid.tokens), grid.rows, grid.columns});
}

}  // namespace triptych::starter
