// What an edit changes of a character, one function an edit; their names and phrases are in edits.cpp.
#pragma once

#include "synthetic/character.h"

namespace triptych::synthetic::change {

void child(Character& c, const Assets& a);
void old(Character& c, const Assets& a);
void fat(Character& c, const Assets& a);
void thin(Character& c, const Assets& a);
void bronze(Character& c, const Assets& a);
void gold(Character& c, const Assets& a);
void silver(Character& c, const Assets& a);
void marble(Character& c, const Assets& a);
void clay(Character& c, const Assets& a);
void hulk(Character& c, const Assets& a);
void makeup(Character& c, const Assets& a);
void beard(Character& c, const Assets& a);
void blond(Character& c, const Assets& a);
void red_hair(Character& c, const Assets& a);
void white_hair(Character& c, const Assets& a);
void blue_hair(Character& c, const Assets& a);
void pink_hair(Character& c, const Assets& a);
void green_hair(Character& c, const Assets& a);
void black_hair(Character& c, const Assets& a);
void glasses(Character& c, const Assets& a);
void round_glasses(Character& c, const Assets& a);
void sunglasses(Character& c, const Assets& a);
void smile(Character& c, const Assets& a);
void surprised(Character& c, const Assets& a);
void angry(Character& c, const Assets& a);
void sad(Character& c, const Assets& a);
void asleep(Character& c, const Assets& a);
void joker(Character& c, const Assets& a);
void long_hair(Character& c, const Assets& a);
void bald(Character& c, const Assets& a);
void curly(Character& c, const Assets& a);
void vampire(Character& c, const Assets& a);
void alien(Character& c, const Assets& a);
void zombie(Character& c, const Assets& a);
void elf(Character& c, const Assets& a);
void pixar(Character& c, const Assets& a);

// Several at once, in this order.
template <void (*... parts)(Character&, const Assets&)>
void both(Character& c, const Assets& a) {
  (parts(c, a), ...);
}

}  // namespace triptych::synthetic::change
