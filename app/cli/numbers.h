// Validators of options that take a number: what is none, or out of range, is a wrong call (status 2).
// CLI11's own let NaN pass every range and wrap negative and overlong numbers around.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>

namespace triptych::cli {

// Both ends belong to the range. Whole numbers are decimal, also with zeros before them: given to
// transform(), which lets a validator rewrite what CLI11 would read as octal.
[[nodiscard]] CLI::Validator whole_number(std::uint64_t least, std::uint64_t most);
[[nodiscard]] CLI::Validator real_number(double least, double most);

}  // namespace triptych::cli
