// Style files: what is kept, and what is refused.
#include "adapt/style/style.h"

#include <gmock/gmock.h>

#include <cmath>

#include "core/atomic_file.h"
#include "core/safetensors.h"
#include "support/temporary_folder.h"

namespace triptych::adapt {
namespace {

using testing::HasSubstr;

Style example() {
  Style style;
  style.name = "pencil é";
  style.model_name = "starter";
  style.model_hash = "abcdef0123";
  style.pairs = {"11", "22"};
  style.thumbnails.push_back(
      {Image8(thumbnail_size, thumbnail_size, 3, 10), Image8(thumbnail_size, thumbnail_size, 3, 200)});
  for (const std::uint16_t value : {0x3c00, 0x4000}) {  // 1 and 2
    StyleSnapshot snapshot{"snapshot", value == 0x3c00 ? 10.0 : 60.0, 0.5, std::nullopt, nullptr};
    if (value == 0x4000) snapshot.held_out = 0.25;
    snapshot.tensors = std::make_shared<const StyleTensors>(
        StyleTensors{{"prompt.q.bias", {{2}, {value, value}}}, {tokens_name, {{1, 3}, {value, 0, value}}}});
    style.snapshots.push_back(snapshot);
  }
  style.current = 1;
  return style;
}

class StyleFile : public testing::Test {
 protected:
  triptych::test::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "style.safetensors";
};

TEST_F(StyleFile, KeepsEverything) {
  const Style style = example();
  ASSERT_TRUE(save_style(file_, style));
  const auto loaded = load_style(file_);
  ASSERT_TRUE(loaded) << loaded.error().message << loaded.error().detail;
  EXPECT_EQ(loaded->name, style.name);
  EXPECT_EQ(loaded->model_hash, style.model_hash);
  EXPECT_EQ(loaded->pairs, style.pairs);
  EXPECT_EQ(loaded->thumbnails.at(0).after.pixels, style.thumbnails[0].after.pixels);
  ASSERT_EQ(loaded->snapshots.size(), 2U);
  EXPECT_EQ(*loaded->snapshots[0].tensors, *style.snapshots[0].tensors);
  EXPECT_EQ(*loaded->used().tensors, *style.snapshots[1].tensors);
  EXPECT_EQ(loaded->used().held_out, 0.25);
  EXPECT_EQ(loaded->snapshots[0].held_out, std::nullopt);
}

TEST_F(StyleFile, EveryNameThatMayBeSavedCanBeLoaded) {
  for (const std::string& name :
       {std::string(62, 'a') + "\xc3\xa9", std::string(64, 'z'), std::string("\"\\\x7f/")}) {
    Style style = example();
    style.name = name;
    ASSERT_TRUE(save_style(file_, style)) << name;
    const auto loaded = load_style(file_);
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(loaded->name, name);
  }
}

TEST_F(StyleFile, RollsBack) {
  Style style = example();
  style.current = 0;
  ASSERT_TRUE(save_style(file_, style));
  EXPECT_EQ(load_style(file_)->used().seconds, 10);
}

TEST_F(StyleFile, RefusesWhatIsNoStyle) {
  ASSERT_TRUE(SafetensorsWriter().write(file_));
  EXPECT_THAT(load_style(file_).error().message, HasSubstr("style.safetensors: not a style"));
  SafetensorsWriter newer;
  newer.set_metadata("triptych_style", "2");
  ASSERT_TRUE(newer.write(file_));
  EXPECT_THAT(load_style(file_).error().message, HasSubstr("update the program"));
  ASSERT_TRUE(save_style(file_, example()));
  const std::string whole = *read_file(file_);
  ASSERT_TRUE(write_file(file_, whole.substr(0, whole.size() - 1)));
  EXPECT_FALSE(load_style(file_));
}

TEST_F(StyleFile, RefusesADescriptionOfBracketsOnly) {
  SafetensorsWriter deep;
  for (const char* key : {"name", "model_name", "model_hash"}) deep.set_metadata(key, "x");
  deep.set_metadata("triptych_style", "1");
  deep.set_metadata("style", R"({"pairs":)" + std::string(320'000, '[') + std::string(320'000, ']') + "}");
  ASSERT_TRUE(deep.write(file_));
  EXPECT_THAT(load_style(file_).error().message, HasSubstr("64 deep"));
}

TEST_F(StyleFile, NeverWritesADamagedOne) {
  const auto refused = [&](const auto& damage) {
    Style style = example();
    damage(style);
    return !save_style(file_, style) && !std::filesystem::exists(file_);
  };
  EXPECT_TRUE(refused([](Style& s) { s.name = "two\nlines"; }));
  EXPECT_TRUE(refused([](Style& s) { s.name = "  "; }));
  EXPECT_TRUE(refused([](Style& s) { s.name = std::string(63, 'a') + "\xc3\xa9"; }));  // 65 bytes
  EXPECT_TRUE(refused([](Style& s) { s.name = "half a letter \xc3"; }));
  EXPECT_TRUE(refused([](Style& s) { s.snapshots[0].loss = std::nan(""); }));
  EXPECT_TRUE(refused([](Style& s) { s.snapshots[1].held_out = INFINITY; }));
  EXPECT_TRUE(refused([](Style& s) { s.current = 2; }));
  EXPECT_TRUE(refused([](Style& s) { s.model_hash.clear(); }));
  EXPECT_TRUE(refused([](Style& s) {
    s.snapshots[0].tensors = std::make_shared<const StyleTensors>(StyleTensors{{"x", {{3}, {0, 0}}}});
  }));
  EXPECT_TRUE(refused([](Style& s) {  // no number
    s.snapshots[0].tensors = std::make_shared<const StyleTensors>(StyleTensors{{"x", {{1}, {0x7e00}}}});
  }));
}

}  // namespace
}  // namespace triptych::adapt
