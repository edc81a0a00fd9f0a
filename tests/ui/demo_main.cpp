// The window on the fake engine: what the acting tests start. `window_demo [--dump-state FILE] [--safe-mode]
// [--missing-model] [--slow-model PIPE] [--size WxH] [FILE...]`; the slow model has loaded once the pipe was
// written.
#include <csignal>
#include <cstdio>
#include <fstream>
#include <string>

#include "fake_services.h"
#include "window/window.h"

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // as the program does
  triptych::test::FakeServices services;
  services.learning_turn = std::chrono::milliseconds(200);  // a person has time to look and to stop it
  triptych::app::WindowOptions options;
  options.assets = TRIPTYCH_SOURCE_DIR "/assets";
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--dump-state" && i + 1 < argc) {
      options.dump_state = argv[++i];
    } else if (argument == "--safe-mode") {
      options.safe_mode = true;
    } else if (argument == "--missing-model") {
      services.missing_model = true;
    } else if (argument == "--slow-model" && i + 1 < argc) {
      services.before_load = [pipe = std::string(argv[++i])] { std::ifstream(pipe).get(); };
    } else if (argument == "--size" && i + 1 < argc) {
      std::sscanf(argv[++i], "%dx%d", &options.width, &options.height);
    } else {
      options.files.emplace_back(argument);
    }
  }
  if (const auto status = triptych::app::run_window(options, services); !status) {
    std::fprintf(stderr, "triptych: %s (%s)\n", status.error().message.c_str(),
                 status.error().detail.c_str());
    return 1;
  }
  return 0;
}
