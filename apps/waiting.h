// SPDX-License-Identifier: Apache-2.0
// How threads of one operation wait for each other.
#pragma once

namespace toolformer::apps {

/// Threads that wait by spinning take the processor from those that work, ten times slower in all
/// when the machine does other things, too. libgomp decides when it is loaded, by the environment:
/// so, where it is loaded and nothing is set, the program sets OMP_WAIT_POLICY=PASSIVE and starts
/// itself again. Returns when there is nothing to do, or when that failed. Call it before anything
/// was read, written or locked.
void wait_passively(char** argv);

}  // namespace toolformer::apps
