// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/prepare.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>

#include "toolformer/base/error.h"
#include "toolformer/base/log.h"
#include "toolformer/finetune/checkpoint/trained_weights.h"
#include "toolformer/finetune/training/chunked_cross_entropy.h"
#include "toolformer/model/architecture/parameter_layout.h"
#include "toolformer/model/cpu/process.h"
#include "toolformer/model/runtime.h"
#include "toolformer/record/input_files.h"

namespace toolformer::finetune {
namespace {

/// Processors for each of the processes on this machine, as far as the launcher gave this one so
/// many.
int threads_beside(std::size_t processes) {
  const auto online = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
  return std::min(model::usable_processors(), std::max(1, online / static_cast<int>(processes)));
}

model::LoadOptions runtime_of(const Job& job, const ProcessGroup& group) {
  lm::ModelOptions options = job.model;
  if (group.local_size() > 1) {
    if (options.threads == 0) options.threads = threads_beside(group.local_size());
    const bool cuda =
        options.device == "cuda" || (options.device == "auto" && torch::cuda::is_available());
    if (cuda) options.device = fmt::format("cuda:{}", group.local_rank());
  }
  options.dtype = lm::Dtype::kFloat32;
  return model::set_up_runtime(options);
}

torch::Dtype compute_dtype_of(lm::Dtype dtype) {
  if (dtype == lm::Dtype::kFloat16) {
    throw base::UsageError(
        "--dtype float16: training multiplies in float32 or bfloat16, its weights stay in float32");
  }
  return dtype == lm::Dtype::kBfloat16 ? torch::kBFloat16 : torch::kFloat32;
}

/// What the settings say of the model, before anything large is read or written.
void check_model(const Job& job) {
  const model::ModelConfig config = model::load_config(job.model.model);
  if (job.options.seq_len > static_cast<std::size_t>(config.context)) {
    base::throw_error<base::UsageError>("--seq-len {}: the context of {} is {} tokens",
                                        job.options.seq_len, job.model.model, config.context);
  }
  if (job.options.lora_rank > 0) {
    adapted_matrices(config, job.options.lora_targets);
  } else {
    frozen_names(config, job.options.freeze);
  }
}

/// Found before the documents of --input are read.
void check_files(const Job& job) {
  if (!job.options.valid.empty()) record::expand_input({job.options.valid}, "--valid");
  record::expand_input(job.options.corpus.plain, "--plain");
  for (const auto& input : {job.io.input, job.options.corpus.plain}) {
    for (const std::string& note : record::notes_on_input(input))
      spdlog::warn("{}", base::escape_for_log(note));
  }
}

void check_processes(const Job& job, const ProcessGroup& group) {
  if (group.size() == 1) return;
  const std::size_t least = group.size() * job.options.seq_len;
  if (job.options.batch_tokens < least) {
    base::throw_error<base::UsageError>(
        "--batch-tokens {} is too little for {} processes with --seq-len {}: raise it to {}, or "
        "start fewer",
        job.options.batch_tokens, group.size(), job.options.seq_len, least);
  }
  if (std::find(job.io.input.begin(), job.io.input.end(), "-") != job.io.input.end()) {
    base::throw_error<base::UsageError>("--input -: {} processes cannot read one standard input",
                                        group.size());
  }
}

std::optional<Validation> read_validation(const Job& job, const text::Tokenizer& tokenizer,
                                          const calls::CallMarkers& markers, std::string& sha256) {
  const Options& options = job.options;
  if (options.valid.empty()) return std::nullopt;
  const ExampleBuilder builder(tokenizer, markers, {options.seq_len, /*end_token=*/false});
  record::RunOptions io;
  io.input = {options.valid};
  io.strict = job.io.strict;
  if (options.valid_limit > 0) io.limit = options.valid_limit;
  PlainText text = read_plain_text(io, builder);
  sha256 = text.sha256;
  Validation validation(std::move(text.examples), options.seq_len);
  if (validation.empty()) {
    base::throw_error<base::DataError>("--valid {} holds no document with text", options.valid);
  }
  return validation;
}

void warn_without_calls(const record::Summary& summary) {
  if (summary.get("calls.rendered") > 0) return;
  const std::int64_t undecided = summary.get("calls.undecided");
  spdlog::warn("no document holds a kept call that can be used: this trains on plain text{}",
               undecided == 0
                   ? std::string(" alone")
                   : fmt::format("; {} calls are not decided, which tf-filter does", undecided));
}

}  // namespace

Prepared prepare(const Job& job, const ProcessGroup& group) {
  const Options& options = job.options;
  if (job.io.shard.count != 1) {
    base::throw_error<base::UsageError>(
        "--shard {}/{}: one run trains on the whole corpus; leave --shard out", job.io.shard.index,
        job.io.shard.count);
  }
  check_processes(job, group);
  check_files(job);
  const model::LoadOptions runtime = runtime_of(job, group);
  const torch::Dtype compute_dtype = compute_dtype_of(job.model.dtype);
  check_model(job);
  Vocabulary vocabulary = plan_vocabulary(text::load_tokenizer(job.model.model), options.markers);
  const text::Tokenizer& tokenizer = *vocabulary.tokenizer;
  spdlog::info("reading the documents");
  const ExampleBuilder builder(tokenizer, vocabulary.markers, {options.seq_len});
  Corpus corpus = read_corpus(job.io, options.corpus, builder);
  warn_without_calls(corpus.summary);
  std::map<std::string, std::string> fingerprints{
      {"model", model::model_fingerprint(job.model.model)},
      {"tokenizer", tokenizer.fingerprint()},
      {"corpus", corpus.sha256}};
  auto validation = read_validation(job, tokenizer, vocabulary.markers, fingerprints["valid"]);
  TrainingPlan plan(corpus.sizes(), {job.io.seed, options.seq_len, options.batch_tokens},
                    {options.max_steps, options.epochs});
  return {runtime,
          compute_dtype,
          std::move(vocabulary),
          std::move(corpus),
          std::move(validation),
          std::move(plan),
          std::move(fingerprints)};
}

AdapterOptions adapter_options(const Job& job) {
  const Options& options = job.options;
  return {static_cast<std::int64_t>(options.lora_rank), options.lora_alpha, options.lora_targets,
          job.io.seed};
}

LoadedModel load_model(const Job& job, const Prepared& prepared,
                       const std::filesystem::path* checkpoint) {
  // A checkpoint of adapters holds nothing else.
  const bool adapters = job.options.lora_rank > 0;
  const bool whole = checkpoint != nullptr && !adapters;
  model::Transformer transformer = model::load_transformer(
      whole ? *checkpoint : std::filesystem::path(job.model.model), prepared.runtime);
  if (!whole) extend_model(transformer, prepared.vocabulary);
  if (job.options.checkpoint_activations)
    transformer.set_activations(model::Activations::kRecomputed);
  if (adapters) {
    const Trainable trainable =
        add_adapters(transformer, adapter_options(job), prepared.vocabulary.added);
    if (checkpoint != nullptr) load_trained(*checkpoint / kTrainedFile, transformer);
    return {std::move(transformer), trainable};
  }
  const Trainable trainable = freeze(transformer, job.options.freeze);
  const model::ModuleNames modules = model::module_names(transformer.config());
  const bool frozen = !transformer.parameters().at(modules.embedding + ".weight").requires_grad() ||
                      !head_of(transformer).weight.requires_grad();
  if (!prepared.vocabulary.added.empty() && frozen) {
    spdlog::warn(
        "embedding or head are frozen: the new tokens keep the rows they start with there; use "
        "--markers text, or do not freeze them");
  }
  return {std::move(transformer), trainable};
}

std::vector<MicroBatch> micro_batches(const Job& job, const Prepared& prepared,
                                      const std::vector<Pack>& packs) {
  std::vector<MicroBatch> batches;
  for (const Pack& pack : packs) {
    std::vector<calls::LabelledTokens> examples;
    for (const std::size_t member : pack.members) {
      examples.push_back(prepared.corpus.tokens(member));
    }
    std::vector<const calls::LabelledTokens*> members;
    for (const calls::LabelledTokens& example : examples) members.push_back(&example);
    batches.push_back(
        make_micro_batch(members, loss_on_results(job.options), prepared.runtime.device));
  }
  return batches;
}

}  // namespace toolformer::finetune
