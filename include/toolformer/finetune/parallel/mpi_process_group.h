// SPDX-License-Identifier: Apache-2.0
// Processes that MPI started, on one machine or many.
#pragma once

#include <cstddef>
#include <memory>

#include "toolformer/finetune/parallel/process_group.h"

namespace toolformer::finetune {

/// Starts MPI and ends it with the object. Throws UsageError when this build has no MPI, or when
/// MPI knows of another number of processes than the launcher started.
std::unique_ptr<const ProcessGroup> join_mpi(std::size_t expected);

}  // namespace toolformer::finetune
