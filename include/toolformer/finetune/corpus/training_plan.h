// SPDX-License-Identifier: Apache-2.0
// Which batch belongs to which step, over all epochs. A pure function of corpus and options: what a
// resumed run needs to know is only the number of its step.
#pragma once

#include <cstddef>
#include <vector>

#include "toolformer/finetune/corpus/batches.h"

namespace toolformer::finetune {

struct Duration {
  std::size_t max_steps = 0;  ///< 0: as the epochs say
  std::size_t epochs = 0;     ///< 0: 1, or as many as max_steps needs
};

class TrainingPlan {
 public:
  /// Throws DataError when an epoch holds nothing to train on, Interrupted after a stop signal.
  TrainingPlan(std::vector<ExampleSize> examples, PlanOptions options, const Duration& duration);

  std::size_t steps() const { return steps_; }
  std::size_t epochs() const { return first_step_.size(); }  ///< begun
  std::size_t tokens() const { return tokens_; }             ///< of all steps
  /// Empty share of the steps' room (max_tokens_per_step), the last step of each epoch aside: it
  /// gets what is left. Nothing is computed for empty room.
  double padding_fraction() const;

  struct Place {
    std::size_t epoch = 0;
    const Batch* batch = nullptr;  ///< valid until the next call
  };
  /// The batch of the step, counted from 0. Steps in order are cheap; a jump plans its epoch again.
  Place at(std::size_t step);

  /// What process `rank` of `size` computes of it (batches.h).
  std::vector<Pack> packs_of(const Batch& batch, std::size_t rank, std::size_t size) const;

 private:
  void load(std::size_t epoch);

  std::vector<ExampleSize> examples_;
  PlanOptions options_;
  std::vector<std::size_t> first_step_;  // of each epoch
  std::size_t steps_ = 0, tokens_ = 0;
  std::size_t filled_ = 0, room_ = 0;  // of all steps but the last of each epoch
  std::size_t loaded_ = 0;
  Epoch epoch_;  // the one that is loaded
};

}  // namespace toolformer::finetune
