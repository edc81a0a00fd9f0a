// Small vectors for geometry and colour, in single precision.
#pragma once

#include <algorithm>
#include <cmath>

namespace triptych::synthetic {

struct Vector {
  float x = 0, y = 0, z = 0;

  friend Vector operator+(Vector a, Vector b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
  friend Vector operator-(Vector a, Vector b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
  friend Vector operator*(Vector a, Vector b) { return {a.x * b.x, a.y * b.y, a.z * b.z}; }
  friend Vector operator*(Vector a, float s) { return {a.x * s, a.y * s, a.z * s}; }
  friend Vector operator*(float s, Vector a) { return a * s; }
  friend Vector operator/(Vector a, float s) { return a * (1 / s); }
  friend Vector operator-(Vector a) { return {-a.x, -a.y, -a.z}; }
  Vector& operator+=(Vector b) { return *this = *this + b; }
  Vector& operator*=(float s) { return *this = *this * s; }
  friend bool operator==(const Vector&, const Vector&) = default;
};

using Color = Vector;  // linear light: x red, y green, z blue

inline float dot(Vector a, Vector b) {
  return a.x * b.x + a.y * b.y + a.z * b.z;
}
inline Vector cross(Vector a, Vector b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
inline float length(Vector a) {
  return std::sqrt(dot(a, a));
}
inline Vector normalized(Vector a) {
  const float l = length(a);
  return l > 1e-20F ? a * (1 / l) : Vector{0, 0, 1};
}
inline Vector mix(Vector a, Vector b, float t) {
  return a * (1 - t) + b * t;
}
inline float mix(float a, float b, float t) {
  return a * (1 - t) + b * t;
}
inline Vector min(Vector a, float limit) {
  return {std::min(a.x, limit), std::min(a.y, limit), std::min(a.z, limit)};
}
inline float luminance(Color c) {
  return 0.3F * c.x + 0.59F * c.y + 0.11F * c.z;
}
inline float sigmoid(float x) {
  return 1 / (1 + std::exp(-std::clamp(x, -30.0F, 30.0F)));
}
// 0 below `low`, 1 above `high`, smooth between.
inline float smoothstep(float low, float high, float x) {
  const float t = std::clamp((x - low) / (high - low), 0.0F, 1.0F);
  return t * t * (3 - 2 * t);
}

struct Uv {
  float u = 0, v = 0;  // v points up
  friend bool operator==(const Uv&, const Uv&) = default;
};

}  // namespace triptych::synthetic
