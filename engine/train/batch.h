// Items packed as tensors, made ahead of the trainer on threads of their own.
#pragma once

#include <ATen/ATen.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "model/starter/network.h"
#include "train/config.h"
#include "train/item.h"
#include "train/prompt_bank.h"
#include "train/turned.h"

namespace triptych::train {

// Rays through pixels of one view of every item, and what they should see.
struct RayBatch {
  at::Tensor origins, directions;  // [B, R, 3] world, directions of unit length
  at::Tensor coarse;               // [B, R, C] distances, one in each of C equal parts of the range
  // [B, R] about which the fine samples lie: the surface, or one that the ray passes close by, or anywhere;
  // NaN where the truth is unknown.
  at::Tensor guess;
  at::Tensor offsets;  // [B, R, F] of the fine samples from the guess
  at::Tensor
      pixel;  // [B, R] int64: the pixel of the front plane that shows the surface of a photograph's ray
  at::Tensor cosine;      // [B, R] between the ray and its camera's axis
  at::Tensor color;       // [B, R, 3]
  at::Tensor mask;        // [B, R]
  at::Tensor depth;       // [B, R] distance along the ray; 0: unknown
  at::Tensor surfaces;    // [B, R] MarchInputs::surfaces; undefined where the objective does not ask
  at::Tensor background;  // [B, 1, 3]
  at::Tensor weight;      // [B] in the objective
  int patch = 0;          // > 0: the first rays are a square patch of this edge, row by row
};

// Where a map or rays of the truth show the person and say how far away; not at edges, where it is a mixture.
[[nodiscard]] at::Tensor known_depth(const at::Tensor& mask, const at::Tensor& depth);

struct Batch {
  at::Tensor input;                         // [B, 4, P, P]
  at::Tensor cameras;                       // [B, 25]
  std::vector<starter::DepthRange> ranges;  // of the frusta
  at::Tensor alpha;                         // [B, P, P] of the first target
  at::Tensor surface;                       // [B, P, P] depth of the first target along the axis; 0: unknown
  at::Tensor real;                          // [B] bool
  std::array<RayBatch, 2> views;
  starter::PromptInput prompt;  // present is undefined in the reconstruction stage
  at::Tensor edited_input;      // [B, 4, P, P]: the first target as the teacher sees it; editing only
};

// Which part of every batch is made: the `index`-th of `count` equal ones.
struct BatchPart {
  int index = 0;
  int count = 1;
};

// Makes the batch of a step from nothing but the configuration, the data and the step's number, so that a
// resumed run sees what the killed one would have seen. Every item has random numbers of its own: several
// processes make a part of the batch each, the same items as one process would. Thread-safe.
class BatchMaker {
 public:
  BatchMaker(const TrainConfig& config, const starter::NetworkConfig& network, ViewStore& store,
             const std::vector<ViewPtr>& portraits, const std::vector<TurnedPortrait>& turned,
             const PromptBank* prompts, BatchPart part = {})
      : config_(config),
        network_(network),
        store_(store),
        portraits_(portraits),
        turned_(turned),
        prompts_(prompts),
        part_(part) {}
  [[nodiscard]] Result<Batch> make(std::int64_t step) const;

 private:
  [[nodiscard]] Result<Item> choose(Random& random) const;
  [[nodiscard]] Status check_size(const Item& item) const;
  [[nodiscard]] Batch pack(const std::vector<Item>& items, bool patches, std::uint64_t seed, int first) const;

  const TrainConfig& config_;
  const starter::NetworkConfig& network_;
  ViewStore& store_;
  const std::vector<ViewPtr>& portraits_;
  const std::vector<TurnedPortrait>& turned_;
  const PromptBank* prompts_;
  BatchPart part_;
};

// Batches in the order of their steps, a few ahead. The destructor joins the threads.
class Loader {
 public:
  Loader(const BatchMaker& maker, std::int64_t first_step, int threads);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;
  Loader(Loader&&) = delete;
  Loader& operator=(Loader&&) = delete;
  // Waits for the next step's batch.
  [[nodiscard]] Result<Batch> next();

 private:
  void work();

  const BatchMaker& maker_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t wanted_;
  std::int64_t started_;
  bool stopping_ = false;
  std::map<std::int64_t, Result<Batch>> ready_;
  std::vector<std::jthread> threads_;
};

}  // namespace triptych::train
