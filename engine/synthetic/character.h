// Everything that makes one head: drawn from a seed, then altered by edits (edits.h), then built
// (head_builder.h).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "synthetic/assets.h"
#include "synthetic/random.h"
#include "synthetic/vector.h"

namespace triptych::synthetic {

// Hair that grows as strands from the scalp (or, as a beard, from the jaw).
struct StrandStyle {
  float length = 0.2F;  // decimetres
  float lift = 0.6F;    // 0 lies on the skin, 1 stands up
  float comb = 0;       // -1 to the forehead .. 1 to the nape
  float part = 0;       // side of the parting, in head widths from the middle
  float curl = 0;       // 0 straight .. 1 afro
  float weight = 0.5F;  // pull of gravity
  float hairline = 0;   // moves the hairline up, in eye distances (receding)
  float crown = 0;      // 0..1: bald on top
  float thickness = 1;  // of each strand
};

struct Hair {
  enum class Kind { none, card, strands } kind = Kind::none;
  std::string card;  // garment behind "hair/"
  StrandStyle strands;
  Color color{0.02F, 0.013F, 0.009F};
};

struct Hat {
  enum class Kind { none, beanie, cap } kind = Kind::none;
  Color color{0.1F, 0.1F, 0.1F};
};

struct Glasses {
  enum class Shape { none, square, round, sun } shape = Shape::none;
  Color frame{0.015F, 0.012F, 0.012F};
};

// The whole head in one matter (statues).
struct Matter {
  bool metal = false;
  Color color;
  float roughness = 0.5F;
};

// Paint and light effects that only edits use; unset means as nature made it.
struct Look {
  std::optional<Matter> matter;
  bool gallery = false;       // lit as things on show are, whatever light the picture was taken in
  std::optional<Color> tint;  // skin of this colour, keeping its shading
  float tint_weight = 1;
  float smooth = 0;  // blur of the skin's detail, texels
  float saturation = 1;
  std::optional<Color> lips, eye_shadow, blush, eye_white;
  float eye_shadow_weight = 0.75F;
  bool dark_sockets = false;  // eye shadow all around
  std::optional<float> roughness;
  std::optional<int> match_skin;  // keep the tone of this skin (index), whatever the texture
};

struct Character {
  std::uint32_t seed = 0;
  float male = 0.5F;
  float age = 0.5F;  // MakeHuman's: child 0.1875, young 0.5, old 1
  float muscle = 0.5F, weight = 0.5F;
  std::array<float, 3> race{};           // african, asian, caucasian; sums to 1
  std::map<std::string, float> details;  // "nose/nose-hump" -> -1..1, for both sides where there are two
  float fat = 0;
  std::vector<float> identity;              // of Assets::identity
  std::map<std::string, float> expression;  // ARKit's names -> 0..1
  float gaze_x = 0, gaze_y = 0;
  float turn = 0, lean = 0, nod = 0;  // of the head against the shoulders, radians

  int skin = 0, second_skin = 0;  // indices into Assets::skins
  float skin_mix = 0;             // of the second
  float melanin = 0, redness = 0;
  float wrinkles = 0;  // 0..1
  Hair hair;
  Hat hat;
  std::string brow, lash, iris, cloth;
  Color cloth_tint{1, 1, 1};
  float beard = 0;                           // 0 none, 0.12 stubble, 1 full
  Color beard_color{0.02F, 0.013F, 0.009F};  // of the brows too
  Glasses glasses;
  std::uint64_t light = 0;
  Look look;
};

[[nodiscard]] Character make_character(const Assets& assets, std::uint32_t seed);

// Named colours of hair, and expressions by name; unknown names give the first.
[[nodiscard]] Color hair_color(std::string_view name);
[[nodiscard]] const std::map<std::string, float>& expression(std::string_view name);

// The skin nearest to what is wanted, in this order: lightness, age, gender.
[[nodiscard]] int find_skin(const Assets& assets, bool dark, Skin::Age age, bool male);

}  // namespace triptych::synthetic
