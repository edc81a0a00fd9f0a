// What an export writes, by the engine's own writer: small pictures of a hand-made head.
#include <gtest/gtest.h>

#include <array>
#include <fstream>

#include "core/atomic_file.h"
#include "core/thread_pool.h"
#include "driver.h"
#include "export/turntable.h"
#include "head/tri_file.h"
#include "image/picture.h"
#include "state/engine_export.h"
#include "support/analytic_head.h"
#include "support/temporary_folder.h"

namespace triptych::test {
namespace {

using app::ExportRequest;

class Export : public ::testing::Test {
 protected:
  Export() {
    AnalyticHeadOptions options;
    options.front_size = 96;
    options.side_size = 32;
    head = analytic_frustum_head(options);
    request.camera = orbit_camera(0, 0);
    request.size = 64;
    request.background = {0, 0, 1};
  }
  [[nodiscard]] Image8 written(const std::string& name) {
    request.path = folder / name;
    const Status status = app::write_export(head, request, pool, progress);
    EXPECT_TRUE(status) << status.error().message;
    auto picture = load_picture(request.path);
    return picture ? std::move(picture->rgb) : Image8{};
  }
  [[nodiscard]] std::string bytes() const {
    std::ifstream file(request.path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  TemporaryFolder folder;
  ThreadPool pool{1};
  Progress progress;
  Head head;
  ExportRequest request;
};

std::array<int, 3> pixel(const Image8& image, int x, int y) {
  return {image.at(x, y, 0), image.at(x, y, 1), image.at(x, y, 2)};
}

TEST_F(Export, APictureStandsOnTheBackgroundAndCarriesItsParameters) {
  request.text = {{"prompt", "bronze statue"}};
  const Image8 picture = written("a.png");
  ASSERT_EQ(picture.width, 64);
  EXPECT_EQ(pixel(picture, 1, 1), (std::array{0, 0, 255}));
  EXPECT_NE(pixel(picture, 32, 32), (std::array{0, 0, 255}));
  EXPECT_NE(bytes().find("bronze statue"), std::string::npos);
}

TEST_F(Export, ATransparentPictureHasNoBackground) {
  request.transparent = true;
  const Image8 picture = written("a.png");  // read over mid grey
  EXPECT_EQ(pixel(picture, 1, 1), (std::array{128, 128, 128}));
  const Image8 opaque = [&] {
    request.transparent = false;
    request.background = {128 / 255.0F, 128 / 255.0F, 128 / 255.0F};
    return written("b.png");
  }();
  // Soft edges too: nothing of the window's background is left in them.
  ASSERT_EQ(picture.pixels.size(), opaque.pixels.size());
  for (std::size_t i = 0; i < picture.pixels.size(); ++i)
    ASSERT_NEAR(picture.pixels[i], opaque.pixels[i], 2) << i;
}

TEST_F(Export, WhatCannotBeTransparentStandsOnTheBackground) {
  for (const char* suffix : {".bmp", ".jpg"}) {
    request.transparent = false;
    const Image8 asked = written(std::string("opaque") + suffix);
    request.transparent = true;
    EXPECT_EQ(written(std::string("clear") + suffix).pixels, asked.pixels) << suffix;
    EXPECT_GT(asked.at(1, 1, 2), 200) << suffix;  // blue
  }
}

TEST_F(Export, AVideoFollowsItsCameras) {
  request.kind = ExportRequest::Kind::video;
  request.size = 32;
  for (const float yaw : {-20.0F, 0.0F, 20.0F}) request.cameras.push_back(orbit_camera(yaw, 0));
  request.path = folder / "a.gif";
  ASSERT_TRUE(app::write_export(head, request, pool, progress));
  const std::string gif = bytes();
  EXPECT_TRUE(gif.starts_with("GIF89a"));
  progress.cancel();
  request.path = folder / "b.gif";
  EXPECT_FALSE(app::write_export(head, request, pool, progress));
  EXPECT_FALSE(std::filesystem::exists(request.path));
}

TEST_F(Export, AVideoWithoutCamerasIsATurntable) {
  request.kind = ExportRequest::Kind::video;
  request.size = 32;
  request.seconds = 0.4;
  request.frames_per_second = 10;
  const auto video = [&](const std::string& name) {
    request.path = folder / name;
    EXPECT_TRUE(app::write_export(head, request, pool, progress));
    return bytes();
  };
  std::vector<std::string> videos;
  for (const bool spiral : {false, true}) {
    request.spiral = spiral;
    request.cameras.clear();
    videos.push_back(video("turntable.gif"));
    const auto path = spiral ? TurntablePath::spiral : TurntablePath::swing;
    for (int i = 0; i < 4; ++i) request.cameras.push_back(turntable_camera(path, i / 4.0));
    EXPECT_TRUE(videos.back() == video("cameras.gif")) << "spiral " << spiral;
  }
  EXPECT_FALSE(videos[0] == videos[1]);
}

TEST_F(Export, AHeadOpensAgain) {
  request.kind = ExportRequest::Kind::head;
  request.path = folder / "a.tri";
  ASSERT_TRUE(app::write_export(head, request, pool, progress));
  const auto again = load_head(request.path);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->planes.size(), head.planes.size());
}

TEST_F(Export, AMeshHasItsFormatBySuffix) {
  request.kind = ExportRequest::Kind::mesh;
  request.mesh_resolution = 24;
  for (const auto& [name, start] : {std::pair{"a.glb", "glTF"}, {"a.ply", "ply"}}) {
    request.path = folder / name;
    ASSERT_TRUE(app::write_export(head, request, pool, progress));
    EXPECT_TRUE(bytes().starts_with(start)) << name;
  }
}

// The file may be named long after the export was asked for.
TEST_F(Export, OfTheWindowIsOfWhatWasShownWhenItWasAskedFor) {
  Driver driver(folder);
  driver.open(driver.picture("a.png"));
  driver.apply("clown");
  ASSERT_TRUE(driver.wait([&] { return driver.app->scene().shown()->text == "clown"; }));
  driver.app->set_strength(0.5F, false);
  request.kind = ExportRequest::Kind::head;
  const auto written_of = [&](const app::ShownHead& shown, const char* name) {
    request.path = folder / name;
    driver.app->export_head(shown, request);
    EXPECT_TRUE(driver.wait_idle());
    return read_file(request.path).value_or("");
  };
  const app::ShownHead asked = driver.app->shown_head();
  const std::string at_once = written_of(asked, "at_once.tri");
  driver.app->show_variant(0);
  driver.app->set_strength(1, false);
  const std::string later = written_of(asked, "later.tri");
  EXPECT_FALSE(later.empty());
  EXPECT_TRUE(later == at_once);
  EXPECT_FALSE(later == written_of(driver.app->shown_head(), "now.tri"));
}

}  // namespace
}  // namespace triptych::test
