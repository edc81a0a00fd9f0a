#include "cli/heads.h"

#include "head/tri_file.h"

namespace triptych::cli {

void add_head(CLI::App& command, std::filesystem::path& head) {
  command.add_option("HEAD", head, "a .tri head")->required();
}

Result<Head> read_head(const std::filesystem::path& path, Context& context) {
  const StageTimer timer(context.report, "load");
  TRIPTYCH_TRY(Head head, load_head(path));
  context.report["inputs"]["head"] = path.string();
  return head;
}

}  // namespace triptych::cli
