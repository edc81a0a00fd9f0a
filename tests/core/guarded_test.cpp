// What exceptions of libraries become for the user.
#include "core/guarded.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <new>
#include <stdexcept>

namespace triptych {
namespace {

using testing::HasSubstr;

template <typename Exception>
auto throwing(Exception exception) {
  return [exception]() -> Status { throw exception; };
}

TEST(Guarded, WhatWorkGivesIsLeftAsItIs) {
  EXPECT_EQ(*guarded([]() -> Result<int> { return 7; }), 7);
  const Status failed = guarded("looking", []() -> Status { return fail("a.png: no face", "why"); });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "a.png: no face");
  EXPECT_EQ(failed.error().detail, "why");
}

TEST(Guarded, TheSentenceSaysWhatWasDone) {
  const Status known = guarded("encoding the prompt", throwing(std::runtime_error("odd")));
  ASSERT_FALSE(known);
  EXPECT_EQ(known.error().message, "encoding the prompt: odd");
  EXPECT_EQ(known.error().code, ErrorCode::failed);
  const Status unknown = guarded(throwing(std::runtime_error("odd")));
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().message, "unexpected failure: odd");
}

TEST(Guarded, ABacktraceIsADetail) {
  const Status status = guarded("a step", throwing(std::runtime_error("sizes differ\nframe #0: main")));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "a step: sizes differ");
  EXPECT_THAT(status.error().detail, HasSubstr("frame #0"));
}

// Callers that can shrink their work do so by the code.
TEST(Guarded, MemoryThatRanOutIsKnownWhoeverSaysSo) {
  const auto expect_memory = [](const Status& status) {
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::out_of_memory);
    EXPECT_EQ(status.error().message,
              "a step: out of memory; close other programs or choose a smaller model");
  };
  expect_memory(guarded("a step", throwing(std::bad_alloc())));
  for (const char* text :
       {"DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes",
        "CUDA out of memory. Tried to allocate 2.00 GiB",
        "OpenCV(4.6.0) alloc.cpp:73: error: (-4:Insufficient memory) Failed to allocate"}) {
    expect_memory(guarded("a step", throwing(std::runtime_error(text))));
  }
  const Status anywhere = guarded(throwing(std::bad_alloc()));
  ASSERT_FALSE(anywhere);
  EXPECT_EQ(anywhere.error().message, "out of memory; close other programs or ask for a smaller size");
}

TEST(Guarded, EvenWhatIsNoExceptionEndsHere) {
  const Status status = guarded("a step", throwing(7));
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr("a step: "));
}

TEST(Guarded, ACallerMayHaveWordsOfItsOwn) {
  const auto say = [](Error error) {
    error.message = "try another picture";
    return error;
  };
  const Status status = guarded_saying(say, throwing(std::runtime_error("size.width > 0")));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "try another picture");
  EXPECT_EQ(status.error().detail, "size.width > 0");
}

}  // namespace
}  // namespace triptych
