#include "core/json.h"

namespace triptych {
namespace {

constexpr int deepest = 64;

// Where the string, or the comment, that starts at `i` ends: the index after it.
std::size_t after_string(std::string_view text, std::size_t i) {
  for (++i; i < text.size() && text[i] != '"'; ++i) {
    if (text[i] == '\\') ++i;
  }
  return i + 1;
}
std::size_t after_comment(std::string_view text, std::size_t i) {
  const bool block = text.substr(i).starts_with("/*");
  const std::size_t end =
      block ? text.find("*/", i + 2) : text.find_first_of(std::string_view("\n\r\0", 3), i);
  return end == std::string_view::npos ? text.size() : end + (block ? 2 : 1);
}

// Agrees with the parser up to the first fault in the text, where the parser stops.
bool too_deep(std::string_view text, bool comments) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '"') {
      i = after_string(text, i);
      continue;
    }
    if (c == '/' && comments) {
      i = after_comment(text, i);
      continue;
    }
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    if (depth > deepest) return true;
    ++i;
  }
  return false;
}

}  // namespace

Result<nlohmann::json> parse_json(std::string_view text, JsonComments comments) {
  const bool skip = comments == JsonComments::skip;
  if (too_deep(text, skip)) return fail("JSON with lists and objects more than 64 deep in each other");
  nlohmann::json json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false, skip);
  if (json.is_discarded()) return fail("not valid JSON");
  return json;
}

std::string json_text(const nlohmann::json& value, int indent) {
  return value.dump(indent, ' ', false, nlohmann::json::error_handler_t::replace);
}

const nlohmann::json& member(const nlohmann::json& object, const char* key) {
  static const nlohmann::json none;
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}

}  // namespace triptych
