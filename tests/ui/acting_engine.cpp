// A person with the program itself and the model that ships: no fake engine.
#include <algorithm>
#include <array>
#include <cstdio>

#include "acting.h"
#include "head/tri_file.h"
#include "image/resample.h"
#include "render/renderer.h"

namespace triptych::test {
namespace {

namespace fs = std::filesystem;

const fs::path assets = fs::path(TRIPTYCH_SOURCE_DIR) / "assets";
const fs::path astronaut = assets / "portraits/astronaut.jpg";
const fs::path starter = assets / "models/starter";
constexpr Vec3 dark_backdrop{0.145F, 0.149F, 0.161F};

class ActingEngine : public Acting {
 protected:
  ActingEngine() : Acting(TRIPTYCH_PROGRAM) {}
  void SetUp() override {
    picture = folder / "me.jpg";
    fs::copy_file(astronaut, picture);
  }
};

// What `triptych render` makes of the head at the camera that the window shows, over the window's backdrop
// instead of white.
Image8 rendered(const fs::path& head_path, const json& view, int size) {
  const fs::path out = fs::path(head_path).replace_extension(".png");
  const std::string command = std::string(TRIPTYCH_PROGRAM) + " render " + head_path.string() +
                              " --quiet --out " + out.string() + " --size " + std::to_string(size) +
                              " --yaw " + view["yaw"].dump() + " --pitch " + view["pitch"].dump() +
                              " --fov " + view["fov"].dump();
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  const auto white = load_picture(out);
  const auto head = load_head(head_path);
  if (!white || !head) return {};
  ThreadPool pool;
  Progress progress;
  const Camera camera = orbit_camera(view["yaw"], view["pitch"], view["fov"]);
  const RenderOptions options{.width = size, .height = size};
  const auto alpha = render_exact(*head, camera, options, pool, progress);
  EXPECT_TRUE(alpha);
  ImageF dark(size, size, 3);
  for (std::size_t i = 0; alpha && i < dark.pixels.size(); ++i) {
    const float through = 1 - alpha->alpha.pixels[i / 3];
    dark.pixels[i] = static_cast<float>(white->rgb.pixels[i]) / 255 - through * (1 - dark_backdrop[i % 3]);
  }
  return to_bytes(dark);
}

TEST_F(ActingEngine, APortraitIsDroppedPromptedTurnedAndLooksAsRenderMakesIt) {
  ASSERT_TRUE(person.start());
  ASSERT_TRUE(person.sees([](const json& s) { return s["model"]["ready"] == true; }));
  ASSERT_TRUE(person.drop({picture}, "viewport"));
  ASSERT_TRUE(
      person.sees([&](const json& s) { return s["scene"]["picture"] == picture.string() && is_still(s); }));
  const Image8 original = view();
  apply("bronze statue");
  ASSERT_TRUE(person.sees(is_still));
  EXPECT_GT(difference(original, view()), 3);
  person.drag("view.square", 0.5F, 0.5F, 0.6F, 0.47F);
  ASSERT_TRUE(person.sees([](const json& s) { return s["view"]["yaw"] < -5 && is_still(s); }));
  const Image8 turned = view();
  const json seen = person.state()["view"];
  person.key("ctrl+e");
  person.click("export.kind.3");
  ASSERT_TRUE(person.sees([](const json& s) { return !s["marks"].contains("export.size.0"); }));
  person.click("export.start");
  type_path(folder / "bronze.tri");
  ASSERT_TRUE(person.sees([](const json& s) { return !s["notices"].empty(); }));
  EXPECT_EQ(person.state()["notices"][0]["sentence"], "Exported bronze.tri");
  EXPECT_GE(psnr(turned, rendered(folder / "bronze.tri", seen, turned.width)), 30);
}

TEST_F(ActingEngine, OnePairTeachesAStyleThatThePromptThenKnows) {
  const fs::path pairs = make_red_pair(folder, astronaut);
  ASSERT_TRUE(person.start({picture.string()}));
  ASSERT_TRUE(person.sees(is_still));
  ASSERT_TRUE(person.drop({pairs}, "viewport"));
  ASSERT_TRUE(person.sees([](const json& s) { return s["adapt"]["pairs"].size() == 1; }));
  person.click("adapt.start");
  ASSERT_TRUE(person.sees([](const json& s) { return s["adapt"]["losses"] > 1; }));
  const int losses = person.state()["adapt"]["losses"];
  person.drag("view.square", 0.5F, 0.5F, 0.6F, 0.47F);
  ASSERT_TRUE(person.sees([&](const json& s) {
    return s["view"]["yaw"] < -5 && s["adapt"]["losses"] > losses && s["adapt"]["busy"] == true;
  }));
  person.click("adapt.stop");
  ASSERT_TRUE(person.sees(
      [](const json& s) { return s["adapt"]["busy"] == false && s["marks"].contains("style.redhead"); }));
  EXPECT_TRUE(fs::exists(folder / "data/triptych/styles/redhead.safetensors"));
  // Its last snapshot takes the view once it is drawn, which may be after the style has been saved.
  ASSERT_TRUE(
      person.sees([](const json& s) { return shown(s) == "redhead" && s["jobs"].empty() && is_still(s); }));
  person.click("history.0");
  ASSERT_TRUE(person.sees([](const json& s) { return shown(s) == "Original" && is_still(s); }));
  apply("redhead");
  ASSERT_TRUE(person.sees(is_still));
  EXPECT_EQ(person.state()["understood"], "");
}

TEST_F(ActingEngine, AtTheFirstStartThePortraitThatShipsIsThereAndAPromptIsOneClick) {
  ASSERT_TRUE(person.start());
  ASSERT_TRUE(person.sees(
      [](const json& s) { return s["welcome"] == true && is_still(s) && s["marks"].contains("welcome.0"); }));
  EXPECT_TRUE(person.state()["scene"]["picture"].get<std::string>().ends_with("astronaut.jpg"));
  // Above what is offered there.
  const auto upper_half = [&] {
    const Image8 whole = view();
    Image8 half(whole.width, whole.height / 2, 3);
    std::copy_n(whole.pixels.begin(), half.pixels.size(), half.pixels.begin());
    return half;
  };
  const Image8 original = upper_half();
  person.click("welcome.0");
  ASSERT_TRUE(person.sees([](const json& s) { return shown(s) != "Original" && is_still(s); }));
  EXPECT_GT(difference(original, upper_half()), 1);
}

TEST_F(ActingEngine, ItRunsOnWhatIsAskedForOrSaysWhyNot) {
  ASSERT_TRUE(person.start({"--threads", "1", "--device", "cuda", picture.string()}));
  ASSERT_TRUE(person.sees(is_still));
  const std::string device = person.state()["device"];
  EXPECT_TRUE(device.ends_with("1 thread")) << device;
  if (device.starts_with("GPU")) return;
  const std::string notices = person.state()["notices"].dump();
  EXPECT_NE(notices.find("Rendering on the processor: "), std::string::npos) << notices;
  EXPECT_NE(notices.find("The networks run on the processor: "), std::string::npos) << notices;
}

TEST_F(ActingEngine, AMissingModelFileIsNamed) {
  ASSERT_TRUE(person.start({"--model", (folder / "lost.package").string(), picture.string()}));
  ASSERT_TRUE(
      person.sees([](const json& s) { return s["model"]["failed"] == true && !s["notices"].empty(); }));
  EXPECT_NE(person.state()["notices"].dump().find("lost.package"), std::string::npos);
}

TEST_F(ActingEngine, APackageThatIsDroppedIsTheModelInUse) {
  ASSERT_TRUE(person.start({"--model", (folder / "lost.package").string()}));
  ASSERT_TRUE(person.sees([](const json& s) { return s["model"]["failed"] == true; }));
  EXPECT_EQ(person.state()["model"]["name"], "");
  ASSERT_TRUE(person.drop({starter}, "viewport"));
  ASSERT_TRUE(person.sees([](const json& s) { return s["model"]["ready"] == true; }));
  EXPECT_EQ(person.state()["model"]["failed"], false);
  EXPECT_EQ(person.state()["model"]["name"], "Triptych starter");
  EXPECT_EQ(person.state()["status"]["model"], "Triptych starter");
  ASSERT_TRUE(person.drop({picture}, "viewport"));
  ASSERT_TRUE(
      person.sees([&](const json& s) { return s["scene"]["picture"] == picture.string() && is_still(s); }));
  EXPECT_TRUE(person.state()["marks"].contains("style.bronze statue"));
}

}  // namespace
}  // namespace triptych::test
