// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/finetune.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <thread>

#include "toolformer/base/duration.h"
#include "toolformer/base/error.h"
#include "toolformer/base/log.h"
#include "toolformer/base/stop_signal.h"
#include "toolformer/finetune/training_run.h"
#include "toolformer/model/network/mixed_precision.h"
#include "toolformer/model/runtime.h"
#include "toolformer/record/progress.h"
#include "toolformer/record/run_identity.h"
#include "toolformer/text/tokenizer_export.h"

namespace toolformer::finetune {
namespace {

void warn_of_few_steps(std::size_t steps) {
  constexpr std::size_t kFew = 20;
  if (steps >= kFew) return;
  spdlog::warn(
      "{} steps teach a model hardly anything, {} are few: more documents, more --epochs or "
      "--max-steps, or smaller steps (--batch-tokens)",
      steps, kFew);
}

/// Raised when the same settings come to mean other steps: a run begun before is then refused.
constexpr int kPlanVersion = 2;

/// What makes two runs the same run: what is trained on what and how.
nlohmann::ordered_json identity_of(const Job& job, const Prepared& prepared,
                                   std::size_t processes) {
  record::StageIdentity stage{"finetune", job.config, prepared.fingerprints};
  stage.config["dtype"] = model::dtype_name(prepared.compute_dtype);
  stage.config["result-loss"] = loss_on_results(job.options) ? "on" : "off";
  nlohmann::ordered_json identity = stage.fingerprints;
  identity["plan"] = kPlanVersion;
  identity["processes"] = processes;  // each has its part of the moments
  identity.update(record::deciding_config(stage));
  return identity;
}

void check_paths(const Job& job) {
  std::error_code ignored;
  if (job.model.model.empty()) {
    base::throw_error<base::UsageError>(
        "--model is missing: a Hugging Face directory or a GGUF file");
  }
  require_directory(job.io.output);
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
      {"processes", run.processes()},
      {"tokens", state.tokens},
      {"padding_waste", prepared.plan.padding_fraction()},
      {"seconds", state.seconds},
      {"tokens_per_second", state.seconds > 0 ? tokens / state.seconds : 0.0},
      {"peak_rss", process_memory().peak},
      {"loss", {{"first", state.first_loss}, {"last", state.last_loss}}},
      {"lora_rank", job.options.lora_rank},
      {"markers", base::name_of(job.options.markers)},
      {"result_loss", loss_on_results(job.options)},
      {"parameters", {{"trained", run.trainable().trained}, {"frozen", run.trainable().frozen}}},
      {"corpus", prepared.corpus.summary.to_json()}};
  if (prepared.validation) {
    summary["validation"] = {
        {"before", state.valid_before}, {"best", state.valid_best}, {"after", state.valid_last}};
    summary["model_of_step"] = job.options.keep_best && !state.valid_best.is_null()
                                   ? state.valid_best.at("step")
                                   : nlohmann::ordered_json(state.step);
    summary["stopped_early"] = run.stopped_early();
  }
  return summary;
}

void save_model(const Job& job, const Prepared& prepared, TrainingRun& run,
                const OutputDirectory& output) {
  text::export_tokenizer(*prepared.vocabulary.tokenizer, output.path());
  if (job.options.lora_rank > 0) {
    export_adapters(run.transformer(), adapter_options(job), job.model.model, output.adapter());
    run.merge_adapters();
  }
  model::save_transformer(run.transformer(), output.path());
  model::keep_generation_settings(job.model.model, output.path());
}

std::string describe_counts(const Prepared& prepared) {
  std::string text;
  for (const auto& [name, count] : prepared.corpus.summary.counts()) {
    text += fmt::format("{:<28}{:>12}\n", name, count);
  }
  return text;
}

/// The first one with a call, if there is any.
calls::LabelledTokens first_example(const Corpus& corpus) {
  const auto& sizes = corpus.sizes();
  const auto found = std::find_if(sizes.begin(), sizes.end(),
                                  [](const ExampleSize& size) { return size.has_calls; });
  return corpus.tokens(found == sizes.end() ? 0 : static_cast<std::size_t>(found - sizes.begin()));
}

// Seconds of the whole run, from one pack of the first step.
double estimate_seconds(const Job& job, Prepared& prepared) {
  const LoadedModel model = load_model(job, prepared, nullptr);
  AdamW optimizer(model.transformer, {});
  const std::vector<Pack> one{
      prepared.plan.packs_of(*prepared.plan.at(0).batch, /*rank=*/0, /*size=*/1).front()};
  const auto start = std::chrono::steady_clock::now();
  const model::MixedPrecision precision(prepared.runtime.device, prepared.compute_dtype);
  train_step(model.transformer, optimizer, micro_batches(job, prepared, one), {});
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
  return spent.count() * static_cast<double>(prepared.plan.tokens()) /
         static_cast<double>(one.front().tokens);
}

/// Where one process is stopped while it reads, the others must not wait for it later on.
Prepared prepare_together(const Job& job, const ProcessGroup& group) {
  std::optional<Prepared> prepared;
  std::exception_ptr stopped;
  try {
    prepared.emplace(prepare(job, group));
  } catch (const base::Interrupted&) {
    stopped = std::current_exception();
  }
  const bool any = group.any(stopped != nullptr);
  if (stopped) std::rethrow_exception(stopped);
  if (any) {
    base::throw_error<base::Interrupted>(
        "stopped by a signal to another process while reading the documents");
  }
  return std::move(*prepared);
}

void train(const Job& job, const ProcessGroup& group) {
  check(job.options);
  check_paths(job);
  record::Progress progress(group.first() ? job.io.progress : "none");
  Prepared prepared = prepare_together(job, group);
  const auto identity = identity_of(job, prepared, group.size());
  group.require_equal(identity.dump(), "the documents and settings");
  // What cannot be read must not cost the model that an earlier run left.
  if (job.io.restart && group.first() && std::filesystem::exists(job.io.output)) {
    load_model(job, prepared, nullptr);
  }
  const EarlierRun earlier{job.io.restart, job.options.override_settings};
  const OutputDirectory output = group.first() ? OutputDirectory(job.io.output, identity, earlier)
                                               : OutputDirectory(job.io.output);
  if (group.any(group.first() && output.complete())) {
    spdlog::info("{} is complete already; --restart trains again", job.io.output);
    return;
  }
  TrainingRun run(job, prepared, output, group);
  if (group.first()) output.write_run(job.config);
  const std::size_t total = prepared.plan.steps();
  spdlog::info(
      "{} steps, {} tokens, {:.1f}% of the steps' room empty, {} numbers trained, {} frozen, {} "
      "processes",
      total, prepared.plan.tokens(), 100 * prepared.plan.padding_fraction(),
      run.trainable().trained, run.trainable().frozen, group.size());
  warn_of_few_steps(total);
  run.run([&](const RunState& state, const StepResult& result) {
    progress.show(
        static_cast<double>(state.step) / static_cast<double>(total),
        [&] { return describe(state, result, total); },
        /*at_once=*/state.step == 1 || state.step == total);
  });
  if (group.first()) {
    run.take_best();
    run.require_finite_weights();
    save_model(job, prepared, run, output);
    output.write_summary(summary_of(job, prepared, run));
    if (job.options.keep_checkpoints == 0) run.remove_checkpoints();
  }
  group.barrier();  // a launcher may end all processes when the first of them ends
}

/// What goes wrong for all goes wrong for the first process too: the others leave it the word.
void end_all(const ProcessGroup& group, const std::exception& error) {
  if (!group.first()) std::this_thread::sleep_for(std::chrono::seconds(2));
  const auto* known = dynamic_cast<const base::Error*>(&error);
  const std::string who =
      group.first() ? "" : fmt::format("process {} of {}: ", group.rank(), group.size());
  spdlog::error("{}{}", who, base::escape_for_log(error.what()));
  group.end_all(static_cast<int>(known == nullptr ? base::ExitCode::kInternal : known->code()));
}

}  // namespace

