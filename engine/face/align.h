// From any photograph to a Portrait: detect, landmarks, roll, crop (FFHQ rule as EG3D uses it), mask, camera.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "core/error.h"
#include "face/portrait.h"
#include "image/image.h"

namespace triptych {

struct AlignOptions {
  int size = 512;                // edge of the crop, pixels
  int face = -1;                 // index into find(); -1: the largest
  bool already_aligned = false;  // the picture is an EG3D/FFHQ crop: keep it, only estimate mask and camera
};

// Threads of the networks and of OpenCV, for the whole process; 0, the default: all of the machine's.
void set_face_threads(int threads);

// Holds the networks (opencv_dnn). One call at a time a FaceAligner (calls are serialised inside).
class FaceAligner {
 public:
  // `assets`: the folder assets/models/face. Missing or damaged files are named.
  [[nodiscard]] static Result<FaceAligner> open(const std::filesystem::path& assets);
  ~FaceAligner();
  FaceAligner(FaceAligner&&) noexcept;
  FaceAligner& operator=(FaceAligner&&) noexcept;
  FaceAligner(const FaceAligner&) = delete;
  FaceAligner& operator=(const FaceAligner&) = delete;

  // All faces, the largest first.
  [[nodiscard]] Result<std::vector<Face>> find(const Image8& picture) const;
  // The portrait of one face; the error says "no face found (...)" and what to do. When already_aligned and
  // no face is found, the camera is frontal.
  // `faces`: receives all that find() gives (none when already_aligned); may be null.
  [[nodiscard]] Result<Portrait> align(const Image8& picture, const AlignOptions& options = {},
                                       std::vector<Face>* faces = nullptr) const;
  // As align, with a face of find() whose landmarks the user may have corrected (468 points in picture
  // pixels).
  [[nodiscard]] Result<Portrait> align(const Image8& picture, const Face& face, int size) const;

 private:
  struct Networks;
  explicit FaceAligner(std::unique_ptr<Networks> networks);
  std::unique_ptr<Networks> networks_;
};

}  // namespace triptych
