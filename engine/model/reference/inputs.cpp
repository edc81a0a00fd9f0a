#include "model/reference/inputs.h"

#include <algorithm>

#include "image/resample.h"
#include "model/reference/encoder.h"

namespace triptych::reference {
namespace {

Image8 central_square(const Image8& picture) {
  const int edge = std::min(picture.width, picture.height);
  Image8 square(edge, edge, picture.channels);
  const int left = (picture.width - edge) / 2;
  const int top = (picture.height - edge) / 2;
  for (int y = 0; y < edge; ++y) {
    const auto* row = picture.row(top + y) + std::ptrdiff_t{left} * picture.channels;
    std::copy_n(row, std::ptrdiff_t{edge} * picture.channels, square.row(y));
  }
  return square;
}

// [1,3,edge,edge] in 0..1.
at::Tensor tensor_of(const Image8& picture, int edge) {
  const Image8 square = central_square(picture);
  const ImageF scaled = square.width == edge ? to_float(square) : resize(to_float(square), edge, edge);
  return at::tensor(at::ArrayRef<float>(scaled.pixels)).view({1, edge, edge, 3}).permute({0, 3, 1, 2});
}

at::Tensor normalised(const at::Tensor& unit) {  // ImageNet's mean and deviation
  const at::Tensor mean = at::tensor({0.485F, 0.456F, 0.406F}).view({1, 3, 1, 1});
  const at::Tensor deviation = at::tensor({0.229F, 0.224F, 0.225F}).view({1, 3, 1, 1});
  return (unit - mean) / deviation;
}

}  // namespace

at::Tensor picture_input(const Image8& picture) {
  return tensor_of(picture, picture_edge) * 2 - 1;
}

at::Tensor reference_input(const Image8& picture) {
  return normalised(tensor_of(picture, reference_edge));
}

at::Tensor as_reference(const at::Tensor& picture) {
  return normalised(at::_upsample_bilinear2d_aa((picture + 1) / 2, {reference_edge, reference_edge}, false));
}

}  // namespace triptych::reference
