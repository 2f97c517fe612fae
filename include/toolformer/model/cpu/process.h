// SPDX-License-Identifier: Apache-2.0
// What holds for a whole process that runs models: its processors, its memory allocator, how its
// threads wait. No libtorch here, so that programs can include it.
#pragma once

namespace toolformer::model {

/// Processors that this process may use, at least 1.
int usable_processors();

/// Every pass asks for the same megabytes again: giving them back to the system in between would
/// cost more than much of the arithmetic on them. Tells the allocator to keep them (glibc;
/// elsewhere nothing happens).
void keep_freed_memory();

/// Threads that wait by spinning take the processor from those that work, ten times slower in all
/// when the machine does other things, too. libgomp decides when it is loaded, by the environment:
/// so, where it is loaded and nothing is set, the program sets OMP_WAIT_POLICY=PASSIVE and starts
/// itself again. Returns when there is nothing to do (`threads`, of --threads, is 1), or when that
/// failed. Call it before anything was read, written or locked.
void wait_passively(char** argv, int threads);

}  // namespace toolformer::model
