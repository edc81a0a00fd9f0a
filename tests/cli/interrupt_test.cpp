// An interrupt ends the program at once, whatever it was doing, and nothing unfinished stays behind.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "cli/fixture.h"
#include "support/patience.h"
#include "support/published_checkpoint.h"

namespace triptych::test {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

// Tells when something is made in a folder.
class FolderWatch {
 public:
  explicit FolderWatch(const std::string& folder) : events_(inotify_init1(IN_CLOEXEC)) {
    EXPECT_GE(inotify_add_watch(events_, folder.c_str(), IN_CREATE), 0);
  }
  ~FolderWatch() { close(events_); }
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;
  FolderWatch(FolderWatch&&) = delete;
  FolderWatch& operator=(FolderWatch&&) = delete;

  [[nodiscard]] bool wait() const {
    pollfd event{events_, POLLIN, 0};
    return poll(&event, 1, static_cast<int>(std::chrono::milliseconds(patience).count())) == 1;
  }

 private:
  int events_;
};

class Interrupted : public ProgramTest, public testing::WithParamInterface<std::pair<int, int>> {
 protected:
  // Ended by the signal: with its status, and with the files of before.
  void expect_clean_end(RunningProgram& program, const std::set<std::string>& before) {
    const auto [signal, status] = GetParam();
    EXPECT_EQ(program.interrupt(signal).status, status);
    EXPECT_EQ(files(), before);
  }
  // Work for minutes, stopped at its first line of progress.
  void stop_at_work(const std::vector<std::string>& call) {
    SCOPED_TRACE(testing::PrintToString(call));
    const auto before = files();
    RunningProgram program(call);
    ASSERT_TRUE(program.wait_for_line());
    expect_clean_end(program, before);
  }
  // A program that waits for the bytes of its picture, which never come: it cannot stop by itself.
  void stop_while_it_waits(const std::vector<std::string>& call) {
    SCOPED_TRACE(testing::PrintToString(call));
    const auto before = files();
    RunningProgram program(call);
    const int bytes = open(path("pipe").c_str(), O_WRONLY);  // waits until the program reads
    ASSERT_GE(bytes, 0);
    expect_clean_end(program, before);
    close(bytes);
  }
};

TEST_P(Interrupted, TurntableLeavesNothing) {
  for (const std::string suffix : {".mp4", ".gif", ".webp", ".png"}) {
    stop_at_work(
        {"turntable", path("head.tri"), "--out", path("x" + suffix), "--seconds", "600", "--size", "256"});
  }
}

TEST_P(Interrupted, MeshAndRenderLeaveNothing) {
  stop_at_work({"mesh", path("head.tri"), "--out", path("x.ply"), "--resolution", "1024"});
  stop_at_work(
      {"render", path("head.tri"), "--out", path("x.png"), "--depth", path("x.npy"), "--size", "8192"});
}

// While it writes a package of hundreds of megabytes.
TEST_P(Interrupted, ImportLeavesNothing) {
  write_checkpoint(folder_ / "3dpe.pt", published_tensors(true));
  std::filesystem::create_directory(folder_ / "package");
  const auto before = files();
  const FolderWatch watch(path("package"));
  RunningProgram program({"model", "import", path("3dpe.pt"), "--out", path("package/")});
  ASSERT_TRUE(watch.wait());
  expect_clean_end(program, before);
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "package"));
}

TEST_P(Interrupted, EvenWhatHangsIsEnded) {
  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
  stop_while_it_waits({"align", path("pipe"), "--out", path("x.png"), "--json", path("x.json")});
  stop_while_it_waits({"edit", path("pipe"), "--out", path("x.tri"), "--views", path("x.png")});
  stop_while_it_waits({"tour", path("pipe"), "--out", path("out")});
}

INSTANTIATE_TEST_SUITE_P(Signals, Interrupted,
                         testing::Values(std::pair(SIGINT, 130), std::pair(SIGTERM, 143)));

class ProgressLines : public ProgramTest {
 protected:
  [[nodiscard]] std::vector<std::string> long_work() const {
    return {"turntable", path("head.tri"), "--out", path("x.mp4"), "--seconds", "600", "--size", "256"};
  }
};

TEST_F(ProgressLines, SayStepRateAndTimeLeft) {
  RunningProgram program(long_work());
  ASSERT_TRUE(program.wait_for_line());
  const std::string err = program.interrupt(SIGINT).err;
  EXPECT_THAT(err.substr(0, err.find('\n')),
              MatchesRegex("rendering the frames  [0-9]+ %  [0-9.]+ %/s  [0-9a-z ]+ left"));
}

// On a terminal one line is written over and over, and the last one is wiped away.
TEST_F(ProgressLines, StayOnOneLineOfATerminal) {
  RunningProgram program(long_work(), {.terminal = true});
  ASSERT_TRUE(program.wait_for("left\r"));
  const Outcome outcome = program.interrupt(SIGINT);
  EXPECT_THAT(outcome.err, HasSubstr(" %/s  "));
  const auto message = outcome.err.find("triptych: interrupted");
  ASSERT_NE(message, std::string::npos) << outcome.err;
  EXPECT_EQ(outcome.err.find('\n'), outcome.err.find('\n', message)) << "more than one line";
  EXPECT_EQ(outcome.err.substr(message - 4, 4), "\r\033[K");
}

}  // namespace
}  // namespace triptych::test
