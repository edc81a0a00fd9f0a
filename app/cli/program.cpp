#include "cli/program.h"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <new>
#include <string>
#include <vector>

#include "cli/assets.h"
#include "cli/interrupt.h"
#include "cli/progress_line.h"
#include "cli/verbs.h"
#include "core/atomic_file.h"
#ifdef TRIPTYCH_WINDOW
#include "window/window.h"
#endif

namespace triptych::cli {
namespace {

using Clock = std::chrono::steady_clock;

int exit_status(const Error& error) {
  switch (error.code) {
    case ErrorCode::usage:
      return 2;
    case ErrorCode::cancelled:
    case ErrorCode::failed:
    case ErrorCode::out_of_memory:
      return 1;
  }
  return 1;
}

int complain(const Error& error) {
  // A sentence is one line, whatever a library put into it.
  std::string line = error.message;
  for (char& c : line) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  std::fprintf(stderr, "triptych: %s\n", line.c_str());
  return exit_status(error);
}

nlohmann::json begin_report(const Command& command, const Common& common) {
  return {{"verb", command.app->get_name()},
          {"versions", {{"triptych", TRIPTYCH_VERSION}}},
          {"inputs", nlohmann::json::object()},
          {"options", {{"threads", common.threads}, {"device", common.device}, {"seed", common.seed}}},
          {"times_ms", nlohmann::json::object()}};
}

Status write_report(const std::filesystem::path& path, const nlohmann::json& report) {
  return write_file(path, report.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

// Exceptions of libraries end here: a verb that lets one through still fails with a sentence.
Status guarded(const Verb& verb, Context& context) {
  try {
    return verb(context);
  } catch (const std::bad_alloc&) {
    return fail("out of memory; close other programs or ask for a smaller size", {},
                ErrorCode::out_of_memory);
  } catch (const std::exception& exception) {
    return fail(std::string("unexpected failure: ") + exception.what());
  }
}

int run_command(const Command& command, const Common& common) {
  Progress progress;
  const Interrupt interrupt(progress);
  ProgressLine line(progress, common.quiet);
  ThreadPool pool(common.threads);
  nlohmann::json report = begin_report(command, common);
  Context context{common, pool, progress, report, find_assets(), [&](const std::string& text) {
                    if (common.quiet) return;
                    line.clear();
                    std::printf("%s\n", text.c_str());
                    std::fflush(stdout);
                  }};

  const auto started = Clock::now();
  Status status = guarded(command.verb, context);
  line.clear();
  if (interrupt.signal() != 0) {
    discard_unfinished_files();
    std::fprintf(stderr, "triptych: interrupted; nothing unfinished was left behind\n");
    return 128 + interrupt.signal();
  }
  report["times_ms"]["total"] = std::chrono::duration<double, std::milli>(Clock::now() - started).count();
  if (status && !common.json.empty()) status = write_report(common.json, report);
  return status ? 0 : complain(status.error());
}

// `triptych FILE...`: the window. A word that is neither a verb nor a file is a wrong call.
int open_window(const std::vector<std::string>& files) {
  for (const auto& file : files) {
    std::error_code error;
    if (std::filesystem::exists(file, error)) continue;
    const bool looks_like_path = file.find_first_of("./") != std::string::npos;
    if (looks_like_path)
      return complain(Error{file + ": no such file; check the name", {}, ErrorCode::failed});
    return complain(
        Error{file + ": neither a verb nor a file; triptych --help lists the verbs", {}, ErrorCode::usage});
  }
#ifdef TRIPTYCH_WINDOW
  return run_window({files.begin(), files.end()});
#else
  return complain(Error{
      "this build has no window; use a verb (triptych --help), or build with -DTRIPTYCH_WINDOW=ON", {}, {}});
#endif
}

}  // namespace

int run_program(int argc, char** argv) {
  // A limit on the size of files is a failed write like a full disk, not the end of the program.
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    CLI::App root("Portrait and prompt in, a head to turn around out.", "triptych");
    Common common;
    std::vector<std::string> files;
    root.set_version_flag("--version", std::string("triptych ") + TRIPTYCH_VERSION);
    root.add_option("FILE", files,
                    "a picture, a .tri head, a model package or a folder of pairs, for the window");
    root.require_subcommand(0, 1);
    const std::vector<Command> commands = add_verbs(root, common);
    try {
      root.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      if (error.get_exit_code() == 0) return root.exit(error);  // --help, --version
      return complain(
          Error{std::string(error.what()) + "; triptych --help tells how to call it", {}, ErrorCode::usage});
    }
    for (const auto& command : commands) {
      if (command.app->parsed()) return run_command(command, common);
    }
    return open_window(files);
  } catch (const std::exception& exception) {
    return complain(Error{std::string("unexpected failure: ") + exception.what(), {}, ErrorCode::failed});
  }
}

}  // namespace triptych::cli
