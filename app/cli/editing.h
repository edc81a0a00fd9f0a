// What the verbs that edit portraits have in common: the picture, its face, the model, the turntable.
#pragma once

#include <filesystem>
#include <memory>

#include "cli/verb.h"
#include "export/turntable.h"
#include "export/video.h"
#include "face/align.h"
#include "head/head.h"
#include "image/picture.h"
#include "model/model.h"

namespace triptych::cli {

// A picture and what finds the face in it.
struct PictureToAlign {
  std::filesystem::path path;
  Picture picture;
  FaceAligner aligner;
};
// Loads the picture, and meanwhile the networks; report: inputs.picture, times_ms.load.
[[nodiscard]] Result<PictureToAlign> read_picture(const std::filesystem::path& path, Context& context);

struct FaceChoice {
  bool aligned = false;  // the picture is a crop already
  int face = 0;          // 1 is the largest, 0: the largest too
};
struct PortraitOptions {
  std::filesystem::path picture, model;
  FaceChoice choice;
};
// Declares PICTURE, --model, --aligned and --face.
void add_portrait(CLI::App& command, PortraitOptions& options);

[[nodiscard]] Result<FaceAligner> open_aligner(const Context& context);

// Report: faces, camera, times_ms.align.
[[nodiscard]] Result<Portrait> find_portrait(const PictureToAlign& picture, const FaceChoice& choice,
                                             int size, Context& context);

// `package` empty: the model that ships. Report: versions.model, inputs.model, times_ms.model.
[[nodiscard]] Result<std::shared_ptr<const Model>> read_model(const std::filesystem::path& package,
                                                              Context& context);

// What the user should know of how the head was made: how the prompt was understood if in other words, and
// the model's notice (a fall-back to another precision). Report: notices.
void say_notices(const Head& head, Context& context);

// Renders `count` frames along the path into `video`, with progress.
[[nodiscard]] Status render_turntable(const Head& head, TurntablePath path, int size, int count,
                                      VideoWriter& video, Context& context);

}  // namespace triptych::cli
