// The desktop's own dialogs, which leave the window usable: a program called zenity that names the file a
// test tells it.
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include "acting.h"
#include "core/atomic_file.h"

namespace triptych::test {
namespace {

namespace fs = std::filesystem;

class ActingDialogs : public Acting {
 protected:
  ActingDialogs() {
    fs::create_directories(bin());
    std::ofstream(bin() / "zenity") << "#!/bin/sh\ncd \"${0%/*}\"\necho $$ >> asked\nexec cat answer\n";
    fs::permissions(bin() / "zenity", fs::perms::owner_all);
    EXPECT_EQ(mkfifo((bin() / "answer").c_str(), 0600), 0);
    const char* path = std::getenv("PATH");
    before_ = path == nullptr ? "" : path;
    setenv("PATH", (bin().string() + ":" + before_).c_str(), 1);
  }
  ~ActingDialogs() override { setenv("PATH", before_.c_str(), 1); }

  // The processes that have asked so far.
  [[nodiscard]] std::vector<int> asked() const {
    std::ifstream file(bin() / "asked");
    std::vector<int> processes;
    for (int process = 0; file >> process;) processes.push_back(process);
    return processes;
  }
  void ask(const std::string& keys) {
    person.key(keys);
    ASSERT_TRUE(person.sees([](const json& s) { return s["dialogs"]["desktop"] == true; }));
  }
  void answer(const fs::path& file) {
    std::ofstream(bin() / "answer") << file.string() << "\n";  // waits until it is read
    ASSERT_TRUE(person.sees([](const json& s) { return s["dialogs"]["desktop"] == false; }));
  }

 private:
  [[nodiscard]] fs::path bin() const { return folder / "bin"; }
  std::string before_;
};

TEST_F(ActingDialogs, WhileOneIsOpenNoOtherOpensAndItsAnswerIsItsOwn) {
  begin();
  const auto photo = make_picture(folder, "photo.png");
  const std::string bytes = read_file(photo).value_or("");
  ASSERT_NO_FATAL_FAILURE(ask("ctrl+o"));
  for (const char* keys : {"ctrl+o", "ctrl+s"}) {
    person.key(keys);
    ASSERT_TRUE(person.sees([](const json& s) { return !s["notices"].empty(); }));
    EXPECT_NE(person.state()["notices"][0]["sentence"].get<std::string>().find("already"), std::string::npos);
  }
  ASSERT_TRUE(person.sees([](const json& s) { return s["notices"][0]["count"] == 2; }));
  answer(photo);
  ASSERT_TRUE(
      person.sees([&](const json& s) { return s["scene"]["picture"] == photo.string() && is_still(s); }));
  EXPECT_EQ(asked().size(), 1U);
  EXPECT_EQ(person.state()["session"], "");
  EXPECT_EQ(read_file(photo).value_or(""), bytes);
}

TEST_F(ActingDialogs, ClosingTheWindowClosesThem) {
  begin();
  ASSERT_NO_FATAL_FAILURE(ask("ctrl+o"));
  person.close();
  EXPECT_EQ(person.wait_exit(), 0);
  const auto processes = asked();
  ASSERT_EQ(processes.size(), 1U);
  EXPECT_NE(kill(processes[0], 0), 0);
}

TEST_F(ActingDialogs, ANameWithoutItsSuffixReplacesNothingUnasked) {
  begin();
  const auto session = folder / "work.triptych";
  ASSERT_TRUE(write_file(session, std::string_view("precious")));
  ASSERT_NO_FATAL_FAILURE(ask("ctrl+s"));
  answer(folder / "work");
  ASSERT_TRUE(person.sees([](const json& s) { return s["marks"].contains("dialog.accept"); }));
  EXPECT_EQ(read_file(session).value_or(""), "precious");
  person.click("dialog.accept");
  ASSERT_TRUE(person.sees([&](const json& s) { return s["session"] == session.string(); }));
  ASSERT_NO_FATAL_FAILURE(ask("ctrl+shift+s"));
  answer(folder / "fresh");  // nothing to ask about
  EXPECT_TRUE(
      person.sees([&](const json& s) { return s["session"] == (folder / "fresh.triptych").string(); }));
}

TEST_F(ActingDialogs, ANameThatSaysAnotherKindOfFileIsAskedForAgain) {
  begin();
  ASSERT_NO_FATAL_FAILURE(ask("ctrl+s"));
  answer(folder / "work.mp4");
  ASSERT_TRUE(person.sees([](const json& s) { return s["marks"].contains("dialog.wrong_suffix"); }));
  type_path(folder / "work.triptych");
  EXPECT_TRUE(
      person.sees([&](const json& s) { return s["session"] == (folder / "work.triptych").string(); }));
  EXPECT_FALSE(fs::exists(folder / "work.mp4"));
}

TEST_F(ActingDialogs, AnExportIsOfTheHeadThatWasShownWhenItWasAskedFor) {
  begin();
  apply("clown");
  ASSERT_TRUE(person.sees(is_still));
  const auto export_to = [&](const std::string& name, const std::string& meanwhile) {
    person.click("export");
    person.click("export.start");
    ASSERT_TRUE(person.sees([](const json& s) { return s["dialogs"]["desktop"] == true; }));
    if (!meanwhile.empty()) {
      person.click(meanwhile);
      ASSERT_TRUE(person.sees([](const json& s) { return shown(s) == "Original"; }));
    }
    answer(folder / name);
    ASSERT_TRUE(person.sees([&](const json& s) {
      return std::ranges::any_of(s["notices"],
                                 [&](const json& n) { return n["sentence"] == "Exported " + name; });
    }));
  };
  ASSERT_NO_FATAL_FAILURE(export_to("at_once.png", ""));
  ASSERT_NO_FATAL_FAILURE(export_to("later.png", "history.0"));
  EXPECT_TRUE(read_file(folder / "at_once.png").value_or("") ==
              read_file(folder / "later.png").value_or("?"));
}

}  // namespace
}  // namespace triptych::test
