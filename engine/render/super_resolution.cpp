#include "render/super_resolution.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include "render/cpu/pair_convolution.h"
#include "render/kernel.h"

namespace triptych::render {
namespace {

using Convolution = SuperResolution::Convolution;

constexpr int border = 1;
constexpr std::ptrdiff_t row_slack = 64;  // kernels read a block beyond a row

// Planar channels with a border of zeros; the slack at each row's end is zero too.
class Planes {
 public:
  Planes(int channels, int width, int height)
      : channels_(channels),
        width_(width),
        height_(height),
        row_(width + 2 * border + row_slack),
        values_(static_cast<std::size_t>(channels * plane()), 0.0F) {}

  [[nodiscard]] int channels() const { return channels_; }
  [[nodiscard]] int width() const { return width_; }
  [[nodiscard]] int height() const { return height_; }
  [[nodiscard]] std::ptrdiff_t row() const { return row_; }
  [[nodiscard]] std::ptrdiff_t plane() const { return row_ * (height_ + 2 * border); }
  // Pixel (0, y) of a channel; y from -1 to height.
  [[nodiscard]] float* at(int channel, int y) { return values_.data() + offset(channel, y); }
  [[nodiscard]] const float* at(int channel, int y) const { return values_.data() + offset(channel, y); }