base::ExitCode finetune(const Job& job) {
  const auto group = join_processes();
  const base::StopSignal signals;
  try {
    if (!group->first()) spdlog::set_level(spdlog::level::err);
    train(job, *group);
  } catch (const base::Interrupted&) {
    if (group->first()) throw;
    return base::ExitCode::kInterrupted;
  } catch (const std::exception& error) {
    if (group->size() == 1) throw;
    end_all(*group, error);
  }
  return base::ExitCode::kDone;
}

std::string dry_run(const Job& job) {
  check(job.options);
  if (!job.io.output.empty()) check_paths(job);
  Prepared prepared = prepare(job, alone());
  const double seconds = estimate_seconds(job, prepared);
  std::string text = describe_counts(prepared);
  text += fmt::format("{:<28}{:>12}\n{:<28}{:>12}\n", "steps", prepared.plan.steps(),
                      "tokens of all steps", prepared.plan.tokens());
  text += fmt::format("{:<28}{:>11.2f}%\n{:<28}{:>12}\n", "empty room in steps",
                      100 * prepared.plan.padding_fraction(), "estimated time",
                      base::format_duration(seconds));
  return text +
         fmt::format("first example:\n{}\n",
                     calls::spell(*prepared.vocabulary.tokenizer, prepared.vocabulary.markers,
                                  first_example(prepared.corpus).ids));
}

}  // namespace toolformer::finetune
