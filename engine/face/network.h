// A small ONNX network run by OpenCV.
#pragma once

#include <filesystem>
#include <opencv2/dnn.hpp>
#include <string>
#include <vector>

#include "core/error.h"
#include "image/image.h"

namespace triptych {

class Network {
 public:
  [[nodiscard]] static Result<Network> open(const std::filesystem::path& onnx);

  // One RGB picture of the network's input size, scaled to value * scale + shift; all outputs, each as one
  // row of floats.
  [[nodiscard]] Result<std::vector<std::vector<float>>> run(const Image8& rgb, double scale, double shift);

 private:
  cv::dnn::Net net_;
  std::vector<std::string> outputs_;
  std::string name_;
};

}  // namespace triptych
