#include "model/model.h"

#include <ATen/Parallel.h>

#include <array>

#include "model/package.h"
#include "model/reference/reference_model.h"
#include "model/starter/starter.h"

namespace triptych {
namespace {

struct Kind {
  std::string_view name;
  Result<std::shared_ptr<const Model>> (*open)(const Package&, const ModelOptions&);
};

// Who opens which kind of package.
constexpr auto kinds = std::to_array<Kind>({
    {"starter", open_starter},
    {"3dpe", reference::open_reference_model},
    {"live3d", reference::open_reference_model},
});

}  // namespace

Result<std::shared_ptr<const Model>> open_model(const std::filesystem::path& path,
                                                const ModelOptions& options) {
  TRIPTYCH_TRY(const Package package, Package::open(path));
  if (options.threads > 0) at::set_num_threads(options.threads);
  for (const Kind& kind : kinds) {
    if (kind.name == package.manifest().kind) return kind.open(package, options);
  }
  return fail(path.string() + ": a model of kind \"" + package.manifest().kind +
              "\", which this version of the program cannot open; update the program");
}

}  // namespace triptych
