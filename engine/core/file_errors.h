// Sentences about files that the system refuses: which file, what it says, and what to do.
#pragma once

#include <filesystem>

#include "core/error.h"

namespace triptych {

// "a.png: cannot be opened: No such file or directory; check the name". `what` failed; `reason` is an errno.
[[nodiscard]] tl::unexpected<Error> refused_reading(const std::filesystem::path& path, const char* what,
                                                    int reason);
// "a.png: cannot be written: No space left on device; make room on this disk"
[[nodiscard]] tl::unexpected<Error> refused_writing(const std::filesystem::path& path, const char* what,
                                                    int reason);

}  // namespace triptych
