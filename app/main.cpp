#include "cli/program.h"

int main(int argc, char** argv) {
  return triptych::cli::run_program(argc, argv);
}
