// A folder with a head in it, and what is in the folder.
#pragma once

#include <gmock/gmock.h>

#include <filesystem>
#include <set>
#include <string>

#include "cli/program.h"
#include "core/atomic_file.h"
#include "head/tri_file.h"
#include "support/analytic_head.h"
#include "support/temporary_folder.h"

namespace triptych::test {

class ProgramTest : public testing::Test {
 protected:
  void SetUp() override {
    AnalyticHeadOptions options;
    options.front_size = 64;
    options.side_size = 48;
    options.hidden = 16;
    const Status saved = save_head(folder_ / "head.tri", analytic_frustum_head(options));
    ASSERT_TRUE(saved) << saved.error().message;
  }

  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }
  [[nodiscard]] std::set<std::string> files() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
      names.insert(entry.path().filename());
    return names;
  }
  void write(const std::string& name, std::string_view text) const {
    ASSERT_TRUE(write_file(folder_ / name, text));
  }

  TemporaryFolder folder_;
};

}  // namespace triptych::test
