// The published network with its weights: picture, prompt and triplane as tensors, in fp32 or bf16.
#pragma once

#include <atomic>
#include <mutex>

#include "core/error.h"
#include "core/progress.h"
#include "model/package.h"
#include "model/weights.h"

namespace triptych::reference {

// Features of a picture; `type` is the precision they were computed in.
struct PictureMaps {
  at::Tensor low;   // F_g [1,128,128,128]
  at::Tensor high;  // [1,128,128,128]
  at::ScalarType type = at::kFloat;
};

// Thread-safe. Functions throw what LibTorch throws; callers wrap them in nn::guarded.
class Network {
 public:
  // `prefix`: "" or "teacher.". Checks every tensor; loads none yet. It runs on `device`; what goes in and
  // comes out, PictureMaps apart, is on the processor.
  [[nodiscard]] static Result<std::shared_ptr<const Network>> open(const Package& package,
                                                                   const std::string& prefix,
                                                                   bool with_prompt, bool bf16,
                                                                   at::Device device = at::kCPU);

  // [1,3,512,512] in [-1,1], fp32.
  [[nodiscard]] PictureMaps picture(const at::Tensor& rgb) const;
  // [1,3,224,224], ImageNet-normalised, fp32: tokens [1,197,768].
  [[nodiscard]] at::Tensor prompt(const at::Tensor& reference) const;
  // The planes [1,96,256,256], fp32. `tokens` undefined: the high features stand in for the prompt's
  // (Live3D). `changed`: tensors that stand instead of the package's, by name; may be null. Falls back to
  // fp32, for good, when bf16 gives planes that cannot be shown; an error if fp32 does too.
  [[nodiscard]] Result<at::Tensor> triplane(const at::Tensor& rgb, const PictureMaps& maps,
                                            const at::Tensor& tokens,
                                            const nn::Weights* changed = nullptr) const;

  [[nodiscard]] const std::vector<nn::TensorSpec>& specs() const noexcept { return specs_; }
  // All of the network in type(), loaded at the first use; shared, not to be changed.
  [[nodiscard]] nn::Weights weights() const;

  // The precision in use.
  [[nodiscard]] at::ScalarType type() const noexcept { return bf16_ ? at::kBFloat16 : at::kFloat; }
  // bf16 was asked for and given up.
  [[nodiscard]] bool fell_back() const noexcept { return bf16_wanted_ && !bf16_; }

 private:
  Network(SafetensorsReader reader, std::string file, std::string prefix, std::vector<nn::TensorSpec> specs,
          bool bf16, at::Device device);
  // weights() on the device.
  [[nodiscard]] nn::Weights on_device() const;
  [[nodiscard]] at::Tensor planes(const at::Tensor& rgb, const PictureMaps& maps, const at::Tensor& tokens,
                                  const nn::Weights* changed) const;

  SafetensorsReader reader_;
  std::string file_;
  std::string prefix_;
  std::vector<nn::TensorSpec> specs_;  // names without the prefix
  bool bf16_wanted_;
  mutable std::atomic<bool> bf16_;
  at::Device device_;
  mutable std::mutex mutex_;
  mutable nn::Weights weights_;
  mutable nn::Weights on_device_;  // where that is not the processor
  mutable at::ScalarType loaded_ = at::ScalarType::Undefined;
};

}  // namespace triptych::reference
