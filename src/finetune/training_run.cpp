// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/training_run.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include "toolformer/base/duration.h"
#include "toolformer/base/error.h"
#include "toolformer/base/stop_signal.h"
#include "toolformer/model/network/mixed_precision.h"
#include "toolformer/model/weights/tensor_copy.h"

namespace toolformer::finetune {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

AdamWOptions adamw_options(const Options& options) {
  return {options.betas[0], options.betas[1], options.eps, options.weight_decay};
}

nlohmann::ordered_json loss_by_part(const LossSums& loss) {
  static constexpr std::array<const char*, calls::kTokenRoles> kNames{"text", "call", "result"};
  nlohmann::ordered_json parts = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < calls::kTokenRoles; ++i) {
    if (loss.count[i] == 0) continue;
    parts[kNames[i]] = loss.sum[i] / static_cast<double>(loss.count[i]);
  }
  return parts;
}

}  // namespace

nlohmann::ordered_json RunState::to_json() const {
  return {{"step", step},
          {"updates", updates},
          {"bad_in_a_row", bad_in_a_row},
          {"tokens", tokens},
          {"seconds", seconds},
          {"first_loss", first_loss},
          {"last_loss", last_loss},
          {"valid_before", valid_before},
          {"valid_best", valid_best},
          {"valid_last", valid_last},
          {"valid_worse", valid_worse}};
}

RunState RunState::from_json(const nlohmann::ordered_json& json) {
  RunState state;
  state.step = json.at("step").get<std::size_t>();
  state.updates = json.at("updates").get<std::int64_t>();
  state.bad_in_a_row = json.at("bad_in_a_row").get<std::size_t>();
  state.tokens = json.at("tokens").get<std::size_t>();
  state.seconds = json.at("seconds").get<double>();
  state.first_loss = json.at("first_loss");
  state.last_loss = json.at("last_loss");
  state.valid_before = json.at("valid_before");
  state.valid_best = json.at("valid_best");
  state.valid_last = json.at("valid_last");
  state.valid_worse = json.at("valid_worse").get<std::size_t>();
  return state;
}

std::string describe(const RunState& state, const StepResult& result, std::size_t total) {
  const std::string loss =
      result.problem.empty() ? fmt::format("loss {:.4f}", result.loss.mean()) : "skipped";
  const double seconds_a_step = state.seconds / static_cast<double>(state.step);
  return fmt::format(
      "step {}/{} ({}%)  {}  {:.0f} tokens/s  left {}", state.step, total, 100 * state.step / total,
      loss, static_cast<double>(state.tokens) / std::max(state.seconds, 1e-9),
      base::format_duration(seconds_a_step * static_cast<double>(total - state.step)));
}

TrainingRun::TrainingRun(const Job& job, Prepared& prepared, const OutputDirectory& output,
                         const ProcessGroup& group)
    : job_(job),
      prepared_(prepared),
      output_(output),
      group_(group),
      checkpoints_(output.checkpoints(), group),
      best_(output.best()),
      resumed_(checkpoints_.latest()),
      model_(load_model(job, prepared, resumed_ ? &resumed_->directory : nullptr)),
      buckets_(group.size() == 1 ? nullptr
                                 : std::make_unique<GradientBuckets>(model_.transformer, group)),
      optimizer_(model_.transformer, adamw_options(job.options), buckets_.get()),
      state_(resumed_ ? RunState::from_json(resumed_->state) : RunState{}),
      saved_best_(best_step()) {
  const std::size_t total = prepared.plan.steps();
  if (state_.step > total) {
    base::throw_error<base::UsageError>(
        "{} steps are asked for, but step {} is done already; ask for more, or --restart", total,
        state_.step);
  }
  schedule_ = {job.options.lr, warmup_steps(job.options.warmup_fraction, total), total,
               job.options.schedule};
  if (!resumed_) return;
  load_optimizer(*resumed_, optimizer_, group);
  optimizer_.set_steps(state_.updates);
  saved_ = state_.step;
  // Written by a newer checkpoint that is gone, or before --keep-best was asked for.
  if (job.options.keep_best &&
      group.any(group.first() && best_step() && !best_.has(*best_step()))) {
    spdlog::warn("the weights of the best validation are gone; the best from here on counts");
    state_.valid_best = nullptr;
  }
  spdlog::info("going on from step {} of {}", state_.step, total);
}

