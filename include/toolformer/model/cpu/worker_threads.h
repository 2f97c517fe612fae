// SPDX-License-Identifier: Apache-2.0
// Threads that share one model, each with libtorch's settings of its own.
#pragma once

#include <cstddef>
#include <functional>

namespace toolformer::model {

/// Runs `work` on `count` threads at once and returns when all have ended; the first exception is
/// thrown again. One worker is the caller itself. Each of them has as many threads for an operation
/// as the caller was given by at::set_num_threads.
void run_workers(std::size_t count, const std::function<void()>& work);

}  // namespace toolformer::model
