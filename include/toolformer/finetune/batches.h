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
  std::uint64_t document = 0;  ///< key_of its id: pieces of one document are used or left out
                               ///< together
  std::uint32_t tokens = 0;
  bool has_calls = false;  ///< whether the document holds kept calls
};

/// 64 random bits that stand for an id: a large corpus need not hold its ids in memory.
std::uint64_t key_of(const std::string& document_id);

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

/// Chooses the plain documents of this epoch (a draw keyed by seed, document and epoch; a weight of
/// 2.3 uses each of them twice and three in ten once more), shuffles, packs within buffers of
/// kBufferPacks packs, and shuffles the packs. Every other example appears once.
Epoch plan_epoch(const std::vector<ExampleSize>& examples, const PlanOptions& options,
                 std::uint64_t epoch);

/// The packs of the batch that process `rank` of `size` computes: the longest first, each to the
/// process with the fewest tokens so far.
std::vector<Pack> share_of(const Batch& batch, std::size_t rank, std::size_t size);

inline constexpr std::size_t kBufferPacks = 256;

}  // namespace toolformer::finetune
