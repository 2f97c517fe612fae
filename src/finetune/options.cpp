// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/options.h"

#include <CLI/CLI.hpp>

#include <cmath>

#include "toolformer/base/bind_per_tool.h"
#include "toolformer/base/choice_flag.h"
#include "toolformer/base/error.h"
#include "toolformer/base/number_flag.h"

namespace toolformer::finetune {
namespace {

constexpr std::size_t kMostRank = 65536;

void require(bool holds, const char* option, double value, const char* allowed) {
  if (holds) return;
  base::throw_error<base::UsageError>("--{} must be {}, got {}", option, allowed, value);
}

void check_weight(const char* option, double weight) {
  require(weight >= 0 && weight <= 1000, option, weight, "between 0 and 1000");
}

CLI::Option* add_count(CLI::App& app, const char* flag, std::size_t& count, const char* text) {
  return base::take_count(app.add_option(flag, count, text));
}

void bind_optimizer(CLI::App& app, Options& options) {
  const std::string group = "Optimiser";
  base::take_number(app.add_option("--lr", options.lr, "Peak learning rate"))->group(group);
  base::take_number(app.add_option("--warmup-fraction", options.warmup_fraction,
                                   "Share of all steps with a linearly rising rate"))
      ->group(group);
  base::add_choice(app, "schedule", options.schedule, "Learning rate after the warm-up")
      ->group(group);
  base::take_number(
      app.add_option("--weight-decay", options.weight_decay,
                     "Decoupled decay of weight matrices (not of embeddings, norms, biases)"))
      ->group(group);
  base::take_number(
      app.add_option("--clip", options.clip, "Largest global gradient norm; 0: no clipping"))
      ->group(group);
  base::take_number(
      app.add_option("--betas", options.betas, "AdamW's two decay rates, e.g. 0.9,0.999"))
      ->expected(2)
      ->delimiter(',')
      ->group(group);
  base::take_number(app.add_option("--eps", options.eps, "AdamW's denominator term"))->group(group);
  app.add_option("--freeze", options.freeze,
                 "Parameters that do not move: names or patterns (*, ?), or \"embeddings\"")
      ->delimiter(',')
      ->group(group);
  app.add_flag("--checkpoint-activations", options.checkpoint_activations,
               "Less memory, more time: layers run again in the backward pass")
      ->group(group);
  add_count(app, "--max-bad-steps", options.max_bad_steps,
            "Stop after that many steps in a row with a NaN or infinite loss or gradient")
      ->group(group);
}

void bind_adapters(CLI::App& app, Options& options) {
  const std::string group = "Low-rank adapters";
  add_count(app, "--lora-rank", options.lora_rank,
            "Train adapters of that rank beside the weights (LoRA); 0: the weights themselves")
      ->group(group);
  base::take_number(
      app.add_option("--lora-alpha", options.lora_alpha, "An adapter counts alpha / rank"))
      ->group(group);
  app.add_option("--lora-targets", options.lora_targets,
                 "Matrices that get one: names or patterns (*, ?), whole or the last part, e.g. "
                 "q_proj,v_proj")
      ->delimiter(',')
      ->group(group);
}

void bind_mix(CLI::App& app, CorpusOptions& corpus, const std::string& group) {
  app.add_option("--plain", corpus.plain,
                 "More documents, read as plain text and mixed with those of --input")
      ->type_name("PATH");
  base::take_number(
      app.add_option("--plain-weight", corpus.plain_weight,
                     "How often an epoch uses a document without kept calls, e.g. 0.25 or 3"));
  base::bind_per_tool(app, "tool-weight", corpus.tool_weight,
                      "How often it uses one with kept calls; of several tools' the largest "
                      "counts; not given: 1");
  base::bind_per_tool(app, "max-per-tool", corpus.max_per_tool,
                      "Documents with kept calls of one tool, drawn at random; 0: all; not "
                      "given: 25000");
  for (const char* flag : {"--plain", "--plain-weight", "--tool-weight", "--tool-weight-for",
                           "--max-per-tool", "--max-per-tool-for"}) {
    app.get_option(flag)->group(group);
  }
}

void bind_data(CLI::App& app, Options& options) {
  const std::string group = "Data";
  add_count(app, "--max-steps", options.max_steps, "Optimiser steps; 0: as --epochs says")
      ->group(group);
  add_count(app, "--epochs", options.epochs,
            "Passes over the corpus; 0: 1, or as many as --max-steps needs")
      ->group(group);
  add_count(app, "--seq-len", options.seq_len, "Tokens of a pack; longer documents are split")
      ->group(group);
  add_count(app, "--batch-tokens", options.batch_tokens,
            "Most tokens of a step, filled with whole documents; at least --seq-len")
      ->group(group);
  bind_mix(app, options.corpus, group);
  base::add_choice(app, "markers", options.markers,
                   "How calls are marked: ordinary text, or new control tokens")
      ->group(group);
  base::add_choice(app, "result-loss", options.result_loss,
                   "Loss on the tokens of results; auto: on for text markers")
      ->group(group);
}

void bind_watch(CLI::App& app, Options& options) {
  const std::string group = "Checkpoints and validation";
  add_count(app, "--save-every", options.save_every,
            "Steps between checkpoints; 0: only when asked to stop")
      ->group(group);
  add_count(app, "--keep-checkpoints", options.keep_checkpoints,
            "Newest checkpoints kept; 0: none once the run is complete")
      ->group(group);
  app.add_option("--valid", options.valid, "Documents for validation, read as plain text")
      ->group(group);
  add_count(app, "--valid-every", options.valid_every,
            "Steps between validations; 0: only before and after")
      ->group(group);
  add_count(app, "--valid-limit", options.valid_limit, "Documents of --valid read; 0: all")
      ->group(group);
  app.add_flag("--keep-best", options.keep_best,
               "The model that comes out is that of the best validation, not of the last step")
      ->group(group);
  add_count(app, "--patience", options.patience,
            "Stop after that many validations without a better one; 0: never")
      ->group(group);
  app.add_flag("--override", options.override_settings,
               "Go on although settings have changed, where that is safe (steps, rate, clipping, "
               "when validated)")
      ->group(group);
}

}  // namespace

void bind(CLI::App& app, Options& options) {
  bind_data(app, options);
  bind_optimizer(app, options);
  bind_adapters(app, options);
  bind_watch(app, options);
}

void check(const Options& o) {
  require(o.seq_len >= 8, "seq-len", static_cast<double>(o.seq_len), "at least 8");
  require(o.batch_tokens >= 1, "batch-tokens", static_cast<double>(o.batch_tokens), "at least 1");
  check_weight("plain-weight", o.corpus.plain_weight);
  check_weight("tool-weight", o.corpus.tool_weight.all.value_or(1));
  for (const auto& [tool, weight] : o.corpus.tool_weight.by_tool)
    check_weight("tool-weight-for", weight);
  require(std::isfinite(o.lr) && o.lr >= 0, "lr", o.lr, "finite and not negative");
  require(o.warmup_fraction >= 0 && o.warmup_fraction <= 1, "warmup-fraction", o.warmup_fraction,
          "between 0 and 1");
  require(std::isfinite(o.weight_decay) && o.weight_decay >= 0, "weight-decay", o.weight_decay,
          "finite and not negative");
  require(std::isfinite(o.clip) && o.clip >= 0, "clip", o.clip, "finite and not negative");
  require(std::isfinite(o.eps) && o.eps > 0, "eps", o.eps, "finite and above 0");
  require(o.betas.size() == 2, "betas", static_cast<double>(o.betas.size()), "two numbers");
  for (const double beta : o.betas) {
    require(beta >= 0 && beta < 1, "betas", beta, "at least 0 and below 1");
  }
  if ((o.keep_best || o.patience > 0) && (o.valid.empty() || o.valid_every == 0)) {
    base::throw_error<base::UsageError>(
        "{} looks at validations during training: give --valid FILE and --valid-every above 0",
        o.keep_best ? "--keep-best" : "--patience");
  }
  require(o.lora_rank <= kMostRank, "lora-rank", static_cast<double>(o.lora_rank),
          "from 0 to 65536");
  require(o.lora_rank == 0 || (std::isfinite(o.lora_alpha) && o.lora_alpha > 0), "lora-alpha",
          o.lora_alpha, "finite and above 0");
  if (o.lora_rank > 0 && !o.freeze.empty()) {
    base::throw_error<base::UsageError>(
        "--freeze: with --lora-rank no weight of the model moves; choose with --lora-targets");
  }
  require(o.max_bad_steps >= 1, "max-bad-steps", static_cast<double>(o.max_bad_steps),
          "at least 1");
}

bool loss_on_results(const Options& options) {
  if (options.result_loss == ResultLoss::kAuto) return options.markers == calls::MarkerForm::kText;
  return options.result_loss == ResultLoss::kOn;
}

}  // namespace toolformer::finetune
