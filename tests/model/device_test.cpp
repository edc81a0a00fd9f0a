// Networks stay on the device of their weights: whatever tensor they make on the way says where it is made.
// (Without a GPU that cannot be seen from results, so the calls of LibTorch are watched.)
#include <ATen/core/function_schema.h>
#include <ATen/record_function.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "model/on_device.h"
#include "model/reference/encoder.h"
#include "model/starter/learned.h"
#include "model/starter/network.h"
#include "model/torch_cuda.h"

namespace triptych {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

thread_local std::vector<std::string> without_device;  // callbacks of LibTorch are plain functions

// Notes calls that make a tensor from none and leave its device to LibTorch, which takes the processor.
std::unique_ptr<at::ObserverContext> watch(const at::RecordFunction& call) {
  const auto schema = call.operator_schema();
  if (!schema) return nullptr;
  const auto& arguments = schema->arguments();
  const bool from_tensors =
      std::any_of(arguments.begin(), arguments.end(), [](const c10::Argument& argument) {
        return argument.type()->str().find("Tensor") != std::string::npos;
      });
  for (std::size_t i = 0; !from_tensors && i < arguments.size() && i < call.inputs().size(); ++i) {
    if (arguments[i].name() == "device" && call.inputs()[i].isNone())
      without_device.push_back(schema->name());
  }
  return nullptr;
}

std::vector<std::string> made_without_device(const std::function<void()>& work) {
  without_device.clear();
  const at::RecordFunctionGuard enabled(true);
  const auto handle = at::addThreadLocalCallback(at::RecordFunctionCallback(watch).needsInputs(true));
  work();
  at::removeCallback(handle);
  return without_device;
}

TEST(NetworkDevice, TheWatchSeesWhatIsMadeOnTheProcessor) {
  EXPECT_THAT(made_without_device([] { (void)at::arange(3, at::kFloat); }), ::testing::Not(IsEmpty()));
  EXPECT_THAT(made_without_device([] { (void)at::arange(3, at::TensorOptions(at::kCPU)); }), IsEmpty());
}

TEST(NetworkDevice, TheStarterStaysWithItsWeights) {
  const starter::NetworkConfig config;
  const nn::Weights weights = starter::initial_weights(config, 1);
  const at::Tensor input = at::zeros({1, 4, config.picture, config.picture});
  at::Tensor cameras = at::zeros({1, 25});
  cameras.select(1, 16).fill_(4);
  const starter::PromptInput prompt =
      starter::prompt_input({starter::PromptTokens{at::zeros({5, starter::token_width}), {}}});
  starter::Planes planes;
  const auto found = made_without_device([&] {
    const starter::PictureMaps maps = starter::encode_picture(config, weights, input, cameras);
    const at::Tensor tokens = starter::encode_prompt(config, weights, prompt);
    planes = starter::make_planes(config, weights, maps, tokens, prompt.present);
  });
  EXPECT_THAT(found, IsEmpty());
  EXPECT_EQ(planes.front.sizes(), (at::IntArrayRef{1, 256, 256, 29}));
}

TEST(NetworkDevice, ThePublishedNetworksPixelIndicesLieBesideThePicture) {
  const at::Tensor picture = at::zeros({1, 3, 16, 16});
  EXPECT_THAT(made_without_device([&] { (void)reference::with_pixel_indices(picture); }), IsEmpty());
}

TEST(NetworkDevice, WeightsThatAreThereAlreadyAreShared) {
  nn::Weights weights;
  weights.set("low.weight", at::ones({2}));
  const nn::Weights same = nn::on_device(weights, at::kCPU), elsewhere = nn::on_device(weights, at::kMeta);
  EXPECT_EQ(same["low.weight"].data_ptr(), weights["low.weight"].data_ptr());
  EXPECT_TRUE(elsewhere["low.weight"].is_meta());
}

TEST(NetworkDevice, TorchCudaSaysWhyNotAndKeepsToIt) {
  const Status first = load_torch_cuda(), again = load_torch_cuda();
  ASSERT_EQ(first.has_value(), again.has_value());
  if (first) GTEST_SKIP() << "networks can run on a GPU here";
  EXPECT_EQ(first.error().message, again.error().message);
  EXPECT_THAT(first.error().message, AnyOf(HasSubstr("no NVIDIA driver"), HasSubstr("no CUDA part"),
                                           HasSubstr("does not load"), HasSubstr("finds no GPU")));
}

}  // namespace
}  // namespace triptych
