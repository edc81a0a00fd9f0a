// Packages come back as they were written, and what was changed or does not belong is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "core/atomic_file.h"
#include "model/model.h"
#include "model/package.h"
#include "support/temporary_folder.h"

namespace triptych::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

const std::vector<float> numbers{1, 2, 3, 4, 5, 6};

StreamedTensor tensor(const std::string& name) {
  return {.name = name, .dtype = Dtype::f32, .shape = {2, 3}, .produce = [](const ByteSink& sink) {
            return sink(std::as_bytes(std::span(numbers)));
          }};
}

Status write(const fs::path& path) {
  Progress progress;
  const Manifest manifest{
      .kind = "test", .name = "numbers", .version = "7", .json = {{"sizes", {{"picture", 64}}}}};
  return write_package(path, manifest, {tensor("b"), tensor("a")}, progress);
}

std::string message_of(const fs::path& path) {
  const auto package = Package::open(path);
  return package ? "it was accepted" : package.error().message;
}

class Packages : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { ASSERT_TRUE(write(path_)); }
  [[nodiscard]] fs::path weights_file() const {
    return path_.has_filename() ? path_ : path_ / "weights.safetensors";
  }
  TemporaryFolder folder_;
  fs::path path_ = folder_.path() / GetParam();
};

TEST_P(Packages, ComeBackAsTheyWereWritten) {
  const auto package = Package::open(path_);
  ASSERT_TRUE(package) << package.error().message;
  EXPECT_EQ(package->manifest().kind, "test");
  EXPECT_EQ(package->manifest().version, "7");
  EXPECT_EQ(package->manifest().json["sizes"]["picture"], 64);
  EXPECT_EQ(package->hash().size(), 64U);
  const auto weights = package->weights();
  ASSERT_TRUE(weights) << weights.error().message;
  EXPECT_EQ(weights->floats("a"), numbers);
  EXPECT_EQ(weights->floats("b"), numbers);
}

TEST_P(Packages, OneChangedBitIsNoticed) {
  std::fstream file(weights_file(), std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(-1, std::ios::end);
  const int last = file.get();
  file.seekp(-1, std::ios::end);
  file.put(static_cast<char>(last ^ 1));
  file.close();
  EXPECT_THAT(message_of(path_), HasSubstr("sha256"));
}

// A checkpoint's file name goes into the manifest, and file names are any bytes.
TEST_P(Packages, MayHaveNamesThatAreNotUtf8) {
  Progress progress;
  const Manifest manifest{
      .kind = "test", .name = "caf\xe9", .version = "7", .json = nlohmann::json::object()};
  const Status status = write_package(path_, manifest, {tensor("a")}, progress);
  ASSERT_TRUE(status) << status.error().message;
  const auto package = Package::open(path_);
  ASSERT_TRUE(package) << package.error().message;
  EXPECT_EQ(package->manifest().name, "caf\uFFFD");
}

TEST_P(Packages, StayAsTheyWereWhenTheirSuccessorFails) {
  Progress progress;
  StreamedTensor broken = tensor("a");
  broken.produce = [](const ByteSink&) -> Status { return fail("the disk is full"); };
  const Manifest manifest{.kind = "test", .name = "new", .version = "8", .json = nlohmann::json::object()};
  EXPECT_FALSE(write_package(path_, manifest, {broken}, progress));
  const auto package = Package::open(path_);
  ASSERT_TRUE(package) << package.error().message;
  EXPECT_EQ(package->manifest().version, "7");
}

TEST_P(Packages, OfAnUnknownKindNameIt) {
  const auto model = open_model(path_);
  ASSERT_FALSE(model);
  EXPECT_THAT(model.error().message, HasSubstr("\"test\""));
}

INSTANTIATE_TEST_SUITE_P(FileAndFolder, Packages, ::testing::Values("numbers.package", "numbers/"),
                         [](const auto& test) { return test.index == 0 ? "File" : "Folder"; });

TEST(Package, WhatIsNoPackageSaysSo) {
  const TemporaryFolder folder;
  EXPECT_THAT(message_of(folder.path() / "none"), HasSubstr("does not exist"));
  EXPECT_THAT(message_of(folder.path()), HasSubstr("manifest.json"));
  ASSERT_TRUE(write_file(folder.path() / "3dpe.pt", std::string_view("PK\x03\x04....")));
  EXPECT_THAT(message_of(folder.path() / "3dpe.pt"), HasSubstr("triptych model import"));
  ASSERT_TRUE(write_file(folder.path() / "letter.txt", std::string_view("Dear reader, this is no model.")));
  const std::string photograph = TRIPTYCH_SOURCE_DIR "/tests/fixtures/pictures/rgb.png";
  for (const fs::path& path : {folder.path() / "letter.txt", fs::path(photograph), folder.path()}) {
    EXPECT_THAT(message_of(path), HasSubstr(path.string() + ": not a model package"));
    EXPECT_THAT(message_of(path), HasSubstr("; give a folder with manifest.json"));
  }
}

TEST(Package, ManifestsAreCheckedBeforeTheyAreUsed) {
  const auto message = [](const std::string& text) {
    const auto manifest = parse_manifest(text, "manifest.json");
    return manifest ? "it was accepted" : manifest.error().message;
  };
  const std::string good =
      R"({"format":"triptych-package","format_version":1,"kind":"k","name":"n","version":"1","files":{"weights":{"sha256":"0"}}})";
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    return text.replace(text.find(from), from.size(), to);
  };
  EXPECT_EQ(message(good), "it was accepted");
  EXPECT_THAT(message("{"), HasSubstr("not valid JSON"));
  EXPECT_THAT(message("[]"), HasSubstr("not the manifest"));
  const std::string deep = std::string(320'000, '[') + std::string(320'000, ']');
  EXPECT_THAT(message(with("\"triptych-package\"", deep)), HasSubstr("64 deep"));
  EXPECT_THAT(message(with("triptych-package", "zip")), HasSubstr("not the manifest"));
  EXPECT_THAT(message(with(":1,", ":2,")), HasSubstr("newer version"));
  EXPECT_THAT(message(with(R"("kind":"k")", R"("kind":3)")), HasSubstr("\"kind\""));
  EXPECT_THAT(message(with(R"({"sha256":"0"})", "[]")), HasSubstr("sha256"));
}

TEST(Package, AManifestCannotNameFilesElsewhere) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write(folder.path() / "outside"));
  fs::create_directory(folder.path() / "package");
  const std::string manifest =
      R"({"format":"triptych-package","format_version":1,"kind":"k","name":"n","version":"1",)"
      R"("files":{"weights":{"file":"../outside","sha256":"0"}}})";
  ASSERT_TRUE(write_file(folder.path() / "package" / "manifest.json", std::string_view(manifest)));
  EXPECT_THAT(message_of(folder.path() / "package"), HasSubstr("outside the package"));
}

}  // namespace
}  // namespace triptych::test
