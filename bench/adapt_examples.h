// What bench_adapt_table learns from and is judged by: views of synthetic heads before and after an edit.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "adapt/pairs.h"
#include "image/resample.h"
#include "train/view_store.h"

namespace triptych::bench {

inline constexpr int view_size = 128;

template <typename T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "bench_adapt_table: %s %s\n", result.error().message.c_str(),
               result.error().detail.c_str());
  std::exit(1);
}

// A head with an edit: the view it starts from, the same view edited, and another edited view.
struct Example {
  std::shared_ptr<const synthetic::View> before, after, other;
};

inline Portrait portrait_of(const synthetic::View& view) {
  const int size = view.rgba.width;
  Portrait portrait;
  portrait.camera = view.key.camera;
  portrait.rgb = Image8(size, size, 3);
  portrait.mask = ImageF(size, size, 1);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      std::copy_n(&view.rgba.at(x, y), 3, &portrait.rgb.at(x, y));
      portrait.mask.at(x, y) = static_cast<float>(view.rgba.at(x, y, 3)) / 255;
    }
  }
  return portrait;
}

inline adapt::Pair pair_of(const Example& example) {
  adapt::Pair pair;
  pair.name = std::to_string(example.before->key.head);
  pair.hash = pair.name;
  pair.verdict = adapt::Pair::Verdict::good;
  pair.keep = true;
  pair.before = portrait_of(*example.before);
  const Portrait after = portrait_of(*example.after);
  pair.after = after.rgb;
  pair.after_mask = after.mask;
  return pair;
}

// Of every head that has the edit, one example a view.
inline std::vector<std::vector<Example>> examples_of(train::ViewStore& store, int edit) {
  std::vector<std::vector<Example>> heads;
  for (std::size_t i = 0; i < store.heads(); ++i) {
    const train::HeadViews head = store.head(i);
    const auto edited = head.edits.find(edit), plain = head.edits.find(0);
    if (edited == head.edits.end() || plain == head.edits.end() || edited->second.size() < 2) continue;
    std::vector<Example> examples;
    for (std::size_t k = 0; k < edited->second.size(); ++k) {
      const train::ViewRef& ref = edited->second[k];
      const auto same = std::find_if(plain->second.begin(), plain->second.end(),
                                     [&](const train::ViewRef& v) { return v.number == ref.number; });
      if (same == plain->second.end()) continue;
      const train::ViewRef& other = edited->second[(k + 1) % edited->second.size()];
      examples.push_back({must(store.view(*same)), must(store.view(ref)), must(store.view(other))});
    }
    if (!examples.empty()) heads.push_back(std::move(examples));
  }
  return heads;
}

// The first view of every head, then the second of those that have one, and so on.
inline std::vector<Example> in_turn(const std::vector<std::vector<Example>>& heads) {
  std::vector<Example> result;
  for (std::size_t k = 0; k < 16; ++k) {
    for (const auto& examples : heads) {
      if (k < examples.size()) result.push_back(examples[k]);
    }
  }
  return result;
}

inline Image8 shown(const synthetic::View& view) {
  const Portrait portrait = portrait_of(view);
  return resize(over(portrait.rgb, portrait.mask, 1, 1, 1), view_size, view_size);
}

}  // namespace triptych::bench
