// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/finetune.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "toolformer/base/duration.h"
#include "toolformer/base/error.h"
#include "toolformer/base/stop_signal.h"
#include "toolformer/finetune/progress.h"
#include "toolformer/finetune/training_run.h"
#include "toolformer/text/tokenizer_export.h"

namespace toolformer::finetune {
namespace {

void check_paths(const Job& job) {
  std::error_code ignored;
  if (job.model.model.empty()) {
    base::throw_error<base::UsageError>(
        "--model is missing: a Hugging Face directory or a GGUF file");
  }
  if (std::filesystem::equivalent(job.model.model, job.io.output, ignored)) {
    base::throw_error<base::UsageError>(
        "--output {} is the model that is read; choose another directory", job.io.output);
  }
}

nlohmann::ordered_json summary_of(const Job& job, const Prepared& prepared,
                                  const TrainingRun& run) {
  const RunState& state = run.state();
  const double tokens = static_cast<double>(state.tokens);
  nlohmann::ordered_json summary{
      {"stage", "finetune"},
      {"steps", state.step},
      {"updates", state.updates},
      {"skipped_steps", state.step - static_cast<std::size_t>(state.updates)},
      {"epochs", prepared.plan.epochs()},
      {"tokens", state.tokens},
      {"packs", prepared.plan.packs()},
      {"padding_waste", prepared.plan.waste()},
      {"seconds", state.seconds},
      {"tokens_per_second", state.seconds > 0 ? tokens / state.seconds : 0.0},
      {"peak_rss", process_memory().peak},
      {"loss", {{"first", state.first_loss}, {"last", state.last_loss}}},
      {"markers", job.options.markers},
      {"result_loss", loss_on_results(job.options)},
      {"parameters", {{"trained", run.trainable().trained}, {"frozen", run.trainable().frozen}}},
      {"corpus", prepared.corpus.summary.to_json()}};
  if (prepared.validation) {
    summary["validation"] = {
        {"before", state.valid_before}, {"best", state.valid_best}, {"after", state.valid_last}};
  }
  return summary;
}

ProgressLine progress_line(const RunState& state, const StepResult& result, std::size_t total) {
  ProgressLine line;
  line.step = state.step;
  line.total = total;
  line.loss = result.loss.mean();
  line.bad = !result.problem.empty();
  line.tokens_per_second = static_cast<double>(state.tokens) / std::max(state.seconds, 1e-9);
  line.seconds_left =
      state.seconds / static_cast<double>(state.step) * static_cast<double>(total - state.step);
  return line;
}

void save_model(const Prepared& prepared, const TrainingRun& run, const OutputDirectory& output) {
  text::export_tokenizer(*prepared.vocabulary.tokenizer, output.path());
  model::save_transformer(run.transformer(), output.path());
}

std::string describe_counts(const Prepared& prepared) {
  std::string text;
  for (const auto& [name, count] : prepared.corpus.summary.counts()) {
    text += fmt::format("{:<28}{:>12}\n", name, count);
  }
  return text;
}

const Example& first_example(const Corpus& corpus) {
  const auto found = std::find_if(corpus.examples.begin(), corpus.examples.end(),
                                  [](const Example& example) { return example.has_calls; });
  return found == corpus.examples.end() ? corpus.examples.front() : *found;
}

// Seconds of the whole run, from one pack of the first step.
double estimate_seconds(const Job& job, Prepared& prepared) {
  const LoadedModel model = load_model(job, prepared, nullptr);
  AdamW optimizer(model.transformer, {});
  Batch one;
  one.packs = {prepared.plan.at(0).batch->packs.front()};
  const auto start = std::chrono::steady_clock::now();
  train_step(model.transformer, optimizer, micro_batches(job, prepared, one), {});
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
  return spent.count() * static_cast<double>(prepared.plan.tokens()) /
         static_cast<double>(one.packs.front().tokens);
}

}  // namespace

void finetune(const Job& job) {
  check(job.options);
  check_paths(job);
  const base::StopSignal signals;
  Progress progress(job.io.progress);
  Prepared prepared = prepare(job);
  const auto identity = run_identity(job.options, job.io.seed, prepared.fingerprints);
  const OutputDirectory output(job.io.output, identity, job.io.restart);
  if (output.complete()) {
    spdlog::info("{} is complete already; --restart trains again", job.io.output);
    return;
  }
  output.write_run(job.config);
  TrainingRun run(job, prepared, output);
  const std::size_t total = prepared.plan.steps();
  spdlog::info(
      "{} steps, {} tokens in {} packs, {:.1f}% of their room empty, {} numbers trained, {} frozen",
      total, prepared.plan.tokens(), prepared.plan.packs(), 100 * prepared.plan.waste(),
      run.trainable().trained, run.trainable().frozen);
  run.run([&](const RunState& state, const StepResult& result) {
    progress.show(progress_line(state, result, total));
  });
  save_model(prepared, run, output);
  output.write_summary(summary_of(job, prepared, run));
  if (job.options.keep_checkpoints == 0) run.checkpoints().prune(0);
}

std::string dry_run(const Job& job) {
  check(job.options);
  if (!job.io.output.empty()) check_paths(job);
  Prepared prepared = prepare(job);
  const double seconds = estimate_seconds(job, prepared);
  std::string text = describe_counts(prepared);
  text +=
      fmt::format("{:<28}{:>12}\n{:<28}{:>12}\n{:<28}{:>12}\n", "steps", prepared.plan.steps(),
                  "packs", prepared.plan.packs(), "tokens of all steps", prepared.plan.tokens());
  text +=
      fmt::format("{:<28}{:>11.2f}%\n{:<28}{:>12}\n", "empty room in packs",
                  100 * prepared.plan.waste(), "estimated time", base::format_duration(seconds));
  const Example& example = first_example(prepared.corpus);
  return text + fmt::format("first example ({}):\n{}\n", example.document,
                            spell(*prepared.vocabulary.tokenizer, prepared.vocabulary.markers,
                                  example.tokens));
}

}  // namespace toolformer::finetune
