// What the tooltips of the menus say.
#pragma once

#include <string>
#include <string_view>

namespace triptych::app {

[[nodiscard]] std::string command_hint(std::string_view id);  // a sentence without a full stop; empty: none

}  // namespace triptych::app
