// Another program that has copied a picture under X11: the owner of the clipboard, who offers image/png and
// no text.
#pragma once

#include <memory>
#include <string>

namespace triptych::test {

enum class Handover {
  whole,
  in_pieces,   // as X11 has it for large ones (INCR)
  unfinished,  // the first piece, and then nothing
};

class CopiedPicture {
 public:
  // Owns the clipboard from here on, and answers on a thread of its own until the end. `png`: a file's bytes.
  CopiedPicture(std::string png, Handover way);
  ~CopiedPicture();
  CopiedPicture(const CopiedPicture&) = delete;
  CopiedPicture& operator=(const CopiedPicture&) = delete;
  CopiedPicture(CopiedPicture&&) = delete;
  CopiedPicture& operator=(CopiedPicture&&) = delete;

 private:
  class Owner;
  std::unique_ptr<Owner> owner_;
};

}  // namespace triptych::test
