#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "core/atomic_file.h"
#include "core/folder.h"
#include "core/hash.h"
#include "support/temporary_folder.h"

namespace triptych {
namespace {

using ::testing::HasSubstr;

std::size_t files_in(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

TEST(AtomicFile, AppearsOnlyWhenCommitted) {
  const test::TemporaryFolder folder;
  const auto target = folder / "out.png";
  {
    auto file = AtomicFile::create(target).value();
    ASSERT_TRUE(file.write(std::as_bytes(std::span("abc", 3))));
    EXPECT_FALSE(std::filesystem::exists(target));
    EXPECT_EQ(file.path().extension(), ".png") << "encoders choose the format by suffix";
    ASSERT_TRUE(file.commit());
  }
  EXPECT_EQ(read_file(target).value(), "abc");
  EXPECT_EQ(files_in(folder.path()), 1U);
}

TEST(AtomicFile, AbandonedLeavesTheOldFileAndNothingElse) {
  const test::TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder / "a", "old"));
  {
    auto file = AtomicFile::create(folder / "a").value();
    ASSERT_TRUE(file.write(std::as_bytes(std::span("new", 3))));
  }
  EXPECT_EQ(read_file(folder / "a").value(), "old");
  EXPECT_EQ(files_in(folder.path()), 1U);
}

TEST(AtomicFile, AWriterByPathIsKept) {
  const test::TemporaryFolder folder;
  auto file = AtomicFile::create(folder / "a.bin").value();
  ASSERT_TRUE(write_file(file.path(), "by another library"));
  ASSERT_TRUE(file.commit());
  EXPECT_EQ(read_file(folder / "a.bin").value(), "by another library");
}

TEST(AtomicFile, UnwritableFolderIsASentence) {
  const auto file = AtomicFile::create("/nonexistent-folder/x.png");
  ASSERT_FALSE(file);
  EXPECT_THAT(file.error().message, HasSubstr("/nonexistent-folder/x.png: cannot be written"));
}

TEST(AtomicFile, ALinkStaysAndItsFileIsWritten) {
  const test::TemporaryFolder folder;
  std::filesystem::create_directory(folder / "inner");
  std::filesystem::create_symlink("inner/second", folder / "first");
  std::filesystem::create_symlink("file", folder / "inner/second");
  for (const char* text : {"not there before", "there before"}) {
    const Status written = write_file(folder / "first", text);
    ASSERT_TRUE(written) << written.error().message;
    EXPECT_TRUE(std::filesystem::is_symlink(folder / "first"));
    EXPECT_TRUE(std::filesystem::is_symlink(folder / "inner/second"));
    EXPECT_EQ(read_file(folder / "inner/file").value(), text);
  }
  std::filesystem::create_symlink("circle", folder / "circle");
  EXPECT_THAT(write_file(folder / "circle", "x").error().message, HasSubstr("circle: is a symbolic link"));
}

TEST(AtomicFile, WhatIsNoFileIsRefusedAndStays) {
  const test::TemporaryFolder folder;
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  std::filesystem::create_symlink("pipe", folder / "link");
  std::filesystem::create_symlink("/dev/null", folder / "null");
  for (const char* name : {"pipe", "link", "null"}) {
    const Status written = write_file(folder / name, "x");
    ASSERT_FALSE(written) << name;
    EXPECT_THAT(written.error().message, HasSubstr(std::string(name) + ": is a device or a pipe"));
  }
  EXPECT_THAT(write_file(folder.path(), "x").error().message, HasSubstr("is a folder"));
  EXPECT_TRUE(std::filesystem::is_fifo(folder / "pipe"));
  EXPECT_EQ(files_in(folder.path()), 3U);
}

TEST(AtomicFile, NamesMayBeAsLongAsTheFileSystemAllows) {
  const test::TemporaryFolder folder;
  for (const auto& name : {std::string(251, 'x') + ".png", "x." + std::string(253, 'y')}) {
    const Status written = write_file(folder / name, "x");
    EXPECT_TRUE(written) << written.error().message;
  }
  EXPECT_EQ(files_in(folder.path()), 2U);
}

TEST(AtomicFile, ASignalHandlerRemovesWhatIsUnfinished) {
  const test::TemporaryFolder folder;
  const pid_t child = fork();
  if (child == 0) {
    auto file = AtomicFile::create(folder / "a.mp4");
    discard_unfinished_files();
    _exit(file ? 0 : 1);  // no destructors, as after a signal
  }
  int status = 1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(files_in(folder.path()), 0U);
}

TEST(ReadFile, FoldersMissingAndTooLargeFilesAreNamed) {
  const test::TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder / "big", std::string(100, 'x')));
  EXPECT_THAT(read_file(folder.path()).error().message, HasSubstr("is a folder"));
  EXPECT_THAT(read_file(folder / "none").error().message, HasSubstr("none: cannot be opened"));
  EXPECT_THAT(read_file(folder / "big", 99).error().message, HasSubstr("too large (100 bytes"));
}

// A pipe does not say how much will come.
TEST(ReadFile, ReadsPipesToTheirEnd) {
  const test::TemporaryFolder folder;
  const auto path = folder / "pipe";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const std::string sent(200'000, 'x');
  const std::jthread writer([&] { std::ofstream(path) << sent; });
  EXPECT_EQ(read_file(path).value_or(""), sent);
}

TEST(ListFolder, SortsAndLeavesFoldersOut) {
  const test::TemporaryFolder folder;
  for (const auto* name : {"b", "a"}) ASSERT_TRUE(write_file(folder / name, std::string_view("x")));
  std::filesystem::create_directory(folder / "inner");
  using Paths = std::vector<std::filesystem::path>;
  EXPECT_EQ(list_folder(folder.path()).value(), (Paths{folder / "a", folder / "b"}));
  EXPECT_EQ(list_folder(folder.path(), Entries::all).value().size(), 3U);
  EXPECT_THAT(list_folder(folder / "none").error().message, HasSubstr("none: this folder cannot be read"));
}

TEST(Hash, AgreesWithThePublishedVector) {
  const std::string text = "abc";
  const std::string expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  EXPECT_EQ(sha256(std::as_bytes(std::span(text))), expected);
  const test::TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder / "x", text));
  EXPECT_EQ(sha256_file(folder / "x").value(), expected);
}

}  // namespace
}  // namespace triptych
