// triptych model: from the authors' checkpoint to a package that edits.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "cli/fixture.h"
#include "support/published_checkpoint.h"

namespace triptych::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const std::string portrait = TRIPTYCH_SOURCE_DIR "/assets/portraits/astronaut.jpg";

class ModelVerb : public ProgramTest {
 protected:
  [[nodiscard]] Outcome import(const std::string& checkpoint, const std::string& out) const {
    return run_program(
        {"model", "import", path(checkpoint), "--out", path(out), "--json", path("report.json")});
  }
};

// As one file, into a folder that is there, and into one that is made.
TEST_F(ModelVerb, ImportsInfoKnowsAndEditUses) {
  write_checkpoint(folder_ / "live3d.pt", published_tensors(false));
  std::filesystem::create_directory(folder_ / "folder");
  for (const std::string out : {"package", "folder", "new/"}) {
    const Outcome imported = import("live3d.pt", out);
    ASSERT_EQ(imported.status, 0) << imported.err;
    EXPECT_THAT(imported.out, HasSubstr("a package of kind live3d"));
    const auto report = nlohmann::json::parse(read_file(folder_ / "report.json").value_or(""));
    EXPECT_EQ(report["kind"], "live3d");
    EXPECT_TRUE(report["times_ms"].contains("import"));
    const Outcome info = run_program({"model", "info", path(out)});
    EXPECT_EQ(info.status, 0) << info.err;
    EXPECT_THAT(info.out,
                AllOf(HasSubstr("name: live3d"), HasSubstr("source: live3d.pt"), HasSubstr("hash: ")));
  }
  const Outcome edit = run_program({"edit", portrait, "--model", path("package"), "--out", path("head.tri")});
  ASSERT_EQ(edit.status, 0) << edit.err;
  const auto head = load_head(folder_ / "head.tri");
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_EQ(head->info.model_name, "live3d");
  EXPECT_TRUE(head->super_resolution);
}

// Without a prompt it is the teacher that makes the head.
TEST_F(ModelVerb, ATeacherReconstructs) {
  write_checkpoint(folder_ / "3dpe.pt", published_tensors(true));
  write_checkpoint(folder_ / "live3d.pt", published_tensors(false));
  const auto reconstruct = [&](const std::string& name, std::vector<std::string> call) {
    call.insert(call.begin(), {"model", "import"});
    call.insert(call.end(), {"--out", path(name)});
    const Outcome imported = run_program(call);
    EXPECT_EQ(imported.status, 0) << imported.err;
    const Outcome edit = run_program({"edit", portrait, "--model", path(name), "--out", path(name + ".tri")});
    EXPECT_EQ(edit.status, 0) << edit.err;
    const auto head = load_head(folder_ / (name + ".tri"));
    EXPECT_TRUE(head);
    std::filesystem::remove(folder_ / name);
    return head ? head->planes[0].texels : decltype(head->planes[0].texels){};
  };
  const auto own = reconstruct("own", {path("3dpe.pt")});
  const auto taught = reconstruct("taught", {path("3dpe.pt"), "--teacher", path("live3d.pt")});
  const auto teacher = reconstruct("teacher", {path("live3d.pt")});
  EXPECT_NE(taught, own);
  EXPECT_EQ(taught, teacher);
}

TEST_F(ModelVerb, BadCheckpointsGetTheirSentence) {
  write("empty.pt", "");
  write("text.pt", "Dear madam, enclosed please find my weights.");
  write("hostile.pt",
        torch_file(PickleWriter().global("os", "system").text("touch x").raw("\x85R").finish(), {}));
  const std::string whole = torch_file(PickleWriter().begin_dict().end_dict().finish(), {});
  write("cut.pt", whole.substr(0, whole.size() / 2));
  write("other.pt", whole);
  const auto before = files();
  const std::map<std::string, std::string> sentences{{"empty.pt", "not a file of torch.save"},
                                                     {"text.pt", "not a file of torch.save"},
                                                     {"hostile.pt", "os.system"},
                                                     {"cut.pt", "not a file of torch.save"},
                                                     {"other.pt", "not a checkpoint of 3DPE or Live3D"},
                                                     {"missing.pt", "cannot be opened"}};
  for (const auto& [name, sentence] : sentences) {
    const Outcome outcome = import(name, "package");
    EXPECT_EQ(outcome.status, 1) << name;
    EXPECT_TRUE(outcome.one_line_error()) << outcome.err;
    EXPECT_THAT(outcome.err, AllOf(HasSubstr(name), HasSubstr(sentence)));
    EXPECT_EQ(files(), before);
  }
}

}  // namespace
}  // namespace triptych::test