void TrainingRun::open_metrics() {
  if (!group_.first()) return;
  metrics_.emplace(output_.metrics(), state_.step);
  if (!prepared_.validation) return;
  // Not the step of the checkpoint: a run stopped while validating saves its step without the line.
  const nlohmann::ordered_json& last = state_.valid_last;
  const auto kept =
      last.is_null() ? std::nullopt : std::optional(last.at("step").get<std::size_t>());
  validation_file_.emplace(output_.validation(), kept);
}

bool TrainingRun::stop_requested() const {
  return group_.any(base::stop_requested());
}

bool TrainingRun::due(std::size_t every) const {
  return every > 0 && state_.step % every == 0;
}

std::optional<std::size_t> TrainingRun::best_step() const {
  if (state_.valid_best.is_null()) return std::nullopt;
  return state_.valid_best.at("step").get<std::size_t>();
}

bool TrainingRun::out_of_patience() const {
  return job_.options.patience > 0 && state_.valid_worse >= job_.options.patience;
}

void TrainingRun::validate() {
  if (!prepared_.validation) return;
  const bool last = state_.step == prepared_.plan.steps();
  if (state_.step != 0 && !last && !due(job_.options.valid_every)) return;
  if (!state_.valid_last.is_null() && state_.valid_last.at("step") == state_.step) return;
  const auto measured =
      prepared_.validation->measure(model_.transformer, base::stop_requested, group_);
  if (!measured) interrupt();
  nlohmann::ordered_json line{{"step", state_.step}, {"tokens", measured->tokens}};
  const bool finite = std::isfinite(measured->perplexity);
  if (finite) {
    line["loss"] = measured->loss;
    line["perplexity"] = measured->perplexity;
  } else {
    line["problem"] = "the loss is not finite";
  }
  if (validation_file_) validation_file_->append(line);
  spdlog::info("step {}: validation perplexity {:.3f}", state_.step, measured->perplexity);
  if (state_.valid_before.is_null()) state_.valid_before = line;
  if (state_.step > 0) judge(line);
  state_.valid_last = std::move(line);
}

void TrainingRun::judge(const nlohmann::ordered_json& line) {
  const bool better = line.contains("loss") && (state_.valid_best.is_null() ||
                                                line.at("loss") < state_.valid_best.at("loss"));
  state_.valid_worse = better ? 0 : state_.valid_worse + 1;
  if (!better) return;
  state_.valid_best = line;
  if (!job_.options.keep_best || !group_.first()) return;
  best_.save(state_.step, model_.transformer);
  best_.keep_only({state_.step, saved_best_});
}

void TrainingRun::take_best() {
  if (!job_.options.keep_best || !best_step()) return;
  if (*best_step() != state_.step) best_.restore(*best_step(), model_.transformer);
}

void TrainingRun::save() {
  // In a row of bad steps the weights are those of the last good one, which may be what is wrong.
  if (saved_ == state_.step || state_.bad_in_a_row > 0) return;
  require_finite_weights();
  if (metrics_) metrics_->sync();
  if (validation_file_) validation_file_->sync();
  checkpoints_.save(state_.step, model_.transformer, optimizer_, state_.to_json(),
                    job_.options.keep_checkpoints);
  saved_ = state_.step;
  saved_best_ = best_step();
  if (job_.options.keep_best && group_.first()) best_.keep_only({saved_best_});
}

