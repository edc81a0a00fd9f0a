// Mouse and keys to camera: pure, so that it is tested without a window.
#pragma once

#include "head/camera.h"
#include "model/model.h"

namespace triptych::app {

class OrbitController {
 public:
  struct Pose {
    float yaw = 0;  // degrees, as orbit_camera takes them
    float pitch = 0;
    float fov = default_fov_degrees;
    float pan_x = 0;  // world units that the target is moved by, along the camera's right and up
    float pan_y = 0;
    friend bool operator==(const Pose&, const Pose&) = default;
  };

  // Beyond it a drag gets stiffer and a hint is shown; at twice the range it ends. A camera that is farther
  // out already stays.
  void set_range(const ViewRange& range) noexcept { range_ = range; }
  void set_home(const Pose& pose) noexcept { home_ = pose; }  // where reset() goes
  [[nodiscard]] const Pose& home() const noexcept { return home_; }
  [[nodiscard]] const Pose& pose() const noexcept { return pose_; }
  void set_pose(const Pose& pose) noexcept;

  // Pixels of the pointer in a view of `view_size` pixels: a drag across it turns the head by 180 degrees,
  // following the pointer as if one held the head.
  void orbit(float dx, float dy, float view_size) noexcept;
  void pan(float dx, float dy, float view_size) noexcept;  // the head follows the pointer exactly
  void zoom(float steps) noexcept;                         // wheel; positive comes nearer
  void turn(float yaw_degrees, float pitch_degrees) noexcept;
  void reset() noexcept { pose_ = home_; }
  void front() noexcept;
  void side() noexcept;

  [[nodiscard]] bool beyond_range() const noexcept;  // the hint
  [[nodiscard]] Camera camera() const;

 private:
  ViewRange range_;
  Pose home_;
  Pose pose_;
};

}  // namespace triptych::app
