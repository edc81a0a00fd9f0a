#include "prompt/style_matcher.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "prompt/word_pieces.h"

namespace triptych {
namespace {

using Words = std::set<std::string, std::less<>>;

// Words of one set say the same; words of different sets of a group exclude each other. A sentence encoder
// puts all of a group close together, a person means one.
using Group = std::vector<Words>;
const std::array<Group, 5> groups{{
    {{"blonde", "blond", "yellow"},
     {"black", "dark", "raven"},
     {"white", "grey", "gray"},
     {"red", "ginger", "crimson"},
     {"blue"},
     {"green"},
     {"pink"},
     {"purple", "violet"},
     {"brown", "brunette"},
     {"short"},
     {"long"},
     {"curly", "afro"},
     {"bald", "hairless", "shaved", "shaven"}},
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
}};

const Words negations{"no", "not", "without", "remove", "never", "less"};

// Words that say how to ask, not what for: left out, because sentences that share them look alike.
const Words fillers{"a",    "an",   "the",    "and",  "of",     "to",  "in",  "on",  "as",
                    "into", "with", "it",     "i",    "me",     "my",  "him", "her", "his",
                    "he",   "she",  "them",   "they", "this",   "is",  "are", "be",  "their",
                    "that", "make", "turn",   "give", "add",    "put", "get", "let", "have",
                    "look", "some", "please", "wear", "wearing"};
// To have one of these in common says nothing yet: "long hair", "fair hair".
const Words places{"hair", "face", "head", "skin", "man", "woman", "person"};

Words word_set(std::string_view text) {
  Words words;
  for (auto& word : split_words(text)) words.insert(std::move(word));
  return words;
}

bool share(const Words& a, const Words& b) {
  return std::any_of(a.begin(), a.end(), [&](const std::string& word) { return b.contains(word); });
}

// By one letter added, left out or another, or by two neighbours swapped.
bool one_slip_apart(std::string_view a, std::string_view b) {
  const auto start = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  a.remove_prefix(static_cast<std::size_t>(start.first - a.begin()));
  b.remove_prefix(static_cast<std::size_t>(start.second - b.begin()));
  const auto end = std::mismatch(a.rbegin(), a.rend(), b.rbegin(), b.rend());
  a.remove_suffix(static_cast<std::size_t>(end.first - a.rbegin()));
  b.remove_suffix(static_cast<std::size_t>(end.second - b.rbegin()));
  const bool swapped = a.size() == 2 && b.size() == 2 && a[0] == b[1] && a[1] == b[0];
  return (a.size() <= 1 && b.size() <= 1) || swapped;
}

// A word besides fillers and places that both have.
bool share_a_thing(const Words& asked, const Words& known) {
  return std::any_of(asked.begin(), asked.end(), [&](const std::string& word) {
    return known.contains(word) && !places.contains(word) && !fillers.contains(word);
  });
}

enum class Verdict { agree, open, contradict };

// What one group says about two texts that both speak of it.
Verdict compare(const Words& asked, const Words& known, const Group& group) {
  bool in_asked = false, in_known = false;
  for (const auto& same : group) {
    const bool a = share(asked, same), b = share(known, same);
    if (a && b) return Verdict::agree;
    in_asked = in_asked || a;
    in_known = in_known || b;
  }
  return in_asked && in_known ? Verdict::contradict : Verdict::open;
}

// Contradiction in one group, or a "no" in only one of the texts, outweighs agreement in another.
Verdict compare(const Words& asked, const Words& known) {
  if (share(asked, negations) != share(known, negations)) return Verdict::contradict;
  Verdict verdict = Verdict::open;
  for (const auto& group : groups) {
    const Verdict here = compare(asked, known, group);
    if (here == Verdict::contradict) return here;
    if (here == Verdict::agree) verdict = here;
  }
  return verdict;
}

}  // namespace

std::size_t StyleMatcher::phrases(const std::vector<Style>& styles) noexcept {
  std::size_t count = 0;
  for (const auto& style : styles) count += 1 + style.phrases.size();
  return count;
}

Result<std::vector<std::vector<float>>> StyleMatcher::encode(const TextEncoder& encoder,
                                                             const std::vector<Style>& styles) {
  std::vector<std::vector<float>> sentences;
  const auto add = [&](const std::string& phrase) -> Status {
    TRIPTYCH_TRY(TextTokens tokens, encoder.encode(phrase));
    sentences.push_back(std::move(tokens.sentence));
    return {};
  };
  for (const auto& style : styles) {
    TRIPTYCH_CHECK(add(style.name));
    for (const auto& phrase : style.phrases) TRIPTYCH_CHECK(add(phrase));
  }
  return sentences;
}

StyleMatcher::StyleMatcher(TextEncoder encoder, const std::vector<Style>& styles,
                           std::vector<std::vector<float>> sentences)
    : encoder_(std::move(encoder)) {
  auto sentence = sentences.begin();
  for (const auto& style : styles) {
    entries_.push_back({style.name, style.name, std::move(*sentence++)});
    for (const auto& phrase : style.phrases) {
      entries_.push_back({style.name, phrase, std::move(*sentence++)});
    }
  }
  for (const Entry& entry : entries_) words_.merge(word_set(entry.phrase));
}

std::string StyleMatcher::plain(std::string_view text) const {
  constexpr std::size_t least_letters = 5;  // shorter words have too many neighbours
  std::string all, things;
  for (std::string& word : split_words(text)) {
    if (word.size() >= least_letters && !words_.contains(word) && !encoder_.is_word(word)) {
      const auto meant = std::find_if(words_.begin(), words_.end(), [&](const std::string& known) {
        return known.size() + 1 >= least_letters && one_slip_apart(word, known);
      });
      if (meant != words_.end()) word = *meant;
    }
    all += word + ' ';
    if (!fillers.contains(word)) things += word + ' ';
  }
  return things.empty() ? all : things;
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
  const std::string asked_text = plain(text);
  TRIPTYCH_TRY(const std::vector<StyleMatch> matches, ranked(asked_text));
  const Words asked = word_set(asked_text);
  for (const auto& match : matches) {
    const Words known = word_set(match.phrase);
    const Verdict verdict = compare(asked, known);
    if (verdict == Verdict::contradict) continue;
    if (verdict == Verdict::agree && match.similarity >= least_with_same_word) return match;
    if (verdict == Verdict::agree || match.similarity < least_similarity) continue;
    // The nearest by meaning decides: what is less near would be a guess.
    if (match.similarity >= least_without_shared_word || share_a_thing(asked, known)) return match;
    return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace triptych
