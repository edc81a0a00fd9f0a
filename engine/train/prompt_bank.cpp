#include "train/prompt_bank.h"

#include <set>

namespace triptych::train {
namespace {

const at::Tensor* pick(const std::map<int, std::vector<at::Tensor>>& of_edit, int edit,
                       synthetic::Random& random) {
  const auto entry = of_edit.find(edit);
  if (entry == of_edit.end() || entry->second.empty()) return nullptr;
  return &entry->second[static_cast<std::size_t>(random.below(static_cast<int>(entry->second.size())))];
}

}  // namespace

void PromptBank::add_text(int edit, at::Tensor tokens) {
  texts_[edit].push_back(std::move(tokens));
}

void PromptBank::add_picture(int edit, at::Tensor tokens) {
  pictures_[edit].push_back(std::move(tokens));
}

std::vector<int> PromptBank::edits() const {
  std::set<int> edits;
  for (const auto& [edit, tokens] : texts_) edits.insert(edit);
  for (const auto& [edit, tokens] : pictures_) edits.insert(edit);
  return {edits.begin(), edits.end()};
}

starter::PromptTokens PromptBank::choose(int edit, synthetic::Random& random) const {
  starter::PromptTokens prompt;
  if (edit == 0) return prompt;
  const float kind = random.uniform();  // words 60 %, picture 30 %, both 10 %
  const at::Tensor* text = kind < 0.6F || kind >= 0.9F ? pick(texts_, edit, random) : nullptr;
  const at::Tensor* picture = kind >= 0.6F ? pick(pictures_, edit, random) : nullptr;
  if (text == nullptr && picture == nullptr) text = pick(texts_, edit, random);
  if (text != nullptr) prompt.text = *text;
  if (picture != nullptr) prompt.picture = *picture;
  return prompt;
}

}  // namespace triptych::train
