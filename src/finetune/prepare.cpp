// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/prepare.h"

#include <spdlog/spdlog.h>

#include "toolformer/base/error.h"
#include "toolformer/finetune/loss.h"
#include "toolformer/model/runtime.h"

namespace toolformer::finetune {
namespace {

model::LoadOptions runtime_of(const Job& job) {
  lm::ModelOptions options = job.model;
  if (options.dtype == "auto") options.dtype = "float32";
  if (options.dtype != "float32") {
    base::throw_error<base::UsageError>(
        "--dtype {}: training keeps its weights in float32; use --dtype float32 or auto",
        options.dtype);
  }
  return model::set_up_runtime(options);
}

void check_context(const Job& job) {
  const std::int64_t context = model::load_config(job.model.model).context;
  if (job.options.seq_len <= static_cast<std::size_t>(context)) return;
  base::throw_error<base::UsageError>("--seq-len {}: the context of {} is {} tokens",
                                      job.options.seq_len, job.model.model, context);
}

std::optional<Validation> read_validation(const Job& job, const text::Tokenizer& tokenizer,
                                          const CallMarkers& markers) {
  const Options& options = job.options;
  if (options.valid.empty()) return std::nullopt;
  const ExampleBuilder builder(tokenizer, markers, {options.seq_len, /*end_token=*/false});
  Validation validation(read_plain_text(options.valid, options.valid_limit, builder),
                        options.seq_len);
  if (validation.empty()) {
    base::throw_error<base::DataError>("--valid {} holds no document with text", options.valid);
  }
  return validation;
}

}  // namespace

Prepared prepare(const Job& job) {
  const Options& options = job.options;
  if (job.io.shard.count != 1) {
    base::throw_error<base::UsageError>(
        "--shard {}/{}: one run trains on the whole corpus; leave --shard out", job.io.shard.index,
        job.io.shard.count);
  }
  const model::LoadOptions runtime = runtime_of(job);
  check_context(job);
  Vocabulary vocabulary = plan_vocabulary(text::load_tokenizer(job.model.model), options.markers);
  const text::Tokenizer& tokenizer = *vocabulary.tokenizer;
  spdlog::info("reading the documents");
  const ExampleBuilder builder(tokenizer, vocabulary.markers, {options.seq_len});
  Corpus corpus = read_corpus(job.io, builder);
  auto validation = read_validation(job, tokenizer, vocabulary.markers);
  TrainingPlan plan(corpus.sizes(),
                    {job.io.seed, options.seq_len, options.batch_tokens, options.plain_weight},
                    {options.max_steps, options.epochs});
  Fingerprints fingerprints{model::model_fingerprint(job.model.model), tokenizer.fingerprint(),
                            corpus.sha256};
  return {runtime,         std::move(vocabulary),  std::move(corpus), std::move(validation),
          std::move(plan), std::move(fingerprints)};
}

LoadedModel load_model(const Job& job, const Prepared& prepared,
                       const std::filesystem::path* checkpoint) {
  const std::filesystem::path source =
      checkpoint != nullptr ? *checkpoint : std::filesystem::path(job.model.model);
  model::Transformer transformer = model::load_transformer(source, prepared.runtime);
  if (checkpoint == nullptr) extend_model(transformer, prepared.vocabulary);
  const Trainable trainable = freeze(transformer, job.options.freeze);
  const torch::Tensor& embedding = head_of(transformer).weight;
  if (!prepared.vocabulary.added.empty() && !embedding.requires_grad()) {
    spdlog::warn(
        "the head is frozen: the new tokens keep the rows they start with; use --markers text, or "
        "do not freeze it");
  }
  return {std::move(transformer), trainable};
}

std::vector<MicroBatch> micro_batches(const Job& job, const Prepared& prepared,
                                      const Batch& batch) {
  std::vector<MicroBatch> packs;
  for (const Pack& pack : batch.packs) {
    std::vector<const LabelledTokens*> members;
    for (const std::size_t member : pack.members) {
      members.push_back(&prepared.corpus.examples[member].tokens);
    }
    packs.push_back(
        make_micro_batch(members, loss_on_results(job.options), prepared.runtime.device));
  }
  return packs;
}

}  // namespace toolformer::finetune