void TrainingRun::require_finite_weights() const {
  const torch::NoGradGuard no_grad;
  for (const auto& [name, tensor] : model_.transformer.parameters()) {
    if (!tensor.requires_grad() || model::count_non_finite(tensor) == 0) continue;
    base::throw_error<base::DataError>(
        "step {}: numbers of {} are infinite or NaN, no model is written; lower --lr, and go on "
        "from the last checkpoint with --override or begin anew with --restart",
        state_.step, name);
  }
}

void TrainingRun::remove_checkpoints() {
  checkpoints_.prune(0);
  best_.keep_only({});
}

void TrainingRun::interrupt() {
  std::string signal = base::stop_signal_name();
  if (signal.empty()) signal = "a signal to another process";
  if (state_.step > 0) save();
  base::throw_error<base::Interrupted>("stopped by {} behind step {} of {}; {}", signal,
                                       state_.step, prepared_.plan.steps(), base::kHowToGoOn);
}

void TrainingRun::run(const std::function<void(const RunState&, const StepResult&)>& report) {
  open_metrics();
  const model::MixedPrecision precision(prepared_.runtime.device, prepared_.compute_dtype);
  while (true) {
    validate();
    if (state_.step == prepared_.plan.steps()) break;
    if (out_of_patience()) {
      spdlog::info("step {}: {} validations without a better one, the best is that of step {}",
                   state_.step, state_.valid_worse,
                   state_.valid_best.is_null() ? "none" : state_.valid_best.at("step").dump());
      break;
    }
    if (state_.step > 0 && due(job_.options.save_every)) save();
    if (stop_requested()) interrupt();
    const StepResult result = step();
    report(state_, result);
    if (state_.bad_in_a_row < job_.options.max_bad_steps) continue;
    base::throw_error<base::DataError>(
        "{} steps in a row did not change the weights (step {}: {}); lower --lr, or look at the "
        "documents of these steps",
        state_.bad_in_a_row, state_.step, result.problem);
  }
  if (job_.options.keep_checkpoints > 0) save_last();
}

void TrainingRun::save_last() {
  // For more steps later (--override), and for a kill before the model is written.
  try {
    save();
  } catch (const base::IoError& error) {
    if (group_.size() > 1) throw;  // the others wait for this process in save()
    spdlog::warn("{}; the model is written all the same", error.what());
  }
}

StepResult TrainingRun::step() {
  const auto start = Clock::now();
  const TrainingPlan::Place place = prepared_.plan.at(state_.step);
  const double rate = learning_rate(schedule_, state_.step);
  const auto packs = prepared_.plan.packs_of(*place.batch, group_.rank(), group_.size());
  const auto result =
      train_step(model_.transformer, optimizer_, micro_batches(job_, prepared_, packs),
                 {rate, job_.options.clip}, base::stop_requested);
  if (!result) interrupt();
  record(*result, place.epoch, rate, seconds_since(start));
  return *result;
}

void TrainingRun::record(const StepResult& result, std::size_t epoch, double rate, double seconds) {
  ++state_.step;
  state_.updates = optimizer_.steps();
  state_.tokens += result.tokens;
  state_.seconds += seconds;
  state_.bad_in_a_row = result.problem.empty() ? 0 : state_.bad_in_a_row + 1;
  nlohmann::ordered_json line{{"step", state_.step}, {"epoch", epoch}, {"tokens", result.tokens}};
  if (result.problem.empty()) {
    line["loss"] = result.loss.mean();
    line["loss_by_part"] = loss_by_part(result.loss);
    state_.last_loss = line["loss"];
    if (state_.first_loss.is_null()) state_.first_loss = line["loss"];
  } else {
    line["skipped"] = result.problem;
    spdlog::warn("step {}: {}; the weights stay as they are", state_.step, result.problem);
  }
  line["lr"] = rate;
  if (result.problem.empty()) line["grad_norm"] = result.grad_norm;
  line["tokens_per_second"] = static_cast<double>(result.tokens) / seconds;
  line["seconds"] = seconds;
  line["rss"] = process_memory().resident;
  if (metrics_) metrics_->append(line);
}

}  // namespace toolformer::finetune
