#include "synthetic/edit_changes.h"

namespace triptych::synthetic::change {
namespace {

bool dark_skin(const Character& c, const Assets& a) {
  return a.skins[static_cast<std::size_t>(c.skin)].dark;
}

void express(Character& c, std::string_view name, float strength) {
  c.expression.clear();
  for (const auto& [shape, w] : expression(name)) c.expression[shape] = w * strength;
}

// Less of what makes this face its own: children's faces differ less.
void soften_shape(Character& c, float factor) {
  for (auto& [name, w] : c.details) w *= factor;
  for (float& w : c.identity) w *= std::min(factor, 1.0F);
}

// A metal is what it mirrors, and a picture shows little of the light that it was taken in.
void make_metal(Character& c, Color color, float roughness) {
  c.look.matter = Matter{true, color, roughness};
  c.look.gallery = true;
}

// Bald people get hair, all the same: which hair they once had, their picture does not tell.
void grow_hair(Character& c) {
  if (c.hair.kind == Hair::Kind::none) {
    c.hair.kind = Hair::Kind::strands;
    c.hair.strands = StrandStyle{};
  }
  c.hair.strands.crown = 0;
}

void color_hair(Character& c, std::string_view color) {
  grow_hair(c);
  c.hat.kind = Hat::Kind::none;
  c.hair.color = hair_color(color);
}
}  // namespace

void child(Character& c, const Assets& a) {
  soften_shape(c, 0.55F);
  c.age = 0.19F;
  c.beard = 0;
  c.look.match_skin = c.skin;
  c.skin = find_skin(a, dark_skin(c, a), Skin::Age::young, c.male > 0.5F);
  c.skin_mix = 0;
  c.wrinkles = 0;
  c.fat = 0.1F;
  c.look.smooth = 1.5F;
  c.look.roughness = 0.5F;
  grow_hair(c);
  c.hair.strands.hairline = 0;
}

void old(Character& c, const Assets& a) {
  soften_shape(c, 1.1F);
  c.age = 0.99F;
  c.look.match_skin = c.skin;
  c.skin = find_skin(a, dark_skin(c, a), Skin::Age::old, c.male > 0.5F);
  c.skin_mix = 0;
  c.wrinkles = 1;
  c.hair.color = c.beard_color = hair_color("white");
}

void fat(Character& c, const Assets&) {
  c.weight = 1;
  c.fat = 1;
  c.details["cheek/l-cheek-volume"] = 0.9F;
  c.details["neck/neck-double"] = 1;
  c.details["neck/neck-scale-horiz"] = 0.7F;
}

void thin(Character& c, const Assets&) {
  c.weight = 0;
  c.fat = -1;
  c.details["cheek/l-cheek-inner"] = -0.9F;
  c.details["cheek/l-cheek-volume"] = -0.9F;
  c.details["cheek/l-cheek-bones"] = 0.6F;
}

void bronze(Character& c, const Assets&) {
  make_metal(c, {0.46F, 0.25F, 0.11F}, 0.58F);
}
void gold(Character& c, const Assets&) {
  make_metal(c, {1.0F, 0.63F, 0.19F}, 0.42F);
}
void silver(Character& c, const Assets&) {
  make_metal(c, {0.80F, 0.81F, 0.83F}, 0.38F);
}
void marble(Character& c, const Assets&) {
  c.look.matter = Matter{false, {0.80F, 0.78F, 0.74F}, 0.45F};
}
void clay(Character& c, const Assets&) {
  c.look.matter = Matter{false, {0.48F, 0.17F, 0.08F}, 0.85F};
}

void hulk(Character& c, const Assets&) {
  c.muscle = 1;
  express(c, "angry", 0.8F);
  c.look.tint = Color{0.16F, 0.34F, 0.08F};
  c.hair.color = c.beard_color = hair_color("black");
  c.look.lips = Color{0.10F, 0.17F, 0.05F};
  c.look.eye_shadow.reset();
  for (const auto& [name, w] :
       std::initializer_list<std::pair<const char*, float>>{{"chin/chin-width", 0.9F},
                                                            {"chin/chin-bones", 0.8F},
                                                            {"head/head-square", 0.8F},
                                                            {"forehead/forehead-nubian", 0.5F},
                                                            {"neck/neck-scale-horiz", 1.0F},
                                                            {"nose/nose-scale-horiz", 0.5F}}) {
    c.details[name] = w;
  }
}

void makeup(Character& c, const Assets&) {
  c.look.lips = Color{0.45F, 0.015F, 0.03F};
  c.look.eye_shadow_weight = 0.75F;
  c.look.eye_shadow = Color{0.22F, 0.08F, 0.14F};
  c.look.blush = Color{0.65F, 0.22F, 0.2F};
}

void beard(Character& c, const Assets&) {
  c.beard = 1;
}

void blond(Character& c, const Assets&) {
  color_hair(c, "blond");
}
void red_hair(Character& c, const Assets&) {
  color_hair(c, "red");
}
void white_hair(Character& c, const Assets&) {
  color_hair(c, "white");
}
void blue_hair(Character& c, const Assets&) {
  color_hair(c, "blue");
}
void pink_hair(Character& c, const Assets&) {
  color_hair(c, "pink");
}
void green_hair(Character& c, const Assets&) {
  color_hair(c, "green");
}
void black_hair(Character& c, const Assets&) {
  color_hair(c, "black");
}

void glasses(Character& c, const Assets&) {
  c.glasses = {Glasses::Shape::square, {0.012F, 0.011F, 0.011F}};
}
void round_glasses(Character& c, const Assets&) {
  c.glasses = {Glasses::Shape::round, {0.35F, 0.25F, 0.08F}};
}
void sunglasses(Character& c, const Assets&) {
  c.glasses = {Glasses::Shape::sun, {0.012F, 0.011F, 0.011F}};
}

void smile(Character& c, const Assets&) {
  express(c, "grin", 1);
}
void surprised(Character& c, const Assets&) {
  express(c, "surprised", 1);
}
void angry(Character& c, const Assets&) {
  express(c, "angry", 1);
}
void sad(Character& c, const Assets&) {
  express(c, "sad", 1);
}
void asleep(Character& c, const Assets&) {
  express(c, "asleep", 1);
}

void joker(Character& c, const Assets&) {
  express(c, "grin", 1.1F);
  c.look.tint = Color{0.80F, 0.78F, 0.76F};
  c.look.tint_weight = 0.8F;
  c.look.lips = Color{0.5F, 0.01F, 0.02F};
  c.look.eye_shadow_weight = 0.75F;
  c.look.eye_shadow = Color{0.06F, 0.08F, 0.07F};
  c.look.dark_sockets = true;
  color_hair(c, "green");
  c.beard = 0;
}

void long_hair(Character& c, const Assets&) {
  c.hair.kind = Hair::Kind::strands;
  c.hat.kind = Hat::Kind::none;
  c.hair.strands = {2.3F, 0.35F, 0.2F, 0, 0.15F, 1, 0, 0, 1};
}

void bald(Character& c, const Assets&) {
  c.hair.kind = Hair::Kind::none;
  c.hat.kind = Hat::Kind::none;
}

void curly(Character& c, const Assets&) {
  c.hair.kind = Hair::Kind::strands;
  c.hat.kind = Hat::Kind::none;
  c.hair.strands = {0.75F, 1, 0, 0, 1, 0, 0, 0, 1.2F};
}

void vampire(Character& c, const Assets& a) {
  c.look.tint = dark_skin(c, a) ? Color{0.30F, 0.27F, 0.27F} : Color{0.66F, 0.63F, 0.64F};
  c.look.tint_weight = 0.8F;
  c.look.lips = Color{0.20F, 0.004F, 0.01F};
  c.look.eye_shadow_weight = 0.75F;
  c.look.eye_shadow = Color{0.16F, 0.05F, 0.07F};
  c.look.dark_sockets = true;
  color_hair(c, "black");
  c.weight *= 0.5F;
  c.details["cheek/l-cheek-volume"] = -0.5F;
}

void alien(Character& c, const Assets&) {
  c.look.tint = Color{0.08F, 0.22F, 0.50F};
  c.look.lips = Color{0.06F, 0.09F, 0.30F};
  c.look.eye_shadow.reset();
  c.beard = 0;
  c.details["ears/l-ear-shape-pointed"] = 1;
  c.details["nose/nose-scale-horiz"] = 0.7F;
  c.details["eyes/l-eye-scale"] = 1;
}

void zombie(Character& c, const Assets&) {
  express(c, "open", 1.3F);
  c.weight = 0.1F;
  c.look.tint = Color{0.30F, 0.34F, 0.24F};
  c.look.eye_white = Color{0.72F, 0.72F, 0.62F};
  c.look.eye_shadow_weight = 0.75F;
  c.look.eye_shadow = Color{0.10F, 0.06F, 0.06F};
  c.look.dark_sockets = true;
  c.look.lips = Color{0.12F, 0.05F, 0.06F};
  c.details["cheek/l-cheek-inner"] = -1;
  c.details["cheek/l-cheek-volume"] = -0.8F;
  c.details["eyes/l-eye-bag"] = 1;
}

void elf(Character& c, const Assets& a) {
  c.look.tint = Color{0.82F, 0.66F, 0.58F} * (dark_skin(c, a) ? 0.5F : 1.0F);
  c.look.tint_weight = 0.55F;
  color_hair(c, "ash");
  c.beard = 0;
  for (const auto& [name, w] :
       std::initializer_list<std::pair<const char*, float>>{{"ears/l-ear-shape-pointed", 1.0F},
                                                            {"ears/l-ear-scale-vert", 1.0F},
                                                            {"ears/l-ear-wing", 0.6F},
                                                            {"chin/chin-triangle", 0.7F},
                                                            {"cheek/l-cheek-bones", 0.7F},
                                                            {"eyes/l-eye-corner2", 0.8F},
                                                            {"nose/nose-point-width", -0.6F}}) {
    c.details[name] = w;
  }
}

void pixar(Character& c, const Assets&) {
  soften_shape(c, 0.8F);
  c.age = std::min(c.age, 0.34F);
  c.beard = 0;
  c.wrinkles = 0;
  c.look.smooth = 3.5F;
  c.look.saturation = 1.15F;
  c.look.roughness = 0.42F;
  for (const auto& [name, w] :
       std::initializer_list<std::pair<const char*, float>>{{"eyes/l-eye-scale", 2.3F},
                                                            {"head/head-round", 0.6F},
                                                            {"nose/nose-scale-vert", -0.4F},
                                                            {"nose/nose-scale-horiz", -0.3F},
                                                            {"chin/chin-width", -0.4F},
                                                            {"head/head-scale-vert", 0.3F},
                                                            {"mouth/mouth-scale-horiz", 0.2F}}) {
    c.details[name] = w;
  }
}

}  // namespace triptych::synthetic::change
