// triptych mesh: a head as a coloured triangle mesh.
#include "export/mesh.h"

#include <memory>

#include "cli/files.h"
#include "cli/heads.h"
#include "cli/numbers.h"
#include "cli/verb.h"

namespace triptych::cli {
namespace {

struct Options {
  std::filesystem::path head, out;
  MeshOptions mesh;
};

Status run(const Options& options, Context& context) {
  TRIPTYCH_CHECK(check_output(options.out));
  TRIPTYCH_TRY(const Head head, read_head(options.head, context));
  context.report["inputs"]["resolution"] = options.mesh.resolution;
  Mesh mesh;
  {
    const StageTimer timer(context.report, "mesh");
    TRIPTYCH_TRY(mesh, about(options.head, make_mesh(head, options.mesh, context.pool, context.progress)));
  }
  TRIPTYCH_CHECK(context.progress.check());
  const StageTimer timer(context.report, "save");
  TRIPTYCH_CHECK(save_mesh(options.out, mesh));
  context.report["outputs"] = {{"mesh", options.out.string()},
                               {"vertices", mesh.positions.size()},
                               {"triangles", mesh.triangles.size()},
                               {"watertight", is_watertight(mesh)}};
  context.say(options.out.string() + ": " + std::to_string(mesh.triangles.size()) + " triangles" +
              (is_watertight(mesh) ? "" : ", not watertight"));
  return {};
}

}  // namespace

Verb add_mesh(CLI::App& root, Common& common) {
  CLI::App& command = add_command(root, "mesh", "a head as a coloured triangle mesh", common);
  auto options = std::make_shared<Options>();
  add_head(command, options->head);
  command.add_option("--out", options->out, "the mesh")
      ->required()
      ->check(one_of_suffixes({".ply", ".obj", ".glb"}));
  command.add_option("--resolution", options->mesh.resolution, "cubes along the longest side")
      ->transform(whole_number(16, 1024));
  return [options](Context& context) { return run(*options, context); };
}

}  // namespace triptych::cli
