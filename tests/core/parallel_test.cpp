#include <gtest/gtest.h>
#include <pthread.h>

#include <array>
#include <atomic>
#include <latch>
#include <set>
#include <stdexcept>
#include <thread>

#include "core/progress.h"
#include "core/thread_pool.h"

namespace triptych {
namespace {

TEST(ThreadPool, RunsEveryIndexOnceWithAValidWorker) {
  ThreadPool pool(4);
  ASSERT_EQ(pool.size(), 4);
  for (const std::size_t count : {0U, 1U, 3U, 1000U}) {
    std::vector<std::atomic<int>> hits(count);
    std::atomic<bool> valid{true};
    pool.run(count, [&](std::size_t index, int worker) {
      hits[index].fetch_add(1);
      if (worker < 0 || worker >= 4) valid = false;
    });
    for (const auto& hit : hits) EXPECT_EQ(hit.load(), 1);
    EXPECT_TRUE(valid);
  }
}

TEST(ThreadPool, NoTwoTasksShareAWorkerAtOnce) {
  ThreadPool pool(3);
  std::array<std::atomic<int>, 3> inside{};
  std::atomic<bool> shared{false};
  pool.run(500, [&](std::size_t, int worker) {
    auto& count = inside.at(static_cast<std::size_t>(worker));
    if (count.fetch_add(1) != 0) shared = true;
    count.fetch_sub(1);
  });
  EXPECT_FALSE(shared) << "workers index scratch memory, so one worker must be one thread";
}

TEST(ThreadPool, CallersFromSeveralThreadsAreServedInTurn) {
  ThreadPool pool(2);
  std::atomic<int> total{0};
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 4; ++i) {
      callers.emplace_back([&] {
        for (int round = 0; round < 50; ++round) pool.run(7, [&](std::size_t, int) { total.fetch_add(1); });
      });
    }
  }
  EXPECT_EQ(total.load(), 4 * 50 * 7);
}

TEST(ThreadPool, AnExceptionEndsTheRunAndReachesItsCaller) {
  for (const int threads : {1, 4}) {
    ThreadPool pool(threads);
    std::atomic<int> done{0}, begun{0};
    const auto fail_from_7 = [&](std::size_t index, int) {
      begun.fetch_add(1);
      if (index >= 7) throw std::runtime_error("out of paper");
      done.fetch_add(1);
    };
    EXPECT_THROW(pool.run(1000, fail_from_7), std::runtime_error);
    EXPECT_EQ(done, 7) << "tasks on their way are waited for";
    EXPECT_LE(begun, 7 + threads) << "no more are handed out";
    std::atomic<int> total{0};
    pool.run(100, [&](std::size_t, int) { total.fetch_add(1); });
    EXPECT_EQ(total, 100);
  }
}

TEST(ThreadPool, AnExceptionOfAnotherThreadReachesTheCallerToo) {
  ThreadPool pool(2);
  ASSERT_EQ(pool.size(), 2);
  std::latch thrown(1);
  const auto task = [&](std::size_t, int worker) {
    if (worker == 0) return thrown.wait();  // so that the other gets the other index
    thrown.count_down();
    throw std::runtime_error("out of paper");
  };
  EXPECT_THROW(pool.run(2, task), std::runtime_error);
}

TEST(ThreadPool, GoesOnWithFewerWhereTheSystemStartsNoMore) {
  pthread_attr_t usual, huge;
  ASSERT_EQ(pthread_getattr_default_np(&usual), 0);
  ASSERT_EQ(pthread_getattr_default_np(&huge), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&huge, std::size_t{1} << 47), 0);  // more than there are addresses
  ASSERT_EQ(pthread_setattr_default_np(&huge), 0);
  {
    ThreadPool pool(4);
    EXPECT_EQ(pool.size(), 1);
    std::atomic<int> total{0};
    pool.run(7, [&](std::size_t, int) { total.fetch_add(1); });
    EXPECT_EQ(total.load(), 7);
  }
  ASSERT_EQ(pthread_setattr_default_np(&usual), 0);
  pthread_attr_destroy(&huge);
  pthread_attr_destroy(&usual);
}

TEST(Progress, ReportsStagesAndNeverGoesBack) {
  Progress progress;
  std::vector<double> fractions;
  progress.set_listener([&](const Progress::Snapshot& s) { fractions.push_back(s.fraction); });
  progress.begin("encoding");
  progress.advance(0.5);
  progress.advance(0.25);
  progress.advance(2);
  EXPECT_EQ(progress.snapshot().stage, "encoding");
  EXPECT_EQ(fractions, (std::vector<double>{0, 0.5, 0.5, 1}));
}

TEST(Progress, TimeLeftOfResumedWorkCountsThisRunOnly) {
  Progress progress;
  progress.begin("learning", 0.5);
  EXPECT_EQ(progress.snapshot().fraction, 0.5);
  EXPECT_EQ(progress.snapshot().remaining_s, -1);  // nothing of this run is known yet
  progress.advance(0.75);
  const Progress::Snapshot half_done = progress.snapshot();
  EXPECT_DOUBLE_EQ(half_done.remaining_s, half_done.elapsed_s);
  progress.begin("measuring");
  EXPECT_EQ(progress.snapshot().begun_at, 0);
}

TEST(Progress, CancelIsSeenByTheWorker) {
  Progress progress;
  EXPECT_TRUE(progress.check());
  progress.cancel();
  ASSERT_FALSE(progress.check());
  EXPECT_EQ(progress.check().error().code, ErrorCode::cancelled);
}

}  // namespace
}  // namespace triptych
