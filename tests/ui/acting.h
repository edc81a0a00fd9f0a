// What the acting tests share: a window with a head in it, and looking at pixels.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>

#include "image/picture.h"
#include "person.h"

namespace triptych::test {

using nlohmann::json;

inline std::filesystem::path make_picture(const TemporaryFolder& folder, const std::string& name) {
  const auto path = folder / name;
  EXPECT_TRUE(save_picture(path, Image8(200, 200, 3, 140)));
  return path;
}

// A folder with one pair: the portrait, and the same in red.
inline std::filesystem::path make_red_pair(const TemporaryFolder& folder,
                                           const std::filesystem::path& portrait) {
  auto picture = load_picture(portrait);
  EXPECT_TRUE(picture);
  if (!picture) return {};
  Image8& red = picture->rgb;
  for (std::size_t i = 0; i < red.pixels.size(); i += 3) red.pixels[i] = 255;
  for (const char* side : {"before", "after"}) std::filesystem::create_directories(folder / "redhead" / side);
  std::filesystem::copy_file(portrait, folder / "redhead/before" / ("a" + portrait.extension().string()));
  EXPECT_TRUE(save_picture(folder / "redhead/after/a.png", red));
  return folder / "redhead";
}

inline bool has_head(const json& s) {
  return !s["scene"]["history"].empty() && s["view"].contains("frame");
}
inline bool is_still(const json& s) {
  return has_head(s) && s["view"]["frame"]["final"] == true;
}
// What a crash would leave is on the disk.
inline bool is_autosaved(const json& s) {
  return s["autosave_waits"] == false && s["jobs"].empty();
}
inline std::string shown(const json& s) {
  const int current = s["scene"]["current"];
  return current < 0 ? ""
                     : s["scene"]["history"][static_cast<std::size_t>(current)]["label"].get<std::string>();
}

// A running job, or null.
inline json job(const json& s, const std::string& title) {
  const auto found = std::ranges::find_if(s["jobs"], [&](const json& one) { return one["title"] == title; });
  return found == s["jobs"].end() ? json() : *found;
}

// The part of a screenshot that a mark covers.
inline Image8 cut(const Image8& shot, const json& mark) {
  const auto r = mark.get<std::array<float, 4>>();
  const int left = static_cast<int>(r[0]);
  const int top = static_cast<int>(r[1]);
  Image8 part(static_cast<int>(r[2]), static_cast<int>(r[3]), 3);
  for (int y = 0; y < part.height; ++y) {
    std::copy_n(&shot.at(left, top + y), static_cast<std::size_t>(part.width) * 3, part.row(y));
  }
  return part;
}

inline double psnr(const Image8& a, const Image8& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    const double d = static_cast<double>(a.pixels[i]) - b.pixels[i];
    sum += d * d;
  }
  return 10 * std::log10(255 * 255 / (sum / static_cast<double>(a.pixels.size()) + 1e-9));
}

inline double difference(const Image8& a, const Image8& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) sum += std::abs(a.pixels[i] - b.pixels[i]);
  return sum / static_cast<double>(a.pixels.size());
}

class Acting : public ::testing::Test {
 protected:
  explicit Acting(std::string program = TRIPTYCH_WINDOW_DEMO) : person(folder, std::move(program)) {}
  // The window with a head in it, still and exact.
  void begin() {
    picture = make_picture(folder, "portrait.png");
    ASSERT_TRUE(person.start({picture.string()}));
    ASSERT_TRUE(person.sees(is_still));
  }
  void apply(const std::string& prompt) {
    person.click("prompt");
    person.key("ctrl+a");
    person.type(prompt);
    ASSERT_TRUE(person.sees([&](const json& s) { return s["draft"]["text"] == prompt; }));
    person.key("ctrl+Return");
    ASSERT_TRUE(person.sees([&](const json& s) { return shown(s) == prompt; }));
  }
  // What the window finds at its next start, as if it had been chosen there.
  void prefer(const json& preferences) const {
    std::filesystem::create_directories(folder / "config/triptych");
    std::ofstream(folder / "config/triptych/preferences.json") << preferences;
  }
  // Into the dialog that asks for a file.
  void type_path(const std::filesystem::path& path) {
    ASSERT_TRUE(person.sees([](const json& s) { return s["dialogs"]["file"] == true; }));
    person.click("dialog.path");
    person.key("ctrl+a");
    person.type(path.string());
    person.key("Return");
  }
  [[nodiscard]] Image8 view() {
    const Image8 shot = person.screenshot();
    return cut(shot, person.state()["marks"]["view.square"]);
  }

  TemporaryFolder folder;
  Person person;
  std::filesystem::path picture;
};

}  // namespace triptych::test
