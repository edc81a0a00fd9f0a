// The program from its arguments to its exit status: 0 done, 1 the work failed, 2 the call is wrong, 128 +
// the signal when it was interrupted. One line on standard error says what went wrong.
#pragma once

namespace triptych::cli {

[[nodiscard]] int run_program(int argc, char** argv);

}  // namespace triptych::cli
