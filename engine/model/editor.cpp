#include "model/editor.h"

#include <chrono>

#include "core/hash.h"

namespace triptych {
namespace {

// Adds the time of its scope to an entry of a report.
class Stopwatch {
 public:
  explicit Stopwatch(double& milliseconds) : milliseconds_(milliseconds) {}
  ~Stopwatch() {
    milliseconds_ += std::chrono::duration<double, std::milli>(Clock::now() - started_).count();
  }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;
  Stopwatch(Stopwatch&&) = delete;
  Stopwatch& operator=(Stopwatch&&) = delete;

 private:
  using Clock = std::chrono::steady_clock;
  double& milliseconds_;
  Clock::time_point started_ = Clock::now();
};

template <typename T>
void add(Sha256& hash, const std::vector<T>& values) {
  hash.add(std::as_bytes(std::span(values)));
}

// Names what the picture branch sees of a portrait, and what the prompt branch sees of a prompt.
std::string key_of(const Portrait& portrait) {
  Sha256 hash;
  add(hash, portrait.rgb.pixels);
  add(hash, portrait.mask.pixels);
  hash.add(std::as_bytes(std::span(portrait.camera.camera_to_world)));
  hash.add(std::as_bytes(std::span(portrait.camera.intrinsics)));
  return hash.hex();
}

std::string key_of(const Prompt& prompt) {
  Sha256 hash;
  hash.add(std::as_bytes(std::span(prompt.text)));
  if (prompt.reference) {
    const std::array size{prompt.reference->width, prompt.reference->height};
    hash.add(std::as_bytes(std::span(size)));
    add(hash, prompt.reference->pixels);
  }
  return prompt.empty() ? std::string() : hash.hex();
}

}  // namespace

// The newest of each: what a user changes is one of the two.
struct Editor::Cache {
  std::mutex mutex;
  std::string picture_key;
  std::shared_ptr<const PictureFeatures> picture;
  std::string prompt_key;
  std::shared_ptr<const PromptFeatures> prompt;
  std::string reconstruction_key;
  std::shared_ptr<const Head> reconstruction;
  std::string edit_key;
  std::shared_ptr<const Edit> edit;
};

Result<Head> Edit::at(float strength) const {
  TRIPTYCH_TRY(Head head, blend(reconstruction, edited, strength));
  head.info = edited.info;
  head.info.strength = strength;
  return head;
}

Editor::Editor(std::shared_ptr<const Model> model)
    : model_(std::move(model)), cache_(std::make_shared<Cache>()) {}

Result<std::shared_ptr<const Edit>> Editor::edit(const Portrait& portrait, const Prompt& prompt,
                                                 Progress& progress) {
  const std::lock_guard lock(cache_->mutex);
  Cache& cache = *cache_;
  auto edit = std::make_shared<Edit>();
  edit->times_ms = {{"picture", 0}, {"prompt", 0}, {"triplane", 0}};
  const std::string picture_key = key_of(portrait);
  const std::string prompt_key = key_of(prompt);
  const std::string edit_key = picture_key + prompt_key;
  if (cache.edit && cache.edit_key == edit_key) {
    *edit = *cache.edit;
    for (auto& [_, time] : edit->times_ms) time = 0;
    return edit;
  }

  if (!prompt.empty() &&
      (!cache.prompt || cache.prompt_key != prompt_key)) {  // first: it may be one we do not know
    const Stopwatch watch(edit->times_ms["prompt"]);
    TRIPTYCH_TRY(cache.prompt, model_->encode_prompt(prompt, progress));
    cache.prompt_key = prompt_key;
  }
  if (!cache.picture || cache.picture_key != picture_key) {
    const Stopwatch watch(edit->times_ms["picture"]);
    TRIPTYCH_TRY(cache.picture, model_->encode_picture(portrait, progress));
    cache.picture_key = picture_key;
  }
  const Stopwatch watch(edit->times_ms["triplane"]);
  if (!cache.reconstruction || cache.reconstruction_key != picture_key) {
    TRIPTYCH_TRY(Head head, model_->make_head(*cache.picture, nullptr, progress));
    cache.reconstruction = std::make_shared<const Head>(std::move(head));
    cache.reconstruction_key = picture_key;
  }
  edit->reconstruction = *cache.reconstruction;
  edit->edited = edit->reconstruction;
  if (!prompt.empty()) {
    TRIPTYCH_TRY(edit->edited, model_->make_head(*cache.picture, cache.prompt.get(), progress));
    edit->understood = cache.prompt->understood;
    edit->edited.info.prompt = prompt.text;
    edit->edited.info.understood = edit->understood;
  }
  cache.edit = edit;
  cache.edit_key = edit_key;
  return edit;
}

}  // namespace triptych
