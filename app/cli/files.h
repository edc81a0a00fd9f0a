// Small helpers of the verbs about the files they read and write.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <utility>

#include "core/error.h"

namespace triptych::cli {

// Refuses an output before any work is done: its folder is missing or cannot be written to, its name is too
// long, or it names what is there and is no file. An empty path (an option that was not given) passes.
[[nodiscard]] Status check_output(const std::filesystem::path& path);
// The same of a folder for what is made, which may be there or is made with those above it.
[[nodiscard]] Status check_output_folder(const std::filesystem::path& path);
// The same of a model package, which may be a folder or a file (becomes_folder()).
[[nodiscard]] Status check_output_package(const std::filesystem::path& path);
// Of a folder that is read.
[[nodiscard]] Status check_folder(const std::filesystem::path& path);

// Refuses a call (status 2) whose verb gets an empty name, or that would write two things into one file, or
// over what it reads; and a report (--json) that cannot be written, whose folder may be one that the verb
// makes.
[[nodiscard]] Status check_outputs(const CLI::App& root, const std::filesystem::path& report);

// A validator for outputs by suffix: a wrong one is a wrong call (status 2).
[[nodiscard]] CLI::Validator one_of_suffixes(std::vector<std::string> suffixes);
[[nodiscard]] CLI::Validator picture_suffix();

// The error with the file's name before it, unless it is there already: "portrait.png: no face found ...".
[[nodiscard]] Error about(const std::filesystem::path& path, Error error);

template <typename T>
[[nodiscard]] Result<T> about(const std::filesystem::path& path, Result<T> result) {
  if (result) return result;
  return tl::unexpected<Error>(about(path, std::move(result.error())));
}

}  // namespace triptych::cli
