// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/corpus/training_plan.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "toolformer/base/error.h"
#include "toolformer/base/stop_signal.h"

namespace toolformer::finetune {

TrainingPlan::TrainingPlan(std::vector<ExampleSize> examples, PlanOptions options,
                           const Duration& duration)
    : examples_(std::move(examples)), options_(options) {
  constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();
  const std::size_t max_steps = duration.max_steps > 0 ? duration.max_steps : kNoLimit;
  const std::size_t by_default = duration.max_steps > 0 ? kNoLimit : 1;
  const std::size_t max_epochs = duration.epochs > 0 ? duration.epochs : by_default;
  while (steps_ < max_steps && first_step_.size() < max_epochs) {
    if (base::stop_requested()) {
      base::throw_error<base::Interrupted>("stopped by {} while planning epoch {}; {}",
                                           base::stop_signal_name(), first_step_.size(),
                                           base::kHowToGoOn);
    }
    load(first_step_.size());
    if (epoch_.batches.empty()) {
      base::throw_error<base::DataError>(
          "epoch {} has nothing to train on: the weights of {} examples leave none; give documents "
          "with kept calls, or raise --plain-weight or --tool-weight",
          loaded_, examples_.size());
    }
    first_step_.push_back(steps_);
    const std::size_t used = std::min(epoch_.batches.size(), max_steps - steps_);
    for (std::size_t i = 0; i < used; ++i) {
      const std::size_t tokens = epoch_.batches[i].tokens;
      tokens_ += tokens;
      if (i + 1 == epoch_.batches.size()) continue;
      filled_ += tokens;
      room_ += max_tokens_per_step(options_);
    }
    steps_ += used;
  }
}

void TrainingPlan::load(std::size_t epoch) {
  epoch_ = plan_epoch(examples_, options_, epoch);
  loaded_ = epoch;
}

double TrainingPlan::padding_fraction() const {
  return room_ == 0 ? 0 : 1.0 - static_cast<double>(filled_) / static_cast<double>(room_);
}

std::vector<Pack> TrainingPlan::packs_of(const Batch& batch, std::size_t rank,
                                         std::size_t size) const {
  return finetune::packs_of(batch, examples_, options_.seq_len, rank, size);
}

TrainingPlan::Place TrainingPlan::at(std::size_t step) {
  const auto after = std::upper_bound(first_step_.begin(), first_step_.end(), step);
  const auto epoch = static_cast<std::size_t>(after - first_step_.begin()) - 1;
  if (epoch != loaded_) load(epoch);
  return {epoch, &epoch_.batches.at(step - first_step_[epoch])};
}

}  // namespace toolformer::finetune
