// Processes that train one model together, each on its part of every batch: data parallel over the processes
// of a machine or of several. They find each other as torchrun starts them, by RANK, WORLD_SIZE, MASTER_ADDR
// and MASTER_PORT, through LibTorch's c10d store. (LibTorch's wheel has Gloo without its headers, so the sum
// is made here: every process adds up its own part of the gradient and hands it to the others.)
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/progress.h"

namespace c10d {
class Store;
}

namespace triptych::train {

struct WorkersPlace {
  int rank = 0;  // of this process, 0 <= rank < size
  int size = 1;
  std::string host = "127.0.0.1";  // where the process of rank 0 listens
  std::uint16_t port = 0;          // 0 with rank 0: any free one
  std::string attempt = "0";       // another one when torchrun starts all again: its store remembers
  bool hosted = false;             // torchrun's own store listens there, not rank 0
};

// What torchrun says of this process; size 1 where WORLD_SIZE is not set. Errors name the variable.
[[nodiscard]] Result<WorkersPlace> workers_place_from_environment();

// Used by one thread. Results are the same bits in every process: sums are made in the order of the ranks.
class Workers {
 public:
  Workers() = default;  // alone
  // Connects to the process of rank 0, which waits for nobody.
  [[nodiscard]] static Result<Workers> join(const WorkersPlace& place);

  [[nodiscard]] int rank() const noexcept { return place_.rank; }
  [[nodiscard]] int size() const noexcept { return place_.size; }
  [[nodiscard]] std::uint16_t port() const noexcept { return place_.port; }

  // The mean over all processes of a tensor (float, one dimension) that has the same length in each; waits
  // for all. Fails when a process has not come for half an hour or is gone.
  [[nodiscard]] Result<at::Tensor> mean(const at::Tensor& values);
  // Each process does the work, rank 0 before the others, which find what it left on disk. Where it failed
  // they fail too; they wait as long as it takes, or until they are cancelled.
  [[nodiscard]] Status in_turn(const std::function<Status()>& work, Progress& progress);
  // The last call of each process: that of rank 0, in which the others read, waits for them, a minute at
  // most.
  void leave();

 private:
  [[nodiscard]] std::string key(const std::string& name) const { return place_.attempt + '/' + name; }

  WorkersPlace place_;
  std::shared_ptr<c10d::Store> store_;
  std::int64_t round_ = 0, turn_ = 0;
};

}  // namespace triptych::train
