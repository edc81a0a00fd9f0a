#include "cli/numbers.h"

#include <charconv>
#include <sstream>
#include <string>

namespace triptych::cli {
namespace {

// The whole text as a number from `least` to `most`.
template <typename T>
CLI::Validator number(const char* kind, T least, T most) {
  std::ostringstream range;
  range << least << " to " << most;
  const auto check = [=, range = range.str()](std::string& text) -> std::string {
    const char* const end = text.data() + text.size();
    T value{};
    const auto [rest, error] = std::from_chars(text.data() + (text.starts_with('+') ? 1 : 0), end, value);
    // NaN compares with nothing.
    const bool good = error == std::errc() && rest == end && value >= least && value <= most;
    if (!good) return "\"" + text + "\" is no " + kind + " from " + range;
    // CLI11 would take "010" for eight.
    if constexpr (std::is_integral_v<T>) text = std::to_string(value);
    return {};
  };
  return CLI::Validator(check, range.str());
}

}  // namespace

CLI::Validator whole_number(std::uint64_t least, std::uint64_t most) {
  return number("whole number", least, most);
}

CLI::Validator real_number(double least, double most) {
  return number("number", least, most);
}

}  // namespace triptych::cli
