#include "train/workers.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <thread>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include "model/weights.h"

namespace triptych::train {
namespace {

using namespace std::string_view_literals;

constexpr std::chrono::minutes patience{30};

Result<int> number(const char* name, int least, int most) {
  const char* text = std::getenv(name);
  if (text == nullptr)
    return fail(std::string(name) + " is not set, but WORLD_SIZE is; start with torchrun or set all");
  const std::string_view digits(text);
  int value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size() || value < least || value > most) {
    return fail(std::string(name) + " should be a whole number from " + std::to_string(least) + " to " +
                std::to_string(most) + ", but is \"" + text + "\"");
  }
  return value;
}

std::vector<std::uint8_t> bytes_of(const at::Tensor& values) {
  const at::Tensor flat = values.contiguous();
  const auto* data = static_cast<const std::uint8_t*>(flat.const_data_ptr());
  return {data, data + flat.nbytes()};
}

// The store takes messages of up to 8 MiB.
constexpr std::int64_t floats_a_message = std::int64_t{1} << 20;

void put(c10d::Store& store, const std::string& key, const at::Tensor& values) {
  const std::vector<at::Tensor> pieces = values.split(floats_a_message);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    store.set(key + '/' + std::to_string(i), bytes_of(pieces[i]));
  }
}

at::Tensor take(c10d::Store& store, const std::string& key, std::int64_t length) {
  at::Tensor values = at::empty({length}, at::kFloat);
  const std::vector<at::Tensor> pieces = values.split(floats_a_message);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const std::vector<std::uint8_t> bytes = store.get(key + '/' + std::to_string(i));
    TORCH_CHECK(bytes.size() == pieces[i].nbytes(), "the processes train different networks");
    std::copy(bytes.begin(), bytes.end(), static_cast<std::uint8_t*>(pieces[i].mutable_data_ptr()));
  }
  return values;
}

// What was put under the key, of values of the same length.
void forget(c10d::Store& store, const std::string& key, const at::Tensor& values) {
  const std::size_t pieces = values.split(floats_a_message).size();
  for (std::size_t i = 0; i < pieces; ++i) store.deleteKey(key + '/' + std::to_string(i));
}

}  // namespace

Result<WorkersPlace> workers_place_from_environment() {
  WorkersPlace place;
  if (std::getenv("WORLD_SIZE") == nullptr) return place;
  TRIPTYCH_TRY(place.size, number("WORLD_SIZE", 1, 4096));
  if (place.size == 1) return place;
  TRIPTYCH_TRY(place.rank, number("RANK", 0, place.size - 1));
  TRIPTYCH_TRY(const int port, number("MASTER_PORT", 1, 65535));
  place.port = static_cast<std::uint16_t>(port);
  const char* host = std::getenv("MASTER_ADDR");
  if (host == nullptr)
    return fail("MASTER_ADDR is not set, but WORLD_SIZE is; start with torchrun or set all");
  place.host = host;
  if (const char* restarts = std::getenv("TORCHELASTIC_RESTART_COUNT")) place.attempt = restarts;
  if (const char* agent = std::getenv("TORCHELASTIC_USE_AGENT_STORE")) place.hosted = agent == "True"sv;
  return place;
}

Result<Workers> Workers::join(const WorkersPlace& place) {
  return nn::guarded("meeting the other processes", [&]() -> Result<Workers> {
    Workers workers;
    workers.place_ = place;
    if (place.size == 1) return workers;
    c10d::TCPStoreOptions options;
    options.port = place.port;
    options.isServer = place.rank == 0 && !place.hosted;
    options.waitWorkers = false;
    options.timeout = patience;
    auto store = c10::make_intrusive<c10d::TCPStore>(place.host, options);
    workers.place_.port = store->getPort();
    workers.store_ = std::shared_ptr<c10d::Store>(store.get(), [store](c10d::Store*) {});
    return workers;
  });
}

// Each process gets its part of everybody's values, adds them up and gives the sum to all.
Result<at::Tensor> Workers::mean(const at::Tensor& values) {
  if (place_.size == 1) return values;
  return nn::guarded("adding up the gradients of all processes", [&]() -> Result<at::Tensor> {
    const auto round_key = [this](const char* kind, std::int64_t round, int from, int to) {
      return key(std::string(kind) + std::to_string(round) + '/' + std::to_string(from) + '/' +
                 std::to_string(to));
    };
    const std::vector<at::Tensor> parts = values.tensor_split(place_.size);
    for (int to = 0; to < place_.size; ++to) {
      if (to == rank()) continue;
      put(*store_, round_key("part", round_, rank(), to), parts[static_cast<std::size_t>(to)]);
    }
    const at::Tensor& own = parts[static_cast<std::size_t>(rank())];
    at::Tensor sum = at::zeros_like(own);
    for (int from = 0; from < place_.size; ++from) {
      sum += from == rank() ? own : take(*store_, round_key("part", round_, from, rank()), own.numel());
    }
    sum /= place_.size;
    put(*store_, round_key("mean", round_, rank(), 0), sum);
    std::vector<at::Tensor> means;
    for (int from = 0; from < place_.size; ++from) {
      const std::int64_t length = parts[static_cast<std::size_t>(from)].numel();
      means.push_back(from == rank() ? sum : take(*store_, round_key("mean", round_, from, 0), length));
    }
    // Everybody is in this round, so nobody reads the one before any more.
    if (round_ > 0) {
      for (int to = 0; to < place_.size; ++to) {
        if (to == rank()) continue;
        forget(*store_, round_key("part", round_ - 1, rank(), to), parts[static_cast<std::size_t>(to)]);
      }
      forget(*store_, round_key("mean", round_ - 1, rank(), 0), own);
    }
    ++round_;
    return at::cat(means);
  });
}

Status Workers::in_turn(const std::function<Status()>& work, Progress& progress) {
  if (place_.size == 1) return work();
  const std::string done = key("turn" + std::to_string(turn_++));
  const char* what = "waiting for the process of rank 0";
  if (rank() == 0) {
    Status status = work();
    const Status told = nn::guarded(what, [&]() -> Status {
      store_->set(done, std::vector<std::uint8_t>{static_cast<std::uint8_t>(status ? 1 : 0)});
      return {};
    });
    return status ? told : status;
  }
  const Status met = nn::guarded(what, [&]() -> Status {
    while (!store_->check({done})) {
      if (Status going = progress.check(); !going) return going;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    if (store_->get(done).at(0) == 0) return fail("the process of rank 0 has failed, and says why");
    return {};
  });
  return met ? work() : met;
}

void Workers::leave() {
  if (place_.size == 1) return;
  const auto left = [this](int of) { return key("left/" + std::to_string(of)); };
  // One that is gone or late has what it needs, or says itself what it lacks.
  [[maybe_unused]] const Status ended = nn::guarded("leaving the other processes", [&]() -> Status {
    if (rank() != 0) {
      store_->set(left(rank()), std::vector<std::uint8_t>{1});
      return {};
    }
    std::vector<std::string> others;
    for (int of = 1; of < place_.size; ++of) others.push_back(left(of));
    store_->wait(others, std::chrono::minutes(1));
    return {};
  });
}

}  // namespace triptych::train
