// The edits that heads are rendered with: one table of names, phrases and what changes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "synthetic/character.h"

namespace triptych::synthetic {

struct Edit {
  std::string name;                       // "bronze statue"
  std::vector<std::string> phrases;       // as people type them, for training; the name is among them
  std::vector<std::string> test_phrases;  // never trained on
  bool held_out = false;                  // the whole edit is kept for testing adaptation
  bool own_exposure = false;              // the new matter or skin is exposed anew
  void (*apply)(Character&, const Assets&) = nullptr;  // null for entry 0, "as it is"
};

// Entry 0 is the unedited head. The order is part of the shards' format: new edits go to the end.
[[nodiscard]] const std::vector<Edit>& edit_table();
// The number of the entry that has this name, -1 if none has.
[[nodiscard]] int find_edit(std::string_view name);

[[nodiscard]] Character edited(const Character& character, const Assets& assets, int edit);

}  // namespace triptych::synthetic
