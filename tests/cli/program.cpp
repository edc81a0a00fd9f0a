#include "cli/program.h"

#include <linux/capability.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <stdexcept>

namespace triptych::test {
namespace {

void limit_to(long bytes, decltype(RLIMIT_AS) resource) {
  if (bytes < 0) return;
  const rlimit limit{static_cast<rlim_t>(bytes), static_cast<rlim_t>(bytes)};
  setrlimit(resource, &limit);
}

[[noreturn]] void become_program(const std::vector<std::string>& arguments, int out, int err,
                                 const Limits& limits) {
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  limit_to(limits.file_bytes, RLIMIT_FSIZE);
  signal(SIGHUP, limits.nohup ? SIG_IGN : SIG_DFL);
  if (limits.plain) prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0);  // fails where nobody has it anyway
  std::vector<char*> list{const_cast<char*>(TRIPTYCH_PROGRAM)};
  for (const auto& argument : arguments) list.push_back(const_cast<char*>(argument.c_str()));
  list.push_back(nullptr);
  limit_to(limits.memory_bytes, RLIMIT_AS);
  execv(TRIPTYCH_PROGRAM, list.data());
  _exit(127);
}

// Appends what is there; false at the end of the stream.
bool read_some(int descriptor, std::string& text) {
  std::array<char, 4096> buffer;
  const ssize_t count = read(descriptor, buffer.data(), buffer.size());
  if (count < 0 && errno == EINTR) return true;
  if (count <= 0) return false;
  text.append(buffer.data(), static_cast<std::size_t>(count));
  return true;
}

}  // namespace

bool Outcome::one_line_error() const {
  const std::string mark = "triptych: ";
  const std::size_t before_last = err.size() < 2 ? std::string::npos : err.rfind('\n', err.size() - 2);
  const std::size_t last = before_last == std::string::npos ? 0 : before_last + 1;
  return err.ends_with('\n') && err.find(mark) == last && err.find('\n' + mark, last) == std::string::npos;
}

RunningProgram::RunningProgram(const std::vector<std::string>& arguments, Limits limits) {
  std::array<int, 2> out{}, err{};
  const bool opened =
      pipe(out.data()) == 0 &&
      (limits.terminal ? openpty(err.data(), &err[1], nullptr, nullptr, nullptr) : pipe(err.data())) == 0;
  if (!opened) throw std::runtime_error("no pipes left");
  child_ = fork();
  if (child_ == 0) become_program(arguments, out[1], err[1], limits);
  close(out[1]);
  close(err[1]);
  out_ = out[0];
  err_ = err[0];
}

RunningProgram::~RunningProgram() {
  if (child_ > 0) {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  stop_reading();
}

void RunningProgram::stop_reading() {
  for (int* const descriptor : {&out_, &err_}) {
    if (*descriptor >= 0) close(*descriptor);
    *descriptor = -1;
  }
}

bool RunningProgram::wait_for(const std::string& text) {
  while (seen_.find(text) == std::string::npos) {
    if (!read_some(err_, seen_)) return false;
  }
  return true;
}

void RunningProgram::send(int signal) const {
  kill(child_, signal);
}

Outcome RunningProgram::finish(std::chrono::milliseconds limit) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + limit;
  bool killed = false;
  Outcome outcome;
  outcome.err = seen_;
  std::array<pollfd, 2> streams{{{out_, POLLIN, 0}, {err_, POLLIN, 0}}};
  while (streams[0].fd >= 0 || streams[1].fd >= 0) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    const int wait = killed ? -1 : static_cast<int>(std::max<std::int64_t>(left, 0));
    const int ready = poll(streams.data(), streams.size(), wait);
    if (ready < 0 && errno != EINTR) break;
    if (ready == 0) {
      killed = true;
      send(SIGKILL);
    }
    if (ready <= 0) continue;
    for (auto& stream : streams) {
      if (stream.fd < 0 || stream.revents == 0) continue;
      if (!read_some(stream.fd, stream.fd == out_ ? outcome.out : outcome.err)) stream.fd = -1;
    }
  }
  int status = 0;
  while (!killed && waitpid(child_, &status, WNOHANG) == 0) {  // it goes on although nobody reads it
    static_cast<void>(poll(nullptr, 0, 10));
    if (Clock::now() < end) continue;
    killed = true;
    send(SIGKILL);
  }
  if (killed) waitpid(child_, &status, 0);
  child_ = -1;
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}

Outcome RunningProgram::interrupt(int signal) {
  send(signal);
  return finish(longest_end);
}

Outcome run_program(const std::vector<std::string>& arguments, Limits limits) {
  RunningProgram program(arguments, limits);
  return program.finish();
}

}  // namespace triptych::test
