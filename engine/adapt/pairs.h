// Before/after pairs: found in a folder or among dropped files, aligned, judged.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/progress.h"
#include "face/align.h"

namespace triptych::adapt {

inline constexpr std::size_t most_pairs = 200;
inline constexpr std::size_t advised_pairs = 5;  // fewer are possible, but the style will be rough

struct PairFiles {
  std::string name;  // "anna"
  std::filesystem::path before, after;
};

// Pairs among folders and files, sorted by name: before/NAME.* and after/NAME.*, or NAME_before.* and
// NAME_after.*, or the layout of 3DPE's authors (a folder 00000 and another 00000_STYLE with the same file
// names; either the folder above both, or the second one, may be given). Errors: no pair here (says the
// layouts), more than most_pairs, several styles, two pictures of one side of a pair (anna.jpg, anna.png).
// Those of one name in several folders are pairs of their own. Pictures without a partner are added to
// `lonely`, which may be null.
[[nodiscard]] Result<std::vector<PairFiles>> find_pairs(const std::vector<std::filesystem::path>& paths,
                                                        std::vector<std::filesystem::path>* lonely = nullptr);

struct Pair {
  enum class Verdict {
    good,
    doubtful,  // usable, but `reason` says why it may teach nonsense; the user decides
    unusable,  // cannot be kept
  };
  std::string name;
  Verdict verdict = Verdict::unusable;
  std::string reason;  // one sentence for the user; empty if good
  bool keep = false;   // learned from; set to what is advised, the user may change it unless unusable
  Portrait before;     // empty pictures if unusable
  Image8 after;        // in the before picture's frame: same size, same camera
  ImageF after_mask;
  std::string hash;  // sha256 of both pictures as they are learned from
};

// Aligns the before picture as any portrait and cuts the same square out of the after picture (scaled to the
// size of the before picture). `size`: ModelInfo::picture_size. An unreadable file is an unusable pair, not
// an error. About 0.2 s.
[[nodiscard]] Pair prepare_pair(const PairFiles& files, const FaceAligner& aligner, int size);
// Judges a pair that is good so far by what its after picture shows in the before picture's frame: `seen`, of
// `size` pixels, its landmarks empty without a face. Sets after_mask, and verdict, reason and keep where
// there is a doubt.
void judge(Pair& pair, const Portrait& seen, int size);
// Fails only when cancelled.
[[nodiscard]] Result<std::vector<Pair>> prepare_pairs(const std::vector<PairFiles>& files,
                                                      const FaceAligner& aligner, int size,
                                                      Progress& progress);

// Those to learn from; none, or more than most_pairs, is an error.
[[nodiscard]] Result<std::vector<Pair>> kept(std::vector<Pair> pairs);
// A sentence about too few pairs, or empty.
[[nodiscard]] std::string advice(std::size_t pairs);

}  // namespace triptych::adapt
