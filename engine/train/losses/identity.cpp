#include "train/losses/identity.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "model/blocks.h"

namespace triptych::train {
namespace {

// Blocks of two 3x3 convolutions with a shortcut, in levels; `down` halves the size in a level's first block.
struct Level {
  std::int64_t width;
  int blocks;
  bool down;
};
constexpr std::array<Level, 5> levels{
    {{32, 3, false}, {64, 4, true}, {128, 3, true}, {256, 3, true}, {256, 1, true}}};

std::vector<nn::TensorSpec> tensor_specs() {
  std::vector<nn::TensorSpec> specs{{"projection", {Identity::numbers, 256}}};
  std::int64_t count = 0;
  const auto add = [&](std::int64_t outputs, std::int64_t inputs, std::int64_t kernel) {
    const std::string name = "convolution." + std::to_string(count++);
    specs.push_back({name + ".weight", {outputs, inputs, kernel, kernel}});
    specs.push_back({name + ".bias", {outputs}});
  };
  add(32, 3, 7);
  std::int64_t width = 32;
  for (const Level& level : levels) {
    for (int block = 0; block < level.blocks; ++block) {
      add(level.width, width, 3);
      add(level.width, level.width, 3);
      width = level.width;
    }
  }
  return specs;
}

// Zeros to the right, below and behind up to the given size, as dlib adds maps of different sizes.
at::Tensor extended(const at::Tensor& x, std::int64_t channels, std::int64_t rows, std::int64_t columns) {
  return at::constant_pad_nd(x, {0, columns - x.size(3), 0, rows - x.size(2), 0, channels - x.size(1)});
}

at::Tensor sum_of(const at::Tensor& a, const at::Tensor& b) {
  const auto larger = [&](std::int64_t dimension) { return std::max(a.size(dimension), b.size(dimension)); };
  return extended(a, larger(1), larger(2), larger(3)) + extended(b, larger(1), larger(2), larger(3));
}

// dlib's mean face: the five points (x, y) in units of a square that the chip surrounds with a quarter of
// margin.
constexpr double margin = 0.25;
constexpr std::array<double, 10> mean_points{
    0.8595674595992, 0.2134981538014, 0.6460604764104, 0.2289674387677, 0.1205750620789,
    0.2137274526848, 0.3340850613712, 0.2290642403242, 0.4901123135679, 0.6277975316475};

// The similarity (a, b, tx, ty) [B,4] that takes chip positions p to picture positions: (a x - b y + tx, b x
// + a y + ty), least squares over the points.
at::Tensor chip_to_picture(const at::Tensor& points) {
  const at::Tensor mean =
      at::tensor(at::ArrayRef<double>(mean_points.data(), mean_points.size()), at::kDouble);
  // Half a pixel: dlib counts positions from the first pixel's centre.
  const at::Tensor chip = (mean.view({1, 5, 2}) + margin) / (1 + 2 * margin) * Identity::chip_size + 0.5;
  const at::Tensor target = points.to(at::kDouble);
  const at::Tensor from = chip - chip.mean(1, true);
  const at::Tensor to = target - target.mean(1, true);
  const at::Tensor spread = from.square().sum({1, 2});
  const at::Tensor a = (from * to).sum({1, 2}) / spread;
  const at::Tensor b =
      (from.select(2, 0) * to.select(2, 1) - from.select(2, 1) * to.select(2, 0)).sum(1) / spread;
  const at::Tensor x = chip.mean(1).select(1, 0);
  const at::Tensor y = chip.mean(1).select(1, 1);
  const at::Tensor centre = target.mean(1);
  return at::stack({a, b, centre.select(1, 0) - (a * x - b * y), centre.select(1, 1) - (b * x + a * y)}, 1);
}

}  // namespace

at::Tensor face_chips(const at::Tensor& pictures, const at::Tensor& points) {
  TORCH_CHECK(pictures.dim() == 4 && pictures.size(1) == 3 && points.dim() == 3 &&
                  points.size(0) == pictures.size(0) && points.size(1) == 5 && points.size(2) == 2,
              "face chips: pictures of shape ", pictures.sizes(), " and points of shape ", points.sizes(),
              ", expected [B,3,H,W] and [B,5,2]");
  at::Tensor similarity = chip_to_picture(points.detach());
  at::Tensor source = pictures;
  // Bilinear sampling reads two pixels; larger steps would alias.
  const double step = similarity.narrow(1, 0, 2).norm(2, {1}).min().item<double>();
  const auto shrink = std::max<std::int64_t>(1, std::llround(step));
  if (shrink > 1) {
    source = at::avg_pool2d(source, shrink, shrink, 0, /*ceil_mode=*/true);
    similarity = similarity / static_cast<double>(shrink);
  }
  const auto size = Identity::chip_size;
  const at::Tensor centres = at::arange(size, at::kDouble) + 0.5;
  const at::Tensor x = centres.view({1, 1, size});
  const at::Tensor y = centres.view({1, size, 1});
  const auto part = [&](std::int64_t i) { return similarity.select(1, i).view({-1, 1, 1}); };
  const at::Tensor column = part(0) * x - part(1) * y + part(2);
  const at::Tensor row = part(1) * x + part(0) * y + part(3);
  const at::Tensor grid = at::stack({column * (2.0 / static_cast<double>(source.size(3))) - 1,
                                     row * (2.0 / static_cast<double>(source.size(2))) - 1},
                                    3);
  constexpr int bilinear = 0;
  constexpr int border = 1;
  return at::grid_sampler_2d(source, grid.to(source.scalar_type()), bilinear, border,
                             /*align_corners=*/false);
}

at::Tensor identity_points(std::span<const Point2> landmarks) {
  constexpr std::array<std::size_t, 5> places{263, 362, 33, 133, 2};
  TORCH_CHECK(landmarks.size() > places[0], "identity: ", landmarks.size(), " landmarks, expected 468");
  at::Tensor points = at::empty({1, 5, 2});
  for (std::size_t i = 0; i < places.size(); ++i) {
    points[0][static_cast<int64_t>(i)][0] = landmarks[places[i]].x;
    points[0][static_cast<int64_t>(i)][1] = landmarks[places[i]].y;
  }
  return points;
}

Result<Identity> Identity::load(const std::filesystem::path& path, at::ScalarType type) {
  TRIPTYCH_TRY(const SafetensorsReader reader, SafetensorsReader::open(path));
  nn::ReadOptions options;
  options.type = type;
  TRIPTYCH_TRY(nn::Weights weights, nn::read_weights(reader, path.string(), tensor_specs(), options));
  return Identity(std::move(weights), type);
}

at::Tensor Identity::operator()(const at::Tensor& chips) const {
  TORCH_CHECK(
      chips.dim() == 4 && chips.size(1) == 3 && chips.size(2) == chip_size && chips.size(3) == chip_size,
      "identity: chips of shape ", chips.sizes(), ", expected [B,3,150,150]");
  std::int64_t count = 0;
  const auto convolution = [&](const at::Tensor& x, std::int64_t stride) {
    nn::Convolution how;
    how.stride = stride;
    how.padding = stride == 1 ? 1 : 0;
    return nn::conv2d(weights_.scope("convolution").scope(count++), x, how);
  };
  const at::Tensor mean = at::tensor({122.782F, 117.001F, 104.298F}).view({1, 3, 1, 1});
  at::Tensor x = ((chips * 255 - mean) / 256).to(type_, false, false, at::MemoryFormat::ChannelsLast);
  x = at::max_pool2d(at::relu(convolution(x, 2)), 3, 2);
  for (const Level& level : levels) {
    for (int block = 0; block < level.blocks; ++block) {
      const bool down = level.down && block == 0;
      const at::Tensor first = at::relu(convolution(x, down ? 2 : 1));
      x = at::relu(sum_of(convolution(first, 1), down ? at::avg_pool2d(x, 2, 2) : x));
    }
  }
  return at::matmul(x.mean({2, 3}), weights_["projection"].t()).to(at::kFloat);
}

at::Tensor Identity::of(const Image8& picture, std::span<const Point2> landmarks) const {
  const at::Tensor bytes = at::from_blob(const_cast<std::uint8_t*>(picture.pixels.data()),
                                         {1, picture.height, picture.width, 3}, at::kByte);
  const at::Tensor rgb = bytes.to(at::kFloat).div(255).permute({0, 3, 1, 2}).contiguous();
  return (*this)(face_chips(rgb, identity_points(landmarks)));
}

at::Tensor identity_similarity(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor mean = mean_face();
  return at::cosine_similarity(a - mean, b - mean, 1);
}

}  // namespace triptych::train
