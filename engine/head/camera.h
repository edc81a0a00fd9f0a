// Cameras in the reference model (EG3D's): camera-to-world with OpenCV axes (x right, y down, z forward),
// intrinsics in units of the image, principal point 0.5, 0.5. The world's y points up and the face looks
// along +z.
#pragma once

#include <array>

namespace triptych {

using Vec3 = std::array<float, 3>;

struct Camera {
  std::array<float, 16> camera_to_world{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1};  // row-major
  std::array<float, 9> intrinsics{1, 0, 0.5F, 0, 1, 0.5F, 0, 0, 1};                       // row-major

  [[nodiscard]] float focal() const noexcept { return intrinsics[0]; }
  [[nodiscard]] Vec3 origin() const noexcept {
    return {camera_to_world[3], camera_to_world[7], camera_to_world[11]};
  }
  // Camera axis 0 (right), 1 (down) or 2 (forward) in world coordinates.
  [[nodiscard]] Vec3 axis(int index) const noexcept {
    const auto i = static_cast<std::size_t>(index);
    return {camera_to_world[i], camera_to_world[4 + i], camera_to_world[8 + i]};
  }
  // All 25 numbers finite, rotation orthonormal within 1e-3, focal length positive.
  [[nodiscard]] bool valid() const noexcept;

  friend bool operator==(const Camera&, const Camera&) = default;
};

inline constexpr float default_fov_degrees = 18.837F;
inline constexpr float orbit_radius = 2.7F;
inline constexpr Vec3 orbit_target{0, 0, 0.2F};

// The orbit camera of the reference: at `radius` from the origin, looking at `target`. yaw > 0 moves it to +x
// (the viewer's right), pitch > 0 moves it below. Degrees; pitch is limited to +-80.
[[nodiscard]] Camera orbit_camera(float yaw_degrees, float pitch_degrees,
                                  float fov_degrees = default_fov_degrees, float radius = orbit_radius,
                                  Vec3 target = orbit_target);

struct Orbit {
  float yaw_degrees = 0;
  float pitch_degrees = 0;
  float radius = orbit_radius;
};
// The nearest orbit position of any camera (the inverse of orbit_camera for cameras made by it).
[[nodiscard]] Orbit orbit_of(const Camera& camera);

// The same view in a picture of another shape, width : height: the square picture of `camera` lies in its
// middle and the longer edge goes on beyond it.
[[nodiscard]] Camera widened(const Camera& camera, int width, int height) noexcept;

// focal = 1 / (1.414 * tan(fov * 3.14159 / 360)): the reference's own rounding of the constants.
[[nodiscard]] float focal_of_fov(float fov_degrees) noexcept;
[[nodiscard]] float fov_of_focal(float focal) noexcept;

}  // namespace triptych
