// SPDX-License-Identifier: Apache-2.0
// The training loop with everything around a step: learning rate, metrics, validation, checkpoints,
// the policy for steps without a finite loss, and stopping on request.
#pragma once

#include <cstddef>
#include <functional>

#include <nlohmann/json.hpp>

#include "toolformer/finetune/checkpoints.h"
#include "toolformer/finetune/metrics.h"
#include "toolformer/finetune/output_directory.h"
#include "toolformer/finetune/prepare.h"
#include "toolformer/finetune/schedule.h"
#include "toolformer/finetune/train_step.h"

namespace toolformer::finetune {

/// What a run has done so far: all that a checkpoint holds besides weights and moments.
struct RunState {
  std::size_t step = 0;      ///< finished steps, bad ones included
  std::int64_t updates = 0;  ///< steps that changed the weights
  std::size_t bad_in_a_row = 0;
  std::size_t tokens = 0;  ///< that went through the model in training
  double seconds = 0;      ///< in training steps
  nlohmann::ordered_json first_loss,
      last_loss;  ///< of the first and last good step; null: none yet
  nlohmann::ordered_json valid_before, valid_best,
      valid_last;  ///< lines of validation.jsonl; null: none yet

  nlohmann::ordered_json to_json() const;
  static RunState from_json(const nlohmann::ordered_json& json);
};

class TrainingRun {
 public:
  /// Begins, or goes on from the newest checkpoint of the output.
  TrainingRun(const Job& job, Prepared& prepared, const OutputDirectory& output);

  /// To the last step. Throws Interrupted after a stop signal, DataError after too many bad steps
  /// in a row.
  void run(const std::function<void(const RunState&, const StepResult&)>& report);

  const RunState& state() const { return state_; }
  const model::Transformer& transformer() const { return model_.transformer; }
  const Trainable& trainable() const { return model_.trainable; }
  const Checkpoints& checkpoints() const { return checkpoints_; }

 private:
  bool due(std::size_t every) const;
  void validate();
  void save();
  [[noreturn]] void interrupt();
  StepResult step();
  void record(const StepResult& result, std::size_t epoch, double rate, double seconds);

  const Job& job_;
  Prepared& prepared_;
  Checkpoints checkpoints_;
  std::optional<Checkpoint> resumed_;
  LoadedModel model_;
  AdamW optimizer_;
  Schedule schedule_;
  RunState state_;
  std::optional<std::size_t> saved_;  // the step of the newest checkpoint
  MetricsFile metrics_;
  std::optional<MetricsFile> validation_file_;
};

}  // namespace toolformer::finetune
