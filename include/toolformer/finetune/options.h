// SPDX-License-Identifier: Apache-2.0
// The settings of tf-finetune. Defaults follow the paper where it names a value (appendix B):
// learning rate, warm-up, sequence length; configs/finetune.toml says why for the others.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "toolformer/base/enum_names.h"
#include "toolformer/calls/call_syntax.h"
#include "toolformer/finetune/corpus/corpus_options.h"
#include "toolformer/finetune/training/schedule.h"

namespace CLI {
class App;
}

namespace toolformer::finetune {

/// Loss on the tokens of results; auto: on for text markers.
enum class ResultLoss { kAuto, kOn, kOff };
constexpr base::Names<3> names_of(ResultLoss /*type*/) {
  return {"auto", "on", "off"};
}

struct Options {
  // How long.
  std::size_t max_steps = 0;  ///< optimiser steps; 0: as many as the epochs hold
  std::size_t epochs = 0;     ///< passes over the corpus; 0: 1, or as many as max_steps needs

  // What a step sees.
  std::size_t seq_len = 1024;       ///< tokens of a pack; longer documents are split
  std::size_t batch_tokens = 8192;  ///< most tokens of a step; at least seq_len
  CorpusOptions corpus;
  calls::MarkerForm markers = calls::MarkerForm::kToken;
  ResultLoss result_loss = ResultLoss::kAuto;

  // How the weights move.
  double lr = 1e-5;                 ///< peak learning rate
  double warmup_fraction = 0.1;     ///< of all steps, linear from 0
  Decay schedule = Decay::kLinear;  ///< after the warm-up
  double weight_decay = 0.0;        ///< decoupled; weight matrices only (optimizer.h)
  double clip = 1.0;                ///< largest global gradient norm; 0: no clipping
  std::vector<double> betas{0.9, 0.999};
  double eps = 1e-8;
  std::vector<std::string>
      freeze;                 ///< parameter names or patterns (*, ?), or the word "embeddings"
  std::size_t lora_rank = 0;  ///< of low-rank adapters beside frozen weights; 0: the weights move
  double lora_alpha = 16;     ///< an adapter counts alpha / rank
  std::vector<std::string> lora_targets{
      "*"};  ///< matrices of layers that get one: whole names or their last parts, *, ?
  bool checkpoint_activations = false;  ///< layers run again in the backward pass
  std::size_t max_bad_steps =
      5;  ///< stop after that many steps in a row without a finite loss and gradient

  // What is kept, and how it is watched.
  std::size_t save_every = 500;      ///< steps between checkpoints; 0: only when asked to stop
  std::size_t keep_checkpoints = 2;  ///< newest checkpoints kept; 0: none once the run is complete
  std::string valid;                 ///< documents for validation, read as plain text
  std::size_t valid_every = 500;     ///< steps between validations; 0: only before and after
  std::size_t valid_limit = 200;     ///< documents of --valid that are read; 0: all
  bool keep_best = false;            ///< the model that comes out is that of the best validation
  std::size_t patience = 0;  ///< validations in a row without a better one, then stop; 0: never
  bool override_settings = false;  ///< go on with other settings, where that is safe
};

void bind(CLI::App& app, Options& options);
/// Throws UsageError that names the option, its value and what is allowed.
void check(const Options& options);

/// Whether the tokens of results take part in the loss.
bool loss_on_results(const Options& options);

}  // namespace toolformer::finetune
