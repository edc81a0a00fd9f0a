#include "cli/program.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/assets.h"
#include "cli/files.h"
#include "cli/interrupt.h"
#include "cli/one_line.h"
#include "cli/progress_line.h"
#include "cli/report.h"
#include "cli/verbs.h"
#include "cli/wrong_call.h"
#include "core/atomic_file.h"
#include "core/guarded.h"
#include "face/align.h"
#include "model/torch_setup.h"
#ifdef TRIPTYCH_WINDOW
#include "state/engine_services.h"
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
  std::fprintf(stderr, "triptych: %s\n", one_line(error.message).c_str());
  return exit_status(error);
}

int run_command(const CLI::App& root, const Command& command, const Common& common) {
  Progress progress;
  const Interrupt interrupt(progress);
  if (const Status good = check_outputs(root, common.json); !good) return complain(good.error());
  set_face_threads(common.threads);
  ThreadPool pool(common.threads);
  nlohmann::json report = begin_report(command, common);
  ProgressLine line(progress, common.quiet);
  // A report on standard output is alone there.
  std::FILE* const lines = is_standard_output(common.json) ? stderr : stdout;
  Context context{common, pool, progress, report, find_assets(), [&](const std::string& text) {
                    if (!common.quiet) line.print(lines, text);
                  }};

  const auto started = Clock::now();
  Status status = guarded([&] { return command.verb(context); });
  line.end();
  if (interrupt.signal() != 0) {
    discard_unfinished_files();
    std::fprintf(stderr, "triptych: interrupted; nothing unfinished was left behind\n");
    return 128 + interrupt.signal();
  }
  if (!report.empty()) {
    report["times_ms"]["total"] = std::chrono::duration<double, std::milli>(Clock::now() - started).count();
  }
  if (status && !common.json.empty() && !report.empty()) status = write_report(common.json, report);
  return status ? 0 : complain(status.error());
}

struct WindowSize {
  int width = 0, height = 0;  // pixels
};

// The whole text as WIDTHxHEIGHT; none where it is something else, or nothing that a window can be.
std::optional<WindowSize> window_size(const std::string& text) {
  constexpr int least = 320, most = 16384;
  const auto fits = [](int side) { return side >= least && side <= most; };
  const char* const end = text.data() + text.size();
  WindowSize size;
  const auto [x, no_width] = std::from_chars(text.data(), end, size.width);
  if (no_width != std::errc() || x == end || *x != 'x') return std::nullopt;
  const auto [rest, no_height] = std::from_chars(x + 1, end, size.height);
  if (no_height != std::errc() || rest != end || !fits(size.width) || !fits(size.height)) return std::nullopt;
  return size;
}

// `triptych FILE...`: the window. A word that is neither a verb nor a file is a wrong call.
struct WindowCall {
  std::vector<std::string> files;
  std::string model, dump_state;
  std::string size;  // WIDTHxHEIGHT
  bool safe_mode = false;
};

int open_window(const WindowCall& call, [[maybe_unused]] const Common& common) {
  const auto size = window_size(call.size);
  if (!size && !call.size.empty()) {
    return complain(
        Error{call.size + ": no size of a window; --size takes WIDTHxHEIGHT, each from 320 to 16384 pixels",
              {},
              ErrorCode::usage});
  }
  for (const auto& file : call.files) {
    if (file.empty()) return complain(Error{"FILE: the name is empty", {}, ErrorCode::usage});
    std::error_code error;
    if (std::filesystem::exists(file, error)) continue;
    const bool looks_like_path = file.find_first_of("./") != std::string::npos;
    if (looks_like_path)
      return complain(Error{file + ": no such file; check the name", {}, ErrorCode::failed});
    return complain(
        Error{file + ": neither a verb nor a file; triptych --help lists the verbs", {}, ErrorCode::usage});
  }
#ifdef TRIPTYCH_WINDOW
  const auto assets = find_assets();
  app::EngineOptions engine;
  engine.face_models = find_model(assets, "face");
  engine.model = call.model.empty() ? find_model(assets, "starter") : std::filesystem::path(call.model);
  engine.prompt_assets = find_model(assets, "prompt");
  engine.loss_models = find_model(assets, "st_lpips.safetensors").parent_path();
  engine.threads = common.threads;
  if (common.device == "cpu") engine.device = Device::cpu;
  if (common.device == "cuda") engine.device = Device::cuda;
  app::WindowOptions window;
  window.files.assign(call.files.begin(), call.files.end());
  window.assets = assets;
  window.dump_state = call.dump_state;
  window.safe_mode = call.safe_mode;
  if (size) {
    window.width = size->width;
    window.height = size->height;
  }
  const auto services = app::make_engine_services(engine);
  const Status status = app::run_window(window, *services);
  return status ? 0 : complain(status.error());
#else
  return complain(Error{
      "this build has no window; use a verb (triptych --help), or build with -DTRIPTYCH_WINDOW=ON", {}, {}});
#endif
}

// What was called, the last word first, as CLI11 wants it. "help mesh" is "mesh --help".
std::vector<std::string> words_of(int argc, char** argv) {
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  if (!words.empty() && words.front() == "help") {
    words.erase(words.begin());
    words.emplace_back("--help");
  }
  std::reverse(words.begin(), words.end());
  return words;
}

}  // namespace

int run_program(int argc, char** argv) {
  // A limit on the size of files is a failed write like a full disk, not the end of the program.
  std::signal(SIGXFSZ, SIG_IGN);
  // Standard error is for our one line; what the video libraries would print there says less.
  setenv("OPENCV_FFMPEG_LOGLEVEL", "-8", 0);
  setenv("OPENCV_LOG_LEVEL", "SILENT", 0);
  try {
    CLI::App root("Portrait and prompt in, a head to turn around out.", "triptych");
    Common common;
    WindowCall window;
    root.set_version_flag("--version", std::string("triptych ") + TRIPTYCH_VERSION);
    root.add_option("FILE", window.files,
                    "a picture, a .tri head, a model package or a folder of pairs, for the window");
    root.add_option("--model", window.model, "the model package to start the window with");
    root.add_flag("--safe-mode", window.safe_mode,
                  "the window without stored preferences, layout and autosaves");
    root.add_option("--dump-state", window.dump_state,
                    "the window writes its state as JSON after each change");
    root.add_option("--size", window.size, "the window's first size, WIDTHxHEIGHT")->take_last();
    add_common(root, common);
    root.require_subcommand(0, 1);
    const std::vector<Command> commands = add_verbs(root, common);
    try {
      root.parse(words_of(argc, argv));
    } catch (const CLI::ParseError& error) {
      if (error.get_exit_code() == 0) return root.exit(error);  // --help, --version
      return complain(wrong_call(root, error));
    }
    set_up_torch(common.threads);
    for (const auto& command : commands) {
      if (command.app->parsed()) return run_command(root, command, common);
    }
    return open_window(window, common);
  } catch (...) {
    return complain(error_of_exception());
  }
}

}  // namespace triptych::cli
