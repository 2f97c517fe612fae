// SPDX-License-Identifier: Apache-2.0
// What an epoch sees, in which order: a pure function of the corpus, the seed and the epoch, so
// that a resumed run finds its place by counting.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "toolformer/finetune/packing.h"

namespace toolformer::finetune {

/// What planning needs to know of an example.
struct ExampleSize {
  std::string
      document;  ///< id of its document: pieces of one document are used or left out together
  std::size_t tokens = 0;
  bool has_calls = false;  ///< whether the document holds kept calls
};

struct PlanOptions {
  std::uint64_t seed = 0;
  std::size_t seq_len = 0;
  std::size_t batch_tokens = 0;
  double plain_weight = 1;
};

struct Batch {
  std::vector<Pack> packs;  ///< one optimiser step; each pack is one forward and backward pass
  std::size_t tokens = 0;
};

struct Epoch {
  std::vector<Batch> batches;
  std::size_t examples = 0;  ///< examples used
  std::size_t tokens = 0;
  std::size_t packs = 0;
  /// Share of the packs' room that stays empty: 1 - tokens / (packs * seq_len).
  double waste(std::size_t seq_len) const;
};

/// Packs a step: --batch-tokens in packs of --seq-len, rounded, at least one.
std::size_t packs_per_batch(const PlanOptions& options);

/// Chooses the plain documents of this epoch (a draw keyed by seed, document and epoch), shuffles,
/// packs within buffers of kBufferPacks packs, and shuffles the packs. Every chosen example appears
/// once.
Epoch plan_epoch(const std::vector<ExampleSize>& examples, const PlanOptions& options,
                 std::uint64_t epoch);

inline constexpr std::size_t kBufferPacks = 256;

}  // namespace toolformer::finetune
