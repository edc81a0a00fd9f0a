#include "face/network.h"

#include <opencv2/imgproc.hpp>

#include "image/mat.h"

namespace triptych {

Result<Network> Network::open(const std::filesystem::path& onnx) {
  if (!std::filesystem::is_regular_file(onnx)) {
    return fail(onnx.string() + ": a model of the program is missing; install it again");
  }
  Network network;
  network.name_ = onnx.string();
  try {
    network.net_ = cv::dnn::readNetFromONNX(onnx.string());
    network.net_.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
    network.outputs_ = network.net_.getUnconnectedOutLayersNames();
  } catch (const cv::Exception& exception) {
    return fail(onnx.string() + ": a model of the program is damaged; install it again", exception.what());
  }
  return network;
}

Result<std::vector<std::vector<float>>> Network::run(const Image8& rgb, double scale, double shift) {
  try {
    cv::Mat values;
    mat_of(rgb).convertTo(values, CV_32F, scale, shift);
    net_.setInput(cv::dnn::blobFromImage(values));
    std::vector<cv::Mat> outputs;
    net_.forward(outputs, outputs_);
    std::vector<std::vector<float>> rows;
    for (const cv::Mat& output : outputs)
      rows.emplace_back(output.ptr<float>(), output.ptr<float>() + output.total());
    return rows;
  } catch (const cv::Exception& exception) {
    if (exception.code == cv::Error::StsNoMem) throw;  // no fault of the network: the aligner has a sentence
    return fail(name_ + ": the network failed", exception.what());
  }
}

}  // namespace triptych
