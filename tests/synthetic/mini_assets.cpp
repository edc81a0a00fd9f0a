#include "synthetic/mini_assets.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <numbers>
#include <sstream>
#include <string>
#include <vector>

#include "image/picture.h"

namespace triptych::synthetic {
namespace {

namespace fs = std::filesystem;
constexpr double pi = std::numbers::pi;

struct Point {
  double x, y, z;
};

// Sizes in decimetres as MakeHuman's: eyes 0.58 apart at height 7.35, the mouth at 6.67.
constexpr Point head_centre{0, 7.2, 0.45};
constexpr int around = 40, rows = 30;

// Rows from the shoulders up to the crown.
std::vector<Point> skin_points() {
  std::vector<Point> points;
  for (int j = 0; j <= rows; ++j) {
    for (int i = 0; i < around; ++i) {
      const double angle = 2 * pi * i / around;
      double radius = 0, height = 0;
      if (j < 8) {  // shoulders and neck
        const double t = j / 8.0;
        radius = 1.5 * (1 - t) + 0.5 * t;
        height = 4.6 + 1.6 * t;
      } else {
        const double theta = pi * (0.22 + 0.78 * (j - 8) / (rows - 8.0));
        radius = 0.95 * std::sin(theta) + 0.01;
        height = head_centre.y - 1.15 * std::cos(theta);
      }
      points.push_back({radius * std::sin(angle), height, head_centre.z + radius * std::cos(angle)});
    }
  }
  return points;
}

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

std::string joint(std::string_view name, Point at, std::size_t first) {
  std::ostringstream out;
  out << "g " << name << "\nf";
  for (std::size_t i = 0; i < 4; ++i) out << ' ' << first + i << "/1";
  out << '\n';
  (void)at;
  return out.str();
}

std::string base_obj(const std::vector<Point>& skin) {
  std::ostringstream vertices, faces;
  for (const Point& p : skin) vertices << "v " << p.x << ' ' << p.y << ' ' << p.z << '\n';
  const std::array<Point, 2> eyes{{{0.29, 7.35, 1.1}, {-0.29, 7.35, 1.1}}};
  for (const Point& e : eyes) {
    for (int i = 0; i < 4; ++i) {
      vertices << "v " << e.x + 0.01 * (i % 2 ? 1 : -1) << ' ' << e.y + 0.01 * (i / 2 ? 1 : -1) << ' ' << e.z
               << '\n';
    }
  }
  for (int j = 0; j <= rows; ++j) {
    for (int i = 0; i <= around; ++i) {
      vertices << "vt " << static_cast<double>(i) / around << ' ' << static_cast<double>(j) / rows << '\n';
    }
  }
  faces << "g body\n";
  for (int j = 0; j < rows; ++j) {
    for (int i = 0; i < around; ++i) {
      const std::array<std::array<int, 2>, 4> corners{{{i, j}, {i + 1, j}, {i + 1, j + 1}, {i, j + 1}}};
      faces << 'f';
      for (const auto& [u, v] : corners)
        faces << ' ' << v * around + u % around + 1 << '/' << v * (around + 1) + u + 1;
      faces << '\n';
    }
  }
  faces << joint("joint-l-eye", eyes[0], skin.size() + 1) << joint("joint-r-eye", eyes[1], skin.size() + 5);
  return vertices.str() + faces.str();
}

// Offsets of the skin's vertices; zero ones are left out.
std::string target(const std::vector<Point>& skin, const std::function<Point(const Point&)>& offset) {
  std::ostringstream out;
  out << "# a comment, then lines of index and offset\n";
  for (std::size_t i = 0; i < skin.size(); ++i) {
    const Point d = offset(skin[i]);
    if (d.x != 0 || d.y != 0 || d.z != 0) out << i << ' ' << d.x << ' ' << d.y << ' ' << d.z << '\n';
  }
  return out.str();
}

bool mouth_corner(const Point& p) {
  return std::abs(p.y - 6.67) < 0.12 && std::abs(std::abs(p.x) - 0.2) < 0.12 && p.z > head_centre.z;
}

void write_targets(const fs::path& folder, const std::vector<Point>& skin) {
  const auto put = [&](const std::string& name, const std::function<Point(const Point&)>& offset) {
    write(folder / (name + ".target"), target(skin, offset));
  };
  const fs::path makehuman = "makehuman/targets";
  put(makehuman / "mouth/mouth-angles-up", [](const Point& p) {
    return mouth_corner(p) ? Point{0, 0.1, 0} : Point{};
  });
  put(makehuman / "nose/nose-scale-depth-incr", [](const Point& p) {
    const double d = std::hypot(p.x, p.y - 7.0);
    return p.z > head_centre.z && d < 0.3 ? Point{0, 0, 0.3 * (1 - d / 0.3)} : Point{};
  });
  put(makehuman / "nose/nose-scale-depth-decr", [](const Point&) { return Point{}; });
  put(makehuman / "head/head-fat-incr", [](const Point& p) {
    return p.y > 6.2 ? Point{0.1 * p.x, 0, 0} : Point{};
  });
  put(makehuman / "head/head-fat-decr", [](const Point& p) {
    return p.y > 6.2 ? Point{-0.1 * p.x, 0, 0} : Point{};
  });
  put(makehuman / "macrodetails/universal-male-young-averagemuscle-maxweight", [](const Point& p) {
    return Point{0.12 * p.x, 0, 0};
  });
  put("expressions/jawOpen", [](const Point& p) {
    return p.z > head_centre.z && p.y < 6.7 && p.y > 6.2 ? Point{0, -0.15, 0} : Point{};
  });
}

// A mesh whose vertices are bound to one base vertex each with an offset in decimetres.
void write_proxy(const fs::path& folder, const std::string& name, const std::vector<Point>& points,
                 int columns, int lines, const std::vector<Point>& skin, std::size_t anchor) {
  std::ostringstream obj, binding;
  for (const Point& p : points) obj << "v " << p.x << ' ' << p.y << ' ' << p.z << '\n';
  for (int j = 0; j < lines; ++j) {
    for (int i = 0; i < columns; ++i) {
      obj << "vt " << (i + 0.5) / columns << ' ' << (j + 0.5) / lines << '\n';
    }
  }
  for (int j = 0; j + 1 < lines; ++j) {
    for (int i = 0; i + 1 < columns; ++i) {
      obj << 'f';
      for (const int v :
           {j * columns + i, j * columns + i + 1, (j + 1) * columns + i + 1, (j + 1) * columns + i}) {
        obj << ' ' << v + 1 << '/' << v + 1;
      }
      obj << '\n';
    }
  }
  binding << "obj_file " << name << ".obj\nverts 0\n";
  const Point a = skin[anchor];
  for (const Point& p : points) {
    binding << anchor << ' ' << anchor << ' ' << anchor << " 1 0 0 " << p.x - a.x << ' ' << p.y - a.y << ' '
            << p.z - a.z << '\n';
  }
  write(folder / (name + ".obj"), obj.str());
  write(folder / (name + ".mhclo"), binding.str());
}

std::vector<Point> patch(Point centre, double rx, double ry, double rz, double from, double to) {
  std::vector<Point> points;
  for (int j = 0; j < 8; ++j) {
    for (int i = 0; i < 9; ++i) {
      const double theta = from + (to - from) * j / 7.0, phi = 2 * pi * i / 8.0;
      points.push_back({centre.x + rx * std::sin(theta) * std::sin(phi), centre.y + ry * std::cos(theta),
                        centre.z + rz * std::sin(theta) * std::cos(phi)});
    }
  }
  return points;
}

void write_picture(const fs::path& path, int size, const std::array<std::uint8_t, 3>& color) {
  fs::create_directories(path.parent_path());
  Image8 picture(size, size, 3);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      for (int k = 0; k < 3; ++k) {
        const int value = color[static_cast<std::size_t>(k)];
        // A little texture, so that a shifted look-up shows.
        picture.at(x, y, k) = static_cast<std::uint8_t>(y % 16 == 0 ? value * 4 / 5 : value);
      }
    }
  }
  if (!save_picture(path, picture)) std::abort();
}

