// The network as a model uses it: from a package, in fp32 or bf16, with a way back when bf16 fails.
#include "model/reference/network.h"

#include <gtest/gtest.h>

#include <latch>
#include <thread>

#include "model/parity.h"
#include "model/precision.h"
#include "model/reference/specs.h"
#include "model/torch_setup.h"
#include "support/formula.h"
#include "support/temporary_folder.h"

namespace triptych::test {
namespace {

using reference::Network;

// A Live3D package of the weights by formula, after `change`.
void write_formula_package(const std::filesystem::path& path,
                           const std::function<void(nn::Weights&)>& change) {
  nn::Weights weights;
  for (const nn::TensorSpec& spec : reference::encoder_specs(false)) {
    weights.set(spec.name, formula_encoder()[spec.name].contiguous().clone());
  }
  change(weights);
  std::vector<StreamedTensor> tensors;
  for (const auto& [name, tensor] : weights.table()) {
    tensors.push_back({.name = name,
                       .dtype = Dtype::f32,
                       .shape = tensor.sizes().vec(),
                       .produce = [t = tensor](const ByteSink& sink) {
                         return sink({static_cast<const std::byte*>(t.data_ptr()), t.nbytes()});
                       }});
  }
  Progress progress;
  const Manifest manifest{
      .kind = "live3d", .name = "formula", .version = "1", .json = nlohmann::json::object()};
  const Status status = write_package(path, manifest, std::move(tensors), progress);
  ASSERT_TRUE(status) << status.error().message;
}

at::Tensor planes_of(const Network& network) {
  const at::Tensor rgb = formula_picture("input", 512);
  auto planes = network.triplane(rgb, network.picture(rgb), {});
  EXPECT_TRUE(planes) << planes.error().message;
  return planes ? *planes : at::Tensor();
}

TEST(Network, InBf16DiffersFromFp32ByItsRoundingOnly) {
  if (!cpu_has_bf16()) GTEST_SKIP() << "this CPU has no bf16";
  const TemporaryFolder folder;
  write_formula_package(folder / "package", [](nn::Weights&) {});
  const auto package = Package::open(folder / "package");
  ASSERT_TRUE(package) << package.error().message;
  const at::Tensor exact = planes_of(**Network::open(*package, "", false, false));
  const auto network = Network::open(*package, "", false, true);
  const at::Tensor rounded = planes_of(**network);
  ASSERT_TRUE(exact.defined() && rounded.defined());
  EXPECT_EQ((*network)->type(), at::kBFloat16);
  const double difference = relative_rms(rounded, exact);
  std::printf("bf16 triplane differs by %.2e\n", difference);
  EXPECT_LT(difference, 3e-2);
  EXPECT_GT(difference, 1e-6);  // else it did not run in bf16
}

// Two threads make the first planes at once: both find out, and both get planes.
TEST(Network, FallsBackToFp32WhenBf16GivesNoPicture) {
  const TemporaryFolder folder;
  // A weight that is finite in fp32 and infinite in bf16, on a channel that is always zero: 0 * inf is not a
  // number.
  write_formula_package(folder / "package", [](nn::Weights& w) {
    w["low.resnet.conv1.weight"][0].zero_();
    w["low.resnet.conv1.bias"][0].fill_(-1);
    w["low.resnet.layer1.0.conv1.weight"][0][0].fill_(3.4e38);
  });
  const auto package = Package::open(folder / "package");
  ASSERT_TRUE(package) << package.error().message;
  const auto network = Network::open(*package, "", false, true);
  ASSERT_TRUE(network) << network.error().message;
  const at::Tensor rgb = formula_picture("input", 512);
  const reference::PictureMaps maps = (*network)->picture(rgb);
  std::latch both(2);
  const auto make = [&](Result<at::Tensor>& planes) {
    both.arrive_and_wait();
    planes = (*network)->triplane(rgb, maps, {});
  };
  Result<at::Tensor> first, second;
  {
    const std::jthread one([&] { make(first); }), other([&] { make(second); });
  }
  for (const auto* planes : {&first, &second}) {
    ASSERT_TRUE(*planes) << planes->error().message;
    EXPECT_TRUE(can_be_shown(**planes));
  }
  EXPECT_EQ((*network)->type(), at::kFloat);
  EXPECT_TRUE((*network)->fell_back());
}

TEST(Network, PlanesThatShowNothingAreNoticed) {
  const at::Tensor planes = at::rand({1, 96, 8, 8});
  EXPECT_TRUE(can_be_shown(planes));
  EXPECT_FALSE(can_be_shown(at::full({1, 96, 8, 8}, 0.5)));
  planes[0][5][2][3].fill_(NAN);
  EXPECT_FALSE(can_be_shown(planes));
}

}  // namespace
}  // namespace triptych::test
