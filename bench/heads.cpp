// Writes the two heads of tests/support/analytic_head.h, so that `triptych bench` and bench/peer.py can
// measure heads that no model has to be trained for:
//   bench_heads FOLDER   (frustum.tri, canonical.tri)
#include <cstdio>
#include <filesystem>

#include "head/tri_file.h"
#include "support/analytic_head.h"

int main(int argc, char** argv) {
  using namespace triptych;
  if (argc != 2) {
    std::fputs("usage: bench_heads FOLDER\n", stderr);
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  const std::pair<const char*, Head> heads[] = {{"frustum.tri", test::analytic_frustum_head()},
                                                {"canonical.tri", test::analytic_canonical_head()}};
  for (const auto& [name, head] : heads) {
    if (const Status saved = save_head(folder / name, head); !saved) {
      std::fprintf(stderr, "%s\n", saved.error().message.c_str());
      return 1;
    }
  }
  return 0;
}
