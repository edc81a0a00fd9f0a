// Bakes heads on a thread of its own, so that previews of them go on meanwhile.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "state/services.h"

namespace triptych::app {

class Baker {
 public:
  using Heads = std::vector<std::shared_ptr<const PreparedHead>>;
  // Called from the baker's thread with each head that was not given up.
  using Done = std::function<void(std::shared_ptr<const PreparedHead>, Result<std::shared_ptr<const Baked>>)>;

  Baker(Services& services, Done done);
  ~Baker();
  Baker(const Baker&) = delete;
  Baker& operator=(const Baker&) = delete;
  Baker(Baker&&) = delete;
  Baker& operator=(Baker&&) = delete;

  // What to bake now, in this order, instead of what was wanted before: a head that is being baked and is not
  // among these is given up.
  void want(Heads heads);

 private:
  void run();

  Services& services_;
  Done done_;
  std::mutex mutex_;
  std::condition_variable wake_;
  Heads wanted_;
  std::shared_ptr<const PreparedHead> current_;
  std::shared_ptr<Progress> progress_;  // of the current one
  bool stopping_ = false;
  std::jthread thread_;  // last: it uses everything above
};

}  // namespace triptych::app
