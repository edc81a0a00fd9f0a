// The program beside the plain PyTorch renderer of bench/peer.py, which knows nothing of its code: the same
// depths and colours of both kinds of heads. ctest calls it "peer" and skips it where there is no PyTorch.
#include "cli/fixture.h"
#include "cli/shell.h"

namespace triptych::test {
namespace {

class Peer : public ProgramTest {
 protected:
  void expect_agreement(const std::string& head) const {
    const ShellOutcome outcome =
        run_shell("python3 '" TRIPTYCH_SOURCE_DIR "/bench/peer.py' '" TRIPTYCH_PROGRAM "' '" + path(head) +
                  "' --size 32 --threads 1 --repeats 1 2>&1");
    if (outcome.status == 77) GTEST_SKIP() << outcome.out;
    if (outcome.status == 127) GTEST_SKIP() << "no PyTorch here (" << outcome.out << ")";
    EXPECT_EQ(outcome.status, 0) << outcome.out;
  }
};

TEST_F(Peer, FrustumHeadsLookTheSame) {
  expect_agreement("head.tri");
}

TEST_F(Peer, CanonicalHeadsLookTheSame) {
  ASSERT_TRUE(
      save_head(folder_ / "canonical.tri", analytic_canonical_head({.front_size = 48, .hidden = 32})));
  expect_agreement("canonical.tri");
}

}  // namespace
}  // namespace triptych::test
