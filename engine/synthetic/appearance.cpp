// Hair colours and expressions by name.
#include <algorithm>

#include "synthetic/character.h"

namespace triptych::synthetic {
namespace {

struct NamedColor {
  std::string_view name;
  Color color;
};
constexpr std::array<NamedColor, 13> hair_colors{{{"black", {0.007F, 0.006F, 0.0055F}},
                                                  {"dark", {0.022F, 0.013F, 0.009F}},
                                                  {"brown", {0.075F, 0.04F, 0.022F}},
                                                  {"auburn", {0.17F, 0.065F, 0.028F}},
                                                  {"ginger", {0.36F, 0.13F, 0.035F}},
                                                  {"blond", {0.52F, 0.36F, 0.17F}},
                                                  {"ash", {0.33F, 0.25F, 0.16F}},
                                                  {"grey", {0.24F, 0.235F, 0.23F}},
                                                  {"white", {0.55F, 0.54F, 0.52F}},
                                                  {"blue", {0.03F, 0.10F, 0.45F}},
                                                  {"red", {0.45F, 0.015F, 0.02F}},
                                                  {"pink", {0.75F, 0.2F, 0.4F}},
                                                  {"green", {0.05F, 0.35F, 0.10F}}}};

using Expression = std::map<std::string, float>;
const std::map<std::string, Expression, std::less<>>& expressions() {
  static const std::map<std::string, Expression, std::less<>> all{
      {"neutral", {}},
      {"smile",
       {{"mouthSmileLeft", 0.8F},
        {"mouthSmileRight", 0.8F},
        {"cheekSquintLeft", 0.5F},
        {"cheekSquintRight", 0.5F},
        {"eyeSquintLeft", 0.2F},
        {"eyeSquintRight", 0.2F}}},
      {"grin",
       {{"mouthSmileLeft", 1},
        {"mouthSmileRight", 1},
        {"mouthUpperUpLeft", 0.55F},
        {"mouthUpperUpRight", 0.55F},
        {"mouthLowerDownLeft", 0.35F},
        {"mouthLowerDownRight", 0.35F},
        {"cheekSquintLeft", 0.7F},
        {"cheekSquintRight", 0.7F},
        {"eyeSquintLeft", 0.35F},
        {"eyeSquintRight", 0.35F},
        {"jawOpen", 0.1F}}},
      {"laugh",
       {{"mouthSmileLeft", 0.9F},
        {"mouthSmileRight", 0.9F},
        {"mouthUpperUpLeft", 0.5F},
        {"mouthUpperUpRight", 0.5F},
        {"mouthLowerDownLeft", 0.3F},
        {"mouthLowerDownRight", 0.3F},
        {"cheekSquintLeft", 0.9F},
        {"cheekSquintRight", 0.9F},
        {"eyeSquintLeft", 0.6F},
        {"eyeSquintRight", 0.6F},
        {"jawOpen", 0.3F}}},
      {"surprised",
       {{"jawOpen", 0.38F},
        {"browInnerUp", 0.7F},
        {"browOuterUpLeft", 0.7F},
        {"browOuterUpRight", 0.7F},
        {"eyeWideLeft", 0.6F},
        {"eyeWideRight", 0.6F}}},
      {"open", {{"jawOpen", 0.25F}, {"browInnerUp", 0.2F}}},
      {"angry",
       {{"mouthFrownLeft", 0.6F},
        {"mouthFrownRight", 0.6F},
        {"browDownLeft", 0.9F},
        {"browDownRight", 0.9F},
        {"noseSneerLeft", 0.5F},
        {"noseSneerRight", 0.5F},
        {"eyeSquintLeft", 0.3F},
        {"eyeSquintRight", 0.3F},
        {"mouthPressLeft", 0.3F},
        {"mouthPressRight", 0.3F}}},
      {"sad",
       {{"browInnerUp", 0.9F},
        {"mouthFrownLeft", 0.8F},
        {"mouthFrownRight", 0.8F},
        {"mouthShrugLower", 0.4F},
        {"eyeSquintLeft", 0.2F},
        {"eyeSquintRight", 0.2F}}},
      {"smirk", {{"mouthSmileLeft", 0.6F}, {"mouthDimpleLeft", 0.4F}, {"browOuterUpRight", 0.3F}}},
      {"pucker", {{"mouthPucker", 0.5F}}},
      {"squint",
       {{"eyeSquintLeft", 0.6F},
        {"eyeSquintRight", 0.6F},
        {"mouthPressLeft", 0.3F},
        {"mouthPressRight", 0.3F}}},
      {"asleep", {{"eyeBlinkLeft", 0.95F}, {"eyeBlinkRight", 0.95F}}}};
  return all;
}

}  // namespace

Color hair_color(std::string_view name) {
  const auto it =
      std::find_if(hair_colors.begin(), hair_colors.end(), [&](const auto& c) { return c.name == name; });
  return it == hair_colors.end() ? hair_colors[0].color : it->color;
}

const std::map<std::string, float>& expression(std::string_view name) {
  const auto it = expressions().find(name);
  return it == expressions().end() ? expressions().find("neutral")->second : it->second;
}

}  // namespace triptych::synthetic
