// What the program makes of its environment.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>

#include "cli/fixture.h"

namespace triptych::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* policy = "OMP_WAIT_POLICY";

// A variable of this process and its children for as long as the scope lasts.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    set(value);
  }
  ~Variable() { set(before_ ? before_->c_str() : nullptr); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  Variable(Variable&&) = delete;
  Variable& operator=(Variable&&) = delete;

 private:
  void set(const char* value) const { value != nullptr ? setenv(name_, value, 1) : unsetenv(name_); }

  const char* name_;
  std::optional<std::string> before_;
};

class Environment : public ProgramTest {
 protected:
  // Of the program while it works, entries and words of the call with a zero behind each.
  struct Seen {
    std::string environment, call;
  };
  [[nodiscard]] Seen look(const char* value) const {
    const Variable variable(policy, value);
    EXPECT_EQ(mkfifo(path("pipe.png").c_str(), 0600), 0);
    RunningProgram program({"align", path("pipe.png"), "--out", path("x.png")});
    const int bytes = open(path("pipe.png").c_str(), O_WRONLY);  // waits until the program reads
    const std::string process = "/proc/" + std::to_string(program.pid()) + "/";
    Seen seen{read_file(process + "environ").value_or(""), read_file(process + "cmdline").value_or("")};
    EXPECT_EQ(program.interrupt(SIGINT).status, 130);
    close(bytes);
    return seen;
  }
};

// Threads that spin while they wait take the processor from other programs, and from each other.
TEST_F(Environment, IdleThreadsSleepWhereNothingElseIsSaid) {
  const Seen seen = look(nullptr);
  EXPECT_THAT(seen.environment, HasSubstr("OMP_WAIT_POLICY=passive"));
  const std::string zero(1, '\0');
  EXPECT_EQ(seen.call, TRIPTYCH_PROGRAM + zero + "align" + zero + path("pipe.png") + zero + "--out" + zero +
                           path("x.png") + zero);
}

TEST_F(Environment, APolicyThatIsSetStays) {
  const Seen seen = look("active");
  EXPECT_THAT(seen.environment, HasSubstr("OMP_WAIT_POLICY=active"));
  EXPECT_THAT(seen.environment, Not(HasSubstr("passive")));
}

}  // namespace
}  // namespace triptych::test
