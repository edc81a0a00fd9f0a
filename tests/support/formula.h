// Numbers by formula, so that networks of 171 million weights and their inputs need no files: see
// fixtures/reference/state_dict.tsv for the tensors and how each is filled.
#pragma once

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cmath>
#include <cstdint>
#include <fstream>
#include <map>
#include <numbers>
#include <sstream>
#include <string>
#include <vector>

namespace triptych::test {

inline constexpr const char* formula_seed = "triptych-0";

inline std::uint64_t fnv1a(const std::string& text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

// Element i of the tensor `name`: uniform in [-1, 1).
inline float formula_value(std::uint64_t hash, std::uint64_t i) {
  std::uint64_t z = hash + (i + 1) * 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  z ^= z >> 31;
  return 2 * (static_cast<float>(z >> 40) / 16777216.0F) - 1;
}

inline at::Tensor formula_values(const std::string& name, const std::vector<std::int64_t>& shape) {
  const std::uint64_t hash = fnv1a(std::string(formula_seed) + "/" + name);
  at::Tensor tensor = at::empty(shape, at::kFloat);
  float* values = tensor.data_ptr<float>();
  at::parallel_for(0, tensor.numel(), 1 << 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) values[i] = formula_value(hash, static_cast<std::uint64_t>(i));
  });
  return tensor;
}

// A line of state_dict.tsv.
struct FormulaTensor {
  std::string part;  // "encoder" or "renderer"
  std::string name;
  std::vector<std::int64_t> shape;
  std::string fill;
};

inline std::vector<FormulaTensor> formula_table(const std::string& path) {
  std::vector<FormulaTensor> table;
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);  // the headings
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    FormulaTensor entry;
    std::string shape, dtype;
    fields >> entry.part >> entry.name >> shape >> dtype >> entry.fill;
    std::istringstream lengths(shape == "scalar" ? "" : shape);
    for (std::string length; std::getline(lengths, length, 'x');) entry.shape.push_back(std::stoll(length));
    table.push_back(std::move(entry));
  }
  return table;
}

// What the network has by construction: MAE's position table, the [1,3,3,1] filter, no noise.
inline at::Tensor constructed_tensor(const FormulaTensor& entry) {
  at::Tensor tensor = at::zeros(entry.shape, at::kFloat);
  if (entry.name.ends_with("resample_filter")) {
    const float taps[] = {1, 3, 3, 1};
    for (int y = 0; y < 4; ++y) {
      for (int x = 0; x < 4; ++x) tensor[y][x].fill_(taps[y] * taps[x] / 64);
    }
  } else if (entry.name.ends_with("pos_embed")) {
    auto table = tensor.accessor<float, 3>();
    for (int position = 0; position < 196; ++position) {
      for (int i = 0; i < 192; ++i) {
        const double omega = std::pow(10000.0, -i / 192.0);
        const double column = omega * (position % 14);
        const double row = omega * (position / 14);
        table[0][position + 1][i] = static_cast<float>(std::sin(column));
        table[0][position + 1][192 + i] = static_cast<float>(std::cos(column));
        table[0][position + 1][384 + i] = static_cast<float>(std::sin(row));
        table[0][position + 1][576 + i] = static_cast<float>(std::cos(row));
      }
    }
  }
  return tensor;
}

inline at::Tensor formula_tensor(const FormulaTensor& entry) {
  if (entry.fill == "keep") return constructed_tensor(entry);
  at::Tensor v = formula_values(entry.name, entry.shape);
  if (entry.fill == "unit") return v.mul_(std::sqrt(3.0F));
  if (entry.fill == "unit8") return v.mul_(8 * std::sqrt(3.0F));
  if (entry.fill == "one") return v.mul_(0.1F).add_(1);
  if (entry.fill == "small") return v.mul_(0.1F);
  double fan_in = 1;
  for (std::size_t i = 1; i < entry.shape.size(); ++i) fan_in *= static_cast<double>(entry.shape[i]);
  v.mul_(std::sqrt(4 / fan_in));
  if (entry.fill == "fan_in_index") v.narrow(1, 3, 2).div_(256);
  return v;
}

// A smooth picture [1,3,size,size]: each channel the mean of four plane waves; `name` is "input" or
// "reference".
inline at::Tensor formula_picture(const std::string& name, int size) {
  const at::Tensor r = formula_values(name, std::vector<std::int64_t>{24}).to(at::kDouble);
  const at::Tensor g = (at::arange(size, at::kDouble) + 0.5) / size;
  const at::Tensor x = g.view({1, size});
  const at::Tensor y = g.view({size, 1});
  at::Tensor picture = at::zeros({1, 3, size, size}, at::kDouble);
  for (int c = 0; c < 3; ++c) {
    for (int k = 0; k < 4; ++k) {
      const double rx = r[8 * c + 2 * k].item<double>();
      const double ry = r[8 * c + 2 * k + 1].item<double>();
      const double turns = 2 * std::numbers::pi * (3 * k + 2);
      picture[0][c] += at::sin(turns * rx * x + turns * ry * y + static_cast<double>(c)) / 4;
    }
  }
  return picture.to(at::kFloat);
}

}  // namespace triptych::test
