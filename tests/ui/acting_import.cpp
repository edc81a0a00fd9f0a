// A person imports checkpoints, and thinks twice: about a package that exists, another file, quitting.
#include "acting.h"
#include "core/atomic_file.h"

namespace triptych::test {
namespace {

class ActingImport : public Acting {
 protected:
  void drop(const std::string& checkpoint) {
    ASSERT_TRUE(write_file(folder / checkpoint, std::string_view("weights")));
    ASSERT_TRUE(person.drop({folder / checkpoint}, "viewport"));
    ASSERT_TRUE(person.sees([](const json& s) { return s["marks"].contains("import.start"); }));
  }
};

TEST_F(ActingImport, APackageIsOnlyReplacedAfterAQuestion) {
  const auto package = folder / "data/triptych/models/mine.safetensors";
  std::filesystem::create_directories(package.parent_path());
  ASSERT_TRUE(write_file(package, std::string_view("precious")));
  begin();
  ASSERT_NO_FATAL_FAILURE(drop("mine.pt"));
  person.click("import.start");
  ASSERT_TRUE(person.sees([](const json& s) { return s["marks"].contains("import.exists"); }));
  EXPECT_EQ(read_file(package).value_or(""), "precious");
  person.click("import.start");
  EXPECT_TRUE(person.sees([](const json& s) { return s["model"]["name"] == "mine"; }));
}

TEST_F(ActingImport, AnotherCheckpointThatIsDroppedGetsAPackageOfItsOwn) {
  begin();
  ASSERT_NO_FATAL_FAILURE(drop("one.pt"));
  ASSERT_NO_FATAL_FAILURE(drop("two.pt"));
  person.click("import.start");
  EXPECT_TRUE(person.sees([](const json& s) { return s["model"]["name"] == "two"; }));
  EXPECT_FALSE(std::filesystem::exists(folder / "data/triptych/models/one.safetensors"));
}

TEST_F(ActingImport, GoingOnWhileQuittingHadToWaitKeepsTheWindow) {
  begin();
  ASSERT_NO_FATAL_FAILURE(drop("stubborn.pt"));
  person.click("import.start");
  const auto imports = [](const json& s) { return !job(s, "Importing stubborn.pt").is_null(); };
  ASSERT_TRUE(person.sees(imports));
  person.close();
  person.click("quit.confirm");
  ASSERT_TRUE(person.sees([](const json& s) { return s["marks"].contains("quit.waiting"); }));
  person.key("Escape");
  ASSERT_TRUE(person.sees([](const json& s) { return s["dialogs"]["quit"] == false; }));
  ASSERT_TRUE(write_file(folder / "go", std::string_view()));
  ASSERT_TRUE(person.sees([&](const json& s) { return !imports(s); }));
  person.key("ctrl+comma");
  EXPECT_TRUE(person.sees([](const json& s) { return s["dialogs"]["preferences"] == true; }));
}

}  // namespace
}  // namespace triptych::test
