#include "core/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "core/atomic_file.h"
#include "core/json.h"
#include "support/temporary_folder.h"

namespace triptych {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string file_of(const std::string& header, std::size_t data_bytes) {
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>((header.size() >> (8 * i)) & 255U);
  return bytes + header + std::string(data_bytes, '\1');
}

Status parse(const std::string& bytes) {
  const auto reader = SafetensorsReader::parse(std::as_bytes(std::span(bytes)), "test.safetensors");
  if (!reader) return tl::make_unexpected(reader.error());
  return {};
}

TEST(Safetensors, WhatWasWrittenIsRead) {
  const test::TemporaryFolder folder;
  const std::vector<float> values{1, -2.5F, 3e-3F, 65504, 0, 7};
  SafetensorsWriter writer;
  writer.set_metadata("prompt", "bronze \"statue\"\n");
  writer.add_floats("a", {2, 3}, values);
  writer.add_halves("b.half", {6}, values);
  ASSERT_TRUE(writer.write(folder / "x.safetensors"));

  const auto reader = SafetensorsReader::open(folder / "x.safetensors");
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_EQ(reader->metadata().at("prompt"), "bronze \"statue\"\n");
  EXPECT_EQ(reader->floats("a", std::vector<std::int64_t>{2, -1}).value(), values);
  const auto halves = reader->floats("b.half").value();
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_NEAR(halves[i], values[i], std::abs(values[i]) / 2048);
}

TEST(Safetensors, BytesAndFileAreTheSame) {
  const test::TemporaryFolder folder;
  const std::vector<float> values{1, 2};
  SafetensorsWriter writer;
  writer.add_floats("a", {2}, values);
  ASSERT_TRUE(writer.write(folder / "x"));
  EXPECT_EQ(read_file(folder / "x").value(), writer.bytes());
}

TEST(Safetensors, MissingAndMisshapenTensorsAreNamed) {
  const std::vector<float> values{1, 2};
  SafetensorsWriter writer;
  writer.add_floats("weight", {2}, values);
  const std::string bytes = writer.bytes();
  const auto reader = SafetensorsReader::parse(std::as_bytes(std::span(bytes)), "model.safetensors").value();
  EXPECT_THAT(reader.floats("bias").error().message, HasSubstr("model.safetensors: tensor bias is missing"));
  EXPECT_THAT(reader.floats("weight", std::vector<std::int64_t>{3}).error().message,
              HasSubstr("weight has the shape [2], [3] is needed"));
}

TEST(Safetensors, EveryKindOfDamageIsRefused) {
  const auto tensor = [](const std::string& shape, const std::string& offsets) {
    return R"({"a":{"dtype":"F32","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
  };
  EXPECT_TRUE(parse(file_of(tensor("[2]", "[0,8]"), 8)));
  EXPECT_FALSE(parse(""));
  EXPECT_FALSE(parse("1234567"));
  EXPECT_FALSE(parse(std::string(8, '\xff')));
  EXPECT_FALSE(parse(file_of("[]", 0)));
  EXPECT_FALSE(parse(file_of("{", 0)));
  EXPECT_FALSE(parse(file_of(tensor("[2]", "[0,8]"), 7))) << "truncated";
  EXPECT_FALSE(parse(file_of(tensor("[2]", "[0,8]"), 9))) << "trailing bytes";
  EXPECT_FALSE(parse(file_of(tensor("[3]", "[0,8]"), 8))) << "shape and size disagree";
  EXPECT_FALSE(parse(file_of(tensor("[2]", "[8,0]"), 8)));
  EXPECT_FALSE(parse(file_of(tensor("[-2]", "[0,8]"), 8)));
  EXPECT_FALSE(parse(file_of(tensor("[4611686018427387904,4]", "[0,0]"), 0))) << "overflowing shape";
  EXPECT_FALSE(parse(file_of(R"({"a":3})", 0)));
  EXPECT_FALSE(parse(file_of(R"({"a":{"dtype":"F33","shape":[],"data_offsets":[0,4]}})", 4)));
  EXPECT_FALSE(parse(file_of(R"({"__metadata__":{"a":1}})", 0)));
  const std::string overlapping =
      R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}})";
  EXPECT_FALSE(parse(file_of(overlapping, 6)));
}

// A damaged file is called so, and any other by what it is not.
TEST(Safetensors, OtherFilesAreNotCalledDamaged) {
  const auto message = [](const std::string& bytes) {
    return SafetensorsReader::parse(std::as_bytes(std::span(bytes)), "me.jpg", "a style").error().message;
  };
  const std::string whole = file_of(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", 4);
  EXPECT_THAT(message(whole.substr(0, 20)), HasSubstr("me.jpg: damaged safetensors file"));
  EXPECT_THAT(message(whole.substr(0, whole.size() - 1)), HasSubstr("damaged safetensors file"));
  for (const std::string other : {"", "\xff\xd8\xff\xe0 a photograph", "Dear {reader}, Dear {reader}"}) {
    EXPECT_THAT(message(other), HasSubstr("me.jpg: not a style; "));
  }
}

TEST(Safetensors, BracketsWithoutEndAreRefused) {
  const std::string deep(320'000, '[');
  for (const std::string& end : {std::string(), std::string(deep.size(), ']')}) {
    const Status read =
        parse(file_of(R"({"a":{"dtype":)" + deep + end + R"(,"shape":[],"data_offsets":[0,0]}})", 0));
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().message, HasSubstr("64 deep"));
  }
}

TEST(Json, DepthIsCountedOutsideOfTextAndComments) {
  const std::string brackets(100, '[');
  EXPECT_TRUE(parse_json("[\"\\\"" + brackets + "\"]"));
  EXPECT_TRUE(parse_json(std::string(64, '[') + std::string(64, ']')));
  EXPECT_FALSE(parse_json(std::string(65, '[') + std::string(65, ']')));
  const std::string commented = "// \" " + brackets + "\n/* \" " + brackets + "*/ 3";
  EXPECT_EQ(parse_json(commented, JsonComments::skip).value(), 3);
  EXPECT_FALSE(parse_json(commented));
  for (const char* start : {"// \"\n", "// \"\r", "/* \"*/", "\"\\\\\", "}) {
    const auto hidden = parse_json(std::string("[") + start + brackets, JsonComments::skip);
    ASSERT_FALSE(hidden);
    EXPECT_THAT(hidden.error().message, HasSubstr("64 deep")) << start;
  }
}

TEST(Half, EveryHalfSurvivesTheRoundTrip) {
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = half_to_float(half);
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(half_to_float(float_to_half(value))));
    } else {
      ASSERT_EQ(float_to_half(value), half) << value;
    }
  }
}

TEST(Half, RoundsToNearestEvenAndSaturates) {
  EXPECT_EQ(float_to_half(1.0F + 1.0F / 2048), float_to_half(1.0F)) << "a tie goes to the even neighbour";
  EXPECT_EQ(float_to_half(1.0F + 3.0F / 2048), float_to_half(1.0F + 4.0F / 2048));
  EXPECT_EQ(float_to_half(1e9F), 0x7C00);
  EXPECT_EQ(float_to_half(65519), 0x7BFF);
  EXPECT_EQ(float_to_half(65520), 0x7C00);
  EXPECT_EQ(half_to_float(float_to_half(std::ldexp(1.0F, -24))), std::ldexp(1.0F, -24));
}

}  // namespace
}  // namespace triptych
