// SPDX-License-Identifier: Apache-2.0
// From a job to everything that training needs, in the order in which a mistake should be found:
// settings, tokenizer, documents, plan, model.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "toolformer/finetune/corpus/corpus.h"
#include "toolformer/finetune/corpus/training_plan.h"
#include "toolformer/finetune/finetune.h"
#include "toolformer/finetune/parallel/process_group.h"
#include "toolformer/finetune/training/adapters.h"
#include "toolformer/finetune/training/freeze.h"
#include "toolformer/finetune/training/validation.h"
#include "toolformer/finetune/training/vocabulary.h"
#include "toolformer/model/weights/checkpoint.h"

namespace toolformer::finetune {

struct Prepared {
  model::LoadOptions runtime;  ///< parameters are float32
  torch::Dtype
      compute_dtype;  ///< what matrices are multiplied in (model/network/mixed_precision.h)
  Vocabulary vocabulary;
  Corpus corpus;
  std::optional<Validation> validation;
  TrainingPlan plan;
  /// "model", "tokenizer", "corpus" and "valid" (empty without --valid): the latter two of examples
  /// as token ids.
  std::map<std::string, std::string> fingerprints;
};

/// The same for every process of the group. Throws UsageError for settings that contradict each
/// other, DataError for documents that cannot be used.
Prepared prepare(const Job& job, const ProcessGroup& group);

struct LoadedModel {
  model::Transformer transformer;
  Trainable trainable;
};

AdapterOptions adapter_options(const Job& job);

/// From --model with the markers' tokens added, or from the checkpoint when there is one; frozen,
/// or with adapters, as asked.
LoadedModel load_model(const Job& job, const Prepared& prepared,
                       const std::filesystem::path* checkpoint);

/// Packs as tensors.
std::vector<MicroBatch> micro_batches(const Job& job, const Prepared& prepared,
                                      const std::vector<Pack>& packs);

}  // namespace toolformer::finetune