template <typename T>
void put(std::string& bytes, T value) {
  char raw[sizeof(T)];
  std::memcpy(raw, &value, sizeof(T));
  bytes.append(raw, sizeof(T));
}

std::string npy(const std::string& type, const std::string& shape, const std::string& data) {
  std::string header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
  header.resize(118, ' ');
  std::string bytes("\x93NUMPY\x01\x00", 8);
  put(bytes, static_cast<std::uint16_t>(header.size()));
  return bytes + header + data;
}

// An uncompressed zip of two members, checksums left zero.
std::string archive(const std::vector<std::pair<std::string, std::string>>& members) {
  std::string bytes, directory;
  for (const auto& [name, data] : members) {
    const auto offset = static_cast<std::uint32_t>(bytes.size());
    const auto size = static_cast<std::uint32_t>(data.size());
    std::string common;
    put<std::uint16_t>(common, 20);
    for (int i = 0; i < 4; ++i) put<std::uint16_t>(common, 0);  // flags, stored, time, date
    put<std::uint32_t>(common, 0);
    put(common, size);
    put(common, size);
    put(common, static_cast<std::uint16_t>(name.size()));
    put<std::uint16_t>(common, 0);
    bytes += std::string("PK\x03\x04", 4) + common + name + data;
    directory += std::string("PK\x01\x02", 4);
    put<std::uint16_t>(directory, 20);
    directory += common;
    directory += std::string(10, '\0');
    put(directory, offset);
    directory += name;
  }
  const auto start = static_cast<std::uint32_t>(bytes.size());
  bytes += directory + std::string("PK\x05\x06", 4) + std::string(4, '\0');
  put(bytes, static_cast<std::uint16_t>(members.size()));
  put(bytes, static_cast<std::uint16_t>(members.size()));
  put(bytes, static_cast<std::uint32_t>(directory.size()));
  put(bytes, start);
  put<std::uint16_t>(bytes, 0);
  return bytes;
}

