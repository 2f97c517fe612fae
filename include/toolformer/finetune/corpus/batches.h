// SPDX-License-Identifier: Apache-2.0
// What an epoch sees, in which order: a pure function of the corpus, the seed and the epoch, so
// that a resumed run finds its place by counting.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "toolformer/finetune/corpus/packing.h"

namespace toolformer::finetune {

/// What planning needs to know of an example.
struct ExampleSize {
  std::uint64_t document = 0;  ///< key_of its id: pieces of one document are used or left out
                               ///< together
  std::uint32_t tokens = 0;
  bool has_calls = false;  ///< whether the document holds kept calls
  double weight = 1;       ///< how often an epoch uses it, on average
};

/// 64 random bits that stand for an id: a large corpus need not hold its ids in memory.
std::uint64_t key_of(const std::string& document_id);

struct PlanOptions {
  std::uint64_t seed = 0;
  std::size_t seq_len = 0;
  std::size_t batch_tokens = 0;
};

/// Most tokens of a step: --batch-tokens, but never less than one example may have.
std::size_t max_tokens_per_step(const PlanOptions& options);

/// One optimiser step.
struct Batch {
  std::vector<std::size_t> members;  ///< indices into the examples
  std::size_t tokens = 0;
};

struct Epoch {
  std::vector<Batch> batches;
  std::size_t examples = 0;  ///< examples used
  std::size_t tokens = 0;
};

/// Chooses the documents of this epoch (a draw keyed by seed, document and epoch: of those with
/// weight 2.3 each is used twice and three in ten once more), shuffles, and fills the steps in that
/// order: an example too long for what is left of a step begins one of the next, and shorter ones
/// from up to kLookAhead places behind it take the rest. Then the steps are shuffled, but for the
/// last one, which may be short.
Epoch plan_epoch(const std::vector<ExampleSize>& examples, const PlanOptions& options,
                 std::uint64_t epoch);

/// What process `rank` of `size` computes of the batch, each pack in one forward and backward pass:
/// the longest examples first, each to the process with the fewest tokens so far; what it gets is
/// packed by first-fit decreasing into packs of at most seq_len tokens.
std::vector<Pack> packs_of(const Batch& batch, const std::vector<ExampleSize>& examples,
                           std::size_t seq_len, std::size_t rank, std::size_t size);

inline constexpr std::size_t kLookAhead = 256;

}  // namespace toolformer::finetune
