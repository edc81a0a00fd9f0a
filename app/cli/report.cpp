#include "cli/report.h"

#include <cerrno>
#include <cstdio>
#include <memory>

#include "core/atomic_file.h"
#include "core/file_errors.h"
#include "core/json.h"

namespace triptych::cli {
namespace {

namespace fs = std::filesystem;

Status write_stream(std::FILE* stream, const fs::path& path, const std::string& text) {
  const bool written = stream != nullptr && std::fwrite(text.data(), 1, text.size(), stream) == text.size() &&
                       std::fflush(stream) == 0;
  if (written) return {};
  return refused_writing(path, "the report cannot be written", errno);
}

}  // namespace

nlohmann::json begin_report(const Command& command, const Common& common) {
  return {{"verb", command.app->get_name()},
          {"versions", {{"triptych", TRIPTYCH_VERSION}}},
          {"inputs", nlohmann::json::object()},
          {"options",
           {{"threads", common.threads},
            {"device", common.device},
            {"precision", common.precision},
            {"seed", common.seed}}},
          {"times_ms", nlohmann::json::object()}};
}

bool is_standard_output(const fs::path& report) {
  return report == "-" || report == "/dev/stdout";
}

bool is_stream(const fs::path& report) {
  std::error_code error;
  const fs::file_status there = fs::status(report, error);
  return is_standard_output(report) || fs::is_character_file(there) || fs::is_fifo(there);
}

Status write_report(const fs::path& path, const nlohmann::json& report) {
  const std::string text = json_text(report, 2) + "\n";
  if (is_standard_output(path)) return write_stream(stdout, "standard output", text);
  if (!is_stream(path)) return write_file(path, text);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream(std::fopen(path.c_str(), "w"), &std::fclose);
  return write_stream(stream.get(), path, text);
}

}  // namespace triptych::cli