// Two modes that move the first three vertices.
std::string identity_modes() {
  std::string index, offsets;
  for (std::int64_t i = 0; i < 3; ++i) put(index, i);
  for (int i = 0; i < 2 * 3 * 3; ++i) put(offsets, 0.001F * static_cast<float>(i));
  return archive({{"idx.npy", npy("<i8", "(3,)", index)}, {"D.npy", npy("<f4", "(2, 3, 3)", offsets)}});
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "synthetic-XXXXXX").string();
  path_ = mkdtemp(name.data());
}
TemporaryFolder::~TemporaryFolder() {
  fs::remove_all(path_);
}

void write_mini_assets(const fs::path& folder) {
  const std::vector<Point> skin = skin_points();
  const fs::path makehuman = folder / "makehuman";
  write(makehuman / "3dobjs/base.obj", base_obj(skin));
  write_targets(folder, skin);
  write_picture(makehuman / "skins/young_caucasian_male/skin.png", 64, {210, 160, 130});
  write_picture(makehuman / "skins/old_african_male/skin.png", 64, {110, 70, 50});
  write_picture(makehuman / "eyes/materials/brown_eye.png", 32, {90, 60, 40});
  const std::size_t front = 20 * around;  // a vertex in the middle of the face
  write_proxy(makehuman / "eyes/high-poly", "high-poly",
              patch({0.29, 7.35, 1.15}, 0.14, 0.14, 0.14, 0.1, pi - 0.1), 9, 8, skin, front);
  write_proxy(makehuman / "hair/short01", "short01", patch(head_centre, 1.05, 1.25, 1.05, 0.05, 0.8), 9, 8,
              skin, static_cast<std::size_t>(rows * around));
  write_picture(makehuman / "hair/short01/short01_diffuse.png", 32, {90, 90, 90});
  write(folder / "identity/modes.npz", identity_modes());
}

}  // namespace triptych::synthetic
