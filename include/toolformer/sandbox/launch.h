// SPDX-License-Identifier: Apache-2.0
// The one place that makes a process.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "toolformer/sandbox/program.h"

namespace toolformer::sandbox {

inline constexpr int kStatusDescriptor = 3;  ///< in the new process, beside 0, 1 and 2

struct Launch {
  std::vector<std::string> arguments;    ///< [0]: an absolute path
  std::vector<std::string> environment;  ///< NAME=value
  int descriptors[4];                    ///< what become 0, 1, 2 and kStatusDescriptor; all above 9
  Limits limits;
  bool limit_processes = false;   ///< RLIMIT_NPROC already here
  bool ends_with_thread = false;  ///< bubblewrap sees to that itself
};

/// Starts it in a process group of its own, with default signal handlers, no other descriptors, the
/// limits set, and as the first to go when memory runs out. Nothing is copied however large this
/// process is, and other threads go on. Throws Failure (kUnavailable).
pid_t launch(const Launch& launch);

}  // namespace toolformer::sandbox
