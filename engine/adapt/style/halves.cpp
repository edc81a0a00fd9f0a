#include "adapt/style/halves.h"

#include <cstring>

namespace triptych::adapt {

StyleTensor halves_of(const at::Tensor& tensor) {
  const at::Tensor half = tensor.detach().to(at::kHalf).contiguous();
  StyleTensor result{half.sizes().vec(), std::vector<std::uint16_t>(static_cast<std::size_t>(half.numel()))};
  std::memcpy(result.halves.data(), half.const_data_ptr(), half.nbytes());
  return result;
}

at::Tensor floats_of(const StyleTensor& tensor) {
  return at::from_blob(const_cast<std::uint16_t*>(tensor.halves.data()), tensor.shape, at::kHalf)
      .to(at::kFloat);
}

}  // namespace triptych::adapt
