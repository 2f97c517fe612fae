// SPDX-License-Identifier: Apache-2.0
// One optimiser step: gradients of all packs of a batch added up, one clipped AdamW update.
// The loss is the mean over the tokens of the whole batch, whatever their distribution over packs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "toolformer/finetune/corpus/micro_batch.h"
#include "toolformer/finetune/training/optimizer.h"
#include "toolformer/model/network/transformer.h"

namespace toolformer::finetune {

/// Losses in nats, added up by the part of the predicted token.
struct LossSums {
  std::array<double, kParts> sum{};
  std::array<std::size_t, kParts> count{};

  void add(const torch::Tensor& losses, const std::vector<TokenRole>& roles);  ///< losses [M]
  double total() const;
  std::size_t tokens() const;
  double mean() const;  ///< 0 without tokens
};

struct StepResult {
  LossSums loss;
  double grad_norm = 0;    ///< before clipping
  std::size_t tokens = 0;  ///< that went through the model
  std::string problem;     ///< why the weights were not changed; empty: they were
};

struct StepOptions {
  double learning_rate = 0;
  double clip = 0;  ///< 0: no clipping
};

/// Leaves the weights alone, and says why, when the loss or the gradient is not finite or no token
/// counts. Returns nothing when `stop` said so between two packs: then nothing has changed.
/// Where the optimizer has buckets, `batch` is this process's part of the step, the result is that
/// of all processes together, and nobody is asked to stop: the others would wait for its sums.
std::optional<StepResult> train_step(const model::Transformer& transformer, AdamW& optimizer,
                                     const std::vector<MicroBatch>& batch,
                                     const StepOptions& options,
                                     const std::function<bool()>& stop = {});

/// Losses without gradients.
LossSums evaluate(const model::Transformer& transformer, const MicroBatch& batch);

}  // namespace toolformer::finetune
