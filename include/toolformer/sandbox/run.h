// SPDX-License-Identifier: Apache-2.0
// A program that runs once: bytes in, bytes out.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "toolformer/sandbox/confinement.h"
#include "toolformer/sandbox/failure.h"
#include "toolformer/sandbox/program.h"

namespace toolformer::sandbox {

struct Run {
  const Program& program;
  std::string_view input;
  std::chrono::steady_clock::time_point deadline;  ///< the limit `wall` may be earlier
};

/// What it wrote to its standard output, when it ended with exit code 0. Throws Failure, with what
/// it wrote to standard error; UsageError as Confinement::wrap. From any thread.
std::string run(const Confinement& confinement, const Run& run);

}  // namespace toolformer::sandbox
