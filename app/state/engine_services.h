// The engine as the window uses it: models from the assets, and thread pools of their own for drawing, for
// baking and for everything else.
#pragma once

#include "state/services.h"

namespace triptych::app {

struct EngineOptions {
  std::filesystem::path face_models;  // FaceAligner::open
  std::filesystem::path model;        // the package to start with
  std::filesystem::path prompt_assets;
  std::filesystem::path loss_models;  // adapt::LearningConfig
  // Of the view; cuda: of the networks too, and missing() says where there is none, as no_gpu() does with
  // automatic. load() looks for it.
  Device device = Device::automatic;
  int threads = 0;  // 0: one for each hardware thread
};

[[nodiscard]] std::unique_ptr<Services> make_engine_services(const EngineOptions& options);

}  // namespace triptych::app
