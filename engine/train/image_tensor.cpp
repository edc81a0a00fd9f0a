#include "train/image_tensor.h"

#include <algorithm>

namespace triptych::train {

at::Tensor channels_first(const ImageF& image) {
  return at::from_blob(const_cast<float*>(image.pixels.data()), {image.height, image.width, image.channels},
                       at::kFloat)
      .permute({2, 0, 1})
      .clone(at::MemoryFormat::Contiguous);
}

ImageF image_of(const at::Tensor& values) {
  const at::Tensor rows = values.contiguous();
  const int channels = rows.dim() == 2 ? 1 : static_cast<int>(rows.size(2));
  ImageF image(static_cast<int>(rows.size(1)), static_cast<int>(rows.size(0)), channels);
  std::copy_n(rows.const_data_ptr<float>(), image.pixels.size(), image.pixels.begin());
  return image;
}

}  // namespace triptych::train
