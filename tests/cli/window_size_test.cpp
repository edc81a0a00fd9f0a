// The size that the window is asked for, as far as it needs no display: `triptych --size WIDTHxHEIGHT`.
#include <gmock/gmock.h>

#include "cli/program.h"

namespace triptych::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(WindowSize, WhatIsNoneIsAWrongCall) {
  for (const std::string size : {"-5x3", "0x0", "800x600junk", "800x", "x600", "800", "800x600x2", "8 00x600",
                                 "319x600", "800x16385", "99999999999x600", "800.5x600"}) {
    const Outcome outcome = run_program({"--size=" + size});
    EXPECT_EQ(outcome.status, 2) << size;
    EXPECT_TRUE(outcome.one_line_error()) << outcome.err;
    EXPECT_THAT(outcome.err, StartsWith("triptych: " + size + ": "));
    EXPECT_THAT(outcome.err, HasSubstr("WIDTHxHEIGHT"));
  }
}

TEST(WindowSize, TheLastOneCounts) {
  for (const std::string size : {"320x320", "1360x860", "16384x16384"}) {
    const Outcome outcome = run_program({"--size", "0x0", "--size", size, "no/such/portrait.png"});
    EXPECT_EQ(outcome.status, 1) << outcome.err;
    EXPECT_THAT(outcome.err, StartsWith("triptych: no/such/portrait.png: "));
  }
}

}  // namespace
}  // namespace triptych::test
