#include "core/file_errors.h"

#include <cerrno>
#include <system_error>

namespace triptych {
namespace {

const char* remedy_of_reading(int reason) {
  switch (reason) {
    case ENOENT:
    case ENOTDIR:
    case ENAMETOOLONG:
    case ELOOP:
      return "check the name";
    case EACCES:
    case EPERM:
      return "allow yourself to read it";
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return "close other programs";
    default:
      return "try with a copy of it on another disk";
  }
}

const char* remedy_of_writing(int reason) {
  switch (reason) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return "make room on this disk";
    case ENAMETOOLONG:
      return "choose a shorter name";
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return "close other programs";
    case ENOENT:
    case ENOTDIR:
    case EACCES:
    case EPERM:
    case EROFS:
      return "choose a folder that exists and is writable";
    default:
      return "choose another disk";
  }
}

tl::unexpected<Error> refused(const std::filesystem::path& path, const char* what, int reason,
                              const char* remedy) {
  return fail(path.string() + ": " + what + ": " + std::generic_category().message(reason) + "; " + remedy);
}

}  // namespace

tl::unexpected<Error> refused_reading(const std::filesystem::path& path, const char* what, int reason) {
  return refused(path, what, reason, remedy_of_reading(reason));
}

tl::unexpected<Error> refused_writing(const std::filesystem::path& path, const char* what, int reason) {
  return refused(path, what, reason, remedy_of_writing(reason));
}

}  // namespace triptych
