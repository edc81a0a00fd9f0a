#include "model/learned_style.h"

#include <algorithm>

#include "core/text.h"

namespace triptych {
namespace {

bool mentions(const std::string& text, const std::string& name) {
  const std::string words = plain_words(name);
  return !words.empty() && (" " + plain_words(text) + " ").find(" " + words + " ") != std::string::npos;
}

Status check_fits(const LearnedStyle& style, const StyleRoom& room) {
  const std::string start = "the style \"" + style.name + "\" does not fit the model: ";
  const std::string advice = "; use the model that it was learned for";
  for (const auto& [name, tensor] : style.tensors.table()) {
    const auto wanted = room.tensors.find(name);
    const nn::Shape shape = tensor.sizes().vec();
    if (wanted == room.tensors.end() || wanted->second != shape) {
      return fail(start + "its tensor " + name + " is " + nn::describe(shape) + advice);
    }
  }
  const at::Tensor& tokens = style.tokens;
  if (!tokens.defined() || tokens.dim() != 2 || tokens.size(0) < 1 || tokens.size(1) != room.token_width) {
    return fail(start + "it has no tokens for its name" + advice);
  }
  return {};
}

}  // namespace

nn::ShapeTable replaceable(std::span<const nn::TensorSpec> specs, std::string_view planes) {
  nn::ShapeTable table;
  for (const nn::TensorSpec& spec : specs) {
    if (spec.name.starts_with("prompt.") || spec.name.starts_with(planes)) table[spec.name] = spec.shape;
  }
  return table;
}

Status LearnedStyles::add(const std::vector<LearnedStyle>& styles, const StyleRoom& room, ModelInfo& info) {
  return nn::guarded("applying a style", [&]() -> Status {
    for (const LearnedStyle& style : styles) TRIPTYCH_CHECK(check_fits(style, room));
    for (const LearnedStyle& style : styles) {
      std::erase_if(info.styles, [&](const StyleInfo& older) { return same_name(older.name, style.name); });
      std::erase_if(all_, [&](const Ptr& older) { return same_name(older->name, style.name); });
      info.styles.push_back({style.name, {}});
      info.takes_text = true;
      all_.push_back(std::make_shared<const LearnedStyle>(
          LearnedStyle{style.name, style.tensors, style.tokens.to(at::kFloat)}));
    }
    return {};
  });
}

LearnedStyles::Ptr LearnedStyles::named(const std::string& text) const {
  const auto found =
      std::ranges::find_if(all_, [&](const Ptr& style) { return same_name(style->name, text); });
  return found == all_.end() ? nullptr : *found;
}

LearnedStyles::Ptr LearnedStyles::mentioned(const std::string& text) const {
  Ptr longest;
  for (const Ptr& style : all_) {
    if (!mentions(text, style->name)) continue;
    if (!longest || plain_words(style->name).size() > plain_words(longest->name).size()) longest = style;
  }
  return longest;
}

}  // namespace triptych
