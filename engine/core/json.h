// The one way to read JSON that others wrote, and to write what others named.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/error.h"

namespace triptych {

enum class JsonComments { refuse, skip };

// Refuses text that is no JSON, and lists and objects that lie more than 64 deep in each other, which the
// library reads but could not copy, compare or write without running out of stack. The error says what is
// wrong; the caller puts the file's name before it. Never throws.
[[nodiscard]] Result<nlohmann::json> parse_json(std::string_view text,
                                                JsonComments comments = JsonComments::refuse);

// The text of a value. Bytes that are not UTF-8, as names of files may have them, become U+FFFD; never throws
// for them. `indent`: spaces a level; -1: on one line.
[[nodiscard]] std::string json_text(const nlohmann::json& value, int indent = -1);

// The member, or null where there is none or `object` is none; a reference into `object`, never a copy.
[[nodiscard]] const nlohmann::json& member(const nlohmann::json& object, const char* key);

}  // namespace triptych
