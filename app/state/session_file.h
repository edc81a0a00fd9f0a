// .triptych files: one safetensors file with the aligned portrait, the prompts and the view. Heads are not
// stored: they are computed again from the portrait, which the file holds itself, so the picture may be moved
// or deleted. A head that came from a .tri file is read from there again.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "core/error.h"
#include "state/scene.h"
#include "viewport/orbit.h"

namespace triptych::app {

inline constexpr int session_format_version = 1;

// What computed the head that is shown. Another model gives other heads of the same prompts.
struct MadeBy {
  std::string name, hash;  // of the model; empty: a head from a file, or a session of an earlier program
  std::string style;       // that was learned and that the shown prompt asks for, if any
};

struct Session {
  Scene scene;  // after loading: variants without their edits
  OrbitController::Pose pose;
  OrbitController::Pose home;
  std::string draft_text;
  std::map<int, std::shared_ptr<const Image8>> thumbnails;  // by variant id, as far as they are drawn
  MadeBy made_by{};
};

// Whole or not at all.
[[nodiscard]] Status write_session(const std::filesystem::path& path, const Session& session);
// Errors name the file: not a session, a newer version, damaged. `services` opens the head of a session
// without a portrait.
[[nodiscard]] Result<Session> load_session(const std::filesystem::path& path, Services& services);

}  // namespace triptych::app
