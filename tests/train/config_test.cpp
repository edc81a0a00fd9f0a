#include "train/config.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "model/starter/network.h"
#include "synthetic/edits.h"

namespace triptych::train {
namespace {

// Of those in configs/.
Result<TrainConfig> shipped(const std::string& name) {
  return read_config(std::filesystem::path(TRIPTYCH_SOURCE_DIR) / "configs" / (name + ".json"));
}

TEST(Config, ErrorsNameTheKey) {
  const auto message = [](const std::string& text) {
    const auto config = parse_config(text, "c.json", "/");
    return config ? std::string("no error") : config.error().message;
  };
  EXPECT_NE(message("{").find("c.json: not valid JSON"), std::string::npos);
  EXPECT_NE(message(R"({"output": "o"})").find("\"data\" is missing"), std::string::npos);
  EXPECT_NE(message(R"({"data": ["d"], "output": "o", "batch": 0})")
                .find("\"batch\" should be a whole number from 1"),
            std::string::npos);
  EXPECT_NE(message(R"({"data": ["d"], "output": "o", "patch": 16})")
                .find("\"patch\" should be a whole number from 32"),
            std::string::npos);
  EXPECT_NE(message(R"({"data": ["d"], "output": "o", "colour": 1})").find("\"colour\" is no setting"),
            std::string::npos);
  EXPECT_NE(message(R"({"data": ["d"], "output": "o", "losses": {"mask": "x"}})")
                .find("losses: \"mask\" should be"),
            std::string::npos);
  EXPECT_NE(message(R"({"data": ["d"], "output": "o", "stage": "editing"})").find("\"init\" is missing"),
            std::string::npos);
  const std::string deep = std::string(320'000, '[') + std::string(320'000, ']');
  EXPECT_NE(message(R"({"data": )" + deep + "}").find("c.json: JSON with lists"), std::string::npos);
}

TEST(Config, ThoseThatShipAreValid) {
  for (const char* name : {"reconstruction", "editing", "joint", "paper-reconstruction", "paper"}) {
    const auto config = shipped(name);
    ASSERT_TRUE(config) << config.error().message;
    const auto network = starter::network_config(config->network, name);
    EXPECT_TRUE(network) << network.error().message;
    for (const std::string& edit : config->edits) {
      const auto& table = synthetic::edit_table();
      EXPECT_TRUE(std::any_of(table.begin(), table.end(),
                              [&](const auto& e) { return e.name == edit && !e.held_out; }))
          << name << ": " << edit;
    }
  }
}

TEST(Config, TheSecondStageStartsFromWhatTheFirstWrites) {
  const std::pair<const char*, const char*> stages[] = {{"reconstruction", "editing"},
                                                        {"paper-reconstruction", "paper"}};
  for (const auto& [first, second] : stages) {
    const auto before = shipped(first), after = shipped(second);
    ASSERT_TRUE(before) << before.error().message;
    ASSERT_TRUE(after) << after.error().message;
    EXPECT_EQ((before->output / "checkpoint.safetensors").lexically_normal(), after->init.lexically_normal());
    EXPECT_NE(before->output.lexically_normal(), after->output.lexically_normal());
    EXPECT_EQ(before->network, after->network) << first << " and " << second;
  }
}

TEST(Config, JointTrainingMayStartFromNothing) {
  const auto config = parse_config(R"({"data": ["d"], "output": "o", "stage": "joint"})", "c.json", "/some");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->stage, TrainConfig::Stage::joint);
  EXPECT_TRUE(config->init.empty());
}

TEST(Config, PathsAreRelativeToTheFile) {
  const auto config =
      parse_config(R"({"data": ["d"], "output": "/o", "losses": {"mask": 0.5}})", "c.json", "/some");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->data[0], "/some/d");
  EXPECT_EQ(config->output, "/o");
  EXPECT_EQ(config->losses.mask, 0.5F);
}

}  // namespace
}  // namespace triptych::train
