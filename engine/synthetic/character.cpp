#include "synthetic/character.h"

#include <algorithm>
#include <set>

namespace triptych::synthetic {
namespace {

// "nose/nose-hump-incr" and "-decr" are one detail "nose/nose-hump" with a sign; right follows left.
std::vector<std::string> detail_names(const Assets& assets) {
  static constexpr std::array<std::string_view, 10> groups{"head", "eyes",  "eyebrows", "nose",     "mouth",
                                                           "chin", "cheek", "ears",     "forehead", "neck"};
  static constexpr std::array<std::string_view, 16> ends{
      "incr",   "decr",    "up",       "down",       "in",      "out",      "forward", "backward",
      "convex", "concave", "compress", "uncompress", "pointed", "triangle", "square",  "round"};
  static constexpr std::array<std::string_view, 10> skipped{
      "head/head-trans",  "neck/neck-trans", "head/head-age", "head/head-fat", "head/head-angle",
      "head/head-square", "head/head-round", "head/head-tri", "head/head-inv", "mouth/mouth-trans"};
  std::set<std::string> names;
  for (const auto& entry : assets.targets) {
    const std::string& name = entry.first;
    const std::size_t slash = name.find('/');
    const std::string_view group = std::string_view(name).substr(0, slash);
    if (std::find(groups.begin(), groups.end(), group) == groups.end()) continue;
    if (name.compare(slash + 1, 2, "r-") == 0) continue;
    const auto skip = [&](std::string_view prefix) { return name.rfind(prefix, 0) == 0; };
    if (std::any_of(skipped.begin(), skipped.end(), skip)) continue;
    const std::size_t dash = name.rfind('-');
    const std::string_view end = std::string_view(name).substr(dash + 1);
    const bool signed_pair = std::find(ends.begin(), ends.end(), end) != ends.end();
    names.insert(signed_pair ? name.substr(0, dash) : name);
  }
  return {names.begin(), names.end()};
}

void draw_shape(Character& c, const Assets& assets, Random& random) {
  const float sex = random.chance(0.5F) ? 0.92F : 0.08F;
  c.male = std::clamp(sex + random.normal(0, 0.07F), 0.0F, 1.0F);
  // Mostly adults, from 20 to 80; every eighth a child or a teenager.
  const float first = random.uniform(), second = random.uniform();
  const float spread = (first + second) / 2;
  c.age = random.chance(0.12F) ? random.uniform(0.16F, 0.4F) : 0.42F + 0.55F * spread;
  constexpr std::array<float, 3> share{0.28F, 0.27F, 0.45F};
  const std::size_t main = random.pick(share);
  float rest = 0;
  for (float& r : c.race) {
    r = random.uniform();
    r *= random.uniform();
    rest += r;
  }
  for (float& r : c.race) r *= 0.3F / std::max(rest, 1e-6F);
  c.race[main] += 0.7F;
  c.muscle = std::clamp(random.normal(0.5F, 0.18F), 0.0F, 1.0F);
  c.weight = std::clamp(random.normal(0.5F, 0.2F), 0.0F, 1.0F);
  c.fat = random.normal(0, 0.25F);
  for (const std::string& name : detail_names(assets)) {
    float w = random.normal(0, 0.12F);
    if (name.find("scale") != std::string::npos && (name.starts_with("eyes/") || name.starts_with("head/")))
      w *= 0.5F;
    if (name.find("ear-shape") != std::string::npos) w = std::max(0.0F, w) * 0.5F;
    if (name.starts_with("head/") && name.find("-scale") == std::string::npos) {
      w = random.chance(0.35F) ? std::abs(w) * 0.45F : 0;
    }
    c.details[name] = std::clamp(w, -0.45F, 0.45F);
  }
  c.identity.resize(assets.identity.modes());
  for (float& a : c.identity) a = random.normal(0, 0.85F);
  c.turn = random.normal(0, 0.22F);
  c.lean = random.normal(0, 0.05F);
  c.nod = random.normal(0, 0.07F);
}

void draw_expression(Character& c, Random& random) {
  static constexpr std::array<std::string_view, 11> names{
      "neutral", "smile", "grin", "laugh", "surprised", "open", "angry", "sad", "smirk", "pucker", "squint"};
  constexpr std::array<float, 11> share{0.3F,  0.16F, 0.14F, 0.08F, 0.04F, 0.06F,
                                        0.05F, 0.04F, 0.05F, 0.03F, 0.05F};
  const float strength = random.uniform(0.4F, 0.95F);
  for (const auto& [name, w] : expression(names[random.pick(share)])) c.expression[name] = w * strength;
  // Nobody's face is quite symmetric or still.
  for (const char* name :
       {"mouthSmileLeft", "mouthSmileRight", "browDownLeft", "browDownRight", "browInnerUp", "eyeBlinkLeft",
        "mouthLeft", "mouthRight", "jawForward", "mouthPressLeft"}) {
    c.expression[name] += std::abs(random.normal(0, 0.06F));
  }
  const float lids = std::abs(random.normal(0, 0.1F));
  c.expression["eyeBlinkLeft"] = c.expression["eyeBlinkRight"] = std::max(c.expression["eyeBlinkLeft"], lids);
  c.gaze_x = random.normal(0, 0.16F);
  c.gaze_y = random.normal(0, 0.08F);
}

void draw_skin(Character& c, const Assets& assets, Random& random, std::size_t race) {
  const bool male = c.male > 0.5F;
  const int age = c.age < 0.55F ? 0 : c.age < 0.75F ? 1 : 2;
  static constexpr std::array<std::string_view, 3> names{"african", "asian", "caucasian"};
  const auto distance = [&](const Skin& s) {
    const float years = static_cast<float>(std::abs(static_cast<int>(s.age) - age));
    return (s.male != male ? 2.0F : 0.0F) + years + (s.dark != (race == 0) ? 6.0F : 0.0F) +
           (s.ethnicity != names[race] ? 0.5F : 0.0F) + random.uniform() * 1.6F;
  };
  std::vector<std::pair<float, int>> order;
  for (const Skin& s : assets.skins) order.emplace_back(distance(s), static_cast<int>(order.size()));
  std::sort(order.begin(), order.end());
  c.skin = order[0].second;
  c.second_skin = order[std::min<std::size_t>(1, order.size() - 1)].second;
  const Skin& first = assets.skins[static_cast<std::size_t>(c.skin)];
  const Skin& second = assets.skins[static_cast<std::size_t>(c.second_skin)];
  c.skin_mix = first.dark == second.dark && first.male == second.male ? random.uniform() * 0.5F : 0;
  // Between the textures' few tones: lighter and darker, also across what people are usually called.
  c.melanin = random.normal(0, 0.2F);
  c.melanin += race == 0 ? random.uniform(-0.25F, 0.25F) : random.uniform(-0.1F, 0.3F);
  c.redness = random.normal(0, 0.06F);
  c.wrinkles = std::clamp((c.age - 0.55F) * 2.4F + random.normal(0, 0.1F), 0.0F, 1.0F);
}

StrandStyle draw_strands(Random& random, bool male, std::size_t race) {
  StrandStyle s;
  const float kind = random.uniform();
  if (race == 0 && random.chance(0.75F)) {  // cropped to big curls
    s = {male || random.chance(0.4F) ? random.uniform(0.03F, 0.2F) : random.uniform(0.3F, 0.8F),
         1.0F,
         0,
         0,
         random.uniform(0.7F, 1.0F),
         0,
         0,
         0,
         1.2F};
  } else if (kind < 0.25F) {  // cropped
    s = {random.uniform(0.03F, 0.15F),
         random.uniform(0.3F, 0.8F),
         random.uniform(-0.6F, 0.2F),
         0,
         0,
         0.1F,
         0,
         0,
         1};
  } else if (kind < 0.7F || male) {  // combed, now and then standing up
    s = {random.uniform(0.25F, 0.75F),
         random.chance(0.2F) ? random.uniform(0.4F, 0.8F) : random.uniform(0.05F, 0.3F),
         random.uniform(-1, 1),
         random.uniform(-0.6F, 0.6F),
         random.chance(0.35F) ? random.uniform(0.1F, 0.5F) : 0,
         random.uniform(0.2F, 0.8F),
         0,
         0,
         1};
  } else {  // long
    s = {random.uniform(1.0F, 2.6F),
         random.uniform(0.05F, 0.3F),
         random.uniform(0, 0.5F),
         random.uniform(-0.4F, 0.4F),
         random.chance(0.5F) ? random.uniform(0.1F, 0.5F) : 0,
         1.0F,
         0,
         0,
         1};
  }
  s.hairline = male ? std::abs(random.normal(0, 0.12F)) : std::abs(random.normal(0, 0.04F));
  return s;
}

void draw_hair(Character& c, const Assets& assets, Random& random, std::size_t race) {
  const bool male = c.male > 0.5F;
  static constexpr std::array<std::string_view, 7> names{"black",  "dark",  "brown", "auburn",
                                                         "ginger", "blond", "ash"};
  constexpr std::array<float, 7> european{0.17F, 0.23F, 0.22F, 0.09F, 0.06F, 0.15F, 0.08F};
  constexpr std::array<float, 7> other{0.68F, 0.27F, 0.05F, 0, 0, 0, 0};
  std::string_view name = names[random.pick(race == 2 ? european : other)];
  if (c.age > 0.7F && random.chance(0.7F)) name = random.chance(0.5F) ? "grey" : "white";
  const Color base = hair_color(name);
  const float light = std::exp(random.normal(0, 0.25F));
  c.hair.color = {base.x * light * std::exp(random.normal(0, 0.04F)), base.y * light,
                  base.z * light * std::exp(random.normal(0, 0.04F))};

  c.beard_color = c.hair.color;

  static constexpr std::array<std::string_view, 4> male_cards{"short01", "short02", "short04", "ponytail01"};
  static constexpr std::array<std::string_view, 4> female_cards{"long01", "ponytail01", "braid01", "short02"};
  static constexpr std::array<std::string_view, 2> over_an_eye{"short03", "bob02"};
  const bool covers = random.chance(male ? 0.06F : 0.2F);
  const std::string card(covers ? random.any(over_an_eye)
                         : male ? random.any(male_cards)
                                : random.any(female_cards));
  const bool bald = male && c.age > 0.45F && random.chance(0.1F);
  const bool use_card = assets.garment("hair/" + card) && random.chance(male ? 0.35F : 0.55F) &&
                        !(race == 0 && random.chance(0.5F));
  c.hair.card = card;
  c.hair.strands = draw_strands(random, male, race);
  if (male && c.age > 0.6F && random.chance(0.3F)) {
    c.hair.strands.crown = random.uniform(0.4F, 1);
    c.hair.strands.hairline += 0.15F;
    c.hair.strands.length = std::min(c.hair.strands.length, 0.2F);
  }
  c.hair.kind = bald ? Hair::Kind::none : use_card ? Hair::Kind::card : Hair::Kind::strands;
  if (random.chance(0.06F)) {
    c.hat.kind = random.chance(0.6F) ? Hat::Kind::beanie : Hat::Kind::cap;
    c.hat.color = {random.uniform(0.01F, 0.5F), random.uniform(0.01F, 0.4F), random.uniform(0.01F, 0.5F)};
  }
  constexpr std::array<float, 4> beards{0.5F, 0.22F, 0.12F, 0.16F};
  constexpr std::array<float, 4> lengths{0, 0.12F, 0.4F, 1.0F};
  if (male && c.age > 0.42F) c.beard = lengths[random.pick(beards)];
}

void draw_rest(Character& c, const Assets& assets, Random& random, std::size_t race) {
  const auto any_of = [&](std::string_view kind) {
    const auto names = assets.garments_of(kind);
    return names.empty() ? std::string() : random.any(names);
  };
  c.brow = any_of("brow");
  c.lash = any_of("lash");
  static constexpr std::array<std::string_view, 9> light_eyes{
      "brown", "brownlight", "blue", "bluegreen", "green", "grey", "ice", "lightblue", "deepblue"};
  static constexpr std::array<std::string_view, 3> dark_eyes{"brown", "brown", "brownlight"};
  c.iris = race == 2 ? random.any(light_eyes) : random.any(dark_eyes);
  if (!assets.irises.contains(c.iris)) c.iris = assets.irises.begin()->first;
  std::vector<std::string> clothes;
  for (const std::string& name : assets.garments_of("cloth")) {
    if (name.starts_with("female") != (c.male > 0.5F)) clothes.push_back(name);
  }
  if (!clothes.empty()) c.cloth = random.any(clothes);
  c.cloth_tint = {random.uniform(0.3F, 1.15F), random.uniform(0.3F, 1.15F), random.uniform(0.3F, 1.15F)};
  if (random.chance(0.14F)) {
    c.glasses.shape = random.chance(0.6F) ? Glasses::Shape::square : Glasses::Shape::round;
    if (random.chance(0.4F))
      c.glasses.frame = {random.uniform(0, 0.4F), random.uniform(0, 0.3F), random.uniform(0, 0.3F)};
  }
  if (c.male < 0.5F && c.age > 0.42F && random.chance(0.45F)) {  // everyday make-up
    c.look.lips =
        Color{random.uniform(0.25F, 0.5F), random.uniform(0.03F, 0.12F), random.uniform(0.04F, 0.14F)};
    c.look.eye_shadow_weight = random.uniform(0.1F, 0.35F);
    if (random.chance(0.5F))
      c.look.eye_shadow = Color{random.uniform(0.08F, 0.25F), random.uniform(0.05F, 0.12F), 0.1F};
  }
  c.light = mix_bits(c.seed, 5);
}

}  // namespace

Character make_character(const Assets& assets, std::uint32_t seed) {
  Random random(seed, 1);
  Character c;
  c.seed = seed;
  draw_shape(c, assets, random);
  const auto race = static_cast<std::size_t>(std::max_element(c.race.begin(), c.race.end()) - c.race.begin());
  draw_expression(c, random);
  draw_skin(c, assets, random, race);
  draw_hair(c, assets, random, race);
  draw_rest(c, assets, random, race);
  return c;
}

int find_skin(const Assets& assets, bool dark, Skin::Age age, bool male) {
  const auto distance = [&](const Skin& s) {
    return (s.dark != dark ? 100 : 0) + 10 * std::abs(static_cast<int>(s.age) - static_cast<int>(age)) +
           (s.male != male ? 4 : 0);
  };
  const auto nearer = [&](const Skin& a, const Skin& b) { return distance(a) < distance(b); };
  return static_cast<int>(std::min_element(assets.skins.begin(), assets.skins.end(), nearer) -
                          assets.skins.begin());
}

}  // namespace triptych::synthetic
