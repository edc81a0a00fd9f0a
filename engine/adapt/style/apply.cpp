#include "adapt/style/apply.h"

#include "adapt/style/halves.h"
#include "model/reference/learned.h"
#include "model/starter/learned.h"
#include "model/weights.h"

namespace triptych::adapt {
namespace {

LearnedStyle learned(const Style& style) {
  LearnedStyle result;
  result.name = style.name;
  for (const auto& [name, tensor] : *style.used().tensors) {
    if (name == tokens_name) {
      result.tokens = floats_of(tensor);
    } else {
      result.tensors.set(name, floats_of(tensor));
    }
  }
  return result;
}

// "ab12cd34..." as people compare them.
std::string short_hash(const std::string& hash) {
  return hash.substr(0, 8);
}

}  // namespace

Result<std::shared_ptr<const Model>> with_styles(const std::shared_ptr<const Model>& base,
                                                 const std::vector<std::shared_ptr<const Style>>& styles) {
  const ModelInfo& info = base->info();
  for (const auto& style : styles) {
    TRIPTYCH_CHECK(check_style(*style));
    if (style->model_hash != info.hash) {
      return fail("the style \"" + style->name + "\" was made for the model " + style->model_name + " (" +
                  short_hash(style->model_hash) + "), not for " + info.name + " (" + short_hash(info.hash) +
                  "); open that model, or learn the style again from its pairs");
    }
  }
  return nn::guarded("applying a style", [&] {
    std::vector<LearnedStyle> all;
    for (const auto& style : styles) all.push_back(learned(*style));
    return starter::inside(*base) ? starter::with_styles(base, all) : reference::with_styles(base, all);
  });
}

}  // namespace triptych::adapt
