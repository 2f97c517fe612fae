// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace toolformer::sandbox {

inline constexpr int kOwnProcesses = 2;  ///< of bubblewrap

struct Usage {
  int processes = 0;  ///< threads are not counted
  std::uint64_t resident_bytes = 0;
};

/// Of a process and its descendants, from /proc; stops counting beyond `most` processes.
Usage usage_of(pid_t root, int most);

/// -1: there is no such process.
pid_t parent_of(pid_t process);

}  // namespace toolformer::sandbox
