// SPDX-License-Identifier: Apache-2.0
// The training loop with everything around a step: learning rate, metrics, validation, checkpoints,
// the policy for steps without a finite loss, and stopping on request.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include <nlohmann/json.hpp>

#include "toolformer/finetune/checkpoint/best_weights.h"
#include "toolformer/finetune/checkpoint/checkpoints.h"
#include "toolformer/finetune/output_directory.h"
#include "toolformer/finetune/prepare.h"
#include "toolformer/finetune/training/metrics.h"
#include "toolformer/finetune/training/schedule.h"
#include "toolformer/finetune/training/train_step.h"

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
      valid_last;  ///< lines of validation.jsonl; null: none yet. The best is one of training's.
  std::size_t valid_worse = 0;  ///< validations in a row since the best one

  nlohmann::ordered_json to_json() const;
  static RunState from_json(const nlohmann::ordered_json& json);
};

/// How far a run is: "step 12/400 (3%)  loss 1.2345  812 tokens/s  left 3 min 20 s"
std::string describe(const RunState& state, const StepResult& result, std::size_t total);

class TrainingRun {
 public:
  /// Begins, or goes on from the newest checkpoint of the output. All processes of the group make
  /// the run together, in step; the first writes what is written, and reports. Throws UsageError
  /// when more steps are done than the plan has.
  TrainingRun(const Job& job, Prepared& prepared, const OutputDirectory& output,
              const ProcessGroup& group);

  /// To the last step, or until validations no longer improve; products, of validations too, in
  /// what --dtype says. Throws Interrupted after a stop signal, DataError after too many bad steps
  /// in a row.
  void run(const std::function<void(const RunState&, const StepResult&)>& report);

  const RunState& state() const { return state_; }
  const model::Transformer& transformer() const { return model_.transformer; }
  const Trainable& trainable() const { return model_.trainable; }
  /// After run(), with --keep-best, in the first process: the weights of the best validation.
  void take_best();
  /// After run(): adapters go into the weights.
  void merge_adapters() { model_.transformer.merge_adapters(); }
  bool stopped_early() const { return out_of_patience(); }
  /// Throws DataError that names a trained parameter with a number that is NaN or infinite.
  void require_finite_weights() const;
  /// In the first process: nothing is left to go on from.
  void remove_checkpoints();
  std::size_t processes() const { return group_.size(); }

 private:
  bool due(std::size_t every) const;
  bool out_of_patience() const;
  std::optional<std::size_t> best_step() const;
  void validate();
  void judge(const nlohmann::ordered_json& line);
  void save();
  void save_last();
  void open_metrics();
  [[noreturn]] void interrupt();
  bool stop_requested() const;  // by a signal to any process
  StepResult step();
  void record(const StepResult& result, std::size_t epoch, double rate, double seconds);

  const Job& job_;
  Prepared& prepared_;
  const OutputDirectory& output_;
  const ProcessGroup& group_;
  Checkpoints checkpoints_;
  BestWeights best_;
  std::optional<Checkpoint> resumed_;
  LoadedModel model_;
  std::unique_ptr<GradientBuckets> buckets_;  // with several processes
  AdamW optimizer_;
  Schedule schedule_;
  RunState state_;
  std::optional<std::size_t> saved_;                      // the step of the newest checkpoint
  std::optional<std::size_t> saved_best_;                 // the best validation's that it names
  std::optional<MetricsFile> metrics_, validation_file_;  // of the first process
};

}  // namespace toolformer::finetune
