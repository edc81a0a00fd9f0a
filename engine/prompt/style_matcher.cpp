#include "prompt/style_matcher.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "prompt/word_pieces.h"

namespace triptych {
namespace {

using Words = std::set<std::string, std::less<>>;

// Words that exclude each other within a group: a sentence encoder puts them close together, a person means
// one.
const std::array<std::vector<Words>, 8> opposites{{
    {{"blonde", "blond", "golden", "yellow"},
     {"black", "dark", "raven"},
     {"white", "grey", "gray", "silver"},
     {"red", "ginger", "crimson"},
     {"blue"},
     {"green"},
     {"pink"},
     {"purple", "violet"},
     {"brown", "brunette"}},
    {{"bronze", "copper", "brass"},
     {"gold", "golden"},
     {"silver", "chrome", "steel"},
     {"marble", "stone"},
     {"wood", "wooden"}},
    {{"old", "elderly", "aged", "senior", "older", "wrinkled"},
     {"young", "younger", "child", "kid", "boy", "girl", "baby", "toddler", "teenager"}},
    {{"fat", "chubby", "obese", "overweight", "heavy", "plump"},
     {"thin", "slim", "skinny", "slender", "lean", "gaunt"}},
    {{"happy", "smile", "smiling", "laughing", "grin", "joy"},
     {"sad", "crying", "frown", "frowning", "angry", "furious"}},
    {{"man", "male", "boy", "masculine", "he"}, {"woman", "female", "girl", "feminine", "she", "lady"}},
    {{"bald", "hairless", "shaved", "shaven"}, {"beard", "bearded", "long", "curly", "afro", "ponytail"}},
    {{"short"}, {"long"}},
}};

const Words negations{"no", "not", "without", "remove", "never", "less"};

Words word_set(std::string_view text) {
  Words words;
  for (auto& word : split_words(text)) words.insert(std::move(word));
  return words;
}

bool share(const Words& a, const Words& b) {
  return std::any_of(a.begin(), a.end(), [&](const std::string& word) { return b.contains(word); });
}

// One text names a member of a group and the other only members that exclude it, or one negates what the
// other does not.
bool contradict(const Words& asked, const Words& known) {
  if (share(asked, negations) != share(known, negations)) return true;
  return std::any_of(opposites.begin(), opposites.end(), [&](const auto& group) {
    bool both = false, agree = false;
    std::vector<bool> in_asked, in_known;
    for (const auto& member : group) {
      in_asked.push_back(share(asked, member));
      in_known.push_back(share(known, member));
    }
    const auto any = [](const std::vector<bool>& flags) {
      return std::find(flags.begin(), flags.end(), true) != flags.end();
    };
    both = any(in_asked) && any(in_known);
    for (std::size_t i = 0; i < group.size(); ++i) agree = agree || (in_asked[i] && in_known[i]);
    return both && !agree;
  });
}

}  // namespace

StyleMatcher::StyleMatcher(TextEncoder encoder, std::vector<Entry> entries)
    : encoder_(std::move(encoder)), entries_(std::move(entries)) {}

Result<StyleMatcher> StyleMatcher::make(TextEncoder encoder, const std::vector<Style>& styles) {
  std::vector<Entry> entries;
  for (const auto& style : styles) {
    std::vector<std::string> phrases = style.phrases;
    phrases.insert(phrases.begin(), style.name);
    for (const auto& phrase : phrases) {
      TRIPTYCH_TRY(TextTokens tokens, encoder.encode(phrase));
      entries.push_back({style.name, phrase, std::move(tokens.sentence)});
    }
  }
  return StyleMatcher(std::move(encoder), std::move(entries));
}

Result<std::vector<StyleMatch>> StyleMatcher::ranked(std::string_view text) const {
  TRIPTYCH_TRY(const TextTokens tokens, encoder_.encode(text));
  std::vector<StyleMatch> matches;
  for (const auto& entry : entries_) {
    matches.push_back({entry.name, entry.phrase, similarity(tokens.sentence, entry.sentence)});
  }
  std::stable_sort(matches.begin(), matches.end(),
                   [](const StyleMatch& a, const StyleMatch& b) { return a.similarity > b.similarity; });
  return matches;
}

Result<std::optional<StyleMatch>> StyleMatcher::match(std::string_view text) const {
  TRIPTYCH_TRY(const std::vector<StyleMatch> matches, ranked(text));
  const Words asked = word_set(text);
  for (const auto& match : matches) {
    if (match.similarity < least_similarity) break;
    if (!contradict(asked, word_set(match.phrase))) return match;
  }
  return std::nullopt;
}

Result<std::vector<StyleMatch>> StyleMatcher::nearest(std::string_view text, std::size_t count) const {
  TRIPTYCH_TRY(const std::vector<StyleMatch> matches, ranked(text));
  std::vector<StyleMatch> result;
  for (const auto& match : matches) {
    const bool listed =
        std::any_of(result.begin(), result.end(), [&](const auto& m) { return m.name == match.name; });
    if (!listed && result.size() < count) result.push_back(match);
  }
  return result;
}

}  // namespace triptych
