// SPDX-License-Identifier: Apache-2.0
// The stage. Reads: filtered documents and a model. Writes into io.output: the trained model as a
// Hugging Face directory (config.json, model.safetensors, tokenizer files), adapter/ (with
// --lora-rank), metrics.jsonl (one line a step), validation.jsonl, checkpoints/, best/ (with
// --keep-best), run.json (the resolved configuration) and, last of all, summary.json. An output
// with a summary.json is complete. Killed at any moment and run again, it ends with the same bytes
// of weights (CPU, same threads).
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "toolformer/base/error.h"
#include "toolformer/finetune/options.h"
#include "toolformer/lm/model_options.h"
#include "toolformer/record/run_options.h"

namespace toolformer::finetune {

struct Job {
  record::RunOptions io;
  lm::ModelOptions model;
  Options options;
  nlohmann::ordered_json config;  ///< the resolved configuration, for run.json
};

/// One process, or all those that mpirun or srun started together: each computes its part of every
/// step, the first one writes and reports. Throws Interrupted, with a checkpoint saved, after
/// SIGTERM, SIGINT or SIGUSR1; the other processes return its exit code. Any other failure of one
/// of several processes ends them all.
base::ExitCode finetune(const Job& job);

/// What finetune() would do: documents, tokens by part, steps, an estimate of the time (one
/// pack is run), and the first example with a call as the model will see it. Writes nothing.
std::string dry_run(const Job& job);

}  // namespace toolformer::finetune
