// What is pasted: files by their names, a picture, or the words of a prompt.
#include <cctype>
#include <sstream>
#include <utility>

#include "core/atomic_file.h"
#include "state/app.h"

namespace triptych::app {

namespace fs = std::filesystem;

namespace {

std::string percent_decoded(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() &&
                        std::isxdigit(static_cast<unsigned char>(text[i + 1])) != 0 &&
                        std::isxdigit(static_cast<unsigned char>(text[i + 2])) != 0;
    plain += escape ? static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16)) : text[i];
    if (escape) i += 2;
  }
  return plain;
}

// A picture without a file gets one that stays, as that of any head does: landmarks and faces read it again.
Result<fs::path> keep_picture(const fs::path& folder, const std::string& png) {
  std::error_code ignored;
  fs::create_directories(folder, ignored);
  fs::path path;
  int number = 0;
  do {
    path = folder / ("pasted-" + std::to_string(++number) + ".png");
  } while (fs::exists(path, ignored));
  TRIPTYCH_CHECK(write_file(path, png));
  return path;
}

}  // namespace

void App::paste(const std::string& clipboard) {
  if (clipboard.empty()) return paste_picture();
  std::vector<fs::path> files;
  bool words = false;  // a line that is no file: then this is text, whatever files it names
  std::istringstream lines(clipboard);
  for (std::string line; std::getline(lines, line);) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    const bool address = line.starts_with("file://");
    const fs::path path = address ? percent_decoded(line.substr(7)) : line;
    std::error_code error;
    const bool file = address || (path.is_absolute() && fs::exists(path, error));
    if (file) files.push_back(path);
    words = words || (!file && !line.empty());
  }
  if (!files.empty() && !words) return open(files);
  constexpr std::size_t too_long = 400;
  if (clipboard.size() < too_long) {
    draft.text = clipboard;
  } else {
    notices.add(Notice::Kind::information,
                "The pasted text is too long for a prompt: say it in a sentence or two");
  }
}

void App::paste_picture() {
  const auto nothing = [this] {
    notices.add(Notice::Kind::information,
                "Nothing that was copied can be pasted: copy a picture, files or the words of a prompt");
  };
  if (!read_copied_picture) return nothing();
  edits.submit(
      "Pasting a picture", "",
      [read = read_copied_picture, folder = options.state](Progress& progress) -> Result<fs::path> {
        TRIPTYCH_TRY(const std::string png, read(progress));
        if (png.empty()) return fs::path();
        return keep_picture(folder, png);
      },
      [this, nothing](const Result<fs::path>& path) {
        if (!path) return notices.add(path.error());
        if (path->empty()) return nothing();
        open({*path});
      });
}

}  // namespace triptych::app
