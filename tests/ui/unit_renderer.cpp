// What the viewport gets to see: previews while something moves, exact pictures when all is still.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>
#include <stdexcept>
#include <utility>

#include "driver.h"
#include "support/analytic_head.h"
#include "viewer.h"
#include "viewport/view_request.h"

namespace triptych::test {
namespace {

using app::Channel;
using app::ViewFrame;

TEST(ViewRenderer, EndsWithExactlyWhatRenderGivesAtThatCamera) {
  Viewer viewer;
  const auto number = viewer.renderer.request(viewer.request);
  const ViewFrame frame = viewer.wait([](const ViewFrame& f) { return f.final; });
  EXPECT_TRUE(frame.exact);
  EXPECT_EQ(frame.request, number);
  ASSERT_EQ(frame.size, 96);
  RenderOptions options{.width = 96, .height = 96};
  Progress progress;
  const auto head = blend(viewer.request.edit->reconstruction, viewer.request.edit->edited, 1);
  const auto view = viewer.services.render_exact(*head, viewer.request.camera, options, progress);
  ASSERT_TRUE(view);
  EXPECT_EQ(frame.after->pixels, app::to_picture(*view, Channel::colour, options.background).pixels);
}

TEST(ViewRenderer, AWideViewHasTheCamerasSquareInItsMiddle) {
  Viewer viewer;
  viewer.renderer.request(viewer.request);
  const ViewFrame square = viewer.wait([](const ViewFrame& f) { return f.final; });
  viewer.request.aspect = 1.5F;
  const auto number = viewer.renderer.request(viewer.request);
  const ViewFrame wide = viewer.wait([&](const ViewFrame& f) { return f.final && f.request == number; });
  ASSERT_EQ(wide.after->width, 144);
  ASSERT_EQ(wide.after->height, 96);
  int different = 0;
  for (std::size_t row = 0; row < 96; ++row) {
    for (std::size_t i = 0; i < 3UL * 96; ++i) {
      const int a = square.after->pixels[row * 3 * 96 + i];
      const int b = wide.after->pixels[row * 3 * 144 + 3UL * 24 + i];
      different += std::abs(a - b) > 1 ? 1 : 0;
    }
  }
  EXPECT_EQ(different, 0);
}

TEST(ViewRenderer, ShowsOnlyPreviewsWhileSomethingMoves) {
  Viewer viewer;
  viewer.request.moving = true;
  for (int i = 0; i < 5; ++i) {
    viewer.request.camera = orbit_camera(static_cast<float>(i), 0);
    const auto number = viewer.renderer.request(viewer.request);
    EXPECT_FALSE(viewer.wait([&](const ViewFrame& f) { return f.request == number; }).exact);
  }
  viewer.request.moving = false;
  viewer.renderer.request(viewer.request);
  EXPECT_TRUE(viewer.wait([](const ViewFrame& f) { return f.final; }).exact);
}

TEST(ViewRenderer, PreviewsGoOnWhileAHeadIsBaked) {
  Gate baking;
  Viewer viewer([&](Progress&) { baking.wait(); });
  viewer.request.moving = true;
  for (int i = 0; i < 4; ++i) {
    viewer.request.camera = orbit_camera(static_cast<float>(i), 0);
    const auto number = viewer.renderer.request(viewer.request);
    EXPECT_FALSE(viewer.wait([&](const ViewFrame& f) { return f.request == number; }).final);
  }
  baking.open();
  // The baked head is shown without another request: the mouse may rest while its button is down.
  EXPECT_TRUE(viewer.wait([](const ViewFrame& f) { return f.final; }).request == 4);
}

TEST(ViewRenderer, AnotherHeadEndsTheBakeOfTheFirst) {
  Gate given_up;
  bool first = true;
  Viewer viewer([&](Progress& progress) {
    if (!std::exchange(first, false)) return;
    progress.wait_for_cancel();
    given_up.open();
  });
  viewer.request.moving = true;
  const auto number = viewer.renderer.request(viewer.request);
  viewer.wait([&](const ViewFrame& f) { return f.request == number; });
  viewer.request.strength = 0.5F;
  viewer.renderer.request(viewer.request);
  given_up.wait();
  EXPECT_EQ(viewer.wait([](const ViewFrame& f) { return f.final; }).strength, 0.5F);
}

TEST(ViewRenderer, ABakeThatThrowsIsToldAndTheExactPictureComes) {
  Viewer viewer([](Progress&) { throw std::bad_alloc(); });
  viewer.renderer.request(viewer.request);
  EXPECT_TRUE(viewer.wait([](const ViewFrame& f) { return f.final; }).exact);
  EXPECT_TRUE(viewer.wait_failure().starts_with("out of memory"));
}

TEST(ViewRenderer, APictureThatThrowsIsToldAndTheNextOneComes) {
  Viewer viewer;
  viewer.services.before_exact = [&, thrown = false]() mutable {
    if (!std::exchange(thrown, true)) throw std::runtime_error("odd");
  };
  viewer.renderer.request(viewer.request);
  EXPECT_EQ(viewer.wait_failure(), "unexpected failure: odd");
  viewer.renderer.request(viewer.request);
  EXPECT_TRUE(viewer.wait([](const ViewFrame& f) { return f.final; }).exact);
}

TEST(ViewRenderer, TheNewestRequestEndsUpOnTheScreen) {
  Viewer viewer;
  viewer.request.size = largest;  // long enough to be interrupted
  std::uint64_t last = 0;
  for (int i = 0; i < 20; ++i) {
    viewer.request.camera = orbit_camera(static_cast<float>(2 * i - 20), 0);
    last = viewer.renderer.request(viewer.request);
  }
  const ViewFrame frame = viewer.wait([](const ViewFrame& f) { return f.final; });
  EXPECT_EQ(frame.request, last);
  EXPECT_EQ(frame.camera, viewer.request.camera);
  EXPECT_TRUE(viewer.failure.empty()) << viewer.failure;
}

// Small networks of one block.
Head super_resolved_head() {
  Head head = analytic_canonical_head({.front_size = 16, .hidden = 16});
  const auto convolution = [](int inputs, int outputs, int kernel, bool upsample) {
    SuperResolution::Convolution layer{inputs, outputs, kernel, upsample, {}, {}};
    layer.weights.resize(static_cast<std::size_t>(inputs * outputs * kernel * kernel));
    layer.bias.resize(static_cast<std::size_t>(outputs));
    return layer;
  };
  const int features = head.decoder->layers.back().outputs - 1;
  SuperResolution net;
  net.blocks.push_back(
      {convolution(features, 4, 3, true), convolution(4, 4, 3, false), convolution(4, 3, 1, false)});
  net.input_size = 32;
  net.output_size = 64;
  head.super_resolution = std::make_shared<const SuperResolution>(std::move(net));
  return head;
}

// Its network takes as long for a picture that is made smaller.
TEST(ViewRenderer, SuperResolutionMakesTheExactPictureAtOnce) {
  Viewer viewer;
  auto edit = std::make_shared<Edit>();
  edit->reconstruction = edit->edited = super_resolved_head();
  viewer.request.edit = edit;
  viewer.request.size = 512;
  viewer.renderer.request(viewer.request);
  viewer.wait([](const ViewFrame& f) { return f.final; });
  EXPECT_EQ(viewer.services.super_resolved_rows, std::vector{512});
}

TEST(ViewRenderer, ComparesWithTheOriginal) {
  Viewer viewer;
  viewer.request.compare = true;
  viewer.renderer.request(viewer.request);
  const ViewFrame both = viewer.wait([](const ViewFrame& f) { return f.final; });
  ASSERT_NE(both.before, nullptr);
  EXPECT_NE(both.before->pixels, both.after->pixels);
  viewer.request.compare = false;
  viewer.request.strength = 0;
  viewer.renderer.request(viewer.request);
  const ViewFrame original = viewer.wait([](const ViewFrame& f) { return f.final; });
  EXPECT_EQ(original.after->pixels, both.before->pixels);
}

TEST(ViewRequest, AStillPictureHasAPixelForEachOfALargeWindow) {
  const TemporaryFolder folder;
  Driver driver(folder);
  driver.open(driver.picture("a.png"));
  app::update_request(*driver.app, 1200, 1100, 0);
  ASSERT_TRUE(driver.wait([&] {
    if (auto frame = driver.app->renderer.take()) driver.app->view.frame = std::move(frame);
    return driver.app->view.frame && driver.app->view.frame->final;
  }));
  EXPECT_EQ(driver.app->view.frame->size, 1100);
  EXPECT_EQ(driver.app->view.frame->after->height, 1100);
}

TEST(ViewRenderer, DepthIsLightWhereTheHeadIsNear) {
  Viewer viewer;
  viewer.request.channel = Channel::depth;
  viewer.request.camera = orbit_camera(0, 0);
  viewer.request.background = {0, 0, 0};
  viewer.renderer.request(viewer.request);
  const ViewFrame frame = viewer.wait([](const ViewFrame& f) { return f.final; });
  const int centre = frame.after->at(48, 48);
  EXPECT_GT(centre, 180);                      // the nose
  EXPECT_GT(centre, frame.after->at(48, 20));  // the top of the hair
  EXPECT_LT(frame.after->at(2, 2), 10);        // nothing
}

}  // namespace
}  // namespace triptych::test
