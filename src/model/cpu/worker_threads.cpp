// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/cpu/worker_threads.h"

#include <ATen/Parallel.h>

#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace toolformer::model {

void run_workers(std::size_t count, const std::function<void()>& work) {
  if (count <= 1) return work();
  std::mutex mutex;
  std::exception_ptr first;
  const auto run = [&] {
    at::init_num_threads();  // the setting is kept by thread
    try {
      work();
    } catch (...) {
      const std::scoped_lock lock(mutex);
      if (!first) first = std::current_exception();
    }
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < count; ++i) threads.emplace_back(run);
  for (std::thread& thread : threads) thread.join();
  if (first) std::rethrow_exception(first);
}

}  // namespace toolformer::model
