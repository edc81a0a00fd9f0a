// Tables of tensors: one replaced by another's, and what LibTorch throws.
#include "model/weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace triptych::nn {
namespace {

using testing::HasSubstr;

TEST(Weights, WhatLibTorchThrowsIsOneLine) {
  const auto missing = guarded("encoding the picture", []() -> Result<at::Tensor> {
    return Weights().scope("low").scope("conv")["weight"];
  });
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message, "encoding the picture: the network has no tensor low.conv.weight");
  EXPECT_THAT(missing.error().detail, HasSubstr("no tensor low.conv.weight"));
}

TEST(Weights, OthersStandInTheTypeAndLayoutOfWhatTheyReplace) {
  Weights weights, others;
  weights.set("conv", at::zeros({2, 3, 3, 3}, at::kBFloat16).contiguous(at::MemoryFormat::ChannelsLast));
  weights.set("bias", at::zeros({2}));
  others.set("conv", at::ones({2, 3, 3, 3}));
  others.set("elsewhere", at::ones({1}));
  const Weights both = replaced(weights, others);
  EXPECT_EQ(both["conv"].scalar_type(), at::kBFloat16);
  EXPECT_TRUE(both["conv"].is_contiguous(at::MemoryFormat::ChannelsLast));
  EXPECT_EQ(both["conv"].sum().item<float>(), 54);
  EXPECT_EQ(both["bias"].data_ptr(), weights["bias"].data_ptr());
  EXPECT_FALSE(both.contains("elsewhere"));
  EXPECT_EQ(weights["conv"].sum().item<float>(), 0) << "the original has changed";
}

}  // namespace
}  // namespace triptych::nn
