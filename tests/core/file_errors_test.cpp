// What the user is told of files that the system refuses: "FILE: what; what to do", in one line.
#include "core/file_errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "core/atomic_file.h"
#include "core/folder.h"
#include "core/hash.h"
#include "core/mapped_file.h"
#include "core/safetensors.h"
#include "support/temporary_folder.h"

namespace triptych {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

template <typename T>
std::string message_of(const Result<T>& result) {
  return result ? "it was accepted" : result.error().message;
}

TEST(FileErrors, SayWhichFileWhatAndWhatToDo) {
  const test::TemporaryFolder folder;
  const auto none = folder / "none", big = folder / "big", long_name = folder / std::string(300, 'x');
  ASSERT_TRUE(write_file(big, std::string(100, 'x')));
  const auto place = folder.path();
  const std::vector<std::pair<std::filesystem::path, std::string>> sentences{
      {none, message_of(read_file(none))},
      {place, message_of(read_file(place))},
      {big, message_of(read_file(big, 99))},
      {none, message_of(MappedFile::open(none))},
      {place, message_of(MappedFile::open(place))},
      {none, message_of(list_folder(none))},
      {none, message_of(sha256_file(none))},
      {none / "x", message_of(write_file(none / "x", "text"))},
      {place, message_of(write_file(place, "text"))},
      {long_name, message_of(write_file(long_name, "text"))},
      {big, message_of(SafetensorsReader::open(big))},
  };
  for (const auto& [path, sentence] : sentences) {
    EXPECT_THAT(sentence, StartsWith(path.string() + ": "));
    const auto advice = sentence.rfind("; ");
    ASSERT_NE(advice, std::string::npos) << sentence;
    EXPECT_GT(sentence.size(), advice + 10) << sentence;
    EXPECT_EQ(sentence.find('\n'), std::string::npos) << sentence;
  }
}

TEST(FileErrors, TheAdviceFitsTheReason) {
  const test::TemporaryFolder folder;
  EXPECT_THAT(message_of(read_file(folder / "none")), EndsWith("; check the name"));
  EXPECT_THAT(message_of(write_file(folder / std::string(300, 'x'), "text")),
              EndsWith("; choose a shorter name"));
  EXPECT_THAT(message_of(write_file(folder / "none/x", "text")),
              EndsWith("; choose a folder that exists and is writable"));
  EXPECT_THAT(refused_writing("a", "cannot be written", ENOSPC).value().message,
              StartsWith("a: cannot be written: No space left on device; make room"));
  EXPECT_THAT(refused_writing("a", "cannot be written", EMFILE).value().message,
              EndsWith("; close other programs"));
  EXPECT_THAT(refused_reading("a", "cannot be opened", EACCES).value().message,
              HasSubstr("; allow yourself to read it"));
}

}  // namespace
}  // namespace triptych
