#include "synthetic/edits.h"

#include <algorithm>

#include "synthetic/edit_changes.h"

namespace triptych::synthetic {
namespace {

using namespace change;

std::vector<Edit> make_table() {
  std::vector<Edit> t;
  const auto add = [&](std::string name, void (*apply)(Character&, const Assets&),
                       std::vector<std::string> phrases, std::vector<std::string> test_phrases) -> Edit& {
    phrases.insert(phrases.begin(), name);
    return t.emplace_back(
        Edit{std::move(name), std::move(phrases), std::move(test_phrases), false, false, apply});
  };
  t.push_back({"as it is", {"as it is"}, {}, false, false, nullptr});
  add("child", child,
      {"make them a child", "turn into a kid", "as a little kid", "younger, like a child", "a small child",
       "make her a little girl", "make him a little boy", "age eight", "childhood photo"},
      {"what would they look like as a kid", "a young child's face", "turn this person into a child",
       "kid version", "as a seven year old"});
  add("old", old,
      {"make them old", "an old person", "aged", "elderly", "turn into a senior", "make her an old woman",
       "make him an old man", "with wrinkles and white hair", "eighty years old", "grandma", "grandpa",
       "make me older", "decades older", "ageing"},
      {"grandparent", "add forty years", "what will I look like when I am old",
       "make the face aged and wrinkled", "a very old person"})
      .own_exposure = true;
  add("fat", fat,
      {"make them fat", "a chubby face", "overweight", "gain weight", "a fat person", "with chubby cheeks",
       "heavier", "make him fatter", "a double chin"},
      {"much heavier person", "make her chubby", "obese", "round fat cheeks", "put on a lot of weight"});
  add("thin", thin,
      {"make them thin", "a thin face", "skinny", "lose weight", "slim", "a skinny person", "hollow cheeks",
       "make her thinner", "slimmer face"},
      {"very skinny", "a gaunt face", "make him slim", "lost a lot of weight",
       "thin person with hollow cheeks"});
  add("bronze statue", bronze,
      {"turn into a bronze statue", "a bronze sculpture", "bronze bust", "make it bronze",
       "as a statue of bronze", "made of bronze", "a bronze head", "cast in bronze", "bronze"},
      {"a sculpture cast from bronze", "transform him into a bronze statue", "bronze figure of this person",
       "her face in bronze", "statue, bronze metal"})
      .own_exposure = true;
  add("gold statue", gold,
      {"turn into a gold statue", "a golden statue", "golden sculpture", "made of gold", "make it gold",
       "solid gold", "a gold bust", "gilded", "gold"},
      {"golden figure of this person", "transform her into a golden statue", "a head made from pure gold",
       "sculpture in gold", "cast in shiny gold"})
      .own_exposure = true;
  add("marble statue", marble,
      {"turn into a marble statue", "a white marble sculpture", "marble bust", "made of marble",
       "a greek statue", "stone statue", "carved from white stone", "roman marble head", "marble"},
      {"a classical sculpture in white marble", "turn him to stone", "bust carved out of marble",
       "like an ancient greek sculpture", "white stone statue of this person"})
      .own_exposure = true;
  add("hulk", hulk,
      {"turn into the hulk", "the incredible hulk", "make him the hulk", "as the hulk", "angry green giant",
       "a green monster like hulk", "hulk face", "green skin and muscles", "bruce banner as hulk"},
      {"transform into hulk", "green superhero hulk", "look like the incredible hulk",
       "hulk version of this person", "big green angry man"})
      .own_exposure = true;
  add("makeup", makeup,
      {"put on makeup", "with heavy makeup", "wearing lipstick", "red lipstick and eye shadow", "add make-up",
       "full makeup", "glamour makeup", "with red lips", "lipstick and blush"},
      {"apply some makeup", "made up for a party", "bright red lipstick", "face with make up",
       "give her lipstick and eyeshadow"});
  add("beard", beard,
      {"with a beard", "add a beard", "give him a beard", "bearded", "a full beard", "grow a beard",
       "thick beard", "a bearded man", "facial hair"},
      {"man with a big beard", "put a beard on the face", "beard and moustache", "let the beard grow",
       "wearing a full beard"});
  add("blond hair", blond,
      {"blonde", "blonde hair", "make the hair blond", "dye the hair blond", "with blonde hair",
       "golden blond hair", "fair hair", "turn her blonde", "blond"},
      {"what if I were blonde", "change hair colour to blond", "light blonde hair", "a blond person",
       "bleached blonde hair"});
  add("red hair", red_hair,
      {"bright red hair", "make the hair red", "dye the hair red", "with red hair", "hair coloured red",
       "scarlet hair", "a redhead", "vivid red hair", "crimson hair"},
      {"change hair colour to red", "hair as red as fire", "red dyed hair", "give her red hair",
       "person with bright red hair"});
  add("white hair", white_hair,
      {"snow white hair", "make the hair white", "dye the hair white", "with white hair", "silver white hair",
       "hair turned white", "pure white hair", "platinum white hair", "grey to white hair"},
      {"change hair colour to white", "hair as white as snow", "white dyed hair", "give him white hair",
       "person with white hair"});
  add("blue hair", blue_hair,
      {"bright blue hair", "make the hair blue", "dye the hair blue", "with blue hair", "hair coloured blue",
       "deep blue hair", "electric blue hair", "blue dyed hair", "navy blue hair"},
      {"change hair colour to blue", "hair as blue as the sea", "vivid blue hair", "give her blue hair",
       "person with blue hair"});
  add("glasses", glasses,
      {"with glasses", "wearing glasses", "put on glasses", "add glasses", "black glasses", "reading glasses",
       "give him glasses", "eyeglasses", "spectacles"},
      {"a person wearing eyeglasses", "put glasses on her", "thick black frames", "make him wear spectacles",
       "square glasses"});
  add("round glasses", round_glasses,
      {"with round glasses", "wearing round glasses", "glasses with round lenses", "john lennon glasses",
       "harry potter glasses", "round gold glasses", "thin round frames", "add round glasses",
       "circular spectacles"},
      {"put on small round glasses", "gold rimmed round spectacles", "like harry potter's glasses",
       "round wire glasses", "person with circular glasses"});
  add("smile", smile,
      {"smiling", "make them smile", "a big smile", "happy", "with a broad smile", "laughing",
       "show teeth smiling", "grin", "make her happy"},
      {"a happy smiling face", "put a smile on his face", "smile with teeth", "cheerful", "grinning widely"});
  add("joker", joker,
      {"the joker", "turn into the joker", "as the joker from batman", "joker makeup",
       "clown face with green hair", "make him the joker", "joker face", "evil clown",
       "white face red lips green hair"},
      {"look like the joker", "batman's joker", "transform into joker", "joker style clown",
       "the joker, painted white face"})
      .own_exposure = true;
  add("surprised", surprised,
      {"a surprised face", "look surprised", "shocked", "astonished", "amazed", "with an open mouth",
       "mouth wide open", "make them surprised", "stunned expression"},
      {"a look of surprise", "shocked expression", "jaw dropped", "make her look astonished", "wow face"});
  add("long hair", long_hair,
      {"with long hair", "make the hair long", "long straight hair", "let the hair grow long",
       "hair down to the shoulders", "longer hair", "give him long hair", "shoulder length hair",
       "flowing long hair"},
      {"very long hair", "hair grown past the shoulders", "make her hair longer", "a long hairstyle",
       "long loose hair"});
  add("bald", bald,
      {"make them bald", "no hair", "shaved head", "a bald head", "remove the hair", "bald man",
       "without hair", "shave the head", "hairless"},
      {"completely bald", "what if he lost all hair", "head shaved clean", "take the hair off",
       "a bald person"});
  add("angry", angry,
      {"make them angry", "an angry face", "furious", "mad", "look angry", "frowning",
       "with an angry expression", "enraged", "make him furious"},
      {"very angry person", "rage", "an angry look", "scowling", "make her mad"});
  add("sad", sad,
      {"make them sad", "a sad face", "unhappy", "look sad", "sorrowful", "depressed",
       "with a sad expression", "about to cry", "make her sad"},
      {"very unhappy person", "a sorrowful look", "sadness", "gloomy face", "make him look sad"});
  add("asleep", asleep,
      {"closed eyes", "eyes closed", "sleeping", "close the eyes", "fallen asleep", "with eyes shut",
       "napping", "shut the eyes", "dreaming"},
      {"a sleeping person", "make them close their eyes", "both eyes shut", "sound asleep",
       "with her eyes closed"});
  add("silver statue", silver,
      {"turn into a silver statue", "a silver sculpture", "made of silver", "make it silver", "solid silver",
       "a silver bust", "chrome statue", "polished silver head", "silver"},
      {"a figure made of silver", "transform her into a silver statue", "sculpture in silver metal",
       "chrome face", "cast in silver"})
      .own_exposure = true;
  add("clay sculpture", clay,
      {"turn into clay", "a terracotta bust", "made of clay", "terracotta", "clay figure", "a clay model",
       "terracotta warrior", "fired clay head", "red clay statue"},
      {"sculpted from clay", "a bust in terracotta", "clay version of this person", "modelled in red clay",
       "like a terracotta soldier"})
      .own_exposure = true;
  add("vampire", vampire,
      {"turn into a vampire", "as a vampire", "dracula", "pale like a vampire", "make her a vampire",
       "count dracula", "pale skin and dark lips", "gothic vampire", "undead vampire"},
      {"look like a vampire", "a vampire from a horror film", "transform into dracula", "vampire version",
       "bloodless pale vampire face"})
      .own_exposure = true;
  add("blue alien", alien,
      {"turn into a blue alien", "avatar", "a na'vi from avatar", "blue skin", "alien with blue skin",
       "make the skin blue", "na'vi", "blue face", "alien", "extraterrestrial",
       "a creature from another planet"},
      {"look like a na'vi", "avatar character with blue skin", "transform into an alien",
       "a blue skinned person", "person from pandora"})
      .own_exposure = true;
  add("pink hair", pink_hair,
      {"bright pink hair", "make the hair pink", "dye the hair pink", "with pink hair", "hair coloured pink",
       "hot pink hair", "pastel pink hair", "bubblegum pink hair", "rose hair"},
      {"change hair colour to pink", "pink dyed hair", "vivid pink hair", "give her pink hair",
       "person with pink hair"});
  add("green hair", green_hair,
      {"bright green hair", "make the hair green", "dye the hair green", "with green hair",
       "hair coloured green", "emerald green hair", "neon green hair", "green dyed hair", "grass green hair"},
      {"change hair colour to green", "hair as green as grass", "vivid green hair", "give him green hair",
       "person with green hair"});
  add("black hair", black_hair,
      {"jet black hair", "make the hair black", "dye the hair black", "with black hair", "dark hair",
       "raven black hair", "deep black hair", "a brunette with black hair", "black dyed hair"},
      {"change hair colour to black", "hair as black as coal", "give her black hair", "pitch black hair",
       "person with black hair"});
  add("curly hair", curly,
      {"an afro", "with curly hair", "afro hair", "make the hair curly", "big curls", "frizzy hair", "curls",
       "a big afro", "curly afro hairstyle"},
      {"give her curly hair", "very curly hair", "a round afro hairstyle", "perm", "hair full of curls"});
  add("sunglasses", sunglasses,
      {"with sunglasses", "wearing sunglasses", "put on sunglasses", "dark glasses", "shades",
       "cool sunglasses", "add sunglasses", "black sunglasses", "ray bans"},
      {"a person in dark sunglasses", "put shades on him", "eyes hidden by sunglasses", "wear sun glasses",
       "give her sunglasses"});
  // Combinations.
  add("old bronze statue", both<old, bronze>,
      {"bronze statue of an old man", "an old person in bronze", "bronze bust of an old woman",
       "aged bronze sculpture of an old person", "elderly bronze statue", "old and made of bronze",
       "statue of a grandfather in bronze", "old age, cast in bronze"},
      {"a bronze statue of this person in old age", "make him old and bronze",
       "elderly person as a bronze bust", "bronze sculpture with wrinkles", "old bronze head"})
      .own_exposure = true;
  add("blonde with glasses", both<blond, glasses>,
      {"blond hair and glasses", "a blonde wearing glasses", "glasses and blonde hair",
       "make her blonde with glasses", "blond with eyeglasses", "dye the hair blond and add glasses",
       "fair hair and spectacles", "blonde person in glasses"},
      {"put glasses on and make the hair blonde", "blond haired with spectacles", "a bespectacled blonde",
       "blonde hair plus black glasses", "light hair, wearing glasses"});
  add("smiling old person", both<old, smile>,
      {"old and smiling", "a happy old man", "a happy old woman", "smiling grandparent",
       "an elderly person smiling", "make them old and happy", "laughing old person", "cheerful and elderly"},
      {"an old person with a big smile", "smile and grow old", "a happy senior", "grinning grandfather",
       "old, wrinkled and smiling"})
      .own_exposure = true;
  add("smiling with beard", both<beard, smile>,
      {"a beard and a smile", "bearded and smiling", "a happy bearded man", "add a beard and smile",
       "smiling man with a beard", "laughing with a beard", "full beard and big smile", "beard, happy"},
      {"give him a beard and a smile", "cheerful bearded person", "a smile behind a beard",
       "a grinning man with a full beard", "bearded with a happy face"});
  add("child with red hair", both<child, red_hair>,
      {"a red haired kid", "a little kid with red hair", "child, red hair", "redheaded child",
       "make them a child with bright red hair", "a small redhead", "kid with dyed red hair",
       "red hair and a child's face"},
      {"a young child whose hair is red", "little redheaded kid", "as a kid with red hair",
       "a child with scarlet hair", "turn into a red haired child"});
  add("gold statue with glasses", both<gold, glasses>,
      {"golden statue wearing glasses", "a gold bust with glasses", "gold and glasses",
       "golden sculpture in glasses", "made of gold, with glasses", "statue of gold with spectacles",
       "a gilded head wearing glasses", "gold statue with eyeglasses"},
      {"turn into gold and put on glasses", "a golden head with spectacles", "golden person wearing glasses",
       "glasses on a gold statue", "gold sculpture that wears eyeglasses"})
      .own_exposure = true;
  add("angry marble statue", both<marble, angry>,
      {"marble statue of an angry person", "an angry stone statue", "furious marble bust",
       "angry and made of marble", "a frowning greek statue", "white marble sculpture, angry",
       "enraged statue of stone", "marble head with an angry face"},
      {"turn into angry marble", "an angry face carved in marble", "stone sculpture of rage",
       "a scowling marble bust", "furious statue in white marble"})
      .own_exposure = true;
  // Never trained: adaptation is tested on these.
  Edit& z = add("zombie", zombie,
                {"turn into a zombie", "as a zombie", "undead", "a rotting zombie", "walking dead",
                 "make him a zombie", "zombie face", "a zombie from a film", "decaying corpse"},
                {"look like a zombie", "transform into the undead", "the walking dead",
                 "zombie version of this person", "an undead monster"});
  z.held_out = z.own_exposure = true;
  add("pixar", pixar,
      {"pixar character", "as a pixar character", "turn into a 3d cartoon", "disney pixar style",
       "cartoon with big eyes", "animated film character", "like in a pixar movie", "3d animation style",
       "cute cartoon person"},
      {"look like a pixar film", "make it a disney character", "cartoon version", "an animated 3d character",
       "pixar style portrait"})
      .held_out = true;
  add("elf", elf,
      {"turn into an elf", "as an elf", "an elf from lord of the rings", "pointed ears", "make her an elf",
       "legolas", "elven face", "fantasy elf", "with elf ears"},
      {"look like an elf", "an elvish person", "transform into a fantasy elf", "elf version of this person",
       "long pointed ears and fair skin"})
      .held_out = true;
  return t;
}

}  // namespace

const std::vector<Edit>& edit_table() {
  static const std::vector<Edit> table = make_table();
  return table;
}

int find_edit(std::string_view name) {
  const auto& table = edit_table();
  const auto found = std::find_if(table.begin(), table.end(), [&](const Edit& e) { return e.name == name; });
  return found == table.end() ? -1 : static_cast<int>(found - table.begin());
}

Character edited(const Character& character, const Assets& assets, int edit) {
  Character result = character;
  const auto& table = edit_table();
  if (edit > 0 && static_cast<std::size_t>(edit) < table.size()) {
    table[static_cast<std::size_t>(edit)].apply(result, assets);
  }
  return result;
}

}  // namespace triptych::synthetic
