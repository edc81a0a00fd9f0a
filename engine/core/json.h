// The one way to read JSON that others wrote.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "core/error.h"

namespace triptych {

enum class JsonComments { refuse, skip };

// Refuses text that is no JSON, and lists and objects that lie more than 64 deep in each other, which the
// library reads but could not copy, compare or write without running out of stack. The error says what is
// wrong; the caller puts the file's name before it. Never throws.
[[nodiscard]] Result<nlohmann::json> parse_json(std::string_view text,
                                                JsonComments comments = JsonComments::refuse);

// The member, or null where there is none or `object` is none; a reference into `object`, never a copy.
[[nodiscard]] const nlohmann::json& member(const nlohmann::json& object, const char* key);

}  // namespace triptych
