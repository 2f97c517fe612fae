// SPDX-License-Identifier: Apache-2.0
// One binary for all processors: a function marked with this is compiled several times, and the
// loader picks the version with the widest instructions that the processor has.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define TOOLFORMER_WIDEST \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define TOOLFORMER_WIDEST
#endif