 private:
  [[nodiscard]] std::ptrdiff_t offset(int channel, int y) const {
    return channel * plane() + (y + border) * row_ + border;
  }
  int channels_, width_, height_;
  std::ptrdiff_t row_;
  std::vector<float> values_;
};

struct Tap {
  int dy, dx;  // input pixel read, relative to the output's
  int ky, kx;  // weight
};

int padded_outputs(int outputs) {
  return (outputs + convolution_outputs - 1) / convolution_outputs * convolution_outputs;
}

// How layers are computed: by fp32, or by pairs of bf16.
struct Arithmetic {
  ThreadPool& pool;
  const PairConvolution* pairs = nullptr;
};

Planes pack_pairs(const Planes& in, const Arithmetic& by) {
  Planes packed((in.channels() + 1) / 2, in.width(), in.height());
  by.pool.run(static_cast<std::size_t>(packed.channels()), [&](std::size_t index, int) {
    const int channel = static_cast<int>(index), even = 2 * channel, odd = even + 1;
    by.pairs->pack(in.at(even, -1) - border, odd < in.channels() ? in.at(odd, -1) - border : nullptr,
                   static_cast<std::size_t>(in.plane()), packed.at(channel, -1) - border);
  });
  return packed;
}

// [outputs / 8][inputs][taps][8], as a ConvolutionTask wants them; by pairs two inputs are one.
std::vector<float> arrange_weights(const Convolution& c, const std::vector<Tap>& taps, bool pairs) {
  const int kernel = c.kernel, together = pairs ? 2 : 1;
  std::vector<float> weights[2];
  for (int o = 0; o < c.outputs; o += convolution_outputs) {
    for (int i = 0; i < c.inputs; i += together) {
      for (const Tap& tap : taps) {
        for (int j = o; j < o + convolution_outputs; ++j) {
          for (int k = 0; k < together; ++k) {
            const int index = ((j * c.inputs + i + k) * kernel + tap.ky) * kernel + tap.kx;
            const bool there = j < c.outputs && i + k < c.inputs;
            weights[k].push_back(there ? c.weights[static_cast<std::size_t>(index)] : 0.0F);
          }
        }
      }
    }
  }
  if (pairs) {
    const std::vector<float> even = weights[0];
    pair_convolution()->pack(even.data(), weights[1].data(), even.size(), weights[0].data());
  }
  return std::move(weights[0]);
}

// out[o] = sum of the taps, without bias. `in`: packed already if by pairs. `out` has padded_outputs()
// channels.
void convolve(const Convolution& c, const std::vector<Tap>& taps, const Planes& in, Planes& out,
              const Arithmetic& by) {
  std::vector<std::ptrdiff_t> offsets;
  for (const Tap& tap : taps) offsets.push_back(tap.dy * in.row() + tap.dx);
  const std::vector<float> weights = arrange_weights(c, taps, by.pairs != nullptr);
  ConvolutionTask task;
  task.input = in.at(0, 0);
  task.input_plane = in.plane();
  task.input_row = in.row();
  task.inputs = by.pairs != nullptr ? (c.inputs + 1) / 2 : c.inputs;
  task.taps = offsets.data();
  task.tap_count = static_cast<int>(offsets.size());
  task.weights = weights.data();
  task.outputs = padded_outputs(c.outputs);
  task.output = out.at(0, 0);
  task.output_plane = out.plane();
  task.output_row = out.row();
  task.width = out.width();
  const auto convolve_row =
      by.pairs != nullptr ? by.pairs->convolve_row : usable_kernels().front()->convolve_row;
  by.pool.run(static_cast<std::size_t>(out.height()),
              [&](std::size_t row, int) { convolve_row(task, static_cast<int>(row)); });
}

float activate(float v) {
  const float gain = std::sqrt(2.0F);
  return (v < 0 ? 0.2F * v : v) * gain;
}

void bias_and_activate(const Convolution& c, Planes& planes, ThreadPool& pool) {
  pool.run(static_cast<std::size_t>(c.outputs), [&](std::size_t channel, int) {
    for (int y = 0; y < planes.height(); ++y) {
      float* row = planes.at(static_cast<int>(channel), y);
      for (int x = 0; x < planes.width(); ++x) row[x] = activate(row[x] + c.bias[channel]);
    }
  });
}

Planes convolve_3x3(const Convolution& c, const Planes& layer, const Arithmetic& by) {
  std::vector<Tap> taps;
  for (int ky = 0; ky < 3; ++ky) {
    for (int kx = 0; kx < 3; ++kx) taps.push_back({ky - 1, kx - 1, ky, kx});
  }
  std::optional<Planes> packed;
  const Planes& in = by.pairs != nullptr ? packed.emplace(pack_pairs(layer, by)) : layer;
  Planes out(padded_outputs(c.outputs), in.width(), in.height());
  convolve(c, taps, in, out, by);
  bias_and_activate(c, out, by.pool);
  return out;
}

// Transposed convolution with stride 2, y[2 i + k] += w[k] x[i], as four convolutions of the small image (one
// for each parity of the output's row and column), then the filter [1, 3, 3, 1] in both directions with
// padding 1.
Planes upsampling_convolution(const Convolution& c, const Planes& layer, const Arithmetic& by) {
  std::optional<Planes> packed;
  const Planes& in = by.pairs != nullptr ? packed.emplace(pack_pairs(layer, by)) : layer;
  const int width = in.width(), height = in.height();
  std::vector<Planes> phases;
  for (int odd_y = 0; odd_y < 2; ++odd_y) {
    for (int odd_x = 0; odd_x < 2; ++odd_x) {
      std::vector<Tap> taps;
      for (int ky = odd_y; ky < 3; ky += 2) {
        for (int kx = odd_x; kx < 3; kx += 2) taps.push_back({-(ky / 2), -(kx / 2), ky, kx});
      }
      Planes& phase = phases.emplace_back(padded_outputs(c.outputs), width + 1 - odd_x, height + 1 - odd_y);
      convolve(c, taps, in, phase, by);
    }
  }
  Planes out(padded_outputs(c.outputs), 2 * width, 2 * height);
  constexpr float filter[4] = {0.25F, 0.75F, 0.75F, 0.25F};  // [1, 3, 3, 1] / 8, times 2 for each direction
  // A line with padding 1 for each worker.
  const auto length = static_cast<std::size_t>(2 * width + 3);
  std::vector<float> lines(static_cast<std::size_t>(by.pool.size()) * length);
  by.pool.run(static_cast<std::size_t>(c.outputs), [&](std::size_t index, int worker) {
    const int channel = static_cast<int>(index);
    const std::span line(lines.data() + static_cast<std::size_t>(worker) * length, length);
    for (int y = 0; y < 2 * height; ++y) {
      std::fill(line.begin(), line.end(), 0.0F);
      for (int a = 0; a < 4; ++a) {
        const int t = y - 1 + a;
        if (t < 0 || t > 2 * height) continue;
        const float* even = phases[static_cast<std::size_t>(2 * (t % 2))].at(channel, t / 2);
        const float* odd = phases[static_cast<std::size_t>(2 * (t % 2) + 1)].at(channel, t / 2);
        for (int x = 0; x < width; ++x) {
          line[static_cast<std::size_t>(1 + 2 * x)] += filter[a] * even[x];
          line[static_cast<std::size_t>(2 + 2 * x)] += filter[a] * odd[x];
        }
        line[static_cast<std::size_t>(1 + 2 * width)] += filter[a] * even[width];
      }
      float* row = out.at(channel, y);
      for (int x = 0; x < 2 * width; ++x) {
        float sum = 0;
        for (int b = 0; b < 4; ++b) sum += filter[b] * line[static_cast<std::size_t>(x + b)];
        row[x] = activate(sum + c.bias[index]);
      }
    }
  });
  return out;
}

// Twice as large: zeros inserted, then the same filter. Each output is 3/4 of one pixel and 1/4 of a
// neighbour.
Planes upsample(const Planes& in) {
  Planes out(in.channels(), 2 * in.width(), 2 * in.height());
  for (int channel = 0; channel < in.channels(); ++channel) {
    for (int y = 0; y < out.height(); ++y) {
      const float* near_row = in.at(channel, y / 2);
      const float* far_row = in.at(channel, y % 2 == 0 ? y / 2 - 1 : y / 2 + 1);
      float* row = out.at(channel, y);
      for (int x = 0; x < out.width(); ++x) {
        const int near_x = x / 2, far_x = x % 2 == 0 ? x / 2 - 1 : x / 2 + 1;
        row[x] = 0.75F * (0.75F * near_row[near_x] + 0.25F * near_row[far_x]) +
                 0.25F * (0.75F * far_row[near_x] + 0.25F * far_row[far_x]);
      }
    }
  }
  return out;
}

void add_rgb(const Convolution& c, const Planes& features, Planes& rgb, ThreadPool& pool) {
  Planes addition(padded_outputs(c.outputs), features.width(), features.height());
  convolve(c, {{0, 0, 0, 0}}, features, addition, {pool});  // a thousandth of the work: fp32
  for (int channel = 0; channel < 3; ++channel) {
    for (int y = 0; y < rgb.height(); ++y) {
      const float* from = addition.at(channel, y);
      float* to = rgb.at(channel, y);
      for (int x = 0; x < rgb.width(); ++x) to[x] += from[x] + c.bias[static_cast<std::size_t>(channel)];
    }
  }
}

Result<std::vector<float>> resolve(const SuperResolution& net, const std::vector<float>& features,
                                   const Arithmetic& by, Progress& progress) {
  const int size = net.input_size;
  const auto pixels = static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
  const int channels = net.blocks.front().first.inputs;
  if (features.size() != pixels * static_cast<std::size_t>(channels))
    return fail("super-resolution: wrong input size");
  progress.begin("super-resolution");
  Planes x(channels, size, size), rgb(3, size, size);
  for (int channel = 0; channel < channels; ++channel) {
    for (int y = 0; y < size; ++y) {
      const float* from = features.data() + static_cast<std::size_t>(channel) * pixels +
                          static_cast<std::size_t>(y) * static_cast<std::size_t>(size);
      std::copy_n(from, size, x.at(channel, y));
      if (channel < 3) std::copy_n(from, size, rgb.at(channel, y));
    }
  }
  for (std::size_t i = 0; i < net.blocks.size(); ++i) {
    const SuperResolution::Block& block = net.blocks[i];
    x = upsampling_convolution(block.first, x, by);
    progress.advance((static_cast<double>(i) + 0.4) / static_cast<double>(net.blocks.size()));
    TRIPTYCH_CHECK(progress.check());
    x = convolve_3x3(block.second, x, by);
    rgb = upsample(rgb);
    add_rgb(block.to_rgb, x, rgb, by.pool);
    progress.advance((static_cast<double>(i) + 1) / static_cast<double>(net.blocks.size()));
    TRIPTYCH_CHECK(progress.check());
  }
  std::vector<float> out(3 * static_cast<std::size_t>(rgb.width()) * static_cast<std::size_t>(rgb.height()));
  float* next = out.data();
  for (int channel = 0; channel < 3; ++channel) {
    for (int y = 0; y < rgb.height(); ++y) next = std::copy_n(rgb.at(channel, y), rgb.width(), next);
  }
  return out;
}

}  // namespace

Result<std::vector<float>> super_resolve(const SuperResolution& net, const std::vector<float>& features,
                                         ThreadPool& pool, Progress& progress, bool bf16) {
  const Arithmetic by{pool, bf16 ? pair_convolution() : nullptr};
  TRIPTYCH_TRY(std::vector<float> rgb, resolve(net, features, by, progress));
  const bool finite = std::ranges::all_of(rgb, [](float v) { return std::isfinite(v); });
  if (finite || by.pairs == nullptr) return rgb;
  return resolve(net, features, {pool}, progress);
}

}  // namespace triptych::render
