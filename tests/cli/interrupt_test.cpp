// An interrupt ends the program at once, whatever it was doing, and nothing unfinished stays behind.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <nlohmann/json.hpp>

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
                         testing::Values(std::pair(SIGINT, 130), std::pair(SIGTERM, 143),
                                         std::pair(SIGHUP, 129)));

class Signals : public ProgramTest {};

// nohup is for work that goes on when its terminal is gone.
TEST_F(Signals, AHangUpThatIsIgnoredStaysSo) {
  RunningProgram program(
      {"turntable", path("head.tri"), "--out", path("x.mp4"), "--seconds", "600", "--size", "256"},
      {.nohup = true});
  ASSERT_TRUE(program.wait_for_line());
  program.send(SIGHUP);
  EXPECT_EQ(program.interrupt(SIGINT).status, 130);  // not the 129 of what came first
}

// A shell hangs up its jobs when its terminal is closed, and the kernel does once more.
TEST_F(Signals, HangingUpTwiceEndsInOrderToo) {
  const auto before = files();
  RunningProgram program(
      {"turntable", path("head.tri"), "--out", path("x.mp4"), "--seconds", "600", "--size", "256"});
  ASSERT_TRUE(program.wait_for_line());
  program.send(SIGHUP);
  const Outcome outcome = program.interrupt(SIGHUP);
  EXPECT_EQ(outcome.status, 129);
  EXPECT_NE(outcome.err.find("nothing unfinished was left behind"), std::string::npos) << outcome.err;
  EXPECT_EQ(files(), before);
}

// As `triptych ... 2>&1 | head -1`: what nobody reads is lost, the work is not.
TEST_F(Signals, WorkGoesOnWhenNobodyReadsWhatItSays) {
  auto expected = files();
  expected.insert("x.ply");
  RunningProgram program({"mesh", path("head.tri"), "--out", path("x.ply"), "--resolution", "16"});
  program.stop_reading();
  EXPECT_EQ(program.finish().status, 0);
  EXPECT_EQ(files(), expected);
}

class ProgressLines : public ProgramTest {
 protected:
  // What work of more than a second prints.
  [[nodiscard]] std::string said_by_quiet_work(bool terminal) const {
    double total_ms = 0;
    std::string said;
    for (int seconds = 1; total_ms < 1500 && seconds <= 600; seconds *= 4) {
      RunningProgram program({"turntable", path("head.tri"), "--out", path("x.mp4"), "--size", "256",
                              "--seconds", std::to_string(seconds), "--json", path("report.json"), "--quiet"},
                             {.terminal = terminal});
      const Outcome outcome = program.finish();
      EXPECT_EQ(outcome.status, 0);
      said = outcome.out + outcome.err;
      const auto report = nlohmann::json::parse(read_file(folder_ / "report.json").value_or("{}"));
      total_ms = report["times_ms"].value("total", 0.0);
    }
    EXPECT_GE(total_ms, 1500) << "too quick to have said anything";
    return said;
  }
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

// Work that tells of no step, here one that waits for its picture, is seen to go on; its line is wiped away.
TEST_F(ProgressLines, GoOnByThemselvesOnATerminal) {
  ASSERT_EQ(mkfifo(path("pipe.png").c_str(), 0600), 0);
  RunningProgram program({"align", path("pipe.png"), "--out", path("x.png")}, {.terminal = true});
  ASSERT_TRUE(program.wait_for(" s\r\033[Kworking  "));
  close(open(path("pipe.png").c_str(), O_WRONLY));  // it was no picture
  const Outcome outcome = program.finish();
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("\r\033[Ktriptych: " + path("pipe.png")));
}

TEST_F(ProgressLines, AreNotForQuietWork) {
  EXPECT_EQ(said_by_quiet_work(false), "");
  EXPECT_EQ(said_by_quiet_work(true), "");
}

}  // namespace
}  // namespace triptych::test
