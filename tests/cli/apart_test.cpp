// What a call writes is kept apart from what it reads: of files, not of words that look like them.
#include <gmock/gmock.h>

#include "cli/fixture.h"

namespace triptych::test {
namespace {

using testing::HasSubstr;

class Apart : public ProgramTest {
 protected:
  // The call is refused with this sentence, and nothing is written.
  void expect_refused(const std::vector<std::string>& call, const std::string& sentence) const {
    const auto before = files();
    const Outcome outcome = run_program(call);
    EXPECT_EQ(outcome.status, 2) << testing::PrintToString(call);
    EXPECT_TRUE(outcome.one_line_error()) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(sentence));
    EXPECT_EQ(files(), before);
  }
};

TEST_F(Apart, AFolderMayBeCalledAsAPromptIs) {
  const Outcome outcome =
      run_program({"tour", path("nobody.jpg"), "--prompt", "bronze", "--out", "bronze", "--quiet"});
  EXPECT_EQ(outcome.status, 1) << outcome.err;  // only the portrait is missing
  EXPECT_THAT(outcome.err, HasSubstr("nobody.jpg"));
}

TEST_F(Apart, AFolderMayBeCalledAsAFlagIsStored) {
  const Outcome outcome = run_program({"tour", path("nobody.jpg"), "--quiet", "--out", "true"});
  EXPECT_EQ(outcome.status, 1) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("nobody.jpg"));
}

TEST_F(Apart, FacesAreNotWrittenOverWhatIsRead) {
  write("prompts.txt", "clown\n");
  const std::string prompts = path("prompts.txt");
  expect_refused({"eval", "--heads", path("heads"), "--truth", "--prompts", prompts, "--faces", prompts},
                 prompts + ": is the file of --prompts too; give --faces a name of its own");
  EXPECT_EQ(read_file(prompts).value_or(""), "clown\n");
}

#ifdef TRIPTYCH_TRAIN
TEST_F(Apart, APackageIsNotWrittenOverItsConfiguration) {
  write("config.json", R"({"data": ["data"], "output": "out"})");
  const std::string config = path("config.json"), before = read_file(config).value_or("");
  expect_refused({"train", config, "--only-package", "--package", config},
                 config + ": is the file of CONFIG too; give --package a name of its own");
  EXPECT_EQ(read_file(config).value_or(""), before);
}

TEST_F(Apart, APackageMayBeCalledAsItsName) {
  const Outcome outcome = run_program(
      {"train", path("none.json"), "--only-package", "--package", "starter", "--name", "starter"});
  EXPECT_EQ(outcome.status, 1) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("none.json"));
}
#endif

}  // namespace
}  // namespace triptych::test
