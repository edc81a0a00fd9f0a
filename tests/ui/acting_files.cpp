// Files as people have them: dropped, changed, deleted, huge, with names in any language, on a full disk.
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <thread>
#include <tuple>

#include "acting.h"
#include "core/atomic_file.h"
#include "xdnd.h"

namespace triptych::test {
namespace {

class ActingFiles : public Acting {
 protected:
  [[nodiscard]] bool sees_notice(const std::string& part) {
    return person.sees([&](const json& s) {
      return std::ranges::any_of(s["notices"], [&](const json& notice) {
        return notice["sentence"].get<std::string>().find(part) != std::string::npos;
      });
    });
  }
  // A video that takes until it is cancelled.
  void begin_slow_export() {
    person.key("ctrl+e");
    person.click("export.kind.1");
    ASSERT_TRUE(person.sees([](const json& s) { return s["marks"].contains("export.seconds"); }));
    person.click("export.start");
    type_path(folder / "slow.mp4");
  }
  void drag_landmark() {
    const std::string landmark = "landmark";
    person.drag(landmark, 0.5F, 0.5F, 3, 0.5F);
  }
};

TEST_F(ActingFiles, WhereAFileWouldLandIsHighlighted) {
  begin();
  const Image8 before = person.screenshot();
  const auto file = make_picture(folder, "style.png");
  Person::xdotool("mousemove 1390 990 mousedown 1");  // in the file manager
  FileDrag drag(person.window(), {file});
  for (const char* place : {"viewport", "prompt.panel"}) {
    const auto at = person.at(place);
    person.hover(place);
    ASSERT_TRUE(drag.move(at.x, at.y));
    ASSERT_TRUE(person.sees([&](const json& s) { return s["drop_target"] == place; }));
    const Image8 now = person.screenshot();
    const json mark = person.state()["marks"][place];
    EXPECT_GT(difference(cut(now, mark), cut(before, mark)), 2) << place;
  }
  Person::xdotool("mouseup 1");
  ASSERT_TRUE(drag.drop());
  EXPECT_TRUE(person.sees(
      [](const json& s) { return s["drop_target"] == "" && s["draft"]["reference"] == "style.png"; }));
}

TEST_F(ActingFiles, OfSeveralReferencesTheFirstIsTaken) {
  begin();
  ASSERT_TRUE(person.drop({make_picture(folder, "a.png"), make_picture(folder, "b.png")}, "prompt.panel"));
  ASSERT_TRUE(person.sees([](const json& s) { return s["draft"]["reference"] == "a.png"; }));
  EXPECT_TRUE(sees_notice("one reference"));
  EXPECT_EQ(person.state()["scene"]["picture"], picture.string());
}

TEST_F(ActingFiles, TwentyBadFilesGiveOneNoticeThatCanBeCopied) {
  begin();
  std::vector<std::filesystem::path> files;
  for (int i = 0; i < 20; ++i) {
    files.push_back(folder / ("broken" + std::to_string(i) + ".png"));
    std::ofstream(files.back()) << "this is no picture";
  }
  ASSERT_TRUE(person.drop(files, "viewport"));
  ASSERT_TRUE(sees_notice("20 of 20 files could not be opened"));
  const json& notices = person.state()["notices"];
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_NE(notices[0]["details"].get<std::string>().find("broken19.png"), std::string::npos);
  EXPECT_EQ(shown(person.state()), "Original");
  person.click("notice.1.close");
  ASSERT_TRUE(person.sees([](const json& s) { return s["notices"].empty(); }));
  ASSERT_TRUE(person.drop({files[0]}, "viewport"));
  ASSERT_TRUE(sees_notice("broken0.png"));
  person.click("notice.2.copy");
  person.click("viewport", 2);
  person.key("ctrl+v");  // a prompt, as text from anywhere would be
  EXPECT_TRUE(person.sees([](const json& s) {
    return s["draft"]["text"].get<std::string>().find("broken0.png") != std::string::npos;
  }));
}

TEST_F(ActingFiles, AChangedOrDeletedPictureIsSaidAndTheHeadStays) {
  begin();
  person.click("picture.zoom");
  ASSERT_TRUE(save_picture(picture, Image8(300, 200, 3, 90)));
  drag_landmark();
  ASSERT_TRUE(sees_notice("portrait.png: the picture has changed since it was opened"));
  std::filesystem::remove(picture);
  drag_landmark();
  ASSERT_TRUE(person.sees([](const json& s) { return s["notices"].size() == 2; }));
  EXPECT_EQ(person.state()["scene"]["corrected"], false);
  apply("clown");  // the portrait was read when it was opened
  EXPECT_TRUE(person.sees(is_still));
}

TEST_F(ActingFiles, AWidePictureWithAForeignNameIsOpenedSavedAndFoundAgain) {
  const std::string name = "\xD0\x9C\xD0\xB0\xD1\x88\xD0\xB0 \xE8\x82\x96\xE5\x83\x8F";  // Cyrillic, Chinese
  picture = folder / (name + ".png");
  ASSERT_TRUE(save_picture(picture, Image8(10000, 900, 3, 140)));
  ASSERT_TRUE(person.start());
  ASSERT_TRUE(person.drop({picture}, "viewport"));
  ASSERT_TRUE(
      person.sees([&](const json& s) { return s["scene"]["picture"] == picture.string() && is_still(s); }));
  person.key("ctrl+s");
  person.click("dialog.accept");  // under the name that is suggested, where the window was started
  const auto session = folder / (name + ".triptych");
  ASSERT_TRUE(person.sees([&](const json& s) { return s["session"] == session.string(); }));
  person.close();
  EXPECT_EQ(person.wait_exit(), 0);
  ASSERT_TRUE(person.start());
  person.click("recent.0");
  EXPECT_TRUE(person.sees([&](const json& s) { return s["session"] == session.string() && is_still(s); }));
}

TEST_F(ActingFiles, AFullDiskIsSaidAndSavingWorksOnceThereIsRoom) {
  begin();
  const auto session = folder / "work.triptych";
  person.key("ctrl+s");
  type_path(session);
  ASSERT_TRUE(person.sees([](const json& s) { return s["session"] != ""; }));
  const auto size = std::filesystem::file_size(session);
  apply("clown");
  // The window's files cannot grow beyond what its state takes.
  const auto limit_files = [&](rlim_t bytes) {
    const rlimit limit{bytes, RLIM_INFINITY};
    return prlimit(person.process(), RLIMIT_FSIZE, &limit, nullptr) == 0;
  };
  ASSERT_TRUE(limit_files(64 << 10));
  person.key("ctrl+s");
  ASSERT_TRUE(sees_notice("work.triptych"));
  ASSERT_TRUE(person.sees([](const json& s) {
    return std::ranges::any_of(s["notices"], [](const json& n) { return n["kind"] == 2; });
  }));
  EXPECT_EQ(person.state()["unsaved"], true);
  EXPECT_EQ(std::filesystem::file_size(session), size);
  ASSERT_TRUE(limit_files(RLIM_INFINITY));
  person.key("ctrl+s");
  EXPECT_TRUE(person.sees([](const json& s) { return s["unsaved"] == false; }));
}

TEST_F(ActingFiles, TransparentPicturesAreExportedTwiceAndFourTimesAsLarge) {
  begin();
  person.key("ctrl+e");
  person.click("export.transparent");
  person.key("Escape");  // what was chosen stays so
  for (const auto& [size, name, pixels] :
       {std::tuple{"export.size.1", "twice", 1024}, {"export.size.2", "four", 2048}}) {
    person.key("ctrl+e");
    person.click(size);
    person.click("export.start");
    type_path(folder / name);  // without a suffix it gets the usual one
    ASSERT_TRUE(sees_notice(std::string("Exported ") + name + ".png"));
    const auto shot = load_picture(folder / (std::string(name) + ".png"));
    ASSERT_TRUE(shot);
    EXPECT_EQ(shot->rgb.width, pixels);
    EXPECT_EQ(shot->rgb.height, pixels);
    EXPECT_EQ(shot->rgb.at(4, 4, 0), 128);  // what load_picture lays transparent pixels over
  }
}

TEST_F(ActingFiles, AnExportIsListedAndCancelled) {
  begin();
  begin_slow_export();
  person.click("jobs");
  person.click("job.Exporting slow.mp4.cancel");
  ASSERT_TRUE(person.sees([](const json& s) { return s["jobs"].empty(); }));
  EXPECT_TRUE(person.state()["notices"].empty());
  EXPECT_FALSE(std::filesystem::exists(folder / "slow.mp4"));
}

TEST_F(ActingFiles, APictureIsNotExportedAsAVideoAndTheDialogSaysSo) {
  begin();
  person.key("ctrl+e");
  person.click("export.start");
  type_path(folder / "pic.mp4");
  ASSERT_TRUE(person.sees([](const json& s) { return s["marks"].contains("dialog.wrong_suffix"); }));
  EXPECT_EQ(person.state()["dialogs"]["file"], true);
  type_path(folder / "pic.PNG");
  EXPECT_TRUE(sees_notice("Exported pic.PNG"));
  EXPECT_FALSE(std::filesystem::exists(folder / "pic.mp4"));
}

TEST_F(ActingFiles, ClosingDuringAnExportAsksAndLeavesNoFile) {
  begin();
  begin_slow_export();
  ASSERT_TRUE(person.sees([](const json& s) { return !s["jobs"].empty() && s["dialogs"]["file"] == false; }));
  person.close();
  person.click("quit.confirm");
  EXPECT_EQ(person.wait_exit(), 0);
  EXPECT_FALSE(std::filesystem::exists(folder / "slow.mp4"));
}

TEST_F(ActingFiles, ATerminatedWindowLeavesNoUnfinishedFileAndItsWorkIsOfferedAgain) {
  begin();
  apply("clown");
  ASSERT_TRUE(person.sees([](const json& s) { return is_still(s) && is_autosaved(s); }));
  const auto hidden = [&] {
    std::filesystem::directory_iterator entries(folder.path());
    return std::count_if(std::filesystem::begin(entries), std::filesystem::end(entries),
                         [](const auto& entry) { return entry.path().filename().string()[0] == '.'; });
  };
  begin_slow_export();
  ASSERT_TRUE(person.sees([](const json& s) { return !s["jobs"].empty() && s["dialogs"]["file"] == false; }));
  while (hidden() == 0) std::this_thread::yield();  // it is being written
  kill(person.process(), SIGTERM);
  EXPECT_EQ(person.wait_exit(), 128 + SIGTERM);
  EXPECT_EQ(hidden(), 0);
  ASSERT_TRUE(person.start());
  EXPECT_EQ(person.state()["recoverable"], true);
}

TEST_F(ActingFiles, UnsavedEditsAreAskedForAndSavedOnTheWayOut) {
  begin();
  apply("clown");
  person.close();
  person.click("quit.stay");
  ASSERT_TRUE(person.sees([](const json& s) { return s["dialogs"]["quit"] == false; }));
  person.close();
  person.click("quit.save");
  type_path(folder / "work.triptych");
  EXPECT_EQ(person.wait_exit(), 0);
  EXPECT_TRUE(std::filesystem::exists(folder / "work.triptych"));
}

TEST_F(ActingFiles, AFileOfTheSameNameInAnotherFolderIsAskedAboutToo) {
  std::filesystem::create_directories(folder / "here");
  const auto outside = folder / "portrait.triptych";
  ASSERT_TRUE(write_file(outside, std::string_view("precious")));
  ASSERT_TRUE(write_file(folder / "here/portrait.triptych", std::string_view("precious")));
  begin();
  const auto asks = [&](bool wanted) {
    return person.sees([&](const json& s) { return s["marks"].contains("dialog.exists") == wanted; });
  };
  person.key("ctrl+s");
  type_path(folder / "here/first.triptych");  // the folder that is listed from now on
  ASSERT_TRUE(person.sees([&](const json& s) { return s["session"] != ""; }));
  person.key("ctrl+shift+s");
  person.click("dialog.accept");
  ASSERT_TRUE(asks(true));
  person.click("dialog.up");
  ASSERT_TRUE(asks(false));
  person.click("dialog.accept");
  ASSERT_TRUE(asks(true));
  EXPECT_EQ(read_file(outside).value_or(""), "precious");
  person.click("dialog.accept");
  EXPECT_TRUE(person.sees([&](const json& s) { return s["session"] == outside.string(); }));
}

}  // namespace
}  // namespace triptych::test
